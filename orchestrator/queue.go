package orchestrator

import (
	"cmp"
	"context"
	"slices"
	"sync"

	"innovationden/orchestrator/den"
)

// queue is what waits for a sandbox, in the order of making, as the store said last. It
// saves reading every request at each pass and for each place that somebody is shown. It
// hears of each lease after the commit that changed it, like Routes, so it may be behind
// by a moment: what rests on it is decided anew inside the transaction that does it.
type queue struct {
	mu      sync.Mutex
	known   bool
	waiting []*den.Lease
	agreed  []den.ID // of those that wait for room, and not for an approver
}

func byLease(l *den.Lease, id den.ID) int { return cmp.Compare(l.ID, id) }

// hears takes over what the store says of a lease now.
func (q *queue) hears(l den.Lease) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.known {
		q.put(l)
	}
}

func (q *queue) put(l den.Lease) {
	waits := l.Phase == den.Requested
	at, found := slices.BinarySearchFunc(q.waiting, l.ID, byLease)
	switch {
	case found && waits:
		q.waiting[at] = &l
	case found:
		q.waiting = slices.Delete(q.waiting, at, at+1)
	case waits:
		q.waiting = slices.Insert(q.waiting, at, &l)
	}
	waits = waits && !l.AgreedAt.IsZero()
	at, found = slices.BinarySearch(q.agreed, l.ID)
	switch {
	case found && !waits:
		q.agreed = slices.Delete(q.agreed, at, at+1)
	case !found && waits:
		q.agreed = slices.Insert(q.agreed, at, l.ID)
	}
}

// forget has the queue read anew when it is needed next.
func (q *queue) forget() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.known, q.waiting, q.agreed = false, nil, nil
}

func (q *queue) fill(all []den.Lease) {
	q.forget()
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, l := range all {
		q.put(l)
	}
	q.known = true
}

// all gives the requests in their order; false: they are not known.
func (q *queue) all() ([]*den.Lease, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	return slices.Clone(q.waiting), q.known
}

// place says how many stand before a request, and whether it is in the queue itself.
func (q *queue) place(id den.ID) (before int, isIn, known bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	before, isIn = slices.BinarySearch(q.agreed, id)
	return before, isIn, q.known
}

// first is the request that waits for room longest, as far as the queue has heard; or none.
func (q *queue) first() den.ID {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.agreed) == 0 {
		return ""
	}
	return q.agreed[0]
}

// lined gives the requests, of which the store has so many. Where the queue has another
// number, what it was told of is not all, and it is read anew.
func (o *Orchestrator) lined(ctx context.Context, count int) ([]*den.Lease, error) {
	if all, known := o.queue.all(); known && len(all) == count {
		return all, nil
	}
	o.telling.Lock()
	defer o.telling.Unlock()
	err := o.Store.View(ctx, func(tx den.Tx) error {
		all, err := every(tx.Leases(), den.Query{Index: den.LeasesByPhase, Key: string(den.Requested)})
		if err == nil {
			o.queue.fill(all)
		}
		return err
	})
	all, _ := o.queue.all()
	return all, err
}

// placeOf says where a request stands in the queue, from 1; 0 while it waits for an
// approver. One that the queue has not heard of yet was asked for in this transaction or a
// moment ago: of those only the others of its trial can stand before it.
func (o *Orchestrator) placeOf(tx den.Tx, l den.Lease) (int, error) {
	if l.AgreedAt.IsZero() {
		return 0, nil
	}
	before, isIn, known := o.queue.place(l.ID)
	if isIn {
		return before + 1, nil
	}
	q := den.Query{Index: den.LeasesByPhase, Key: string(den.Requested)}
	if known {
		q = den.Query{Index: den.LeasesByTrial, Key: string(l.Trial)}
	}
	all, err := every(tx.Leases(), q)
	for _, other := range all {
		_, heard, _ := o.queue.place(other.ID)
		if other.ID < l.ID && other.Phase == den.Requested && !other.AgreedAt.IsZero() && !heard {
			before++
		}
	}
	return before + 1, err
}
