package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"innovationden/web/api/contract"
)

// begin starts a trial of a release and returns its id.
func (s *served) begin(length time.Duration, release string) string {
	s.t.Helper()
	ctx, client := context.Background(), s.client()
	draft, err := client.AddTrialWithResponse(ctx, nil, s.newTrial(length, release))
	s.answered(err, draft != nil && draft.JSON201 != nil, func() []byte { return draft.Body })
	started, err := client.StartTrialWithResponse(ctx, draft.JSON201.Id, nil)
	s.answered(err, started != nil && started.JSON202 != nil, func() []byte { return started.Body })
	return draft.JSON201.Id
}

// box is the one sandbox of a trial.
func (s *served) box(trial string) (contract.Sandbox, error) {
	found, err := s.client().GetTrialWithResponse(context.Background(), trial)
	if err != nil {
		return contract.Sandbox{}, err
	}
	if found.JSON200 == nil || len(found.JSON200.Entries) != 1 || found.JSON200.Entries[0].Sandbox == nil {
		return contract.Sandbox{}, fmt.Errorf("trial %s: %s", trial, found.Body)
	}
	return *found.JSON200.Entries[0].Sandbox, nil
}

// becomes waits until the sandbox of a trial is in a phase.
func (s *served) becomes(trial string, phase contract.Phase) (box contract.Sandbox) {
	s.t.Helper()
	s.await("the sandbox to be "+string(phase), func() (err error) {
		if box, err = s.box(trial); err == nil && box.Phase != phase {
			err = fmt.Errorf("it is %s: %s", box.Phase, box.Detail)
		}
		return err
	})
	return box
}

// An engine that is killed, started again, stopped, started again, and killed in the
// middle of a launch.
func TestAnEngineThatGoesAwayAndComesBack(t *testing.T) {
	t.Parallel()
	e := newPrivate(t)
	s := newServed(t, "DEN_SANDBOXES_SPARE_CELLS=1")
	s.host = e.host()
	s.start()
	release := s.offer(product(t, program(t), "serve"))
	stays, leaves := s.begin(time.Hour, release), s.begin(time.Hour, release)
	s.becomes(stays, contract.PhaseLive)
	s.becomes(leaves, contract.PhaseLive)

	running := e.running()
	e.kill()
	s.whileDown(leaves, release)
	s.await("what is to end to have ended without the engine, and nothing else", func() error {
		if ended := running.ended(); ended != 2 {
			return fmt.Errorf("%d of its %d first processes have ended, want the product and its holder", ended, len(running))
		}
		return nil
	})
	e.start()
	s.afterwards(stays)
	if box := s.becomes(leaves, contract.PhaseEnded); box.Reason != contract.EndReasonAsked {
		t.Errorf("it ended for the reason %q", box.Reason)
	}
	must(t, s.settle(account{trial: leaves, started: true, live: true, ended: true, beside: 1}))

	e.stop()
	e.start()
	s.afterwards(stays)

	// In the middle of a launch: it goes on when the engine is back.
	cut := s.begin(time.Hour, release)
	e.kill()
	if box, err := s.box(cut); err != nil || box.Phase != contract.PhaseStarting && box.Phase != contract.PhaseLive {
		t.Errorf("it is %+v, %v", box, err)
	}
	e.start()
	s.becomes(cut, contract.PhaseLive)
	must(t, s.settle(account{trial: cut, started: true, live: true, beside: 1}))
	must(t, s.settle(account{trial: stays, started: true, live: true}))
	if !t.Failed() {
		t.Log("figure: 3 outages of the engine, 0 violations")
	}
}

// whileDown looks at what a den says and takes while its engine does not answer.
func (s *served) whileDown(leaves, release string) {
	s.t.Helper()
	ctx, client := context.Background(), s.client()
	s.await("the den to notice", func() error {
		host, err := client.GetHostWithResponse(ctx)
		if err == nil && (host.JSON200 == nil || host.JSON200.Up) {
			err = errors.New("it says that the engine is up")
		}
		return err
	})
	draft, err := client.AddTrialWithResponse(ctx, nil, s.newTrial(time.Hour, release))
	s.answered(err, draft != nil && draft.JSON201 != nil, func() []byte { return draft.Body })
	refused, err := client.StartTrialWithResponse(ctx, draft.JSON201.Id, nil)
	must(s.t, err)
	const say = "The engine that runs the sandboxes does not answer. Try again in a few minutes, or tell the operator."
	if refused.StatusCode() != http.StatusServiceUnavailable || !strings.Contains(string(refused.Body), say) {
		s.t.Errorf("a launch is answered with %d %s", refused.StatusCode(), refused.Body)
	}
	if all, err := client.ListTrialsWithResponse(ctx, nil); err != nil || all.JSON200 == nil || len(all.JSON200.Items) != 3 {
		s.t.Errorf("reading: %+v, %v", all, err)
	}
	ended, err := client.EndTrialWithResponse(ctx, leaves, nil, contract.Reason{})
	s.answered(err, ended != nil && ended.JSON202 != nil, func() []byte { return ended.Body })
	if err := s.get("/readyz"); err != nil {
		s.t.Logf("while the engine is down: %v", err)
	}
	if out, code := s.command("host"); code != exitDone || !strings.Contains(out, "does not answer. Nothing can be started until it does") {
		s.t.Errorf("den host exits with %d and says %s", code, out)
	}
}

// afterwards waits until a sandbox whose engine was away runs again, and says so.
func (s *served) afterwards(trial string) {
	s.t.Helper()
	s.await("the sandbox to run again, and to say what was lost", func() error {
		box, err := s.box(trial)
		if err == nil && (box.Phase != contract.PhaseLive || !box.Lost) {
			err = fmt.Errorf("it is %s, lost is %v: %s", box.Phase, box.Lost, box.Detail)
		}
		return err
	})
}

// Without one event of the engine, what vanishes and what is over is found by looking.
func TestWithoutEventsTheDenFindsOutByLooking(t *testing.T) {
	t.Parallel()
	b := newBetween(t)
	b.mute.Store(true)
	s := newServed(t, "DEN_SANDBOXES_SPARE_CELLS=1")
	s.host = b.host
	s.start()
	release := s.offer(product(t, program(t), "serve"))
	must(t, s.onlyCells(0))
	waiting, err := s.found()
	must(t, err)

	vanishes := s.begin(time.Hour, release)
	s.becomes(vanishes, contract.PhaseLive)
	runtime, err := s.engine()
	must(t, err)
	t.Cleanup(func() { _ = runtime.Close() })
	must(t, runtime.Remove(t.Context(), waiting[0].ID)) // the launch took the waiting cell
	if box := s.becomes(vanishes, contract.PhaseEnded); box.Reason != contract.EndReasonVanished {
		t.Errorf("it ended for the reason %q: %s", box.Reason, box.Detail)
	}

	passes := s.begin(2*time.Second, release)
	if box := s.becomes(passes, contract.PhaseEnded); box.Reason != contract.EndReasonTime {
		t.Errorf("it ended for the reason %q: %s", box.Reason, box.Detail)
	}
	must(t, s.onlyCells(0))
}
