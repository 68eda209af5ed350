package pages

import (
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/form"
	"innovationden/web/view"
)

// tasksPage is what every evaluator does with each product: a task on each line.
type tasksPage struct {
	stepForm
	Tasks   string
	Heading view.Label
}

func (p *Pages) tasks() stepPage {
	return stepPage{
		Name: "tasks",
		Page: func(_ *gin.Context, e editing) (view.Page, error) {
			heading := view.Label{Text: p.words.Say("set-up.tasks"), Classes: "govuk-label--l", IsPageHeading: true}
			return tasksPage{stepForm: e.Base, Tasks: strings.Join(e.Trial.Tasks, "\n"), Heading: heading}, nil
		},
		Read: func(_ *gin.Context, e editing, in *den.NewTrial) error {
			in.Tasks = nil
			for line := range strings.Lines(form.Text{Name: "tasks", What: "set-up.what-tasks", Max: 10000, Lines: true, Optional: true}.Read(e.Form)) {
				if line = strings.TrimSpace(line); line != "" {
					in.Tasks = append(in.Tasks, line)
				}
			}
			return nil
		},
	}
}

// Tasks is GET /trials/:id/set-up/tasks.
func (p *Pages) Tasks(c *gin.Context) error { return p.showStep(c, p.tasks()) }

// SaveTasks is POST /trials/:id/set-up/tasks.
func (p *Pages) SaveTasks(c *gin.Context) error { return p.saveStep(c, p.tasks()) }

// peoplePage chooses who assesses.
type peoplePage struct {
	stepForm
	Choices []view.Choice
	Chosen  []string
	Chairs  []view.Option
	Chair   string
	Rule    string
	Blinds  []view.Choice
	Blind   []string
}

func (p *Pages) people() stepPage {
	return stepPage{
		Name: "people",
		Page: func(c *gin.Context, e editing) (view.Page, error) {
			choices, err := p.peopleChoices(c)
			if err != nil {
				return nil, err
			}
			page := peoplePage{stepForm: e.Base, Choices: choices, Chosen: texts(e.Trial.Evaluators), Chair: string(e.Trial.Chair), Rule: e.Trial.Rule}
			page.Blinds = []view.Choice{{Value: "yes", Text: p.words.Say("set-up.blind"), Hint: view.Hint{Text: p.words.Say("set-up.blind-hint")}}}
			if e.Trial.Blind {
				page.Blind = []string{"yes"}
			}
			page.Chairs, err = p.chairs(c, e.Trial)
			return page, err
		},
		Read: func(c *gin.Context, e editing, in *den.NewTrial) error {
			choices, err := p.peopleChoices(c)
			if err != nil {
				return err
			}
			var from []string
			for _, one := range choices {
				from = append(from, one.Value)
			}
			chairs, err := p.chairs(c, e.Trial)
			if err != nil {
				return err
			}
			in.Chair = den.ID(form.Choice{Name: "chair", What: "set-up.what-chair", From: values(chairs), Optional: true}.Read(e.Form))
			in.Rule = form.Text{Name: "rule", What: "set-up.what-rule", Max: maxReason, Lines: true, Optional: true}.Read(e.Form)
			in.Blind = form.Bool{Name: "blind"}.Read(e.Form)
			in.Evaluators = firstIDs(in.Evaluators, idsOf(form.Several{Name: "evaluators", What: "set-up.what-people", From: from}.Read(e.Form)))
			return nil
		},
	}
}

func (p *Pages) peopleChoices(c *gin.Context) ([]view.Choice, error) {
	people, err := every(c, p.Den.People, den.Filter{})
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(people, func(a, b den.Person) int { return strings.Compare(a.Name, b.Name) })
	var choices []view.Choice
	for _, one := range people {
		if one.Act().Has(den.SupplierMember) {
			continue // suppliers do not score products
		}
		choices = append(choices, view.Choice{Value: string(one.ID), Text: one.Name, Hint: view.Hint{Text: p.role(one.Act())}})
	}
	return choices, nil
}

// People is GET /trials/:id/set-up/people.
func (p *Pages) People(c *gin.Context) error { return p.showStep(c, p.people()) }

// SavePeople is POST /trials/:id/set-up/people.
func (p *Pages) SavePeople(c *gin.Context) error { return p.saveStep(c, p.people()) }
