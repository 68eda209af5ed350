package pages

import (
	"crypto/rand"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/form"
	"innovationden/web/view"
)

// codePage asks for the code after the password was right.
type codePage struct {
	view.Frame
	Form *form.Values
}

// askCode keeps whose password was right, and asks for the code.
func (p *Pages) askCode(c *gin.Context, status int, flow Flow, v *form.Values) error {
	id := rand.Text()
	if !p.flows.put(id, flow) {
		return p.flowFailed(c, flow, den.Refuse(den.Busy, "%s", p.words.Say("provider.crowd")))
	}
	p.setFlow(c, id, int(flowLasts/time.Second))
	page := codePage{Frame: p.frame(c, p.words.Say("codes.ask")), Form: v}
	page.Errors = v.Summary()
	c.Header("Cache-Control", "no-store")
	return p.show(c, status, "code", page)
}

// SignInByCode is POST /sign-in/code.
func (p *Pages) SignInByCode(c *gin.Context) error {
	v, err := p.typed(c)
	if err != nil {
		return err
	}
	id, _ := c.Cookie(p.flowCookie())
	flow, ok := p.flows.take(id)
	if !ok || flow.login.Person == "" {
		return p.flowFailed(c, Flow{}, den.Refuse(den.Unknown, "%s", p.words.Say("codes.again")))
	}
	code := readCode(v)
	if v.Bad() {
		return p.askCode(c, http.StatusUnprocessableEntity, flow, v)
	}
	account := "code " + string(flow.login.Person)
	if wait := p.slow.take(c.ClientIP(), account); wait > 0 {
		return p.askCode(c, p.tooSoon(c, v, wait), flow, v)
	}
	person, err := p.Den.SignInByLogin(c, flow.login, code)
	if den.KindOf(err) == den.Invalid {
		v.Refuse([]form.FieldError{{Field: "code", Say: sentence(err)}}, nil)
		return p.askCode(c, http.StatusUnauthorized, flow, v)
	}
	if err != nil {
		return p.flowFailed(c, flow, err)
	}
	p.slow.forgive(c.ClientIP(), account)
	p.setFlow(c, "", -1)
	if err := p.begin(c, Start{Person: person.ID, How: "password"}); err != nil {
		return err
	}
	if flow.kept.To != "" {
		return p.showKept(c, person, flow.kept)
	}
	return to(c, flow.then, "")
}
