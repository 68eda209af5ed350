package pages

import (
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/form"
	"innovationden/web/view"
)

// tokensPage lists a person's tokens and makes new ones. Secret is that of the one that
// was just made: no other page has it.
type tokensPage struct {
	view.Frame
	Tokens  []tokenRow
	Made    string // the name of the one that was just made
	Secret  string
	Choices []view.Choice
	Lengths []view.Choice
	Once    string
	Form    *form.Values
}

type tokenRow struct {
	den.Token
	Does string
}

// tokenLengths are how many days a token can last.
func tokenLengths() []string { return []string{"7", "30", "90", "365"} }

// Tokens is GET /me/tokens.
func (p *Pages) Tokens(c *gin.Context) error {
	return p.showTokens(c, http.StatusOK, tokensPage{Form: p.blank()})
}

// AddToken is POST /me/tokens. It answers with the secret and no redirect: there is no
// address at which it could be seen again.
func (p *Pages) AddToken(c *gin.Context) error {
	v, err := p.typed(c)
	if err != nil {
		return err
	}
	page := tokensPage{Form: v}
	in := den.NewToken{Name: form.Text{Name: "name", What: "tokens.what-name", Max: 120}.Read(v), Once: once(c)}
	for _, g := range (form.Several{Name: "grants", What: "tokens.what-grants", From: grants(), Min: 1}).Read(v) {
		in.Grants = append(in.Grants, den.Grant(g))
	}
	in.Lasts = daysOf(form.Choice{Name: "days", What: "tokens.what-days", From: tokenLengths()}.Read(v))
	if v.Bad() {
		return p.showTokens(c, http.StatusUnprocessableEntity, page)
	}
	made, secret, err := p.Den.AddToken(c, asking(c), in)
	if err != nil {
		status, err := p.refused(c, v, err, map[string]string{"lasts_seconds": "days"})
		if err != nil {
			return err
		}
		return p.showTokens(c, status, page)
	}
	page = tokensPage{Form: p.blank(), Made: made.Name, Secret: secret}
	c.Request.PostForm.Del("once")
	return p.showTokens(c, http.StatusOK, page)
}

// RevokeToken is POST /me/tokens/:id/revoke.
func (p *Pages) RevokeToken(c *gin.Context) error {
	if err := p.Den.RevokeToken(c, asking(c), id(c)); err != nil {
		return err
	}
	return to(c, "/me/tokens", "token-revoked")
}

func (p *Pages) showTokens(c *gin.Context, status int, page tokensPage) error {
	tokens, err := p.Den.Tokens(c, asking(c))
	if err != nil {
		return err
	}
	for _, t := range tokens {
		page.Tokens = append(page.Tokens, tokenRow{Token: t, Does: p.does(t.Grants)})
	}
	for _, g := range grants() {
		page.Choices = append(page.Choices, view.Choice{Value: g, Text: p.words.Say("grant." + g), Hint: view.Hint{Text: p.words.Say("grant-hint." + g)}})
	}
	for _, n := range tokenLengths() {
		page.Lengths = append(page.Lengths, view.Choice{Value: n, Text: p.words.Say("tokens.days", "N", n)})
	}
	page.Once = fresh(c)
	page.Frame = p.frame(c, p.words.Say("tokens.title"))
	page.Back, page.Errors = back("/me"), page.Form.Summary()
	c.Header("Cache-Control", "no-store")
	return p.show(c, status, "tokens", page)
}

// does is what a token may do, in words.
func (p *Pages) does(of []den.Grant) string {
	if len(of) == 0 {
		return p.words.Say("grant.all")
	}
	var said []string
	for _, g := range of {
		said = append(said, p.words.Say("grant."+string(g)))
	}
	return strings.Join(said, ", ")
}

func grants() []string {
	var all []string
	for _, g := range den.Grants {
		all = append(all, string(g))
	}
	return all
}

func daysOf(text string) time.Duration {
	days, err := time.ParseDuration(text + "h")
	if err != nil {
		return 0
	}
	return days * 24
}
