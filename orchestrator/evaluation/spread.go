package evaluation

import (
	"math"
	"sort"
)

// leys is the bound of Leys and others (2013, Journal of Experimental Social Psychology 49:764–766):
// 2.5 median absolute deviations, scaled by 1.4826 to stand for standard deviations.
const leys = 2.5 * 1.4826

// OutlierGap is the share of the scale that a score must stand apart to be worth asking about: two
// marks of five.
const OutlierGap = 0.4

// Spread is the scores of one criterion for one entry, side by side.
type Spread struct {
	Given  int    `json:"given"`
	Lowest Figure `json:"lowest"`
	Middle Figure `json:"middle"` // the median
	Mean   Figure `json:"mean"`
	Most   Figure `json:"highest"`
	// Deviation is the sample standard deviation; it needs two scores.
	Deviation Figure `json:"deviation"`
	// Outliers are positions in the scores given to SpreadOf.
	Outliers []int `json:"outliers,omitempty"`
	// Suggested is the consensus to start the talk from: the median, where it is a whole mark. Half
	// marks are for people to settle.
	Suggested Figure `json:"suggested"`
}

// SpreadOf describes scores on a scale of the given length (5 for 0 to 5; the sign does not matter).
//
// With three scores or more an outlier stands at least OutlierGap of the scale from the median, and
// further than 2.5 scaled median absolute deviations. With two scores nobody can tell which one is
// apart, so both are named when they are OutlierGap apart.
func SpreadOf(scores []Mark, scale float64) Spread {
	var v []float64
	var at []int
	for i, s := range scores {
		if s.Tested {
			v, at = append(v, s.Value), append(at, i)
		}
	}
	out := Spread{Given: len(v)}
	if len(v) == 0 {
		why := none("Nobody tested this.")
		out.Lowest, out.Middle, out.Mean, out.Most, out.Deviation, out.Suggested = why, why, why, why, why, why
		return out
	}
	sorted := append([]float64(nil), v...)
	sort.Float64s(sorted)
	mid := quantile(sorted, 0.5)
	out.Lowest, out.Most, out.Middle = figure(sorted[0]), figure(sorted[len(sorted)-1]), figure(mid)
	mean, dev := moments(v)
	out.Mean, out.Deviation = figure(mean), none("Needs two scores.")
	if len(v) > 1 {
		out.Deviation = figure(dev)
	}
	out.Suggested = figure(mid)
	if mid != math.Trunc(mid) {
		out.Suggested = none("The middle lies between two marks.")
	}
	gap := OutlierGap*math.Abs(scale) - Tolerance
	for _, k := range apart(v, sorted, gap) {
		out.Outliers = append(out.Outliers, at[k])
	}
	return out
}

func apart(v, sorted []float64, gap float64) []int {
	if len(v) < 2 {
		return nil
	}
	if len(v) == 2 {
		if sorted[1]-sorted[0] >= gap {
			return []int{0, 1}
		}
		return nil
	}
	mid := quantile(sorted, 0.5)
	off := make([]float64, len(v))
	for i, x := range v {
		off[i] = math.Abs(x - mid)
	}
	ordered := append([]float64(nil), off...)
	sort.Float64s(ordered)
	bound := leys * quantile(ordered, 0.5)
	var out []int
	for i, d := range off {
		if d >= gap && d > bound {
			out = append(out, i)
		}
	}
	return out
}

func moments(v []float64) (mean, deviation float64) {
	n := float64(len(v))
	for _, x := range v {
		mean += x / n
	}
	for _, x := range v {
		deviation += (x - mean) * (x - mean)
	}
	if n > 1 {
		deviation = math.Sqrt(deviation / (n - 1))
	}
	return mean, deviation
}
