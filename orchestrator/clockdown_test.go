package orchestrator_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"innovationden/orchestrator"
	"innovationden/orchestrator/den"
	"innovationden/sandbox/fake"
)

// downRig is a den with a clock that can be set, on a machine whose runs have names.
func downRig(t *testing.T, watched bool) (*rig, *settable) {
	r, clock := clockRig(t, watched)
	r.config.Machine = "one"
	r.o = orchestrator.New(r.config)
	return r, clock
}

// away stops the den for a while, has done to the machine what is to be, and starts it again.
func (r *rig) away(while time.Duration, do func()) {
	r.t.Helper()
	r.stop()
	elapse(while)
	do()
	r.o = orchestrator.New(r.config)
	r.run()
	elapse(time.Second)
}

// restarted is another run of the machine: what counts its time begins anew.
func (r *rig) restarted() {
	began := time.Now()
	r.config.Machine += "+"
	if r.config.Ticks != nil {
		r.config.Ticks = func() time.Duration { return time.Since(began) }
	}
}

func (r *rig) warned() bool {
	r.t.Helper()
	v, err := r.o.Host(r.t.Context(), den.System())
	r.must(err)
	for _, w := range v.Warnings {
		if strings.Contains(w, "The clock of the host was put back") {
			return true
		}
	}
	return false
}

// said is what the record says last of the clock.
func (r *rig) saidOfClock() (say string) {
	r.t.Helper()
	page, err := r.o.Events(r.t.Context(), den.System(), den.Filter{Act: "host.clock_back", Newest: true})
	r.must(err)
	if len(page.Items) > 0 {
		say = page.Items[0].Say
	}
	return say
}

// The clock is put back by two hours while the den is stopped for ten minutes, in the
// same run of the machine or over a restart of it, after a stop or after a kill. What
// runs gets no more than it had left; the record and the host page say so. Another stop
// of the den changes nothing about it.
func TestAClockThatIsPutBackWhileTheDenIsDownLetsNothingLastLonger(t *testing.T) {
	for name, c := range map[string]struct {
		restart bool
		silent  bool          // killed: the store knows what it knew at first, but for the events
		most    time.Duration // that is left by then, and a minute
	}{
		"in the same run":      {most: 21 * time.Minute},
		"after a restart":      {restart: true, most: 31 * time.Minute}, // how long it took is not known
		"killed, same run":     {silent: true, most: 21 * time.Minute},
		"killed and restarted": {restart: true, silent: true, most: 33 * time.Minute}, // back to the last event, 2 minutes earlier
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r, clock := downRig(t, true)
				release := r.release("one", fake.Behaviour{})
				r.run()
				const length = 40 * time.Minute
				runs, paused := r.start(length, release).Entries[0].Lease, r.start(length, release).Entries[0].Lease
				for _, id := range []den.ID{runs, paused} {
					r.phase(id, den.Live, time.Minute)
				}
				began := r.lease(runs).AgreedAt
				var before den.Clock
				keep := func(put bool) {
					r.must(r.store.Update(t.Context(), func(tx den.Tx) (err error) {
						now, err := tx.Clocks().Get(den.ClockID)
						if err == nil && put {
							before.Rev = now.Rev
							_, err = tx.Clocks().Put(before)
						} else {
							before = now
						}
						return err
					}))
				}
				keep(false)
				elapse(time.Until(began.Add(8 * time.Minute)))
				_, err := r.o.Pause(t.Context(), r.member, paused, 0)
				r.must(err)
				r.phase(paused, den.Paused, time.Minute)
				elapse(time.Until(began.Add(10 * time.Minute)))
				r.away(10*time.Minute, func() {
					clock.jump(-2 * time.Hour)
					if c.restart {
						r.restarted()
					}
					if c.silent {
						keep(true)
					}
				})
				if n := r.clockEvents(); n != 1 {
					t.Errorf("the record says %d times that the clock was put back", n)
				}
				if say := r.saidOfClock(); !strings.Contains(say, "2 sandboxes") || strings.Contains(say, "behind the last moment") != c.restart {
					t.Errorf("it says: %s", say)
				}
				if !r.warned() {
					t.Error("the host page says nothing")
				}
				fresh := r.start(length, release).Entries[0].Lease
				r.away(time.Second, func() {}) // what is known of it outlives the next stop
				if n := r.clockEvents(); n != 1 {
					t.Errorf("after another stop the record says %d times that the clock was put back", n)
				}
				_, err = r.o.Resume(t.Context(), r.member, paused, 0)
				r.must(err)
				asked := time.Now()
				for _, id := range []den.ID{runs, paused} {
					if l := r.phase(id, den.Ended, c.most); l.Reason != den.ByTime {
						t.Errorf("it ended for the reason %s", l.Reason)
					}
				}
				if time.Since(asked) < c.most-2*time.Minute {
					t.Errorf("it ended %s later: time was taken away", time.Since(asked))
				}
				if l := r.lease(fresh); l.Phase != den.Live {
					t.Errorf("what was begun afterwards is %s", l.Phase)
				}
				if r.warned() {
					t.Error("the host page still warns, though nothing ends earlier by it")
				}
				figure(t, 3, "sandboxes under a clock that was put back while the den was down")
			})
		})
	}
}

// A clock that is put back while the den is down, and right again before or while it runs
// next, takes no time away.
func TestAClockThatIsPutRightWhileTheDenIsDownTakesNoTimeAway(t *testing.T) {
	for name, right := range map[string]func(*rig, func()){
		"while it runs": func(_ *rig, set func()) { set(); elapse(10 * time.Second) },
		"while it is down": func(r *rig, set func()) {
			r.away(10*time.Second, set)
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r, clock := downRig(t, true)
				release := r.release("one", fake.Behaviour{})
				r.run()
				l := r.living(3*time.Hour, release)
				id := l.ID
				r.away(time.Minute, func() { clock.jump(-2 * time.Hour) })
				if got := r.lease(id).Sooner; got < 2*time.Hour-time.Second || got > 2*time.Hour+time.Second {
					t.Errorf("it ends %s earlier", got)
				}
				right(r, func() { clock.jump(2 * time.Hour) })
				if got := r.lease(id).Sooner; got != 0 || r.warned() {
					t.Errorf("it still ends %s earlier, warned: %v", got, r.warned())
				}
				elapse(time.Until(l.EndsAt.Add(-time.Minute)))
				r.stillLive(id, "a minute before its end")
				r.phase(id, den.Ended, 2*time.Minute)
				figure(t, 1, "clocks set and put right around a stop")
			})
		})
	}
}

// Time that passes while the den is down, a restart of the machine and a small difference
// of its clock are no jumps; a den in which nothing happens writes nothing.
func TestADenThatWasDownSeesNoJumpWhereThereIsNone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, clock := downRig(t, true)
		release := r.release("one", fake.Behaviour{})
		r.run()
		id := r.living(30*24*time.Hour, release).ID
		r.away(9*time.Hour, func() {})
		r.away(9*time.Hour, r.restarted)
		r.away(time.Minute, func() { clock.jump(500 * time.Millisecond) })
		if l := r.lease(id); l.Sooner != 0 || r.clockEvents() != 0 {
			t.Errorf("it ends %s earlier, and the record says %d times that the clock was put back", l.Sooner, r.clockEvents())
		}
		kept := func() (c den.Clock) {
			r.must(r.store.View(t.Context(), func(tx den.Tx) (err error) { c, err = tx.Clocks().Get(den.ClockID); return err }))
			return c
		}
		_, err := r.o.Pause(t.Context(), r.member, id, 0)
		r.must(err)
		r.phase(id, den.Paused, time.Minute)
		elapse(3 * time.Hour)
		if behind := clock.now().Sub(kept().At); behind > 21*time.Minute {
			t.Errorf("with a paused sandbox the store knows of the clock as it was %s ago", behind)
		}
		_, err = r.o.End(t.Context(), r.member, id, "", 0)
		r.must(err)
		r.phase(id, den.Ended, time.Minute)
		elapse(time.Hour)
		was := kept()
		elapse(5 * time.Hour)
		if now := kept(); now.Rev != was.Rev {
			t.Errorf("an idle den kept the clock %d times", now.Rev-was.Rev)
		}
	})
}

// The control: a den that does not watch the clock lets it run on.
func TestAClockThatNobodyWatchedWhileTheDenWasDownLetsThingsLastLonger(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, clock := downRig(t, false)
		release := r.release("one", fake.Behaviour{})
		r.run()
		id := r.living(30*time.Minute, release).ID
		r.away(time.Minute, func() { clock.jump(-2 * time.Hour) })
		elapse(time.Hour)
		if l := r.lease(id); l.Phase != den.Live {
			t.Errorf("it is %s: the tests above see nothing", l.Phase)
		}
	})
}
