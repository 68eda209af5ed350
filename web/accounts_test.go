package web_test

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"innovationden/orchestrator/den"
	"innovationden/web"
)

// joinLink is an invitation that nobody has used.
func (r *rig) joinLink() string {
	r.Helper()
	_, secret, err := r.den.InviteMember(r.Context(), den.System(), den.NewJoinLink{In: r.department.ID, Role: den.Member, For: "Grace", Lasts: time.Hour})
	r.must(err)
	return "/join?link=" + secret
}

const goodPassword = " correct horse battery "

// joined is the browser of somebody who made an account.
func (r *rig) joined(name, email string) *visitor {
	r.Helper()
	v := r.visitor("")
	in := v.submit(v.get(r.joinLink()), "/join/new", url.Values{"name": {name}, "email": {email}, "password": {goodPassword}})
	if in.Status != http.StatusSeeOther || in.Header.Get("Location") != "/?done=joined" {
		r.Fatalf("%s does not join: %d %s", name, in.Status, in.said())
	}
	return v
}

func (v *visitor) password(email, password string) *page {
	v.Helper()
	return v.submit(v.get("/sign-in?then=/trials"), "/sign-in/password", url.Values{"email": {email}, "password": {password}})
}

func TestSomebodyNewMakesAnAccountAndSignsIn(t *testing.T) {
	r := newRig(t)
	v := r.visitor("")
	link := r.joinLink()
	for say, typed := range map[string]url.Values{
		"Enter your name":          {"email": {"grace@example.com"}, "password": {goodPassword}},
		"in the right form":        {"name": {"Grace"}, "email": {"grace"}, "password": {goodPassword}},
		"at least 12 characters":   {"name": {"Grace"}, "email": {"grace@example.com"}, "password": {"elevenchars"}},
		"not your email address":   {"name": {"Grace"}, "email": {"grace@example.com"}, "password": {"Grace@Example.com"}},
		"Enter a password":         {"name": {"Grace"}, "email": {"grace@example.com"}, "password": {""}},
		"Enter your email address": {"name": {"Grace"}, "password": {goodPassword}},
	} {
		got := v.submit(v.get(link), "/join/new", typed)
		got.shows(".govuk-error-summary", say)
		if got.Status != http.StatusUnprocessableEntity || strings.Contains(got.Text, "battery") {
			t.Errorf("%s: %d", say, got.Status)
		}
	}
	pasted := v.submit(v.get("/sign-in"), "/sign-in", url.Values{"secret": {" " + r.server.URL + link}})
	v.follow(pasted).shows("h1", "You are invited")
	r.joined("Grace", "grace@example.com").get("/me").shows("dd", "Department for Local Services")

	other := r.visitor("")
	in := other.password("GRACE@example.com", goodPassword)
	if in.Status != http.StatusSeeOther || in.Header.Get("Location") != "/trials" {
		t.Fatalf("signs in: %d %s", in.Status, in.said())
	}
	other.get("/me/sessions").shows("table", "with a password")

	again := r.visitor("")
	taken := again.submit(again.get(link), "/join/new", url.Values{"name": {"Eve"}, "email": {"Grace@example.com"}, "password": {goodPassword}})
	taken.shows(".govuk-error-summary", "sign in first")
	if taken.Status != http.StatusConflict {
		t.Errorf("an address that is taken: %d", taken.Status)
	}
}

func TestAWrongAddressAndAWrongPasswordLookAlike(t *testing.T) {
	r := newRig(t)
	r.joined("Grace", "grace@example.com")
	v := r.visitor("")
	unknown, wrong := v.password("nobody@example.com", goodPassword), v.password("grace@example.com", "correct horse battery")
	if unknown.Status != http.StatusUnauthorized || wrong.Status != http.StatusUnauthorized {
		t.Errorf("unknown %d, wrong %d", unknown.Status, wrong.Status)
	}
	if a, b := unknown.Text, strings.ReplaceAll(wrong.Text, "grace@example.com", "nobody@example.com"); a != b {
		t.Errorf("they differ:\n%s\n%s", unknown.said(), wrong.said())
	}
}

func TestWhoGuessesWaitsAndKeepsNobodyOut(t *testing.T) {
	t.Parallel()
	clock := &late{}
	r := newRig(t, func(c *web.Config) { c.Now, c.Proxies = clock.now, []string{"127.0.0.1"} })
	r.joined("Grace", "grace@example.com")
	from := func(address, email, password string) *page {
		v := r.visitor("")
		return v.send(http.MethodPost, "/sign-in/password", url.Values{"email": {email}, "password": {password}}, http.Header{"X-Forwarded-For": {address}})
	}
	for n := range 5 {
		if got := from("192.0.2.1", "grace@example.com", "a wrong password "+strconv.Itoa(n)); got.Status != http.StatusUnauthorized {
			t.Fatalf("try %d: %d", n, got.Status)
		}
	}
	slowed := from("192.0.2.1", "Grace@example.com", goodPassword)
	slowed.shows(".govuk-error-summary", "too many tries. Try again at ")
	if slowed.Status != http.StatusTooManyRequests || slowed.Header.Get("Retry-After") == "" {
		t.Errorf("the sixth try: %d", slowed.Status)
	}
	if got := from("192.0.2.2", "grace@example.com", goodPassword); got.Status != http.StatusSeeOther {
		t.Errorf("its owner from elsewhere: %d", got.Status)
	}
	if got := from("192.0.2.1", "other@example.com", goodPassword); got.Status != http.StatusUnauthorized {
		t.Errorf("another account from there: %d", got.Status)
	}
	clock.wait(time.Minute)
	if got := from("192.0.2.1", "grace@example.com", goodPassword); got.Status != http.StatusSeeOther {
		t.Errorf("a minute later: %d", got.Status)
	}
	last := 0
	for n := range 40 { // one home of the sixth version, many addresses and many accounts
		last = from("2001:db8:1:2::"+strconv.Itoa(n+1), "user"+strconv.Itoa(n)+"@example.com", "a wrong password").Status
		if n < 30 && last != http.StatusUnauthorized {
			t.Fatalf("try %d of a home: %d", n, last)
		}
	}
	if last != http.StatusTooManyRequests {
		t.Errorf("forty accounts tried by one home: %d", last)
	}
}

func TestADenWithoutPasswordsAsksForNone(t *testing.T) {
	r := newRig(t, func(c *web.Config) { c.Accounts = nil })
	v := r.visitor("")
	for _, path := range []string{"/sign-in", r.joinLink()} {
		if got := v.get(path); strings.Contains(got.Text, `name="password"`) {
			t.Errorf("%s asks for a password", path)
		}
	}
	for _, path := range []string{"/sign-in/password", "/join/new"} {
		if got := v.post(path, url.Values{"email": {"a@example.com"}, "password": {goodPassword}}); got.Status != http.StatusGone {
			t.Errorf("%s: %d", path, got.Status)
		}
	}
}

func TestPasswordsAreHashedAndCompared(t *testing.T) {
	p := web.NewPasswords()
	one, err := p.Hash(t.Context(), goodPassword)
	if err != nil || !strings.HasPrefix(one, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Fatalf("%q %v", one, err)
	}
	two, err := p.Hash(t.Context(), goodPassword)
	if err != nil || one == two {
		t.Errorf("without a salt: %q %v", two, err)
	}
	for encoded, want := range map[string]bool{one: true, two: true, "": false} {
		if ok, err := p.Matches(t.Context(), encoded, goodPassword); ok != want || err != nil {
			t.Errorf("%q: %v %v", encoded, ok, err)
		}
		if ok, err := p.Matches(t.Context(), encoded, goodPassword+"."); ok || err != nil {
			t.Errorf("another password of %q: %v %v", encoded, ok, err)
		}
	}
	for _, broken := range []string{"plain", "$argon2i$v=19$m=1,t=1,p=1$a$b", "$argon2id$v=19$m=8,t=0,p=1$YQ$Yg", "$argon2id$v=19$m=8,t=1,p=1$!$Yg"} {
		if ok, err := p.Matches(t.Context(), broken, "x"); ok || err == nil {
			t.Errorf("%q is taken for a hash", broken)
		}
	}
}

func TestAPasswordIsNotKeptInTheSignIn(t *testing.T) {
	r := newRig(t)
	got := r.visitor("").post("/trials", url.Values{"name": {"Kept name"}, "password": {goodPassword}, "old-password": {goodPassword}})
	if got.Status != http.StatusUnauthorized || !strings.Contains(got.Text, "Kept name") || strings.Contains(got.Text, "battery") {
		t.Errorf("%d: %s", got.Status, got.Text)
	}
}

func TestSomebodyChangesTheirPassword(t *testing.T) {
	r := newRig(t)
	here := r.joined("Grace", "grace@example.com")
	there := r.visitor("")
	if got := there.password("grace@example.com", goodPassword); got.Status != http.StatusSeeOther {
		t.Fatalf("signs in elsewhere: %d", got.Status)
	}
	const next = "three other words"
	form := here.get("/me/password")
	for say, typed := range map[string]url.Values{
		"Enter your password until now":           {"password": {next}},
		"Enter your password until now. If you f": {"password": {next}, "old-password": {"a wrong password"}},
		"at least 12 characters":                  {"password": {"short"}, "old-password": {goodPassword}},
		"not your email address":                  {"password": {"grace@example.com"}, "old-password": {goodPassword}},
	} {
		here.submit(form, "/me/password", typed).shows(".govuk-error-summary", say)
	}
	if got := there.get("/me"); got.Status != http.StatusOK {
		t.Fatalf("signed out by a refusal: %d", got.Status)
	}
	changed := here.submit(form, "/me/password", url.Values{"old-password": {goodPassword}, "password": {next}})
	here.follow(changed).shows(".govuk-notification-banner", "Your password was changed")
	if got := there.get("/me"); got.Status != http.StatusSeeOther {
		t.Errorf("the session elsewhere goes on: %d", got.Status)
	}
	if got := here.submit(form, "/me/password", url.Values{"old-password": {next}, "password": {goodPassword}}); got.Status != http.StatusPreconditionFailed {
		t.Errorf("from a page of before: %d", got.Status)
	}
	if got := there.password("grace@example.com", goodPassword); got.Status != http.StatusUnauthorized {
		t.Errorf("by the old password: %d", got.Status)
	}
	if got := there.password("grace@example.com", next); got.Status != http.StatusSeeOther {
		t.Errorf("by the new one: %d", got.Status)
	}
	here.get("/notices").shows("main", "Your password was changed")
}

func TestASignInLinkLetsSomebodyChooseAPassword(t *testing.T) {
	clock := &late{}
	r := newRig(t, func(c *web.Config) { c.Now = clock.now })
	official := r.people["official"]
	demo := r.visitor("official")
	if got := demo.get("/me/password"); strings.Contains(got.Text, `name="password"`) {
		t.Error("without a proof, a first password can be chosen")
	}
	if got := demo.post("/me/password", url.Values{"email": {"o@example.com"}, "password": {goodPassword}}); got.Status != http.StatusConflict {
		t.Errorf("without a proof: %d", got.Status)
	}
	byLink := func() *visitor {
		secret, err := r.den.SignInLink(t.Context(), den.System(), official.ID)
		r.must(err)
		v := r.visitor("")
		v.follow(v.submit(v.get("/sign-in?link="+secret), "/sign-in", nil))
		return v
	}
	v := byLink()
	v.follow(v.submit(v.get("/me/password"), "/me/password", url.Values{"email": {"o@example.com"}, "password": {goodPassword}})).shows(".govuk-notification-banner", "was changed")
	other := r.visitor("")
	if got := other.password("o@example.com", goodPassword); got.Status != http.StatusSeeOther {
		t.Errorf("signs in: %d", got.Status)
	}

	forgot := byLink()
	form := forgot.get("/me/password")
	if strings.Contains(form.Text, `name="old-password"`) {
		t.Error("who forgot the old one is asked for it")
	}
	clock.wait(time.Hour)
	if got := forgot.submit(form, "/me/password", url.Values{"password": {"three other words"}}); got.Status != http.StatusUnprocessableEntity {
		t.Errorf("an hour after the link: %d", got.Status)
	}
}

func TestACodeIsAskedForAfterThePassword(t *testing.T) {
	clock := &late{}
	r := newRig(t, func(c *web.Config) { c.Now = clock.now })
	v := r.joined("Grace", "grace@example.com")
	page := v.get("/me/codes")
	secret := strings.ReplaceAll(words(page.one("#codes-secret")), " ", "")
	v.submit(page, "/me/codes", url.Values{"code": {"12345"}}).shows(".govuk-error-summary", "This code is not right")
	v.submit(page, "/me/codes", nil).shows(".govuk-error-summary", "Enter the code")
	now := den.StepOf(time.Now())
	made := v.submit(page, "/me/codes", url.Values{"code": {den.TimeCode(secret, now)}})
	codes := strings.Fields(words(made.one("#recovery")))
	if len(codes) != 10 {
		t.Fatalf("recovery codes: %v", codes)
	}
	if again := v.get("/me/codes"); strings.Contains(again.Text, codes[0]) || strings.Contains(again.Text, secret) {
		t.Error("the codes are shown twice")
	}

	other := r.visitor("")
	asked := other.password("grace@example.com", goodPassword)
	asked.shows("h1", "Enter your code")
	if got := other.get("/me"); got.Status != http.StatusSeeOther {
		t.Fatalf("the password alone opens: %d", got.Status)
	}
	wrong := other.submit(asked, "/sign-in/code", url.Values{"code": {"000000x"}})
	wrong.shows(".govuk-error-summary", "This code is not right")
	in := other.submit(wrong, "/sign-in/code", url.Values{"code": {den.TimeCode(secret, now+1)}})
	if in.Status != http.StatusSeeOther || in.Header.Get("Location") != "/trials" {
		t.Fatalf("with the code: %d %s", in.Status, in.said())
	}
	third := r.visitor("")
	again := third.submit(third.password("grace@example.com", goodPassword), "/sign-in/code", url.Values{"code": {den.TimeCode(secret, now+1)}})
	if again.Status != http.StatusUnauthorized {
		t.Errorf("the same code again: %d", again.Status)
	}
	if got := third.submit(again, "/sign-in/code", url.Values{"code": {strings.ToLower(codes[3])}}); got.Status != http.StatusSeeOther {
		t.Errorf("a recovery code: %d %s", got.Status, got.said())
	}
	fourth := r.visitor("")
	ask := fourth.password("grace@example.com", goodPassword)
	for range 5 {
		fourth.submit(ask, "/sign-in/code", url.Values{"code": {"111"}})
	}
	if got := fourth.submit(ask, "/sign-in/code", url.Values{"code": {codes[4]}}); got.Status != http.StatusTooManyRequests {
		t.Errorf("after five wrong ones: %d", got.Status)
	}
	if got := r.visitor("").post("/sign-in/code", url.Values{"code": {codes[5]}}); got.Status != http.StatusUnauthorized {
		t.Errorf("a code without a password: %d", got.Status)
	}
	for _, one := range []struct {
		name string
		when time.Duration
		want int
	}{{"a moment after a link", 0, http.StatusSeeOther}, {"an hour after it", time.Hour, http.StatusUnprocessableEntity}} {
		who := r.joined("Ann", "ann"+strconv.Itoa(one.want)+"@example.com")
		page := who.get("/me/codes")
		secret := strings.ReplaceAll(words(page.one("#codes-secret")), " ", "")
		who.submit(page, "/me/codes", url.Values{"code": {den.TimeCode(secret, den.StepOf(time.Now()))}}).one("#recovery")
		login, err := r.den.LoginNamed(t.Context(), "ann"+strconv.Itoa(one.want)+"@example.com")
		r.must(err)
		link, err := r.den.SignInLink(t.Context(), den.System(), login.Person)
		r.must(err)
		lost := r.visitor("")
		lost.submit(lost.get("/sign-in?link="+link), "/sign-in", nil)
		form := lost.get("/me/codes")
		clock.wait(one.when)
		if got := lost.submit(form, "/me/codes/drop", nil); got.Status != one.want {
			t.Errorf("who lost the app, %s: %d %s", one.name, got.Status, got.said())
		}
	}
	form := v.get("/me/codes")
	for range 2 { // a form that is sent twice
		stopped := v.submit(form, "/me/codes/drop", url.Values{"code": {codes[6]}})
		v.follow(stopped).shows(".govuk-notification-banner", "no longer asked")
	}
	if got := r.visitor("").password("grace@example.com", goodPassword); got.Status != http.StatusSeeOther {
		t.Errorf("without codes: %d", got.Status)
	}
}

// A sign-in that waits for a code is none that a provider may finish.
func TestTheCallbackFinishesNoSignInThatWaitsForACode(t *testing.T) {
	r, _, _ := provided(t)
	v := r.joined("Grace", "grace@example.com")
	page := v.get("/me/codes")
	secret := strings.ReplaceAll(words(page.one("#codes-secret")), " ", "")
	v.submit(page, "/me/codes", url.Values{"code": {den.TimeCode(secret, den.StepOf(time.Now()))}}).one("#recovery")
	other := r.visitor("")
	other.password("grace@example.com", goodPassword).shows("h1", "Enter your code")
	got := other.get("/sign-in/callback?code=x&state=")
	got.shows(".govuk-error-summary", "not begun in this browser")
	if got.Status != http.StatusUnauthorized {
		t.Errorf("%d", got.Status)
	}
}
