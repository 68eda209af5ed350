package orchestrator_test

import (
	"testing"
	"testing/synctest"
	"time"

	"innovationden/orchestrator"
	"innovationden/orchestrator/den"
	"innovationden/sandbox/fake"
)

func TestRequestsWithoutRoomWaitInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, func(c *orchestrator.Config) { c.Room = 2 })
		r.run()
		releases := []den.ID{r.release("a", fake.Behaviour{}), r.release("b", fake.Behaviour{}), r.release("c", fake.Behaviour{}), r.release("d", fake.Behaviour{})}
		v := r.start(time.Hour, releases...)
		for i, want := range []int{0, 0, 1, 2} {
			if got := v.Entries[i].Sandbox.Place; got != want {
				t.Errorf("entry %d has place %d, not %d", i, got, want)
			}
		}
		late := r.start(3*time.Hour, releases[0])
		if late.Entries[0].Sandbox.Place != 3 {
			t.Errorf("the late one has place %d", late.Entries[0].Sandbox.Place)
		}
		r.phase(v.Entries[0].Lease, den.Live, time.Minute)
		_, err := r.o.End(t.Context(), r.member, v.Entries[3].Lease, "", 0)
		r.must(err)
		if l := r.lease(v.Entries[3].Lease); l.Phase != den.Refused || l.Reason != den.ByWithdraw {
			t.Errorf("the withdrawn one is %s for %s", l.Phase, l.Reason)
		}
		_, err = r.o.End(t.Context(), r.member, v.Entries[0].Lease, "", 0)
		r.must(err)
		r.phase(v.Entries[2].Lease, den.Live, time.Minute)
		if l := r.lease(late.Entries[0].Lease); l.Phase != den.Requested {
			t.Errorf("the late one overtook: %s", l.Phase)
		}
		r.phase(late.Entries[0].Lease, den.Live, 2*time.Hour)
	})
}

func TestOneSpareCellWaitsAndIsClaimed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.run()
		elapse(time.Second)
		cell := r.engine.Truth()
		if len(cell) != 1 || len(cell[0].Containers) != 1 {
			t.Fatalf("waiting: %+v", cell)
		}
		v := r.start(time.Hour, r.release("one", fake.Behaviour{}))
		l := r.phase(v.Entries[0].Lease, den.Live, time.Minute)
		if l.Sandbox != string(cell[0].ID) {
			t.Errorf("it took %s, not the waiting %s", l.Sandbox, cell[0].ID)
		}
		elapse(10 * time.Second)
		if n := len(r.engine.Truth()); n != 2 {
			t.Errorf("%d sandboxes, not one and a new cell", n)
		}
		r.engine.RestartEngine()
		elapse(time.Minute)
		host, err := r.o.Host(t.Context(), den.System())
		if err != nil || host.CellsReady != 1 || host.Live != 1 || !host.Up {
			t.Errorf("after a restart of the engine: %+v %v", host, err)
		}
	})
}
