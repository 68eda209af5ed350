package evaluation

// count gathers measure (draws, lengths or areas) over the weightings.
type count struct {
	all     float64
	ranks   [][]float64
	beats   [][]float64
	first   []float64
	central [][]float64
}

func identity(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

func newCount(entries, criteria int) *count {
	c := &count{first: make([]float64, entries)}
	for range entries {
		c.ranks = append(c.ranks, make([]float64, entries))
		c.beats = append(c.beats, make([]float64, entries))
		c.central = append(c.central, make([]float64, criteria))
	}
	return c
}

// add records one weighting (or the middle of a region) that stands for size. It sorts order in place:
// the entries, in any order.
func (c *count) add(totals, weights []float64, size float64, order []int, tolerance float64) {
	for k := 1; k < len(order); k++ {
		for l := k; l > 0 && totals[order[l]] > totals[order[l-1]]; l-- {
			order[l], order[l-1] = order[l-1], order[l]
		}
	}
	c.all += size
	top := 0
	for pos, i := range order {
		if pos == 0 || totals[order[top]]-totals[i] > tolerance {
			top = pos
		}
		c.ranks[i][top] += size
		if top == 0 {
			c.first[i] += size
			for k, w := range weights {
				c.central[i][k] += size * w
			}
		}
		for _, j := range order[:top] {
			c.beats[j][i] += size
		}
	}
}

func (c *count) row(i int) (ranks, central []float64) {
	ranks = make([]float64, len(c.ranks[i]))
	for k, v := range c.ranks[i] {
		ranks[k] = v / c.all
	}
	if c.first[i] <= 0 {
		return ranks, nil
	}
	central = make([]float64, len(c.central[i]))
	for k, v := range c.central[i] {
		central[k] = v / c.first[i]
	}
	return ranks, central
}

func (c *count) beaten() [][]float64 {
	out := make([][]float64, len(c.beats))
	for i, row := range c.beats {
		out[i] = make([]float64, len(row))
		for j, v := range row {
			out[i][j] = v / c.all
		}
	}
	return out
}
