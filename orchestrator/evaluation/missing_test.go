package evaluation

import (
	"strings"
	"testing"
)

// gap is two criteria of weight 3 and 1, where A was not tested on the first.
func gap(rule Rule) Marks {
	return Marks{
		Criteria: []Criterion{{ID: "a", Weight: 3, Missing: rule}, {ID: "b", Weight: 1, Missing: rule}},
		Entries:  []Entry{{ID: "A", Marks: []Mark{{}, At(4)}}, row("B", 3, 2)},
	}
}

func TestMissingMarksFollowTheRule(t *testing.T) {
	for _, c := range []struct {
		rule      Rule
		low, high float64
		rankA     RankSpan
	}{
		{Exclude, 80, 80, RankSpan{1, 1}},
		{Zero, 20, 20, RankSpan{2, 2}},
		{Interval, 20, 95, RankSpan{1, 2}},
		{"", 20, 95, RankSpan{1, 2}},
	} {
		got := totalsOf(t, gap(c.rule))
		near(t, string(c.rule)+" low", got[0].Low, c.low)
		near(t, string(c.rule)+" high", got[0].High, c.high)
		if got[0].Rank != c.rankA {
			t.Errorf("%s: A has rank %v, want %v", c.rule, got[0].Rank, c.rankA)
		}
		near(t, "B", got[1].Low, 55)
		near(t, "tested", got[0].Tested, .25)
		if _, ok := got[0].Point(); ok != (c.low == c.high) {
			t.Errorf("%s: point known is %v", c.rule, ok)
		}
	}
}

func TestPartsAddUpToTheTotal(t *testing.T) {
	for _, rule := range []Rule{Exclude, Zero, Interval} {
		for _, total := range totalsOf(t, gap(rule)) {
			low, weight := 0.0, 0.0
			for _, p := range total.Parts {
				low += p.PointsLow
				weight += p.Weight
			}
			near(t, total.Entry, low, total.Low)
			near(t, total.Entry, weight, 1)
		}
	}
}

func TestAnEntryWithNothingTestedIsUnknownNotNothing(t *testing.T) {
	m := gap(Exclude)
	m.Entries[0].Marks[1] = Mark{}
	got := totalsOf(t, m)[0]
	if got.Low != 0 || got.High != 100 || got.Rank != (RankSpan{1, 2}) {
		t.Errorf("got %+v, want 0 to 100 and rank 1 to 2", got)
	}
}

func minimum(v float64) *float64 { return &v }

func TestAMinimumScreensOut(t *testing.T) {
	m := Marks{
		Criteria: []Criterion{{ID: "safe", Weight: 1, Minimum: minimum(2)}, {ID: "price", Weight: 1, Kind: ByPrice}},
		Entries: []Entry{
			row("below", 1, 10), row("at", 2, 40), row("above", 5, 80), {ID: "unknown", Marks: []Mark{{}, At(40)}},
		},
	}
	got := totalsOf(t, m)
	if !got[0].ScreenedOut() || got[0].Rank != (RankSpan{}) || got[0].Rank.Settled() {
		t.Errorf("below the minimum: %+v", got[0])
	}
	if got[1].ScreenedOut() || got[2].ScreenedOut() || got[3].ScreenedOut() {
		t.Error("at or above the minimum, or unknown, is not screened out")
	}
	if len(got[3].Unproven) != 1 || len(got[1].Unproven) != 0 {
		t.Errorf("unproven: %v and %v", got[3].Unproven, got[1].Unproven)
	}
	// The one that is out is cheapest, but does not set the lowest price: 40 does.
	near(t, "price of at", got[1].Parts[1].Low, 1)
	near(t, "price of above", got[2].Parts[1].Low, .5)
	near(t, "price of below", got[0].Parts[1].Low, 1)

	m.Criteria[0].Missing = Zero
	if got = totalsOf(t, m); !got[3].ScreenedOut() {
		t.Error("a missing mark that counts as zero is below a minimum of 2")
	}
	a := acceptOf(t, m, Options{})
	if len(a.Entries) != 2 {
		t.Errorf("%d entries take part in rank acceptability, want 2", len(a.Entries))
	}
}

func TestLessCanBeBetter(t *testing.T) {
	m := Marks{
		Criteria: []Criterion{{ID: "seconds", Weight: 1, Worst: 30, Best: 0, Minimum: minimum(20)}},
		Entries:  []Entry{row("quick", 3), row("slow", 24)},
	}
	got := totalsOf(t, m)
	near(t, "quick", got[0].Low, 90)
	if !got[1].ScreenedOut() || got[0].ScreenedOut() {
		t.Errorf("24 s is worse than the 20 s asked for: %+v", got)
	}
}

func TestBadTablesAreRefusedInWords(t *testing.T) {
	good := func() Marks { return gap(Zero) }
	for want, spoil := range map[string]func(*Marks){
		"Add at least one criterion":                       func(m *Marks) { m.Criteria = nil },
		"Add at least one entry":                           func(m *Marks) { m.Entries = nil },
		"Enter a weight of 0 or more for \"a\"":            func(m *Marks) { m.Criteria[0].Weight = -1 },
		"Give at least one criterion a weight above 0":     func(m *Marks) { m.Criteria[0].Weight, m.Criteria[1].Weight = 0, 0 },
		"Name the criterion \"b\" once only":               func(m *Marks) { m.Criteria[0].ID = "b" },
		"Name the entry \"B\" once only":                   func(m *Marks) { m.Entries[0].ID = "B" },
		"For \"A\" on \"b\", enter a mark between 0 and 5": func(m *Marks) { m.Entries[0].Marks[1] = At(6) },
		"For \"A\" on \"b\", enter a price of 0 or more":   func(m *Marks) { m.Criteria[1].Kind = ByPrice; m.Entries[0].Marks[1] = At(-6) },
		"Give \"A\" one mark for each criterion: 2, not 1": func(m *Marks) { m.Entries[0].Marks = m.Entries[0].Marks[:1] },
		"For \"a\", enter a minimum between 0 and 5":       func(m *Marks) { m.Criteria[0].Minimum = minimum(7) },
		"choose exclude, zero or interval":                 func(m *Marks) { m.Criteria[0].Missing = "guess" },
		"choose marks or price":                            func(m *Marks) { m.Criteria[0].Kind = "colour" },
		"enter a worst and a best mark that differ":        func(m *Marks) { m.Criteria[0].Worst, m.Criteria[0].Best = 3, 3 },
	} {
		m := good()
		spoil(&m)
		if _, err := Rank(m, Options{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	if _, err := Rank(good(), Options{}); err != nil {
		t.Errorf("the control was refused: %v", err)
	}
}

func TestSpreadFindsWhoStandsApart(t *testing.T) {
	for name, c := range map[string]struct {
		scores []Mark
		want   []int
	}{
		"one of three":         {[]Mark{At(4), At(4), At(1)}, []int{2}},
		"one far off of four":  {[]Mark{At(2), At(4), At(5), At(4)}, []int{0}},
		"a mark apart":         {[]Mark{At(4), At(4), At(3)}, nil},
		"a split panel":        {[]Mark{At(0), At(0), At(5), At(5)}, nil},
		"spread all over":      {[]Mark{At(1), At(3), At(5)}, nil},
		"two who differ":       {[]Mark{At(1), {}, At(4)}, []int{0, 2}},
		"two who nearly agree": {[]Mark{At(3), At(4)}, nil},
		"one alone":            {[]Mark{At(3)}, nil},
		"nobody":               {[]Mark{{}, {}}, nil},
	} {
		got := SpreadOf(c.scores, 5)
		if len(got.Outliers) != len(c.want) {
			t.Errorf("%s: outliers %v, want %v", name, got.Outliers, c.want)
			continue
		}
		for i := range c.want {
			if got.Outliers[i] != c.want[i] {
				t.Errorf("%s: outliers %v, want %v", name, got.Outliers, c.want)
			}
		}
	}
	s := SpreadOf([]Mark{At(2), At(3), {}, At(4), At(5)}, 5)
	nearFigure(t, "median", s.Middle, 3.5)
	nearFigure(t, "mean", s.Mean, 3.5)
	nearFigure(t, "deviation", s.Deviation, 1.2909944)
	if _, ok := s.Suggested.Get(); ok {
		t.Error("3.5 is not a mark: people settle it")
	}
	nearFigure(t, "suggested", SpreadOf([]Mark{At(2), At(3), At(5)}, 5).Suggested, 3)
}
