package pages

import (
	"net/http"
	"net/url"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/view"
)

// joinPage is what an invitation invites to. Only its button uses it up.
type joinPage struct {
	view.Frame
	Invitation den.JoinView
	What       string
	Secret     string
	SignIn     string // where to sign in first; empty for who is signed in
}

// Join is GET /join?link=…
func (p *Pages) Join(c *gin.Context) error {
	secret := c.Query("link")
	v, err := p.Den.Invitation(c, secret)
	if den.KindOf(err) == den.Unknown {
		p.problem(c, http.StatusGone, "join.over", problemPage{Say: sentence(err)})
		return nil
	}
	if err != nil {
		return err
	}
	page := joinPage{Frame: p.frame(c, p.words.Say("join.title")), Invitation: v, Secret: secret, What: p.words.Say("join-as."+string(v.Role), "Name", v.InName)}
	if !asking(c).Known() {
		page.SignIn = "/sign-in?" + url.Values{"then": {"/join?" + url.Values{"link": {secret}}.Encode()}}.Encode()
	}
	c.Header("Cache-Control", "no-store")
	c.Header("Referrer-Policy", "no-referrer")
	return p.show(c, http.StatusOK, "join", page)
}

// DoJoin is POST /join.
func (p *Pages) DoJoin(c *gin.Context) error {
	if _, err := p.typed(c); err != nil {
		return err
	}
	_, err := p.Den.Join(c, asking(c), c.PostForm("link"))
	if den.KindOf(err) == den.Unknown {
		p.problem(c, http.StatusGone, "join.over", problemPage{Say: sentence(err)})
		return nil
	}
	if err != nil {
		return err
	}
	return to(c, "/", "joined")
}
