package evaluation

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// drawMarks makes a table with two to six entries, of every kind of criterion that is asked for.
func drawMarks(t *rapid.T, prices, missing bool) Marks {
	var m Marks
	for j := range rapid.IntRange(1, MaxPrices).Draw(t, "criteria") {
		c := Criterion{ID: string(rune('a' + j)), Weight: rapid.Float64Range(.5, 40).Draw(t, "weight"), Worst: 0, Best: 5}
		c.Missing = rapid.SampledFrom([]Rule{Exclude, Zero, Interval}).Draw(t, "rule")
		if prices && rapid.Bool().Draw(t, "price?") {
			c.Kind = ByPrice
		}
		m.Criteria = append(m.Criteria, c)
	}
	for i := range rapid.IntRange(2, 6).Draw(t, "entries") {
		e := Entry{ID: string(rune('A' + i))}
		for _, c := range m.Criteria {
			switch {
			case missing && rapid.IntRange(0, 4).Draw(t, "gap") == 0:
				e.Marks = append(e.Marks, Mark{})
			case c.kind() == ByPrice:
				e.Marks = append(e.Marks, At(rapid.Float64Range(1, 1000).Draw(t, "price")))
			default:
				e.Marks = append(e.Marks, At(float64(rapid.IntRange(0, 5).Draw(t, "mark"))))
			}
		}
		m.Entries = append(m.Entries, e)
	}
	return m
}

func must(t *rapid.T, m Marks) []Total {
	out, err := Totals(m)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func close9(a, b float64) bool { return math.Abs(a-b) <= 1e-7 }

func TestOrderDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := drawMarks(t, true, true)
		before := must(t, m)
		rows := rapid.Permutation(identity(len(m.Entries))).Draw(t, "rows")
		columns := rapid.Permutation(identity(len(m.Criteria))).Draw(t, "columns")
		var shuffled Marks
		for _, j := range columns {
			shuffled.Criteria = append(shuffled.Criteria, m.Criteria[j])
		}
		for _, i := range rows {
			e := Entry{ID: m.Entries[i].ID}
			for _, j := range columns {
				e.Marks = append(e.Marks, m.Entries[i].Marks[j])
			}
			shuffled.Entries = append(shuffled.Entries, e)
		}
		after := must(t, shuffled)
		for k, i := range rows {
			if !close9(before[i].Low, after[k].Low) || !close9(before[i].High, after[k].High) || before[i].Rank != after[k].Rank {
				t.Fatalf("%s: %+v became %+v", before[i].Entry, before[i], after[k])
			}
		}
	})
}

func TestScaleOfWeightsAndMarksDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := drawMarks(t, true, true)
		before := must(t, m)
		by := rapid.Float64Range(.01, 100).Draw(t, "by")
		up := rapid.Float64Range(.1, 50).Draw(t, "up")
		shift := rapid.Float64Range(-50, 50).Draw(t, "shift")
		for j := range m.Criteria {
			m.Criteria[j].Weight *= by
			if m.Criteria[j].kind() == ByMark {
				m.Criteria[j].Worst, m.Criteria[j].Best = shift, 5*up+shift
			}
			for i := range m.Entries {
				mk := &m.Entries[i].Marks[j]
				switch {
				case !mk.Tested:
				case m.Criteria[j].kind() == ByPrice:
					mk.Value *= by // another currency
				default:
					mk.Value = math.Min(mk.Value*up+shift, m.Criteria[j].Best)
				}
			}
		}
		for i, a := range must(t, m) {
			if !close9(before[i].Low, a.Low) || !close9(before[i].High, a.High) || before[i].Rank != a.Rank {
				t.Fatalf("%+v became %+v", before[i], a)
			}
		}
	})
}

func TestATwinSharesTheRankAndMovesNobodyAbove(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := drawMarks(t, true, false)
		before := must(t, m)
		i := rapid.IntRange(0, len(m.Entries)-1).Draw(t, "who")
		m.Entries = append(slices.Clone(m.Entries), Entry{ID: "twin", Marks: m.Entries[i].Marks})
		after := must(t, m)
		twin := after[len(after)-1]
		if twin.Rank != after[i].Rank || twin.Low != after[i].Low {
			t.Fatalf("the twin has %+v, the entry %+v", twin, after[i])
		}
		for k, b := range before {
			if !close9(b.Low, after[k].Low) {
				t.Fatalf("%s moved from %v to %v", b.Entry, b.Low, after[k].Low)
			}
			if b.Rank.Best <= before[i].Rank.Best && b.Rank != after[k].Rank {
				t.Fatalf("%s moved from rank %v to %v", b.Entry, b.Rank, after[k].Rank)
			}
		}
	})
}

func TestWhoIsBetterOnEverythingNeverStandsBelow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := drawMarks(t, true, false)
		better := Entry{ID: "better"}
		for j, mk := range m.Entries[0].Marks {
			if m.Criteria[j].kind() == ByPrice {
				better.Marks = append(better.Marks, At(mk.Value*.9))
			} else {
				better.Marks = append(better.Marks, At(math.Min(5, mk.Value+.5)))
			}
		}
		m.Entries = append(m.Entries, better)
		totals := must(t, m)
		last := len(totals) - 1
		if totals[last].Low < totals[0].Low-1e-7 || totals[last].Rank.Best > totals[0].Rank.Best {
			t.Fatalf("better on all: %+v, worse on all: %+v", totals[last], totals[0])
		}
		a, err := Accept(m, Options{Draws: 200})
		if err != nil {
			t.Fatal(err)
		}
		if a.Beats[0][last] > 1e-12 {
			t.Fatalf("the worse beats the better in %v of weightings", a.Beats[0][last])
		}
	})
}

func TestAnIrrelevantEntryChangesNothingWithoutPrice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := drawMarks(t, false, false)
		before, err := Rank(m, Options{Draws: 50})
		if err != nil {
			t.Fatal(err)
		}
		e := Entry{ID: "irrelevant"}
		for range m.Criteria {
			e.Marks = append(e.Marks, At(0))
		}
		m.Entries = append(slices.Clone(m.Entries), e)
		after, err := Rank(m, Options{Draws: 50})
		if err != nil {
			t.Fatal(err)
		}
		for k, b := range before.Totals {
			if !close9(b.Low, after.Totals[k].Low) || b.Rank != after.Totals[k].Rank {
				t.Fatalf("%s moved: %+v to %+v", b.Entry, b, after.Totals[k])
			}
		}
		if before.Reversal.Found || after.Reversal.Found {
			t.Fatal("there is no price, yet a reversal was found")
		}
		if len(before.Sensitivity.Flips) > len(after.Sensitivity.Flips) {
			t.Fatalf("flips went from %v to %v", before.Sensitivity.Flips, after.Sensitivity.Flips)
		}
		for i := range before.Totals {
			for j := range before.Totals {
				if !close9(before.Acceptability.Beats[i][j], after.Acceptability.Beats[i][j]) {
					t.Fatalf("%d beats %d: %v became %v", i, j, before.Acceptability.Beats[i][j], after.Acceptability.Beats[i][j])
				}
			}
		}
	})
}

func TestReversalIsFoundWhereverOneExists(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := drawMarks(t, true, false)
		n := 0
		for j := range m.Criteria { // one price criterion at most: several are tried one by one
			if m.Criteria[j].kind() == ByPrice {
				if n++; n > 1 {
					m.Criteria[j].Kind = ByMark
					for i := range m.Entries {
						m.Entries[i].Marks[j] = At(math.Mod(m.Entries[i].Marks[j].Value, 5))
					}
				}
			}
		}
		totals := must(t, m)
		winners := firsts(totals)
		exists := false
		for set := 1; set < 1<<len(m.Entries); set++ { // every way to leave also-rans out
			left := Marks{Criteria: m.Criteria}
			fair := true
			for i, e := range m.Entries {
				if set>>i&1 == 0 {
					left.Entries = append(left.Entries, e)
				} else if winners[e.ID] {
					fair = false
				}
			}
			if !fair || len(left.Entries) == 0 {
				continue
			}
			now := firsts(must(t, left))
			same := len(now) == len(winners)
			for id := range now {
				same = same && winners[id]
			}
			exists = exists || !same
		}
		if r := m.reverse(totals); r.Found != exists {
			t.Fatalf("found %v, but trying every set says %v", r, exists)
		}
	})
}

func TestTheLeadIsLostJustBeyondTheCriticalWeightAndNotBefore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := drawMarks(t, true, true)
		for j := range m.Criteria { // intervals are treated cautiously; here the figures must be exact
			if m.Criteria[j].Missing == Interval {
				m.Criteria[j].Missing = Exclude
			}
		}
		for _, e := range m.Entries {
			if !slices.ContainsFunc(e.Marks, func(k Mark) bool { return k.Tested }) {
				return // its total is anything from 0 to 100: nothing exact to say
			}
		}
		s := m.critical(must(t, m))
		for _, f := range s.Flips {
			step := 1e-5
			if !f.Above {
				step = -step
			}
			if beyond := f.At + step; beyond > 0 && beyond < 1 {
				if got := firsts(must(t, reweighted(m, f.Criterion, beyond))); got[s.Leader] && len(got) == 1 {
					near := must(t, reweighted(m, f.Criterion, beyond))
					t.Fatalf("%+v: %s still leads beyond: %+v", f, s.Leader, near)
				}
			}
			for part := .1; part < 1; part += .2 {
				w := f.Now + part*(f.At-f.Now)
				if got := firsts(must(t, reweighted(m, f.Criterion, w))); !got[s.Leader] {
					t.Fatalf("%+v: %s lost the lead before, at %v", f, s.Leader, w)
				}
			}
		}
	})
}

// reweighted gives one criterion a share of the weight and rescales the others in proportion.
func reweighted(m Marks, id string, w float64) Marks {
	out := Marks{Entries: m.Entries, Criteria: slices.Clone(m.Criteria)}
	weights := m.weights()
	for j := range out.Criteria {
		if out.Criteria[j].ID == id {
			for k := range out.Criteria {
				out.Criteria[k].Weight = weights[k] * (1 - w) / (1 - weights[j])
			}
			out.Criteria[j].Weight = w
		}
	}
	return out
}

func TestIntervalsHoldWhateverTheMissingMarksTurnOutToBe(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := drawMarks(t, false, true)
		before := must(t, m)
		for i := range m.Entries {
			m.Entries[i].Marks = slices.Clone(m.Entries[i].Marks)
			for j, c := range m.Criteria {
				if !m.Entries[i].Marks[j].Tested && c.missing() == Interval {
					m.Entries[i].Marks[j] = At(rapid.Float64Range(0, 5).Draw(t, "truth"))
				}
			}
		}
		for i, a := range must(t, m) {
			b := before[i]
			if a.Low < b.Low-1e-7 || a.High > b.High+1e-7 {
				t.Fatalf("%s: %v to %v lies outside %v to %v", a.Entry, a.Low, a.High, b.Low, b.High)
			}
			if a.Rank.Best < b.Rank.Best || a.Rank.Worst > b.Rank.Worst {
				t.Fatalf("%s: rank %v lies outside %v", a.Entry, a.Rank, b.Rank)
			}
		}
	})
}
