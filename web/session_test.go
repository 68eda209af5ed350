package web_test

import (
	"context"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"

	"innovationden/orchestrator/den"
)

// forget makes the browser lose its session, as if it had run out.
func (v *visitor) forget() {
	v.Helper()
	jar, err := cookiejar.New(nil)
	v.must(err)
	v.client.Jar = jar
}

func TestAFormSentAfterTheSessionWasOverIsKept(t *testing.T) {
	r := newRig(t)
	trial := r.trial()
	v := r.visitor("evaluator")
	path := "/trials/" + string(trial.ID) + "/entries/" + string(trial.Entries[0].ID) + "/assess"
	form := v.get(path)
	v.forget()
	typed := url.Values{"do": {"save"}, "note": {"Line one\nand \"two\" <b>"}}
	kept := v.submit(form, path, typed)
	if kept.Status != http.StatusUnauthorized {
		t.Fatalf("a form without a session: %d", kept.Status)
	}
	kept.shows("main", "What you typed is kept on this page")

	button := ""
	for _, one := range kept.all(`form[action="/sign-in"]`) {
		if strings.Contains(words(one), "Person evaluator") {
			for _, field := range kept.all(`input[name=person]`) {
				if attribute(field, "value") == string(r.people["evaluator"].ID) {
					button = attribute(field, "value")
				}
			}
		}
	}
	back := v.submit(kept, "/sign-in", url.Values{"person": {button}})
	back.shows("h1", "You are signed in again")
	done := v.follow(v.submit(back, path, nil))
	done.shows(".govuk-notification-banner", "Your scores are saved")
	saved, err := r.den.Assessment(context.Background(), r.people["evaluator"].Act(), trial.ID, trial.Entries[0].ID)
	r.must(err)
	if saved.Note != "Line one\nand \"two\" <b>" {
		t.Errorf("saved %q", saved.Note)
	}
}

func TestAKeptFormGoesNowhereElse(t *testing.T) {
	r := newRig(t)
	v := r.visitor("")
	for _, to := range []string{"https://evil.example/", "//evil.example/x", "/\\evil.example", "/sign-out"} {
		got := v.post("/sign-in", url.Values{"person": {string(r.people["official"].ID)}, "kept-to": {to}, "kept:a": {"b"}})
		if action := attribute(got.one("main form"), "action"); action != "/" {
			t.Errorf("a form kept for %q goes to %q", to, action)
		}
		v.forget()
	}
}

func TestSignInReturnsToWhereItCameFrom(t *testing.T) {
	r := newRig(t)
	v := r.visitor("")
	away := v.get("/trials?state=draft")
	if want := "/sign-in?then=%2Ftrials%3Fstate%3Ddraft"; away.Status != 303 || away.Header.Get("Location") != want {
		t.Fatalf("nobody at /trials: %d %s, want %s", away.Status, away.Header.Get("Location"), want)
	}
	form := v.follow(away)
	in := v.submit(form, "/sign-in", url.Values{"person": {string(r.people["official"].ID)}})
	if got := in.Header.Get("Location"); got != "/trials?state=draft" {
		t.Errorf("signed in to %q", got)
	}
	v.forget()
	in = v.post("/sign-in", url.Values{"person": {string(r.people["official"].ID)}, "then": {"//evil.example"}})
	if got := in.Header.Get("Location"); got != "/" {
		t.Errorf("signed in to %q", got)
	}
}

func TestAOneTimeLinkNeedsAButtonAndWorksOnce(t *testing.T) {
	r := newRig(t)
	link, err := r.den.FirstLink(context.Background())
	r.must(err)
	v := r.visitor("")
	for range 2 { // looking at it, as mail scanners do, uses nothing up
		v.get("/sign-in?link="+link).shows("main", "signs you in once")
	}
	if got := v.submit(v.get("/sign-in?link="+link), "/sign-in", nil); got.Status != 303 {
		t.Fatalf("the link: %d %s", got.Status, got.said())
	}
	v.get("/host").shows("h1", "Host")
	again := r.visitor("").post("/sign-in", url.Values{"secret": {r.server.URL + "/sign-in?link=" + link}})
	if again.Status != http.StatusUnauthorized {
		t.Errorf("the link again: %d", again.Status)
	}
	again.shows(`.govuk-error-summary a[href="#secret"]`, "This link has been used")
}

func TestSignOutEndsTheSessionEverywhere(t *testing.T) {
	r := newRig(t)
	v := r.visitor("official")
	home, err := url.Parse(r.server.URL)
	r.must(err)
	stolen := v.client.Jar.Cookies(home)
	if got := v.post("/sign-out", url.Values{}); got.Header.Get("Location") != "/sign-in?done=signed-out" {
		t.Errorf("signed out to %q", got.Header.Get("Location"))
	}
	thief := r.visitor("")
	thief.client.Jar.SetCookies(home, stolen)
	if got := thief.get("/"); got.Status != 303 || !strings.HasPrefix(got.Header.Get("Location"), "/sign-in") {
		t.Errorf("a session that was ended: %d", got.Status)
	}
}

func TestATokenOpensTheDoorAndAWrongOneDoesNot(t *testing.T) {
	r := newRig(t)
	token, err := r.den.OperatorToken(context.Background())
	r.must(err)
	v := r.visitor("")
	send := func(auth string) *page {
		return v.send(http.MethodGet, "/host", nil, http.Header{"Authorization": {auth}, "Accept": {"application/json"}})
	}
	if got := send("Bearer " + token); got.Status != http.StatusOK {
		t.Errorf("a token: %d", got.Status)
	}
	wrong := send("Bearer den_wrong")
	if wrong.Status != http.StatusUnauthorized || wrong.Header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("a wrong token: %d %s", wrong.Status, wrong.Header.Get("Content-Type"))
	}
}

func TestAFormOfAnotherSiteIsRefused(t *testing.T) {
	r := newRig(t)
	v := r.visitor("official")
	for name, header := range map[string]http.Header{
		"cross-site": {"Sec-Fetch-Site": {"cross-site"}}, "same-site": {"Sec-Fetch-Site": {"same-site"}},
		"another origin": {"Origin": {"http://calm-fox-1.localhost"}},
	} {
		if got := v.send(http.MethodPost, "/trials", url.Values{"name": {"x"}, "question": {"y"}}, header); got.Status != http.StatusForbidden {
			t.Errorf("%s: %d", name, got.Status)
		}
	}
	found, err := r.den.Trials(context.Background(), den.System(), den.Filter{})
	r.must(err)
	if len(found.Items) != 0 {
		t.Error("a trial was made by another site")
	}
	if got := v.send(http.MethodPost, "/trials", url.Values{"name": {"x"}, "question": {"y"}}, http.Header{"Sec-Fetch-Site": {"same-origin"}}); got.Status != 303 {
		t.Errorf("the control, of the same origin: %d", got.Status)
	}
}

func TestSomebodyElsesChangeIsSaidAndNothingIsLost(t *testing.T) {
	r := newRig(t)
	ctx, by := context.Background(), r.people["official"].Act()
	draft, err := r.den.AddTrial(ctx, by, den.NewTrial{Name: "First", Question: "Why?"})
	r.must(err)
	v, path := r.visitor("official"), "/trials/"+string(draft.ID)+"/set-up/about"
	form := v.get(path)
	_, err = r.den.ChangeTrial(ctx, by, draft.ID, den.NewTrial{Name: "Changed meanwhile", Question: "Why?"})
	r.must(err)
	late := v.submit(form, path, url.Values{"name": {"Mine"}})
	if late.Status != http.StatusPreconditionFailed {
		t.Errorf("a late change: %d", late.Status)
	}
	late.shows(".govuk-error-summary", "Somebody else changed this")
	if got := attribute(late.one("#name"), "value"); got != "Mine" {
		t.Errorf("what was typed is %q now", got)
	}
	if got := v.submit(late, path, nil); got.Status != 303 {
		t.Errorf("sent again: %d", got.Status)
	}
}
