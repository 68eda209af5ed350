package pages

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/form"
	"innovationden/web/view"
)

// aboutPage asks what a trial is about: the first page of a new one, and a step of a
// draft.
type aboutPage struct {
	stepForm
	IsNew       bool
	Once        string
	Name        string
	Question    string
	Department  string
	Departments []view.Option // empty: there is one only

	NoDepartment bool // nobody could run the trial
}

// NewTrial is GET /trials/new.
func (p *Pages) NewTrial(c *gin.Context) error {
	if !setsUp(asking(c)) {
		return p.mayNot()
	}
	return p.showNewTrial(c, http.StatusOK, p.blank())
}

// AddTrial is POST /trials: it makes a draft, with an answer to everything.
func (p *Pages) AddTrial(c *gin.Context) error {
	if !setsUp(asking(c)) {
		return p.mayNot()
	}
	v, err := p.typed(c)
	if err != nil {
		return err
	}
	in := den.NewTrial{Once: once(c)}
	readAbout(v, &in)
	if options, err := p.departments(c); err != nil {
		return err
	} else if len(options) > 0 {
		in.Department = den.ID(form.Choice{Name: "department", What: "set-up.what-department", From: values(options)}.Read(v))
	}
	if v.Bad() {
		return p.showNewTrial(c, http.StatusUnprocessableEntity, v)
	}
	t, err := p.Den.AddTrial(c, asking(c), in)
	if err != nil {
		status, err := p.refused(c, v, err, nil)
		if err != nil {
			return err
		}
		return p.showNewTrial(c, status, v)
	}
	return to(c, trialPath(t.ID)+"/set-up", "")
}

func (p *Pages) showNewTrial(c *gin.Context, status int, v *form.Values) error {
	page := aboutPage{IsNew: true, Once: fresh(c), stepForm: stepForm{Frame: p.frame(c, p.words.Say("trial-new.title")), Form: v}}
	var err error
	if page.Departments, err = p.departments(c); err != nil {
		return err
	}
	who := asking(c)
	page.NoDepartment = len(page.Departments) == 0 && !who.Has(den.Member) && !who.Has(den.Approver)
	page.Back, page.Errors = back("/trials"), v.Summary()
	return p.show(c, status, "set-up-about", page)
}

// departments are those that the person can set up a trial for, where there is a
// choice.
func (p *Pages) departments(c *gin.Context) ([]view.Option, error) {
	who := asking(c)
	found, err := every(c, p.Den.Departments, den.Filter{})
	if err != nil {
		return nil, err
	}
	var options []view.Option
	for _, d := range found {
		if den.May(who, den.SetUpTrial, den.Owner{Department: d.ID}) {
			options = append(options, view.Option{Value: string(d.ID), Text: d.Name})
		}
	}
	if len(options) == 1 && (who.Has(den.Member) || who.Has(den.Approver)) {
		return nil, nil
	}
	return options, nil
}

func values(options []view.Option) []string {
	var all []string
	for _, one := range options {
		all = append(all, one.Value)
	}
	return all
}

func readAbout(v *form.Values, in *den.NewTrial) {
	in.Name = form.Text{Name: "name", What: "set-up.what-name", Max: 120}.Read(v)
	in.Question = form.Text{Name: "question", What: "set-up.what-question", Max: 2000, Lines: true}.Read(v)
}

func (p *Pages) about() stepPage {
	return stepPage{
		Name: "about",
		Page: func(_ *gin.Context, e editing) (view.Page, error) {
			return aboutPage{stepForm: e.Base, Name: e.Trial.Name, Question: e.Trial.Question}, nil
		},
		Read: func(_ *gin.Context, e editing, in *den.NewTrial) error {
			readAbout(e.Form, in)
			return nil
		},
	}
}

// About is GET /trials/:id/set-up/about.
func (p *Pages) About(c *gin.Context) error { return p.showStep(c, p.about()) }

// SaveAbout is POST /trials/:id/set-up/about.
func (p *Pages) SaveAbout(c *gin.Context) error { return p.saveStep(c, p.about()) }
