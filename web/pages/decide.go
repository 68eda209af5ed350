package pages

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/form"
	"innovationden/web/view"
)

// decidePage records what the department makes of a trial.
type decidePage struct {
	view.Frame
	Trial     den.TrialView
	Rev       int64
	Decision  string
	Chosen    string
	Why       string
	Route     string
	Routes    []view.Option
	Decisions []view.Choice
	Products  []view.Option
	Cites     int
	Form      *form.Values
}

func (p *Pages) deciding(c *gin.Context) (den.TrialView, den.Outcome, error) {
	t, err := p.trialTo(c, den.DecideTrial)
	if err != nil {
		return t, den.Outcome{}, err
	}
	o, err := p.Den.Outcome(c, asking(c), t.ID)
	return t, o, err
}

// AskDecide is GET /trials/:id/decide.
func (p *Pages) AskDecide(c *gin.Context) error {
	t, o, err := p.deciding(c)
	if err != nil {
		return err
	}
	return p.showDecide(c, http.StatusOK, t, o, p.blank())
}

// Decide is POST /trials/:id/decide.
func (p *Pages) Decide(c *gin.Context) error {
	t, o, err := p.deciding(c)
	if err != nil {
		return err
	}
	v, err := p.typed(c)
	if err != nil {
		return err
	}
	in := den.NewDecision{
		Decision: den.Decision(form.Choice{Name: "decision", What: "decide.what", From: []string{string(den.Proceed), string(den.TryAgain), string(den.Stop)}}.Read(v)),
		Chosen:   den.ID(form.Choice{Name: "chosen", What: "decide.what-product", From: values(products(t)), Optional: true}.Read(v)),
		Why:      form.Text{Name: "why", What: "decide.what-why", Max: maxReason, Lines: true}.Read(v),
		Route:    den.Route(form.Choice{Name: "route", What: "decide.what-route", From: routeNames(), Optional: true}.Read(v)),
		Rev:      rev(c),
	}
	if in.Decision != den.Proceed {
		in.Chosen = ""
	}
	if v.Bad() {
		return p.showDecide(c, http.StatusUnprocessableEntity, t, o, v)
	}
	if _, err := p.Den.Decide(c, asking(c), t.ID, in); err != nil {
		status, err := p.refused(c, v, err, nil)
		if err != nil {
			return err
		}
		return p.showDecide(c, status, t, o, v)
	}
	return to(c, trialPath(t.ID)+"/report", "decide")
}

func routeNames() []string {
	var all []string
	for _, r := range den.Routes {
		all = append(all, string(r))
	}
	return all
}

func products(t den.TrialView) []view.Option {
	var options []view.Option
	for _, e := range t.Entries {
		options = append(options, view.Option{Value: string(e.ID), Text: e.ProductName})
	}
	return options
}

func (p *Pages) showDecide(c *gin.Context, status int, t den.TrialView, o den.Outcome, v *form.Values) error {
	page := decidePage{
		Frame: p.frame(c, p.words.Say("decide.title")).Of(t.Name), Trial: t, Rev: o.Rev, Form: v,
		Decision: string(o.Decision), Chosen: string(o.Chosen), Why: o.Why, Route: string(o.Route), Cites: len(o.Cites),
		Products: append([]view.Option{{Value: "", Text: p.words.Say("decide.choose")}}, products(t)...),
	}
	page.Routes = []view.Option{{Value: "", Text: p.words.Say("decide.no-route")}}
	for _, one := range routeNames() {
		page.Routes = append(page.Routes, view.Option{Value: one, Text: p.words.Say("route." + one)})
	}
	for _, one := range []den.Decision{den.Proceed, den.TryAgain, den.Stop} {
		page.Decisions = append(page.Decisions, view.Choice{
			Value: string(one), Text: p.words.Say("decision." + string(one)), Hint: view.Hint{Text: p.words.Say("decision-hint." + string(one))},
		})
	}
	page.Back, page.Errors = back(trialPath(t.ID)+"/report"), v.Summary()
	return p.show(c, status, "decide", page)
}
