package pages

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/form"
	"innovationden/web/view"
)

// challengeQuestionPage answers one question to everybody.
type challengeQuestionPage struct {
	view.Frame
	Challenge den.ChallengeView
	Question  den.QuestionView
	Said      string
	Form      *form.Values
}

func (p *Pages) questioned(c *gin.Context) (v den.ChallengeView, q den.QuestionView, err error) {
	if q, err = p.Den.Question(c, asking(c), id(c)); err != nil {
		return v, q, err
	}
	v, err = p.Den.Challenge(c, asking(c), q.Challenge)
	return v, q, err
}

// Question is GET /questions/:id.
func (p *Pages) Question(c *gin.Context) error {
	v, q, err := p.questioned(c)
	if err != nil {
		return err
	}
	return p.showQuestion(c, http.StatusOK, v, q, p.blank())
}

// AnswerQuestion is POST /questions/:id.
func (p *Pages) AnswerQuestion(c *gin.Context) error {
	v, q, err := p.questioned(c)
	if err != nil {
		return err
	}
	f, err := p.typed(c)
	if err != nil {
		return err
	}
	in := den.NewAnswer{
		Said:   form.Text{Name: "said", What: "challenge-question.what-said", Max: maxAnswer, Lines: true}.Read(f),
		Answer: form.Text{Name: "answer", What: "challenge-question.what-answer", Max: maxAnswer, Lines: true}.Read(f),
		Rev:    rev(c),
	}
	if f.Bad() {
		return p.showQuestion(c, http.StatusUnprocessableEntity, v, q, f)
	}
	if _, err := p.Den.AnswerQuestion(c, asking(c), q.ID, in); err != nil {
		status, err := p.refused(c, f, err, nil)
		if err != nil {
			return err
		}
		return p.showQuestion(c, status, v, q, f)
	}
	return to(c, challengePath(v.ID), "challenge-answered")
}

func (p *Pages) showQuestion(c *gin.Context, status int, v den.ChallengeView, q den.QuestionView, f *form.Values) error {
	page := challengeQuestionPage{Frame: p.frame(c, p.words.Say("challenge-question.title")).Of(v.Title), Challenge: v, Question: q, Said: q.Said, Form: f}
	if page.Said == "" {
		page.Said = q.Asked
	}
	page.Back, page.Errors = back(challengePath(v.ID)), f.Summary()
	return p.show(c, status, "challenge-question", page)
}

// challengeAnswersPage is what suppliers answered, who else may help, and the step to a
// trial.
type challengeAnswersPage struct {
	view.Frame
	Challenge den.ChallengeView
	Fits      []fitRow
	Products  []view.Choice
	Once      string
	MaySetUp  bool
	MayTry    bool
	Closes    bool // making a trial closes the challenge
	Form      *form.Values
}

type fitRow struct {
	den.Fit
	Why string // it fits
}

// Answers is GET /challenges/:id/answers.
func (p *Pages) Answers(c *gin.Context) error {
	v, err := p.challengeTo(c, den.ReadInterest)
	if err != nil {
		return err
	}
	return p.showAnswers(c, http.StatusOK, v, p.blank())
}

// TryChallenge is POST /challenges/:id/trial: from interest to a draft trial.
func (p *Pages) TryChallenge(c *gin.Context) error {
	v, err := p.challengeTo(c, den.SetUpChallenge)
	if err != nil {
		return err
	}
	f, err := p.typed(c)
	if err != nil {
		return err
	}
	var from []string
	for _, one := range p.offeredTo(v) {
		from = append(from, one.Value)
	}
	products := idsOf(form.Several{Name: "products", What: "set-up.what-products", From: from, Min: 1}.Read(f))
	if f.Bad() {
		return p.showAnswers(c, http.StatusUnprocessableEntity, v, f)
	}
	made, err := p.Den.TryChallenge(c, asking(c), den.NewAttempt{Challenge: v.ID, Products: products, Once: once(c)})
	if err != nil {
		status, err := p.refused(c, f, err, nil)
		if err != nil {
			return err
		}
		return p.showAnswers(c, status, v, f)
	}
	return to(c, trialPath(made.ID)+"/set-up", "challenge-trial")
}

func (p *Pages) showAnswers(c *gin.Context, status int, v den.ChallengeView, f *form.Values) error {
	page := challengeAnswersPage{Frame: p.frame(c, p.words.Say("challenge-answers.title")).Of(v.Title), Challenge: v, Once: fresh(c), Form: f, MaySetUp: v.May[den.SetUpChallenge]}
	fits, err := p.Den.Fits(c, asking(c), v.ID)
	if err != nil {
		return err
	}
	for _, one := range fits {
		page.Fits = append(page.Fits, fitRow{one, p.whyFits(one)})
	}
	page.Products = p.offeredTo(v)
	_, closed := v.State.After(den.StepTry)
	page.Closes = v.State == den.ChallengePublished
	page.MayTry = page.MaySetUp && len(page.Products) > 0 && (closed || page.Closes)
	page.Back, page.Errors = back(challengePath(v.ID)), f.Summary()
	return p.show(c, status, "challenge-answers", page)
}

// whyFits says what a product offers of what was asked for, and what it does not say.
func (p *Pages) whyFits(f den.Fit) string {
	offers := p.series(p.capabilityTitles(f.InCommon))
	if len(f.Missing) == 0 {
		return p.words.Say("challenge-answers.offers-all", "Offers", offers)
	}
	return p.words.Say("challenge-answers.offers", "Offers", offers, "Missing", p.series(p.capabilityTitles(f.Missing)))
}

// offeredTo are the products of all answers that have a release.
func (p *Pages) offeredTo(v den.ChallengeView) []view.Choice {
	var choices []view.Choice
	for _, i := range v.Interests {
		for _, one := range i.Products {
			if one.Release != "" {
				choices = append(choices, view.Choice{
					Value: string(one.ID), Text: p.words.Say("set-up.release", "Product", one.Name, "Version", one.Version), Hint: view.Hint{Text: i.SupplierName},
				})
			}
		}
	}
	return choices
}

// Invite is POST /challenges/:id/invite.
func (p *Pages) Invite(c *gin.Context) error {
	v, err := p.challengeTo(c, den.SetUpChallenge)
	if err != nil {
		return err
	}
	if _, err := p.typed(c); err != nil {
		return err
	}
	if _, err := p.Den.Invite(c, asking(c), v.ID, den.ID(c.PostForm("supplier"))); err != nil {
		f := p.blank()
		status, err := p.refused(c, f, err, nil)
		if err != nil {
			return err
		}
		return p.showAnswers(c, status, v, f)
	}
	return to(c, challengePath(v.ID)+"/answers", "challenge-invited")
}

// challengeThankPage thanks a supplier before everybody.
type challengeThankPage struct {
	view.Frame
	Challenge den.ChallengeView
	Interest  den.InterestView
	Form      *form.Values
}

func (p *Pages) thanking(c *gin.Context) (v den.ChallengeView, i den.InterestView, err error) {
	if i, err = p.Den.Interest(c, asking(c), id(c)); err != nil {
		return v, i, err
	}
	v, err = p.Den.Challenge(c, asking(c), i.Challenge)
	if err == nil && !v.May[den.SetUpChallenge] {
		err = p.mayNot()
	}
	return v, i, err
}

// AskThank is GET /interests/:id/thank.
func (p *Pages) AskThank(c *gin.Context) error {
	v, i, err := p.thanking(c)
	if err != nil {
		return err
	}
	return p.showThank(c, http.StatusOK, v, i, p.blank())
}

// Thank is POST /interests/:id/thank.
func (p *Pages) Thank(c *gin.Context) error {
	v, i, err := p.thanking(c)
	if err != nil {
		return err
	}
	f, err := p.typed(c)
	if err != nil {
		return err
	}
	say := form.Text{Name: "say", What: "challenge-thank.what", Max: maxAnswer, Lines: true}.Read(f)
	if f.Bad() {
		return p.showThank(c, http.StatusUnprocessableEntity, v, i, f)
	}
	if _, err := p.Den.Thank(c, asking(c), i.ID, say, rev(c)); err != nil {
		status, err := p.refused(c, f, err, nil)
		if err != nil {
			return err
		}
		return p.showThank(c, status, v, i, f)
	}
	return to(c, challengePath(v.ID), "challenge-thanked")
}

func (p *Pages) showThank(c *gin.Context, status int, v den.ChallengeView, i den.InterestView, f *form.Values) error {
	page := challengeThankPage{Frame: p.frame(c, p.words.Say("challenge-thank.title", "Supplier", i.SupplierName)).Of(v.Title), Challenge: v, Interest: i, Form: f}
	page.Back, page.Errors = back(challengePath(v.ID)+"/answers"), f.Summary()
	return p.show(c, status, "challenge-thank", page)
}

// challengeQuestion asks before a challenge closes or is withdrawn.
func (p *Pages) challengeQuestion(c *gin.Context, what string) (question, den.ChallengeView, error) {
	v, err := p.challengeTo(c, den.SetUpChallenge)
	if err != nil {
		return question{}, v, err
	}
	path := challengePath(v.ID)
	return question{
		What: what + "-challenge", Product: v.Title, Back: path, Action: path + "/" + what, After: path, Done: what + "-challenge", Rev: v.Rev, Reason: true,
	}, v, nil
}

func (p *Pages) closeQuestion(c *gin.Context) (question, error) {
	q, v, err := p.challengeQuestion(c, "close")
	q.Do = func(why string, rev int64) error {
		_, err := p.Den.CloseChallenge(c, asking(c), v.ID, why, rev)
		return err
	}
	return q, err
}

// AskClose is GET /challenges/:id/close.
func (p *Pages) AskClose(c *gin.Context) error { return p.asks(c, p.closeQuestion) }

// Close is POST /challenges/:id/close.
func (p *Pages) Close(c *gin.Context) error { return p.answers(c, p.closeQuestion) }

func (p *Pages) withdrawQuestion(c *gin.Context) (question, error) {
	q, v, err := p.challengeQuestion(c, "withdraw")
	q.Warns = true
	q.Do = func(why string, rev int64) error {
		_, err := p.Den.WithdrawChallenge(c, asking(c), v.ID, why, rev)
		return err
	}
	return q, err
}

// AskWithdraw is GET /challenges/:id/withdraw.
func (p *Pages) AskWithdraw(c *gin.Context) error { return p.asks(c, p.withdrawQuestion) }

// Withdraw is POST /challenges/:id/withdraw.
func (p *Pages) Withdraw(c *gin.Context) error { return p.answers(c, p.withdrawQuestion) }

// series joins words as a sentence does.
func (p *Pages) series(words []string) string {
	text := ""
	for n, one := range words {
		switch {
		case n == 0:
			text = one
		case n == len(words)-1:
			text = p.words.Say("list.last", "Before", text, "Last", one)
		default:
			text = p.words.Say("list.more", "Before", text, "Next", one)
		}
	}
	return text
}
