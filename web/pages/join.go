package pages

import (
	"net/http"
	"net/url"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/form"
	"innovationden/web/view"
)

// joinPage is what an invitation invites to. Only its button uses it up.
type joinPage struct {
	view.Frame
	Invitation den.JoinView
	What       string
	Secret     string
	SignIn     string // where to sign in first; empty for who is signed in
	New        bool   // somebody new may make an account here
	Form       *form.Values
}

// Join is GET /join?link=…
func (p *Pages) Join(c *gin.Context) error {
	return p.showJoin(c, http.StatusOK, c.Query("link"), p.blank())
}

func (p *Pages) showJoin(c *gin.Context, status int, secret string, v *form.Values) error {
	found, err := p.Den.Invitation(c, secret)
	if err != nil {
		return p.joinOver(c, err)
	}
	page := joinPage{Frame: p.frame(c, p.words.Say("join.title")), Invitation: found, Secret: secret, What: p.words.Say("join-as."+string(found.Role), "Name", found.InName), Form: v}
	page.Errors = v.Summary()
	if !asking(c).Known() {
		page.SignIn = "/sign-in?" + url.Values{"then": {joinPath(secret)}}.Encode()
		page.New = p.Passwords != nil
	}
	c.Header("Cache-Control", "no-store")
	c.Header("Referrer-Policy", "no-referrer")
	return p.show(c, status, "join", page)
}

func joinPath(secret string) string { return "/join?" + url.Values{"link": {secret}}.Encode() }

// joinOver answers for an invitation that is used, taken back or out of date.
func (p *Pages) joinOver(c *gin.Context, err error) error {
	if den.KindOf(err) != den.Unknown {
		return err
	}
	p.problem(c, http.StatusGone, "join.over", problemPage{Say: sentence(err)})
	return nil
}

// DoJoin is POST /join.
func (p *Pages) DoJoin(c *gin.Context) error {
	if _, err := p.typed(c); err != nil {
		return err
	}
	if _, err := p.Den.Join(c, asking(c), c.PostForm("link")); err != nil {
		return p.joinOver(c, err)
	}
	return to(c, "/", "joined")
}

// JoinAsNew is POST /join/new: somebody who has no account makes one, and joins.
func (p *Pages) JoinAsNew(c *gin.Context) error {
	if p.Passwords == nil {
		p.Refusal(c, http.StatusGone, "not_found", "")
		return nil
	}
	v, err := p.typed(c)
	if err != nil {
		return err
	}
	secret := c.PostForm("link")
	if _, err := p.Den.Invitation(c, secret); err != nil {
		return p.joinOver(c, err)
	}
	if asking(c).Known() {
		c.Redirect(http.StatusSeeOther, joinPath(secret))
		return nil
	}
	in := den.NewAccount{
		Link: secret, Name: form.Text{Name: "name", What: "password.what-name", Max: 120}.Read(v),
		Email: form.Email{Name: "email", What: "password.what-email"}.Read(v),
	}
	password := p.newPassword(v, "password", in.Email)
	if v.Bad() {
		return p.showJoin(c, http.StatusUnprocessableEntity, secret, v)
	}
	if wait := p.slow.take(c.ClientIP(), "join "+secret); wait > 0 {
		return p.showJoin(c, p.tooSoon(c, v, wait), secret, v)
	}
	var who den.Person
	if in.Password, err = p.Passwords.Hash(c, password); err == nil {
		who, err = p.Den.JoinAs(c, in)
	}
	if den.KindOf(err) == den.Unknown {
		return p.joinOver(c, err)
	}
	if err != nil {
		status, err := p.refused(c, v, err, nil)
		if err != nil {
			return err
		}
		return p.showJoin(c, status, secret, v)
	}
	if err := p.begin(c, Start{Person: who.ID, How: "password"}); err != nil {
		return err
	}
	return to(c, "/", "joined")
}
