package evaluation

// duel is the exact share of weightings, uniform over the simplex, under which one entry has a higher
// total than another; d is the difference of their shares by criterion.
//
// The difference of their totals is Σ wᵢdᵢ. Uniform weights are exponential variables divided by
// their sum (Devroye, Non-Uniform Random Variate Generation, 1986, chapter V.2), so its sign is that
// of a race between two chains of exponential stages, Σ over d > 0 against Σ over d < 0, and of two
// running stages of mean a and b that of mean a ends first with chance b ÷ (a + b). All terms are
// positive, so nothing cancels in any number of criteria.
func duel(d []float64) float64 {
	var plus, minus []float64
	for _, x := range d {
		switch {
		case x > Tolerance:
			plus = append(plus, x)
		case x < -Tolerance:
			minus = append(minus, -x)
		}
	}
	if len(plus) == 0 && len(minus) == 0 {
		return 0
	}
	// lasts[j] is the chance that the plus chain outlasts a minus chain with j stages left.
	lasts := make([]float64, len(minus)+1)
	for _, p := range plus {
		next := make([]float64, len(minus)+1)
		next[0] = 1
		for j, m := range minus {
			next[j+1] = (p*next[j] + m*lasts[j+1]) / (p + m)
		}
		lasts = next
	}
	return lasts[len(minus)]
}
