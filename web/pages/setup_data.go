package pages

import (
	"errors"
	"io"
	"net/http"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/form"
)

// dataPage gives a trial the data that every product finds.
type dataPage struct {
	stepForm
	Trial den.TrialView
	Size  string
	Most  string
}

// mostData is what the den keeps, in bytes. What is sent is bounded above it, so that its
// own sentence says what is too large.
const (
	mostData = 32 << 20
	maxData  = mostData + 1<<20
)

// DataStep is GET /trials/:id/set-up/data.
func (p *Pages) DataStep(c *gin.Context) error {
	t, ok, err := p.draft(c)
	if !ok || err != nil {
		return err
	}
	return p.showData(c, http.StatusOK, t, p.blank())
}

// SaveData is POST /trials/:id/set-up/data. The file comes last in the form. Without
// one the data stays as it is, or goes where its removal was asked for.
func (p *Pages) SaveData(c *gin.Context) error {
	t, ok, err := p.draft(c)
	if !ok || err != nil {
		return err
	}
	c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, maxData)
	typed, file, err := upload(c.Request)
	if err != nil {
		return den.Refuse(den.Invalid, "%s", p.words.Say("problem.form"))
	}
	v := form.Typed(p.words.Words, typed)
	form.Text{Name: "file", What: "set-up.what-data", Optional: true}.Read(v)
	c.Request.PostForm = typed
	var at int64
	switch {
	case typed.Get("remove") != "":
		if at, err = revOf(c, "data", t); err == nil {
			_, err = p.Den.DropScenario(c, asking(c), t.ID, at)
		}
	case file != nil:
		if at, err = revOf(c, "data", t); err == nil {
			_, err = p.Den.SetScenario(c, asking(c), t.ID, den.NewScenario{Name: file.FileName(), From: file, Rev: at})
		}
	}
	if err == nil {
		return to(c, trialPath(t.ID)+"/set-up", "")
	}
	// The browser reads no answer before it has sent everything.
	_, drained := io.Copy(io.Discard, c.Request.Body)
	var large *http.MaxBytesError
	if errors.As(err, &large) || errors.As(drained, &large) {
		v.Say("file", "set-up.data-large", "Most", p.words.bytes(mostData))
		return p.showData(c, http.StatusRequestEntityTooLarge, t, v)
	}
	refused := err
	status, err := p.refused(c, v, err, nil)
	if err != nil {
		return err
	}
	everyFault(v, "file", refused)
	return p.showData(c, status, t, v)
}

func (p *Pages) showData(c *gin.Context, status int, t den.TrialView, v *form.Values) error {
	seen, err := seenOf("data", t)
	if err != nil {
		return err
	}
	page := dataPage{
		stepForm: stepForm{Frame: p.frame(c, p.words.Say("set-up.data")).Of(t.Name), ID: t.ID, Rev: t.Rev, Seen: seen, Form: v}, Trial: t,
		Size: p.words.bytes(t.Scenario.Size), Most: p.words.bytes(mostData),
	}
	page.Back, page.Errors = back(trialPath(t.ID)+"/set-up"), v.Summary()
	return p.show(c, status, "set-up-data", page)
}

// dataSay is the data of a draft in a few words.
func (p *Pages) dataSay(t den.TrialView) string {
	if t.Scenario.Hash == "" {
		return p.words.Say("set-up.data-none")
	}
	return p.words.Count("set-up.data-n", t.Scenario.Files, "Name", t.Scenario.Name)
}
