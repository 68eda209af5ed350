package evaluation

import (
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestStatisticsSayWhyTheyHaveNoFigure(t *testing.T) {
	same := raters(t, "A 3 3 3\nB 3 3 3")
	gaps := raters(t, "A 1 - 2\nB - 3 2")
	negative := raters(t, "A 1 -2 3\nB 1 -2 4")
	for name, c := range map[string]struct {
		got Figure
		why string
	}{
		"alpha, all the same":       {Alpha(same, Ordinal), "All scores are the same"},
		"alpha, no pair":            {Alpha(raters(t, "A 1 -\nB - 2"), Ordinal), "Nothing was scored by two evaluators."},
		"alpha, negative ratio":     {Alpha(negative, Ratio), "0 or more"},
		"alpha, unknown metric":     {Alpha(gaps, "polar"), "Choose nominal"},
		"W, all the same":           {KendallW(same).W, "no order"},
		"W, one complete unit":      {KendallW(gaps).W, "at least two raters"},
		"ICC, all the same":         {ICC(same).One2, "do not vary"},
		"ICC(2,k) below 0 variance": {ICC(raters(t, "A 1 2\nB 2 1")).K2, "do not vary"}, // it would be 2
		"ICC, one rater":            {ICC(raters(t, "A 1 2 3")).K3, "at least two raters"},
		"kappa, unequal":            {FleissKappa(gaps), "same number of scores"},
		"kappa, all the same":       {FleissKappa(same), "All scores are the same"},
		"kappa, one score for each": {FleissKappa(raters(t, "A 1 2 3")), "at least two scores"},
	} {
		if v, ok := c.got.Get(); ok || !strings.Contains(c.got.Why, c.why) {
			t.Errorf("%s: got %v %q, want %q", name, v, c.got.Why, c.why)
		}
	}
	if _, ok := Alpha(negative, IntervalOf).Get(); !ok {
		t.Error("the interval metric takes numbers below 0")
	}
	if _, err := Agree(gaps, Options{Metric: "polar"}); err == nil {
		t.Error("an unknown metric was taken")
	}
	if _, err := Agree(Ratings{Raters: []string{"a"}, Units: []Unit{{ID: "x"}}}, Options{}); err == nil {
		t.Error("a unit without a score for each rater was taken")
	}
	if s := AlphaInterval(same, Ordinal, 1, 10); s.Known() {
		t.Errorf("three equal units gave an interval: %+v", s)
	}
}

func TestLikeForLikeLeavesOutWhatAnybodyMisses(t *testing.T) {
	for missing := range 2 {
		m := Marks{
			Criteria: []Criterion{{ID: "a", Weight: 3}, {ID: "b", Weight: 1}},
			Entries:  []Entry{row("A", 5, 1), row("B", 5, 4)},
		}
		m.Entries[missing].Marks[0] = Mark{}
		o, err := Rank(m, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if o.LikeForLike == nil {
			t.Fatalf("entry %d misses a mark, but nothing is compared like for like", missing)
		}
		near(t, "weight", o.LikeForLike.Weight, .25)
		near(t, "A", o.LikeForLike.Totals[0].Low, 20)
		near(t, "B", o.LikeForLike.Totals[1].Low, 80)
	}
	if o, err := Rank(threeSuppliers(), Options{}); err != nil || o.LikeForLike != nil {
		t.Errorf("nothing is missing: %+v, %v", o.LikeForLike, err)
	}
}

// Two ways to the same figure: areas of polygons, and the race of exponential stages.
func TestAreasAgreeWithTheRace(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		criteria, n := rapid.IntRange(1, exactCriteria).Draw(t, "criteria"), rapid.IntRange(2, 6).Draw(t, "entries")
		rows := make([][]cell, n)
		for i := range rows {
			for range criteria {
				v := float64(rapid.IntRange(0, 20).Draw(t, "share")) / 20
				rows[i] = append(rows[i], cell{low: v, high: v, counts: true})
			}
		}
		c := newCount(n, criteria)
		exactly(rows, criteria, c)
		areas, races := c.beaten(), duels(rows)
		for i := range rows {
			sum := 0.0
			ranks, central := c.row(i)
			for k := range ranks {
				sum += ranks[k]
				if math.Abs(areas[i][k]-races[i][k]) > 1e-9 {
					t.Fatalf("%d beats %d: areas say %v, the race says %v", i, k, areas[i][k], races[i][k])
				}
			}
			if math.Abs(sum-1) > 1e-9 {
				t.Fatalf("ranks of %d add up to %v: %v", i, sum, ranks)
			}
			if central == nil {
				continue
			}
			at := 0.0
			for _, w := range central {
				at += w
			}
			if math.Abs(at-1) > 1e-9 {
				t.Fatalf("central weights %v", central)
			}
		}
	})
}
