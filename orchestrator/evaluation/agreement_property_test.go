package evaluation

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func drawRatings(t *rapid.T, missing bool) Ratings {
	raters := rapid.IntRange(2, 5).Draw(t, "raters")
	r := Ratings{Raters: make([]string, raters)}
	for range rapid.IntRange(2, 12).Draw(t, "units") {
		u := Unit{}
		for range raters {
			if missing && rapid.IntRange(0, 3).Draw(t, "gap") == 0 {
				u.Scores = append(u.Scores, Mark{})
			} else {
				u.Scores = append(u.Scores, At(float64(rapid.IntRange(0, 5).Draw(t, "score"))))
			}
		}
		r.Units = append(r.Units, u)
	}
	return r
}

// alike fails unless both are unknown or both are the same figure.
func alike(t *rapid.T, what string, a, b Figure) {
	x, okx := a.Get()
	y, oky := b.Get()
	if okx != oky || math.Abs(x-y) > 1e-9*math.Max(1, math.Abs(x)) {
		t.Fatalf("%s: %v (%q) became %v (%q)", what, x, a.Why, y, b.Why)
	}
}

func mapped(r Ratings, f func(float64) float64) Ratings {
	out := Ratings{Raters: r.Raters}
	for _, u := range r.Units {
		v := Unit{ID: u.ID}
		for _, s := range u.Scores {
			if s.Tested {
				s.Value = f(s.Value)
			}
			v.Scores = append(v.Scores, s)
		}
		out.Units = append(out.Units, v)
	}
	return out
}

func TestAlphaDependsOnlyOnWhatItsMetricSees(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := drawRatings(t, true)
		alike(t, "nominal, renamed", Alpha(r, Nominal), Alpha(mapped(r, func(v float64) float64 { return math.Mod(v*5+2, 7) }), Nominal))
		alike(t, "ordinal, stretched", Alpha(r, Ordinal), Alpha(mapped(r, func(v float64) float64 { return math.Exp(v) - 3 }), Ordinal))
		alike(t, "interval, shifted", Alpha(r, IntervalOf), Alpha(mapped(r, func(v float64) float64 { return 100 - 3*v }), IntervalOf))
		alike(t, "ratio, scaled", Alpha(r, Ratio), Alpha(mapped(r, func(v float64) float64 { return 8 * v }), Ratio))
	})
}

func TestAgreementDoesNotDependOnOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := drawRatings(t, false)
		columns := rapid.Permutation(identity(len(r.Raters))).Draw(t, "columns")
		rows := rapid.Permutation(identity(len(r.Units))).Draw(t, "rows")
		s := Ratings{Raters: r.Raters}
		for _, i := range rows {
			u := Unit{}
			for _, j := range columns {
				u.Scores = append(u.Scores, r.Units[i].Scores[j])
			}
			s.Units = append(s.Units, u)
		}
		for _, m := range []Metric{Nominal, Ordinal, IntervalOf, Ratio} {
			alike(t, string(m), Alpha(r, m), Alpha(s, m))
		}
		alike(t, "W", KendallW(r).W, KendallW(s).W)
		alike(t, "ICC(2,1)", ICC(r).One2, ICC(s).One2)
		alike(t, "kappa", FleissKappa(r), FleissKappa(s))
	})
}

func TestAUnitWithOneScoreChangesNoAlpha(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := drawRatings(t, true)
		lone := Unit{Scores: make([]Mark, len(r.Raters))}
		lone.Scores[0] = At(9)
		more := Ratings{Raters: r.Raters, Units: append([]Unit{lone}, r.Units...)}
		for _, m := range []Metric{Nominal, Ordinal, IntervalOf, Ratio} {
			alike(t, string(m), Alpha(r, m), Alpha(more, m))
		}
	})
}

func TestRatersWhoCopyAgreeWholly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := drawRatings(t, false)
		for i := range r.Units {
			for j := range r.Units[i].Scores {
				r.Units[i].Scores[j] = r.Units[i].Scores[0]
			}
		}
		for _, f := range []Figure{Alpha(r, Nominal), Alpha(r, Ordinal), Alpha(r, IntervalOf), Alpha(r, Ratio), KendallW(r).W, ICC(r).One1, ICC(r).One2, ICC(r).One3, FleissKappa(r)} {
			if v, ok := f.Get(); ok && math.Abs(v-1) > 1e-9 {
				t.Fatalf("copies agree by %v", v)
			}
		}
	})
}

func TestNobodyAgreesMoreThanWholly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := drawRatings(t, false)
		c := ICC(r)
		for _, f := range []Figure{Alpha(r, Ordinal), KendallW(r).W, FleissKappa(r), c.One1, c.One2, c.One3, c.K1, c.K2, c.K3} {
			if v, ok := f.Get(); ok && v > 1+1e-9 {
				t.Fatalf("they agree by %v", v)
			}
		}
	})
}

// With two raters and no ties W is (1 + Spearman's rho) ÷ 2.
func TestKendallOfTwoIsSpearman(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 12).Draw(t, "n")
		a := rapid.Permutation(identity(n)).Draw(t, "a")
		b := rapid.Permutation(identity(n)).Draw(t, "b")
		r := Ratings{Raters: []string{"a", "b"}}
		d2 := 0.0
		for i := range n {
			r.Units = append(r.Units, Unit{Scores: []Mark{At(float64(a[i])), At(float64(b[i]))}})
			d2 += float64((a[i] - b[i]) * (a[i] - b[i]))
		}
		rho := 1 - 6*d2/float64(n*(n*n-1))
		alike(t, "W", KendallW(r).W, figure((1+rho)/2))
	})
}

// The definition in one sentence, without coincidences: mean squared distance within units over mean
// squared distance between any two pairable values.
func TestAlphaIsItsDefinition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := drawRatings(t, true)
		var all []float64
		within, n := 0.0, 0.0
		for _, u := range r.Units {
			var v []float64
			for _, s := range u.Scores {
				if s.Tested {
					v = append(v, s.Value)
				}
			}
			if len(v) < 2 {
				continue
			}
			all = append(all, v...)
			n += float64(len(v))
			for i := range v {
				for j := range v {
					within += (v[i] - v[j]) * (v[i] - v[j]) / float64(len(v)-1)
				}
			}
		}
		between := 0.0
		for i := range all {
			for j := range all {
				between += (all[i] - all[j]) * (all[i] - all[j])
			}
		}
		got, ok := Alpha(r, IntervalOf).Get()
		if ok != (between > 0) {
			t.Fatalf("figure %v, differences %v", ok, between)
		}
		if want := 1 - (within/n)/(between/(n*(n-1))); ok && math.Abs(got-want) > 1e-9 {
			t.Fatalf("got %v, the definition says %v", got, want)
		}
	})
}
