package pages

import (
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/form"
	"innovationden/web/view"
)

// extendPage gives a sandbox, or all of a trial, more time.
type extendPage struct {
	view.Frame
	Name   string
	EndsAt den.Stamp
	Latest den.Stamp // zero: not one for all
	More   string    // where to ask an approver for more; empty: not here
	Action string
	Rev    int64
	Form   *form.Values
}

// longer is what is to be extended, and by which use case.
type longer struct {
	extendPage
	Path string
	Of   string // what it is part of, where its name does not say
	Do   func(den.Extension) error
}

// AskExtend is GET /sandboxes/:id/extend.
func (p *Pages) AskExtend(c *gin.Context) error { return p.askLonger(c, p.sandboxLonger) }

// Extend is POST /sandboxes/:id/extend.
func (p *Pages) Extend(c *gin.Context) error { return p.doLonger(c, p.sandboxLonger) }

// AskExtendTrial is GET /trials/:id/extend.
func (p *Pages) AskExtendTrial(c *gin.Context) error { return p.askLonger(c, p.trialLonger) }

// ExtendTrial is POST /trials/:id/extend.
func (p *Pages) ExtendTrial(c *gin.Context) error { return p.doLonger(c, p.trialLonger) }

func (p *Pages) sandboxLonger(c *gin.Context) (longer, error) {
	q, s, err := p.sandboxQuestion(c, "extend", den.RunSandbox)
	page := extendPage{Name: s.ProductName, EndsAt: s.EndsAt, Latest: s.LatestEnd, More: q.Back + "/more", Action: q.Action, Rev: s.Rev}
	return longer{extendPage: page, Path: q.Back, Of: q.Of, Do: func(x den.Extension) error {
		_, err := p.Den.Extend(c, asking(c), s.ID, x)
		return err
	}}, err
}

func (p *Pages) trialLonger(c *gin.Context) (longer, error) {
	q, t, err := p.trialQuestion(c, "extend")
	page := extendPage{Name: t.Name, EndsAt: t.EndsAt, Action: q.Action, Rev: t.Rev}
	return longer{extendPage: page, Path: q.Back, Of: q.Of, Do: func(x den.Extension) error {
		_, err := p.Den.ExtendTrial(c, asking(c), t.ID, x)
		return err
	}}, err
}

func (p *Pages) askLonger(c *gin.Context, about func(*gin.Context) (longer, error)) error {
	l, err := about(c)
	if err != nil {
		return err
	}
	return p.showLonger(c, http.StatusOK, l, p.blank())
}

func (p *Pages) doLonger(c *gin.Context, about func(*gin.Context) (longer, error)) error {
	l, err := about(c)
	if err != nil {
		return err
	}
	v, err := p.typed(c)
	if err != nil {
		return err
	}
	_, most := p.Den.Lengths()
	if c.PostForm("most") != "" {
		return p.extendMost(c, l, v)
	}
	x := den.Extension{
		By:  form.Duration{Name: "by", What: "extend.what-by", Min: time.Hour, Max: max(most, time.Hour)}.Read(v),
		Why: form.Text{Name: "why", What: "extend.what-why", Max: 1000, Lines: true}.Read(v),
		Rev: rev(c),
	}
	if v.Bad() {
		return p.showLonger(c, http.StatusUnprocessableEntity, l, v)
	}
	return p.extend(c, l, v, x)
}

// extendMost keeps what is to be extended as long as the person may: until they are back.
func (p *Pages) extendMost(c *gin.Context, l longer, v *form.Values) error {
	why := form.Text{Name: "why", What: "extend.what-why", Max: 1000, Lines: true, Optional: true}.Read(v)
	if why == "" {
		why = p.words.Say("extend.until-back")
	}
	return p.extend(c, l, v, den.Extension{Most: true, Why: why, Rev: rev(c)})
}

func (p *Pages) extend(c *gin.Context, l longer, v *form.Values, x den.Extension) error {
	if err := l.Do(x); err != nil {
		status, err := p.refused(c, v, err, map[string]string{"most": "by"})
		if err != nil {
			return err
		}
		return p.showLonger(c, status, l, v)
	}
	return to(c, l.Path, "extend")
}

func (p *Pages) showLonger(c *gin.Context, status int, l longer, v *form.Values) error {
	page := l.extendPage
	page.Form = v
	page.Frame = p.frame(c, p.words.Say("extend.title", "Name", l.Name)).Of(l.Of)
	page.Back, page.Errors = back(l.Path), v.Summary()
	return p.show(c, status, "extend", page)
}
