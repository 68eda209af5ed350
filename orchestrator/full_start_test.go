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

// brimful is a store that has no room for anything, for as long as that is said.
type brimful struct {
	den.Store
	is atomic.Bool
}

func (b *brimful) Update(ctx context.Context, do func(den.Tx) error) error {
	if b.is.Load() {
		return den.Refuse(den.Full, "The disk is full.")
	}
	return b.Store.Update(ctx, do)
}

// A den that is started on a full disk runs: nobody reaches what is over, and all else goes
// on as soon as there is room, with a clock that was put back meanwhile.
func TestADenStartsOnAFullDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, clock := downRig(t, true)
		disk := &brimful{Store: r.store}
		r.config.Store = disk
		r.o = orchestrator.New(r.config)
		r.run()
		quick := r.living(time.Hour, r.release("one", fake.Behaviour{}))
		slow := r.start(time.Hour, r.release("slow", fake.Behaviour{ListensAfter: 40 * time.Second})).Entries[0].Lease
		r.phase(slow, den.Starting, time.Minute)
		r.stop()
		elapse(10 * time.Minute)
		clock.jump(-30 * time.Minute)
		disk.is.Store(true)
		r.o = orchestrator.New(r.config)
		r.run()
		elapse(time.Minute)
		v, err := r.o.Host(t.Context(), den.System())
		r.must(err)
		if v.LastPass.IsZero() {
			t.Error("it did not start")
		}
		disk.is.Store(false)
		r.phase(slow, den.Live, 2*time.Minute)
		if n := r.clockEvents(); n != 1 {
			t.Errorf("the record has %d events of the clock, want 1", n)
		}
		elapse(50 * time.Minute)
		if l := r.lease(quick.ID); l.Phase == den.Live {
			t.Errorf("it lasts longer for the clock: %+v", l)
		}
	})
}
