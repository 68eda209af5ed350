package orchestrator_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"innovationden/orchestrator"
	"innovationden/orchestrator/den"
	"innovationden/sandbox/fake"
)

// measuredScheme asks people one question, and measures two things.
func measuredScheme() den.Scheme {
	s := scheme()
	s.Themes[0].Criteria = []den.Criterion{
		{ID: "ease", Title: "Ease", ScoredBy: den.ByPeople, Weight: 50, WeightMax: 100, Missing: den.MissingInterval},
		{ID: "start", Title: "Start", ScoredBy: den.ByMeasurement, Formula: "startup_ms: linear 5 at ≤1000, 0 at ≥11000", Weight: 25, WeightMax: 100, Missing: den.MissingInterval},
		{ID: "quick", Title: "Quick", ScoredBy: den.ByMeasurement, Formula: "response_ms_p95: linear 5 at ≤5, 0 at ≥105", Weight: 25, WeightMax: 100, Missing: den.MissingInterval},
	}
	return s
}

func TestMeasuredMarksAreMadeByTheFormulaAndStayAsTheyWereLocked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := &counting{by: map[string]den.Tally{}}
		r := newRig(t, func(c *orchestrator.Config) {
			c.Schemes, c.Tally = []den.Scheme{measuredScheme()}, gate.tally
			c.Loads = &stands{}
		})
		r.run()
		v := r.start(24*time.Hour, r.release("one", fake.Behaviour{ListensAfter: 6 * time.Second}))
		entry, lease := v.Entries[0].ID, v.Entries[0].Lease
		l := r.phase(lease, den.Live, time.Minute)
		ann := r.person("Ann", den.Evaluator, v.Trial.ID)
		r.declare(v.Trial.ID, ann)
		for range den.LeastRequests - 1 {
			gate.visit(l.Name, time.Millisecond)
		}
		elapse(2 * time.Minute)
		submit := func(scores map[string]den.Score) error {
			_, err := r.o.SaveAssessment(t.Context(), ann, den.NewAssessment{Trial: v.Trial.ID, Entry: entry, Submit: true, Scores: scores})
			return err
		}
		ease := den.Score{Mark: mark(4), Reason: "Tried."}
		if got := fields(t, submit(map[string]den.Score{"ease": ease, "quick": {Mark: mark(5), Reason: "It felt quick."}})); !slices.Equal(got, []string{"scores.quick"}) {
			t.Errorf("a person gives a measured mark: faults of %v", got)
		}
		r.must(submit(map[string]den.Score{"ease": ease}))
		result := func() den.Result {
			out, err := r.o.Outcome(t.Context(), r.member, v.Trial.ID)
			r.must(err)
			return out.Results[0]
		}
		before := result()
		if start := before.Marks["start"]; start < 2.4 || start > 2.5 || !slices.Equal(before.Untested, []string{"quick"}) || before.High-before.Low != 25 {
			t.Errorf("with too few requests: %+v", before)
		}
		_, err := r.o.StartLoad(t.Context(), r.member, v.Trial.ID) // it answers within 2 ms at the lowest rate
		r.must(err)
		elapse(30 * time.Minute)
		after := result()
		if after.Marks["quick"] != 5 || len(after.Untested) != 0 || after.Low != after.High {
			t.Errorf("with a load test: %+v", after)
		}
		_, err = r.o.LockConsensus(t.Context(), r.member, v.Trial.ID, den.NewLock{ByMeans: true, Why: "One evaluator."})
		r.must(err)
		report, err := r.o.Report(t.Context(), r.member, v.Trial.ID)
		r.must(err)
		if s, ok := report.Score("quick", entry); !ok || s.From != "measurement" || s.Mark == nil || *s.Mark != 5 {
			t.Errorf("the report says %+v", s)
		}
		for range 1000 {
			gate.visit(l.Name, time.Second)
		}
		_, err = r.o.EndTrial(t.Context(), r.member, v.Trial.ID, "Seen enough.", 0)
		r.must(err)
		r.phase(lease, den.Ended, time.Minute)
		if locked := result(); locked.Marks["quick"] != 5 || locked.Total != after.Total {
			t.Errorf("after the lock: %+v", locked)
		}
	})
}
