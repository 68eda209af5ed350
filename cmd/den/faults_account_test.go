package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"innovationden/orchestrator/den"
	"innovationden/sandbox"
	"innovationden/sandbox/sandboxtest"
	"innovationden/web/api/contract"
)

// account is what a den has said of a trial, kept outside of it. None of it may be untrue
// after a crash.
type account struct {
	trial   string // it was drafted
	started bool   // its start was accepted
	live    bool   // it was shown to be live
	ended   bool   // its end was accepted

	beside int // other sandboxes that run meanwhile
}

// product is the program of the contract suite, as an archive of an image that runs it
// in a mode of its own.
func product(t testing.TB, program []byte, mode string) []byte {
	t.Helper()
	c := sandboxtest.ProductConfig()
	c.Volumes, c.Cmd = nil, []string{mode}
	return sandboxtest.Archive(t, c, nil, map[string][]byte{"product": program, "tmp/": nil})
}

func program(t testing.TB) []byte {
	t.Helper()
	return sandboxtest.Program(context.WithoutCancel(t.Context()), t, "innovationden/sandbox/sandboxtest/testdata/product")
}

// offer brings a product in, with a department that may try it, and returns its release.
func (s *served) offer(archive []byte) string {
	s.t.Helper()
	ctx, client := context.Background(), s.client()
	unique := lower.EncodeToString(random(4))
	supplier, err := client.AddSupplierWithResponse(ctx, nil, contract.NewSupplier{Name: "Supplier " + unique})
	s.answered(err, supplier != nil && supplier.JSON201 != nil, func() []byte { return supplier.Body })
	offered, err := client.AddProductWithResponse(ctx, nil, contract.NewProduct{Supplier: supplier.JSON201.Id, Name: "Product " + unique})
	s.answered(err, offered != nil && offered.JSON201 != nil, func() []byte { return offered.Body })
	department, err := client.AddDepartmentWithResponse(ctx, nil, contract.NewOrganisation{Name: "Department " + unique})
	s.answered(err, department != nil && department.JSON201 != nil, func() []byte { return department.Body })
	release, err := client.AddReleaseArchiveWithBodyWithResponse(ctx, offered.JSON201.Id,
		&contract.AddReleaseArchiveParams{Version: "1"}, "application/x-tar", bytes.NewReader(archive))
	s.answered(err, release != nil && release.JSON201 != nil, func() []byte { return release.Body })
	s.images, s.department = append(s.images, release.JSON201.Image), department.JSON201.Id
	return release.JSON201.Id
}

func (s *served) answered(err error, ok bool, body func() []byte) {
	s.t.Helper()
	if err != nil {
		s.t.Fatalf("%v\n%s", err, s.log)
	}
	if !ok {
		s.t.Fatalf("the den answered %s\n%s", body(), s.log)
	}
}

// tell drafts a trial, starts it and asks for its end once it is live, as far as the
// den lives, and notes what the den said.
func (s *served) tell(release string) (heard account) {
	s.t.Helper()
	ctx, client := context.Background(), s.client()
	draft, err := client.AddTrialWithResponse(ctx, nil, s.newTrial(time.Hour, release))
	if err != nil {
		return heard
	}
	s.answered(nil, draft.JSON201 != nil, func() []byte { return draft.Body })
	heard.trial = draft.JSON201.Id
	started, err := client.StartTrialWithResponse(ctx, heard.trial, nil)
	if err != nil {
		return heard
	}
	s.answered(nil, started.JSON202 != nil, func() []byte { return started.Body })
	heard.started = true
	var alive bool
	_ = within(time.Minute, func() error {
		found, err := client.GetTrialWithResponse(ctx, heard.trial)
		if err != nil || found.JSON200 == nil {
			return nil
		}
		if found.JSON200.Entries[0].Sandbox.Phase == contract.PhaseLive {
			alive = true
			return nil
		}
		if found.JSON200.State == contract.Finished {
			return nil
		}
		return errors.New("it is starting")
	})
	if !alive {
		return heard
	}
	heard.live = true
	ended, err := client.EndTrialWithResponse(ctx, heard.trial, nil, contract.Reason{})
	if err != nil {
		return heard
	}
	s.answered(nil, ended.JSON202 != nil, func() []byte { return ended.Body })
	heard.ended = true
	_ = within(time.Minute, func() error {
		found, err := client.GetTrialWithResponse(ctx, heard.trial)
		if err != nil || found.JSON200 != nil && found.JSON200.State == contract.Finished {
			return nil
		}
		return errors.New("it is being removed")
	})
	return heard
}

func (s *served) newTrial(length time.Duration, releases ...string) contract.NewTrial {
	name, question, seconds := "A trial", "Does anything stay behind?", int64(length/time.Second)
	return contract.NewTrial{Department: &s.department, Name: &name, Question: &question, Releases: &releases, LengthSeconds: &seconds}
}

// settle brings a trial to its end, whatever it was cut off in, and says what was left
// behind or lost.
func (s *served) settle(heard account) error {
	if heard.trial == "" {
		return s.onlyCells(heard.beside)
	}
	ctx, client := context.Background(), s.client()
	var lost error
	err := within(s.patience, func() error {
		found, err := client.GetTrialWithResponse(ctx, heard.trial)
		if err != nil {
			return err
		}
		if found.JSON200 == nil {
			lost = fmt.Errorf("the trial was lost: %s", found.Body)
			return nil
		}
		return s.push(heard, *found.JSON200, &lost)
	})
	if err := errors.Join(lost, err); err != nil {
		return err
	}
	receipts, err := client.ListReceiptsWithResponse(ctx, heard.trial, nil)
	if err != nil {
		return err
	}
	if receipts.JSON200 == nil || len(receipts.JSON200.Items) != 1 {
		return fmt.Errorf("receipts: %s", receipts.Body)
	}
	r := receipts.JSON200.Items[0]
	if r.Left != 0 || len(r.Looks) != 2 || heard.live && r.LiveAt == nil {
		return fmt.Errorf("the receipt says: %+v", r)
	}
	return errors.Join(s.moves(r.Lease), s.onlyCells(heard.beside))
}

// push takes a trial one step further to its end. It sets lost when an answer that was
// given does not hold.
func (s *served) push(heard account, t contract.Trial, lost *error) error {
	ctx, client := context.Background(), s.client()
	switch t.State {
	case contract.Finished:
		return nil
	case contract.Draft:
		if heard.started {
			*lost = errors.New("the start of the trial was accepted and is lost")
			return nil
		}
		if _, err := client.StartTrialWithResponse(ctx, heard.trial, nil); err != nil {
			return err
		}
	case contract.Running:
		box := t.Entries[0].Sandbox
		if heard.ended && box.EndAsked == nil && box.Phase != contract.PhaseEnding && box.Phase != contract.PhaseEnded {
			*lost = fmt.Errorf("the end of the trial was accepted and is lost: %+v", box)
			return nil
		}
		if _, err := client.EndTrialWithResponse(ctx, heard.trial, nil, contract.Reason{}); err != nil {
			return err
		}
	case contract.Cancelled:
		*lost = errors.New("nobody cancelled the trial")
		return nil
	}
	return fmt.Errorf("it is %s: %+v", t.State, t.Entries[0].Sandbox)
}

// moves holds the record of a lease to what may follow what.
func (s *served) moves(lease string) error {
	newest := false
	events, err := s.client().ListEventsWithResponse(context.Background(), &contract.ListEventsParams{Subject: &lease, Newest: &newest})
	if err != nil {
		return err
	}
	if events.JSON200 == nil {
		return fmt.Errorf("events: %s", events.Body)
	}
	var acts []string
	phase := den.Phase("")
	for _, e := range events.JSON200.Items {
		acts = append(acts, e.Act)
		to, ok := strings.CutPrefix(e.Act, "lease.")
		if _, known := den.Moves[den.Phase(to)]; !ok || !known {
			continue
		}
		if phase == "" && to != string(den.Requested) || phase != "" && !phase.May(den.Phase(to)) {
			return fmt.Errorf("%q follows %q: %v", to, phase, acts)
		}
		phase = den.Phase(to)
	}
	if phase != den.Ended {
		return fmt.Errorf("the record ends with %v", acts)
	}
	return nil
}

// onlyCells waits until the engine holds the waiting cells, so many sandboxes of one
// product, and nothing else.
func (s *served) onlyCells(sandboxes int) error {
	return within(s.patience, func() error {
		host, err := s.client().GetHostWithResponse(context.Background())
		if err != nil || host.JSON200 == nil || *host.JSON200.CellsReady != *host.JSON200.CellsWanted {
			return errors.Join(err, errors.New("the waiting cell is not ready yet"))
		}
		found, err := s.found()
		cells, full := 0, 0
		for _, f := range found {
			switch {
			case len(f.Networks)+len(f.Volumes) > 0:
			case len(f.Containers) == 1:
				cells++
			case len(f.Containers) == 2:
				full++
			}
		}
		if err == nil && (cells != int(*host.JSON200.CellsWanted) || full != sandboxes || len(found) != cells+full) {
			err = fmt.Errorf("the engine has %+v", found)
		}
		return err
	})
}

// found is what the engine has of the den.
func (s *served) found() ([]sandbox.Found, error) {
	runtime, err := s.engine()
	if err != nil {
		return nil, err
	}
	defer func() { _ = runtime.Close() }()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	return runtime.List(ctx)
}
