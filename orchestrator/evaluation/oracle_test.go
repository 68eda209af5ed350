package evaluation

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

// near fails unless got is want to six figures.
func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	if math.IsNaN(got) || math.Abs(got-want) > 5e-7*math.Max(1, math.Abs(want)) {
		t.Errorf("%s: got %.7f, want %.7f", what, got, want)
	}
}

func nearFigure(t *testing.T, what string, got Figure, want float64) {
	t.Helper()
	v, ok := got.Get()
	if !ok {
		t.Errorf("%s: no figure, because %q; want %.7f", what, got.Why, want)
		return
	}
	near(t, what, v, want)
}

// raters reads one line for each rater, as the tables are printed: "A 1 2 * 3".
func raters(t *testing.T, table string) Ratings {
	t.Helper()
	var r Ratings
	for line := range strings.Lines(strings.TrimSpace(table)) {
		cells := strings.Fields(line)
		r.Raters = append(r.Raters, cells[0])
		for i, c := range cells[1:] {
			if len(r.Units) <= i {
				r.Units = append(r.Units, Unit{ID: string(rune('a' + i))})
			}
			m, err := readMark(c)
			if err != nil {
				t.Fatal(err)
			}
			r.Units[i].Scores = append(r.Units[i].Scores, m)
		}
	}
	if err := r.Check(); err != nil {
		t.Fatal(err)
	}
	return r
}

const k1 = `
A 1 2 3 3 2 1 4 1 2 - - -
B 1 2 3 3 2 2 4 1 2 5 - 3
C - 3 3 3 2 3 4 2 2 5 1 -
D 1 2 3 3 2 4 4 1 2 5 1 -`

const k2 = `
A * * * * * 3 4 1 2 1 1 3 3 * 3
B 1 * 2 1 3 3 4 3 * * * * * * *
C * * 2 1 3 4 4 * 2 1 1 3 3 * 4`

func TestAlphaIsThePublishedOne(t *testing.T) {
	one := raters(t, k1)
	nearFigure(t, "K1 nominal", Alpha(one, Nominal), .743421)
	nearFigure(t, "K1 ordinal", Alpha(one, Ordinal), .815388)
	nearFigure(t, "K1 interval", Alpha(one, IntervalOf), .849107)
	nearFigure(t, "K1 ratio", Alpha(one, Ratio), .797403)
	two := raters(t, k2)
	nearFigure(t, "K2 nominal", Alpha(two, Nominal), .691358)
	nearFigure(t, "K2 interval", Alpha(two, IntervalOf), .810845)
}

// Table 2 of Shrout and Fleiss (1979): judges in lines here. Published: .17 .29 .71 .44 .62 .91; the
// six figures are the same mean squares in exact fractions.
func TestICCIsShroutAndFleissTable(t *testing.T) {
	got := ICC(raters(t, "A 9 6 8 7 10 6\nB 2 1 4 1 5 2\nC 5 3 6 2 6 4\nD 8 2 8 6 9 7"))
	for _, c := range []struct {
		name             string
		got              Figure
		published, exact float64
	}{
		{"ICC(1,1)", got.One1, .17, 448. / 2703},
		{"ICC(2,1)", got.One2, .29, 184. / 635},
		{"ICC(3,1)", got.One3, .71, 920. / 1287},
		{"ICC(1,k)", got.K1, .44, 1792. / 4047},
		{"ICC(2,k)", got.K2, .62, 736. / 1187},
		{"ICC(3,k)", got.K3, .91, 3680. / 4047},
	} {
		nearFigure(t, c.name, c.got, c.exact)
		if v, _ := c.got.Get(); math.Round(v*100)/100 != c.published {
			t.Errorf("%s: %v does not round to the published %v", c.name, v, c.published)
		}
	}
}

// The anxiety ratings of CRAN irr (20 subjects, 3 raters), the example of irr::kendall; the exact
// value is 6008/11133, without the correction for ties it would be .501921.
func TestKendallIsCorrectedForTies(t *testing.T) {
	got := KendallW(raters(t, `
r1 3 3 3 4 5 5 2 3 5 2 2 6 1 5 2 2 1 2 4 3
r2 3 6 4 6 2 4 2 4 3 3 2 3 3 3 2 2 1 3 3 4
r3 2 1 4 4 3 2 1 6 1 1 1 2 3 3 1 1 3 3 2 2`))
	nearFigure(t, "W", got.W, 6008./11133)
	nearFigure(t, "chi-square", got.ChiSquare, 30.760442)
	if got.DF != 19 || got.Units != 20 {
		t.Errorf("got %d degrees of freedom over %d units, want 19 over 20", got.DF, got.Units)
	}
}

// The worked example of Fleiss' kappa: 14 raters, 10 subjects, 5 categories; published .210.
func TestFleissKappaIsThePublishedOne(t *testing.T) {
	table := [][5]int{{0, 0, 0, 0, 14}, {0, 2, 6, 4, 2}, {0, 0, 3, 5, 6}, {0, 3, 9, 2, 0}, {2, 2, 8, 1, 1},
		{7, 7, 0, 0, 0}, {3, 2, 6, 3, 0}, {2, 5, 3, 2, 2}, {6, 5, 2, 1, 0}, {0, 2, 2, 3, 7}}
	r := Ratings{Raters: make([]string, 14)}
	for _, row := range table {
		u := Unit{}
		for category, n := range row {
			for range n {
				u.Scores = append(u.Scores, At(float64(category+1)))
			}
		}
		r.Units = append(r.Units, u)
	}
	nearFigure(t, "kappa", FleissKappa(r), .2099307)
}

// priced are the shares of the marks that prices get where nothing else counts.
func priced(t *testing.T, prices ...float64) (shares []float64) {
	t.Helper()
	m := Marks{Criteria: []Criterion{{ID: "price", Weight: 1, Kind: ByPrice}}}
	for i, p := range prices {
		m.Entries = append(m.Entries, Entry{ID: fmt.Sprint(i), Marks: []Mark{At(p)}})
	}
	for _, total := range totalsOf(t, m) {
		shares = append(shares, total.Low/100)
	}
	return shares
}

func TestALowerPriceGetsMoreMarksByItsShare(t *testing.T) {
	for i, want := range []float64{2. / 3, 1, 1. / 3} {
		near(t, "price", priced(t, 15, 10, 30)[i], want)
	}
	for i, want := range []float64{40, 38.0952381, 37.0370370} {
		near(t, "40 % of price", 40*priced(t, 100, 105, 108)[i], want)
	}
	if got := priced(t, 0, 5, 0); got[0] != 1 || got[1] != 0 || got[2] != 1 {
		t.Errorf("a price of 0 should take all the marks: %v", got)
	}
}

func totalsOf(t *testing.T, m Marks) []Total {
	t.Helper()
	out, err := Totals(m)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func row(id string, marks ...float64) Entry {
	e := Entry{ID: id}
	for _, v := range marks {
		e.Marks = append(e.Marks, At(v))
	}
	return e
}

func TestTotalOfWeightedScores(t *testing.T) {
	m := Marks{Entries: []Entry{row("A", 80, 70, 90, 100)}}
	for i, w := range []float64{25, 25, 40, 10} {
		m.Criteria = append(m.Criteria, Criterion{ID: string(rune('a' + i)), Weight: w, Best: 100})
	}
	near(t, "total", totalsOf(t, m)[0].Low, 83.5)
}

// threeSuppliers is the worked example with weights .6 technical, .1 cultural and .3 price on marks 0 to 3.
func threeSuppliers() Marks {
	m := Marks{Criteria: []Criterion{
		{ID: "t1", Weight: .2, Best: 3}, {ID: "t2", Weight: .2, Best: 3}, {ID: "t3", Weight: .2, Best: 3},
		{ID: "c1", Weight: .05, Best: 3}, {ID: "c2", Weight: .05, Best: 3},
		{ID: "price", Weight: .3, Kind: ByPrice},
	}}
	m.Entries = []Entry{
		row("A", 3, 2, 2, 2, 3, 15000), row("B", 2, 2, 2, 3, 3, 10000), row("C", 3, 3, 3, 1, 2, 30000),
	}
	return m
}

func TestTiesShareARank(t *testing.T) {
	got := totalsOf(t, threeSuppliers())
	for i, want := range []float64{75, 80, 75} {
		near(t, got[i].Entry, got[i].Low, want)
	}
	for i, want := range []int{2, 1, 2} {
		if got[i].Rank != (RankSpan{want, want}) {
			t.Errorf("%s has rank %v, want %d", got[i].Entry, got[i].Rank, want)
		}
	}
	if r := Ranks([]float64{9, 7, 7, 3}); r[0] != 1 || r[1] != 2 || r[2] != 2 || r[3] != 4 {
		t.Errorf("ranks are %v, want 1 2 2 4", r)
	}
}

func reversing() Marks {
	return Marks{
		Criteria: []Criterion{{ID: "quality", Weight: 50, Best: 1}, {ID: "price", Weight: 50, Kind: ByPrice}},
		Entries:  []Entry{row("A", .8, 100), row("B", .95, 130), row("C", .1, 40)},
	}
}

func TestAnAlsoRanChangesTheWinner(t *testing.T) {
	m := reversing()
	got := totalsOf(t, m)
	for i, want := range []float64{60, 62.8846154, 55} {
		near(t, "with C, "+got[i].Entry, got[i].Low, want)
	}
	r, err := Reverse(m)
	if err != nil {
		t.Fatal(err)
	}
	if !r.Found || list(r.Winner, "+") != "B" || list(r.Instead, "+") != "A" || list(r.Without, "+") != "C" {
		t.Errorf("got %+v, want A instead of B without C", r)
	}
	m.Entries = m.Entries[:2]
	got = totalsOf(t, m)
	for i, want := range []float64{90, 85.9615385} {
		near(t, "without C, "+got[i].Entry, got[i].Low, want)
	}
	if r, _ = Reverse(m); r.Found {
		t.Errorf("two entries and no also-ran: got %+v", r)
	}
}

func TestCriticalWeights(t *testing.T) {
	m := Marks{
		Criteria: []Criterion{
			{ID: "technical", Weight: .6, Best: 1}, {ID: "cultural", Weight: .1, Best: 1}, {ID: "price", Weight: .3, Best: 1},
		},
		Entries: []Entry{row("X", 2./3, 2./3, 1), row("Y", 1, 2./3, .5)},
	}
	got := totalsOf(t, m)
	near(t, "X", got[0].Low/100, 23./30)
	near(t, "Y", got[1].Low/100, 49./60)
	s, err := Critical(m)
	if err != nil {
		t.Fatal(err)
	}
	if s.Leader != "Y" || len(s.Flips) != 2 {
		t.Fatalf("got %+v, want Y with two flips", s)
	}
	price, technical := s.Flips[0], s.Flips[1]
	if price.Criterion != "price" || !price.Above || price.To != "X" || technical.Criterion != "technical" || technical.Above {
		t.Errorf("got %+v, want price up, then technical down, both to X", s.Flips)
	}
	near(t, "price", price.At, 4./11)
	near(t, "technical", technical.At, 9./17)
}
