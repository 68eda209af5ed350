package pages

import (
	"context"
	"sync"
	"time"

	"innovationden/orchestrator/den"
)

// glance is what a running product uses and prints, as it was last seen. Asking the
// engine takes longer than a page may, so pages show the last glance and live parts
// renew it, once for everybody who looks.
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
	renewing sync.Mutex
	mu       sync.Mutex
	last     glance
}

const (
	glanceLasts = 4 * time.Second  // a newer one is not asked for
	glanceKept  = 2 * time.Minute  // an older one is not shown
	glanceBound = 3 * time.Second  // the engine has so long
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
			if now.Sub(one.get().Seen) > forgetAfter {
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

// glance looks at a product, unless that was done seconds ago, and keeps what it saw. The caller may
// read the sandbox; whoever looks first asks for all. services are those of a stack whose
// logs are shown one by one.
func (p *Pages) glance(ctx context.Context, who den.Actor, id den.ID, services ...string) {
	at := p.glances.at(id, p.Now())
	at.renewing.Lock()
	defer at.renewing.Unlock()
	before := at.get()
	if p.Now().Sub(before.Seen) < glanceLasts {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, glanceBound)
	defer cancel()
	use, err := p.Den.Use(ctx, who, id)
	if err != nil {
		return
	}
	seen := glance{Use: use, CPU: -1, Log: before.Log, Seen: p.Now()}
	if took := use.At.Sub(before.Use.At); !before.Use.At.IsZero() && took > 0 && use.CPU >= before.Use.CPU {
		seen.CPU = float64(use.CPU-before.Use.CPU) / float64(took)
	}
	if text, err := p.Den.Logs(ctx, who, id, logTail); err == nil {
		seen.Log = printable(text)
	}
	if len(services) > 1 {
		for _, name := range services {
			if text, err := p.Den.ServiceLogs(ctx, who, id, name, logTail); err == nil {
				seen.Logs = append(seen.Logs, serviceLog{name, printable(text)})
			}
		}
	}
	at.mu.Lock()
	at.last = seen
	at.mu.Unlock()
}
