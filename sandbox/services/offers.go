package services

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"

	"innovationden/sandbox"
)

// Offers are the open offers of many sandboxes. The zero value is ready. It is safe
// for many goroutines.
type Offers struct {
	mu  sync.Mutex
	all map[sandbox.ID]*Offer
}

// Open makes sure that a sandbox has its offer in a space; it may be called on every
// pass. The config of the first call stays until Close. Errors as those of the
// function Open.
func (f *Offers) Open(ctx context.Context, id sandbox.ID, space Space, config Config) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if o, ok := f.all[id]; ok {
		return o.Also(ctx, space)
	}
	o, err := Open(ctx, space, config)
	if err != nil {
		return err
	}
	if f.all == nil {
		f.all = map[sandbox.ID]*Offer{}
	}
	f.all[id] = o
	return nil
}

// Of finds the open offer of a sandbox.
func (f *Offers) Of(id sandbox.ID) (*Offer, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	o, ok := f.all[id]
	return o, ok
}

// Close ends the offer of a sandbox, where it has one, and returns what was kept to
// the last. It comes before the sandbox is removed, for its sockets keep the
// namespace.
func (f *Offers) Close(id sandbox.ID) (Evidence, bool) {
	f.mu.Lock()
	o, ok := f.all[id]
	delete(f.all, id)
	f.mu.Unlock()
	if !ok {
		return Evidence{}, false
	}
	o.Close()
	return o.Evidence(), true
}

// CloseAll ends every offer and gives each one's evidence to keep; the errors are
// joined. The sandboxes live on, and may be offered the same again.
func (f *Offers) CloseAll(keep func(sandbox.ID, Evidence) error) error {
	f.mu.Lock()
	ids := slices.Sorted(maps.Keys(f.all))
	f.mu.Unlock()
	var failed error
	for _, id := range ids {
		if e, ok := f.Close(id); ok {
			failed = errors.Join(failed, keep(id, e))
		}
	}
	return failed
}
