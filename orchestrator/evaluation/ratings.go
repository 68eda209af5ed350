package evaluation

// MaxScores bounds units × raters, so that one sheet cannot keep a machine busy.
const MaxScores = 1_000_000

// Ratings is units × raters: what each rater said of each unit, with gaps.
type Ratings struct {
	Raters []string `json:"raters"`
	Units  []Unit   `json:"units"`
}

// Unit is one thing that was rated; Scores are in the order of the raters.
type Unit struct {
	ID     string `json:"id"`
	Scores []Mark `json:"scores"`
}

// Check returns the first thing wrong with the ratings, in a sentence that says what to do.
func (r Ratings) Check() error {
	if len(r.Raters) == 0 {
		return say("Add at least one rater")
	}
	if len(r.Units) == 0 {
		return say("Add at least one unit")
	}
	if len(r.Units) > MaxScores/len(r.Raters) {
		return say("Use at most %d scores, not %d units by %d raters", MaxScores, len(r.Units), len(r.Raters))
	}
	for _, u := range r.Units {
		if len(u.Scores) != len(r.Raters) {
			return say("Give %q one score for each rater: %d, not %d", u.ID, len(r.Raters), len(u.Scores))
		}
		for j, s := range u.Scores {
			if s.Tested && !sane(s.Value) {
				return say("For %q by %q, enter a number", u.ID, r.Raters[j])
			}
		}
	}
	return nil
}

// complete returns the units that every rater scored, as plain numbers.
func (r Ratings) complete() [][]float64 {
	var out [][]float64
	for _, u := range r.Units {
		row := make([]float64, 0, len(u.Scores))
		for _, s := range u.Scores {
			if s.Tested {
				row = append(row, s.Value)
			}
		}
		if len(row) == len(r.Raters) {
			out = append(out, row)
		}
	}
	return out
}

// given counts the scores that are there.
func (r Ratings) given() int {
	n := 0
	for _, u := range r.Units {
		for _, s := range u.Scores {
			if s.Tested {
				n++
			}
		}
	}
	return n
}
