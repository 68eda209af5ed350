package evaluation

import (
	"math"
	"reflect"
	"testing"
)

func plainMarks(entries ...Entry) Marks {
	m := Marks{Entries: entries}
	for i := range entries[0].Marks {
		m.Criteria = append(m.Criteria, Criterion{ID: string(rune('a' + i)), Weight: 1, Best: 1})
	}
	return m
}

func acceptOf(t *testing.T, m Marks, o Options) Acceptability {
	t.Helper()
	out, err := Accept(m, o)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

var acceptOracles = []struct {
	name  string
	marks Marks
	want  [][]float64
}{
	{"two extremes and a middle", plainMarks(row("A", 1, 0), row("B", 0, 1), row("C", .6, .6)),
		[][]float64{{.4, .1, .5}, {.4, .1, .5}, {.2, .8, 0}}},
	{"three unit vectors and a middle", plainMarks(row("A", 1, 0, 0), row("B", 0, 1, 0), row("C", 0, 0, 1), row("D", .5, .5, .5)),
		[][]float64{{.25, .25, .25, .25}, {.25, .25, .25, .25}, {.25, .25, .25, .25}, {.25, .75, 0, 0}}},
	{"dominance", plainMarks(row("A", .9, .8), row("B", .7, .6)),
		[][]float64{{1, 0}, {0, 1}}},
	{"the same twice", plainMarks(row("A", .5, .5), row("B", .5, .5), row("C", .4, .4)),
		[][]float64{{1, 0, 0}, {1, 0, 0}, {0, 0, 1}}},
}

func TestRankAcceptabilityIsExact(t *testing.T) {
	for _, o := range acceptOracles {
		got := acceptOf(t, o.marks, Options{})
		if !got.Exact {
			t.Fatalf("%s: simulated, want exact", o.name)
		}
		for i, e := range got.Entries {
			for k, want := range o.want[i] {
				// The published rows give ranks 1 of the unit vectors; the others follow by symmetry.
				if o.name == "three unit vectors and a middle" && i < 3 && k > 0 {
					continue
				}
				near(t, o.name+" "+e.Entry, e.Ranks[k], want)
			}
		}
	}
	got := acceptOf(t, acceptOracles[0].marks, Options{})
	near(t, "A beats C", got.Beats[0][2], .4)
	for i, want := range [][]float64{{.8, .2}, {.2, .8}, {.5, .5}} {
		near(t, "central", got.Entries[i].Central[0], want[0])
		near(t, "central", got.Entries[i].Central[1], want[1])
	}
	if got := acceptOf(t, acceptOracles[2].marks, Options{}); got.Entries[1].Central != nil {
		t.Errorf("an entry that is never first has central weights %v", got.Entries[1].Central)
	}
}

// simulated computes the same tables by drawing, which Accept does not in so few criteria.
func simulated(m Marks, seed uint64, draws int) Acceptability {
	wide := Marks{Criteria: m.Criteria, Entries: m.Entries}
	t := wide.table()
	c := newCount(len(m.Entries), len(m.Criteria))
	simulate(t.cells, draws, source(seed, 2), c)
	out := Acceptability{Draws: draws, Error: 0.98 / math.Sqrt(float64(draws)), Beats: c.beaten()}
	for i := range m.Entries {
		e := EntryAcceptance{Entry: m.Entries[i].ID}
		e.Ranks, e.Central = c.row(i)
		out.Entries = append(out.Entries, e)
	}
	return out
}

func TestSimulationStaysWithinItsStatedError(t *testing.T) {
	for _, o := range acceptOracles {
		got, exact := simulated(o.marks, 7, 20_000), acceptOf(t, o.marks, Options{})
		for i := range got.Entries {
			for k, v := range got.Entries[i].Ranks {
				// 95 % half-width stated; 2.1 of them is four standard errors.
				if math.Abs(v-exact.Entries[i].Ranks[k]) > 2.1*got.Error {
					t.Errorf("%s: entry %d rank %d: drew %.4f, exact %.4f, stated ± %.4f", o.name, i, k+1, v, exact.Entries[i].Ranks[k], got.Error)
				}
			}
			for j, v := range got.Beats[i] {
				if math.Abs(v-exact.Beats[i][j]) > 2.1*got.Error {
					t.Errorf("%s: %d beats %d: drew %.4f, exact %.4f", o.name, i, j, v, exact.Beats[i][j])
				}
			}
		}
	}
}

func TestDuelsAreExactInManyCriteria(t *testing.T) {
	m := plainMarks(row("A", .9, .1, .4, .7, .2, .3), row("B", .2, .8, .5, .1, .6, .3))
	got := acceptOf(t, m, Options{Draws: 100_000})
	if got.Exact || !got.BeatsExact {
		t.Fatalf("six criteria: exact %v, duels exact %v; want drawn ranks and exact duels", got.Exact, got.BeatsExact)
	}
	near(t, "one side or the other", got.Beats[0][1]+got.Beats[1][0], 1)
	if math.Abs(got.Entries[0].Ranks[0]-got.Beats[0][1]) > 2.1*got.Error {
		t.Errorf("drew %.4f, the race says %.4f", got.Entries[0].Ranks[0], got.Beats[0][1])
	}
	// 3 criteria, d = (a, −b, −c): P = a² ÷ ((a + b)(a + c)).
	wins := duel([]float64{.5, -.2, -.7})
	near(t, "one against two", wins, .25/(.7*1.2))
}

func TestTheSameSeedGivesTheSameFigures(t *testing.T) {
	m := plainMarks(row("A", .9, .1, .4, .7), row("B", .2, .8, .5, .1), row("C", .5, .5, .5, .5))
	a, b := acceptOf(t, m, Options{Seed: 3}), acceptOf(t, m, Options{Seed: 3})
	if !reflect.DeepEqual(a, b) {
		t.Error("the same seed gave different figures")
	}
	if c := acceptOf(t, m, Options{Seed: 4}); reflect.DeepEqual(a.Entries, c.Entries) {
		t.Error("another seed gave the same figures: the seed is not used")
	}
}

func TestWhatWasNotTestedIsDrawnToo(t *testing.T) {
	// One criterion: A is .25, B unknown between 0 and 1, so B wins three times in four.
	m := plainMarks(row("A", .25), Entry{ID: "B", Marks: []Mark{{}}})
	got := acceptOf(t, m, Options{})
	if got.Exact || got.BeatsExact {
		t.Fatal("an open mark cannot be exact")
	}
	if p := got.Entries[1].Ranks[0]; math.Abs(p-.75) > 2.1*got.Error {
		t.Errorf("B is first in %.4f, want .75 ± %.4f", p, got.Error)
	}
}
