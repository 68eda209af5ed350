package evaluation

import (
	"math"
	"math/rand/v2"
)

// Acceptability says how robust a ranking is: under which share of all weightings, drawn uniformly
// from the simplex, each entry takes each rank (stochastic multicriteria acceptability analysis:
// Lahdelma, Hokkanen and Salminen 1998, EJOR 106:137–143; SMAA-2, 2001, Operations Research
// 49:444–454). A mark that was not tested under the rule Interval is drawn too, uniformly between
// worst and best. Entries that miss a minimum take no part.
type Acceptability struct {
	// Exact is true where areas were computed; else Draws weightings were drawn from Seed, and Error
	// is the largest half-width a share can have at 95 %: 0.98 ÷ √Draws.
	Exact   bool              `json:"exact"`
	Draws   int               `json:"draws,omitempty"`
	Seed    uint64            `json:"seed,omitempty"`
	Error   float64           `json:"error"`
	Entries []EntryAcceptance `json:"entries"`
	// Beats[i][j] is the share of weightings in which entry i has a higher total than entry j.
	// BeatsExact says that these are exact, which they are in any number of criteria while every
	// mark counts.
	Beats      [][]float64 `json:"beats"`
	BeatsExact bool        `json:"beats_exact"`
}

// EntryAcceptance is one entry's row.
type EntryAcceptance struct {
	Entry string `json:"entry"`
	Name  string `json:"name"`
	// Ranks[k] is the share of weightings in which the entry has rank k + 1. Entries that tie share
	// a rank, so a column may add up to more or less than 1; a row adds up to 1.
	Ranks []float64 `json:"ranks"`
	// Central is the mean of the weightings under which the entry is first, in the order of the
	// criteria: the weights of somebody who would choose it. Empty where it never is.
	Central []float64 `json:"central,omitempty"`
}

// Bounds of what is drawn when Options.Draws is 0: as many as fit into about 20 million products.
const (
	fewestDraws = 10_000
	mostDraws   = 100_000
	drawnWork   = 20_000_000
)

// Accept computes rank acceptability: exactly with up to three criteria and ten entries while every
// mark counts, else simulated. Returns a Problem where Check does.
func Accept(m Marks, o Options) (Acceptability, error) {
	if err := m.Check(); err != nil {
		return Acceptability{}, err
	}
	var in []int
	for i := range m.Entries {
		if below, _ := m.minimums(i); len(below) == 0 {
			in = append(in, i)
		}
	}
	return m.accept(in, o.filled()), nil
}

func (m Marks) accept(in []int, o Options) Acceptability {
	t := m.table()
	rows := make([][]cell, len(in))
	settled := true
	out := Acceptability{Entries: make([]EntryAcceptance, len(in))}
	for k, i := range in {
		rows[k] = t.cells[i]
		for _, c := range rows[k] {
			settled = settled && c.settled()
		}
		out.Entries[k] = EntryAcceptance{Entry: m.Entries[i].ID, Name: m.Entries[i].Label()}
	}
	count := newCount(len(rows), len(m.Criteria))
	switch {
	case settled && len(m.Criteria) <= exactCriteria && len(rows) <= exactEntries:
		out.Exact = true
		exactly(rows, len(m.Criteria), count)
	default:
		out.Draws, out.Seed = o.draws(len(rows), len(m.Criteria)), o.Seed
		out.Error = 0.98 / math.Sqrt(float64(out.Draws))
		simulate(rows, out.Draws, source(o.Seed, 2), count)
	}
	for k := range out.Entries {
		out.Entries[k].Ranks, out.Entries[k].Central = count.row(k)
	}
	out.Beats, out.BeatsExact = count.beaten(), settled
	if settled {
		out.Beats = duels(rows)
	}
	return out
}

func (o Options) draws(entries, criteria int) int {
	if o.Draws > 0 {
		return o.Draws
	}
	return min(max(drawnWork/max(1, entries*criteria), fewestDraws), mostDraws)
}

func duels(rows [][]cell) [][]float64 {
	out := make([][]float64, len(rows))
	for i := range rows {
		out[i] = make([]float64, len(rows))
		for j := range rows {
			if i == j {
				continue
			}
			d := make([]float64, len(rows[i]))
			for k := range d {
				d[k] = rows[i][k].low - rows[j][k].low
			}
			out[i][j] = duel(d)
		}
	}
	return out
}

// simulate draws weightings: exponential variables divided by their sum are uniform on the simplex.
func simulate(rows [][]cell, draws int, rng *rand.Rand, c *count) {
	if len(rows) == 0 {
		return
	}
	weights := make([]float64, len(rows[0]))
	totals := make([]float64, len(rows))
	order := identity(len(rows))
	plain := make([][]float64, len(rows)) // the rows in which nothing is open
	for i, row := range rows {
		plain[i] = settledRow(row)
	}
	for range draws {
		sum := 0.0
		for k := range weights {
			weights[k] = rng.ExpFloat64()
			sum += weights[k]
		}
		for k := range weights {
			weights[k] /= sum
		}
		for i, row := range rows {
			if plain[i] != nil {
				totals[i] = dot(weights, plain[i])
			} else {
				totals[i] = openTotal(weights, row, rng)
			}
		}
		c.add(totals, weights, 1, order, Tolerance)
	}
}

// dot rounds each product, so that machines that fuse multiply and add give the same figures.
func dot(a, b []float64) float64 {
	sum := 0.0
	for i, x := range a {
		sum += float64(x * b[i])
	}
	return sum
}

func settledRow(row []cell) []float64 {
	out := make([]float64, len(row))
	for i, c := range row {
		if !c.settled() {
			return nil
		}
		out[i] = c.low
	}
	return out
}

func openTotal(weights []float64, row []cell, rng *rand.Rand) float64 {
	sum, counted := 0.0, 0.0
	for k, c := range row {
		if !c.counts {
			continue
		}
		v := c.low
		if c.high > c.low {
			v += float64(rng.Float64() * (c.high - c.low))
		}
		sum += float64(weights[k] * v)
		counted += weights[k]
	}
	if counted <= 0 {
		return rng.Float64()
	}
	return sum / counted
}
