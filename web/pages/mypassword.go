package pages

import (
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/form"
	"innovationden/web/view"
)

// mypasswordPage is where somebody chooses a new password.
type mypasswordPage struct {
	view.Frame
	Login den.Login // empty: the first password
	Old   bool      // the old one is asked for
	May   bool      // there is a way to prove who asks
	Form  *form.Values
}

// linkProves is how long after its sign-in link a session needs no old password.
const linkProves = time.Hour

// MyPassword is GET /me/password.
func (p *Pages) MyPassword(c *gin.Context) error {
	page, err := p.mypassword(c, p.blank())
	if err != nil {
		return err
	}
	return p.showMyPassword(c, http.StatusOK, page)
}

// mypassword says what somebody has to prove: the old password, or a sign-in link that
// the operator gave a moment ago. Passwords are for browsers alone.
func (p *Pages) mypassword(c *gin.Context, v *form.Values) (page mypasswordPage, err error) {
	page.Form = v
	byLink := false
	if page.Login, byLink, err = p.ownLogin(c); err != nil {
		return page, err
	}
	has := page.Login.Password != ""
	page.Old, page.May = has && !byLink, has || byLink
	return page, nil
}

// ownLogin is how somebody signs in, and whether the session began by a sign-in link a
// moment ago. It is for browsers alone.
func (p *Pages) ownLogin(c *gin.Context) (l den.Login, byLink bool, err error) {
	this, found, err := p.mySessions(c)
	if err != nil {
		return l, false, err
	}
	if p.Passwords == nil {
		return l, false, den.Missing()
	}
	for _, s := range found {
		byLink = byLink || s.ID == this && s.Start.How == "link" && p.Now().Sub(s.Since) < linkProves
	}
	l, err = p.Den.OwnLogin(c, asking(c))
	return l, byLink, err
}

// SetMyPassword is POST /me/password. It ends every other session.
func (p *Pages) SetMyPassword(c *gin.Context) error {
	v, err := p.typed(c)
	if err != nil {
		return err
	}
	page, err := p.mypassword(c, v)
	if err != nil {
		return err
	}
	if !page.May {
		v.Say("", "mypassword.ask")
		return p.showMyPassword(c, http.StatusConflict, page)
	}
	in := den.NewPassword{Email: page.Login.Name, Rev: rev(c)}
	if in.Email == "" {
		in.Email = form.Email{Name: "email", What: "password.what-email"}.Read(v)
	}
	var old string
	if page.Old {
		old = form.Password{Name: "old-password", What: "mypassword.what-old"}.Read(v)
	}
	chosen := p.newPassword(v, "password", in.Email)
	if v.Bad() {
		return p.showMyPassword(c, http.StatusUnprocessableEntity, page)
	}
	if status, err := p.provesOld(c, page, old); status != 0 || err != nil {
		if err != nil {
			return err
		}
		return p.showMyPassword(c, status, page)
	}
	if in.Password, err = p.Passwords.Hash(c, chosen); err == nil {
		err = p.Den.SetPassword(c, asking(c), in)
	}
	if err != nil {
		status, err := p.refused(c, v, err, nil)
		if err != nil {
			return err
		}
		return p.showMyPassword(c, status, page)
	}
	if err := p.endOthers(c); err != nil {
		return err
	}
	return to(c, "/me", "password")
}

// provesOld gives the status of a form whose old password is not right; 0: it is.
func (p *Pages) provesOld(c *gin.Context, page mypasswordPage, old string) (status int, err error) {
	if !page.Old {
		return 0, nil
	}
	account := "me " + string(asking(c).ID)
	if wait := p.slow.take(c.ClientIP(), account); wait > 0 {
		return p.tooSoon(c, page.Form, wait), nil
	}
	ok, err := p.Passwords.Matches(c, page.Login.Password, old)
	if err != nil {
		return 0, err
	}
	if !ok {
		page.Form.Say("old-password", "mypassword.wrong")
		return http.StatusUnprocessableEntity, nil
	}
	p.slow.forgive(c.ClientIP(), account)
	return 0, nil
}

func (p *Pages) showMyPassword(c *gin.Context, status int, page mypasswordPage) error {
	page.Frame = p.frame(c, p.words.Say("mypassword.title"))
	page.Back, page.Errors = back("/me"), page.Form.Summary()
	c.Header("Cache-Control", "no-store")
	return p.show(c, status, "mypassword", page)
}
