package evaluation

// Reversal warns that an also-ran decides who wins: without the entries named in Without, who did
// not win themselves, the lowest price would be another, and Instead would be first, not Winner.
type Reversal struct {
	Found   bool     `json:"found"`
	Winner  []string `json:"winner,omitempty"`
	Instead []string `json:"instead,omitempty"`
	Without []string `json:"without,omitempty"`
	// Criterion is the price criterion at work, by name.
	Criterion string `json:"criterion,omitempty"`
}

// Reverse looks for a rank reversal under relative price. Leaving entries out changes the others only
// through the lowest price, so it is enough to try, for each price, to leave out whoever is cheaper
// and did not win; the reversal that leaves out fewest is returned. With several price criteria each
// is tried by itself. Names are Labels. Returns a Problem where Check does.
func Reverse(m Marks) (Reversal, error) {
	totals, err := Totals(m)
	if err != nil {
		return Reversal{}, err
	}
	return m.reverse(totals), nil
}

func (m Marks) reverse(totals []Total) Reversal {
	var best Reversal
	winners := firsts(totals)
	if len(winners) == 0 {
		return best
	}
	for j, c := range m.Criteria {
		if c.kind() != ByPrice {
			continue
		}
		for _, at := range m.Entries {
			if !at.Marks[j].Tested {
				continue
			}
			r := m.without(totals, winners, j, at.Marks[j].Value)
			if r.Found && (!best.Found || len(r.Without) < len(best.Without)) {
				r.Criterion = c.Label()
				best = r
			}
		}
	}
	return best
}

// without leaves out every ranked entry that is cheaper than price and is not a winner.
func (m Marks) without(totals []Total, winners map[string]bool, j int, price float64) Reversal {
	left := Marks{Criteria: m.Criteria}
	var r Reversal
	for i, e := range m.Entries {
		mk := e.Marks[j]
		if totals[i].ScreenedOut() {
			continue
		}
		if !winners[e.ID] && mk.Tested && mk.Value < price {
			r.Without = append(r.Without, e.Label())
			continue
		}
		left.Entries = append(left.Entries, e)
	}
	if len(r.Without) == 0 || len(left.Entries) < 2 {
		return r
	}
	after, err := Totals(left)
	if err != nil {
		return Reversal{}
	}
	now := firsts(after)
	for _, t := range totals {
		if winners[t.Entry] {
			r.Winner = append(r.Winner, t.Name)
		}
	}
	for _, t := range after {
		if now[t.Entry] {
			r.Instead = append(r.Instead, t.Name)
			r.Found = r.Found || !winners[t.Entry]
		}
	}
	r.Found = r.Found || len(r.Instead) != len(r.Winner)
	return r
}

// firsts are the entries that may be first.
func firsts(totals []Total) map[string]bool {
	out := map[string]bool{}
	for _, t := range totals {
		if t.Rank.Best == 1 {
			out[t.Entry] = true
		}
	}
	return out
}
