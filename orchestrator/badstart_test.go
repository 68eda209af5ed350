package orchestrator_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"innovationden/orchestrator/den"
	"innovationden/sandbox"
	"innovationden/sandbox/fake"
)

func TestABadStartSaysWhatWasSeen(t *testing.T) {
	sick := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) })
	mute := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	for name, c := range map[string]struct {
		behaves fake.Behaviour
		say     []string
		within  time.Duration
	}{
		"another port":      {fake.Behaviour{OtherPort: 3000}, []string{"It listens on port 3000, not on 8080. Add a release that names port 3000."}, 2 * time.Minute},
		"no port":           {fake.Behaviour{NeverListens: true}, []string{"It listens on no port. Make it listen on port 8080."}, 2 * time.Minute},
		"exits at once":     {fake.Behaviour{Exits: true, ExitCode: 3, Log: "reading settings\nno such table: slots\n"}, []string{"It ended with code 3.", "no such table: slots"}, 5 * time.Second},
		"writes elsewhere":  {fake.Behaviour{Exits: true, ExitCode: 1, Log: "open /var/lib/app.db: read-only file system\n"}, []string{"”. This usually means that it writes where nothing can be written."}, 5 * time.Second},
		"is a bad script":   {fake.Behaviour{Exits: true, ExitCode: 1, Log: "exec /run.sh: no such file or directory\n"}, []string{"its lines end as on Windows."}, 5 * time.Second},
		"exits later":       {fake.Behaviour{NeverListens: true, Exits: true, ExitAfter: 5 * time.Second, ExitCode: 1}, []string{"It ended with code 1."}, 10 * time.Second},
		"answers with 503":  {fake.Behaviour{Handler: sick}, []string{"It listens on port 8080, but answers / with status 503."}, 2 * time.Minute},
		"accepts and stays": {fake.Behaviour{Handler: mute}, []string{"It takes connections on port 8080, but does not answer HTTP there."}, 2 * time.Minute},
		"cannot be run":     {fake.Behaviour{RefusesStart: fmt.Errorf("%w: no such file: /server", sandbox.ErrImage)}, []string{"cannot be run here: no such file: /server."}, 5 * time.Second},
		"refused":           {fake.Behaviour{RefusesStart: errors.New("cannot make a thread")}, []string{"The engine refused to start the product: cannot make a thread."}, time.Minute},
		"full":              {fake.Behaviour{RefusesStart: sandbox.ErrFull}, []string{"The host has no room for it just now."}, 2 * time.Minute},
		"ignores SIGTERM":   {fake.Behaviour{OtherPort: 3000, RemoveTakes: 10 * time.Second}, []string{"It listens on port 3000"}, 2 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t)
				bad, good := r.release("bad", c.behaves), r.release("good", fake.Behaviour{})
				r.run()
				v := r.start(time.Hour, bad, good)
				l := r.phase(v.Entries[0].Lease, den.Ended, c.within+15*time.Second)
				if l.Reason != den.ByFailure {
					t.Errorf("it ended for the reason %q", l.Reason)
				}
				for _, say := range c.say {
					if !strings.Contains(l.Say, say) {
						t.Errorf("it says %q, not %q", l.Say, say)
					}
				}
				if other := r.lease(v.Entries[1].Lease); other.Phase != den.Live {
					t.Errorf("the good one is %s", other.Phase)
				}
				receipt, err := r.o.Receipt(t.Context(), r.member, l.ID)
				if err != nil || receipt.Say != l.Say {
					t.Errorf("the receipt says %q: %v", receipt.Say, err)
				}
				for _, f := range r.engine.Truth() {
					if string(f.ID) == l.Sandbox {
						t.Errorf("left behind: %+v", f)
					}
				}
			})
		})
	}
}

func TestAnImageThatIsGoneIsSaidAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		gone := r.release("gone", fake.Behaviour{})
		r.run()
		r.engine.FailNext("start", fmt.Errorf("%w: gone", sandbox.ErrNoImage))
		v := r.start(time.Hour, gone)
		l := r.phase(v.Entries[0].Lease, den.Ended, 10*time.Second)
		if !strings.Contains(l.Say, "The image of release gone is no longer on the engine. Bring it in again as a new release.") {
			t.Errorf("it says %q", l.Say)
		}
	})
}

func TestAProductMayTakeItsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		late := r.release("late", fake.Behaviour{ListensAfter: 50 * time.Second})
		r.run()
		v := r.start(time.Hour, late)
		l := r.phase(v.Entries[0].Lease, den.Live, time.Minute)
		if l.Launch < 50*time.Second || l.Launch > 51*time.Second {
			t.Errorf("the launch took %s", l.Launch)
		}
	})
}

func TestALaunchCostsTheEngineWhatItMust(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		one := r.release("one", fake.Behaviour{})
		r.run()
		elapse(time.Second) // the waiting cell is made
		v := r.draft(time.Hour, one)
		began := len(r.engine.Journal())
		v, err := r.o.StartTrial(t.Context(), r.member, v.Trial.ID, 0, den.Once{})
		r.must(err)
		l := r.phase(v.Entries[0].Lease, den.Live, time.Second)
		var verbs []string
		for _, c := range r.engine.Journal()[began:] {
			if string(c.ID) == l.Sandbox {
				verbs = append(verbs, c.Verb)
			}
		}
		if got := strings.Join(verbs[:2], " "); got != "start dial" {
			t.Errorf("a launch asks the engine: %s", strings.Join(verbs, " "))
		}
		if l.Launch > 10*time.Millisecond {
			t.Errorf("a launch waited %s for nothing", l.Launch)
		}
	})
}
