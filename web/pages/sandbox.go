package pages

import (
	"context"
	"net/http"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/view"
)

// sandboxPage is one sandbox: state, use, log, and what can be done about it.
type sandboxPage struct {
	view.Frame
	Live      liveSandbox
	SeesTrial bool
	MayRecord bool
}

// liveSandbox is the part of the page that changes by itself.
type liveSandbox struct {
	den.SandboxView
	Memory, CPU, Disk, Processes string
	LogHeld                      bool   // it writes to its log too quickly, and is made to wait
	Took                         string // from the start to the first answer
	Log                          string
	Logs                         []serviceLog // of a stack, while it runs
	WayUses                      []wayUse
	MayRun, MayRestart, MayOpen  bool
	MayRenew                     bool // there is a page of proposed releases
}

// Sandbox is GET /sandboxes/:id.
func (p *Pages) Sandbox(c *gin.Context) error {
	who := asking(c)
	s, err := p.Den.Sandbox(c, who, id(c))
	if err != nil {
		return err
	}
	p.glance(c.Request.Context(), who, s)
	page := sandboxPage{Frame: p.frame(c, p.words.Say("sandbox.title", "Product", s.ProductName)).Of(s.TrialName), Live: p.liveSandbox(s)}
	page.SeesTrial, page.MayRecord = p.seesTrial(c, s.Trial)
	if page.SeesTrial {
		page.Crumbs = p.crumbs(view.Crumb{Href: "/trials", Text: p.words.Say("nav.trials")},
			view.Crumb{Href: trialPath(s.Trial), Text: s.TrialName}, view.Crumb{Text: s.ProductName})
	} else {
		page.Crumbs = p.crumbs(view.Crumb{Text: s.ProductName})
	}
	return p.show(c, http.StatusOK, "sandbox", page)
}

// SandboxLive is GET /sandboxes/:id/live.
func (p *Pages) SandboxLive(c *gin.Context) error {
	topic := id(c)
	return p.follow(c, topic, func(ctx context.Context, who den.Actor) ([]byte, bool, error) {
		s, err := p.Den.Sandbox(ctx, who, topic)
		if err != nil {
			return nil, false, err
		}
		p.glance(ctx, who, s)
		markup, err := p.part("sandbox", "now", p.liveSandbox(s))
		return markup, s.Phase.Final(), err
	})
}

func (p *Pages) liveSandbox(s den.SandboxView) liveSandbox {
	live := liveSandbox{SandboxView: s, Log: printable([]byte(s.LogTail)), Took: p.brief(s.Launch)}
	live.WayUses = p.wayUses(s.Used)
	isOver := s.Phase.Final() || s.Phase == den.Ending || s.EndAsked != nil
	live.MayOpen = s.Phase == den.Live && s.May[den.OpenSandbox]
	live.MayRun = s.May[den.RunSandbox] && !isOver
	live.MayRenew = !isOver && s.Trial != "" && !s.AgreedAt.IsZero()
	live.MayRestart = s.May[den.RestartSandbox] && !isOver && s.Phase != den.Requested
	if seen, ok := p.glances.last(s.ID, p.Now()); ok && s.Phase == den.Live {
		live.Memory, live.CPU = p.memory(seen), p.cpu(seen)
		if !s.Veiled {
			live.Log, live.Logs = seen.Log, seen.Logs
		}
		live.Disk = p.words.Say("host.unknown")
		if seen.Use.Disk >= 0 {
			live.Disk = p.words.bytes(seen.Use.Disk)
		}
		live.Processes = p.words.Count("sandbox.processes-n", int(seen.Use.Pids))
		live.LogHeld = seen.Use.LogHeld > 0
	}
	return live
}

// seesTrial says whether the person may read a sandbox's trial, and its record: its
// supplier may not.
func (p *Pages) seesTrial(c *gin.Context, trial den.ID) (sees, record bool) {
	t, err := p.Den.Trial(c, asking(c), trial)
	return err == nil, err == nil && t.May[den.ReadRecord]
}
