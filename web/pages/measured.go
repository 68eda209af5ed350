package pages

import (
	"encoding/json"
	"io"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/view"
)

// measuredPage is what was measured of a trial's products so far.
type measuredPage struct {
	view.Frame
	Trial den.TrialView
	Parts reportParts

	Load    string // how the load test stands
	MayLoad bool
}

func (p *Pages) showMeasured(c *gin.Context, status int, said view.ErrorSummary) error {
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
	page.Errors = said
	runs := m.Load != nil && m.Load.State == string(den.LoadRunning)
	page.Load, page.MayLoad = p.loadSay(m.Load), mayLoad(t) && !runs
	// Without JavaScript the page looks again by itself while a load test runs, for whoever
	// asked for that.
	if runs && c.Query("update") != "" {
		c.Header("Refresh", "3")
	}
	return p.show(c, status, "measured", page)
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
