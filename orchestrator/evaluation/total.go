package evaluation

// Part is what one criterion gave to one entry's total.
type Part struct {
	Criterion string `json:"criterion"`
	Mark      Mark   `json:"mark"`
	// Low and High are the share of the criterion's marks, 0 to 1; they differ only where the
	// criterion was not tested and its rule is Interval.
	Low  float64 `json:"low"`
	High float64 `json:"high"`
	// Weight is what the criterion weighed for this entry, as a share of 1: 0 where it was excluded.
	Weight float64 `json:"weight"`
	// PointsLow and PointsHigh are what it added to the total, out of 100.
	PointsLow  float64 `json:"points_low"`
	PointsHigh float64 `json:"points_high"`
}

// Total is one entry's result, out of 100.
type Total struct {
	Entry string   `json:"entry"`
	Name  string   `json:"name"`
	Low   float64  `json:"low"`
	High  float64  `json:"high"`
	Rank  RankSpan `json:"rank"`
	// Below names the criteria whose minimum was missed; any one screens the entry out.
	Below []string `json:"below,omitempty"`
	// Unproven names the criteria with a minimum that were not tested, so that nobody knows.
	Unproven []string `json:"unproven,omitempty"`
	// NotTested names the criteria without a mark.
	NotTested []string `json:"not_tested,omitempty"`
	// Tested is the share of the whole weight that was tested, 0 to 1.
	Tested float64 `json:"tested"`
	Parts  []Part  `json:"parts"`
}

// ScreenedOut says that the entry missed a minimum and is not ranked.
func (t Total) ScreenedOut() bool { return len(t.Below) > 0 }

// Point returns the total out of 100, and false where only an interval is known.
func (t Total) Point() (float64, bool) { return t.Low, (t.High-t.Low)/100 <= Tolerance }

// Totals computes every entry's marks out of 100, screens out, and ranks the rest; the order is that
// of the entries. A total is Σ weight × share ÷ Σ weight × 100. Entries that miss a minimum get a
// total but no rank, and do not set the lowest price unless everybody missed one. A price that is
// missing leaves the other prices as they are. An entry of which every weighted criterion is excluded
// has the whole interval 0 to 100.
//
// Returns a Problem where Check does.
func Totals(m Marks) ([]Total, error) {
	if err := m.Check(); err != nil {
		return nil, err
	}
	t := m.table()
	out := make([]Total, len(m.Entries))
	for i := range m.Entries {
		out[i] = m.total(t, i)
	}
	var in []int
	var low, high []float64
	for i := range out {
		if !out[i].ScreenedOut() {
			in, low, high = append(in, i), append(low, out[i].Low/100), append(high, out[i].High/100)
		}
	}
	for k, s := range rankSpans(low, high) {
		out[in[k]].Rank = s
	}
	return out, nil
}

func (m Marks) total(t table, i int) Total {
	e := m.Entries[i]
	r := Total{Entry: e.ID, Name: e.Label(), Parts: make([]Part, len(m.Criteria))}
	counted := 0.0
	for j, c := range m.Criteria {
		if t.cells[i][j].counts {
			counted += t.weights[j]
		}
		if e.Marks[j].Tested {
			r.Tested += t.weights[j]
		} else {
			r.NotTested = append(r.NotTested, c.Label())
		}
	}
	r.Below, r.Unproven = m.minimums(i)
	for j, c := range m.Criteria {
		cell := t.cells[i][j]
		p := Part{Criterion: c.ID, Mark: e.Marks[j], Low: cell.low, High: cell.high}
		if cell.counts && counted > 0 {
			p.Weight = t.weights[j] / counted
			p.PointsLow, p.PointsHigh = 100*p.Weight*cell.low, 100*p.Weight*cell.high
		}
		r.Low += p.PointsLow
		r.High += p.PointsHigh
		r.Parts[j] = p
	}
	if counted <= 0 {
		r.Low, r.High = 0, 100
	}
	return r
}

// minimums names the criteria whose minimum entry i missed, and those where nobody knows.
func (m Marks) minimums(i int) (below, unproven []string) {
	for j, c := range m.Criteria {
		if c.Minimum == nil || c.kind() == ByPrice {
			continue
		}
		need := c.share(*c.Minimum)
		mk := m.Entries[i].Marks[j]
		switch {
		case mk.Tested && c.share(mk.Value) < need-Tolerance:
			below = append(below, c.Label())
		case !mk.Tested && c.missing() == Zero && need > Tolerance:
			below = append(below, c.Label())
		case !mk.Tested:
			unproven = append(unproven, c.Label())
		}
	}
	return below, unproven
}

// cell is one mark after its rule for missing data: where it stands between 0 and 1, and whether it
// counts at all.
type cell struct {
	low, high float64
	counts    bool
}

func (c cell) settled() bool { return c.counts && c.low == c.high }

// table is the marks as shares of 1.
type table struct {
	weights []float64
	cells   [][]cell // entries × criteria
}

func (m Marks) table() table {
	lowest := m.lowestPrices()
	t := table{weights: m.weights(), cells: make([][]cell, len(m.Entries))}
	for i, e := range m.Entries {
		t.cells[i] = make([]cell, len(m.Criteria))
		for j, c := range m.Criteria {
			t.cells[i][j] = c.cell(e.Marks[j], lowest[j])
		}
	}
	return t
}

func (c Criterion) cell(mk Mark, lowest float64) cell {
	if mk.Tested {
		v := 0.0
		if c.kind() == ByPrice {
			v = min(relative(lowest, mk.Value), 1)
		} else {
			v = c.share(mk.Value)
		}
		return cell{low: v, high: v, counts: true}
	}
	switch c.missing() {
	case Zero:
		return cell{counts: true}
	case Exclude:
		return cell{}
	case Interval:
	}
	return cell{low: 0, high: 1, counts: true}
}

// lowestPrices are those of the entries that meet the minimums; where none does, of all.
func (m Marks) lowestPrices() []float64 {
	out := make([]float64, len(m.Criteria))
	screened := make([]bool, len(m.Entries))
	for i := range m.Entries {
		below, _ := m.minimums(i)
		screened[i] = len(below) > 0
	}
	for j, c := range m.Criteria {
		if c.kind() != ByPrice {
			continue
		}
		low, found := m.lowest(j, screened)
		if !found {
			low, _ = m.lowest(j, make([]bool, len(screened)))
		}
		out[j] = low
	}
	return out
}

func (m Marks) lowest(j int, without []bool) (low float64, found bool) {
	for i, e := range m.Entries {
		if e.Marks[j].Tested && !without[i] && (!found || e.Marks[j].Value < low) {
			low, found = e.Marks[j].Value, true
		}
	}
	return low, found
}
