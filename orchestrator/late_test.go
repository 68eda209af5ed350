package orchestrator_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"innovationden/orchestrator"
	"innovationden/orchestrator/den"
	"innovationden/sandbox/fake"
)

// lateStore keeps the next change at once, and says so ten seconds later.
type lateStore struct {
	den.Store
	next atomic.Bool
}

func (s *lateStore) Update(ctx context.Context, change func(den.Tx) error) error {
	late := s.next.CompareAndSwap(true, false)
	err := s.Store.Update(ctx, change)
	if late {
		elapse(10 * time.Second)
	}
	return err
}

// Whoever started a trial hears so late that the pass has already made it live. What was
// known at the start, an empty cell, is then no sign that the product vanished. The crash
// matrix found it on a busy machine: plain 30 exit-after@update:10.
func TestAStartThatIsHeardOfLateIsNoVanishing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		late := &lateStore{Store: r.db}
		r.config.Store = late
		r.o = orchestrator.New(r.config)
		release := r.release("one", fake.Behaviour{})
		draft := r.draft(time.Hour, release)
		r.run()
		elapse(20 * time.Second) // a cell waits
		late.next.Store(true)
		v, err := r.o.StartTrial(t.Context(), r.member, draft.ID, 0, den.Once{})
		r.must(err)
		elapse(time.Minute)
		if l := r.lease(v.Entries[0].Lease); l.Phase != den.Live {
			t.Errorf("it is %s: %s", l.Phase, l.Say)
		}
	})
}
