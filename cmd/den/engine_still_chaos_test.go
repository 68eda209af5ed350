//go:build chaos

package main

import (
	"context"
	"fmt"
	"syscall"
	"testing"
	"time"

	"innovationden/web/api/contract"
)

// An engine that stands still for DEN_CHAOS_STILL seconds (60) while it takes calls: in the
// middle of a launch, under a sandbox whose time ends meanwhile, and under one that goes on.
func TestChaosAnEngineThatStandsStill(t *testing.T) {
	still := time.Duration(number(t, "DEN_CHAOS_STILL", 60)) * time.Second
	e := newPrivate(t)
	s := newServed(t, "DEN_SANDBOXES_SPARE_CELLS=1")
	s.host = e.host()
	s.start()
	release := s.offer(product(t, program(t), "serve"))
	stays, ends := s.begin(time.Hour, release), s.begin(20*time.Second, release)
	s.becomes(stays, contract.PhaseLive)
	s.becomes(ends, contract.PhaseLive)
	cut := s.begin(time.Hour, release)
	must(t, e.process.Process.Signal(syscall.SIGSTOP))
	thawed := false
	t.Cleanup(func() {
		if !thawed {
			_ = e.process.Process.Signal(syscall.SIGCONT)
		}
	})
	<-time.After(still)
	if all, err := s.client().ListTrialsWithResponse(context.Background(), nil); err != nil || all.JSON200 == nil || len(all.JSON200.Items) != 3 {
		t.Errorf("reading, while the engine stands still: %+v, %v", all, err)
	}
	// The control: it stands still, so nobody can know that anything is gone, and nobody says so.
	if found, err := s.found(); err == nil {
		t.Errorf("the engine stands still and says what it has: %+v", found)
	}
	if box, err := s.box(ends); err != nil || box.Phase != contract.PhaseEnding || box.EndedAt != nil {
		t.Errorf("while nobody can look, a sandbox whose time is over is %+v, %v", box, err)
	}
	must(t, e.process.Process.Signal(syscall.SIGCONT))
	thawed = true
	began := time.Now()
	over := s.becomes(ends, contract.PhaseEnded)
	if over.Reason != contract.EndReasonTime {
		t.Errorf("it ended for the reason %q: %s", over.Reason, over.Detail)
	}
	if late := over.EndedAt.Sub(began); late > time.Minute {
		t.Errorf("it was gone %s after the engine went on", late)
	}
	s.becomes(cut, contract.PhaseLive)
	if box, err := s.box(stays); err != nil || box.Phase != contract.PhaseLive || box.Lost {
		t.Errorf("the one that goes on: %s", fmt.Sprint(box, err))
	}
	must(t, s.settle(account{trial: ends, started: true, live: true, beside: 2}))
	must(t, s.settle(account{trial: cut, started: true, live: true, beside: 1}))
	must(t, s.settle(account{trial: stays, started: true, live: true}))
	if !t.Failed() {
		t.Log("figure: 3 sandboxes under an engine that stood still, 0 violations")
	}
	t.Logf("it stood still for %s; %s later all was right", still, time.Since(began).Round(time.Millisecond))
}
