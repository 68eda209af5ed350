package orchestrator_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"innovationden/orchestrator"
	"innovationden/orchestrator/den"
	"innovationden/sandbox"
	"innovationden/sandbox/fake"
)

// Every oracle of the crash matrix is shown here to see the fault that it is there
// for: a den that is spoilt in one way, whose life it must find fault with.

// unlabelled makes sandboxes that no listing and no teardown finds.
type unlabelled struct{ *mortalRuntime }

func (r unlabelled) Start(ctx context.Context, s sandbox.Spec) error {
	r.UnlabelNext()
	return r.mortalRuntime.Start(ctx, s)
}

func (r unlabelled) Hold(ctx context.Context, id sandbox.ID) error {
	r.UnlabelNext()
	return r.mortalRuntime.Hold(ctx, id)
}

// lazy removes nothing, says that it did, and finds nothing.
type lazy struct{ *mortalRuntime }

func (lazy) Remove(context.Context, sandbox.ID) error { return nil }
func (lazy) Find(_ context.Context, id sandbox.ID) (sandbox.Found, error) {
	return sandbox.Found{ID: id}, nil
}
func (lazy) List(context.Context) ([]sandbox.Found, error) { return nil, nil }

// greedy takes a stranger's sandbox away with each of ours.
type greedy struct{ *mortalRuntime }

func (r greedy) Remove(ctx context.Context, id sandbox.ID) error {
	_ = r.As("other").Remove(ctx, "den1")
	return r.mortalRuntime.Remove(ctx, id)
}

// spoilt is a store that changes what is written.
type spoilt struct {
	den.Store
	tx func(den.Tx) den.Tx
}

func (s spoilt) Update(ctx context.Context, change func(den.Tx) error) error {
	return s.Store.Update(ctx, func(tx den.Tx) error { return change(s.tx(tx)) })
}

// silentTx records no event of a phase.
type silentTx struct{ den.Tx }

func (t silentTx) Record(e den.Event) (uint64, error) {
	if e.Act == "lease.live" {
		return 0, nil
	}
	return t.Tx.Record(e)
}

// wishlessTx forgets that somebody asked for an end once it has come.
type wishlessTx struct{ den.Tx }

func (t wishlessTx) Leases() den.Table[den.Lease] { return wishless{t.Tx.Leases()} }

type wishless struct{ den.Table[den.Lease] }

func (t wishless) Put(l den.Lease) (den.Lease, error) {
	if l.Phase == den.Ended {
		l.EndAsked = nil
	}
	return t.Table.Put(l)
}

func TestCrashMatrixControls(t *testing.T) {
	for name, c := range map[string]struct {
		oracle string
		spoil  func(*orchestrator.Config)
	}{
		"a runtime that leaves things behind": {"O1", func(c *orchestrator.Config) { c.Runtime = lazy{c.Runtime.(*mortalRuntime)} }},
		"a store that forgets": {"O2", func(c *orchestrator.Config) {
			c.Store = spoilt{c.Store, func(tx den.Tx) den.Tx { return wishlessTx{tx} }}
		}},
		"nothing removed at the end":        {"O3", func(c *orchestrator.Config) { c.Runtime = lazy{c.Runtime.(*mortalRuntime)} }},
		"a runtime that takes a stranger's": {"O7", func(c *orchestrator.Config) { c.Runtime = greedy{c.Runtime.(*mortalRuntime)} }},
		"a change without its event": {"O9", func(c *orchestrator.Config) {
			c.Store = spoilt{c.Store, func(tx den.Tx) den.Tx { return silentTx{tx} }}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, 1, nil, c.spoil)
				w.live()
				mustSee(t, c.oracle, w.judge())
			})
		})
	}
}

// What is made without its label cannot be found, so such a life does not end well; the
// oracle of orphans must see what is there.
func TestCrashMatrixControlOfLabels(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 1, nil, func(c *orchestrator.Config) { c.Runtime = unlabelled{c.Runtime.(*mortalRuntime)} })
		quick := w.release("quick", fake.Behaviour{})
		w.boot()
		w.start2(quick)
		w.quiet(10 * time.Minute)
		w.stopAll()
		mustSee(t, "O1", w.judge())
	})
}

func TestCrashMatrixControlsOfTheRecord(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 1, nil, nil)
		w.live()
		if bad := w.judge(); len(bad) > 0 {
			t.Fatal(bad)
		}
		head := w.heads
		w.heads = append(head, den.Head{Size: 3, Root: strings.Repeat("ab", 32)})
		mustSee(t, "O4", w.judge())
		w.heads = head
		again := w.draft(time.Hour, w.releases["quick"])
		mustSee(t, "O6", w.judge())
		_ = again
	})
}

func mustSee(t *testing.T, oracle string, found []string) {
	t.Helper()
	for _, bad := range found {
		if strings.HasPrefix(bad, oracle+":") {
			return
		}
	}
	t.Errorf("%s saw nothing: %v", oracle, found)
}

// start2 asks for a trial and lets the client go.
func (w *world) start2(releases ...den.ID) {
	v := w.draft(5*time.Minute, releases...)
	w.checks.trial, w.checks.strangers = v.Trial.ID, w.engine.Strangers()
	w.do("start", func(ctx context.Context, o *orchestrator.Orchestrator) (err error) {
		v, err = o.StartTrial(ctx, w.member, v.Trial.ID, 0, den.Once{})
		return err
	})
	w.checks.leases = append(w.checks.leases, v.Entries[0].Lease)
}
