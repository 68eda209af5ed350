package pages

import (
	"context"
	"errors"
	"runtime/debug"
	"sync"
	"time"

	"innovationden/orchestrator/den"
)

// glance is what a running product uses and prints, as it was last seen. Asking the
// engine takes longer than a page may, so pages show the last glance. Whoever looks has
// it renewed, once for all, and waits no longer for that than a moment: a live page must
// be able to end within a second, also where the engine answers nobody.
type glance struct {
	Use  den.SandboxUse
	CPU  float64 // processors in use between the last two glances; negative: not known yet
	Log  string
	Logs []serviceLog // of a stack of several services
	Seen time.Time
}

// serviceLog is the end of what one service printed.
type serviceLog struct{ Name, Log string }

type glances struct {
	mu sync.Mutex
	of map[den.ID]*glanceAt
}

type glanceAt struct {
	mu     sync.Mutex
	last   glance
	asked  chan struct{} // closed when the engine has answered, or has not in time; nil: it was never asked
	asking bool
	tried  time.Time // when that was
}

const (
	glanceLasts = 4 * time.Second  // a newer one is not asked for
	glanceKept  = 2 * time.Minute  // an older one is not shown
	glanceBound = 3 * time.Second  // the engine has so long
	glanceWait  = time.Second / 2  // nobody waits longer for it
	logTail     = 4 << 10          // bytes
	forgetAfter = 10 * time.Minute // nobody looks any more
)

func newGlances() *glances { return &glances{of: map[den.ID]*glanceAt{}} }

func (g *glances) at(id den.ID, now time.Time) *glanceAt {
	g.mu.Lock()
	defer g.mu.Unlock()
	found, ok := g.of[id]
	if !ok {
		for old, one := range g.of {
			if one.idle(now) {
				delete(g.of, old)
			}
		}
		found = &glanceAt{}
		g.of[id] = found
	}
	return found
}

func (a *glanceAt) get() glance {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.last
}

// idle says whether nobody has looked for long.
func (a *glanceAt) idle(now time.Time) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.asked != nil && !a.asking && now.Sub(a.tried) > forgetAfter
}

// last is the last glance, where it is not too old.
func (g *glances) last(id den.ID, now time.Time) (glance, bool) {
	g.mu.Lock()
	found, ok := g.of[id]
	g.mu.Unlock()
	if !ok {
		return glance{}, false
	}
	seen := found.get()
	return seen, !seen.Seen.IsZero() && now.Sub(seen.Seen) < glanceKept
}

// glance looks at live products that somebody may read, and waits a moment for what is
// seen. A glance that is seconds old is not renewed.
func (p *Pages) glance(ctx context.Context, who den.Actor, boxes ...den.SandboxView) {
	wait := time.NewTimer(glanceWait)
	defer wait.Stop()
	var asked []<-chan struct{}
	for _, s := range boxes {
		if s.Phase == den.Live {
			asked = append(asked, p.renew(ctx, who, s))
		}
	}
	for _, answered := range asked {
		select {
		case <-answered:
		case <-ctx.Done():
			return
		case <-wait.C:
			return
		}
	}
}

// renew has the engine asked, unless it is being asked or was seconds ago. What it
// returns is closed when the engine has answered.
func (p *Pages) renew(ctx context.Context, who den.Actor, s den.SandboxView) <-chan struct{} {
	at := p.glances.at(s.ID, p.Now())
	at.mu.Lock()
	defer at.mu.Unlock()
	if at.asking || at.asked != nil && p.Now().Sub(at.tried) < glanceLasts {
		return at.asked
	}
	at.asked, at.asking = make(chan struct{}), true
	go p.look(context.WithoutCancel(ctx), who, s, at)
	return at.asked
}

// look asks the engine for everybody who looks, whoever of them leaves meanwhile.
func (p *Pages) look(ctx context.Context, who den.Actor, s den.SandboxView, at *glanceAt) {
	ctx, cancel := context.WithTimeout(ctx, glanceBound)
	defer cancel()
	before := at.get()
	seen, err := before, errors.New("it was not seen")
	defer func() {
		if r := recover(); r != nil {
			p.Log.Error("a look at a product failed", "sandbox", s.ID, "error", r, "stack", string(debug.Stack()))
		}
		at.mu.Lock()
		defer at.mu.Unlock()
		if err == nil {
			at.last = seen
		}
		at.asking, at.tried = false, p.Now()
		close(at.asked)
	}()
	seen, err = p.see(ctx, who, s, before)
}

func (p *Pages) see(ctx context.Context, who den.Actor, s den.SandboxView, before glance) (glance, error) {
	use, err := p.Den.Use(ctx, who, s.ID)
	if err != nil {
		return glance{}, err
	}
	seen := glance{Use: use, CPU: -1, Log: before.Log, Seen: p.Now()}
	if took := use.At.Sub(before.Use.At); !before.Use.At.IsZero() && took > 0 && use.CPU >= before.Use.CPU {
		seen.CPU = float64(use.CPU-before.Use.CPU) / float64(took)
	}
	if text, err := p.Den.Logs(ctx, who, s.ID, logTail); err == nil {
		seen.Log = printable(text)
	}
	if len(s.Services) > 1 {
		for _, name := range s.Services {
			if text, err := p.Den.ServiceLogs(ctx, who, s.ID, name, logTail); err == nil {
				seen.Logs = append(seen.Logs, serviceLog{name, printable(text)})
			}
		}
	}
	return seen, nil
}
