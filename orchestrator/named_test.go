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

// Where a trial names its evaluators they alone score it. The others of its department look
// at everything, and are told why they do no more.
func TestWhoIsNotNamedAsAnEvaluatorOnlyLooks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		ctx := t.Context()
		r.run()
		ann := r.person("Ann", den.Evaluator, "tri_000000000000") // of no trial here: she is named below
		draft, err := r.o.AddTrial(ctx, r.member, den.NewTrial{Question: "Which?", Length: time.Hour, Releases: []den.ID{r.release("one", fake.Behaviour{})}, Evaluators: []den.ID{ann.ID}})
		r.must(err)
		_, err = r.o.Declare(ctx, r.member, draft.Trial.ID, den.NewDeclaration{Stake: den.NoStake})
		refusedWith(t, err, den.Denied, "chosen in the set-up")
		v, err := r.o.StartTrial(ctx, r.member, draft.Trial.ID, 0, den.Once{})
		r.must(err)
		elapse(time.Minute)
		trial, entry := v.Trial.ID, v.Entries[0].ID
		scores := func(m int) map[string]den.Score {
			return map[string]den.Score{"ease": {Mark: &m, Reason: "Tried."}, "fit": {Mark: &m, Reason: "Tried."}}
		}
		for _, who := range []den.Actor{r.member, r.person("Root", den.Operator, "")} {
			_, err = r.o.Declare(ctx, who, trial, den.NewDeclaration{Stake: den.NoStake})
			refusedWith(t, err, den.Denied, "Only the evaluators whom the protocol")
			_, err = r.o.SaveAssessment(ctx, who, den.NewAssessment{Trial: trial, Entry: entry, Scores: scores(5), Submit: true})
			refusedWith(t, err, den.Denied, "Only the evaluators whom the protocol")
			_, err = r.o.Assessment(ctx, who, trial, entry)
			refusedWith(t, err, den.Denied, "Only the evaluators whom the protocol")
			seen, err := r.o.Trial(ctx, who, trial)
			r.must(err)
			if seen.May[den.AssessTrial] || !seen.May[den.ReadAssessments] {
				t.Errorf("%s may %v", who.Name, seen.May)
			}
		}
		r.declare(trial, ann)
		_, err = r.o.SaveAssessment(ctx, ann, den.NewAssessment{Trial: trial, Entry: entry, Scores: scores(3), Submit: true})
		r.must(err)
		if n := scoresSeen(t, r, r.member, trial); n != 1 {
			t.Errorf("the department sees %d submitted assessments, not 1", n)
		}
		side, err := r.o.Consensus(ctx, r.member, trial)
		if err != nil || side.MayDissent || len(side.Entries[0].Criteria[0].Scores) != 1 {
			t.Errorf("the consensus for the department: %+v %v", side, err)
		}
		if _, err := r.o.Declare(ctx, r.person("Aud", den.Auditor, ""), trial, den.NewDeclaration{Stake: den.NoStake}); den.KindOf(err) != den.Denied || strings.Contains(err.Error(), "amended") {
			t.Errorf("an auditor: %v", err)
		}
	})
}

// Scores that somebody gave before a protocol left scoring to others stay: they count as
// they did, and who gave them reads them. What they had not submitted blinds nobody.
func TestScoresOfWhoIsNoLongerNamedStay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		ctx := t.Context()
		r.run()
		v := r.start(time.Hour, r.release("one", fake.Behaviour{}), r.release("two", fake.Behaviour{}))
		trial, one, two := v.Trial.ID, v.Entries[0].ID, v.Entries[1].ID
		ann := r.person("Ann", den.Evaluator, trial)
		r.declare(trial, ann, r.member)
		save := func(who den.Actor, entry den.ID, m int, submit bool) error {
			_, err := r.o.SaveAssessment(ctx, who, den.NewAssessment{Trial: trial, Entry: entry, Submit: submit, Scores: map[string]den.Score{
				"ease": {Mark: &m, Reason: "Tried."}, "fit": {Mark: &m, Reason: "Tried."}}})
			return err
		}
		r.must(save(r.member, one, 2, true))
		r.must(save(r.member, two, 1, false))
		r.must(save(ann, one, 4, true))
		r.must(save(ann, two, 5, true))
		before, err := r.o.Outcome(ctx, ann, trial)
		r.must(err)
		if _, err := r.o.Consensus(ctx, r.member, trial); den.KindOf(err) != den.Conflict {
			t.Errorf("somebody who still scores sees the others': %v", err)
		}
		named := []den.ID{ann.ID}
		_, err = r.o.Amend(ctx, r.member, trial, den.NewAmendment{Evaluators: &named, Why: "Only Ann uses it every day."})
		r.must(err)
		refusedWith(t, save(r.member, two, 5, true), den.Denied, "Only the evaluators whom the protocol")
		after, err := r.o.Outcome(ctx, r.member, trial)
		r.must(err)
		if got, want := after.Results[0], before.Results[0]; got.Assessors != 2 || got.Marks["ease"] != 3 || got.Total != want.Total {
			t.Errorf("what counted before is now %+v, and was %+v", got, want)
		}
		for entry, submitted := range map[den.ID]bool{one: true, two: false} {
			own, err := r.o.Assessment(ctx, r.member, trial, entry)
			if err != nil || own.ID == "" || own.Submitted() != submitted {
				t.Errorf("own scores: %+v %v", own, err)
			}
		}
		side, err := r.o.Consensus(ctx, r.member, trial)
		if err != nil || len(side.Entries[0].Criteria[0].Scores) != 2 || len(side.Entries[1].Criteria[0].Scores) != 1 {
			t.Errorf("the consensus: %+v %v", side, err)
		}
		report, err := r.o.Report(ctx, r.member, trial)
		if err != nil || report.Trial.Evaluators != 2 {
			t.Errorf("the report counts %d evaluators: %v", report.Trial.Evaluators, err)
		}
	})
}

func refusedWith(t *testing.T, err error, kind den.Refusal, says string) {
	t.Helper()
	if den.KindOf(err) != kind || !strings.Contains(err.Error(), says) {
		t.Errorf("not %s with %q: %v", kind, says, err)
	}
}

// A trial that hides names says from whom: where it names no evaluators its department
// scores, which chose the products.
func TestATrialThatHidesNamesNamesItsEvaluators(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		ctx := t.Context()
		r.run()
		in := den.NewTrial{Name: "Blind", Question: "Which?", Blind: true, Length: time.Hour, Releases: []den.ID{r.release("one", fake.Behaviour{})}}
		draft, err := r.o.AddTrial(ctx, r.member, in)
		r.must(err)
		_, err = r.o.StartTrial(ctx, r.member, draft.Trial.ID, 0, den.Once{})
		if got := fields(t, err); !slices.Equal(got, []string{"evaluators"}) {
			t.Errorf("faults of a start %v", got)
		}
		ann := r.person("Ann", den.Evaluator, "tri_000000000000")
		in.Evaluators = []den.ID{ann.ID}
		_, err = r.o.ChangeTrial(ctx, r.member, draft.Trial.ID, in)
		r.must(err)
		_, err = r.o.StartTrial(ctx, r.member, draft.Trial.ID, 0, den.Once{})
		r.must(err)
		_, err = r.o.Amend(ctx, r.member, draft.Trial.ID, den.NewAmendment{Evaluators: &[]den.ID{}, Why: "Nobody has time."})
		if got := fields(t, err); !slices.Equal(got, []string{"evaluators"}) {
			t.Errorf("faults of an amendment %v", got)
		}
	})
}
