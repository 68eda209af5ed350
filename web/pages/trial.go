package pages

import (
	"context"
	"net/http"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/view"
)

// trialPage is a trial with its entries side by side.
type trialPage struct {
	view.Frame
	Live      liveTrial
	Trial     den.TrialView
	Weighted  int // criteria that people score
	MayRecord bool
	MayRead   bool        // the page of its challenge
	Reach     []string    // what was opened, one line each; none: all is closed
	Panel     []panelLink // what the people of the trial do beside the products
	Others    bool        // score it, because it names them: the person who asks may only look
	MayAmend  bool
}

// liveTrial is the part of the page that changes by itself.
type liveTrial struct {
	ID        den.ID
	State     den.TrialState
	EndsAt    den.Stamp
	Columns   []column
	MayRun    bool // extend and end all
	MayLoad   bool // start the load test
	Finished  bool
	HasReport bool
	Decide    string // what the button says; empty: somebody else decides, or not yet
	Measured  bool   // it has run, so something was measured
	Rev       int64
}

// column is one entry.
type column struct {
	den.EntryView
	Trial   den.ID
	Assess  string // "" may not, "start", "go-on", "done"
	Memory  string
	CPU     string
	Log     string
	Moving  bool // its state is about to change by itself
	MayOpen bool
	// MayRelease says that the page of its release is there for the reader.
	MayRelease bool
}

// Trial is GET /trials/:id. A draft is shown as its task list by those who set it up.
func (p *Pages) Trial(c *gin.Context) error {
	t, err := p.Den.Trial(c, asking(c), id(c))
	if err != nil {
		return err
	}
	if t.State == den.TrialDraft && t.May[den.SetUpTrial] {
		return to(c, trialPath(t.ID)+"/set-up", "")
	}
	page := trialPage{Frame: p.frame(c, t.Name), Trial: t, Live: p.liveTrial(t, asking(c))}
	page.Crumbs = p.crumbs(view.Crumb{Href: "/trials", Text: p.words.Say("nav.trials")}, view.Crumb{Text: t.Name})
	page.MayRead = p.OpenTechmap || den.May(asking(c), den.ReadChallenge, den.Owner{})
	page.Reach = p.wayLines(t)
	page.Others, page.MayAmend = closed(t, asking(c)) == "named", t.May[den.SetUpTrial]
	page.MayRecord, page.Panel = t.May[den.ReadRecord], p.panelLinks(t)
	for _, one := range t.Scheme.Criteria() {
		if one.ScoredBy == den.ByPeople {
			page.Weighted++
		}
	}
	// Whoever follows "Update this page" asked for it: without JavaScript the page
	// then looks again by itself as long as something is starting or being removed.
	if c.Query("update") != "" && page.Live.moving() {
		c.Header("Refresh", "3")
	}
	return p.show(c, http.StatusOK, "trial", page)
}

// TrialLive is GET /trials/:id/live.
func (p *Pages) TrialLive(c *gin.Context) error {
	topic := id(c)
	return p.follow(c, topic, func(ctx context.Context, who den.Actor) ([]byte, bool, error) {
		t, err := p.Den.Trial(ctx, who, topic)
		if err != nil {
			return nil, false, err
		}
		var boxes []den.SandboxView
		for _, e := range t.Entries {
			if e.Sandbox != nil {
				boxes = append(boxes, *e.Sandbox)
			}
		}
		p.glance(ctx, who, boxes...)
		markup, err := p.part("trial", "entries", p.liveTrial(t, who))
		return markup, t.State != den.TrialRunning, err
	})
}

func (p *Pages) liveTrial(t den.TrialView, who den.Actor) liveTrial {
	live := liveTrial{
		ID: t.ID, State: t.State, EndsAt: t.EndsAt, Rev: t.Rev, HasReport: t.Outcome != nil, Finished: t.State == den.TrialFinished,
		Measured: t.State == den.TrialRunning || t.State == den.TrialFinished,
		MayRun:   t.State == den.TrialRunning && t.May[den.SetUpTrial],
		MayLoad:  mayLoad(t),
	}
	if t.May[den.DecideTrial] && t.Outcome != nil {
		if live.Decide = p.words.Say("trial.decide"); t.Outcome.Decision != "" {
			live.Decide = p.words.Say("trial.decide-again")
		}
	}
	for _, e := range t.Entries {
		one := column{EntryView: e, Trial: t.ID, Assess: assessState(t, e.ID, who), MayRelease: den.May(who, den.ReadTechmap, den.Owner{})}
		if s := e.Sandbox; s != nil {
			one.Moving = s.Phase == den.Requested || s.Phase == den.Starting || s.Phase == den.Ending
			one.MayOpen = s.Phase == den.Live && s.May[den.OpenSandbox]
			if seen, ok := p.glances.last(s.ID, p.Now()); ok && s.Phase == den.Live {
				one.Memory, one.CPU = p.memory(seen), p.cpu(seen)
				if !s.Veiled {
					one.Log = seen.Log
				}
			}
		}
		live.Columns = append(live.Columns, one)
	}
	return live
}

func (l liveTrial) moving() bool {
	for _, one := range l.Columns {
		if one.Moving {
			return true
		}
	}
	return false
}

// assessState says what the person has to do about an entry's scores.
func assessState(t den.TrialView, entry den.ID, who den.Actor) string {
	if t.State == den.TrialDraft || t.State == den.TrialCancelled {
		return ""
	}
	for _, a := range t.Assessments {
		if a.Entry == entry && a.Evaluator == who.ID {
			switch {
			case a.Submitted():
				return "done"
			case closed(t, who) != "":
				return "kept"
			}
			return "go-on"
		}
	}
	if !t.May[den.AssessTrial] || closed(t, who) != "" {
		return ""
	}
	return "start"
}

func (p *Pages) memory(g glance) string {
	return p.words.Say("sandbox.memory-of", "Used", p.words.bytes(g.Use.Memory), "Limit", p.words.bytes(g.Use.MemoryLimit))
}

// cpu is a share of one processor, in per cent.
func (p *Pages) cpu(g glance) string {
	if g.CPU < 0 {
		return p.words.Say("sandbox.cpu-soon")
	}
	return p.words.Say("sandbox.cpu-of", "Percent", short(g.CPU*100))
}

// panelLink is one thing that the people of a trial do.
type panelLink struct{ Href, Text string }

// panelLinks offers what the person can do about a trial beside its products.
func (p *Pages) panelLinks(t den.TrialView) []panelLink {
	path := trialPath(t.ID)
	var links []panelLink
	offer := func(may bool, where string) {
		if may {
			links = append(links, panelLink{path + "/" + where, p.words.Say("panel." + where)})
		}
	}
	runs := t.State == den.TrialRunning || t.State == den.TrialFinished
	offer(t.May[den.AssessTrial] && runs && !t.Locked, "declare")
	offer(true, "protocol")
	offer(t.May[den.ReadRecord] && runs, "interests")
	offer(t.May[den.SetUpTrial] && runs, "prices")
	offer(t.May[den.ReadAssessments] && runs && t.Outcome != nil, "consensus")
	if t.May[den.ReadSummary] && t.Locked {
		for _, e := range t.Entries {
			links = append(links, panelLink{path + "/entries/" + string(e.ID) + "/summary", p.words.Say("panel.summary", "Product", e.ProductName)})
		}
	}
	return links
}

// mayLoad says that the products of a trial can be given a load, by whoever asks: all run.
func mayLoad(t den.TrialView) bool {
	for _, e := range t.Entries {
		if e.Sandbox == nil || e.Sandbox.Phase != den.Live {
			return false
		}
	}
	return t.State == den.TrialRunning && t.May[den.SetUpTrial]
}
