package pages

import (
	"strings"

	"innovationden/orchestrator/den"
	"innovationden/web/view"
)

func entryNames(r den.Report) []string {
	var names []string
	for _, e := range r.Entries {
		names = append(names, r.EntryName(e.ID))
	}
	return names
}

// spreadChart is the mark of each criterion with the range of what evaluators gave.
func (p *Pages) spreadChart(r den.Report) *view.Chart {
	if len(r.Scores) == 0 {
		return nil
	}
	c := view.Chart{ID: "spread", Kind: "spread", Title: p.words.Say("report.spread"), Series: entryNames(r), Max: den.TopMark, Ticks: []float64{0, 1, 2, 3, 4, 5}}
	var said []string
	for _, one := range r.Criteria {
		row := view.ChartRow{Label: one.Title}
		for i, e := range r.Entries {
			s, _ := r.Score(one.ID, e.ID)
			lane := view.ChartLane{Series: i, None: s.Mark == nil, Text: p.words.Say("report.none")}
			if s.Mark != nil {
				lane.Value, lane.Low, lane.High, lane.Text = *s.Mark, *s.Mark, *s.Mark, mark(*s.Mark)
				said = append(said, p.words.Say("report.spread-say", "Criterion", one.Title, "Product", r.EntryName(e.ID), "Mark", mark(*s.Mark)))
			}
			if s.Lowest != nil && s.Highest != nil {
				lane.Low, lane.High = *s.Lowest, *s.Highest
			}
			row.Lanes = append(row.Lanes, lane)
		}
		c.Rows = append(c.Rows, row)
	}
	c.Description = strings.Join(said, " ")
	return &c
}

// acceptanceChart is in which share of all weightings each entry has each rank.
func (p *Pages) acceptanceChart(r den.Report) *view.Chart {
	if r.Sureness == nil {
		return nil
	}
	c := view.Chart{ID: "ranks", Kind: "stack", Title: p.words.Say("report.acceptance"), Max: 1}
	var said []string
	for _, a := range r.Sureness.Acceptability {
		first := 0.0
		if len(a.Ranks) > 0 {
			first = a.Ranks[0]
		}
		for len(c.Series) < len(a.Ranks) {
			c.Series = append(c.Series, p.words.Say("report.rank-n", "N", len(c.Series)+1))
		}
		c.Rows = append(c.Rows, view.ChartRow{Label: r.EntryName(a.Entry), Lanes: []view.ChartLane{{Shares: a.Ranks, Text: percent(first)}}})
		said = append(said, p.words.Say("report.acceptance-say", "Product", r.EntryName(a.Entry), "Share", percent(first)))
	}
	c.Description = strings.Join(said, " ")
	return &c
}

// launchChart is how long each entry took to answer for the first time.
func (p *Pages) launchChart(r den.Report) *view.Chart {
	c := view.Chart{ID: "launch", Kind: "bars", Title: p.words.Say("report.launch")}
	var said []string
	for _, e := range r.Entries {
		f, ok := factOf(r, e.ID, "launch")
		if !ok {
			continue
		}
		c.Max = max(c.Max, f.Value)
		c.Rows = append(c.Rows, view.ChartRow{Label: r.EntryName(e.ID), Lanes: []view.ChartLane{{Value: f.Value, Text: p.amount(f)}}})
		said = append(said, p.words.Say("report.launch-say", "Product", r.EntryName(e.ID), "Time", p.amount(f)))
	}
	if len(c.Rows) == 0 {
		return nil
	}
	c.Description = strings.Join(said, " ")
	return &c
}
