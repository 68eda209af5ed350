package evaluation

import "sort"

// Concordance is Kendall's W, from 0 (no agreement on the order) to 1 (the same order by all).
type Concordance struct {
	W Figure `json:"w"`
	// ChiSquare with DF degrees of freedom is m(n − 1)W, Friedman's statistic; trust it for many units.
	ChiSquare Figure `json:"chi_square"`
	DF        int    `json:"df"`
	Units     int    `json:"units"` // with a score by every rater; the others are left out
}

// KendallW is the coefficient of concordance corrected for ties,
// W = 12S ÷ (m²(n³ − n) − mΣT) (Kendall, Rank Correlation Methods, 1948, chapter 6).
// It needs two raters, two complete units, and one rater who does not tie them all.
func KendallW(r Ratings) Concordance {
	rows := r.complete()
	n, m := len(rows), len(r.Raters)
	out := Concordance{Units: n, DF: max(n-1, 0)}
	if m < 2 || n < 2 {
		why := none("Needs at least two raters and two units that every rater scored.")
		out.W, out.ChiSquare = why, why
		return out
	}
	sums := make([]float64, n)
	ties := 0.0
	for j := range m {
		col := make([]float64, n)
		for i := range rows {
			col[i] = rows[i][j]
		}
		ranks, t := midRanks(col)
		ties += t
		for i, v := range ranks {
			sums[i] += v
		}
	}
	mean := float64(m) * float64(n+1) / 2
	s := 0.0
	for _, v := range sums {
		s += (v - mean) * (v - mean)
	}
	fm, fn := float64(m), float64(n)
	most := fm*fm*(fn*fn*fn-fn) - fm*ties
	if most <= 0 {
		why := none("Every rater gave all units the same score, so there is no order to agree about.")
		out.W, out.ChiSquare = why, why
		return out
	}
	w := 12 * s / most
	out.W, out.ChiSquare = figure(w), figure(fm*(fn-1)*w)
	return out
}

// midRanks ranks from 1 with ties sharing their middle rank, and returns Σ(t³ − t) over the ties.
func midRanks(values []float64) (ranks []float64, ties float64) {
	order := make([]int, len(values))
	for i := range order {
		order[i] = i
	}
	sort.SliceStable(order, func(a, b int) bool { return values[order[a]] < values[order[b]] })
	ranks = make([]float64, len(values))
	for from := 0; from < len(order); {
		to := from
		for to < len(order) && values[order[to]] == values[order[from]] {
			to++
		}
		for _, i := range order[from:to] {
			ranks[i] = float64(from+1+to) / 2
		}
		t := float64(to - from)
		ties += t*t*t - t
		from = to
	}
	return ranks, ties
}
