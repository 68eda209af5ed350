package pages

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/orchestrator/evaluation"
	"innovationden/web/form"
	"innovationden/web/view"
)

// citablePage lists the results that a decision may cite, and those it does.
type citablePage struct {
	view.Frame
	Trial den.TrialView
	Text  string
	Cited []citedRow
	Rows  []citableRow
	Next  string
}

// citedRow is a result that the decision stands on already.
type citedRow struct {
	Change, Remove string
	Row            citeRow
}

type citableRow struct {
	Href, Cite string // where it is read and where it is cited
	C          den.Citable
	Shared     string // the products that both tried
	Says       string // why the two cannot be compared; empty: they can
}

// citePage asks how one result bears on the decision.
type citePage struct {
	view.Frame
	Trial  den.TrialView
	Other  den.Report
	Href   string
	Found  string
	Says   string
	Why    string
	Action string
	Form   *form.Values
}

func citePath(trial, other den.ID) string {
	path := trialPath(trial) + "/cite"
	if other != "" {
		path += "/" + url.PathEscape(string(other))
	}
	return path
}

// citing reads the trial and its outcome, and asks the policy early.
func (p *Pages) citing(c *gin.Context) (den.TrialView, den.Outcome, error) { return p.deciding(c) }

// Citable is GET /trials/:id/cite.
func (p *Pages) Citable(c *gin.Context) error {
	t, o, err := p.citing(c)
	if err != nil {
		return err
	}
	text := c.Query("q")
	found, err := p.Den.Citable(c, asking(c), t.ID, text, c.Query("after"))
	if err != nil {
		return err
	}
	page := citablePage{Frame: p.frame(c, p.words.Say("cite.title")).Of(t.Name), Trial: t, Text: text}
	for _, one := range o.Cites {
		if one.Trial == "" {
			continue
		}
		path := citePath(t.ID, one.Trial)
		page.Cited = append(page.Cited, citedRow{path, path + "/remove", p.citeRow(den.ReportCite{
			Trial: one.Trial, Name: one.Name, Department: one.Department, Finding: one.Finding, Why: one.Why, Registered: one.Registered, Differs: one.Differs,
		})})
	}
	for _, one := range found.Items {
		if slices.ContainsFunc(o.Cites, func(c den.Citation) bool { return c.Trial == one.Trial }) {
			continue
		}
		page.Rows = append(page.Rows, citableRow{
			Href: resultPath(one.Trial, one.Published), Cite: citePath(t.ID, one.Trial), C: one, Shared: strings.Join(one.Shared, ", "), Says: notComparable(one.Differs),
		})
	}
	if found.Next != "" {
		page.Next = citePath(t.ID, "") + "?" + url.Values{"after": {found.Next}, "q": {text}}.Encode()
	}
	page.Back = back(trialPath(t.ID) + "/report")
	return p.show(c, http.StatusOK, "citable", page)
}

// AskCite is GET /trials/:id/cite/:cited.
func (p *Pages) AskCite(c *gin.Context) error {
	t, o, err := p.citing(c)
	if err != nil {
		return err
	}
	return p.showCite(c, http.StatusOK, t, o, p.blank())
}

// Cite is POST /trials/:id/cite/:cited.
func (p *Pages) Cite(c *gin.Context) error {
	t, o, err := p.citing(c)
	if err != nil {
		return err
	}
	v, err := p.typed(c)
	if err != nil {
		return err
	}
	in := den.NewCitation{Trial: den.ID(c.Param("cited")), Why: form.Text{Name: "why", What: "cite.what-why", Max: maxReason, Lines: true}.Read(v)}
	if v.Bad() {
		return p.showCite(c, http.StatusUnprocessableEntity, t, o, v)
	}
	if _, err := p.Den.Cite(c, asking(c), t.ID, in); err != nil {
		status, err := p.refused(c, v, err, map[string]string{"trial": "why"})
		if err != nil {
			return err
		}
		return p.showCite(c, status, t, o, v)
	}
	return to(c, citePath(t.ID, ""), "cite")
}

func (p *Pages) showCite(c *gin.Context, status int, t den.TrialView, o den.Outcome, v *form.Values) error {
	other := den.ID(c.Param("cited"))
	found, err := p.Den.CompareTrials(c, asking(c), []den.ID{t.ID, other})
	if err != nil {
		return err
	}
	r := found.Trials[1].Report
	page := citePage{
		Frame: p.frame(c, p.words.Say("cite.one", "Name", r.Trial.Name)).Of(t.Name), Trial: t, Other: r, Href: registerPath(other), Says: found.Trials[1].Says,
		Action: citePath(t.ID, other), Form: v,
	}
	if len(r.Finding) > 0 {
		page.Found = r.Finding[0]
	}
	for _, one := range o.Cites {
		if one.Trial == other {
			page.Why = one.Why
		}
	}
	page.Back, page.Errors = back(citePath(t.ID, "")), v.Summary()
	return p.show(c, status, "cite", page)
}

func (p *Pages) unciteQuestion(c *gin.Context) (question, error) {
	t, o, err := p.citing(c)
	if err != nil {
		return question{}, err
	}
	other := den.ID(c.Param("cited"))
	for _, one := range o.Cites {
		if one.Trial == other && other != "" {
			at := citePath(t.ID, "")
			return question{What: "uncite", Product: one.Name, Of: t.Name, Back: at, Action: citePath(t.ID, other) + "/remove", After: at, Done: "uncite", Reason: true, Must: true,
				Do: func(why string, _ int64) error {
					_, err := p.Den.Uncite(c, asking(c), t.ID, other, why)
					return err
				}}, nil
		}
	}
	return question{}, den.Missing()
}

// AskUncite is GET /trials/:id/cite/:cited/remove.
func (p *Pages) AskUncite(c *gin.Context) error { return p.asks(c, p.unciteQuestion) }

// Uncite is POST /trials/:id/cite/:cited/remove.
func (p *Pages) Uncite(c *gin.Context) error { return p.answers(c, p.unciteQuestion) }

// citeRow is a result that is cited, as a page shows it.
func (p *Pages) citeRow(c den.ReportCite) citeRow {
	row := citeRow{Text: c.Name, Found: c.Finding, Why: c.Why, Says: notComparable(c.Differs)}
	if c.Department != "" {
		row.Text = p.words.Say("cite.of", "Name", c.Name, "Department", c.Department)
	}
	if c.Trial != "" {
		row.Href = resultPath(c.Trial, c.Registered)
		row.Comparable = row.Says == ""
	}
	return row
}

// resultPath is where a result is read: in the register, or among one's own trials.
func resultPath(trial den.ID, registered bool) string {
	if registered {
		return registerPath(trial)
	}
	return trialPath(trial) + "/report"
}

// notComparable says the differences as a sentence; empty where there are none.
func notComparable(differs []string) string { return evaluation.NotComparable(differs) }
