package orchestrator

import (
	"innovationden/orchestrator/den"
)

const (
	pageLimit = 50
	readLimit = 1000 // the most that a store gives at once
)

// lookedAtOnce is how many records a page of a list looks at. Of a list in which little is
// let through a page may so have few, or none, and a next one.
const lookedAtOnce = 2_500

// gather reads a page of what keep lets through, of lookedAtOnce records at most.
func gather[T, V any](t den.Table[T], q den.Query, keep func(T) (V, bool, error)) (den.Page[V], error) {
	return gatherOf(t, q, lookedAtOnce, keep)
}

// gatherOf is gather that looks at another number of records. It asks the store for no more
// than are still wanted, so that the store's cursor stands behind the last one kept.
func gatherOf[T, V any](t den.Table[T], q den.Query, most int, keep func(T) (V, bool, error)) (den.Page[V], error) {
	want := q.Limit
	if want <= 0 {
		want = pageLimit
	}
	want = min(want, readLimit)
	var out den.Page[V]
	for looked := 0; len(out.Items) < want && looked < most; looked += q.Limit {
		q.Limit = min(want-len(out.Items), most-looked)
		page, err := t.List(q)
		if err != nil {
			return den.Page[V]{}, err
		}
		for _, one := range page.Items {
			v, ok, err := keep(one)
			if err != nil {
				return den.Page[V]{}, err
			}
			if ok {
				out.Items = append(out.Items, v)
			}
		}
		out.Next = page.Next
		if page.Next == "" {
			break
		}
		q.After = page.Next
	}
	return out, nil
}

// every reads all of a list, page by page.
func every[T any](t den.Table[T], q den.Query) ([]T, error) {
	var all []T
	q.Limit = readLimit
	for {
		page, err := t.List(q)
		if err != nil {
			return nil, err
		}
		all = append(all, page.Items...)
		if page.Next == "" {
			return all, nil
		}
		q.After = page.Next
	}
}

// unfinishedPhases are those of leases that are not over.
var unfinishedPhases = []den.Phase{den.Ending, den.Live, den.Paused, den.Starting, den.Requested}

// heldPhases are those of leases that may hold a sandbox: the room of the host bounds them.
var heldPhases = []den.Phase{den.Live, den.Paused, den.Starting, den.Ending}

// unfinished reads every lease that is not over, however many wait.
func unfinished(tx den.Tx) ([]den.Lease, error) { return inPhases(tx, unfinishedPhases...) }

// inPhases reads every lease in some phases.
func inPhases(tx den.Tx, phases ...den.Phase) (all []den.Lease, err error) {
	for _, phase := range phases {
		some, err := every(tx.Leases(), den.Query{Index: den.LeasesByPhase, Key: string(phase)})
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

// unfinishedNow gives every lease that is not over, to be shown: those that wait as the
// queue knows them, so that they are not read.
func (o *Orchestrator) unfinishedNow(tx den.Tx) ([]den.Lease, error) {
	waiting, known := o.queue.all()
	if !known {
		return unfinished(tx)
	}
	all, err := inPhases(tx, heldPhases...)
	for _, l := range waiting {
		all = append(all, *l)
	}
	return all, err
}
