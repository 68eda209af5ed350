package pages

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/form"
	"innovationden/web/view"
)

// measuringPage is which pages are measured, and what a product keeps to under load.
type measuringPage struct {
	stepForm
	Pages  string
	Within string // milliseconds
	Errors string // per cent
}

func (p *Pages) measuring() stepPage {
	return stepPage{
		Name: "measuring",
		Page: func(_ *gin.Context, e editing) (view.Page, error) {
			aim := e.Trial.Measuring.Aim()
			return measuringPage{stepForm: e.Base, Pages: strings.Join(e.Trial.Measuring.Pages, "\n"),
				Within: strconv.FormatInt(aim.P95.Milliseconds(), 10), Errors: form.Figure(perCent(aim.Errors))}, nil
		},
		Read: func(_ *gin.Context, e editing, in *den.NewTrial) error {
			text := form.Text{Name: "pages", What: "set-up.what-pages", Max: den.MostPages * den.LongestPath, Lines: true, Optional: true}.Read(e.Form)
			in.Measuring.Pages = strings.Fields(text)
			within := form.Int{Name: "within", What: "set-up.what-within", Min: 1, Max: 60000}.Read(e.Form)
			in.Measuring.Objective = den.Objective{
				P95:    time.Duration(within) * time.Millisecond,
				Errors: form.Number{Name: "errors", What: "set-up.what-errors", Max: 100}.Read(e.Form) / 100,
			}
			return nil
		},
	}
}

// perCent is a share of 1 in per cent, without what binary fractions add: 0.07 is 7.
func perCent(share float64) float64 { return math.Round(1e6*share) / 1e4 }

// MeasuringStep is GET /trials/:id/set-up/measuring.
func (p *Pages) MeasuringStep(c *gin.Context) error { return p.showStep(c, p.measuring()) }

// SaveMeasuring is POST /trials/:id/set-up/measuring.
func (p *Pages) SaveMeasuring(c *gin.Context) error { return p.saveStep(c, p.measuring()) }
