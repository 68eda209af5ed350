package pages

import (
	"encoding/json"
	"io"
	"net/http"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/view"
)

// measuredPage is what was measured of a trial's products so far.
type measuredPage struct {
	view.Frame
	Trial den.TrialView
	Parts reportParts
}

// Measured is GET /trials/:id/measured.
func (p *Pages) Measured(c *gin.Context) error {
	who := asking(c)
	t, err := p.Den.Trial(c, who, id(c))
	if err != nil {
		return err
	}
	m, err := p.Den.Measured(c, who, t.ID)
	if err != nil {
		return err
	}
	page := measuredPage{Frame: p.frame(c, p.words.Say("measured.title", "Name", t.Name)), Trial: t, Parts: p.measuredParts(m.Report())}
	page.Crumbs = p.crumbs(view.Crumb{Href: "/trials", Text: p.words.Say("nav.trials")},
		view.Crumb{Href: trialPath(t.ID), Text: t.Name}, view.Crumb{Text: p.words.Say("measured.crumb")})
	return p.show(c, http.StatusOK, "measured", page)
}

// MeasuredData is GET /trials/:id/measured/data: the raw data as a file.
func (p *Pages) MeasuredData(c *gin.Context) error {
	m, err := p.Den.Measured(c, asking(c), id(c))
	if err != nil {
		return err
	}
	return sendDocument(c, den.Document{Name: "measured-" + string(m.Trial) + ".json", Type: "application/json", Write: func(w io.Writer) error {
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		return e.Encode(m)
	}})
}
