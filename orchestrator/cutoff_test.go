package orchestrator_test

import (
	"testing"
	"testing/synctest"
	"time"

	"innovationden/orchestrator/den"
	"innovationden/sandbox"
	"innovationden/sandbox/fake"
)

// A sandbox whose end is there, by time or by a word, is cut off at once, also while the
// engine keeps a look at it waiting.
func TestAnEngineThatHangsHoldsUpNoEnd(t *testing.T) {
	for name, end := range map[string]func(*rig, den.ID){
		"by time": func(*rig, den.ID) { elapse(time.Minute) },
		"by a word": func(r *rig, id den.ID) {
			_, err := r.o.End(r.t.Context(), r.member, id, "Enough.", 0)
			r.must(err)
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t)
				release := r.release("one", fake.Behaviour{})
				r.run()
				l := r.living(30*time.Minute, release)
				id := l.ID
				answers := make(chan struct{})
				elapse(time.Until(l.EndsAt.Add(-time.Minute + time.Second)))
				r.engine.Before(func(at string, _ sandbox.ID) {
					if at == "look" {
						<-answers
					}
				})
				elapse(15 * time.Second) // it is looked at meanwhile
				end(r, id)
				elapse(time.Second)
				synctest.Wait()
				if _, open := r.routes.get(l.Name); open {
					t.Error("its route is still there")
				}
				r.engine.Before(nil)
				close(answers)
				r.phase(id, den.Ended, time.Minute)
			})
		})
	}
}

// What is over does not run on because the engine is silent: it is ended without it,
// within a minute, and the rest is removed when the engine is back.
func TestWhatIsOverDoesNotRunOnWhileTheEngineIsSilent(t *testing.T) {
	for name, silence := range map[string]func(*rig){
		"it is down": func(r *rig) { r.engine.EngineDown(true) },
		"it hangs": func(r *rig) {
			for range 100 {
				r.engine.Hang("look")
				r.engine.Hang("find")
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t)
				r.t = t
				release := r.release("one", fake.Behaviour{})
				r.run()
				over := r.living(30*time.Minute, release)
				stays := r.living(2*time.Hour, release)
				elapse(29 * time.Minute)
				silence(r)
				elapse(time.Until(over.EndsAt))
				elapse(time.Minute)
				if n := r.engine.Cut(t.Context(), sandbox.ID(over.Sandbox)); n != 0 {
					t.Errorf("%d processes of it ran a minute after its end", n)
				}
				if n := howMany(r.acts(over.ID), "lease.cut"); n != 1 {
					t.Errorf("that it was ended without the engine is recorded %d times", n)
				}
				r.engine.Heal()
				r.phase(over.ID, den.Ended, 10*time.Minute)
				r.stillLive(stays.ID, "after the engine was silent")
			})
		})
	}
}
