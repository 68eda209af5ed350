package web_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/zitadel/oidc/v3/example/server/exampleop"
	"github.com/zitadel/oidc/v3/example/server/storage"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"

	"innovationden/orchestrator/den"
	"innovationden/web"
	"innovationden/web/pages"
)

// provider is a real OpenID Connect provider in this process: the example server of
// zitadel/oidc, with groups.
type provider struct {
	*storage.Storage
	server *httptest.Server

	mu     sync.Mutex
	groups map[string][]string // by subject
	mute   bool                // it refuses to refresh
	asked  func()              // called while it is asked to refresh
}

// SetUserinfoFromToken adds the groups, at the endpoint where they are asked for.
func (p *provider) SetUserinfoFromToken(ctx context.Context, info *oidc.UserInfo, tokenID, subject, origin string) error {
	if err := p.Storage.SetUserinfoFromToken(ctx, info, tokenID, subject, origin); err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	info.AppendClaims("groups", p.groups[subject])
	return nil
}

// TokenRequestByRefreshToken refuses where the provider no longer vouches.
func (p *provider) TokenRequestByRefreshToken(ctx context.Context, token string) (op.RefreshTokenRequest, error) {
	p.mu.Lock()
	mute, asked := p.mute, p.asked
	p.mu.Unlock()
	if asked != nil {
		asked()
	}
	if mute {
		return nil, oidc.ErrInvalidGrant().WithDescription("the account is closed")
	}
	return p.Storage.TokenRequestByRefreshToken(ctx, token)
}

func (p *provider) put(subject string, groups ...string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.groups[subject] = groups
}

// late is a clock that can be put forward.
type late struct {
	mu sync.Mutex
	by time.Duration
}

func (l *late) now() time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	return time.Now().Add(l.by)
}

func (l *late) wait(d time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.by += d
}

// provided is a den whose people sign in by a provider.
func provided(t *testing.T, scopes ...string) (*rig, *provider, *late) {
	t.Helper()
	p := &provider{groups: map[string][]string{}}
	var handler http.Handler
	p.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) { handler.ServeHTTP(w, q) }))
	t.Cleanup(p.server.Close)
	issuer := strings.Replace(p.server.URL, "127.0.0.1", "localhost", 1)
	clock := &late{}
	r := newRig(t, func(c *web.Config) {
		client := storage.WebClient("den", "secret", c.Public+"/sign-in/callback")
		p.Storage = storage.NewStorageWithClients(storage.NewUserStore(issuer), map[string]*storage.Client{"den": client})
		handler = exampleop.SetupServer(issuer, p, nil, false, op.WithAllowInsecure())
		c.Now = clock.now
		c.Provider = web.NewProvider(web.ProviderRules{
			Issuer: issuer, ClientID: "den", ClientSecret: "secret", Scopes: append([]string{"profile", "email"}, scopes...),
			Longest: 12 * time.Hour, Public: c.Public, Now: time.Now,
			Groups: []web.GroupRule{
				{Group: "local-services", Given: den.Given{Role: den.Member, Department: "Department for Local Services"}},
				{Group: "northbridge", Given: den.Given{Role: den.SupplierMember, Supplier: "Northbridge Software"}},
				{Group: "den-operators", Given: den.Given{Role: den.Operator}},
			},
		})
	})
	slog.SetDefault(slog.New(slog.DiscardHandler)) // the example logs each request
	return r, p, clock
}

// away leaves for the provider by the button of a page, and signs in there. It gives the
// address that the provider sends back to, unused.
func (v *visitor) away(page *page, username string) string {
	v.Helper()
	going := v.submit(page, "/sign-in/provider", nil)
	_, address, ok := strings.Cut(going.Header.Get("Refresh"), "url=")
	if !ok {
		v.Fatalf("nobody is sent away: %d %s", going.Status, going.said())
	}
	jar, err := cookiejar.New(nil)
	v.must(err)
	elsewhere := &http.Client{Jar: jar, CheckRedirect: func(q *http.Request, _ []*http.Request) error {
		if strings.HasPrefix(q.URL.String(), v.server.URL) {
			return http.ErrUseLastResponse
		}
		return nil
	}}
	answer, err := elsewhere.Get(address) //nolint:noctx // a browser
	v.must(err)
	text, err := io.ReadAll(answer.Body)
	v.must(err)
	v.must(answer.Body.Close())
	id := regexp.MustCompile(`name="id" value="([^"]+)"`).FindStringSubmatch(string(text))
	if id == nil {
		v.Fatalf("the provider shows no form: %d %s", answer.StatusCode, text)
	}
	host := "http://" + answer.Request.URL.Host
	answer, err = elsewhere.PostForm(host+"/login/username", url.Values{"id": {id[1]}, "username": {username}, "password": {"verysecure"}}) //nolint:noctx // a browser
	v.must(err)
	v.must(answer.Body.Close())
	back := answer.Header.Get("Location")
	if !strings.HasPrefix(back, v.server.URL+"/sign-in/callback?") {
		v.Fatalf("the provider leads to %q (%d)", back, answer.StatusCode)
	}
	return strings.TrimPrefix(back, v.server.URL)
}

const firstUser = "test-user@localhost"

func TestSomebodySignsInByTheProvider(t *testing.T) {
	r, p, _ := provided(t)
	p.put("id1", "local-services", "something-else")
	v := r.visitor("")
	back := v.away(v.get("/sign-in?then=/trials"), firstUser)
	in := v.get(back)
	if in.Status != http.StatusSeeOther || in.Header.Get("Location") != "/trials" {
		t.Fatalf("came back to %d %s: %s", in.Status, in.Header.Get("Location"), in.said())
	}
	account := v.get("/me")
	account.shows("dd", "Test User")
	account.shows("dd", "Department for Local Services")
	if got := v.get("/people"); got.Status != http.StatusNotFound {
		t.Errorf("somebody without the operators' group sees everybody: %d", got.Status)
	}
	if again := v.get(back); again.Status != http.StatusUnauthorized {
		t.Errorf("the same answer of the provider again: %d", again.Status)
	}

	second := r.visitor("") // the same person by another browser, now an operator
	p.put("id1", "den-operators")
	second.get(second.away(second.get("/sign-in"), firstUser))
	if got := second.get("/people"); got.Status != http.StatusOK {
		t.Errorf("the operators' group: %d", got.Status)
	}
	everybody, err := r.den.Everybody(t.Context(), den.System(), den.Filter{})
	r.must(err)
	named := slices.DeleteFunc(everybody.Items, func(p den.Person) bool { return p.Name != "Test User" })
	if len(named) != 1 || named[0].Act().Has(den.Member) {
		t.Errorf("one subject is %d people: %+v", len(named), named)
	}
}

// People are keyed by issuer and subject: an address that changes hands opens nothing.
func TestTheSameEmailAddressIsNotTheSamePerson(t *testing.T) {
	r := newRig(t)
	first, err := r.den.SignInAs(t.Context(), den.Word{Issuer: "https://a.example", Subject: "1", Name: "Ann", Email: "post@example.com"})
	r.must(err)
	for _, w := range []den.Word{{Issuer: "https://a.example", Subject: "2", Email: "post@example.com"}, {Issuer: "https://b.example", Subject: "1", Email: "post@example.com"}} {
		other, err := r.den.SignInAs(t.Context(), w)
		if err != nil || other.ID == first.ID {
			t.Errorf("%+v is %s: %v", w, other.ID, err)
		}
	}
	again, err := r.den.SignInAs(t.Context(), den.Word{Issuer: "https://a.example", Subject: "1", Name: "Ann Other", Email: "new@example.com"})
	if err != nil || again.ID != first.ID || again.Name != "Ann Other" {
		t.Errorf("%+v %v", again, err)
	}
}

// What an invitation gave, the provider does not take away; what its groups gave, it does.
func TestGroupsTakeBackWhatTheyGaveAndNoMore(t *testing.T) {
	r := newRig(t)
	ctx := t.Context()
	word := den.Word{Issuer: "https://a.example", Subject: "1", Name: "Ann", Given: []den.Given{{Role: den.Member, Department: "Department for Local Services"}, {Role: den.SupplierMember, Supplier: "New Supplier"}}}
	ann, err := r.den.SignInAs(ctx, word)
	r.must(err)
	if len(ann.Memberships) != 2 {
		t.Fatalf("given: %+v", ann.Memberships)
	}
	_, secret, err := r.den.InviteMember(ctx, den.System(), den.NewJoinLink{In: r.department.ID, Role: den.Member, For: "Ann", Lasts: time.Hour})
	r.must(err)
	ann, err = r.den.Join(ctx, ann.Act(), secret)
	r.must(err)
	word.Given = nil
	ann, err = r.den.SignInAs(ctx, word)
	if err != nil || len(ann.Memberships) != 1 || !ann.Act().Is(den.Member, r.department.ID) {
		t.Errorf("left: %+v %v", ann.Memberships, err)
	}
}

func TestASessionNeverOutlivesTheProvidersWord(t *testing.T) {
	t.Run("without a way to ask again", func(t *testing.T) {
		r, _, _ := provided(t)
		v := r.visitor("")
		in := v.get(v.away(v.get("/sign-in"), firstUser))
		var at time.Time
		for _, line := range in.Header.Values("Set-Cookie") {
			if c, err := http.ParseSetCookie(line); err == nil && c.Name == "den_session" {
				at = c.Expires
			}
		}
		if left := time.Until(at); left > time.Hour+time.Minute || left < 50*time.Minute {
			t.Errorf("the session lasts %s, and the ID token an hour", left)
		}
	})
	t.Run("asked again", func(t *testing.T) {
		r, p, clock := provided(t, "offline_access")
		p.put("id1", "local-services")
		v := r.visitor("")
		v.get(v.away(v.get("/sign-in"), firstUser))
		if got := v.get("/trials/new"); got.Status != http.StatusOK {
			t.Fatalf("a member sets a trial up: %d", got.Status)
		}
		clock.wait(2 * time.Hour)
		p.put("id1") // taken out of the group meanwhile
		if got := v.get("/trials/new"); got.Status == http.StatusOK {
			t.Errorf("who is in the group no more sets a trial up: %d", got.Status)
		}
		if got := v.get("/me"); got.Status != http.StatusOK {
			t.Errorf("the session, which the provider vouches for: %d", got.Status)
		}
		p.mu.Lock()
		p.mute = true
		p.mu.Unlock()
		clock.wait(2 * time.Hour)
		if got := v.get("/me"); got.Status != http.StatusSeeOther {
			t.Errorf("the provider vouches no more, and the session stands: %d", got.Status)
		}
	})
}

// A session that somebody ends while its provider is asked again does not come back with
// the answer.
func TestASessionEndedWhileTheProviderIsAskedStaysEnded(t *testing.T) {
	r, p, clock := provided(t, "offline_access")
	p.put("id1", "local-services")
	lost := r.visitor("")
	lost.get(lost.away(lost.get("/sign-in"), firstUser))
	clock.wait(2 * time.Hour)
	here := r.visitor("")
	here.get(here.away(here.get("/sign-in"), firstUser))
	page := here.get("/me/sessions")
	p.mu.Lock()
	p.asked = func() {
		p.mu.Lock()
		p.asked = nil // the other session is to be asked about too
		p.mu.Unlock()
		if done := here.submit(page, "/me/sessions/end", nil); done.Status != http.StatusSeeOther {
			t.Errorf("ending every other session answers %d: %s", done.Status, done.said())
		}
	}
	p.mu.Unlock()
	for _, when := range []string{"by the request that asked", "afterwards"} {
		if got := lost.get("/me"); got.Status != http.StatusSeeOther {
			t.Errorf("%s the ended session answers %d", when, got.Status)
		}
	}
}

// While a provider is silent people are told so together, not one after the other.
func TestNobodyWaitsInTurnForASilentProvider(t *testing.T) {
	t.Parallel()
	over := make(chan struct{})
	var asked atomic.Int32
	silent := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		asked.Add(1)
		<-over
	}))
	t.Cleanup(silent.Close)
	t.Cleanup(func() { close(over) })
	p := web.NewProvider(web.ProviderRules{Issuer: silent.URL, Now: time.Now, Client: &http.Client{Timeout: 300 * time.Millisecond}})
	var all sync.WaitGroup
	for range 10 {
		all.Go(func() {
			if _, err := p.Begin(t.Context(), pages.Flow{}); den.KindOf(err) != den.Busy {
				t.Errorf("%v, want Busy", err)
			}
		})
	}
	all.Wait()
	if n := asked.Load(); n > 2 { // a second one where this machine is very busy
		t.Errorf("ten people asked it %d times", n)
	}
}

func TestAKeptFormSurvivesTheTripToTheProvider(t *testing.T) {
	r, p, _ := provided(t)
	p.put("id1", "local-services")
	v := r.visitor("")
	v.get(v.away(v.get("/sign-in"), firstUser))
	form := v.get("/trials/new")
	v.forget()
	kept := v.submit(form, "/trials", url.Values{"name": {"A long name"}, "question": {"Typed on a train <b>"}})
	if kept.Status != http.StatusUnauthorized {
		t.Fatalf("a form without a session: %d", kept.Status)
	}
	back := v.get(v.away(kept, firstUser))
	back.shows("h1", "You are signed in again")
	v.follow(v.submit(back, "/trials", nil))
	list, err := r.den.Trials(t.Context(), den.System(), den.Filter{})
	if err != nil || len(list.Items) != 1 || list.Items[0].Question != "Typed on a train <b>" {
		t.Errorf("kept: %+v %v", list.Items, err)
	}
}
