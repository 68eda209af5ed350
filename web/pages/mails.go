package pages

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/view"
)

// mailsPage shows what a product sent by mail, caught in its sandbox. All of it is a
// stranger's text.
type mailsPage struct {
	view.Frame
	Sandbox den.SandboxView
	Mails   []den.Mail // the newest first
}

// Mails is GET /sandboxes/:id/mails.
func (p *Pages) Mails(c *gin.Context) error {
	s, err := p.Den.Sandbox(c, asking(c), id(c))
	if err != nil {
		return err
	}
	all, err := p.Den.Mails(c, asking(c), s.ID)
	if err != nil {
		return err
	}
	page := mailsPage{Frame: p.frame(c, p.words.Say("mails.title", "Product", s.ProductName)).Of(s.TrialName), Sandbox: s}
	for i := len(all) - 1; i >= 0; i-- {
		page.Mails = append(page.Mails, all[i])
	}
	page.Back = back(sandboxPath(s.ID))
	return p.show(c, http.StatusOK, "mails", page)
}

// wayUse is what went through one way out, in words.
type wayUse struct {
	Way                    string
	Times, Refused, Failed int
	Sent, Received         string
}

func (p *Pages) wayUses(all []den.Used) []wayUse {
	var rows []wayUse
	for _, u := range all {
		rows = append(rows, wayUse{u.Way.String(), u.Times, u.Refused, u.Failed, p.words.bytes(u.Sent), p.words.bytes(u.Received)})
	}
	return rows
}

// Gone counts the mails that are no longer kept.
func (m mailsPage) Gone() int { return max(m.Sandbox.Mails-len(m.Mails), 0) }
