package orchestrator_test

import (
	"testing"
	"testing/synctest"
	"time"

	"innovationden/orchestrator/den"
	"innovationden/sandbox/fake"
)

func TestATrialRunsFromRequestToReceipt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		one, two := r.release("one", fake.Behaviour{Log: "ready\n"}), r.release("two", fake.Behaviour{ListensAfter: 400 * time.Millisecond})
		r.run()
		v := r.start(time.Hour, one, two)
		a, b := v.Entries[0].Lease, v.Entries[1].Lease
		for _, id := range []den.ID{a, b} {
			l := r.phase(id, den.Live, time.Minute)
			synctest.Wait() // routes are told after the commit
			if l.Launch <= 0 && id == b || l.Launch > time.Second {
				t.Errorf("a launch took %s", l.Launch)
			}
			if route, ok := r.routes.get(l.Name); !ok || route.Phase != den.Live || route.Sandbox != l.Sandbox {
				t.Errorf("the route of %s is %+v", id, route)
			}
		}
		if _, err := r.o.End(t.Context(), r.member, a, "Enough seen.", 0); err != nil {
			t.Fatal(err)
		}
		l := r.phase(a, den.Ended, time.Minute)
		synctest.Wait() // routes are told after the commit
		if l.Reason != den.ByAsking {
			t.Errorf("it ended for the reason %q", l.Reason)
		}
		if _, ok := r.routes.get(l.Name); ok {
			t.Error("the route is still there")
		}
		receipt, err := r.o.Receipt(t.Context(), r.member, a)
		if err != nil {
			t.Fatal(err)
		}
		if len(receipt.Found.Containers) != 2 || len(receipt.Looks) != 2 || receipt.Looks[1].Sub(receipt.Looks[0]) < den.LookGap || receipt.LogTail != "ready\n" {
			t.Errorf("the receipt says %+v", receipt)
		}
		l = r.phase(b, den.Ended, 2*time.Hour)
		if l.Reason != den.ByTime || l.EndedAt.Sub(l.EndsAt) > time.Minute {
			t.Errorf("it ended for the reason %q, %s after its end", l.Reason, l.EndedAt.Sub(l.EndsAt))
		}
		tv, err := r.o.Trial(t.Context(), r.member, v.Trial.ID)
		if err != nil || tv.State != den.TrialFinished {
			t.Errorf("the trial is %s: %v", tv.State, err)
		}
		if err := r.o.Drain(t.Context()); err != nil {
			t.Error(err)
		}
		if left := r.engine.Truth(); len(left) > 0 {
			t.Errorf("left behind: %+v", left)
		}
		if bad := r.engine.Violations(); len(bad) > 0 {
			t.Error(bad)
		}
	})
}
