package pages

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/form"
	"innovationden/web/view"
)

// declarePage asks an evaluator for interests before anything can be scored.
type declarePage struct {
	view.Frame
	Trial   den.TrialView
	Stake   string
	Text    string
	Then    string
	Choices []view.Choice
	Form    *form.Values
}

func declarePath(id den.ID) string { return trialPath(id) + "/declare" }

// AskDeclare is GET /trials/:id/declare.
func (p *Pages) AskDeclare(c *gin.Context) error {
	t, err := p.trialTo(c, den.AssessTrial)
	if err != nil {
		return err
	}
	return p.showDeclare(c, http.StatusOK, t, p.blank())
}

// Declare is POST /trials/:id/declare.
func (p *Pages) Declare(c *gin.Context) error {
	t, err := p.trialTo(c, den.AssessTrial)
	if err != nil {
		return err
	}
	v, err := p.typed(c)
	if err != nil {
		return err
	}
	in := den.NewDeclaration{
		Stake: den.Stake(form.Choice{Name: "interest", What: "declare.what", From: stakes()}.Read(v)),
		Text:  form.Text{Name: "text", What: "declare.what-text", Max: maxReason, Lines: true, Optional: true}.Read(v),
	}
	status := http.StatusUnprocessableEntity
	if !v.Bad() {
		d, err := p.Den.Declare(c, asking(c), t.ID, in)
		if err == nil {
			then := trialPath(t.ID)
			if given := c.PostForm("then"); given != "" && d.Clear() {
				then = local(given)
			}
			return to(c, then, "declare")
		}
		if status, err = p.refused(c, v, err, map[string]string{"stake": "interest"}); err != nil {
			return err
		}
	}
	return p.showDeclare(c, status, t, v)
}

func stakes() []string {
	var all []string
	for _, s := range den.Stakes {
		all = append(all, string(s))
	}
	return all
}

func (p *Pages) showDeclare(c *gin.Context, status int, t den.TrialView, v *form.Values) error {
	page := declarePage{
		Frame: p.frame(c, p.words.Say("declare.title")).Of(t.Name), Trial: t, Stake: string(t.Declared.Stake), Text: t.Declared.Text, Form: v, Then: c.Query("then"),
	}
	if status != http.StatusOK {
		page.Then = c.PostForm("then")
	}
	for _, s := range stakes() {
		page.Choices = append(page.Choices, view.Choice{Value: s, Text: p.words.Say("stake." + s), Hint: view.Hint{Text: p.words.Say("stake-hint." + s)}})
	}
	page.Back, page.Errors = back(trialPath(t.ID)), v.Summary()
	return p.show(c, status, "declare", page)
}

// interestsPage is what everybody declared in a trial.
type interestsPage struct {
	view.Frame
	Trial     den.TrialView
	All       []den.DeclarationView
	Missing   int // evaluators who have not declared
	MayDecide bool
}

// Interests is GET /trials/:id/interests.
func (p *Pages) Interests(c *gin.Context) error {
	t, err := p.Den.Trial(c, asking(c), id(c))
	if err != nil {
		return err
	}
	all, err := p.Den.Declarations(c, asking(c), t.ID)
	if err != nil {
		return err
	}
	page := interestsPage{Frame: p.frame(c, p.words.Say("interests.title")).Of(t.Name), Trial: t, All: all, MayDecide: t.May[den.DecideTrial] && !t.Locked}
	declared := map[den.ID]bool{}
	for _, d := range all {
		declared[d.Evaluator] = true
	}
	for _, e := range t.Evaluators {
		if !declared[e] && t.May[den.ReadRecord] {
			page.Missing++
		}
	}
	page.Back = back(trialPath(t.ID))
	return p.show(c, http.StatusOK, "interests", page)
}

// interestPage decides about one declared interest.
type interestPage struct {
	view.Frame
	Trial       den.TrialView
	Declaration den.DeclarationView
	Choices     []view.Choice
	Form        *form.Values
}

func (p *Pages) interest(c *gin.Context) (t den.TrialView, d den.DeclarationView, err error) {
	if t, err = p.trialTo(c, den.DecideTrial); err != nil {
		return t, d, err
	}
	all, err := p.Den.Declarations(c, asking(c), t.ID)
	if err != nil {
		return t, d, err
	}
	for _, one := range all {
		if one.Evaluator == den.ID(c.Param("person")) {
			return t, one, nil
		}
	}
	return t, d, den.Missing()
}

// AskInterest is GET /trials/:id/interests/:person.
func (p *Pages) AskInterest(c *gin.Context) error {
	t, d, err := p.interest(c)
	if err != nil {
		return err
	}
	return p.showStake(c, http.StatusOK, t, d, p.blank())
}

// DecideInterest is POST /trials/:id/interests/:person.
func (p *Pages) DecideInterest(c *gin.Context) error {
	t, d, err := p.interest(c)
	if err != nil {
		return err
	}
	v, err := p.typed(c)
	if err != nil {
		return err
	}
	in := den.NewConsequence{
		Consequence: den.Consequence(form.Choice{Name: "decision", What: "interest.what", From: []string{string(den.GoOn), string(den.TakeOut)}}.Read(v)),
		Why:         form.Text{Name: "why", What: "interest.what-why", Max: maxReason, Lines: true}.Read(v), Rev: rev(c),
	}
	status := http.StatusUnprocessableEntity
	if !v.Bad() {
		if _, err = p.Den.DecideInterest(c, asking(c), t.ID, d.Evaluator, in); err == nil {
			return to(c, trialPath(t.ID)+"/interests", "interest")
		}
		if status, err = p.refused(c, v, err, map[string]string{"consequence": "decision"}); err != nil {
			return err
		}
	}
	return p.showStake(c, status, t, d, v)
}

func (p *Pages) showStake(c *gin.Context, status int, t den.TrialView, d den.DeclarationView, v *form.Values) error {
	page := interestPage{Frame: p.frame(c, p.words.Say("interest.title", "Name", d.EvaluatorName)).Of(t.Name), Trial: t, Declaration: d, Form: v}
	for _, one := range []den.Consequence{den.GoOn, den.TakeOut} {
		page.Choices = append(page.Choices, view.Choice{
			Value: string(one), Text: p.words.Say("consequence." + string(one)), Hint: view.Hint{Text: p.words.Say("consequence-hint." + string(one))},
		})
	}
	page.Back, page.Errors = back(trialPath(t.ID)+"/interests"), v.Summary()
	return p.show(c, status, "interest", page)
}
