package pages

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/view"
)

// receiptPage is the proof that nothing is left of a sandbox.
type receiptPage struct {
	view.Frame
	Receipt   den.Receipt
	Sandbox   den.SandboxView
	Heading   string
	MayRecord bool
	WayUses   []wayUse
}

// Receipt is GET /sandboxes/:id/receipt.
func (p *Pages) Receipt(c *gin.Context) error {
	who := asking(c)
	s, err := p.Den.Sandbox(c, who, id(c))
	if err != nil {
		return err
	}
	r, err := p.Den.Receipt(c, who, s.ID)
	if den.KindOf(err) == den.NotYet {
		return den.Refuse(den.NotYet, "%s", p.words.Say("receipt.not-yet"))
	}
	if err != nil {
		return err
	}
	day, err := p.say.Date(r.EndedAt)
	if err != nil {
		return err
	}
	page := receiptPage{Receipt: r, Sandbox: s, Heading: p.words.Say("receipt.heading", "When", p.say.Clock(r.EndedAt), "Day", day)}
	_, page.MayRecord = p.seesTrial(c, s.Trial)
	page.Frame = p.frame(c, p.words.Say("receipt.title", "Product", s.ProductName)).Of(s.TrialName)
	page.Back, page.WayUses = back(sandboxPath(s.ID)), p.wayUses(r.Used)
	return p.show(c, http.StatusOK, "receipt", page)
}

// Counts of what was found.
func (r receiptPage) Counts() (n struct{ Containers, Networks, Volumes int }) {
	n.Containers, n.Networks, n.Volumes = len(r.Receipt.Found.Containers), len(r.Receipt.Found.Networks), len(r.Receipt.Found.Volumes)
	return n
}
