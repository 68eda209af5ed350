package web_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"innovationden/configs"
	"innovationden/orchestrator/den"
)

// A list that is longer than a page of it is offered whole: what a form leaves out cannot
// be chosen.
func TestWhoCameLateCanBeChosen(t *testing.T) {
	r := newRig(t)
	ctx := context.Background()
	for n := range 200 {
		s, err := r.den.AddSupplier(ctx, den.System(), den.NewOrganisation{Name: fmt.Sprintf("Supplier %d", n)})
		r.must(err)
		_, err = r.den.AddProduct(ctx, den.System(), den.NewProduct{Supplier: s.ID, Name: fmt.Sprintf("Product %d", n)})
		r.must(err)
	}
	late, err := r.den.AddSupplier(ctx, den.System(), den.NewOrganisation{Name: "Late & Last"})
	r.must(err)
	product := r.offer(late, "Lastly", "It came late.")
	who, err := r.den.AddPerson(ctx, den.System(), den.Person{Name: "Person late", Memberships: []den.Membership{{Role: den.SupplierMember, In: late.ID}}, Demo: true})
	r.must(err)
	r.people["late"] = who
	r.visitor("late").get("/products/new").shows("select[name=supplier]", "Late & Last")

	trial, err := r.den.AddTrial(ctx, r.people["official"].Act(), den.NewTrial{Name: "A late one", Question: "Is it there?", Releases: []den.ID{r.releases[2]}})
	r.must(err)
	path := "/trials/" + string(trial.ID) + "/set-up/products"
	v := r.visitor("official")
	page := v.get(path)
	page.shows("label", "Lastly, version 1.0")
	if got := v.submit(page, path, nil); got.Status != http.StatusSeeOther {
		t.Fatalf("%d %s", got.Status, got.said())
	}
	kept, err := r.den.Trial(ctx, den.System(), trial.ID)
	r.must(err)
	if len(kept.Entries) != 1 || kept.Entries[0].Product != product.ID {
		t.Errorf("what was chosen is lost: %+v", kept.Entries)
	}
}

func TestAProductIsAddedToTheSupplierThatItsLinkNames(t *testing.T) {
	r := newRig(t)
	page := r.visitor("operator").get("/products/new?supplier=" + string(r.harbour.ID))
	if got := holds(page.one("select[name=supplier]")); got != string(r.harbour.ID) {
		t.Errorf("the product would be one of %s", got)
	}
}

// A step that is saved as it is shown is not refused, and changes nothing.
func TestFiguresOfADraftComeBackAsTheyWent(t *testing.T) {
	r := newRig(t)
	ctx, by := context.Background(), r.people["official"].Act()
	config, err := configs.Load("", func(string) string { return "" }) // its schemes are ours to change
	r.must(err)
	half := config.Schemes[slices.IndexFunc(config.Schemes, func(s den.Scheme) bool { return s.ID == "first-look" })]
	half.Themes[0].Criteria[0].Weight -= 0.5
	half.Themes[1].Criteria[0].Weight += 0.5
	made, err := r.den.AddScheme(ctx, r.people["operator"].Act(), den.NewScheme{Scheme: half, Why: "Halves are enough."})
	r.must(err)
	trial, err := r.den.AddTrial(ctx, by, den.NewTrial{Name: "Figures", Question: "Do they stay?", Releases: r.releases, Scheme: made.Ref()})
	r.must(err)
	v, path := r.visitor("official"), "/trials/"+string(trial.ID)+"/set-up/"
	for _, share := range []string{"7", "0.5", "29", "0", "100"} {
		if got := v.submit(v.get(path+"measuring"), path+"measuring", url.Values{"errors": {share}}); got.Status != http.StatusSeeOther {
			t.Fatalf("%s per cent: %d %s", share, got.Status, got.said())
		}
		page := v.get(path + "measuring")
		if got := attribute(page.one("#errors"), "value"); got != share {
			t.Errorf("%s per cent is %s now", share, got)
		}
		if got := v.submit(page, path+"measuring", nil); got.Status != http.StatusSeeOther {
			t.Errorf("%s per cent, again: %d %s", share, got.Status, got.said())
		}
	}
	if got := v.submit(v.get(path+"weights"), path+"weights", nil); got.Status != http.StatusSeeOther {
		t.Errorf("weights with a half: %d %s", got.Status, got.said())
	}
	after, err := r.den.Trial(ctx, den.System(), trial.ID)
	r.must(err)
	if c := made.Criteria()[0]; after.Weights[c.ID] != c.Weight {
		t.Errorf("%s weighs %v, not %v", c.Title, after.Weights[c.ID], c.Weight)
	}
}

func TestTheLeadGoesBackToWhoeverSetUpTheTrial(t *testing.T) {
	r := newRig(t)
	trial, colleague := r.trial(), r.people["colleague"].ID
	_, err := r.den.Amend(context.Background(), r.people["official"].Act(), trial.ID, den.NewAmendment{Chair: &colleague, Why: "I am away."})
	r.must(err)
	v, path := r.visitor("official"), "/trials/"+string(trial.ID)+"/amend"
	if got := v.submit(v.get(path), path, url.Values{"chair": {""}, "why": {"I am back."}}); got.Status != http.StatusSeeOther {
		t.Fatalf("%d %s", got.Status, got.said())
	}
	after, err := r.den.Trial(context.Background(), den.System(), trial.ID)
	r.must(err)
	if after.Leads() != r.people["official"].ID {
		t.Errorf("%s leads", after.Leads())
	}
}

// Whoever leads the panel may dissent, too: each form of the page keeps what was typed
// into it, and takes nothing from the other.
func TestTheFormsOfAConsensusKeepWhatWasTyped(t *testing.T) {
	r := newRig(t)
	ctx, by := context.Background(), r.people["official"].Act()
	trial := r.trial()
	both := []den.ID{r.people["evaluator"].ID, r.people["official"].ID}
	_, err := r.den.Amend(ctx, by, trial.ID, den.NewAmendment{Evaluators: &both, Why: "I try it, too."})
	r.must(err)
	r.score(trial, "evaluator")
	_, err = r.den.Declare(ctx, by, trial.ID, den.NewDeclaration{Stake: den.NoStake})
	r.must(err)
	r.scoreBy(trial, "official", 3)
	first, other := trial.Scheme.Criteria()[0], trial.Scheme.Criteria()[1]
	entry, second := string(trial.Entries[0].ID), string(trial.Entries[1].ID)
	path := "/trials/" + string(trial.ID) + "/consensus"
	v := r.visitor("official")

	field := func(what, entry string, c den.Criterion) string { return what + "-" + entry + "-" + c.ID }
	kept := v.submit(v.get(path), path, url.Values{field("mark", entry, first): {"4"}, field("reason", entry, first): {"We all saw it."}})
	if kept.Status != http.StatusSeeOther {
		t.Fatalf("%d %s", kept.Status, kept.said())
	}
	alone := v.submit(v.get(path), path, url.Values{field("mark", second, first): {""}, field("reason", second, first): {"We still talk about it."}})
	alone.shows(`.govuk-error-summary a[href="#`+field("mark", second, first)+`"]`, "Select the mark of “"+first.Title+"” of "+trial.Entries[1].ProductName)
	if got := holds(alone.one("#" + field("reason", second, first))); alone.Status != http.StatusUnprocessableEntity || got != "We still talk about it." {
		t.Errorf("a reason alone: %d %q", alone.Status, got)
	}
	taken := v.submit(v.get(path), path, url.Values{field("mark", entry, first): {""}})
	taken.shows(`.govuk-error-summary a[href="#`+field("mark", entry, first)+`"]`, "Select the mark of")

	on := v.submit(v.get(path), path, url.Values{field("mark", second, first): {"2"}, field("reason", second, first): {"Now we agree."}, "do": {"lock"}})
	if on.Header.Get("Location") != path+"/lock" {
		t.Errorf("on to the lock: %d %q %s", on.Status, on.Header.Get("Location"), on.said())
	}
	if got := holds(v.get(path).one("#" + field("mark", second, first))); got != "2" {
		t.Errorf("the mark is %q after going on to the lock", got)
	}

	wrong := v.submit(v.get(path), path+"/dissent", url.Values{"entry": {second}, "criterion": {other.ID}, "text": {"It was slow."}})
	wrong.shows(`.govuk-error-summary a[href="#criterion"]`, "Choose a criterion on which the panel has agreed")
	for name, want := range map[string]string{"entry": second, "criterion": other.ID, "text": "It was slow.", field("mark", entry, first): "4", field("reason", entry, first): "We all saw it."} {
		if got := holds(wrong.one("#" + name)); got != want {
			t.Errorf("%s is %q after a dissent that was refused, not %q", name, got, want)
		}
	}
}

func TestASharePointsAtWhatIsMissing(t *testing.T) {
	r := newRig(t)
	path := "/trials/" + string(r.trial().ID) + "/shares"
	v := r.visitor("official")
	for how, want := range map[string]string{"person": "Select a person", "group": "Select an organisation"} {
		v.submit(v.get(path), path, url.Values{"how": {how}}).shows(`.govuk-error-summary a[href="#`+how+`"]`, want)
	}
}

// Of a form with files all that was typed outlives the session, and the page says that the
// files do not.
func TestAReleaseOutlivesItsSession(t *testing.T) {
	r := newRig(t)
	path := "/products/" + string(r.bookwell.ID) + "/releases"
	v := r.visitor("")
	typed := url.Values{"version": {"2.0 <b>"}, "notes": {"It is quicker.\nAnd quieter."}, "compose-file": {"services:\n  web:\n    image: a"}, "front": {"web"}}
	out := v.upload(path, typed, make([]byte, 1<<16))
	out.shows("main", "A file cannot be kept")
	if out.Status != http.StatusUnauthorized {
		t.Fatalf("%d %s", out.Status, out.said())
	}
	back := v.submit(out, "/sign-in", url.Values{"person": {string(r.people["engineer"].ID)}})
	back.shows("main", "choose the file again")
	form := back.one("main form")
	if attribute(form, "action") != path || attribute(form, "enctype") != "multipart/form-data" {
		t.Fatalf("it goes to %s as %q", attribute(form, "action"), attribute(form, "enctype"))
	}
	kept := url.Values{}
	for _, field := range back.all("main form input") {
		kept.Add(attribute(field, "name"), attribute(field, "value"))
	}
	again := v.sendFile(path, kept, sentFile{"archive", "", nil})
	if got := attribute(again.one("#version"), "value"); again.Status == http.StatusUnauthorized || got != "2.0 <b>" {
		t.Errorf("%d %q", again.Status, got)
	}
	for name, want := range map[string]string{"notes": "It is quicker.\nAnd quieter.", "compose": "services:\n  web:\n    image: a"} {
		if got := strings.ReplaceAll(holds(again.one("#"+name)), "\r\n", "\n"); got != want {
			t.Errorf("%s is %q", name, got)
		}
	}
}

func TestAPriceIsNotSavedByHalf(t *testing.T) {
	r := newRig(t)
	trial := r.trial()
	path := "/trials/" + string(trial.ID) + "/prices"
	v, one, two := r.visitor("official"), string(trial.Entries[0].ID), string(trial.Entries[1].ID)
	wrong := v.submit(v.get(path), path, url.Values{"price-" + one: {"100"}, "basis-" + one: {"A year."}, "price-" + two: {" "}, "basis-" + two: {"Two years."}})
	wrong.shows(`.govuk-error-summary a[href="#price-`+two+`"]`, "Enter the price of "+trial.Entries[1].ProductName)
	if got := holds(wrong.one("#basis-" + two)); wrong.Status != http.StatusUnprocessableEntity || got != "Two years." {
		t.Errorf("%d %q", wrong.Status, got)
	}
	after, err := r.den.Trial(context.Background(), den.System(), trial.ID)
	r.must(err)
	if len(after.Priced) != 0 {
		t.Errorf("a price of nothing is kept: %v", after.Priced)
	}
	draft, err := r.den.AddTrial(context.Background(), r.people["official"].Act(), den.NewTrial{Name: "Empty", Question: "What?"})
	r.must(err)
	path = "/trials/" + string(draft.ID) + "/prices"
	if got := v.submit(v.get(path), path, nil); got.Status != http.StatusUnprocessableEntity {
		t.Errorf("a draft without products: %d %s", got.Status, got.said())
	}
}

func TestEvidenceThatIsTooLargeSaysSoAndStaysWithItsQuestion(t *testing.T) {
	r := newRig(t)
	trial := r.trial()
	asked := trial.Scheme.Criteria()[0]
	v := r.visitor("evaluator")
	page := v.get("/trials/" + string(trial.ID) + "/entries/" + string(trial.Entries[0].ID) + "/evidence?criterion=" + asked.ID)
	got := v.sendFile(attribute(page.one("main form"), "action"), url.Values{"criterion": {asked.ID}, "kind": {"file"}}, sentFile{"file", "a.bin", make([]byte, 10<<20)})
	got.shows(`.govuk-error-summary a[href="#file"]`, "at most 8 MB")
	if got.Status != http.StatusRequestEntityTooLarge || attribute(got.one("input[name=criterion]"), "value") != asked.ID {
		t.Errorf("%d %s", got.Status, got.said())
	}
}

// Who only reads the rules of a department reads all of them, with their units.
func TestRulesAreReadWhole(t *testing.T) {
	r := newRig(t)
	path := "/departments/" + string(r.department.ID) + "/rules"
	v := r.visitor("official")
	for field, name := range map[string]string{"budget": "the budget", "ask-pence": "the amount from which"} {
		v.submit(v.get(path), path, url.Values{field: {"0"}}).shows(`.govuk-error-summary a[href="#`+field+`"]`, "Enter "+name)
	}
	saved := v.submit(v.get(path), path, url.Values{"budget": {"1,500"}, "ask-pence": {"20"}, "ways-out": {"api.example.org"}, "ask-ways-out": {"yes"}, "at-budget": {"pause"}, "hours": {"90"}})
	if saved.Status != http.StatusSeeOther {
		t.Fatalf("%d %s", saved.Status, saved.said())
	}
	page := r.visitor("colleague").get(path)
	for _, want := range []string{"£1,500", "£20", "api.example.org", "Any way out of a sandbox needs an approver", "Pause the sandboxes", "Hours of sandboxes"} {
		page.shows(".govuk-summary-list__row", want)
	}
	closed := v.submit(v.get(path), path, url.Values{"no-ways-out": {"yes"}})
	if closed.Status != http.StatusSeeOther {
		t.Fatalf("%d %s", closed.Status, closed.said())
	}
	r.visitor("auditor").get(path).shows(".govuk-summary-list__row", "products may reach nothing at all")
}

// The people of every organisation are found by links, by who may see them.
func TestTheOperatorFindsThePeopleOfAnOrganisation(t *testing.T) {
	r := newRig(t)
	v := r.visitor("operator")
	added := v.submit(v.get("/departments/new"), "/departments", url.Values{"name": {"Department of New Things"}})
	page := v.follow(added)
	page.shows("h1", "People of Department of New Things")
	page.shows(".govuk-notification-banner", "The department was added")
	v.get(attribute(page.one(".govuk-back-link"), "href")).one(`a[href="/departments/` + string(r.department.ID) + `/members"]`)
	members := `a[href="/suppliers/` + string(r.northbridge.ID) + `/members"]`
	supplier := "/suppliers/" + string(r.northbridge.ID)
	v.get(supplier).one(members)
	r.visitor("engineer").get(supplier).one(members)
	for _, who := range []string{"rival", "official", "evaluator"} {
		if r.visitor(who).get(supplier).has(members) {
			t.Errorf("%s is led to people whom they may not see", who)
		}
	}
}
