package pages

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/form"
	"innovationden/web/view"
)

// assessPage is one evaluator's scores for one entry. The form saves itself; nothing
// but "Submit" needs it to be complete.
type assessPage struct {
	view.Frame
	Trial     den.TrialView
	Entry     den.EntryView
	MayOpen   bool
	Rev       int64
	Themes    []assessTheme
	Tasks     []assessTask
	Note      string
	Renewed   bool // an answer is of an earlier release
	Submitted bool
	At        den.Stamp
	Closed    string // why it takes no scores of this person: part of a word's key; empty: it does, or they are submitted
	Saved     bool
	Form      *form.Values
}

type assessTheme struct {
	Title    string
	Criteria []assessCriterion
}

type assessCriterion struct {
	den.Criterion
	MarkField, ReasonField string
	Mark                   string // "0" to "5", "not-tested", or nothing
	Reason                 string
	Choices                []view.Choice
	Kept                   int       // pieces of evidence
	Renewed                den.Stamp // when a newer release took the place of the one that this answer is of; zero: it is of the one that runs
}

const (
	notTested  = "not-tested"
	maxReason  = 4000 // characters of a reason
	maxMarkers = den.TopMark + 1
)

// Assess is GET /trials/:id/entries/:entry/assess.
func (p *Pages) Assess(c *gin.Context) error {
	own, err := p.assessing(c)
	if err != nil {
		return err
	}
	if !own.assessment.Submitted() && closed(own.trial, asking(c)) == "" && !own.trial.Declared.Clear() {
		return p.notCleared(c, own.trial)
	}
	return p.showAssess(c, http.StatusOK, own, p.blank())
}

// closed says why a trial takes no scores of somebody: part of a word's key; empty: it does.
func closed(t den.TrialView, who den.Actor) string {
	switch {
	case t.State == den.TrialDraft, t.State == den.TrialCancelled:
		return string(t.State)
	case t.Outcome != nil && t.Outcome.Decision != "":
		return "decided"
	case t.Locked:
		return "locked"
	case t.LeftToOthers(who):
		return "named"
	}
	return ""
}

// notCleared sends those who have not declared their interests to do so, and tells the
// others why they cannot score.
func (p *Pages) notCleared(c *gin.Context, t den.TrialView) error {
	switch {
	case t.Declared.ID == "":
		c.Redirect(http.StatusSeeOther, declarePath(t.ID)+"?"+url.Values{"then": {c.Request.URL.Path}}.Encode())
		return nil
	case t.Declared.Consequence == den.TakeOut:
		return den.Refuse(den.Conflict, "%s", p.words.Say("declare.taken-out"))
	}
	return den.Refuse(den.Conflict, "%s", p.words.Say("declare.undecided"))
}

// ownAssessment is what the person who asks says of an entry of a trial.
type ownAssessment struct {
	trial      den.TrialView
	entry      den.EntryView
	assessment den.Assessment
}

func (p *Pages) assessing(c *gin.Context) (own ownAssessment, err error) {
	who := asking(c)
	if own.trial, err = p.Den.Trial(c, who, id(c)); err != nil {
		return own, err
	}
	for _, one := range own.trial.Entries {
		if one.ID == den.ID(c.Param("entry")) {
			own.entry = one
		}
	}
	if own.entry.ID == "" {
		return own, den.Missing()
	}
	own.assessment, err = p.Den.Assessment(c, who, own.trial.ID, own.entry.ID)
	return own, err
}

// SaveAssess is POST /trials/:id/entries/:entry/assess: keep it, or submit it.
func (p *Pages) SaveAssess(c *gin.Context) error {
	own, err := p.assessing(c)
	if err != nil {
		return err
	}
	v, err := p.typed(c)
	if err != nil {
		return err
	}
	in, names := p.readAssess(c, v, own)
	in.Submit = c.PostForm("do") == "submit"
	if !v.Bad() {
		_, err = p.Den.SaveAssessment(c, asking(c), in)
		if err == nil {
			if criterion, ok := strings.CutPrefix(c.PostForm("do"), "evidence-"); ok {
				c.Redirect(http.StatusSeeOther, evidencePath(in.Trial, in.Entry)+"?"+url.Values{"criterion": {criterion}}.Encode())
				return nil
			}
			done := "assess-saved"
			if in.Task != nil {
				c.Redirect(http.StatusSeeOther, c.Request.URL.Path+"#tasks")
				return nil
			}
			if in.Submit {
				done = "assess-submitted"
			}
			return to(c, trialPath(in.Trial), done)
		}
	}
	status := http.StatusUnprocessableEntity
	if den.KindOf(err) == den.Stale {
		p.keepMarks(v, own)
	}
	if err != nil {
		if status, err = p.refused(c, v, err, names); err != nil {
			return err
		}
	}
	return p.showAssess(c, status, own, v)
}

// keepMarks puts what was saved from elsewhere, as from another tab, where an older page
// says nothing: the form goes as a whole, so sending it again would remove that.
func (p *Pages) keepMarks(v *form.Values, own ownAssessment) {
	for _, one := range own.trial.Scheme.Criteria() {
		if one.ScoredBy != den.ByPeople {
			continue
		}
		said := p.assessCriterion(one, own.assessment.Scores[one.ID])
		v.Keep(said.MarkField, said.Mark)
		v.Keep(said.ReasonField, said.Reason)
	}
	v.Keep("note", own.assessment.Note)
}

// Autosave is POST /trials/:id/entries/:entry/assess/autosave, from the page's script:
// 204 and the new revision, or a status that tells the script what to say.
func (p *Pages) Autosave(c *gin.Context) error {
	own, err := p.assessing(c)
	if err != nil {
		return err
	}
	v, err := p.typed(c)
	if err != nil {
		return err
	}
	in, _ := p.readAssess(c, v, own)
	if v.Bad() {
		c.Status(http.StatusUnprocessableEntity)
		return nil
	}
	saved, err := p.Den.SaveAssessment(c, asking(c), in)
	switch den.KindOf(err) {
	case "":
		c.Header("Den-Revision", strconv.FormatInt(saved.Rev, 10))
		c.Status(http.StatusNoContent)
		return nil
	case den.Invalid, den.Stale, den.Conflict, den.NotYet:
		c.Status(http.StatusUnprocessableEntity)
		return nil
	case den.NotFound, den.Denied, den.Unknown, den.Busy, den.TooSoon, den.Full, den.Down, den.Internal:
	}
	return err
}

// readAssess reads the whole form. names gives the form's fields for the inputs of the
// use case.
func (p *Pages) readAssess(c *gin.Context, v *form.Values, own ownAssessment) (den.NewAssessment, map[string]string) {
	in := den.NewAssessment{Trial: own.trial.ID, Entry: own.entry.ID, Scores: map[string]den.Score{}, Rev: rev(c)}
	names := map[string]string{}
	marks := []string{notTested}
	for n := range maxMarkers {
		marks = append(marks, strconv.Itoa(n))
	}
	for _, one := range own.trial.Scheme.Criteria() {
		if one.ScoredBy != den.ByPeople {
			continue
		}
		markField, reasonField := "mark-"+one.ID, "reason-"+one.ID
		names["scores."+one.ID], names["scores."+one.ID+".mark"], names["scores."+one.ID+".reason"] = markField, markField, reasonField
		chosen := form.Choice{Name: markField, What: "assess.what-mark", From: marks, Optional: true}.Read(v)
		score := den.Score{
			NotTested: chosen == notTested,
			Reason:    form.Text{Name: reasonField, What: "assess.what-reason", Max: maxReason, Lines: true, Optional: true}.Read(v),
		}
		if n, err := strconv.Atoi(chosen); err == nil {
			score.Mark = &n
		}
		if score.Mark != nil || score.NotTested || score.Reason != "" {
			in.Scores[one.ID] = score
		}
	}
	readTasks(c, v, own.trial, &in)
	in.Note = form.Text{Name: "note", What: "assess.what-note", Max: maxReason, Lines: true, Optional: true}.Read(v)
	return in, names
}

func (p *Pages) showAssess(c *gin.Context, status int, own ownAssessment, v *form.Values) error {
	t, e, a := own.trial, own.entry, own.assessment
	page := assessPage{
		Frame: p.frame(c, p.words.Say("assess.title", "Product", e.ProductName)).Of(t.Name), Trial: t, Entry: e, Rev: den.AsSeen(a.Rev),
		Note: a.Note, Submitted: a.Submitted(), At: a.SubmittedAt, Form: v, Themes: p.assessThemes(t.Scheme, e.Entry, a), Tasks: p.assessTasks(t, a),
	}
	page.Renewed = slices.ContainsFunc(page.Themes, func(one assessTheme) bool {
		return slices.ContainsFunc(one.Criteria, func(c assessCriterion) bool { return !c.Renewed.IsZero() })
	})
	if status == http.StatusOK && !a.Submitted() { // what was typed and refused is shown, however late it came
		page.Closed, page.Saved = closed(t, asking(c)), a.ID != ""
	}
	page.MayOpen = e.Sandbox != nil && e.Sandbox.Phase == den.Live && e.Sandbox.May[den.OpenSandbox]
	page.Crumbs = p.crumbs(view.Crumb{Href: "/trials", Text: p.words.Say("nav.trials")},
		view.Crumb{Href: trialPath(t.ID), Text: t.Name}, view.Crumb{Text: e.ProductName})
	page.Errors = v.Summary()
	return p.show(c, status, "assess", page)
}

func (p *Pages) assessThemes(s den.Scheme, e den.Entry, a den.Assessment) []assessTheme {
	var themes []assessTheme
	for _, theme := range s.Themes {
		one := assessTheme{Title: theme.Title}
		for _, criterion := range theme.Criteria {
			if criterion.ScoredBy == den.ByPeople {
				row := p.assessCriterion(criterion, a.Scores[criterion.ID])
				if row.Mark != "" || row.Reason != "" {
					row.Renewed = e.RenewedSince(a.GivenAt(criterion.ID))
				}
				for _, x := range a.Evidence {
					if x.Criterion == criterion.ID {
						row.Kept++
					}
				}
				one.Criteria = append(one.Criteria, row)
			}
		}
		if len(one.Criteria) > 0 {
			themes = append(themes, one)
		}
	}
	return themes
}

func (p *Pages) assessCriterion(criterion den.Criterion, score den.Score) assessCriterion {
	one := assessCriterion{Criterion: criterion, MarkField: "mark-" + criterion.ID, ReasonField: "reason-" + criterion.ID, Reason: score.Reason}
	switch {
	case score.NotTested:
		one.Mark = notTested
	case score.Mark != nil:
		one.Mark = strconv.Itoa(*score.Mark)
	}
	for n, anchor := range criterion.Anchors {
		one.Choices = append(one.Choices, view.Choice{Value: strconv.Itoa(n), Text: p.words.Say("assess.anchor", "Mark", n, "Anchor", anchor)})
	}
	one.Choices = append(one.Choices, view.Choice{Divider: p.words.Say("assess.or")}, view.Choice{Value: notTested, Text: p.words.Say("assess.not-tested")})
	return one
}
