package orchestrator_test

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"innovationden/orchestrator"
	"innovationden/orchestrator/den"
	"innovationden/sandbox"
	"innovationden/sandbox/fake"
)

func TestAfterARestartOfTheEngineProductsStartAgainInNewSandboxes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.run()
		v := r.start(time.Hour, r.release("one", fake.Behaviour{}), r.release("two", fake.Behaviour{}))
		before := r.phase(v.Entries[0].Lease, den.Live, time.Minute)
		r.phase(v.Entries[1].Lease, den.Live, time.Minute)
		r.engine.RestartEngine()
		after := r.until(before.ID, time.Minute, "live again", func(l den.Lease) bool { return l.Phase == den.Live && l.Lost })
		if after.Sandbox == before.Sandbox || after.EndsAt != before.EndsAt || after.Name != before.Name {
			t.Errorf("before %+v, after %+v", before, after)
		}
		synctest.Wait() // routes are told after the commit
		if route, _ := r.routes.get(after.Name); route.Sandbox != after.Sandbox || route.Phase != den.Live {
			t.Errorf("the route leads to %+v", route)
		}
		elapse(4 * time.Minute)
		for _, f := range r.engine.Truth() {
			if string(f.ID) == before.Sandbox {
				t.Error("the old sandbox is still there")
			}
		}
		if bad := r.engine.Violations(); len(bad) > 0 {
			t.Error(bad)
		}
	})
}

func TestAProductThatKeepsStoppingFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.run()
		v := r.start(time.Hour, r.release("one", fake.Behaviour{Exits: true, ExitAfter: 30 * time.Second, ExitCode: 9, Log: "out of luck"}))
		l := r.phase(v.Entries[0].Lease, den.Ended, 10*time.Minute)
		if l.Reason != den.ByFailure || l.Restarts != den.MaxRestarts || !strings.Contains(l.Say, "kept stopping by itself. It ended with code 9. The last it printed: “out of luck”.") {
			t.Errorf("%s %d %q", l.Reason, l.Restarts, l.Say)
		}
	})
}

func TestWhatVanishesIsEndedAndReceipted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.run()
		v := r.start(time.Hour, r.release("one", fake.Behaviour{}))
		l := r.phase(v.Entries[0].Lease, den.Live, time.Minute)
		r.engine.Vanish(sandbox.ID(l.Sandbox))
		l = r.phase(l.ID, den.Ended, 30*time.Second)
		if l.Reason != den.ByVanish {
			t.Errorf("it ended for the reason %q", l.Reason)
		}
	})
}

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

func TestAnEngineThatIsDownRefusesLaunchesWhileTheRestGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		ctx := t.Context()
		r.run()
		one := r.release("one", fake.Behaviour{})
		v := r.start(10*time.Minute, one)
		l := r.phase(v.Entries[0].Lease, den.Live, time.Minute)
		draft := r.draft(time.Hour, one)
		r.engine.EngineDown(true)
		elapse(time.Minute)
		_, err := r.o.StartTrial(ctx, r.member, draft.Trial.ID, 0, den.Once{})
		if den.KindOf(err) != den.Down {
			t.Errorf("a launch says %v", err)
		}
		if now := r.lease(l.ID); now.Phase != den.Live {
			t.Errorf("silence made it %s", now.Phase)
		}
		l = r.phase(l.ID, den.Ending, 12*time.Minute)
		synctest.Wait() // routes are told after the commit
		if _, ok := r.routes.get(l.Name); ok {
			t.Error("its route is still there")
		}
		elapse(10 * time.Minute)
		if l = r.lease(l.ID); l.Phase != den.Ending || l.Tries == 0 {
			t.Errorf("nothing was seen, and it is %s after %d tries", l.Phase, l.Tries)
		}
		r.engine.EngineDown(false)
		r.phase(l.ID, den.Ended, time.Minute)
		elapse(20 * time.Second)
		if _, err := r.o.StartTrial(ctx, r.member, draft.Trial.ID, 0, den.Once{}); err != nil {
			t.Errorf("with the engine back a launch says %v", err)
		}
	})
}

func TestAFullDiskRefusesLaunches(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.run()
		h, err := r.engine.Host(t.Context())
		r.must(err)
		h.DiskFree = 1 << 20
		r.engine.SetHost(h)
		elapse(20 * time.Second)
		_, err = r.o.StartTrial(t.Context(), r.member, r.draft(time.Hour, r.release("one", fake.Behaviour{})).Trial.ID, 0, den.Once{})
		if den.KindOf(err) != den.Full {
			t.Errorf("a launch says %v", err)
		}
	})
}

func TestWhatWasDueWhileTheDenWasDownIsDoneAtTheStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.run()
		v := r.start(10*time.Minute, r.release("one", fake.Behaviour{}))
		l := r.phase(v.Entries[0].Lease, den.Live, time.Minute)
		r.stop()
		r.engine.Reboot()
		elapse(30 * 24 * time.Hour)
		began := time.Now()
		r.o = orchestrator.New(r.config)
		r.run()
		l = r.phase(l.ID, den.Ended, time.Minute)
		if l.EndedAt.Sub(began) > 10*time.Second || l.Reason != den.ByTime {
			t.Errorf("it took %s, for the reason %s", l.EndedAt.Sub(began), l.Reason)
		}
	})
}

func TestExtendAndTheEndByTimeAreDecidedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		ctx := t.Context()
		r.run()
		v := r.start(time.Hour, r.release("one", fake.Behaviour{}))
		l := r.phase(v.Entries[0].Lease, den.Live, time.Minute)
		longer, err := r.o.Extend(ctx, r.member, l.ID, den.Extension{By: time.Hour})
		r.must(err)
		if longer.EndsAt != l.EndsAt.Add(time.Hour) {
			t.Errorf("it ends at %s", longer.EndsAt)
		}
		_, err = r.o.Extend(ctx, r.member, l.ID, den.Extension{By: 31 * 24 * time.Hour})
		var bad *den.Error
		if !errors.As(err, &bad) || bad.Field != "by" || !strings.Contains(bad.Say, "at most 30 days") {
			t.Errorf("too long: %v", err)
		}
		elapse(time.Until(longer.EndsAt))
		_, err = r.o.Extend(ctx, r.member, l.ID, den.Extension{By: time.Hour})
		if den.KindOf(err) != den.Conflict {
			t.Errorf("too late: %v", err)
		}
		if l = r.phase(l.ID, den.Ended, time.Minute); l.Reason != den.ByTime {
			t.Errorf("it ended for the reason %s", l.Reason)
		}
	})
}

func TestTheSweepRemovesOnlyWhatIsOursAndOld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		ctx := t.Context()
		other := r.engine.As("other")
		r.must(other.Hold(ctx, "den7"))
		before := r.engine.Strangers()
		r.must(r.engine.Hold(ctx, "lost1"))
		orphans, err := r.o.Sweep(ctx, den.System(), false)
		if err != nil || len(orphans) != 1 || !orphans[0].Young || orphans[0].Removed {
			t.Errorf("young: %+v %v", orphans, err)
		}
		elapse(3 * time.Minute)
		orphans, err = r.o.Sweep(ctx, den.System(), true)
		if err != nil || len(orphans) != 1 || orphans[0].Young || orphans[0].Removed || len(r.engine.Truth()) != 1 {
			t.Errorf("dry run: %+v %v", orphans, err)
		}
		r.engine.FailNext("list", nil)
		if _, err := r.o.Sweep(ctx, den.System(), false); den.KindOf(err) != den.Down || len(r.engine.Truth()) != 1 {
			t.Errorf("a failed listing: %v", err)
		}
		orphans, err = r.o.Sweep(ctx, den.System(), false)
		if err != nil || len(orphans) != 1 || !orphans[0].Removed || len(r.engine.Truth()) != 0 {
			t.Errorf("%+v %v", orphans, err)
		}
		if r.engine.Strangers() != before {
			t.Error("a stranger's things were touched")
		}
		if _, err := r.o.Sweep(ctx, r.member, true); den.KindOf(err) != den.NotFound {
			t.Errorf("a member sweeps: %v", err)
		}
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

// Found by the crash matrix: an engine that fell silent counted as one with a full disk.
func TestASilentEngineCostsNoWaitingCell(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.run()
		elapse(time.Second)
		cell := r.engine.Truth()
		silent := false
		r.engine.Before(func(at string, id sandbox.ID) {
			if at == "look" && id == cell[0].ID && !silent {
				silent = true
				r.engine.FailNext("host", nil)
				if host, err := r.o.Host(t.Context(), den.System()); err != nil || host.Up {
					t.Errorf("the engine was asked while it is silent: %+v %v", host, err)
				}
			}
		})
		elapse(30 * time.Second)
		r.engine.Before(nil)
		if now := r.engine.Truth(); !silent || len(now) != 1 || now[0].ID != cell[0].ID {
			t.Errorf("silent %v, then waits %+v and not %s", silent, now, cell[0].ID)
		}
	})
}

func TestASandboxOverItsDiskIsEnded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		h, err := r.engine.Host(t.Context())
		r.must(err)
		h.DiskQuota = false
		r.engine.SetHost(h)
		r.run()
		v := r.start(time.Hour, r.release("one", fake.Behaviour{Use: sandbox.Use{Disk: 100 << 20}}))
		l := r.phase(v.Entries[0].Lease, den.Ended, 2*time.Minute)
		if l.Reason != den.ByFailure || l.Say != "It wrote 100 MB to its disk. Its size allows 64 MB." {
			t.Errorf("%s %q", l.Reason, l.Say)
		}
	})
}
