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
