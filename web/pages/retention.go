package pages

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/view"
)

// retentionPage says how long things are kept, and what that would remove now.
type retentionPage struct {
	view.Frame
	Rules []retentionRow
	Last  den.Stamp
	Said  string
}

type retentionRow struct {
	What string
	Keep den.Span // 0: for ever
	Due  int
}

// Retention is GET /host/retention: it looks and touches nothing.
func (p *Pages) Retention(c *gin.Context) error {
	v, err := p.Den.Retention(c, asking(c))
	if err != nil {
		return err
	}
	page := retentionPage{Frame: p.frame(c, p.words.Say("retention.title")), Last: v.Last, Said: v.Said}
	for _, r := range v.Rules.Each() {
		page.Rules = append(page.Rules, retentionRow{What: p.words.Say("retention." + r.Name), Keep: r.Keep, Due: v.Due[r.Name]})
	}
	page.Back = back("/host")
	return p.show(c, http.StatusOK, "retention", page)
}
