package orchestrator_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"innovationden/orchestrator"
	"innovationden/orchestrator/den"
)

// hearsay is a judge that only notes what is wrong.
type hearsay struct{ all []string }

func (h *hearsay) Error(args ...any) { h.all = append(h.all, fmt.Sprint(args...)) }
func (h *hearsay) Errorf(format string, args ...any) {
	h.all = append(h.all, fmt.Sprintf(format, args...))
}
func (h *hearsay) Failed() bool { return len(h.all) > 0 }

// misled is a store that also misleads readers.
type misled struct {
	den.Store
	tx func(den.Tx) den.Tx
}

func (s misled) Update(ctx context.Context, change func(den.Tx) error) error {
	return s.Store.Update(ctx, func(tx den.Tx) error { return change(s.tx(tx)) })
}

func (s misled) View(ctx context.Context, read func(den.Tx) error) error {
	return s.Store.View(ctx, func(tx den.Tx) error { return read(s.tx(tx)) })
}

// otherwiseTx writes another act than the one that happened.
type otherwiseTx struct{ den.Tx }

func (t otherwiseTx) Record(e den.Event) (uint64, error) {
	if e.Act == "lease.extended" {
		e.Act = "lease.changed"
	}
	return t.Tx.Record(e)
}

// doubleTx records one wish to end twice.
type doubleTx struct{ den.Tx }

func (t doubleTx) Record(e den.Event) (uint64, error) {
	if e.Act == "lease.end_asked" {
		if _, err := t.Tx.Record(e); err != nil {
			return 0, err
		}
	}
	return t.Tx.Record(e)
}

// generousTx gives every department one place more than its rules say.
type generousTx struct{ den.Tx }

func (t generousTx) Rules() den.Table[den.Rules] { return generous{t.Tx.Rules()} }

type generous struct{ den.Table[den.Rules] }

func (t generous) Get(id den.ID) (den.Rules, error) {
	r, err := t.Table.Get(id)
	if r.Most > 0 {
		r.Most++
	}
	return r, err
}

// staleTx reads people as they were first written: their roles never end.
type staleTx struct {
	den.Tx
	first *sync.Map
}

func (t staleTx) People() den.Table[den.Person] { return stale{t.Tx.People(), t.first} }

type stale struct {
	den.Table[den.Person]
	first *sync.Map
}

func (t stale) Put(p den.Person) (den.Person, error) {
	t.first.LoadOrStore(p.ID, p.Memberships)
	return t.Table.Put(p)
}

func (t stale) Get(id den.ID) (den.Person, error) {
	p, err := t.Table.Get(id)
	if first, ok := t.first.Load(id); ok {
		p.Memberships = first.([]den.Membership)
	}
	return p, err
}

// Each contest is held on a den that is spoilt in one way, and must find that.
func TestContestControls(t *testing.T) {
	first := new(sync.Map)
	for name, c := range map[string]struct {
		hold func(*testing.T, judge, int, ...func(*orchestrator.Config))
		tx   func(den.Tx) den.Tx
		sees string
	}{
		"an extension that the record calls otherwise": {extendAgainstExpiry, func(tx den.Tx) den.Tx { return otherwiseTx{tx} }, "it was extended, and then"},
		"a wish to end that is recorded twice":         {tenRemovals, func(tx den.Tx) den.Tx { return doubleTx{tx} }, "2 times lease.end_asked"},
		"a place too many":                             {fiftyLaunches, func(tx den.Tx) den.Tx { return generousTx{tx} }, "both got the one place"},
		"a role that is read after its end":            {revokedAgainstLaunch, func(tx den.Tx) den.Tx { return staleTx{tx, first} }, "the end of the role"},
	} {
		t.Run(name, func(t *testing.T) {
			const rounds = 50
			found := new(hearsay)
			c.hold(t, found, rounds, func(config *orchestrator.Config) { config.Store = misled{config.Store, c.tx} })
			if said := strings.Join(found.all, "\n"); !strings.Contains(said, c.sees) {
				t.Errorf("after %d rounds it saw %q, not %q", rounds, said, c.sees)
			}
		})
	}
}
