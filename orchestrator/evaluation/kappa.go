package evaluation

// FleissKappa is the agreement of many raters on categories beyond chance (Fleiss 1971, Psychological
// Bulletin 76:378–382). Every unit needs the same number of scores, two or more; who gave them does
// not matter. Units without any score are left out.
func FleissKappa(r Ratings) Figure {
	share := map[float64]float64{}
	units, per, same := 0.0, 0, 0.0
	for _, u := range r.Units {
		counts, n := map[float64]float64{}, 0
		for _, s := range u.Scores {
			if s.Tested {
				counts[s.Value]++
				n++
			}
		}
		switch {
		case n == 0:
			continue
		case per == 0:
			per = n
		case n != per:
			return none("Needs the same number of scores for every unit.")
		}
		units++
		for v, c := range counts {
			share[v] += c
			same += c * (c - 1)
		}
	}
	if per < 2 {
		return none("Needs at least two scores for every unit.")
	}
	if len(share) == 1 {
		return none("All scores are the same, so there is no difference that evaluators could agree about.")
	}
	m := float64(per)
	observed, chance := same/(units*m*(m-1)), 0.0
	for _, c := range share {
		chance += c * c // whole numbers: the order of adding does not matter
	}
	chance /= units * m * units * m
	return divide(observed-chance, 1-chance)
}
