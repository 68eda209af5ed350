package pages

import (
	"net/http"
	"net/url"
	"slices"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/form"
	"innovationden/web/view"
)

// challengeAskPage asks a question for a supplier.
type challengeAskPage struct {
	view.Frame
	Challenge den.ChallengeView
	Suppliers []view.Option // where the person is in several
	Once      string
	Form      *form.Values
}

// AskChallenge is GET /challenges/:id/ask.
func (p *Pages) AskChallenge(c *gin.Context) error {
	v, err := p.challengeTo(c, den.AnswerChallenge)
	if err != nil {
		return err
	}
	return p.showAskChallenge(c, http.StatusOK, v, p.blank())
}

// DoAskChallenge is POST /challenges/:id/ask.
func (p *Pages) DoAskChallenge(c *gin.Context) error {
	v, err := p.challengeTo(c, den.AnswerChallenge)
	if err != nil {
		return err
	}
	f, err := p.typed(c)
	if err != nil {
		return err
	}
	in := den.NewQuestion{
		Challenge: v.ID, Supplier: answersFor(f, v), Once: once(c),
		Text: form.Text{Name: "text", What: "challenge-ask.what", Max: maxAnswer, Lines: true}.Read(f),
	}
	if f.Bad() {
		return p.showAskChallenge(c, http.StatusUnprocessableEntity, v, f)
	}
	if _, err := p.Den.Ask(c, asking(c), in); err != nil {
		status, err := p.refused(c, f, err, nil)
		if err != nil {
			return err
		}
		return p.showAskChallenge(c, status, v, f)
	}
	return to(c, challengePath(v.ID), "challenge-asked")
}

func (p *Pages) showAskChallenge(c *gin.Context, status int, v den.ChallengeView, f *form.Values) error {
	page := challengeAskPage{Frame: p.frame(c, p.words.Say("challenge-ask.title")).Of(v.Title), Challenge: v, Suppliers: supplierOptions(v), Once: fresh(c), Form: f}
	page.Back, page.Errors = back(challengePath(v.ID)), f.Summary()
	return p.show(c, status, "challenge-ask", page)
}

// supplierOptions are the suppliers to choose from, where there is a choice.
func supplierOptions(v den.ChallengeView) []view.Option {
	var options []view.Option
	for _, s := range v.Suppliers {
		if len(v.Suppliers) > 1 {
			options = append(options, view.Option{Value: string(s.ID), Text: s.Name})
		}
	}
	return options
}

func answersFor(f *form.Values, v den.ChallengeView) den.ID {
	if options := supplierOptions(v); len(options) > 0 {
		return den.ID(form.Choice{Name: "supplier", What: "product-new.what-supplier", From: values(options)}.Read(f))
	}
	return v.Suppliers[0].ID
}

// answerOf is answering for one answer: a person of several suppliers names whose it is in
// ?supplier=. Who did not, or names another, has several suppliers left.
func (p *Pages) answerOf(c *gin.Context) (den.ChallengeView, error) {
	v, err := p.challengeTo(c, den.AnswerChallenge)
	at := slices.IndexFunc(v.Suppliers, func(s den.Supplier) bool { return string(s.ID) == c.Query("supplier") })
	if at >= 0 {
		v.Suppliers = v.Suppliers[at : at+1]
	}
	return v, err
}

// ofSupplier is what comes after the address of a page about one supplier's answer; "" for
// a person of one supplier, who need not name it.
func ofSupplier(c *gin.Context) string {
	if c.Query("supplier") == "" {
		return ""
	}
	return "?" + url.Values{"supplier": {c.Query("supplier")}}.Encode()
}

// challengeInterestPage is a supplier's answer: products, advice, or both. Where it may be
// the answer of several suppliers, it asks whose it is first.
type challengeInterestPage struct {
	view.Frame
	Challenge den.ChallengeView
	Supplier  string // whose answer it is
	Suppliers []view.Option
	Of        string // see ofSupplier
	Products  []view.Choice
	Chosen    []string
	Advice    string
	IsSent    bool
	Rev       int64
	Form      *form.Values
}

// Interest is GET /challenges/:id/interest.
func (p *Pages) Interest(c *gin.Context) error {
	v, err := p.answerOf(c)
	if err != nil {
		return err
	}
	return p.showInterest(c, http.StatusOK, v, p.blank())
}

// ShowInterest is POST /challenges/:id/interest.
func (p *Pages) ShowInterest(c *gin.Context) error {
	v, err := p.answerOf(c)
	if err != nil {
		return err
	}
	if len(v.Suppliers) > 1 {
		return p.showInterest(c, http.StatusUnprocessableEntity, v, p.blank())
	}
	f, err := p.typed(c)
	if err != nil {
		return err
	}
	choices, err := p.ownProducts(c, v)
	if err != nil {
		return err
	}
	var from []string
	for _, one := range choices {
		from = append(from, one.Value)
	}
	in := den.NewInterest{
		Challenge: v.ID, Supplier: v.Suppliers[0].ID, Rev: rev(c),
		Products: idsOf(form.Several{Name: "products", What: "challenge-interest.what-products", From: from}.Read(f)),
		Advice:   form.Text{Name: "advice", What: "challenge-interest.what-advice", Max: maxAnswer, Lines: true, Optional: true}.Read(f),
	}
	if f.Bad() {
		return p.showInterest(c, http.StatusUnprocessableEntity, v, f)
	}
	if _, err := p.Den.ShowInterest(c, asking(c), in); err != nil {
		status, err := p.refused(c, f, err, nil)
		if err != nil {
			return err
		}
		return p.showInterest(c, status, v, f)
	}
	return to(c, challengePath(v.ID), "challenge-interest")
}

func (p *Pages) showInterest(c *gin.Context, status int, v den.ChallengeView, f *form.Values) error {
	page := challengeInterestPage{Frame: p.frame(c, p.words.Say("challenge-interest.title")).Of(v.Title), Challenge: v, Suppliers: supplierOptions(v), Supplier: v.Suppliers[0].Name, Of: ofSupplier(c), Form: f}
	var err error
	if page.Products, err = p.ownProducts(c, v); err != nil {
		return err
	}
	for _, i := range v.Interests {
		if i.Supplier == v.Suppliers[0].ID {
			page.Chosen, page.Advice, page.Rev = texts(i.Interest.Products), i.Advice, i.Rev
		}
	}
	page.IsSent, page.Rev = page.Rev != 0, den.AsSeen(page.Rev)
	page.Back, page.Errors = back(challengePath(v.ID)), f.Summary()
	return p.show(c, status, "challenge-interest", page)
}

// ownProducts are what the person's suppliers offer; those that fit say so.
func (p *Pages) ownProducts(c *gin.Context, v den.ChallengeView) ([]view.Choice, error) {
	var choices []view.Choice
	for _, s := range v.Suppliers {
		found, err := every(c, p.Den.Products, den.Filter{Supplier: s.ID})
		if err != nil {
			return nil, err
		}
		for _, one := range found {
			hint := one.Summary
			if common := v.InCommon(one.Capabilities); len(common) > 0 {
				hint = p.words.Say("challenge-interest.fits", "Common", p.series(p.capabilityTitles(common)))
			}
			choices = append(choices, view.Choice{Value: string(one.ID), Text: one.Name, Hint: view.Hint{Text: hint}})
		}
	}
	return choices, nil
}

func (p *Pages) takeBackQuestion(c *gin.Context) (question, error) {
	v, err := p.answerOf(c)
	if err != nil {
		return question{}, err
	}
	if len(v.Suppliers) > 1 {
		return question{}, den.Refuse(den.Invalid, "%s", p.words.Say("challenge-interest.whose"))
	}
	path := challengePath(v.ID)
	q := question{What: "take-back", Product: v.Title, Back: path, Action: path + "/interest/take-back" + ofSupplier(c), After: path, Done: "take-back"}
	q.Do = func(string, int64) error {
		return p.Den.TakeBackInterest(c, asking(c), v.ID, v.Suppliers[0].ID, 0)
	}
	return q, nil
}

// AskTakeBack is GET /challenges/:id/interest/take-back.
func (p *Pages) AskTakeBack(c *gin.Context) error { return p.asks(c, p.takeBackQuestion) }

// TakeBack is POST /challenges/:id/interest/take-back.
func (p *Pages) TakeBack(c *gin.Context) error { return p.answers(c, p.takeBackQuestion) }
