package evaluation

// Outcome is everything said about a ranking.
type Outcome struct {
	Totals        []Total       `json:"totals"`
	Acceptability Acceptability `json:"acceptability"`
	Sensitivity   Sensitivity   `json:"sensitivity"`
	Reversal      Reversal      `json:"reversal"`
	Words         []string      `json:"words"`
}

// Rank computes totals, ranks and how sure they are. Returns a Problem where Check does.
func Rank(m Marks, o Options) (Outcome, error) {
	totals, err := Totals(m)
	if err != nil {
		return Outcome{}, err
	}
	var in []int
	for i, t := range totals {
		if !t.ScreenedOut() {
			in = append(in, i)
		}
	}
	out := Outcome{
		Totals:        totals,
		Acceptability: m.accept(in, o.filled()),
		Sensitivity:   m.critical(totals),
		Reversal:      m.reverse(totals),
	}
	out.Words = sayRanking(out)
	return out, nil
}
