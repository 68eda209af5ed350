package pages

import (
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/form"
	"innovationden/web/view"
)

// trialsComparedPage puts trials side by side, on one scale where that is right. What was
// chosen stays chosen, and in sight, while somebody searches for more.
type trialsComparedPage struct {
	view.Frame
	Text    string
	Choices []view.Choice
	Chosen  []string
	Next    string // after which the list goes on; empty: nowhere
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
	who, v := asking(c), form.Typed(p.words.Words, c.Request.URL.Query())
	page := trialsComparedPage{Frame: p.frame(c, p.words.Say("compare-trials.title")), Form: v, Text: c.Query("q"), Chosen: c.QueryArray("trials")}
	page.Path = "/register"
	page.Crumbs = p.crumbs(view.Crumb{Href: "/register", Text: p.words.Say("register.title")}, view.Crumb{Text: page.Title})
	status := http.StatusOK
	searches := c.Query("list") != "" || c.Query("after") != ""
	if len(page.Chosen) > 0 && !searches {
		form.Several{Name: "trials", What: "compare-trials.what", From: page.Chosen}.Read(v)
		found, err := p.Den.CompareTrials(c, who, idsOf(page.Chosen))
		switch {
		case den.KindOf(err) == den.NotFound:
			status = http.StatusNotFound
			v.Say("trials", "compare-trials.gone")
		case err != nil:
			if status, err = p.refused(c, v, err, nil); err != nil {
				return err
			}
		}
		p.putBeside(&page, found)
	}
	var published den.Page[den.Publication]
	var err error
	if len(page.Trials) == 0 { // else what was found stands first, not below a page of others
		if published, err = p.Den.Register(c, who, den.Filter{Text: page.Text, After: c.Query("after")}); err != nil {
			return err
		}
	}
	page.Next = published.Next
	if page.Choices, err = p.trialChoices(c, page.Chosen, published.Items); err != nil {
		return err
	}
	by := []string{p.quoted(page.Text)}
	for _, one := range page.Trials {
		by = append(by, one.Name)
	}
	page.Frame, page.Errors = page.Of(p.narrowed(c, by...)), v.Summary()
	return p.show(c, status, "compare-trials", page)
}

// trialChoices are the trials that were chosen, and after them those that were found.
func (p *Pages) trialChoices(c *gin.Context, chosen []string, found []den.Publication) ([]view.Choice, error) {
	const most = 20 // more cannot be compared, and each is read
	var all []den.Publication
	for _, id := range chosen[:min(len(chosen), most)] {
		one, err := p.Den.Published(c, asking(c), den.ID(id))
		if den.KindOf(err) == den.NotFound { // one's own that is not published, or taken back since
			continue
		}
		if err != nil {
			return nil, err
		}
		all = append(all, one.Publication)
	}
	var choices []view.Choice
	seen := map[den.ID]bool{}
	for _, one := range append(all, found...) {
		if seen[one.Trial] {
			continue
		}
		seen[one.Trial] = true
		when, err := p.say.Date(one.At)
		if err != nil {
			return nil, err
		}
		hint := p.words.Say("compare-trials.one", "Department", one.Report.Trial.Department, "When", when)
		choices = append(choices, view.Choice{Value: string(one.Trial), Text: one.Report.Trial.Name, Hint: view.Hint{Text: hint}})
	}
	return choices, nil
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
