package pages

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/form"
	"innovationden/web/view"
)

// signInPage offers the ways in. Kept is a form that was sent after the session was
// over: it is sent again after the sign-in.
type signInPage struct {
	view.Frame
	Then   string
	Secret string // of a one-time link, not used up yet
	People []demoPerson
	Form   *form.Values
	Kept   kept

	Passwords bool // people can sign in by e-mail and password

	Provider string // what the button of the provider says; empty: there is none
}

type demoPerson struct {
	ID    den.ID
	Name  string
	Role  string
	Does  string // what there is to see as this person
	First bool   // where a visitor is to begin: the first person of a department
	Kept  kept
	Then  string
}

// SignIn is GET /sign-in. A one-time link is ?link=: the page shows a button, so that
// nothing but a person uses it up.
func (p *Pages) SignIn(c *gin.Context) error {
	page := signInPage{Then: local(c.Query("then")), Secret: c.Query("link"), Form: p.blank()}
	if asking(c).Known() && page.Secret == "" {
		return to(c, page.Then, "")
	}
	return p.showSignIn(c, http.StatusOK, page)
}

// SignedOut answers a form that was sent without a session: the sign-in, with the form
// kept in it.
func (p *Pages) SignedOut(c *gin.Context) error {
	page := signInPage{Then: "/", Form: p.blank(), Kept: p.keep(c)}
	return p.showSignIn(c, http.StatusUnauthorized, page)
}

func (p *Pages) showSignIn(c *gin.Context, status int, page signInPage) error {
	page.Frame = p.frame(c, p.words.Say("sign-in.title"))
	page.Errors = page.Form.Summary()
	if p.Provider != nil {
		if page.Provider = p.Provider.Title(); page.Provider == "" {
			page.Provider = p.words.Say("provider.button")
		}
	}
	page.Passwords = p.Passwords != nil
	people, err := p.Den.DemoPeople(c)
	if err != nil {
		return err
	}
	begin := slices.IndexFunc(people, func(one den.Person) bool { return one.Act().Has(den.Member) })
	for i, one := range people {
		page.People = append(page.People, demoPerson{
			ID: one.ID, Name: one.Name, Role: p.role(one.Act()), Does: p.words.Say("sign-in.does." + roleKey(one.Act())), First: i == begin, Kept: page.Kept, Then: page.Then,
		})
	}
	return p.show(c, status, "sign-in", page)
}

// DoSignIn is POST /sign-in, with a one-time link, a token, or a person of the demo.
func (p *Pages) DoSignIn(c *gin.Context) error {
	v, err := p.typed(c)
	if err != nil {
		return err
	}
	page := signInPage{Then: local(c.PostForm("then")), Form: v, Kept: keptOf(c.Request.PostForm)}
	if u, err := url.Parse(strings.TrimSpace(c.PostForm("secret"))); err == nil && u.Host != "" && u.Path == "/join" { // an invitation is no sign-in link
		c.Redirect(http.StatusSeeOther, joinPath(u.Query().Get("link")))
		return nil
	}
	person, err := p.identify(c, v)
	switch {
	case v.Bad():
		return p.showSignIn(c, http.StatusUnprocessableEntity, page)
	case den.KindOf(err) == den.Unknown:
		v.Refuse([]form.FieldError{{Field: "secret", Say: sentence(err)}}, nil)
		return p.showSignIn(c, http.StatusUnauthorized, page)
	case err != nil:
		return err
	}
	how := "link"
	if person.Demo && c.PostForm("person") != "" {
		how = "demo"
	}
	if err := p.begin(c, Start{Person: person.ID, How: how}); err != nil {
		return err
	}
	if page.Kept.To != "" {
		return p.showKept(c, person, page.Kept)
	}
	return to(c, page.Then, "")
}

func (p *Pages) identify(c *gin.Context, v *form.Values) (den.Person, error) {
	if chosen := c.PostForm("person"); chosen != "" {
		people, err := p.Den.DemoPeople(c)
		if err != nil {
			return den.Person{}, err
		}
		for _, one := range people {
			if one.ID == den.ID(chosen) {
				return one, nil
			}
		}
		return den.Person{}, den.Refuse(den.Unknown, "%s", p.words.Say("sign-in.stranger"))
	}
	secret := secretOf(form.Text{Name: "secret", What: "sign-in.what", Max: 2048}.Read(v))
	if v.Bad() {
		return den.Person{}, nil
	}
	return p.Den.SignIn(c, secret)
}

// secretOf takes the whole link too: people paste what they were sent.
func secretOf(text string) string {
	if u, err := url.Parse(text); err == nil && u.Host != "" {
		return u.Query().Get("link")
	}
	return strings.TrimSpace(text)
}

// SignOut is POST /sign-out. What the session opened at sandboxes is closed too.
func (p *Pages) SignOut(c *gin.Context) error {
	if err := p.Sessions.End(c.Request.Context(), c.Writer); err != nil {
		return err
	}
	return to(c, "/sign-in", "signed-out")
}

// begin signs somebody in with this browser.
func (p *Pages) begin(c *gin.Context, s Start) error {
	const longest = 300
	s.Where, s.With = c.ClientIP(), c.Request.UserAgent()
	s.With = s.With[:min(len(s.With), longest)]
	return p.Sessions.Begin(c.Request.Context(), c.Writer, s)
}
