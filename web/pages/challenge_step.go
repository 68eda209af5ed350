package pages

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/form"
	"innovationden/web/view"
)

// challengeStepPage is one of the five questions. The form of a draft saves itself;
// after the publication it asks why, for everybody who follows the challenge.
type challengeStepPage struct {
	view.Frame
	Challenge   den.ChallengeView
	Step        string
	Form        *form.Values
	IsPublished bool
	Data        []view.Choice
	Groups      []capabilityGroup
	Questions   view.DateValues
	Answers     view.DateValues
	Trial       view.DateValues
	Length      string
	Low, High   string
	Advisers    []view.Option
}

const (
	maxAnswer   = 2000 // characters of an answer to one of the five questions
	questionsAt = 17   // o'clock, when a day for questions or answers is over
	trialAt     = 9
)

// ChallengeStep is GET /challenges/:id/set-up/:step.
func (p *Pages) ChallengeStep(c *gin.Context) error {
	v, ok, err := p.challengeDraft(c)
	if !ok || err != nil {
		return err
	}
	return p.showChallengeStep(c, http.StatusOK, v, p.blank())
}

// SaveChallengeStep is POST /challenges/:id/set-up/:step.
func (p *Pages) SaveChallengeStep(c *gin.Context) error {
	v, ok, err := p.challengeDraft(c)
	if !ok || err != nil {
		return err
	}
	f, err := p.typed(c)
	if err != nil {
		return err
	}
	in := p.readChallengeStep(c, f, v, false)
	if f.Bad() {
		return p.showChallengeStep(c, http.StatusUnprocessableEntity, v, f)
	}
	if _, err = p.Den.ChangeChallenge(c, asking(c), v.ID, in); err != nil {
		status, err := p.refused(c, f, err, challengeNames())
		if err != nil {
			return err
		}
		return p.showChallengeStep(c, status, v, f)
	}
	if v.State == den.ChallengePublished {
		return to(c, challengePath(v.ID), "challenge-changed")
	}
	return to(c, challengePath(v.ID)+"/set-up", "")
}

// challengeNames gives the form's fields for the inputs of the use case.
func challengeNames() map[string]string {
	return map[string]string{
		"questions_until": "questions", "answers_until": "answers", "trial_from": "trial", "trial_for": "length", "budget": "low",
	}
}

// AutosaveChallenge is POST /challenges/:id/set-up/:step/autosave, from the page's
// script. What is published does not save itself: everybody would be told.
func (p *Pages) AutosaveChallenge(c *gin.Context) error {
	v, err := p.challengeTo(c, den.SetUpChallenge)
	if err != nil {
		return err
	}
	f, err := p.typed(c)
	if err != nil {
		return err
	}
	in := p.readChallengeStep(c, f, v, true)
	if f.Bad() || v.State != den.ChallengeDraft {
		c.Status(http.StatusUnprocessableEntity)
		return nil
	}
	saved, err := p.Den.ChangeChallenge(c, asking(c), v.ID, in)
	switch den.KindOf(err) {
	case "":
		revisionOf(c, saved.Rev)
		c.Status(http.StatusNoContent)
		return nil
	case den.Invalid, den.Stale, den.Conflict, den.NotYet:
		c.Status(http.StatusUnprocessableEntity)
		return nil
	case den.NotFound, den.Denied, den.Unknown, den.Busy, den.TooSoon, den.Full, den.Down, den.Internal:
	}
	return err
}

// newChallengeOf is a challenge as the input that would make it, to be changed in one
// place.
func newChallengeOf(v den.ChallengeView) den.NewChallenge {
	return den.NewChallenge{
		Title: v.Title, Problem: v.Problem, People: v.People, Success: v.Success, Constraints: v.Constraints, Data: v.Data, Agreed: v.Agreed,
		Timetable: v.Timetable, Budget: v.Budget, Capabilities: v.Capabilities,
	}
}

// readChallengeStep reads one question. A form that saves itself may be incomplete.
func (p *Pages) readChallengeStep(c *gin.Context, f *form.Values, v den.ChallengeView, isPartial bool) den.NewChallenge {
	in := newChallengeOf(v)
	in.Rev = rev(c)
	text := func(name string, isOptional bool) string {
		return form.Text{Name: name, What: "challenge-set-up.what-" + name, Max: maxAnswer, Lines: true, Optional: isOptional || isPartial}.Read(f)
	}
	switch c.Param("step") {
	case "problem":
		in.Title = form.Text{Name: "title", What: "challenge-new.what-title", Max: 100, Optional: isPartial}.Read(f)
		in.Problem = text("problem", false)
	case "people":
		in.People = text("people", false)
	case "success":
		in.Success = text("success", false)
	case "limits":
		in.Constraints = text("constraints", true)
		in.Data = den.DataUse(form.Choice{Name: "data", What: "challenge-set-up.what-data", From: []string{string(den.DataSynthetic), string(den.DataAgreed)}, Optional: isPartial}.Read(f))
		in.Agreed = text("agreed", in.Data != den.DataAgreed)
		const most = 100_000_000_000
		in.Budget.Low = form.Money{Name: "low", What: "challenge-set-up.what-low", Max: most, Optional: true}.Read(f)
		in.Budget.High = form.Money{Name: "high", What: "challenge-set-up.what-high", Max: most, Optional: true}.Read(f)
	case "plan":
		p.readPlan(f, &in, isPartial)
	}
	if v.State == den.ChallengePublished {
		in.Why = form.Text{Name: "why", What: "challenge-set-up.what-why", Max: maxAnswer, Lines: true}.Read(f)
		in.Because = den.ID(form.Choice{Name: "because", What: "challenge-set-up.what-because", From: append(values(advisers(v)), ""), Optional: true}.Read(f))
	}
	return in
}

func (p *Pages) readPlan(f *form.Values, in *den.NewChallenge, isPartial bool) {
	day := func(name string, hour int, isOptional bool) time.Time {
		at := form.Date{Name: name, What: "challenge-set-up.what-" + name, Zone: p.Zone, Optional: isOptional || isPartial}.Read(f)
		if at.IsZero() {
			return at
		}
		return time.Date(at.Year(), at.Month(), at.Day(), hour, 0, 0, 0, p.Zone).UTC()
	}
	_, most := p.Den.Lengths()
	in.Timetable = den.Timetable{
		QuestionsUntil: day("questions", questionsAt, true), AnswersUntil: day("answers", questionsAt, false), TrialFrom: day("trial", trialAt, true),
		TrialFor: form.Duration{Name: "length", What: "challenge-set-up.what-length", Min: time.Hour, Max: most, Optional: true}.Read(f),
	}
	in.Capabilities = nil
	for _, g := range p.Den.Vocabulary().Groups {
		in.Capabilities = append(in.Capabilities, form.Several{Name: capabilityField(g), What: "challenge-set-up.what-capabilities", From: capabilityIDs(g)}.Read(f)...)
	}
}

func (p *Pages) showChallengeStep(c *gin.Context, status int, v den.ChallengeView, f *form.Values) error {
	name := c.Param("step")
	if !slices.ContainsFunc(p.challengeSteps(v), func(s step) bool { return s.Name == name }) {
		return den.Missing()
	}
	page := challengeStepPage{
		Frame: p.frame(c, p.words.Say("challenge-set-up."+name)).Of(v.Title), Challenge: v, Step: name, Form: f, IsPublished: v.State == den.ChallengePublished,
		Questions: p.boxes(v.Timetable.QuestionsUntil), Answers: p.boxes(v.Timetable.AnswersUntil), Trial: p.boxes(v.Timetable.TrialFrom),
		Groups: p.capabilityGroups(c, f, v.Capabilities), Advisers: advisers(v),
	}
	for _, one := range []den.DataUse{den.DataSynthetic, den.DataAgreed} {
		page.Data = append(page.Data, view.Choice{Value: string(one), Text: p.words.Say("data." + string(one)), Hint: view.Hint{Text: p.words.Say("data-hint." + string(one))}})
	}
	if v.Budget.Low > 0 {
		page.Low = form.Pounds(v.Budget.Low)
	}
	if v.Budget.High > 0 {
		page.High = form.Pounds(v.Budget.High)
	}
	if v.Timetable.TrialFor > 0 {
		length, err := p.say.Span(v.Timetable.TrialFor)
		if err != nil {
			return err
		}
		page.Length = length
	}
	page.Back, page.Errors = back(challengePath(v.ID)+"/set-up"), f.Summary()
	return p.show(c, status, "challenge-step", page)
}

// boxes are a day as it stands in three boxes.
func (p *Pages) boxes(at time.Time) view.DateValues {
	if at.IsZero() {
		return view.DateValues{}
	}
	at = at.In(p.Zone)
	return view.DateValues{Day: strconv.Itoa(at.Day()), Month: strconv.Itoa(int(at.Month())), Year: strconv.Itoa(at.Year())}
}

// advisers are the suppliers whose answer may have led to a change.
func advisers(v den.ChallengeView) []view.Option {
	var options []view.Option
	for _, i := range v.Interests {
		options = append(options, view.Option{Value: string(i.ID), Text: i.SupplierName})
	}
	return options
}
