package pages

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/form"
	"innovationden/web/view"
)

// askPage asks before something is done that cannot be undone, or that others notice.
type askPage struct {
	view.Frame
	Heading string
	Say     []string // what will happen
	Action  string   // where the form goes
	Button  string
	Warns   bool // the button is a warning
	Reason  bool // a reason may be given
	Must    bool // it has to be
	Rev     int64
	Form    *form.Values
}

// question is one thing to ask about, and what to do when the answer is yes. What names
// it in the words: ask.<what>-title, -say and -button.
type question struct {
	What    string
	Product string // the name of the thing
	Of      string // what that is part of, where the name does not say
	Back    string
	Action  string
	Warns   bool
	Reason  bool
	Must    bool // a reason has to be given; else it may
	Rev     int64
	Done    string // named in ?done=
	After   string // where to go then
	Do      func(why string, rev int64) error
}

func (p *Pages) ask(c *gin.Context, q question) error {
	return p.showAsk(c, http.StatusOK, q, p.blank())
}

func (p *Pages) answer(c *gin.Context, q question) error {
	v, err := p.typed(c)
	if err != nil {
		return err
	}
	why := ""
	if q.Reason {
		why = form.Text{Name: "why", What: "ask.what", Max: 1000, Lines: true, Optional: !q.Must}.Read(v)
	}
	if v.Bad() {
		return p.showAsk(c, http.StatusUnprocessableEntity, q, v)
	}
	if err := q.Do(why, rev(c)); err != nil {
		status, err := p.refused(c, v, err, nil)
		if err != nil {
			return err
		}
		return p.showAsk(c, status, q, v)
	}
	return to(c, q.After, q.Done)
}

func (p *Pages) showAsk(c *gin.Context, status int, q question, v *form.Values) error {
	page := askPage{
		Heading: p.words.Say("ask."+q.What+"-title", "Name", q.Product), Action: q.Action, Button: p.words.Say("ask." + q.What + "-button"),
		Say: []string{p.words.Say("ask."+q.What+"-say", "Name", q.Product)}, Warns: q.Warns, Reason: q.Reason, Must: q.Must, Rev: q.Rev, Form: v,
	}
	page.Frame = p.frame(c, page.Heading).Of(q.Of)
	page.Back, page.Errors = back(q.Back), v.Summary()
	return p.show(c, status, "ask", page)
}

// sandboxQuestion reads the sandbox of the address and asks the policy early, so that
// nobody is asked about what they may not do.
func (p *Pages) sandboxQuestion(c *gin.Context, what string, needs den.Action) (question, den.SandboxView, error) {
	s, err := p.Den.Sandbox(c, asking(c), id(c))
	if err != nil {
		return question{}, s, err
	}
	if !s.May[needs] {
		return question{}, s, p.mayNot()
	}
	path := sandboxPath(s.ID)
	return question{What: what, Product: s.ProductName, Of: s.TrialName, Back: path, Action: path + "/" + what, After: path, Done: what, Rev: s.Rev}, s, nil
}

func (p *Pages) endQuestion(c *gin.Context) (question, error) {
	q, s, err := p.sandboxQuestion(c, "end", den.RunSandbox)
	q.Warns, q.Reason = true, true
	q.Do = func(why string, rev int64) error {
		_, err := p.Den.End(c, asking(c), s.ID, why, rev)
		return err
	}
	return q, err
}

// AskEnd is GET /sandboxes/:id/end.
func (p *Pages) AskEnd(c *gin.Context) error { return p.asks(c, p.endQuestion) }

// End is POST /sandboxes/:id/end.
func (p *Pages) End(c *gin.Context) error { return p.answers(c, p.endQuestion) }

func (p *Pages) restartQuestion(c *gin.Context) (question, error) {
	q, s, err := p.sandboxQuestion(c, "restart", den.RestartSandbox)
	q.Warns, q.Reason = true, true
	q.Do = func(why string, rev int64) error {
		_, err := p.Den.Restart(c, asking(c), s.ID, why, rev)
		return err
	}
	return q, err
}

// AskRestart is GET /sandboxes/:id/restart.
func (p *Pages) AskRestart(c *gin.Context) error { return p.asks(c, p.restartQuestion) }

// Restart is POST /sandboxes/:id/restart.
func (p *Pages) Restart(c *gin.Context) error { return p.answers(c, p.restartQuestion) }

func (p *Pages) pauseQuestion(c *gin.Context) (question, error) {
	q, s, err := p.sandboxQuestion(c, "pause", den.RunSandbox)
	q.Do = func(_ string, rev int64) error {
		_, err := p.Den.Pause(c, asking(c), s.ID, rev)
		return err
	}
	return q, err
}

// AskPause is GET /sandboxes/:id/pause.
func (p *Pages) AskPause(c *gin.Context) error { return p.asks(c, p.pauseQuestion) }

// Pause is POST /sandboxes/:id/pause.
func (p *Pages) Pause(c *gin.Context) error { return p.answers(c, p.pauseQuestion) }

func (p *Pages) resumeQuestion(c *gin.Context) (question, error) {
	q, s, err := p.sandboxQuestion(c, "resume", den.RunSandbox)
	q.Do = func(_ string, rev int64) error {
		_, err := p.Den.Resume(c, asking(c), s.ID, rev)
		return err
	}
	return q, err
}

// AskResume is GET /sandboxes/:id/resume.
func (p *Pages) AskResume(c *gin.Context) error { return p.asks(c, p.resumeQuestion) }

// Resume is POST /sandboxes/:id/resume.
func (p *Pages) Resume(c *gin.Context) error { return p.answers(c, p.resumeQuestion) }

// trialQuestion is the same for a trial.
func (p *Pages) trialQuestion(c *gin.Context, what string) (question, den.TrialView, error) {
	t, err := p.trialTo(c, den.SetUpTrial)
	if err != nil {
		return question{}, t, err
	}
	path := trialPath(t.ID)
	return question{What: what, Product: t.Name, Back: path, Action: path + "/" + what, After: path, Done: what, Rev: t.Rev, Warns: true, Reason: true}, t, nil
}

func (p *Pages) endTrialQuestion(c *gin.Context) (question, error) {
	q, t, err := p.trialQuestion(c, "end")
	q.What, q.Done = "end-trial", "end-trial"
	q.Do = func(why string, rev int64) error {
		_, err := p.Den.EndTrial(c, asking(c), t.ID, why, rev)
		return err
	}
	return q, err
}

// AskEndTrial is GET /trials/:id/end.
func (p *Pages) AskEndTrial(c *gin.Context) error { return p.asks(c, p.endTrialQuestion) }

// EndTrial is POST /trials/:id/end.
func (p *Pages) EndTrial(c *gin.Context) error { return p.answers(c, p.endTrialQuestion) }

func (p *Pages) cancelQuestion(c *gin.Context) (question, error) {
	q, t, err := p.trialQuestion(c, "cancel")
	q.After = "/trials"
	q.Do = func(why string, rev int64) error {
		_, err := p.Den.CancelTrial(c, asking(c), t.ID, why, rev)
		return err
	}
	return q, err
}

// AskCancel is GET /trials/:id/cancel.
func (p *Pages) AskCancel(c *gin.Context) error { return p.asks(c, p.cancelQuestion) }

// Cancel is POST /trials/:id/cancel.
func (p *Pages) Cancel(c *gin.Context) error { return p.answers(c, p.cancelQuestion) }

func (p *Pages) asks(c *gin.Context, about func(*gin.Context) (question, error)) error {
	q, err := about(c)
	if err != nil {
		return err
	}
	return p.ask(c, q)
}

func (p *Pages) answers(c *gin.Context, about func(*gin.Context) (question, error)) error {
	q, err := about(c)
	if err != nil {
		return err
	}
	return p.answer(c, q)
}
