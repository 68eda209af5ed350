package evaluation

// Outcome is everything said about a ranking.
type Outcome struct {
	Totals        []Total       `json:"totals"`
	Acceptability Acceptability `json:"acceptability"`
	Sensitivity   Sensitivity   `json:"sensitivity"`
	Reversal      Reversal      `json:"reversal"`
	// LikeForLike is there where marks are missing: the ranking by what was tested for every ranked entry.
	LikeForLike *LikeForLike `json:"like_for_like,omitempty"`
	Words       []string     `json:"words"`
}

// LikeForLike is a ranking by the criteria that every ranked entry was tested on.
type LikeForLike struct {
	Weight float64 `json:"weight"` // of those criteria, as a share of 1
	Totals []Total `json:"totals"`
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
	out.LikeForLike = m.likeForLike(in)
	out.Words = sayRanking(out)
	return out, nil
}

// likeForLike is nil where nothing is missing, or nothing is left.
func (m Marks) likeForLike(in []int) *LikeForLike {
	var keep []int
	share := 0.0
	for j, w := range m.weights() {
		tested := true
		for _, i := range in {
			tested = tested && m.Entries[i].Marks[j].Tested
		}
		if tested {
			keep = append(keep, j)
			share += w
		}
	}
	if len(keep) == len(m.Criteria) || share <= 0 || len(in) == 0 {
		return nil
	}
	var left Marks
	for _, j := range keep {
		left.Criteria = append(left.Criteria, m.Criteria[j])
	}
	for _, i := range in {
		e := Entry{ID: m.Entries[i].ID, Name: m.Entries[i].Name}
		for _, j := range keep {
			e.Marks = append(e.Marks, m.Entries[i].Marks[j])
		}
		left.Entries = append(left.Entries, e)
	}
	totals, err := Totals(left)
	if err != nil {
		return nil // unreachable: a part of a table that was checked
	}
	return &LikeForLike{Weight: share, Totals: totals}
}
