package web_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"innovationden/orchestrator/den"
)

// Marks that somebody gave in one tab are not removed by sending an older tab again.
func TestAnOlderTabDoesNotRemoveMarks(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	trial := r.trial()
	v, path := r.visitor("evaluator"), "/trials/"+string(trial.ID)+"/entries/"+string(trial.Entries[0].ID)+"/assess"
	first, second := v.get(path), v.get(path)
	if got := v.submit(first, path, url.Values{"do": {"save"}, "mark-easy-to-use": {"4"}, "reason-easy-to-use": {"Plain labels."}, "note": {"Quick."}}); got.Status != http.StatusSeeOther {
		t.Fatalf("not saved: %d %s", got.Status, got.said())
	}
	late := v.submit(second, path, url.Values{"do": {"save"}, "mark-does-the-job": {"2"}, "reason-does-the-job": {"Half of it."}})
	if late.Status != http.StatusPreconditionFailed {
		t.Fatalf("the older tab: %d %s", late.Status, late.said())
	}
	late.shows(".govuk-error-summary", "or you did in another tab")
	if got := v.submit(late, path, url.Values{"do": {"save"}}); got.Status != http.StatusSeeOther {
		t.Fatalf("sent again: %d %s", got.Status, got.said())
	}
	now, err := r.den.Assessment(context.Background(), r.people["evaluator"].Act(), trial.ID, trial.Entries[0].ID)
	r.must(err)
	job, ease := now.Scores["does-the-job"], now.Scores["easy-to-use"]
	if job.Mark == nil || *job.Mark != 2 || ease.Mark == nil || *ease.Mark != 4 || ease.Reason != "Plain labels." || now.Note != "Quick." {
		t.Errorf("what is kept now: %+v, %q", now.Scores, now.Note)
	}
}

// Who starts a trial that changed meanwhile typed nothing: the page says what to look at. It
// says, too, what will be missing.
func TestTheCheckOfATrialSaysWhatChangedAndWhatIsMissing(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	ctx, by := context.Background(), r.people["official"].Act()
	in := den.NewTrial{Name: "First", Question: "Why?", Releases: r.releases}
	draft, err := r.den.AddTrial(ctx, by, in)
	r.must(err)
	v, path := r.visitor("official"), "/trials/"+string(draft.ID)
	check := v.get(path + "/set-up/check")
	check.shows("main li", "No evaluators are chosen")
	in.Evaluators = []den.ID{r.people["evaluator"].ID}
	_, err = r.den.ChangeTrial(ctx, by, draft.ID, in)
	r.must(err)
	late := v.submit(check, path+"/start", nil)
	if late.Status != http.StatusPreconditionFailed {
		t.Errorf("a late start: %d", late.Status)
	}
	late.shows(".govuk-error-summary", "Check the answers below")
	if strings.Contains(late.said(), "What you typed") {
		t.Error("it speaks of what nobody typed")
	}
	late.shows("main li", "No tasks are set")
}

// What the check says of the start is what will happen: at once, when an approver agrees,
// or not at all.
func TestTheCheckOfATrialSaysWhenItStarts(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	ctx, by := context.Background(), r.people["official"].Act()
	draft, err := r.den.AddTrial(ctx, by, den.NewTrial{Name: "First", Question: "Why?", Releases: r.releases, Length: 72 * time.Hour})
	r.must(err)
	const now, later, never = "start as soon as you select", "2 products start then, and are removed 3 days later", "It cannot start."
	check := func(says string, not ...string) {
		t.Helper()
		page := r.visitor("official").get("/trials/" + string(draft.ID) + "/set-up/check")
		page.shows("main li", says)
		for _, other := range not {
			if strings.Contains(page.Text, other) {
				t.Errorf("beside %q it says %q", says, other)
			}
		}
	}
	check(now, later, never)
	rules, err := r.den.SetRules(ctx, by, den.Rules{Department: r.department.ID, AskAlways: true}, 0)
	r.must(err)
	check(later, now, never)
	_, err = r.den.SetRules(ctx, by, den.Rules{Department: r.department.ID, Longest: 24 * time.Hour}, rules.Rev)
	r.must(err)
	check(never, now, later)
}

// Two tabs on different steps of one draft do not stand in each other's way: each saves what
// it shows. A step that was changed in another tab says so, and shows what is there now
// beside what was typed.
func TestTabsOnDifferentStepsOfADraftDoNotConflict(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	ctx, by := context.Background(), r.people["official"].Act()
	draft, err := r.den.AddTrial(ctx, by, den.NewTrial{Name: "First", Question: "Why?", Releases: r.releases})
	r.must(err)
	v, path := r.visitor("official"), "/trials/"+string(draft.ID)+"/set-up/"
	evaluator := string(r.people["evaluator"].ID)
	steps := []struct {
		name  string
		typed url.Values
	}{
		{"about", url.Values{"name": {"Booking"}, "question": {"Which is easier?"}}}, {"products", url.Values{"releases": {string(r.releases[0])}}},
		{"scheme", url.Values{"scheme": {"first-look.1"}}}, {"tasks", url.Values{"tasks": {"Book\nCancel"}}}, {"measuring", url.Values{"pages": {"/book"}}},
		{"people", url.Values{"evaluators": {evaluator}, "rule": {"The best."}}}, {"size", url.Values{"size": {"medium"}, "length": {"2 days"}}},
	}
	open := map[string]*page{}
	for _, one := range steps {
		open[one.name] = v.get(path + one.name)
	}
	late := map[string]*page{"tasks": v.get(path + "tasks"), "people": v.get(path + "people"), "about": v.get(path + "about"), "size": v.get(path + "size"), "products": v.get(path + "products")}
	for _, one := range steps {
		if got := v.submit(open[one.name], path+one.name, one.typed); got.Status != http.StatusSeeOther {
			t.Errorf("the tab of %s: %d %s", one.name, got.Status, got.said())
		}
	}
	now, err := r.den.Trial(ctx, by, draft.ID)
	r.must(err)
	if now.Name != "Booking" || len(now.Entries) != 1 || len(now.Tasks) != 2 || len(now.Measuring.Pages) != 1 || len(now.Evaluators) != 1 || now.Rule != "The best." || now.Size != "medium" || now.Length != 48*time.Hour || now.Trial.Scheme.ID != "first-look" {
		t.Errorf("what was saved: %+v", now.Trial)
	}
	for name, one := range map[string]struct {
		typed url.Values
		now   []string
	}{
		"tasks":    {url.Values{"tasks": {"Pay"}}, []string{"Book", "Cancel"}},
		"people":   {url.Values{"rule": {"The cheapest."}}, []string{r.people["evaluator"].Name, "The best.", "Whoever sets up the trial"}},
		"about":    {url.Values{"name": {"Paying"}, "question": {"Which?"}}, []string{"Booking", "Which is easier?"}},
		"size":     {url.Values{"size": {"small"}, "length": {"3 days"}}, []string{"2 days"}},
		"products": {url.Values{"releases": {string(r.releases[1])}}, []string{r.bookwell.Name}},
	} {
		stale := v.submit(late[name], path+name, one.typed)
		if stale.Status != http.StatusPreconditionFailed {
			t.Errorf("an older tab of %s: %d %s", name, stale.Status, stale.said())
			continue
		}
		for _, text := range one.now {
			stale.shows(".govuk-inset-text", text)
		}
		if got := v.submit(stale, path+name, one.typed); got.Status != http.StatusSeeOther {
			t.Errorf("%s sent again: %d %s", name, got.Status, got.said())
		}
	}
	if now, err = r.den.Trial(ctx, by, draft.ID); err != nil || len(now.Tasks) != 1 || now.Tasks[0] != "Pay" || now.Rule != "The cheapest." || now.Name != "Paying" {
		t.Errorf("after the second try: %+v %v", now.Trial, err)
	}
}

// A step that is refused because something in it is wrong is still about what was there when
// it was opened: putting it right does not overwrite what came meanwhile.
func TestAStepToBeCorrectedSeesWhatCameMeanwhile(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	ctx, by := context.Background(), r.people["official"].Act()
	in := den.NewTrial{Name: "First", Question: "Why?", Releases: r.releases}
	draft, err := r.den.AddTrial(ctx, by, in)
	r.must(err)
	v, path := r.visitor("official"), "/trials/"+string(draft.ID)+"/set-up/about"
	wrong := v.submit(v.get(path), path, url.Values{"name": {""}, "question": {"Which?"}})
	if wrong.Status != http.StatusUnprocessableEntity {
		t.Fatalf("no name: %d", wrong.Status)
	}
	in.Name = "Second"
	_, err = r.den.ChangeTrial(ctx, by, draft.ID, in)
	r.must(err)
	late := v.submit(wrong, path, url.Values{"name": {"Third"}})
	if late.Status != http.StatusPreconditionFailed {
		t.Errorf("what came meanwhile is overwritten: %d %s", late.Status, late.said())
	}
	late.shows(".govuk-inset-text", "Second")
}
