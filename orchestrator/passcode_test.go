package orchestrator_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"innovationden/orchestrator/den"
	"innovationden/sandbox/fake"
)

const goodPasscode = "open sesame"

// door is a link with a passcode to one sandbox.
type door struct {
	*rig
	link  string
	lease den.ID
}

func (r *rig) door() door {
	r.t.Helper()
	r.run()
	v := r.start(time.Hour, r.release("one", fake.Behaviour{}))
	l := r.phase(v.Entries[0].Lease, den.Live, time.Minute)
	_, link, err := r.o.AddShare(context.Background(), r.member, den.NewShare{Trial: v.Trial.ID, Link: true, For: "users", Passcode: goodPasscode})
	r.must(err)
	return door{r, link, l.ID}
}

func (d door) enter(passcode, from string) error {
	_, err := d.o.EnterByLink(context.Background(), d.link, passcode, from, d.lease)
	return err
}

// tries enters so often, and counts the answers.
func (d door) tries(n int, passcode, from string) map[den.Refusal]int {
	kinds := map[den.Refusal]int{}
	for range n {
		kinds[den.KindOf(d.enter(passcode, from))]++
	}
	return kinds
}

// One address is slowed, and keeps nobody else out; many of them are slowed together.
func TestWhoGuessesAPasscodeWaitsAndKeepsNobodyOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRig(t).door()
		if got := d.tries(20, "", "192.0.2.1"); got[den.Denied] != 20 {
			t.Errorf("nothing typed is a try: %v", got)
		}
		if got := d.tries(7, "open barley", "192.0.2.1"); got[den.Denied] != 5 || got[den.TooSoon] != 2 {
			t.Errorf("seven wrong ones of one address: %v", got)
		}
		var e *den.Error
		if err := d.enter(goodPasscode, "192.0.2.1"); !errors.As(err, &e) || e.Kind != den.TooSoon || e.Wait <= 0 || e.Wait > 10*time.Minute || !strings.Contains(e.Say, "Try again in 10 minutes") {
			t.Errorf("the right one of who has to wait: %v", err)
		}
		if err := d.enter(goodPasscode, "192.0.2.2"); err != nil {
			t.Errorf("another address: %v", err)
		}
		if got := d.tries(7, "open barley", "192.0.2.3"); got[den.Denied] != 5 || got[den.TooSoon] != 2 {
			t.Errorf("another who guesses: %v", got)
		}
		if err := d.enter(goodPasscode, "192.0.2.4"); den.KindOf(err) != den.TooSoon {
			t.Errorf("ten wrong ones of one link: %v", err)
		}
		elapse(10 * time.Minute)
		for _, from := range []string{"192.0.2.1", "192.0.2.4"} {
			if err := d.enter(goodPasscode, from); err != nil {
				t.Errorf("%s ten minutes later: %v", from, err)
			}
		}
	})
}

// Who is right gives back what they were wrong, and nothing of others.
func TestARightPasscodeForgivesItsAddressAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRig(t).door()
		for _, from := range []string{"192.0.2.1", "192.0.2.2"} {
			d.tries(4, "open barley", from)
		}
		if err := d.enter(goodPasscode, "192.0.2.1"); err != nil {
			t.Fatal(err)
		}
		if got := d.tries(2, "open barley", "192.0.2.2"); got[den.Denied] != 1 || got[den.TooSoon] != 1 {
			t.Errorf("the guesses of another address: %v", got)
		}
		if got := d.tries(6, "open barley", "192.0.2.1"); got[den.Denied] != 5 || got[den.TooSoon] != 1 {
			t.Errorf("its own: %v", got)
		}
	})
}

// Guests who come at the same moment, with the right passcode, all come in.
func TestGuestsWhoComeAtOnceAreNotTakenForGuesses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRig(t).door()
		for n, err := range atOnce(12, func(int) error { return d.enter(goodPasscode, "192.0.2.1") }) {
			if err != nil {
				t.Errorf("guest %d: %v", n, err)
			}
		}
	})
}

// However many ask, few passcodes are worked on at once: the others wait, not for ever.
func TestAPasscodeWaitsForItsTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRig(t).door()
		letGo := d.o.HoldPasscodes(t.Context())
		kinds := map[den.Refusal]int{}
		for _, err := range atOnce(40, func(n int) error { return d.enter("open barley", fmt.Sprint("192.0.2.", n)) }) {
			kinds[den.KindOf(err)]++
		}
		if kinds[den.Busy] != 40 {
			t.Errorf("while others are worked on: %v", kinds)
		}
		_, _, err := d.o.AddShare(t.Context(), d.member, den.NewShare{Trial: d.trialOf(d.lease), Link: true, For: "users", Passcode: goodPasscode})
		if den.KindOf(err) != den.Busy {
			t.Errorf("a new passcode: %v", err)
		}
		letGo()
		if err := d.enter(goodPasscode, "192.0.2.1"); err != nil {
			t.Errorf("who waited in vain counts as wrong: %v", err)
		}
	})
}

func (r *rig) trialOf(lease den.ID) den.ID { return r.lease(lease).Trial }
