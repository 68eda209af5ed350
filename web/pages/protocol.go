package pages

import (
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/form"
	"innovationden/web/view"
)

// protocolPage is what was locked at the start of a trial, and what changed since.
type protocolPage struct {
	view.Frame
	den.ProtocolView
	Chair    string
	Names    []string
	Weights  []protocolWeight
	MayAmend bool
}

type protocolWeight struct{ Title, Weight string }

// Protocol is GET /trials/:id/protocol.
func (p *Pages) Protocol(c *gin.Context) error {
	v, err := p.Den.Protocol(c, asking(c), id(c))
	if err != nil {
		return err
	}
	page := protocolPage{Frame: p.frame(c, p.words.Say("protocol.title")).Of(v.Trial.Name), ProtocolView: v, Chair: v.People[v.Trial.Leads()]}
	for _, e := range v.Trial.Evaluators {
		page.Names = append(page.Names, v.People[e])
	}
	for _, one := range v.Trial.Scheme.Criteria() {
		page.Weights = append(page.Weights, protocolWeight{one.Title, mark(weightOf(v.Trial, one))})
	}
	page.MayAmend = v.Locked && v.Trial.May[den.SetUpTrial] && !v.Trial.Locked
	page.Crumbs = p.crumbs(view.Crumb{Href: "/trials", Text: p.words.Say("nav.trials")},
		view.Crumb{Href: trialPath(v.Trial.ID), Text: v.Trial.Name}, view.Crumb{Text: p.words.Say("protocol.title")})
	return p.show(c, http.StatusOK, "protocol", page)
}

// amendPage changes what a protocol says after the start.
type amendPage struct {
	view.Frame
	Trial   den.TrialView
	Weights []weightRow
	Tasks   string
	Rule    string
	People  []view.Choice
	Chosen  []string
	Chairs  []view.Option
	Chair   string
	Form    *form.Values
}

// AskAmend is GET /trials/:id/amend.
func (p *Pages) AskAmend(c *gin.Context) error {
	t, err := p.trialTo(c, den.SetUpTrial)
	if err != nil {
		return err
	}
	return p.showAmend(c, http.StatusOK, t, p.blank())
}

// Amend is POST /trials/:id/amend.
func (p *Pages) Amend(c *gin.Context) error {
	t, err := p.trialTo(c, den.SetUpTrial)
	if err != nil {
		return err
	}
	v, err := p.typed(c)
	if err != nil {
		return err
	}
	in, err := p.readAmend(c, t, v)
	if err != nil {
		return err
	}
	status := http.StatusUnprocessableEntity
	if !v.Bad() {
		if _, err = p.Den.Amend(c, asking(c), t.ID, in); err == nil {
			return to(c, trialPath(t.ID)+"/protocol", "amend")
		}
		if status, err = p.refused(c, v, err, nil); err != nil {
			return err
		}
	}
	return p.showAmend(c, status, t, v)
}

func (p *Pages) readAmend(c *gin.Context, t den.TrialView, v *form.Values) (den.NewAmendment, error) {
	in := den.NewAmendment{Weights: map[string]float64{}, Rev: rev(c)}
	for _, one := range t.Scheme.Criteria() {
		_, typed := c.GetPostForm("weight-" + one.ID)
		if w := p.readWeight(v, one, !typed); typed && w != weightOf(t, one) {
			in.Weights[one.ID] = w
		}
	}
	tasks := []string{}
	for line := range strings.Lines(form.Text{Name: "tasks", What: "set-up.what-tasks", Max: 10000, Lines: true, Optional: true}.Read(v)) {
		if line = strings.TrimSpace(line); line != "" {
			tasks = append(tasks, line)
		}
	}
	rule := form.Text{Name: "rule", What: "set-up.what-rule", Max: maxReason, Lines: true, Optional: true}.Read(v)
	people, err := p.peopleChoices(c)
	if err != nil {
		return in, err
	}
	chosen := firstIDs(t.Evaluators, idsOf(form.Several{Name: "evaluators", What: "set-up.what-people", From: choiceValues(people)}.Read(v)))
	chairs, err := p.chairs(c, t)
	if err != nil {
		return in, err
	}
	chair := den.ID(form.Choice{Name: "chair", What: "set-up.what-chair", From: values(chairs), Optional: true}.Read(v))
	in.Tasks, in.Rule, in.Evaluators = &tasks, &rule, &chosen
	if _, isSent := c.GetPostForm("chair"); chair == "" && isSent && slices.Contains(values(chairs), string(t.Chair)) {
		chair = t.CreatedBy // whoever set up the trial, in the place of somebody who could be chosen
	}
	if chair != "" {
		in.Chair = &chair
	}
	in.Why = form.Text{Name: "why", What: "amend.what-why", Max: maxReason, Lines: true}.Read(v)
	return in, nil
}

func choiceValues(choices []view.Choice) []string {
	var all []string
	for _, one := range choices {
		all = append(all, one.Value)
	}
	return all
}

// chairs are the people of the department who may lead the consensus.
func (p *Pages) chairs(c *gin.Context, t den.TrialView) ([]view.Option, error) {
	people, err := every(c, p.Den.People, den.Filter{})
	if err != nil {
		return nil, err
	}
	options := []view.Option{{Value: "", Text: p.words.Say("set-up.chair-default")}}
	for _, one := range people {
		if one.Act().Is(den.Member, t.Department) || one.Act().Is(den.Approver, t.Department) {
			options = append(options, view.Option{Value: string(one.ID), Text: one.Name})
		}
	}
	return options, nil
}

func (p *Pages) showAmend(c *gin.Context, status int, t den.TrialView, v *form.Values) error {
	page := amendPage{
		Frame: p.frame(c, p.words.Say("amend.title")).Of(t.Name), Trial: t, Tasks: strings.Join(t.Tasks, "\n"), Rule: t.Rule, Chosen: texts(t.Evaluators),
		Chair: string(t.Chair), Form: v,
	}
	for _, one := range t.Scheme.Criteria() {
		page.Weights = append(page.Weights, weightRow{Criterion: one, Field: "weight-" + one.ID, Value: form.Figure(weightOf(t, one))})
	}
	var err error
	if page.People, err = p.peopleChoices(c); err != nil {
		return err
	}
	if page.Chairs, err = p.chairs(c, t); err != nil {
		return err
	}
	page.Back, page.Errors = back(trialPath(t.ID)+"/protocol"), v.Summary()
	return p.show(c, status, "amend", page)
}
