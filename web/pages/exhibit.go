package pages

import (
	"cmp"
	"errors"
	"net/http"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/form"
	"innovationden/web/view"
)

// maxUpload bounds a form with evidence, in bytes: the file and a little more.
const maxUpload = 9 << 20

// exhibitPage keeps a picture, a file or a stretch of the log beside a score.
type exhibitPage struct {
	view.Frame
	Trial     den.TrialView
	Entry     den.EntryView
	Criterion string
	About     string // the question
	Kept      []keptEvidence
	Kinds     []view.Choice
	MayLog    bool
	MayRemove bool // nothing is submitted yet
	Form      *form.Values
}

// keptEvidence is one piece, and the question that it is about.
type keptEvidence struct {
	den.Evidence
	About string
}

func evidencePath(trial, entry den.ID) string {
	return trialPath(trial) + "/entries/" + string(entry) + "/evidence"
}

// AskEvidence is GET /trials/:id/entries/:entry/evidence.
func (p *Pages) AskEvidence(c *gin.Context) error {
	own, err := p.assessing(c)
	if err != nil {
		return err
	}
	if !own.assessment.Submitted() && !own.trial.Declared.Clear() {
		return p.notCleared(c, own.trial)
	}
	return p.showEvidence(c, http.StatusOK, own, p.blank())
}

// AddEvidence is POST /trials/:id/entries/:entry/evidence.
func (p *Pages) AddEvidence(c *gin.Context) error {
	own, err := p.assessing(c)
	if err != nil {
		return err
	}
	c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, maxUpload)
	var large *http.MaxBytesError
	if err := c.Request.ParseMultipartForm(1 << 20); errors.As(err, &large) {
		v := p.blank()
		_ = form.Text{Name: "file", What: "evidence.what-file", Optional: true}.Read(v) // so that what is said of it leads to it
		v.Say("file", "evidence.too-large")
		return p.showEvidence(c, http.StatusRequestEntityTooLarge, own, v)
	} else if err != nil && c.Request.PostForm == nil {
		return den.Refuse(den.Invalid, "%s", p.words.Say("problem.form"))
	}
	if c.Request.MultipartForm != nil {
		defer func() { _ = c.Request.MultipartForm.RemoveAll() }()
	}
	v := form.Typed(p.words.Words, c.Request.PostForm)
	in := den.NewEvidence{Trial: own.trial.ID, Entry: own.entry.ID, Criterion: c.PostForm("criterion")}
	_ = form.Text{Name: "file", What: "evidence.what-file", Max: maxReason, Optional: true}.Read(v) // so that what is said of it leads to it
	in.Kind = den.EvidenceKind(form.Choice{Name: "kind", What: "evidence.what", From: []string{"picture", "file", "log"}}.Read(v))
	if in.Kind == den.LogStretch {
		in.From = form.Int{Name: "from", What: "evidence.what-from", Min: 1, Max: 1_000_000}.Read(v)
		in.To = form.Int{Name: "to", What: "evidence.what-to", Min: 1, Max: 1_000_000}.Read(v)
	} else if file, header, err := c.Request.FormFile("file"); err == nil {
		defer func() { _ = file.Close() }()
		in.Content, in.Name = file, header.Filename
	}
	status := http.StatusUnprocessableEntity
	if !v.Bad() {
		if _, err = p.Den.AddEvidence(c, asking(c), in); err == nil {
			return to(c, evidencePath(in.Trial, in.Entry), "evidence")
		}
		if status, err = p.refused(c, v, err, nil); err != nil {
			return err
		}
	}
	return p.showEvidence(c, status, own, v)
}

func (p *Pages) showEvidence(c *gin.Context, status int, own ownAssessment, v *form.Values) error {
	t, e, a := own.trial, own.entry, own.assessment
	page := exhibitPage{Frame: p.frame(c, p.words.Say("evidence.title", "Product", e.ProductName)).Of(t.Name), Trial: t, Entry: e, Form: v, MayLog: !t.Veiled && e.Sandbox != nil, MayRemove: !a.Submitted()}
	for _, x := range a.Evidence {
		one, _ := t.Scheme.Criterion(x.Criterion)
		page.Kept = append(page.Kept, keptEvidence{x, one.Title})
	}
	page.Criterion = cmp.Or(c.PostForm("criterion"), c.Query("criterion")) // a form that is too large is not read
	if one, ok := t.Scheme.Criterion(page.Criterion); ok {
		page.About = one.Question
	}
	for _, kind := range []string{"picture", "file", "log"} {
		if kind != "log" || page.MayLog {
			page.Kinds = append(page.Kinds, view.Choice{Value: kind, Text: p.words.Say("evidence-kind." + kind), Hint: view.Hint{Text: p.words.Say("evidence-hint." + kind)}})
		}
	}
	page.Back, page.Errors = back(trialPath(t.ID)+"/entries/"+string(e.ID)+"/assess"), v.Summary()
	return p.show(c, status, "exhibit", page)
}

// Exhibit is GET /trials/:id/evidence/:evidence: a picture that the den made anew is
// shown, everything else is a download.
func (p *Pages) Exhibit(c *gin.Context) error {
	x, content, err := p.Den.Exhibit(c, asking(c), id(c), den.ID(c.Param("evidence")))
	if err != nil {
		return err
	}
	if x.Kind == den.Picture {
		return p.send(c, "inline", x.Name, "image/png", content)
	}
	return p.send(c, "attachment", x.Name, "application/octet-stream", content)
}
