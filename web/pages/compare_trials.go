package pages

import (
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/form"
	"innovationden/web/view"
)

// trialsComparedPage puts trials side by side, on one scale where that is right.
type trialsComparedPage struct {
	view.Frame
	Choices []view.Choice
	Chosen  []string
	Trials  []trialCompared
	Picture *view.Chart
	Form    *form.Values
}

type trialCompared struct {
	N                            int
	Href, Name, Department, Says string
	Rows                         []totalRow
}

// CompareTrials is GET /compare. The trials stand in the address.
func (p *Pages) CompareTrials(c *gin.Context) error {
	who, v := asking(c), p.blank()
	page := trialsComparedPage{Frame: p.frame(c, p.words.Say("compare-trials.title")), Form: v, Chosen: c.QueryArray("trials")}
	status := http.StatusOK
	if len(page.Chosen) > 0 {
		var ids []den.ID
		for _, one := range page.Chosen {
			ids = append(ids, den.ID(one))
		}
		found, err := p.Den.CompareTrials(c, who, ids)
		if err != nil {
			if status, err = p.refused(c, v, err, nil); err != nil {
				return err
			}
		}
		p.putBeside(&page, found)
	}
	published, err := p.Den.Register(c, who, den.Filter{})
	if err != nil {
		return err
	}
	for _, one := range published.Items {
		page.Choices = append(page.Choices, view.Choice{Value: string(one.Trial), Text: one.Report.Trial.Name, Hint: view.Hint{Text: one.Report.Trial.Department}})
	}
	page.Errors = v.Summary()
	return p.show(c, status, "compare-trials", page)
}

func (p *Pages) putBeside(page *trialsComparedPage, found den.Comparison) {
	chart := view.Chart{ID: "compare", Kind: "spread", Title: p.words.Say("compare-trials.picture"), Max: 100, Ticks: []float64{0, 25, 50, 75, 100}}
	var said []string
	for _, one := range found.Trials {
		r := one.Report
		page.Trials = append(page.Trials, trialCompared{N: len(page.Trials) + 1, Href: registerPath(r.Trial.ID), Name: r.Trial.Name, Department: r.Trial.Department, Says: one.Says, Rows: p.totals(r)})
		if one.Says != "" {
			continue
		}
		for _, t := range r.Totals {
			label := p.words.Say("compare-trials.of", "Product", r.EntryName(t.Entry), "Department", r.Trial.Department)
			chart.Rows = append(chart.Rows, view.ChartRow{Label: label, Lanes: []view.ChartLane{{Value: t.Total, Low: t.Low, High: t.High, Text: total(t.Total)}}})
			said = append(said, p.words.Say("compare-trials.picture-say", "Product", label, "Total", total(t.Total)))
		}
	}
	if len(chart.Rows) > 0 {
		chart.Description = strings.Join(said, " ")
		page.Picture = &chart
	}
}
