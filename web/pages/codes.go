package pages

import (
	"crypto/rand"
	"encoding/base32"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/form"
	"innovationden/web/view"
)

// codesPage is where somebody has their sign-ins ask for a time code.
type codesPage struct {
	view.Frame
	Login    den.Login
	ByLink   bool     // a sign-in link proved who asks: no code is needed
	Secret   string   // the one to be confirmed
	Spaced   string   // the same, to be typed by hand
	Recovery []string // that were just made: no other page has them
	Form     *form.Values
}

const (
	recoveryCodes = 10
	recoveryBytes = 10 // 80 bits
	secretBytes   = 20
)

// Codes is GET /me/codes.
func (p *Pages) Codes(c *gin.Context) error {
	login, byLink, err := p.ownLogin(c)
	if err != nil {
		return err
	}
	return p.showCodes(c, http.StatusOK, codesPage{Login: login, ByLink: byLink, Secret: randomText(secretBytes), Form: p.blank()})
}

// SetCodes is POST /me/codes: it shows the recovery codes, once. The secret came with
// the page that was asked for, and is kept when its first code was right.
func (p *Pages) SetCodes(c *gin.Context) error {
	v, err := p.typed(c)
	if err != nil {
		return err
	}
	page := codesPage{Form: v, Secret: c.PostForm("codes-secret")}
	if page.Login, page.ByLink, err = p.ownLogin(c); err != nil {
		return err
	}
	in := den.NewCodes{Secret: page.Secret, Code: readCode(v), Rev: rev(c)}
	for range recoveryCodes {
		in.Recovery = append(in.Recovery, spaced(randomText(recoveryBytes), "-"))
	}
	if v.Bad() {
		return p.showCodes(c, http.StatusUnprocessableEntity, page)
	}
	if err := p.Den.AddCodes(c, asking(c), in); err != nil {
		status, err := p.refused(c, v, err, nil)
		if err != nil {
			return err
		}
		return p.showCodes(c, status, page)
	}
	page.Recovery = in.Recovery
	return p.showCodes(c, http.StatusOK, page)
}

func readCode(v *form.Values) string {
	return form.Text{Name: "code", What: "codes.what", Max: 40}.Read(v)
}

// DropCodes is POST /me/codes/drop.
func (p *Pages) DropCodes(c *gin.Context) error {
	v, err := p.typed(c)
	if err != nil {
		return err
	}
	page := codesPage{Form: v}
	if page.Login, page.ByLink, err = p.ownLogin(c); err != nil {
		return err
	}
	if !page.Login.Confirmed { // they were dropped already: a form that was sent twice
		return to(c, "/me", "codes-dropped")
	}
	code := ""
	if !page.ByLink {
		code = readCode(v)
	}
	if v.Bad() {
		return p.showCodes(c, http.StatusUnprocessableEntity, page)
	}
	account := "code " + string(asking(c).ID)
	if wait := p.slow.take(c.ClientIP(), account); wait > 0 {
		return p.showCodes(c, p.tooSoon(c, v, wait), page)
	}
	if err := p.Den.DropCodes(c, asking(c), code, page.ByLink); err != nil {
		status, err := p.refused(c, v, err, nil)
		if err != nil {
			return err
		}
		return p.showCodes(c, status, page)
	}
	p.slow.forgive(c.ClientIP(), account)
	return to(c, "/me", "codes-dropped")
}

func (p *Pages) showCodes(c *gin.Context, status int, page codesPage) error {
	page.Frame = p.frame(c, p.words.Say("codes.title"))
	page.Back, page.Errors = back("/me"), page.Form.Summary()
	page.Spaced = spaced(page.Secret, " ")
	c.Header("Cache-Control", "no-store")
	return p.show(c, status, "codes", page)
}

func randomText(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // it never fails
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b)
}

// spaced puts something between each four characters.
func spaced(text, between string) string {
	const group = 4
	var parts []string
	for ; len(text) > group; text = text[group:] {
		parts = append(parts, text[:group])
	}
	return strings.Join(append(parts, text), between)
}
