package web_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"innovationden/orchestrator/den"
	"innovationden/web"
)

// openedTo is what an open techmap lets anybody read, by its row in verdicts.
var openedTo = []string{
	"GET /techmap", "GET /techmap/map", "GET /techmap/compare", "GET /products", "GET /products/:id", "GET /suppliers/:id", "GET /releases/:id",
	"GET /challenges", "GET /challenges/:id", "GET /challenges/:id/pack", "GET /challenges/:id/pack/text", "GET /challenges/:id/pack/html",
}

// Where the techmap is open nobody in particular gets in where openedTo and verdicts say
// so, of things of both sides, and is sent to the door at every other route.
func TestWhatNobodyReadsWhereTheTechmapIsOpen(t *testing.T) {
	t.Parallel()
	r := newRigWith(t, true)
	all := map[string]map[string]thing{ours: r.side("official", r.bookwell, r.northbridge.ID, r.releases[0], "evaluator"), theirs: r.side("stranger", r.slotwise, r.harbour.ID, r.releases[1], "")}
	asked, in := 0, 0
	for _, route := range web.RoutesOf() {
		name := route.Method + " " + route.Path
		w := verdicts[name]
		for of, one := range all {
			for _, p := range r.callers()[:3] { // nobody, by each proof
				want := slices.Contains(openedTo, name) && p.proof != "wrong token" || slices.Contains(strings.Fields(w.ours.yes), "nobody") && p.proof != "wrong token"
				c := cell{route, w, of, p.who, p.proof}
				got := r.try(c, p, one[w.about])
				if asked++; (c.answer(got) == "in") != want {
					t.Errorf("%s of %s with %s: %d, in: %v wanted", name, of, p.proof, got.Code, want)
				}
				if want {
					in++
				}
			}
		}
	}
	if asked < 500 || in < 4*len(openedTo) {
		t.Errorf("%d were asked, %d of them open", asked, in)
	}
}

// What is not published is not there for anybody, and what is says how to take part, not
// who did; asking and answering stay behind the door.
func TestAnybodyReadsPublishedChallenges(t *testing.T) {
	r := newRigWith(t, true)
	made := map[string]thing{}
	r.challenges("official", "engineer", made)
	_, err := r.den.Invite(t.Context(), r.people["official"].Act(), made["challenge"].id, r.harbour.ID)
	r.must(err)
	nobody, path := r.visitor(""), "/challenges/"+string(made["challenge"].id)
	list := nobody.get("/challenges")
	list.shows("main", "A challenge of official")
	list.shows("nav", "Sign in")
	one := nobody.get(path)
	one.shows("main", "60,000 parents a year.")
	one.shows(`main a[href="/sign-in?then=`+strings.ReplaceAll(path, "/", "%2F")+`"]`, "Sign in to ask or answer")
	nobody.get("/help/challenges").shows("#for-suppliers-get-an-account", "account")
	for _, shown := range []*page{list, one, nobody.get(path + "/pack"), nobody.get(path + "/pack/text"), nobody.get(path + "/pack/html")} {
		for _, secret := range []string{"A draft of", "How many?", "Ask for less.", "Harbour", "Northbridge", string(r.people["official"].ID), "1 supplier answered"} {
			if shown.Status != http.StatusOK || strings.Contains(shown.Text, secret) {
				t.Errorf("%d, %q is told to anybody", shown.Status, secret)
			}
		}
	}
	if got := nobody.get("/challenges/" + string(made["challenge-draft"].id)); got.Status != http.StatusNotFound {
		t.Errorf("a draft: %d", got.Status)
	}
	for _, more := range []string{"/ask", "/interest", "/answers", "/notice"} {
		if got := nobody.get(path + more); !strings.HasPrefix(got.Header.Get("Location"), "/sign-in") {
			t.Errorf("%s: %d", more, got.Status)
		}
	}
	if got := r.visitor("engineer").get(path); strings.Contains(got.Text, "Sign in to ask") {
		t.Error("who is signed in is asked to sign in")
	}
	_, err = r.den.CloseChallenge(t.Context(), den.System(), made["challenge"].id, "Enough.", 0)
	r.must(err)
	if got := nobody.get(path); strings.Contains(got.Text, "Sign in to ask") || !strings.Contains(got.Text, "Closed") {
		t.Error("a closed challenge asks people to take part")
	}
}

// What was published stands on the product's page, with the supplier's reply beside it,
// and leads to the report; a part that was kept back says so.
func TestPublishedEvidenceStandsOnTheProductsPage(t *testing.T) {
	t.Parallel()
	r := newRigWith(t, true)
	trial := r.trial()
	r.score(trial, "evaluator")
	r.end(trial)
	ctx, by := t.Context(), r.people["official"].Act()
	_, err := r.den.Decide(ctx, by, trial.ID, den.NewDecision{Decision: den.Stop, Route: den.RouteNone, Why: "Not now."})
	r.must(err)
	path, rival := "/products/"+string(r.bookwell.ID), r.visitor("rival")
	if got := rival.get(path); strings.Contains(got.Text, trial.Name) {
		t.Error("a trial that was not published is named")
	}
	_, err = r.den.Publish(ctx, by, trial.ID, den.NewPublication{Parts: []den.Part{den.PartNames, den.PartDecision}, Why: "For others."})
	r.must(err)
	var entry den.ID
	for _, e := range trial.Entries {
		if e.Entry.Product == r.bookwell.ID {
			entry = e.Entry.ID
		}
	}
	_, err = r.den.ReplyTo(ctx, r.people["engineer"].Act(), trial.ID, den.NewReply{Entry: entry, Text: "We have mended it."})
	r.must(err)
	got := rival.get(path)
	got.shows(`main a[href="/register/`+string(trial.ID)+`"]`, trial.Name)
	got.shows(".den-stack", "not chosen")
	got.shows(".den-stack", "Not published")
	got.shows(".govuk-inset-text", "We have mended it.")
	rival.get("/techmap/compare?product="+string(r.bookwell.ID)).shows("table", trial.Name)
	if got := r.visitor("").get(path); strings.Contains(got.Text, trial.Name) { // the register is closed
		t.Error("the techmap is a way around the register")
	}
}
