package main

import (
	"log/slog"
	"sync"
	"time"

	"innovationden/orchestrator"
	"innovationden/orchestrator/den"
	"innovationden/web/gateway"
)

// remembered is how many ended addresses still say "ended" instead of nothing.
const remembered = 1000

// publisher tells the gateway what the orchestrator says of addresses. It implements
// orchestrator.Routes.
type publisher struct {
	table  *gateway.Table
	visits *gateway.Visits
	now    func() time.Time
	log    *slog.Logger
	ends   sync.Map // lease id → when nothing may pass any more

	mu    sync.Mutex
	ended []string // oldest first
}

var states = map[den.Phase]gateway.State{
	den.Requested: gateway.Starting,
	den.Starting:  gateway.Starting,
	den.Live:      gateway.Live,
	den.Paused:    gateway.Paused,
}

// Set implements orchestrator.Routes.
func (p *publisher) Set(r orchestrator.Route) {
	state, ok := states[r.Phase]
	if !ok {
		p.Withdraw(r.Name)
		return
	}
	p.ends.Store(string(r.Lease), r.EndsAt)
	p.set(gateway.Route{Label: r.Name, Lease: string(r.Lease), Sandbox: r.Sandbox, Port: r.Port, State: state})
}

// Withdraw implements orchestrator.Routes. The last ended addresses go on saying so.
func (p *publisher) Withdraw(name string) {
	route, ok := p.table.Route(name)
	if !ok || route.State == gateway.Ended {
		return
	}
	p.ends.Delete(route.Lease)
	p.set(gateway.Route{Label: name, Lease: route.Lease, State: gateway.Ended})
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ended = append(p.ended, name)
	if len(p.ended) > remembered {
		p.table.Withdraw(p.ended[0])
		p.ended = p.ended[1:]
	}
}

// still says that a visit's lease has not passed its end, so that nothing passes late
// even when the pass that ends it is.
func (p *publisher) still(r gateway.Right) bool {
	end, ok := p.ends.Load(r.Lease)
	if !ok {
		return true // it ended: the gateway's page says so
	}
	at, _ := end.(time.Time)
	return at.IsZero() || p.now().Before(at)
}

// Leave implements orchestrator.Visits.
func (p *publisher) Leave(v orchestrator.Visit) {
	p.visits.Revoke(gateway.Right{Person: string(v.Person), Session: string(v.Session), Lease: string(v.Lease)})
}

func (p *publisher) set(r gateway.Route) {
	if err := p.table.Set(r); err != nil {
		p.log.Error("address not published", "lease", r.Lease, "error", err)
	}
}
