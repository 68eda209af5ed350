package evaluation

import (
	"math"
	"sort"
)

// Metric says how far apart two values are.
type Metric string

// The metrics of Krippendorff's alpha. Ordinal is the one for anchored scales.
const (
	Nominal    Metric = "nominal"
	Ordinal    Metric = "ordinal"
	IntervalOf Metric = "interval"
	Ratio      Metric = "ratio"
)

// Rely and Tentative are Krippendorff's thresholds (Content Analysis, 2004, p. 241): rely on values
// from .800, draw tentative conclusions from .667.
const (
	Rely      = 0.800
	Tentative = 0.667
)

// ratioValues bounds the different values of the ratio metric, which compares every pair.
const ratioValues = 5_000

// Alpha is Krippendorff's α = 1 − Dₒ/Dₑ from coincidences (Krippendorff, Computing Krippendorff's
// Alpha-Reliability, 2011). Units with fewer than two scores are left out. There is no figure where
// no unit has two scores, where all values are the same, or for Ratio where a value is negative.
func Alpha(r Ratings, metric Metric) Figure { return coincide(r).figure(metric) }

func (c coincidences) figure(metric Metric) Figure {
	if f := c.unfit(metric); f.Why != "" {
		return f
	}
	ones := make([]float64, len(c.units))
	for i := range ones {
		ones[i] = 1
	}
	a, ok := c.alpha(metric, ones)
	if !ok {
		return none("All scores are the same, so there is no difference that evaluators could agree about.")
	}
	return figure(a)
}

// coincidences holds the pairable values: the distinct values in order, and for each unit how many
// raters gave which.
type coincidences struct {
	values []float64
	units  []tally
}

// tally is one unit: sparse counts by index of value.
type tally struct {
	at    []int
	count []float64
	m     float64
}

func coincide(r Ratings) coincidences {
	var c coincidences
	index := map[float64]int{}
	for _, u := range r.Units {
		if pairable(u) {
			for _, s := range u.Scores {
				if s.Tested {
					index[s.Value] = 0
				}
			}
		}
	}
	for v := range index {
		c.values = append(c.values, v)
	}
	sort.Float64s(c.values)
	for i, v := range c.values {
		index[v] = i
	}
	for _, u := range r.Units {
		if pairable(u) {
			c.units = append(c.units, tallied(u, index))
		}
	}
	return c
}

func pairable(u Unit) bool {
	n := 0
	for _, s := range u.Scores {
		if s.Tested {
			n++
		}
	}
	return n >= 2
}

func tallied(u Unit, index map[float64]int) tally {
	counts := map[int]float64{}
	t := tally{}
	for _, s := range u.Scores {
		if s.Tested {
			i := index[s.Value]
			if counts[i] == 0 {
				t.at = append(t.at, i)
			}
			counts[i]++
			t.m++
		}
	}
	sort.Ints(t.at)
	for _, i := range t.at {
		t.count = append(t.count, counts[i])
	}
	return t
}

func (c coincidences) unfit(metric Metric) Figure {
	switch {
	case len(c.units) == 0:
		return none("Nothing was scored by two evaluators.")
	case metric == Ratio && c.values[0] < 0:
		return none("The ratio metric needs values of 0 or more.")
	case metric == Ratio && len(c.values) > ratioValues:
		return none("There are too many different values for the ratio metric.")
	}
	switch metric {
	case Nominal, Ordinal, IntervalOf, Ratio:
		return Figure{}
	}
	return none("Choose nominal, ordinal, interval or ratio.")
}

// alpha computes α with each unit counted times[i] times; false where nothing differs.
func (c coincidences) alpha(metric Metric, times []float64) (float64, bool) {
	n := make([]float64, len(c.values))
	total := 0.0
	for i, u := range c.units {
		if times[i] == 0 {
			continue
		}
		for k, v := range u.at {
			n[v] += times[i] * u.count[k]
		}
		total += times[i] * u.m
	}
	if distinct(n) < 2 {
		return 0, false
	}
	pos := c.positions(metric, n)
	do := 0.0
	for i, u := range c.units {
		if times[i] != 0 {
			do += times[i] * u.disagreement(metric, pos)
		}
	}
	all := tally{count: n, m: total}
	return 1 - (total-1)*do/all.among(metric, pos), true
}

func distinct(n []float64) int {
	used := 0
	for _, v := range n {
		if v > 0 {
			used++
		}
	}
	return used
}

// positions is where the values stand for the metric. Ordinal distance, (Σ n_g from c to k less half
// of both ends)², is the squared distance of the values' middle ranks.
func (c coincidences) positions(metric Metric, n []float64) []float64 {
	if metric != Ordinal {
		return c.values
	}
	pos := make([]float64, len(n))
	below := 0.0
	for i, v := range n {
		pos[i] = below + v/2
		below += v
	}
	return pos
}

// disagreement is the unit's part of the observed disagreement: the squared distances of its ordered
// pairs ÷ (m − 1).
func (t tally) disagreement(metric Metric, pos []float64) float64 {
	switch metric {
	case Nominal:
		return t.nominal() / (t.m - 1)
	case Ratio:
		return t.ratio(pos, t.at) / (t.m - 1)
	case Ordinal, IntervalOf:
	}
	if len(t.at) == 1 {
		return 0
	}
	first, s1, s2 := pos[t.at[0]], 0.0, 0.0
	for k, v := range t.at {
		d := pos[v] - first
		s1 += t.count[k] * d
		s2 += t.count[k] * d * d
	}
	return 2 * (t.m*s2 - s1*s1) / (t.m - 1)
}

// among is the same over all pairable values, before any division.
func (t tally) among(metric Metric, pos []float64) float64 {
	switch metric {
	case Nominal:
		return t.nominal()
	case Ratio:
		return t.ratio(pos, nil)
	case Ordinal, IntervalOf:
	}
	mean := 0.0
	for i, n := range t.count {
		mean += n * pos[i]
	}
	mean /= t.m
	sum := 0.0
	for i, n := range t.count {
		sum += n * (pos[i] - mean) * (pos[i] - mean)
	}
	return 2 * t.m * sum
}

func (t tally) nominal() float64 {
	same := 0.0
	for _, n := range t.count {
		same += n * n
	}
	return t.m*t.m - same
}

func (t tally) ratio(values []float64, at []int) float64 {
	sum := 0.0
	for i := range t.count {
		for j := i + 1; j < len(t.count); j++ {
			a, b := i, j
			if at != nil {
				a, b = at[i], at[j]
			}
			if s := values[a] + values[b]; s != 0 {
				d := (values[a] - values[b]) / s
				sum += 2 * t.count[i] * t.count[j] * d * d
			}
		}
	}
	return math.Max(sum, 0)
}
