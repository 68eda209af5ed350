package pages

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/form"
	"innovationden/web/refusal"
	"innovationden/web/view"
)

// consensusPage is every score side by side; who leads records what the panel agrees.
type consensusPage struct {
	view.Frame
	den.ConsensusView
	Rev       int64
	Items     []consensusItem
	Figures   []figureRow
	Marks     []view.Option
	Form      *form.Values
	Dissent   *form.Values  // a form of its own: whoever leads may dissent, too
	Products  []view.Option // to dissent from
	Questions []view.Option
}

// consensusItem is one product.
type consensusItem struct {
	Product string
	Rows    []consensusRow
}

type consensusRow struct {
	den.ConsensusCriterion
	Entry                  den.ID
	MarkField, ReasonField string
	Mark, Reason           string // agreed, or what to start from
	Alpha                  string
}

type figureRow struct{ Name, Value string }

func consensusPath(id den.ID) string { return trialPath(id) + "/consensus" }

// Consensus is GET /trials/:id/consensus.
func (p *Pages) Consensus(c *gin.Context) error {
	v, err := p.Den.Consensus(c, asking(c), id(c))
	if err != nil {
		return err
	}
	return p.showConsensus(c, http.StatusOK, v, p.blank(), p.blank())
}

// SaveConsensus is POST /trials/:id/consensus: what is filled in, each with its reason. Who
// goes on to lock the marks loses nothing either.
func (p *Pages) SaveConsensus(c *gin.Context) error {
	v, err := p.Den.Consensus(c, asking(c), id(c))
	if err != nil {
		return err
	}
	f, err := p.typed(c)
	if err != nil {
		return err
	}
	in, names := p.readConsensus(c, f, v)
	status := http.StatusUnprocessableEntity
	if !f.Bad() {
		if _, err = p.Den.SaveConsensus(c, asking(c), v.Trial.ID, in); err == nil {
			if c.PostForm("do") == "lock" {
				return to(c, consensusPath(v.Trial.ID)+"/lock", "")
			}
			return to(c, consensusPath(v.Trial.ID), "consensus")
		}
		if status, err = p.refused(c, f, err, names); err != nil {
			return err
		}
	}
	return p.showConsensus(c, status, v, f, p.blank())
}

func (p *Pages) readConsensus(c *gin.Context, f *form.Values, v den.ConsensusView) (den.NewConsensus, map[string]string) {
	in := den.NewConsensus{Agreed: map[den.ID]map[string]den.Agreed{}, Rev: rev(c)}
	names := map[string]string{}
	for _, e := range v.Entries {
		by := map[string]den.Agreed{}
		for _, one := range e.Criteria {
			field := string(e.Entry.ID) + "-" + one.Criterion.ID
			under := "agreed." + string(e.Entry.ID) + "." + one.Criterion.ID
			names[under], names[under+".mark"], names[under+".reason"] = "mark-"+field, "mark-"+field, "reason-"+field
			title, product := one.Criterion.Title, labelled(v.Trial, e.Entry)
			mark, isSent := c.GetPostForm("mark-" + field)
			a := den.Agreed{Reason: form.Text{Name: "reason-" + field, What: p.words.Say("consensus.what-reason", "Title", title, "Product", product), Max: maxReason, Lines: true, Optional: mark == ""}.Read(f)}
			// A reason without a mark would be lost, and what is agreed stays until something else is.
			isNew := a.Reason != "" && a.Reason != strings.TrimSpace(p.consensusRow(v, e, one).Reason)
			chosen := form.Choice{Name: "mark-" + field, What: p.words.Say("consensus.what-mark", "Title", title, "Product", product), From: markValues(), Optional: !isSent || one.Agreed == nil && !isNew}.Read(f)
			a.NotTested = chosen == notTested
			if n, err := strconv.Atoi(chosen); err == nil {
				a.Mark = &n
			}
			if chosen != "" {
				by[one.Criterion.ID] = a
			}
		}
		in.Agreed[e.Entry.ID] = by
	}
	return in, names
}

// markValues are the marks and "not tested", as a form sends them.
func markValues() []string {
	marks := []string{notTested}
	for n := range maxMarkers {
		marks = append(marks, strconv.Itoa(n))
	}
	return marks
}

// showConsensus shows the page with what was typed into either of its forms.
func (p *Pages) showConsensus(c *gin.Context, status int, v den.ConsensusView, f, dissent *form.Values) error {
	page := consensusPage{Frame: p.frame(c, p.words.Say("consensus.title")).Of(v.Trial.Name), ConsensusView: v, Rev: den.AsSeen(v.Consensus.Rev), Form: f, Dissent: dissent}
	page.Marks = []view.Option{{Value: "", Text: p.words.Say("consensus.open-mark")}}
	for n := range maxMarkers {
		page.Marks = append(page.Marks, view.Option{Value: strconv.Itoa(n), Text: strconv.Itoa(n)})
	}
	page.Marks = append(page.Marks, view.Option{Value: notTested, Text: p.words.Say("assess.not-tested")})
	for _, e := range v.Entries {
		item := consensusItem{Product: labelled(v.Trial, e.Entry)}
		page.Products = append(page.Products, view.Option{Value: string(e.Entry.ID), Text: e.Entry.ProductName})
		for n, one := range e.Criteria {
			item.Rows = append(item.Rows, p.consensusRow(v, e, one))
			if n == len(page.Questions) {
				page.Questions = append(page.Questions, view.Option{Value: one.Criterion.ID, Text: one.Criterion.Title})
			}
		}
		page.Items = append(page.Items, item)
	}
	page.Figures = p.figures(v.Agreement)
	page.Crumbs = p.crumbs(view.Crumb{Href: "/trials", Text: p.words.Say("nav.trials")},
		view.Crumb{Href: trialPath(v.Trial.ID), Text: v.Trial.Name}, view.Crumb{Text: p.words.Say("consensus.title")})
	page.Errors = f.Summary()
	if dissent.Bad() {
		page.Errors = dissent.Summary()
	}
	return p.show(c, status, "consensus", page)
}

// labelled is the name of a product, after its label where evaluators know it by that.
func labelled(t den.TrialView, e den.EntryView) string {
	if !t.Blind || e.Label == e.ProductName {
		return e.ProductName
	}
	return e.Label + ": " + e.ProductName
}

func (p *Pages) consensusRow(v den.ConsensusView, e den.ConsensusEntry, one den.ConsensusCriterion) consensusRow {
	field := string(e.Entry.ID) + "-" + one.Criterion.ID
	row := consensusRow{ConsensusCriterion: one, Entry: e.Entry.ID, MarkField: "mark-" + field, ReasonField: "reason-" + field}
	from := one.Agreed
	if from == nil && one.Unanimous {
		from = one.Suggested
	}
	if from != nil {
		row.Reason = from.Reason
		switch {
		case from.NotTested:
			row.Mark = notTested
		case from.Mark != nil:
			row.Mark = strconv.Itoa(*from.Mark)
		}
	}
	if v.Agreement != nil {
		row.Alpha = figureSay(v.Agreement.Criteria[one.Criterion.ID].Alpha)
	}
	return row
}

// figureSay is a number with two figures, or nothing.
func figureSay(f den.Figure) string {
	if f.Value == nil {
		return ""
	}
	return strconv.FormatFloat(*f.Value, 'f', 2, 64)
}

func (p *Pages) figures(a *den.Agreement) []figureRow {
	if a == nil {
		return nil
	}
	alpha := figureSay(a.Alpha)
	if a.Low.Value != nil {
		alpha = p.words.Say("consensus.interval", "Alpha", alpha, "Low", figureSay(a.Low), "High", figureSay(a.High))
	}
	rows := []figureRow{{p.words.Say("consensus.alpha"), alpha}, {p.words.Say("consensus.kendall"), figureSay(a.Kendall)}, {p.words.Say("consensus.icc"), figureSay(a.ICC)}}
	for i := range rows {
		if rows[i].Value == "" {
			rows[i].Value = p.words.Say("consensus.no-figure")
		}
	}
	return rows
}

// Dissent is POST /trials/:id/consensus/dissent.
func (p *Pages) Dissent(c *gin.Context) error {
	f, err := p.typed(c)
	if err != nil {
		return err
	}
	in := den.NewDissent{
		Entry:     den.ID(form.Text{Name: "entry", What: "consensus.dissent-product", Optional: true}.Read(f)),
		Criterion: form.Text{Name: "criterion", What: "consensus.dissent-question", Optional: true}.Read(f),
		Text:      form.Text{Name: "text", What: "consensus.what-dissent", Max: maxReason, Lines: true, Optional: true}.Read(f),
	}
	if !f.Bad() {
		if _, err = p.Den.Dissent(c, asking(c), id(c), in); err == nil {
			return to(c, consensusPath(id(c)), "dissent")
		}
	}
	status := http.StatusUnprocessableEntity
	if err != nil {
		if status, err = p.refused(c, f, err, nil); err != nil {
			return err
		}
	}
	v, err := p.Den.Consensus(c, asking(c), id(c))
	if err != nil {
		return err
	}
	return p.showConsensus(c, status, v, p.blank(), f)
}

// lockPage locks the marks of a trial.
type lockPage struct {
	view.Frame
	Trial   den.TrialView
	Open    int
	Waiting []string
	Rev     int64
	Choices []view.Choice
	Form    *form.Values
}

func (p *Pages) locking(c *gin.Context) (den.ConsensusView, error) {
	t, err := p.trialTo(c, den.DecideTrial)
	if err != nil {
		return den.ConsensusView{}, err
	}
	return p.Den.Consensus(c, asking(c), t.ID)
}

// AskLock is GET /trials/:id/consensus/lock.
func (p *Pages) AskLock(c *gin.Context) error {
	v, err := p.locking(c)
	if err != nil {
		return err
	}
	return p.showLock(c, http.StatusOK, v, p.blank(), view.ErrorSummary{})
}

// Lock is POST /trials/:id/consensus/lock.
func (p *Pages) Lock(c *gin.Context) error {
	v, err := p.locking(c)
	if err != nil {
		return err
	}
	f, err := p.typed(c)
	if err != nil {
		return err
	}
	how := form.Choice{Name: "how", What: "lock.what", From: []string{"agreed", "means"}}.Read(f)
	in := den.NewLock{
		ByMeans: how == "means", Rev: rev(c),
		Why: form.Text{Name: "why", What: "lock.what-why", Max: maxReason, Lines: true, Optional: how != "means"}.Read(f),
	}
	status := http.StatusUnprocessableEntity
	if !f.Bad() {
		if _, err = p.Den.LockConsensus(c, asking(c), v.Trial.ID, in); err == nil {
			return to(c, trialPath(v.Trial.ID)+"/report", "lock")
		}
		refused := err
		if status, err = p.refused(c, f, refused, nil); err != nil {
			return err
		}
		if said := openMarks(v.Trial.ID, refused); len(said.ErrorList) > 0 {
			return p.showLock(c, status, v, f, said)
		}
	}
	return p.showLock(c, status, v, f, f.Summary())
}

// openMarks says which marks are not agreed, each with a link to where it can be.
func openMarks(trial den.ID, err error) (said view.ErrorSummary) {
	var e *den.Error
	if !errors.As(err, &e) {
		return said
	}
	for _, one := range e.All() {
		if at, ok := strings.CutPrefix(one.Field, "agreed."); ok {
			href := consensusPath(trial) + "#mark-" + strings.Replace(at, ".", "-", 1)
			said.ErrorList = append(said.ErrorList, view.ErrorLink{Text: refusal.Sentence(one), Href: href})
		}
	}
	return said
}

func (p *Pages) showLock(c *gin.Context, status int, v den.ConsensusView, f *form.Values, said view.ErrorSummary) error {
	page := lockPage{Frame: p.frame(c, p.words.Say("lock.title")).Of(v.Trial.Name), Trial: v.Trial, Open: v.Open, Waiting: v.Waiting, Rev: den.AsSeen(v.Consensus.Rev), Form: f}
	for _, how := range []string{"agreed", "means"} {
		page.Choices = append(page.Choices, view.Choice{Value: how, Text: p.words.Say("lock-how." + how), Hint: view.Hint{Text: p.words.Say("lock-hint." + how)}})
	}
	page.Back, page.Errors = back(consensusPath(v.Trial.ID)), said
	return p.show(c, status, "lock", page)
}
