package pages

import (
	"errors"
	"net/http"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/refusal"
	"innovationden/web/view"
)

// checkPage says in sentences what will happen, and starts it.
type checkPage struct {
	view.Frame
	Trial  den.TrialView
	Once   string
	Rows   []checkRow
	Ends   den.Stamp
	People []string
	Ways   []string // what was agreed to, one line each
	Open   int      // how many of them lead out
}

type checkRow struct{ Step, Answer string }

// Check is GET /trials/:id/set-up/check.
func (p *Pages) Check(c *gin.Context) error {
	t, ok, err := p.draft(c)
	if !ok || err != nil {
		return err
	}
	return p.showCheck(c, http.StatusOK, t, view.ErrorSummary{})
}

// Start is POST /trials/:id/start.
func (p *Pages) Start(c *gin.Context) error {
	if _, err := p.typed(c); err != nil {
		return err
	}
	t, err := p.Den.StartTrial(c, asking(c), id(c), rev(c), once(c))
	if err == nil {
		done := "start"
		for _, e := range t.Entries {
			if s := e.Sandbox; s != nil && s.Phase == den.Requested && s.AgreedAt.IsZero() {
				done = "waits"
			}
		}
		return to(c, trialPath(t.ID), done)
	}
	before, ok, dErr := p.draft(c)
	if !ok || dErr != nil {
		return dErr
	}
	status, said, err := p.refusedStart(c, before.ID, err)
	if err != nil {
		return err
	}
	return p.showCheck(c, status, before, said)
}

// refusedStart links each fault to the step where it can be put right.
func (p *Pages) refusedStart(c *gin.Context, trial den.ID, err error) (int, view.ErrorSummary, error) {
	v := p.blank()
	if den.KindOf(err) == den.Stale { // nothing was typed here: what changed is what the page shows
		v.Say("", "check.stale")
		return refusal.Status(den.Stale), v.Summary(), nil
	}
	status, passed := p.refused(c, v, err, nil)
	if passed != nil {
		return 0, view.ErrorSummary{}, passed
	}
	steps := map[string]string{
		"name": "about", "question": "about", "department": "about", "releases": "products", "scheme": "scheme", "weights": "weights",
		"tasks": "tasks", "evaluators": "people", "agreed": "ways", "size": "size", "length": "size",
	}
	summary := v.Summary()
	var e *den.Error
	if status == refusal.Status(den.Invalid) && errors.As(err, &e) {
		summary.ErrorList = nil
		for _, one := range e.All() {
			link := view.ErrorLink{Text: refusal.Sentence(one)}
			if step, ok := steps[one.Field]; ok {
				link.Href = setUpPath(trial, step)
			}
			summary.ErrorList = append(summary.ErrorList, link)
		}
	}
	return status, summary, nil
}

func (p *Pages) showCheck(c *gin.Context, status int, t den.TrialView, said view.ErrorSummary) error {
	page := checkPage{Frame: p.frame(c, p.words.Say("check.title")).Of(t.Name), Trial: t, Once: fresh(c), Ends: p.Now().Add(t.Length)}
	page.Back, page.Errors = back(trialPath(t.ID)+"/set-up"), said
	page.Ways, page.Open = p.wayLines(t), open(t)
	for _, one := range p.steps(t) {
		page.Rows = append(page.Rows, checkRow{Step: one.Name, Answer: one.Say})
	}
	people, err := every(c, p.Den.People, den.Filter{})
	if err != nil {
		return err
	}
	names := map[den.ID]string{}
	for _, one := range people {
		names[one.ID] = one.Name
	}
	for _, one := range t.Evaluators {
		if names[one] != "" {
			page.People = append(page.People, names[one])
		}
	}
	return p.show(c, status, "set-up-check", page)
}
