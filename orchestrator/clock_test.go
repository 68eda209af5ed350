package orchestrator_test

import (
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"innovationden/orchestrator"
	"innovationden/orchestrator/den"
	"innovationden/sandbox/fake"
)

// settable is the clock of a machine, which is ahead of the true time.
type settable struct{ ahead atomic.Int64 }

func (s *settable) now() time.Time { return time.Now().Round(0).Add(time.Duration(s.ahead.Load())) }
func (s *settable) jump(by time.Duration) {
	s.ahead.Add(int64(by))
}

func clockRig(t *testing.T, watched bool) (*rig, *settable) {
	clock := new(settable)
	began := time.Now()
	r := newRig(t, func(c *orchestrator.Config) {
		c.Now = clock.now
		if watched {
			c.Ticks = func() time.Duration { return time.Since(began) }
		}
	})
	return r, clock
}

// clockEvents are what the record says of the clock.
func (r *rig) clockEvents() int { return howMany(r.acts(den.System().ID), "host.clock_back") }

// The clock is put back by two hours under a sandbox that runs, one that is being started,
// one that is being removed and one that is paused. None of them lasts longer for it;
// what begins afterwards has its whole time.
func TestAClockThatIsPutBackLetsNothingLastLonger(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, clock := clockRig(t, true)
		quick, late := r.release("one", fake.Behaviour{}), r.release("late", fake.Behaviour{ListensAfter: 20 * time.Second})
		deaf := r.release("deaf", fake.Behaviour{OtherPort: 3000})
		r.run()
		const length = 30 * time.Minute
		lease := func(v den.TrialView) den.ID { return v.Entries[0].Lease }
		runs, paused, ends := lease(r.start(length, quick)), lease(r.start(length, quick)), lease(r.start(length, quick))
		for _, id := range []den.ID{runs, paused, ends} {
			r.phase(id, den.Live, time.Minute)
		}
		_, err := r.o.Pause(t.Context(), r.member, paused, 0)
		r.must(err)
		r.phase(paused, den.Paused, time.Minute)
		elapse(10 * time.Minute)
		starting, hopeless := lease(r.start(length, late)), lease(r.start(length, deaf))
		elapse(5 * time.Second)
		_, err = r.o.End(t.Context(), r.member, ends, "", 0)
		r.must(err)
		r.phase(ends, den.Ending, time.Minute)

		clock.jump(-2 * time.Hour)
		r.phase(ends, den.Ended, 20*time.Second)
		r.phase(starting, den.Live, time.Minute)
		if l := r.phase(hopeless, den.Ended, 2*time.Minute); l.Reason != den.ByFailure {
			t.Errorf("what never answers ended for the reason %s", l.Reason)
		}
		if n := r.clockEvents(); n != 1 {
			t.Errorf("the record says %d times that the clock was put back", n)
		}
		fresh := lease(r.start(length, quick))
		_, err = r.o.Resume(t.Context(), r.member, paused, 0)
		r.must(err)
		for _, id := range []den.ID{runs, paused} { // 30 minutes, and one at most
			if l := r.phase(id, den.Ended, 20*time.Minute); l.Reason != den.ByTime {
				t.Errorf("it ended for the reason %s", l.Reason)
			}
		}
		if l := r.lease(fresh); l.Phase != den.Live {
			t.Errorf("what was begun afterwards is %s", l.Phase)
		}
		r.phase(starting, den.Ended, 12*time.Minute)
		elapse(time.Until(r.lease(fresh).EndsAt.Add(2*time.Hour - time.Minute)))
		r.stillLive(fresh, "a minute before its end")
		r.phase(fresh, den.Ended, 2*time.Minute)
		figure(t, 6, "sandboxes under a clock that was put back")
	})
}

// Put back and right again, it takes no time away; a small step is not said.
func TestAClockThatIsPutRightAgainTakesNoTimeAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, clock := clockRig(t, true)
		release := r.release("one", fake.Behaviour{})
		r.run()
		id := r.living(30*time.Minute, release).ID
		for _, by := range []time.Duration{-4 * time.Minute, 4 * time.Minute} {
			clock.jump(by)
			elapse(time.Minute)
		}
		elapse(26 * time.Minute)
		r.stillLive(id, "three minutes before its end")
		r.phase(id, den.Ended, 4*time.Minute)
		if n := r.clockEvents(); n != 0 {
			t.Errorf("the record says %d times that the clock was put back", n)
		}
		figure(t, 2, "clocks set and put right")
	})
}

// Set forward by mistake and put right again, it takes no time away, and gives none: what
// began meanwhile ends as if it had never been set.
func TestAClockThatWasAheadTakesNoTimeAwayWhenItIsPutRight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, clock := clockRig(t, true)
		release := r.release("one", fake.Behaviour{})
		r.run()
		before := r.living(3*time.Hour, release).ID
		clock.jump(2 * time.Hour)
		elapse(time.Minute)
		meanwhile := r.living(time.Hour, release).ID
		clock.jump(-2 * time.Hour)
		elapse(58 * time.Minute)
		for _, id := range []den.ID{before, meanwhile} {
			if l := r.lease(id); l.Phase != den.Live {
				t.Fatalf("an hour after its begin it is %s", l.Phase)
			}
		}
		r.phase(meanwhile, den.Ended, 4*time.Minute)
		elapse(115 * time.Minute)
		r.stillLive(before, "minutes before its end")
		r.phase(before, den.Ended, 8*time.Minute)
		figure(t, 2, "sandboxes under a clock that was ahead and put right")
	})
}

// Who gives more time until a moment means the clock as it goes.
func TestMoreTimeUntilAMomentIsByTheClockAsItGoes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, clock := clockRig(t, true)
		release := r.release("one", fake.Behaviour{})
		r.run()
		id := r.living(30*time.Minute, release).ID
		clock.jump(-2 * time.Hour)
		elapse(time.Minute)
		if left := r.lease(id).EndsAt.Sub(clock.now()); left < 28*time.Minute || left > 29*time.Minute {
			t.Errorf("a minute after its begin it says that %s are left", left)
		}
		until := clock.now().Add(time.Hour)
		_, err := r.o.Extend(t.Context(), r.member, id, den.Extension{Until: until})
		r.must(err)
		elapse(59 * time.Minute)
		r.stillLive(id, "a minute before the moment")
		r.phase(id, den.Ended, 3*time.Minute)
	})
}

// The control: a den that does not watch the clock lets it run on.
func TestAClockThatNobodyWatchesLetsThingsLastLonger(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, clock := clockRig(t, false)
		release := r.release("one", fake.Behaviour{})
		r.run()
		id := r.living(30*time.Minute, release).ID
		clock.jump(-2 * time.Hour)
		elapse(time.Hour)
		if l := r.lease(id); l.Phase != den.Live {
			t.Errorf("it is %s: the test above sees nothing", l.Phase)
		}
	})
}

// A warning of an end comes, and says how long there is, by the clock as it goes.
func TestAWarningOfAnEndIsByTheClockAsItGoes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, clock := clockRig(t, true)
		release := r.release("one", fake.Behaviour{})
		r.run()
		id := r.living(8*time.Hour, release).ID
		clock.jump(-3 * time.Hour)
		elapse(7*time.Hour + 5*time.Minute)
		if n := r.told(r.member, den.NoticeEndsHour); n != 1 {
			t.Errorf("in its last hour the department was warned %d times", n)
		}
		page, err := r.o.Notices(t.Context(), r.member, den.Filter{Limit: 1})
		r.must(err)
		if say := page.Items[0].Say; strings.Contains(say, "hours") {
			t.Errorf("it says %q", say)
		}
		r.phase(id, den.Ended, time.Hour)
	})
}

// What waits for room has no more time for a clock that was put back: its time is over when
// it is, and nothing is started to end at once.
func TestARequestUnderAClockThatWasPutBackIsOverInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, clock := clockRig(t, true)
		r.config.Room = 1
		r.o = orchestrator.New(r.config)
		release := r.release("one", fake.Behaviour{})
		r.run()
		holds := r.living(3*time.Hour, release).ID
		waits := r.start(time.Hour, release).Entries[0].Lease
		clock.jump(-2 * time.Hour)
		elapse(62 * time.Minute)
		if l := r.lease(waits); l.Phase != den.Refused || l.Reason != den.ByLapse {
			t.Errorf("an hour after it was asked for it is %s (%s)", l.Phase, l.Reason)
		}
		r.stillLive(holds, "meanwhile")
	})
}
