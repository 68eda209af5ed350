package pages

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/view"
)

// summaryPage is the assessment summary of one product.
type summaryPage struct {
	view.Frame
	den.Summary
	TotalSay string
	Says     []summarySay
}

type summarySay struct {
	den.SummaryRow
	MarkSay, WeightSay string
}

// Summary is GET /trials/:id/entries/:entry/summary.
func (p *Pages) Summary(c *gin.Context) error {
	s, err := p.Den.Summary(c, asking(c), id(c), den.ID(c.Param("entry")))
	if err != nil {
		return err
	}
	page := summaryPage{Frame: p.frame(c, p.words.Say("summary.title", "Product", s.Entry.ProductName)).Of(s.TrialName), Summary: s}
	page.TotalSay = p.words.Say("summary.total", "Total", total(s.Total), "Rank", s.Rank, "Ranked", s.Ranked)
	if s.Rank == 0 {
		page.TotalSay = p.words.Say("summary.not-ranked", "Total", total(s.Total))
	}
	for _, r := range s.Rows {
		one := summarySay{SummaryRow: r, MarkSay: p.words.Say("report-none." + string(r.ScoredBy)), WeightSay: mark(r.Weight)}
		if r.Mark != nil {
			one.MarkSay = p.words.Say("summary.mark", "Mark", mark(*r.Mark), "Of", r.Available)
		}
		page.Says = append(page.Says, one)
	}
	if t, err := p.Den.Trial(c, asking(c), s.Trial); err == nil {
		page.Back = back(trialPath(t.ID))
	}
	return p.show(c, http.StatusOK, "summary", page)
}
