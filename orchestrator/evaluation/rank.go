package evaluation

import "sort"

// Ranks gives the highest value rank 1. Equal values (within Tolerance of the largest of their group)
// share a rank, and the next rank counts them all: 1, 2, 2, 4.
func Ranks(values []float64) []int {
	order := make([]int, len(values))
	for i := range order {
		order[i] = i
	}
	sort.SliceStable(order, func(a, b int) bool { return values[order[a]] > values[order[b]] })
	ranks := make([]int, len(values))
	top := 0
	for pos, i := range order {
		if pos == 0 || values[order[top]]-values[i] > Tolerance {
			top = pos
		}
		ranks[i] = top + 1
	}
	return ranks
}

// RankSpan is the best and the worst rank an entry can have, given what was not tested. Both are the
// same when nothing is open. 0 and 0 means screened out, so not ranked.
type RankSpan struct {
	Best  int `json:"best"`
	Worst int `json:"worst"`
}

// Settled says that the entry has one rank whatever the missing marks are.
func (r RankSpan) Settled() bool { return r.Best == r.Worst && r.Best > 0 }

// rankSpans ranks intervals that move independently of one another: an entry is best placed when it
// gets its high and all others their low. Where every interval is a point this is Ranks.
func rankSpans(low, high []float64) []RankSpan {
	points := true
	for i := range low {
		points = points && high[i]-low[i] <= Tolerance
	}
	out := make([]RankSpan, len(low))
	if points {
		for i, r := range Ranks(high) {
			out[i] = RankSpan{r, r}
		}
		return out
	}
	for i := range low {
		s := RankSpan{1, 1}
		for j := range low {
			if j == i {
				continue
			}
			if low[j] > high[i]+Tolerance {
				s.Best++
			}
			if high[j] > low[i]+Tolerance {
				s.Worst++
			}
		}
		out[i] = s
	}
	return out
}
