package pages

import (
	"context"
	"net/http"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/view"
)

// preflightPage is one try of a release: each check as it stands, and the log.
type preflightPage struct {
	view.Frame
	Live livePreflight
	Once string
}

// livePreflight is the part of the page that changes by itself.
type livePreflight struct {
	den.PreflightView
	Rows     []checkLine
	Log      string
	Running  bool
	MayStart bool
	MayLog   bool
}

// checkLine is one check with its name.
type checkLine struct {
	Name string
	den.Checked
}

// Preflight is GET /preflights/:id.
func (p *Pages) Preflight(c *gin.Context) error {
	v, err := p.Den.PreflightOf(c, asking(c), id(c))
	if err != nil {
		return err
	}
	title := p.words.Say("preflight.title", "Product", v.ProductName, "Version", v.Version)
	page := preflightPage{Frame: p.frame(c, title).Of(v.StartedAt.In(p.Zone).Format("2 January 2006, 3:04:05pm")), Live: p.livePreflight(v), Once: fresh(c)}
	page.Crumbs = p.crumbs(view.Crumb{Href: "/products", Text: p.words.Say("nav.products")},
		view.Crumb{Href: productPath(v.Product), Text: v.ProductName}, view.Crumb{Text: p.words.Say("preflight.crumb", "Version", v.Version)})
	return p.show(c, http.StatusOK, "preflight", page)
}

// PreflightLive is GET /preflights/:id/live.
func (p *Pages) PreflightLive(c *gin.Context) error {
	topic := id(c)
	return p.follow(c, topic, func(ctx context.Context, who den.Actor) ([]byte, bool, error) {
		v, err := p.Den.PreflightOf(ctx, who, topic)
		if err != nil {
			return nil, false, err
		}
		markup, err := p.part("preflight", "checks", p.livePreflight(v))
		return markup, v.State != den.PreflightRunning, err
	})
}

// StartPreflight is POST /releases/:id/preflights.
func (p *Pages) StartPreflight(c *gin.Context) error {
	v, err := p.Den.Preflight(c, asking(c), den.NewPreflight{Release: id(c), Once: once(c)})
	if err != nil {
		return err
	}
	c.Redirect(http.StatusSeeOther, "/preflights/"+string(v.ID))
	return nil
}

func (p *Pages) livePreflight(v den.PreflightView) livePreflight {
	live := livePreflight{PreflightView: v, Log: printable([]byte(v.Log)), Running: v.State == den.PreflightRunning}
	for _, one := range v.Checks {
		live.Rows = append(live.Rows, checkLine{Name: p.words.Say("check-name." + string(one.Check)), Checked: one})
	}
	live.MayLog = v.May[den.OfferProduct]
	live.MayStart = !live.Running && v.May[den.OfferProduct]
	return live
}
