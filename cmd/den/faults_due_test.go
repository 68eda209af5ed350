package main

import (
	"errors"
	"testing"
	"time"

	"innovationden/web/api/contract"
)

// What was due while the den was down is done when it is back, within a minute.
func TestALeaseThatEndedWhileTheDenWasDownIsGone(t *testing.T) {
	t.Parallel()
	const length = 6 * time.Second
	s := newServed(t, "DEN_SANDBOXES_SPARE_CELLS=1")
	s.start()
	release := s.offer(product(t, program(t), "serve"))
	trial := s.begin(length, release)
	over := *s.becomes(trial, contract.PhaseLive).EndsAt
	s.kill()
	if left := time.Until(over); left <= 0 {
		t.Fatalf("the den was killed %s too late to show anything", -left)
	}
	<-time.After(time.Until(over))

	// The control: nothing but the den takes it away.
	found, err := s.found()
	if err != nil {
		t.Fatal(err)
	}
	running := 0
	for _, f := range found {
		if len(f.Containers) == 2 {
			running++
		}
	}
	if running != 1 {
		t.Fatalf("while the den is down the engine has %+v", found)
	}

	began := time.Now()
	s.start()
	box := s.becomes(trial, contract.PhaseEnded)
	took := time.Since(began)
	t.Logf("it was gone, twice looked at, %s after the start of the den", took.Round(time.Millisecond))
	if took > time.Minute || box.Reason != contract.EndReasonTime {
		t.Errorf("it was gone after %s, for the reason %q", took, box.Reason)
	}
	must(t, s.settle(account{trial: trial, started: true, live: true}))
	if !t.Failed() {
		t.Log("figure: 1 end while the den was down, 0 violations")
	}
}

// A lease ends on time while the den runs, and its product answers nobody afterwards.
func TestALeaseEndsOnTime(t *testing.T) {
	s := newServed(t, "DEN_SANDBOXES_SPARE_CELLS=1")
	s.start()
	trial := s.begin(3*time.Second, s.offer(product(t, program(t), "serve")))
	over := *s.becomes(trial, contract.PhaseLive).EndsAt
	must(t, within(time.Minute, func() error {
		box, err := s.box(trial)
		if err == nil && box.Phase == contract.PhaseLive {
			err = errors.New("it is live")
		}
		return err
	}))
	if late := time.Since(over); late < 0 || late > 5*time.Second {
		t.Errorf("it ended %s after its time", late)
	}
	if box := s.becomes(trial, contract.PhaseEnded); box.Reason != contract.EndReasonTime || box.EndedAt == nil {
		t.Errorf("it ended for the reason %q", box.Reason)
	}
}
