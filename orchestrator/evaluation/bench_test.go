package evaluation

import (
	"math/rand/v2"
	"strconv"
	"testing"
	"time"
)

// A trial of 50 evaluators, 100 criteria and 20 entries is computed whole in under 200 ms: spread and
// agreement of each criterion, agreement overall with its interval, totals, robustness.
const (
	benchEvaluators = 50
	benchCriteria   = 100
	benchEntries    = 20
	benchMost       = 200 * time.Millisecond
)

// benchTrial is ratings by criterion (units: entries) from a fixed seed.
func benchTrial() []Ratings {
	rng := rand.New(rand.NewPCG(1, 2))
	names := make([]string, benchEvaluators)
	for j := range names {
		names[j] = strconv.Itoa(j)
	}
	out := make([]Ratings, benchCriteria)
	for c := range out {
		out[c].Raters = names
		for range benchEntries {
			u := Unit{Scores: make([]Mark, benchEvaluators)}
			quality := rng.Float64() * 5
			for j := range u.Scores {
				if rng.IntN(20) > 0 {
					u.Scores[j] = At(min(5, max(0, float64(int(quality+rng.NormFloat64()+.5)))))
				}
			}
			out[c].Units = append(out[c].Units, u)
		}
	}
	return out
}

func computeWhole(trial []Ratings) (Outcome, Agreement, error) {
	all := Ratings{Raters: trial[0].Raters}
	m := Marks{Entries: make([]Entry, benchEntries)}
	for c, r := range trial {
		m.Criteria = append(m.Criteria, Criterion{ID: strconv.Itoa(c), Weight: float64(1 + c%7)})
		all.Units = append(all.Units, r.Units...)
		Alpha(r, Ordinal)
		KendallW(r)
		ICC(r)
		for e, u := range r.Units {
			s := SpreadOf(u.Scores, 5)
			m.Entries[e].ID = strconv.Itoa(e)
			m.Entries[e].Marks = append(m.Entries[e].Marks, At(*s.Middle.Value))
		}
	}
	m.Criteria[0].Kind = ByPrice
	a, err := Agree(all, Options{})
	if err != nil {
		return Outcome{}, Agreement{}, err
	}
	o, err := Rank(m, Options{})
	return o, a, err
}

func BenchmarkWholeTrial(b *testing.B) {
	trial := benchTrial()
	quickest := time.Hour // what else runs on the machine can only make it slower
	for b.Loop() {
		start := time.Now()
		if _, _, err := computeWhole(trial); err != nil {
			b.Fatal(err)
		}
		quickest = min(quickest, time.Since(start))
	}
	b.ReportMetric(float64(quickest.Milliseconds()), "quickest-ms")
	if quickest > benchMost {
		b.Errorf("took %v, want under %v", quickest, benchMost)
	}
}

// The benchmark computes something: the figures are there and are those of a large trial.
func TestTheWholeTrialIsComputed(t *testing.T) {
	o, a, err := computeWhole(benchTrial())
	if err != nil {
		t.Fatal(err)
	}
	if !a.Interval.Known() || a.Units != benchCriteria*benchEntries || len(o.Totals) != benchEntries || o.Acceptability.Draws != fewestDraws || len(o.Words) == 0 {
		t.Errorf("not whole: %d units, %d totals, %d draws, %v", a.Units, len(o.Totals), o.Acceptability.Draws, o.Words)
	}
}
