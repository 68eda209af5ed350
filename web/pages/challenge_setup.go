package pages

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/form"
	"innovationden/web/refusal"
	"innovationden/web/view"
)

// newChallengePage begins a challenge.
type newChallengePage struct {
	view.Frame
	Once        string
	Departments []view.Option // empty: there is one only
	Form        *form.Values

	NoDepartment bool // nobody could have the problem
}

// NewChallenge is GET /challenges/new.
func (p *Pages) NewChallenge(c *gin.Context) error {
	if !setsUp(asking(c)) {
		return p.mayNot()
	}
	return p.showNewChallenge(c, http.StatusOK, p.blank())
}

// AddChallenge is POST /challenges: it makes a draft of a title.
func (p *Pages) AddChallenge(c *gin.Context) error {
	if !setsUp(asking(c)) {
		return p.mayNot()
	}
	v, err := p.typed(c)
	if err != nil {
		return err
	}
	in := den.NewChallenge{Title: form.Text{Name: "title", What: "challenge-new.what-title", Max: 100}.Read(v), Once: once(c)}
	if options, err := p.departments(c); err != nil {
		return err
	} else if len(options) > 0 {
		in.Department = den.ID(form.Choice{Name: "department", What: "set-up.what-department", From: values(options)}.Read(v))
	}
	if v.Bad() {
		return p.showNewChallenge(c, http.StatusUnprocessableEntity, v)
	}
	made, err := p.Den.AddChallenge(c, asking(c), in)
	if err != nil {
		status, err := p.refused(c, v, err, nil)
		if err != nil {
			return err
		}
		return p.showNewChallenge(c, status, v)
	}
	return to(c, challengePath(made.ID)+"/set-up", "")
}

func (p *Pages) showNewChallenge(c *gin.Context, status int, v *form.Values) error {
	page := newChallengePage{Frame: p.frame(c, p.words.Say("challenge-new.title")), Once: fresh(c), Form: v}
	var err error
	if page.Departments, err = p.departments(c); err != nil {
		return err
	}
	who := asking(c)
	page.NoDepartment = len(page.Departments) == 0 && !who.Has(den.Member) && !who.Has(den.Approver)
	page.Back, page.Errors = back("/challenges"), v.Summary()
	return p.show(c, status, "challenge-new", page)
}

// challengeSetUpPage is the task list of a challenge: five questions.
type challengeSetUpPage struct {
	view.Frame
	Challenge den.ChallengeView
	Steps     []step
	MayCheck  bool
}

// ChallengeSetUp is GET /challenges/:id/set-up.
func (p *Pages) ChallengeSetUp(c *gin.Context) error {
	v, ok, err := p.challengeDraft(c)
	if !ok || err != nil {
		return err
	}
	page := challengeSetUpPage{Frame: p.frame(c, p.words.Say("challenge-set-up.title")).Of(v.Title), Challenge: v, Steps: p.challengeSteps(v), MayCheck: v.State == den.ChallengeDraft}
	page.Crumbs = p.crumbs(view.Crumb{Href: "/challenges", Text: p.words.Say("nav.challenges")}, view.Crumb{Href: challengePath(v.ID), Text: v.Title})
	for _, one := range page.Steps {
		page.MayCheck = page.MayCheck && (one.Done || !one.Must)
	}
	return p.show(c, http.StatusOK, "challenge-set-up", page)
}

// challengeDraft reads a challenge that can be written. One that is closed is shown as it is.
func (p *Pages) challengeDraft(c *gin.Context) (den.ChallengeView, bool, error) {
	v, err := p.challengeTo(c, den.SetUpChallenge)
	if err != nil {
		return v, false, err
	}
	if v.State != den.ChallengeDraft && v.State != den.ChallengePublished {
		return v, false, to(c, challengePath(v.ID), "")
	}
	return v, true, nil
}

// challengeSteps are the five questions with the answers so far.
func (p *Pages) challengeSteps(v den.ChallengeView) []step {
	return []step{
		{Name: "problem", Say: v.Title, Done: v.Title != "" && v.Problem != "", Must: true},
		{Name: "people", Say: opening(v.People), Done: v.People != "", Must: true},
		{Name: "success", Say: opening(v.Success), Done: v.Success != "", Must: true},
		{Name: "limits", Say: p.limitsSay(v), Done: v.Constraints != "" || v.Budget != den.Budget{} || v.Data == den.DataAgreed},
		{Name: "plan", Say: p.planSay(v), Done: !v.Timetable.AnswersUntil.IsZero(), Must: true},
	}
}

// opening is the beginning of a text, for a line of a list.
func opening(text string) string {
	const most = 90
	runes := []rune(text)
	if len(runes) <= most {
		return text
	}
	return string(runes[:most]) + "…"
}

func (p *Pages) limitsSay(v den.ChallengeView) string {
	if v.Data == den.DataAgreed {
		return p.words.Say("challenge-set-up.data-agreed")
	}
	return p.words.Say("challenge-set-up.data-synthetic")
}

func (p *Pages) planSay(v den.ChallengeView) string {
	when, err := p.say.Date(v.Timetable.AnswersUntil)
	if err != nil || v.Timetable.AnswersUntil.IsZero() {
		return ""
	}
	return p.words.Say("challenges.until", "When", when)
}

// challengeCheckPage says what will happen when the challenge is published.
type challengeCheckPage struct {
	view.Frame
	Challenge den.ChallengeView
	Wanted    []string
	Steps     []step
}

// CheckChallenge is GET /challenges/:id/check.
func (p *Pages) CheckChallenge(c *gin.Context) error {
	v, ok, err := p.challengeDraft(c)
	if !ok || err != nil {
		return err
	}
	return p.showCheckChallenge(c, http.StatusOK, v, view.ErrorSummary{})
}

// PublishChallenge is POST /challenges/:id/publish.
func (p *Pages) PublishChallenge(c *gin.Context) error {
	if _, err := p.typed(c); err != nil {
		return err
	}
	_, err := p.Den.PublishChallenge(c, asking(c), id(c), rev(c))
	if err == nil {
		return to(c, challengePath(id(c)), "challenge-published")
	}
	v, ok, dErr := p.challengeDraft(c)
	if !ok || dErr != nil {
		return dErr
	}
	status, said, err := p.refusedPublish(c, v.ID, err)
	if err != nil {
		return err
	}
	return p.showCheckChallenge(c, status, v, said)
}

// stepOf says which question holds a field.
func stepOf(field string) string {
	return map[string]string{
		"title": "problem", "problem": "problem", "people": "people", "success": "success", "constraints": "limits", "data": "limits", "agreed": "limits",
		"budget": "limits", "questions_until": "plan", "answers_until": "plan", "trial_from": "plan", "trial_for": "plan", "capabilities": "plan",
	}[field]
}

// refusedPublish links each fault to the question where it can be put right.
func (p *Pages) refusedPublish(c *gin.Context, challenge den.ID, err error) (int, view.ErrorSummary, error) {
	v := p.blank()
	status, passed := p.refused(c, v, err, nil)
	if passed != nil {
		return 0, view.ErrorSummary{}, passed
	}
	summary := v.Summary()
	var e *den.Error
	if status == refusal.Status(den.Invalid) && errors.As(err, &e) {
		summary.ErrorList = nil
		for _, one := range e.All() {
			link := view.ErrorLink{Text: refusal.Sentence(one)}
			if name := stepOf(one.Field); name != "" {
				link.Href = challengePath(challenge) + "/set-up/" + name
			}
			summary.ErrorList = append(summary.ErrorList, link)
		}
	}
	return status, summary, nil
}

func (p *Pages) showCheckChallenge(c *gin.Context, status int, v den.ChallengeView, said view.ErrorSummary) error {
	page := challengeCheckPage{Frame: p.frame(c, p.words.Say("check.title")).Of(v.Title), Challenge: v, Wanted: p.capabilityTitles(v.Capabilities), Steps: p.challengeSteps(v)}
	page.Back, page.Errors = back(challengePath(v.ID)+"/set-up"), said
	return p.show(c, status, "challenge-check", page)
}

// revisionOf is the header by which a form that saved itself learns its revision.
func revisionOf(c *gin.Context, rev int64) { c.Header("Den-Revision", strconv.FormatInt(rev, 10)) }
