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

func TestHoursPauseASandboxAndLetItGoOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, inLondon(t), func(c *orchestrator.Config) { c.PassEvery = time.Hour })
		r.run()
		hours := den.Hours{Days: []time.Weekday{0, 1, 2, 3, 4, 5, 6}, From: 9 * 60, To: 17 * 60, Zone: "Europe/London"}
		v, err := r.o.AddTrial(t.Context(), r.member, den.NewTrial{Question: "Which?", Releases: []den.ID{r.release("one", fake.Behaviour{})}, Length: 4 * 24 * time.Hour, Hours: &hours})
		r.must(err)
		if want := den.PenceOf(den.MilliOf(small.Price, 4*8*time.Hour)); v.Pence != want {
			t.Errorf("four days in office hours are said to cost %d, want %d", v.Pence, want)
		}
		v, err = r.o.StartTrial(t.Context(), r.member, v.ID, 0, den.Once{})
		r.must(err)
		id := v.Entries[0].Lease
		r.until(id, time.Minute, "paused", func(l den.Lease) bool { return l.Phase == den.Paused })
		if _, err := r.o.Resume(t.Context(), r.member, id, 0); den.KindOf(err) != den.Conflict {
			t.Errorf("resumed outside its hours: %v", err)
		}
		for day := range 3 {
			morning := time.Date(2000, 1, 1+day, 9, 0, 0, 0, time.UTC)
			elapse(time.Until(morning) - time.Second)
			if l := r.lease(id); l.Phase != den.Paused {
				t.Errorf("day %d, before nine it is %s", day, l.Phase)
			}
			elapse(2 * time.Second)
			if l := r.lease(id); l.Phase != den.Live {
				t.Errorf("day %d, after nine it is %s", day, l.Phase)
			}
			elapse(8 * time.Hour)
			if l := r.lease(id); l.Phase != den.Paused || !strings.Contains(l.Say, "9:00am to 5:00pm") {
				t.Errorf("day %d, after five it is %s: %q", day, l.Phase, l.Say)
			}
		}
		l := r.lease(id)
		if off := l.Ran - 24*time.Hour; off < -time.Minute || off > time.Minute {
			t.Errorf("three days of eight hours were counted as %s", l.Ran)
		}
	})
}
