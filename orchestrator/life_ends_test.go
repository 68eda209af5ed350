package orchestrator_test

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"innovationden/orchestrator/den"
	"innovationden/sandbox"
	"innovationden/sandbox/fake"
)

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
		orphans, err := r.swept(den.System(), false)
		if err != nil || len(orphans) != 1 || !orphans[0].Young || orphans[0].Removed {
			t.Errorf("young: %+v %v", orphans, err)
		}
		elapse(3 * time.Minute)
		orphans, err = r.swept(den.System(), true)
		if err != nil || len(orphans) != 1 || orphans[0].Young || orphans[0].Removed || len(r.engine.Truth()) != 1 {
			t.Errorf("dry run: %+v %v", orphans, err)
		}
		r.engine.FailNext("list", nil)
		if _, err := r.o.Sweep(ctx, den.System(), false); den.KindOf(err) != den.Down || len(r.engine.Truth()) != 1 {
			t.Errorf("a failed listing: %v", err)
		}
		orphans, err = r.swept(den.System(), false)
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

func (r *rig) swept(who den.Actor, dry bool) ([]den.Orphan, error) {
	r.t.Helper()
	found, err := r.o.Sweep(r.t.Context(), who, dry)
	return found.Orphans, err
}

func TestASandboxThatFillsTheLayerThatTheEngineBoundsLives(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.run()
		v := r.start(time.Hour, r.release("one", fake.Behaviour{Use: sandbox.Use{Disk: 65 << 20}}))
		<-time.After(30 * time.Minute)
		if l := r.lease(v.Entries[0].Lease); l.Phase != den.Live {
			t.Errorf("%s %q", l.Phase, l.Say)
		}
	})
}

func TestASandboxOverItsDiskIsEnded(t *testing.T) {
	const more = "It wrote more files, or folders in folders, to its disk than can be counted."
	for _, c := range []struct {
		want  string
		use   sandbox.Use
		quota bool
	}{
		{want: "It wrote 100 MB to its disk. Its size allows 64 MB.", use: sandbox.Use{Disk: 100 << 20}},
		{want: more, use: sandbox.Use{Disk: 1 << 20, DiskMore: true}},
		// The engine bounds its layer, and not its volumes.
		{want: "It wrote 200 MB to its disk. Its size allows 64 MB.", use: sandbox.Use{Disk: 200 << 20}, quota: true},
		{want: more, use: sandbox.Use{Disk: 1 << 20, DiskMore: true}, quota: true},
	} {
		synctest.Test(t, func(t *testing.T) {
			r := newRig(t)
			h, err := r.engine.Host(t.Context())
			r.must(err)
			h.DiskQuota = c.quota
			r.engine.SetHost(h)
			r.run()
			v := r.start(time.Hour, r.release("one", fake.Behaviour{Use: c.use}))
			l := r.phase(v.Entries[0].Lease, den.Ended, 2*time.Minute)
			if l.Reason != den.ByFailure || l.Say != c.want {
				t.Errorf("quota: %v: %s %q", c.quota, l.Reason, l.Say)
			}
		})
	}
}
