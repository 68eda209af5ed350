package web

import (
	"context"
	"sync"
	"time"

	"innovationden/orchestrator/den"
)

// held is every request that a session has under way. It ends them with the session,
// so that nothing that stays open outlives the right to it: a live page, a stream of the
// API, an upload.
type held struct {
	mu   sync.Mutex
	open map[string]map[*hold]bool // by session
	told func(session string)      // what else ends with a session; nil: nothing
}

type hold struct{ end context.CancelCauseFunc }

// errOver is why a request ended whose session is over.
func errOver() error { return den.Refuse(den.Unknown, "Sign in to see this.") }

// take binds a context to a session that ends by itself at ends. The function lets go.
func (h *held) take(ctx context.Context, session string, ends time.Time) (context.Context, func()) {
	ctx, late := context.WithDeadlineCause(ctx, ends, errOver())
	ctx, end := context.WithCancelCause(ctx)
	one := &hold{end}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.open[session] == nil {
		h.open[session] = map[*hold]bool{}
	}
	h.open[session][one] = true
	return ctx, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		end(nil)
		late()
		delete(h.open[session], one)
		if len(h.open[session]) == 0 {
			delete(h.open, session)
		}
	}
}

// end ends what a session holds open. The one who ends it may be among them, and is
// answered all the same.
func (h *held) end(session string) {
	if session == "" {
		return
	}
	h.mu.Lock()
	for one := range h.open[session] {
		one.end(errOver())
	}
	told := h.told
	h.mu.Unlock()
	if told != nil {
		told(session)
	}
}
