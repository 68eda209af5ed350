package pages

import (
	"crypto/rand"
	"math/big"
	"net/http"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/form"
	"innovationden/web/gateway"
	"innovationden/web/view"
)

// visitPage is all of the den that somebody sees who has a link to a sandbox: what it
// is, until when, and the way in.
type visitPage struct {
	view.Frame
	den.SharedView
	Action string
	Form   *form.Values
}

// sharedPage lists what others share with a person.
type sharedPage struct {
	view.Frame
	Shared []den.SharedView
}

// Shared is GET /shared.
func (p *Pages) Shared(c *gin.Context) error {
	list, err := p.Den.SharedWith(c, asking(c))
	if err != nil {
		return err
	}
	return p.show(c, http.StatusOK, "shared", sharedPage{Frame: p.frame(c, p.words.Say("shared.title")), Shared: list})
}

// Visit is GET /visit/:secret, for everybody who has the link.
func (p *Pages) Visit(c *gin.Context) error { return p.showVisit(c, http.StatusOK, p.blank()) }

// EnterVisit is POST /visit/:secret: in to the sandbox that was chosen.
func (p *Pages) EnterVisit(c *gin.Context) error {
	v, err := p.typed(c)
	if err != nil {
		return err
	}
	_ = form.Text{Name: "passcode", What: "shares.what-passcode", Optional: true}.Read(v) // so that what is said of it leads to it
	in, err := p.Den.EnterByLink(c, c.Param("secret"), c.PostForm("passcode"), homeOf(c.ClientIP()), den.ID(c.PostForm("sandbox")))
	if kind := den.KindOf(err); kind == den.Denied || kind == den.TooSoon || kind == den.Busy {
		status := http.StatusUnprocessableEntity
		if kind != den.Denied {
			status = later(c, err)
		}
		v.Refuse([]form.FieldError{{Field: "passcode", Say: sentence(err)}}, nil)
		return p.showVisit(c, status, v)
	}
	if err != nil {
		return err
	}
	p.letOut(c, []string{p.Addresses.Address(in.Name)})
	right := gateway.Right{Person: string(in.Share) + "/" + anyOf(guestsOfALink), Session: string(in.Share), Lease: string(in.Lease)}
	return p.enter(c, right, in, in.EndsAt)
}

// guestsOfALink is how many people the gateway tells apart behind one link: each may
// have a few browsers, and what one person may open at once.
const guestsOfALink = 64

func anyOf(n int64) string {
	k, err := rand.Int(rand.Reader, big.NewInt(n))
	if err != nil {
		return "0"
	}
	return strconv.FormatInt(k.Int64(), 10)
}

func (p *Pages) showVisit(c *gin.Context, status int, v *form.Values) error {
	found, err := p.Den.ByLink(c, c.Param("secret"))
	if err != nil {
		return err
	}
	page := visitPage{SharedView: found, Action: c.Request.URL.EscapedPath(), Form: v}
	page.Frame = p.frame(c, p.words.Say("visit.title"))
	page.Nav, page.Errors = nil, v.Summary()
	var at []string
	for _, one := range found.Products {
		at = append(at, p.Addresses.Address(one.Address))
	}
	p.letOut(c, at)
	c.Header("Cache-Control", "no-store")
	c.Header("Referrer-Policy", "no-referrer")
	c.Header("X-Robots-Tag", "noindex")
	return p.show(c, status, "visit", page)
}

// letOut lets the form of this answer lead on to sandboxes, which have another origin.
func (p *Pages) letOut(c *gin.Context, to []string) {
	const policy = "Content-Security-Policy"
	c.Header(policy, strings.Replace(c.Writer.Header().Get(policy), "form-action 'self'", "form-action 'self' "+strings.Join(to, " "), 1))
}
