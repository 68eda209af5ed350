package evaluation

import (
	"slices"
	"strings"
	"testing"
)

// agreed is two evaluators over n units who differ on every k-th; 0 never.
func agreed(n, k int) Ratings {
	r := Ratings{Raters: []string{"a", "b"}}
	for i := range n {
		x := float64(i % 6)
		y := x
		if k > 0 && i%k == 0 {
			y = 5 - x
		}
		r.Units = append(r.Units, Unit{Scores: []Mark{At(x), At(y)}})
	}
	return r
}

func agreeOf(t *testing.T, r Ratings) *Agreement {
	t.Helper()
	a, err := Agree(r, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return &a
}

func said(t *testing.T, m Marks, a *Agreement) string {
	t.Helper()
	o, err := Rank(m, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(append(slices.Clone(o.Words), a.Words...), " ")
}

func alphaBeta() Marks {
	m := Marks{Criteria: []Criterion{
		{ID: "q", Name: "Quality", Weight: .7, Best: 1}, {ID: "p", Name: "Price", Weight: .3, Best: 1},
	}}
	m.Entries = []Entry{{ID: "1", Name: "Alpha", Marks: []Mark{At(.9), At(.6)}}, {ID: "2", Name: "Beta", Marks: []Mark{At(.4), At(.8)}}}
	return m
}

func TestTheFindingInWords(t *testing.T) {
	// The lines cross at .5w = .2(1 − w): price 5/7 = .714286, so Alpha is first in 71%.
	want := "Alpha stays first in 71% of weightings. It loses the lead to Beta if price weighs more than 71%. " +
		"Evaluators agree enough to rely on this (α = 1.00)."
	if got := said(t, alphaBeta(), agreeOf(t, agreed(30, 0))); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestWordsAreGuarded(t *testing.T) {
	sure := agreeOf(t, agreed(30, 0))
	edit := func(f func(*Marks)) Marks { m := alphaBeta(); f(&m); return m }
	for name, c := range map[string]struct {
		marks Marks
		agree *Agreement
		want  string
	}{
		"one entry": {edit(func(m *Marks) { m.Entries = m.Entries[:1] }), sure,
			"Alpha is the only entry that is ranked, so there is nothing to compare it with."},
		"a tie": {edit(func(m *Marks) { m.Entries[1].Marks = m.Entries[0].Marks }), sure,
			"Alpha and Beta share first place, with 81 marks out of 100."},
		"dominance": {edit(func(m *Marks) { m.Entries[1].Marks = []Mark{At(.1), At(.2)} }), sure,
			"Alpha comes first whatever the weights. No change of a single weight would change the winner."},
		"open": {edit(func(m *Marks) { m.Entries[1].Marks = []Mark{{}, At(.8)} }), sure,
			"Alpha or Beta may come first: it depends on what was not tested. By what was tested for all of them, 30% of the weight, Beta is ahead. Beta was not tested on Quality, so its total lies between 24 and 94 marks out of 100."},
		"open but safe": {edit(func(m *Marks) { m.Entries[1].Marks = []Mark{At(.4), {}} }), sure,
			"It may lose the lead to Beta if price weighs more than"},
		"screened": {edit(func(m *Marks) { m.Criteria[0].Minimum = minimum(.5) }), sure,
			"Beta is not ranked: it is below the minimum for Quality."},
		"nobody left": {edit(func(m *Marks) { m.Criteria[0].Minimum = minimum(1) }), sure,
			"No entry is ranked, so there is no winner."},
		"first by a hair": {edit(func(m *Marks) {
			m.Entries[1].Marks = []Mark{At(.1), At(1)}
			m.Criteria[0].Weight, m.Criteria[1].Weight = .2, .8
		}), sure,
			"Beta comes first with these weights, but in only 33% of all weightings."},
		"a reversal": {reversing(), sure,
			"Be careful: without C, which did not win, A would come first instead of B, because price compares each with the lowest price."},
		"one evaluator": {alphaBeta(), agreeOf(t, Ratings{Raters: []string{"a"}, Units: []Unit{{Scores: []Mark{At(1)}}}}),
			"There is only one evaluator"},
		"few scores": {alphaBeta(), agreeOf(t, agreed(6, 0)),
			"There are too few scores to say whether the evaluators agree (α = 1.00 from 6 scores by two people or more)."},
		"all the same": {alphaBeta(), agreeOf(t, allThree(agreed(30, 0))),
			"Whether the evaluators agree cannot be said. All scores are the same"},
		"a wide interval": {alphaBeta(), agreeOf(t, agreed(24, 24)),
			"there are too few scores to be sure: α may be as low as"},
		"they differ": {alphaBeta(), agreeOf(t, agreed(60, 2)),
			"Evaluators do not agree enough to rely on this"},
		"a first view": {alphaBeta(), agreeOf(t, agreed(3000, 7)),
			"Evaluators agree enough for a first view only"},
	} {
		if got := said(t, c.marks, c.agree); !strings.Contains(got, c.want) {
			t.Errorf("%s:\ngot  %s\nwant %s", name, got, c.want)
		}
	}
}

func allThree(r Ratings) Ratings {
	for i := range r.Units {
		for j := range r.Units[i].Scores {
			r.Units[i].Scores[j] = At(3)
		}
	}
	return r
}

func TestRoundingNeverSaysMoreThanTheFigure(t *testing.T) {
	for p, want := range map[float64]string{.999: "more than 99%", .001: "less than 1%", .934: "93%", 1: "more than 99%"} {
		if got := share(p); got != want {
			t.Errorf("share(%v) is %q, want %q", p, got, want)
		}
	}
	for a, want := range map[float64]string{.7996: "0.79", .8: "0.80", .84: "0.84", -.011: "-0.02"} {
		if got := down(a); got != want {
			t.Errorf("down(%v) is %q, want %q", a, got, want)
		}
	}
	if got := flipShare(Flip{Now: .36, At: 4. / 11}); got != "36.4%" {
		t.Errorf("a flip near the weight as it is: %q", got)
	}
	if got := flipShare(Flip{Now: .3, At: 4. / 11}); got != "36%" {
		t.Errorf("a flip: %q", got)
	}
}

func TestTheIntervalHoldsTheFigureAndIsSeeded(t *testing.T) {
	r := agreed(60, 5)
	a, _ := Alpha(r, Ordinal).Get()
	s := AlphaInterval(r, Ordinal, 1, 500)
	if !s.Known() || s.Low >= a || s.High <= a || s.Low < -1 || s.High > 1 {
		t.Errorf("α %v, interval %+v", a, s)
	}
	if again := AlphaInterval(r, Ordinal, 1, 500); again != s {
		t.Errorf("the same seed gave %+v and %+v", s, again)
	}
	if other := AlphaInterval(r, Ordinal, 2, 500); other.Low == s.Low && other.High == s.High {
		t.Error("another seed gave the same interval: the seed is not used")
	}
	wide := AlphaInterval(agreed(20, 5), Ordinal, 1, 500)
	if wide.High-wide.Low <= s.High-s.Low {
		t.Errorf("a third of the units gave a narrower interval: %+v and %+v", wide, s)
	}
	if few := AlphaInterval(agreed(4, 0), Ordinal, 1, 500); few.Known() {
		t.Errorf("four units gave an interval: %+v", few)
	}
}
