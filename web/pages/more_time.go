package pages

import (
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/form"
	"innovationden/web/view"
)

// morePage asks an approver for more time than one may take oneself.
type morePage struct {
	view.Frame
	Sandbox den.SandboxView
	Once    string
	Form    *form.Values
}

// AskMore is GET /sandboxes/:id/more.
func (p *Pages) AskMore(c *gin.Context) error {
	_, s, err := p.sandboxQuestion(c, "more", den.RunSandbox)
	if err != nil {
		return err
	}
	return p.showMore(c, http.StatusOK, s, p.blank())
}

// DoAskMore is POST /sandboxes/:id/more.
func (p *Pages) DoAskMore(c *gin.Context) error {
	v, err := p.typed(c)
	if err != nil {
		return err
	}
	_, s, err := p.sandboxQuestion(c, "more", den.RunSandbox)
	if err != nil {
		return err
	}
	_, most := p.Den.Lengths()
	x := den.Extension{
		By:  form.Duration{Name: "by", What: "extend.what-by", Min: time.Hour, Max: max(2*most, time.Hour)}.Read(v),
		Why: form.Text{Name: "why", What: "extend.what-why", Max: 1000, Lines: true}.Read(v),
		Rev: rev(c),
	}
	if v.Bad() {
		return p.showMore(c, http.StatusUnprocessableEntity, s, v)
	}
	r, err := p.Den.AskForMore(c, asking(c), s.ID, x, once(c))
	if err != nil {
		status, err := p.refused(c, v, err, nil)
		if err != nil {
			return err
		}
		return p.showMore(c, status, s, v)
	}
	return to(c, "/approvals/"+string(r.ID), "more")
}

func (p *Pages) showMore(c *gin.Context, status int, s den.SandboxView, v *form.Values) error {
	page := morePage{Frame: p.frame(c, p.words.Say("more.title", "Name", s.ProductName)).Of(s.TrialName), Sandbox: s, Once: fresh(c), Form: v}
	page.Back, page.Errors = back(sandboxPath(s.ID)+"/extend"), v.Summary()
	return p.show(c, status, "more-time", page)
}
