package pages

import (
	"bytes"
	"mime"
	"net/http"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/view"
)

// reportPage is the standard document of a trial, in its order, and what can be done
// with it.
type reportPage struct {
	view.Frame
	Parts   reportParts
	Decide  string // what the button says; empty: somebody else decides
	Cite    string // where results of other trials are cited in the decision; empty: somebody else does
	Publish string // where it is published; empty: somebody else does, or not yet
	Files   []reportFile
}

type reportFile struct{ Href, Text string }

// Report is GET /trials/:id/report.
func (p *Pages) Report(c *gin.Context) error {
	who := asking(c)
	t, err := p.Den.Trial(c, who, id(c))
	if err != nil {
		return err
	}
	r, err := p.Den.Report(c, who, t.ID)
	if err != nil {
		return err
	}
	page := reportPage{Frame: p.frame(c, p.words.Say("report.title", "Name", t.Name)), Parts: p.reportParts(r)}
	page.Crumbs = p.crumbs(view.Crumb{Href: "/trials", Text: p.words.Say("nav.trials")},
		view.Crumb{Href: trialPath(t.ID), Text: t.Name}, view.Crumb{Text: p.words.Say("report.crumb")})
	if t.May[den.DecideTrial] {
		page.Decide, page.Cite = p.words.Say("trial.decide"), citePath(t.ID, "")
		if r.Decision != nil {
			page.Decide = p.words.Say("trial.decide-again")
			page.Publish = trialPath(t.ID) + "/publish"
		}
	}
	page.Files = p.reportFiles(trialPath(t.ID)+"/report/", den.Forms)
	return p.show(c, http.StatusOK, "report", page)
}

func (p *Pages) reportFiles(at string, forms []den.Form) []reportFile {
	var out []reportFile
	for _, f := range forms {
		out = append(out, reportFile{Href: at + string(f), Text: p.words.Say("report-form." + string(f))})
	}
	return out
}

// ReportFile is GET /trials/:id/report/:form.
func (p *Pages) ReportFile(c *gin.Context) error {
	d, err := p.Den.ReportAs(c, asking(c), id(c), den.Form(c.Param("form")))
	if err != nil {
		return err
	}
	return sendDocument(c, d)
}

// sendDocument sends a file to be kept. One that fails on its way ends without its end,
// so that nobody takes a part for the whole.
func sendDocument(c *gin.Context, d den.Document) error {
	c.Header("Content-Type", d.Type)
	c.Header("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": d.Name}))
	c.Header("Cache-Control", "no-store")
	var first bytes.Buffer // what fails at once can still be said
	w := &lateWriter{first: &first, out: c.Writer}
	if err := d.Write(w); err != nil {
		if w.begun {
			panic(http.ErrAbortHandler)
		}
		c.Writer.Header().Del("Content-Disposition")
		return err
	}
	return w.end()
}

// lateWriter holds back the first part of an answer.
type lateWriter struct {
	first *bytes.Buffer
	out   http.ResponseWriter
	begun bool
}

// Write keeps what is short and passes on what is not.
func (w *lateWriter) Write(p []byte) (int, error) {
	const most = 256 << 10
	if !w.begun && w.first.Len()+len(p) <= most {
		return w.first.Write(p)
	}
	if err := w.end(); err != nil {
		return 0, err
	}
	return w.out.Write(p)
}

func (w *lateWriter) end() error {
	w.begun = true
	_, err := w.first.WriteTo(w.out)
	return err
}
