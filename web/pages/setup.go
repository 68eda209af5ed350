package pages

import (
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/form"
	"innovationden/web/view"
)

// setUpPage is the task list of a trial that has not started.
type setUpPage struct {
	view.Frame
	Trial    den.TrialView
	Steps    []step
	MayCheck bool
}

// step is one task of setting up. What is filled in already counts as done.
type step struct {
	Name string // part of the URL and of the words: set-up.<name>
	Say  string // the answer so far
	Done bool
	Must bool // the trial cannot start without it
}

func setUpPath(id den.ID, step string) string { return trialPath(id) + "/set-up/" + step }

// draft reads a trial that the person sets up. One that has started is shown as it is.
func (p *Pages) draft(c *gin.Context) (den.TrialView, bool, error) {
	t, err := p.trialTo(c, den.SetUpTrial)
	if err != nil {
		return t, false, err
	}
	if t.State != den.TrialDraft {
		return t, false, to(c, trialPath(t.ID), "")
	}
	return t, true, nil
}

// SetUp is GET /trials/:id/set-up.
func (p *Pages) SetUp(c *gin.Context) error {
	t, ok, err := p.draft(c)
	if !ok || err != nil {
		return err
	}
	page := setUpPage{Frame: p.frame(c, p.words.Say("set-up.title")).Of(t.Name), Trial: t, Steps: p.steps(t), MayCheck: true}
	page.Crumbs = p.crumbs(view.Crumb{Href: "/trials", Text: p.words.Say("nav.trials")}, view.Crumb{Text: t.Name})
	for _, one := range page.Steps {
		page.MayCheck = page.MayCheck && (one.Done || !one.Must)
	}
	return p.show(c, http.StatusOK, "set-up", page)
}

func (p *Pages) steps(t den.TrialView) []step {
	length, err := p.say.Span(t.Length)
	if err != nil {
		length = t.Length.String()
	}
	return []step{
		{Name: "about", Say: t.Name, Done: t.Name != "" && t.Question != "", Must: true},
		{Name: "products", Say: p.counted("set-up.products-n", "set-up.none", len(t.Entries)), Done: len(t.Entries) > 0, Must: true},
		{Name: "scheme", Say: t.Scheme.Title, Done: t.Scheme.ID != "", Must: true},
		{Name: "weights", Say: p.weightsSay(t), Done: true},
		{Name: "tasks", Say: p.counted("set-up.tasks-n", "set-up.none", len(t.Tasks)), Done: len(t.Tasks) > 0},
		{Name: "measuring", Say: p.counted("set-up.pages-n", "set-up.pages-none", len(t.Measuring.Pages)), Done: len(t.Measuring.Pages) > 0},
		{Name: "data", Say: p.dataSay(t), Done: t.Scenario.Hash != ""},
		{Name: "ways", Say: p.counted("set-up.ways-n", "set-up.ways-none", len(p.wayLines(t))), Done: true},
		{Name: "people", Say: p.counted("set-up.people-n", "set-up.none", len(t.Evaluators)), Done: len(t.Evaluators) > 0},
		{Name: "size", Say: p.words.Say("set-up.size-is", "Size", t.SizeTitle, "Length", length), Done: t.Size != "" && t.Length > 0, Must: true},
	}
}

// newTrialOf is a draft as the input that would make it, to be changed in one place.
func newTrialOf(t den.TrialView) den.NewTrial {
	in := den.NewTrial{
		Department: t.Department, Name: t.Name, Question: t.Question, Scheme: t.Trial.Scheme, Weights: changedWeights(t),
		Size: t.Size, Length: t.Length, Tasks: t.Tasks, Measuring: t.Measuring, Evaluators: t.Evaluators,
		Rule: t.Rule, Chair: t.Chair, Blind: t.Blind,
		Agreed: agreedNow(t), Hours: t.Trial.Hours,
	}
	for _, e := range t.Trial.Entries {
		in.Releases = append(in.Releases, e.Release)
	}
	return in
}

// changedWeights are the weights that differ from the scheme's.
func changedWeights(t den.TrialView) map[string]float64 {
	changed := map[string]float64{}
	for _, one := range t.Scheme.Criteria() {
		if w, ok := t.Weights[one.ID]; ok && w != one.Weight {
			changed[one.ID] = w
		}
	}
	return changed
}

// stepForm is what every step's page has.
type stepForm struct {
	view.Frame
	ID   den.ID
	Rev  int64
	Seen string   // a mark of what the step shows of the draft
	Now  []nowRow // where that changed meanwhile: what is there, beside what was typed
	Form *form.Values
}

// editing is one step while somebody fills it in: the draft and what was typed.
type editing struct {
	Trial den.TrialView
	Form  *form.Values
	Base  stepForm
}

// stepPage is one step: what it shows, and how it reads what was typed.
type stepPage struct {
	Name string
	Page func(c *gin.Context, e editing) (view.Page, error)
	Read func(c *gin.Context, e editing, in *den.NewTrial) error
}

// showStep is the GET of a step.
func (p *Pages) showStep(c *gin.Context, s stepPage) error {
	t, ok, err := p.draft(c)
	if !ok || err != nil {
		return err
	}
	return p.renderStep(c, http.StatusOK, s, editing{Trial: t, Form: p.blank()})
}

// saveStep is the POST of a step: it changes that part of the draft.
func (p *Pages) saveStep(c *gin.Context, s stepPage) error {
	t, ok, err := p.draft(c)
	if !ok || err != nil {
		return err
	}
	v, err := p.typed(c)
	if err != nil {
		return err
	}
	e := editing{Trial: t, Form: v}
	in := newTrialOf(t)
	if in.Rev, err = revOf(c, s.Name, t); err != nil {
		return p.stepRefused(c, s, e, err)
	}
	if err := s.Read(c, e, &in); err != nil {
		return err
	}
	if v.Bad() {
		return p.renderStep(c, http.StatusUnprocessableEntity, s, e)
	}
	if _, err := p.Den.ChangeTrial(c, asking(c), t.ID, in); err != nil {
		return p.stepRefused(c, s, e, err)
	}
	return to(c, trialPath(t.ID)+"/set-up", "")
}

// stepRefused shows a step again with what was typed. Where the draft changed meanwhile, it
// shows what is there now beside it.
func (p *Pages) stepRefused(c *gin.Context, s stepPage, e editing, refused error) error {
	status, err := p.refused(c, e.Form, refused, nil)
	if err != nil {
		return err
	}
	if den.KindOf(refused) == den.Stale {
		t, ok, err := p.draft(c)
		if !ok || err != nil {
			return err
		}
		e.Trial = t
		if e.Base.Now, err = p.stepNow(c, s.Name, t); err != nil {
			return err
		}
	}
	return p.renderStep(c, status, s, e)
}

func (p *Pages) renderStep(c *gin.Context, status int, s stepPage, e editing) error {
	seen, err := seenOf(s.Name, e.Trial)
	if err != nil {
		return err
	}
	e.Base = stepForm{
		Frame: p.frame(c, p.words.Say("set-up."+s.Name)).Of(e.Trial.Name), ID: e.Trial.ID, Rev: e.Trial.Rev, Seen: seen, Now: e.Base.Now, Form: e.Form,
	}
	e.Base.Back, e.Base.Errors = back(trialPath(e.Trial.ID)+"/set-up"), e.Form.Summary()
	page, err := s.Page(c, e)
	if err != nil {
		return err
	}
	return p.show(c, status, "set-up-"+s.Name, page)
}

// texts are ids as the values of a form.
func texts(ids []den.ID) []string {
	all := make([]string, 0, len(ids))
	for _, one := range ids {
		all = append(all, string(one))
	}
	return all
}

func idsOf(all []string) []den.ID {
	ids := make([]den.ID, 0, len(all))
	for _, one := range all {
		ids = append(ids, den.ID(one))
	}
	return ids
}

// firstIDs puts the ids that were chosen before in their order, then the new ones.
func firstIDs(before []den.ID, chosen []den.ID) []den.ID {
	left := map[den.ID]bool{}
	for _, one := range chosen {
		left[one] = true
	}
	var all []den.ID
	for _, one := range slices.Concat(before, chosen) {
		if left[one] {
			all = append(all, one)
			delete(left, one)
		}
	}
	return all
}

func (p *Pages) weightsSay(t den.TrialView) string {
	if n := len(changedWeights(t)); n > 0 {
		return p.words.Count("set-up.weights-n", n)
	}
	return p.words.Say("set-up.weights-same")
}

// counted is how many there are, in words: "None yet", "1 task", "2 tasks".
func (p *Pages) counted(key, none string, n int) string {
	if n == 0 {
		return p.words.Say(none)
	}
	return p.words.Count(key, n)
}
