package orchestrator_test

import (
	"slices"
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

func TestTheOperatorIsWarnedOfTheDiskOfTheRecords(t *testing.T) {
	var free int64
	r := newRig(t, func(c *orchestrator.Config) { c.DataFree = func() int64 { return free } })
	for _, c := range []struct {
		free  int64
		warns bool
	}{{5 << 30, false}, {200 << 20, true}, {0, true}, {-1, false}} {
		free = c.free
		host, err := r.o.Host(t.Context(), den.System())
		r.must(err)
		warns := slices.ContainsFunc(host.Warnings, func(say string) bool { return strings.Contains(say, "Make room on it.") })
		if host.DataFree != c.free || warns != c.warns {
			t.Errorf("with %d bytes free it says %d, and warns: %t", c.free, host.DataFree, warns)
		}
	}
	r.config.DataFree = nil
	host, err := orchestrator.New(r.config).Host(t.Context(), den.System())
	r.must(err)
	if host.DataFree != -1 {
		t.Errorf("where nobody says, it is %d", host.DataFree)
	}
}

func TestTheOperatorIsWarnedOfTheEndOfTheCertificate(t *testing.T) {
	var ends time.Time
	fault := ""
	r := newRig(t, func(c *orchestrator.Config) { c.Shown = func() (time.Time, string) { return ends, fault } })
	for _, c := range []struct {
		left  time.Duration
		fault string
		says  string
	}{
		{left: 90 * 24 * time.Hour},
		{left: 13*24*time.Hour - time.Second, says: "The certificate of the den runs out in 12 days 23 hours."},
		{left: -time.Minute, says: "The certificate of the den has run out"},
		{left: 90 * 24 * time.Hour, fault: "no such file", says: "A new certificate cannot be used, so the one before is shown: no such file."},
	} {
		ends, fault = r.config.Now().Add(c.left), c.fault
		host, err := r.o.Host(t.Context(), den.System())
		r.must(err)
		said := strings.Join(slices.DeleteFunc(host.Warnings, func(say string) bool { return !strings.Contains(say, "certificate") }), " ")
		if !host.CertEnds.Equal(ends) || !strings.HasPrefix(said, c.says) || c.says == "" && said != "" {
			t.Errorf("with %s left: it ends at %s, and %q", c.left, host.CertEnds, said)
		}
	}
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
