package storetest

import (
	"context"
	"slices"
	"sync"

	"innovationden/orchestrator/den"
)

// Witness is a store on another one that sees changes of which the record would not
// know: a transaction that changed a thing and appended no event about it is remembered.
// What is no thing is listed at den.Tracked. It is safe for use by many goroutines.
type Witness struct {
	den.Store

	mu     sync.Mutex
	unsaid []string
}

// Update is the other store's.
func (w *Witness) Update(ctx context.Context, change func(den.Tx) error) error {
	return w.Store.Update(ctx, func(under den.Tx) error {
		tx := den.Track(under, nil)
		if err := change(tx); err != nil {
			return err
		}
		if unsaid := tx.Unsaid(); len(unsaid) > 0 {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.unsaid = append(w.unsaid, unsaid...)
		}
		return tx.Close()
	})
}

// Unsaid lists what was changed without an event, each kind and field once.
func (w *Witness) Unsaid() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Compact(slices.Sorted(slices.Values(w.unsaid)))
}
