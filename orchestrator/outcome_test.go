package orchestrator_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"innovationden/orchestrator/den"
	"innovationden/sandbox/fake"
)

func mark(n int) *int { return &n }

func TestScoresAreBlindUntilSubmittedAndMakeAnOutcome(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		ctx := t.Context()
		r.run()
		v := r.start(time.Hour, r.release("one", fake.Behaviour{}), r.release("two", fake.Behaviour{}))
		one, two := v.Entries[0].ID, v.Entries[1].ID
		ann, bob := r.person("Ann", den.Evaluator, v.Trial.ID), r.person("Bob", den.Evaluator, v.Trial.ID)
		r.declare(v.Trial.ID, ann, bob, r.member)
		save := func(who den.Actor, entry den.ID, ease, fit int, submit bool) error {
			_, err := r.o.SaveAssessment(ctx, who, den.NewAssessment{Trial: v.Trial.ID, Entry: entry, Submit: submit, Scores: map[string]den.Score{
				"ease": {Mark: mark(ease), Reason: "Tried."}, "fit": {Mark: mark(fit), Reason: "Tried."},
			}})
			return err
		}
		_, err := r.o.SaveAssessment(ctx, ann, den.NewAssessment{Trial: v.Trial.ID, Entry: one, Submit: true, Scores: map[string]den.Score{
			"ease": {Mark: mark(0)}, "other": {Mark: mark(1)},
		}})
		if got := fields(t, err); !slices.Equal(got, []string{"scores.ease.reason", "scores.fit.mark", "scores.other"}) {
			t.Errorf("faults of %v", got)
		}
		if got := fields(t, save(ann, one, 6, -1, false)); !slices.Equal(got, []string{"scores.ease.mark", "scores.fit.mark"}) {
			t.Errorf("faults of %v", got)
		}
		r.must(save(ann, one, 4, 3, false))
		own, err := r.o.Assessment(ctx, ann, v.Trial.ID, one)
		if err != nil || own.Rev == 0 || own.Submitted() || *own.Scores["ease"].Mark != 4 {
			t.Errorf("%+v %v", own, err)
		}
		if seen := scoresSeen(t, r, r.member, v.Trial.ID); seen != 0 {
			t.Errorf("%d unsubmitted assessments of others are open", seen)
		}
		if _, err := r.o.Outcome(ctx, r.member, v.Trial.ID); den.KindOf(err) != den.NotYet {
			t.Errorf("an outcome of nothing: %v", err)
		}
		r.must(save(ann, one, 5, 3, true))
		if err := save(ann, one, 1, 1, true); den.KindOf(err) != den.Conflict {
			t.Errorf("a change after the submission: %v", err)
		}
		r.must(save(bob, one, 3, 3, false))
		if seen := scoresSeen(t, r, bob, v.Trial.ID); seen != 1 {
			t.Errorf("Bob sees %d scores before he submits, not his own alone", seen)
		}
		if _, err := r.o.Outcome(ctx, bob, v.Trial.ID); den.KindOf(err) != den.NotYet {
			t.Errorf("Bob sees an outcome before he submits: %v", err)
		}
		r.must(save(bob, one, 3, 3, true))
		r.must(save(bob, two, 5, 1, true))
		out, err := r.o.Outcome(ctx, r.member, v.Trial.ID)
		r.must(err)
		first, second := out.Results[0], out.Results[1]
		if first.Assessors != 2 || first.Marks["ease"] != 4 || first.Rank != 1 || first.Total != 72 || !second.Screened || second.Rank != 0 {
			t.Errorf("%+v", out.Results)
		}
		if !strings.Contains(out.Says, "Bookwell") {
			t.Errorf("it says %q", out.Says)
		}
		_, err = r.o.Decide(ctx, r.member, v.Trial.ID, den.NewDecision{Decision: den.Proceed})
		if got := fields(t, err); !slices.Equal(got, []string{"chosen", "why"}) {
			t.Errorf("faults of %v", got)
		}
		_, err = r.o.Decide(ctx, ann, v.Trial.ID, den.NewDecision{Decision: den.Stop, Why: "No."})
		if den.KindOf(err) != den.Denied {
			t.Errorf("an evaluator decides: %v", err)
		}
		out, err = r.o.Decide(ctx, r.member, v.Trial.ID, den.NewDecision{Decision: den.Proceed, Why: "Easier.", Chosen: one})
		if err != nil || out.DecidedBy != r.member.ID {
			t.Errorf("%+v %v", out, err)
		}
		if err := save(r.member, two, 1, 1, true); den.KindOf(err) != den.Conflict {
			t.Errorf("a score after the decision: %v", err)
		}
	})
}

func scoresSeen(t *testing.T, r *rig, who den.Actor, trial den.ID) (n int) {
	t.Helper()
	v, err := r.o.Trial(t.Context(), who, trial)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range v.Assessments {
		if a.Scores != nil {
			n++
		}
	}
	return n
}

func TestHomeShowsWhatNeedsAttention(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		ctx := t.Context()
		r.run()
		ann := r.person("Ann", den.Member, r.department.ID)
		supplier := r.person("Sam", den.SupplierMember, r.supplier.ID)
		draft, err := r.o.AddTrial(ctx, r.member, den.NewTrial{
			Question: "Which?", Releases: []den.ID{r.release("one", fake.Behaviour{})}, Length: 4 * time.Hour, Evaluators: []den.ID{ann.ID},
		})
		r.must(err)
		v, err := r.o.StartTrial(ctx, r.member, draft.Trial.ID, 0, den.Once{})
		r.must(err)
		r.phase(v.Entries[0].Lease, den.Live, time.Minute)
		h, err := r.o.Home(ctx, ann)
		if err != nil || len(h.Trials) != 1 || len(h.Ending) != 1 || len(h.ToAssess) != 1 || len(h.Notices) != 1 || h.Notices[0].Kind != "ready" {
			t.Errorf("%+v %v", h, err)
		}
		h, err = r.o.Home(ctx, supplier)
		if err != nil || len(h.Trials) != 0 || len(h.Sandboxes) != 1 || len(h.ToAssess) != 0 {
			t.Errorf("%+v %v", h, err)
		}
		elapse(3*time.Hour + 10*time.Minute)
		h, err = r.o.Home(ctx, ann)
		warned := 0
		for _, n := range h.Notices {
			if n.Kind == "ends_soon" {
				warned++
			}
		}
		if err != nil || warned != 1 {
			t.Errorf("warned %d times: %+v %v", warned, h.Notices, err)
		}
	})
}

// A decision names a product where it goes on with one, by whatever way it is recorded.
func TestOnlyADecisionToProceedChoosesAProduct(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		ctx := t.Context()
		r.run()
		v := decidedTrial(t, r)
		for _, d := range []den.Decision{den.Stop, den.TryAgain} {
			_, err := r.o.Decide(ctx, r.member, v.Trial.ID, den.NewDecision{Decision: d, Why: "No.", Chosen: v.Entries[0].ID})
			if got := fields(t, err); !slices.Equal(got, []string{"chosen"}) {
				t.Errorf("%s with a product: %v", d, got)
			}
			_, err = r.o.Decide(ctx, r.member, v.Trial.ID, den.NewDecision{Decision: d, Why: "No."})
			r.must(err)
		}
	})
}

func TestADecisionOnWhatNeverRanIsRefusedInASentence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		ctx := t.Context()
		v := r.draft(time.Hour, r.release("one", fake.Behaviour{}))
		decide := func() string {
			_, err := r.o.Decide(ctx, r.member, v.Trial.ID, den.NewDecision{Decision: den.Stop, Why: "No."})
			if den.KindOf(err) != den.Conflict {
				t.Errorf("decided: %v", err)
			}
			return err.Error()
		}
		if say := decide(); say != "This trial is a draft. Decide when it has run." {
			t.Errorf("of a draft it says %q", say)
		}
		_, err := r.o.CancelTrial(ctx, r.member, v.Trial.ID, "Not needed.", 0)
		r.must(err)
		if say := decide(); say != "This trial was cancelled, so there is nothing to decide." {
			t.Errorf("of a cancelled trial it says %q", say)
		}
	})
}

// Home shows what is to be decided also once a trial has finished, and what is to be
// assessed as long as it can be, however many trials came after it.
func TestHomeShowsWhatIsToBeDecidedAndAssessed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		ctx := t.Context()
		r.run()
		release := r.release("one", fake.Behaviour{})
		elsewhere := r.draft(time.Hour, release).ID
		ann, bob := r.person("Ann", den.Evaluator, elsewhere), r.person("Bob", den.Evaluator, elsewhere)
		over := func(evaluators ...den.ID) den.TrialView {
			t.Helper()
			draft, err := r.o.AddTrial(ctx, r.member, den.NewTrial{Question: "Which?", Releases: []den.ID{release}, Length: time.Hour, Evaluators: evaluators})
			r.must(err)
			v, err := r.o.StartTrial(ctx, r.member, draft.Trial.ID, 0, den.Once{})
			r.must(err)
			r.phase(v.Entries[0].Lease, den.Live, time.Minute)
			_, err = r.o.EndTrial(ctx, r.member, v.Trial.ID, "", 0)
			r.must(err)
			r.phase(v.Entries[0].Lease, den.Ended, time.Minute)
			return v
		}
		first := over(ann.ID, bob.ID)
		for range 20 {
			over()
		}
		home := func(who den.Actor) den.Home {
			t.Helper()
			h, err := r.o.Home(ctx, who)
			r.must(err)
			return h
		}
		if h := home(ann); len(h.ToAssess) != 1 || h.ToAssess[0].ID != first.ID {
			t.Errorf("Ann has to assess %d trials", len(h.ToAssess))
		}
		_, err := r.o.Declare(ctx, bob, first.Trial.ID, den.NewDeclaration{Stake: den.ActualStake, Text: "I own shares."})
		r.must(err)
		_, err = r.o.DecideInterest(ctx, r.member, first.Trial.ID, bob.ID, den.NewConsequence{Consequence: den.TakeOut, Why: "So."})
		r.must(err)
		if h := home(bob); len(h.ToAssess) != 0 {
			t.Error("Bob was taken out, and is to assess")
		}
		last := over(ann.ID, r.member.ID)
		r.declare(last.Trial.ID, ann)
		_, err = r.o.SaveAssessment(ctx, ann, den.NewAssessment{Trial: last.Trial.ID, Entry: last.Entries[0].ID, Submit: true, Scores: map[string]den.Score{
			"ease": {Mark: mark(4), Reason: "Easy."}, "fit": {Mark: mark(4), Reason: "Fits."},
		}})
		r.must(err)
		carl := r.person("Carl", den.Member, r.department.ID)
		if h := home(carl); len(h.ToDecide) != 1 || h.ToDecide[0].ID != last.ID {
			t.Errorf("%d trials are to be decided", len(h.ToDecide))
		}
		if h := home(r.member); len(h.ToAssess) != 1 {
			t.Errorf("the member has to assess %d trials", len(h.ToAssess))
		}
		_, err = r.o.LockConsensus(ctx, r.member, last.Trial.ID, den.NewLock{ByMeans: true, Why: "One was enough."})
		if den.KindOf(err) != den.Conflict {
			t.Errorf("locked by who has not scored: %v", err)
		}
		_, err = r.o.Decide(ctx, carl, last.Trial.ID, den.NewDecision{Decision: den.Stop, Why: "No."})
		r.must(err)
		if h := home(carl); len(h.ToDecide) != 0 {
			t.Error("what is decided is to be decided")
		}
		if h := home(r.member); len(h.ToAssess) != 0 {
			t.Error("the marks are locked, and are to be given")
		}
	})
}
