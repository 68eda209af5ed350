package orchestrator_test

import (
	"math"
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

// A scheme by which no outcome can be computed is refused where it is added and where a
// trial is drafted by it: later, nobody could submit a score.
func TestASchemeByWhichNothingCanBeComputedIsRefused(t *testing.T) {
	whole := func(change func(*den.Criterion), more ...den.Criterion) den.Scheme {
		s := den.Scheme{ID: "own", Version: 1, Title: "Own", Themes: []den.Theme{{ID: "all", Title: "All", Criteria: append([]den.Criterion{
			{ID: "start", Title: "Start", Question: "How quick?", ScoredBy: den.ByMeasurement, Formula: "startup_ms: linear 5 at ≤1000, 0 at ≥11000", Weight: 100, WeightMax: 100, Missing: den.MissingZero},
		}, more...)}}}
		change(&s.Themes[0].Criteria[0])
		return s
	}
	var prices []den.Criterion
	for _, id := range []string{"a", "b", "c", "d", "e", "f"} {
		prices = append(prices, den.Criterion{ID: id, Title: id, Question: "What does it cost?", ScoredBy: den.ByPrice, WeightMax: 100, Missing: den.MissingZero})
	}
	formula := func(text string) den.Scheme { return whole(func(c *den.Criterion) { c.Formula = text }) }
	for says, c := range map[string]struct {
		scheme den.Scheme
		field  string
	}{
		"nothing is wrong":            {whole(func(*den.Criterion) {}), ""},
		"the best mark may be less":   {formula("startup_ms: linear 4 at ≤1000, 0 at ≥11000"), ""},
		"marks beyond the scale":      {formula("startup_ms: linear 10 at ≤1000, 0 at ≥11000"), "criteria.start"},
		"a formula in another form":   {formula("the quicker the better"), "criteria.start"},
		"a fact that nobody measures": {formula("startup_s: linear 5 at ≤1, 0 at ≥11"), "criteria.start"},
		"more prices than can be":     {whole(func(*den.Criterion) {}, prices...), "themes"},
	} {
		t.Run(says, func(t *testing.T) {
			r := newRig(t, func(k *orchestrator.Config) { k.Schemes = []den.Scheme{c.scheme} })
			_, err := r.o.AddScheme(t.Context(), den.System(), den.NewScheme{Scheme: c.scheme, Why: "Ours."})
			_, drafted := r.o.AddTrial(t.Context(), r.member, den.NewTrial{Question: "Which?", Releases: []den.ID{r.release("one", fake.Behaviour{})}, Length: time.Hour})
			if c.field == "" {
				r.must(err)
				r.must(drafted)
				return
			}
			if got := fields(t, err); !slices.Equal(got, []string{c.field}) {
				t.Errorf("it is added with the faults %v: %v", got, err)
			}
			if got := fields(t, drafted); !slices.Equal(got, []string{"scheme"}) {
				t.Errorf("a trial is drafted with the faults %v: %v", got, drafted)
			}
		})
	}
}

// A rank is that of the totals wherever those are known, also where something was not
// tested: what a missing mark counts as is the scheme's to say.
func TestRanksAreThoseOfTheTotals(t *testing.T) {
	for says, c := range map[string]struct {
		rule   den.MissingRule
		ease   [2]int
		fit    int // of the first; nobody tested the second's
		totals [2]float64
		ranks  [2]int
	}{
		"it counts as nothing":     {den.MissingZero, [2]int{3, 4}, 5, [2]float64{76, 48}, [2]int{1, 2}},
		"it is left out":           {den.MissingExclude, [2]int{4, 3}, 1, [2]float64{56, 60}, [2]int{2, 1}},
		"it leaves the total open": {den.MissingInterval, [2]int{4, 3}, 1, [2]float64{56, 56}, [2]int{1, 2}}, // by what was tested for both
	} {
		t.Run(says, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := scheme()
				s.Themes[0].Criteria[1].Minimum, s.Themes[0].Criteria[1].Missing = nil, c.rule
				r := newRig(t, func(k *orchestrator.Config) { k.Schemes = []den.Scheme{s} })
				r.run()
				v := r.start(time.Hour, r.release("one", fake.Behaviour{}), r.release("two", fake.Behaviour{}))
				ann := r.person("Ann", den.Evaluator, v.Trial.ID)
				r.declare(v.Trial.ID, ann)
				for i, e := range v.Entries {
					fit := den.Score{Mark: mark(c.fit), Reason: "Tried."}
					if i == 1 {
						fit = den.Score{NotTested: true, Reason: "There was no time."}
					}
					_, err := r.o.SaveAssessment(t.Context(), ann, den.NewAssessment{Trial: v.Trial.ID, Entry: e.ID, Submit: true,
						Scores: map[string]den.Score{"ease": {Mark: mark(c.ease[i]), Reason: "Tried."}, "fit": fit}})
					r.must(err)
				}
				out, err := r.o.Outcome(t.Context(), r.member, v.Trial.ID)
				r.must(err)
				for i, got := range out.Results {
					if math.Abs(got.Total-c.totals[i]) > 1e-9 || got.Rank != c.ranks[i] {
						t.Errorf("product %d: rank %d with %v marks, want %d with %v", i+1, got.Rank, got.Total, c.ranks[i], c.totals[i])
					}
				}
			})
		})
	}
}
