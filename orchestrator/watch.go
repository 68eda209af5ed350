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

// Watch pokes whenever something about a trial, a sandbox or a person may have changed.
// The caller reads it anew then; it must call cancel, which closes the channel.
func (o *Orchestrator) Watch(_ context.Context, topics ...den.ID) (pokes <-chan struct{}, cancel func()) {
	ch := make(chan struct{}, 1)
	h := &o.topics
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, topic := range topics {
		if h.listeners[topic] == nil {
			h.listeners[topic] = map[chan struct{}]bool{}
		}
		h.listeners[topic][ch] = true
	}
	return ch, sync.OnceFunc(func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		for _, topic := range topics {
			delete(h.listeners[topic], ch)
			if len(h.listeners[topic]) == 0 {
				delete(h.listeners, topic)
			}
		}
		close(ch)
	})
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
