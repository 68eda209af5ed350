package orchestrator

import (
	"context"
	"sync"

	"innovationden/orchestrator/den"
)

// hub pokes those who watch a topic. Pokes are coalesced: a slow listener misses
// none of the last and all of the rest.
type hub struct {
	mu        sync.Mutex
	listeners map[den.ID]map[chan struct{}]bool
}

// Watch pokes whenever something about a trial or a sandbox may have changed. The
// caller reads it anew then; it must call cancel, which closes the channel.
func (o *Orchestrator) Watch(_ context.Context, topic den.ID) (pokes <-chan struct{}, cancel func()) {
	ch := make(chan struct{}, 1)
	h := &o.topics
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.listeners[topic] == nil {
		h.listeners[topic] = map[chan struct{}]bool{}
	}
	h.listeners[topic][ch] = true
	return ch, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		if !h.listeners[topic][ch] {
			return
		}
		delete(h.listeners[topic], ch)
		if len(h.listeners[topic]) == 0 {
			delete(h.listeners, topic)
		}
		close(ch)
	}
}

func (h *hub) poke(topics ...den.ID) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, t := range topics {
		for ch := range h.listeners[t] {
			select {
			case ch <- struct{}{}:
			default:
			}
		}
	}
}
