package gateway

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"innovationden/orchestrator/den"
)

// Run sweeps twice a second until the context ends. Without it, what is
// revoked and withdrawn is still closed at once, but a visit that runs out, or
// that VisitRules.Still no longer allows, keeps what it has open.
func (g *Gateway) Run(ctx context.Context) {
	tick := time.NewTicker(500 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			g.Sweep()
		}
	}
}

// Sweep closes everything that is open without a right or a route, and forgets what has run out.
func (g *Gateway) Sweep() {
	g.opts.Visitors.Sweep()
	g.backends.Range(func(label, value any) bool {
		g.changed(label.(string))
		value.(*backend).stop(func(f *flight) bool {
			_, may := g.opts.Visitors.May(f.token, f.b.route.Lease)
			return !may
		})
		return true
	})
	g.loads.Range(func(person, value any) bool {
		if value.(*load).requests.Load() == 0 {
			g.loads.Delete(person)
		}
		return true
	})
}

// Close ends everything that is open, hijacked connections included, and
// serves nothing any more. http.Server.Shutdown does not reach those, so call it first.
func (g *Gateway) Close() {
	g.closed.Store(true)
	g.mu.Lock()
	for label, next := range g.waiting {
		close(next)
		delete(g.waiting, label)
	}
	g.mu.Unlock()
	g.backends.Range(func(label, value any) bool {
		g.backends.Delete(label)
		value.(*backend).close()
		return true
	})
}

// Tally returns what was counted of a label's product since this process first served it.
// It is forgotten when the route is withdrawn.
func (g *Gateway) Tally(label string) (den.Tally, bool) {
	t, ok := g.tallies.Load(label)
	if !ok {
		return den.Tally{}, false
	}
	return t.(*tally).facts(), true
}

// backend returns the backend of a live route, or nil when the route has moved on meanwhile.
func (g *Gateway) backend(route Route) *backend {
	if found, ok := g.backends.Load(route.Label); ok && found.(*backend).route.place(route) {
		return found.(*backend)
	}
	g.mu.Lock()
	now, ok := g.opts.Routes.Route(route.Label)
	if !ok || !now.place(route) || g.closed.Load() {
		g.mu.Unlock()
		return nil
	}
	old, found := g.backends.Load(route.Label)
	if found && old.(*backend).route.place(route) {
		g.mu.Unlock()
		return old.(*backend)
	}
	t, _ := g.tallies.LoadOrStore(route.Label, &tally{})
	fresh := newBackend(route, t.(*tally), g.opts)
	g.backends.Store(route.Label, fresh)
	g.mu.Unlock()
	if found {
		old.(*backend).close()
	}
	return fresh
}

// changed drops what a label's route no longer allows, and wakes who waits for it.
func (g *Gateway) changed(label string) {
	g.mu.Lock()
	route, ok := g.opts.Routes.Route(label)
	if next, waited := g.waiting[label]; waited {
		close(next)
		delete(g.waiting, label)
	}
	if !ok {
		g.tallies.Delete(label)
	}
	found, had := g.backends.Load(label)
	stale := had && !(ok && route.State == Live && found.(*backend).route.place(route))
	if stale {
		g.backends.Delete(label)
	}
	g.mu.Unlock()
	if stale {
		found.(*backend).close()
	}
}

// revoked ends what is open under rights that were taken away.
func (g *Gateway) revoked(pattern Right) {
	g.backends.Range(func(_, value any) bool {
		value.(*backend).stop(func(f *flight) bool { return pattern.covers(f.right) })
		return true
	})
}

// Server returns a server with the limits that strangers need: without them
// http.Serve keeps every slow connection. It has no write time-out, because
// streams stay open; the gateway moves write deadlines itself, and so must any other handler that streams.
func Server(h http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:                      h,
		ReadHeaderTimeout:            5 * time.Second,
		IdleTimeout:                  2 * time.Minute,
		MaxHeaderBytes:               64 << 10,
		DisableGeneralOptionsHandler: true,
		ErrorLog:                     slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
}
