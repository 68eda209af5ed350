package web_test

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"innovationden/orchestrator/den"
	"innovationden/web"
)

// at asks a sandbox's address for something, with the cookie of a visit.
func (v *visitor) at(address, cookie string) *page {
	v.Helper()
	return v.read(v.ask(address, cookie, ""))
}

func (v *visitor) ask(address, cookie, accept string) *http.Response {
	v.Helper()
	u, err := url.Parse(address)
	v.must(err)
	host := u.Host
	u.Host = strings.TrimPrefix(v.server.URL, "http://")
	q, err := http.NewRequestWithContext(context.Background(), http.MethodGet, u.String(), nil)
	v.must(err)
	q.Host = host
	if cookie != "" {
		q.Header.Set("Cookie", cookie)
	}
	if accept != "" {
		q.Header.Set("Accept", accept)
	}
	answer, err := v.client.Do(q)
	v.must(err)
	return answer
}

// into follows a redirect into a sandbox and gives the cookie of the visit.
func (v *visitor) into(entered *page) (address, cookie string) {
	v.Helper()
	to := entered.Header.Get("Location")
	if entered.Status != http.StatusSeeOther || !strings.Contains(to, ".localhost") {
		v.Fatalf("no way in: %d %q %s", entered.Status, to, entered.said())
	}
	in := v.at(to, "")
	set := in.Header.Get("Set-Cookie")
	u, err := url.Parse(to)
	v.must(err)
	cookie, _, _ = strings.Cut(set, ";")
	return "http://" + u.Host + "/", cookie
}

// A person who is invited by a link sees what it is and until when, and the product;
// nothing else of the den. It ends at once when it is taken back.
func TestAVisitByLink(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	trial := r.trial()
	path := "/trials/" + string(trial.ID) + "/shares"
	official, guest := r.visitor("official"), r.visitor("")

	wrong := official.post(path, url.Values{"how": {"link"}, "lasts": {"2 days"}, "passcode": {"short"}})
	wrong.shows(`.govuk-error-summary a[href="#passcode"]`, "6 characters")
	if wrong.Status != http.StatusUnprocessableEntity || attribute(wrong.one("#passcode"), "value") != "short" {
		t.Errorf("a wrong form: %d", wrong.Status)
	}
	made := official.post(path, url.Values{"how": {"link"}, "lasts": {"2 days"}, "for": {"users of the service"}, "passcode": {"open sesame"}})
	link := words(made.one("#link"))
	visit := strings.TrimPrefix(link, r.server.URL)
	if again := official.get(path); strings.Contains(again.Text, visit) || !strings.Contains(again.Text, "users of the service") {
		t.Error("the link is shown again, or the share is not listed")
	}

	landing := guest.get(visit)
	landing.shows("main", "users of the service")
	landing.shows("main", "Do not enter real names")
	if landing.Status != http.StatusOK || landing.has("nav a[href='/trials']") || !strings.Contains(landing.Header.Get("Content-Security-Policy"), ".localhost") || landing.Header.Get("Referrer-Policy") != "no-referrer" {
		t.Errorf("the landing: %d %v", landing.Status, landing.Header)
	}
	lease := string(trial.Entries[0].Sandbox.ID)
	for range 3 {
		if got := guest.post(visit, url.Values{"sandbox": {lease}, "passcode": {"open barley"}}); got.Status != http.StatusUnprocessableEntity || !got.has(`.govuk-error-summary a[href="#passcode"]`) || !got.has("#passcode-error") {
			t.Errorf("another passcode: %d", got.Status)
		}
	}
	address, cookie := guest.into(guest.post(visit, url.Values{"sandbox": {lease}, "passcode": {"open sesame"}}))
	if got := guest.at(address, cookie); got.Status != http.StatusOK || !strings.Contains(got.Text, "This is ") {
		t.Errorf("the product: %d %s", got.Status, got.Text)
	}
	for _, closed := range []string{"/", "/trials", "/trials/" + string(trial.ID), "/sandboxes/" + lease, path, "/record", "/shared"} {
		if got := guest.get(closed); got.Status != http.StatusSeeOther {
			t.Errorf("a guest by link gets %d at %s", got.Status, closed)
		}
	}
	other := string(trial.Entries[1].Sandbox.Name)
	if got := guest.at("http://"+other+".localhost/", cookie); got.Status == http.StatusOK {
		t.Error("the visit of one sandbox opens another")
	}

	stream := guest.ask(address+"events", cookie, "text/event-stream")
	defer func() { _ = stream.Body.Close() }()
	lines := bufio.NewReader(stream.Body)
	if line, err := lines.ReadString('\n'); err != nil || line != "data: now\n" {
		t.Fatalf("the stream says %q: %v", line, err)
	}
	share, err := r.den.Shares(context.Background(), den.System(), trial.ID)
	r.must(err)
	began := time.Now()
	taken := official.follow(official.post(path+"/"+string(share[0].ID)+"/withdraw", url.Values{}))
	taken.shows("main", "Over")
	if _, err := io.Copy(io.Discard, lines); time.Since(began) > time.Second {
		t.Errorf("what was open ended after %v: %v", time.Since(began), err)
	}
	if got := guest.at(address, cookie); got.Status == http.StatusOK {
		t.Error("a share that was taken back still opens the product")
	}
	if got := guest.get(visit); got.Status != http.StatusNotFound || got.said() != guest.get("/visit/den_nothing").said() {
		t.Errorf("a link that was taken back: %d", got.Status)
	}
}

func TestPasscodesCannotBeGuessed(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(c *web.Config) { c.Proxies = []string{"127.0.0.1"} })
	trial := r.trial()
	lease := trial.Entries[0].Sandbox.ID
	_, link, err := r.den.AddShare(context.Background(), r.people["official"].Act(), den.NewShare{Trial: trial.ID, Link: true, For: "users", Passcode: "123456"})
	r.must(err)
	enter := func(from, passcode string) *page {
		return r.visitor("").send(http.MethodPost, "/visit/"+link, url.Values{"sandbox": {string(lease)}, "passcode": {passcode}}, http.Header{"X-Forwarded-For": {from}})
	}
	answers := map[int]int{}
	for n := range 7 { // one home of the sixth version of the protocol
		answers[enter("2001:db8:1:2::"+strconv.Itoa(n+1), "654321").Status]++
	}
	if answers[http.StatusUnprocessableEntity] != 5 || answers[http.StatusTooManyRequests] != 2 {
		t.Errorf("seven wrong passcodes are answered %v", answers)
	}
	slowed := enter("2001:db8:1:2::99", "123456")
	slowed.shows(`.govuk-error-summary a[href="#passcode"]`, "too many wrong passcodes. Try again in ")
	if wait, err := strconv.Atoi(slowed.Header.Get("Retry-After")); slowed.Status != http.StatusTooManyRequests || err != nil || wait < 1 || wait > 600 {
		t.Errorf("the right one after too many wrong ones: %d, Retry-After %q", slowed.Status, slowed.Header.Get("Retry-After"))
	}
	if got := enter("192.0.2.2", "123456"); got.Status != http.StatusSeeOther {
		t.Errorf("somebody else: %d %s", got.Status, got.said())
	}
	if got := enter("192.0.2.2", ""); got.Status != http.StatusUnprocessableEntity || !got.has("#passcode-error") {
		t.Errorf("no passcode: %d", got.Status)
	}
	shares, err := r.den.Shares(context.Background(), den.System(), trial.ID)
	r.must(err)
	r.must(r.store.View(context.Background(), func(tx den.Tx) error {
		kept, err := tx.Shares().Get(shares[0].ID)
		if strings.Contains(kept.Hash+kept.Passcode, link) || strings.Contains(kept.Passcode, "123456") {
			t.Error("the store holds the link or the passcode")
		}
		return err
	}))
}

// Somebody of another department with whom it is shared by name, or as one of an
// organisation, opens the product and sees nothing else; not after it was taken back.
func TestAVisitByName(t *testing.T) {
	r := newRig(t)
	trial := r.trial()
	ctx, by := context.Background(), r.people["official"].Act()
	lease := trial.Entries[1].Sandbox.ID
	open := "/open/" + string(lease)
	for who, with := range map[string]den.ID{"newcomer": r.people["newcomer"].ID, "stranger": r.elsewhere.ID} {
		guest := r.visitor(who)
		if got := guest.get(open); got.Status != http.StatusNotFound {
			t.Errorf("%s before: %d", who, got.Status)
		}
		if guest.get("/help").has("nav a[href='/shared']") {
			t.Errorf("%s is offered what is shared before anything is", who)
		}
		s, _, err := r.den.AddShare(ctx, by, den.NewShare{Trial: trial.ID, Lease: lease, With: with})
		r.must(err)
		guest.get("/help").shows("nav a[href='/shared']", "Shared with me")
		guest.get("/shared").shows("main a", "Open Slotwise")
		address, cookie := guest.into(guest.get(open))
		if got := guest.at(address, cookie); got.Status != http.StatusOK {
			t.Errorf("%s in the product: %d", who, got.Status)
		}
		for _, closed := range []string{"/trials/" + string(trial.ID), "/sandboxes/" + string(lease), "/open/" + string(trial.Entries[0].Sandbox.ID)} {
			if got := guest.get(closed); got.Status != http.StatusNotFound {
				t.Errorf("%s gets %d at %s", who, got.Status, closed)
			}
		}
		_, err = r.den.TakeShare(ctx, by, trial.ID, s.ID, "")
		r.must(err)
		if got := guest.at(address, cookie); got.Status == http.StatusOK {
			t.Errorf("%s is still let in", who)
		}
		if got := guest.get(open); got.Status != http.StatusNotFound {
			t.Errorf("%s afterwards: %d", who, got.Status)
		}
	}
	_, link, err := r.den.AddShare(ctx, by, den.NewShare{Trial: trial.ID, Link: true, For: "users"})
	r.must(err)
	r.end(trial)
	if _, err := r.den.ByLink(ctx, link); den.KindOf(err) != den.NotFound {
		t.Errorf("a link outlives its trial: %v", err)
	}
}
