package main

import (
	"context"
	"errors"
	"strings"
	"time"

	"innovationden/orchestrator"
	"innovationden/orchestrator/den"
	"innovationden/sandbox"
	"innovationden/sandbox/measure"
)

// measures hands the orchestrator what package measure can do.
type measures struct{}

// Weigh implements orchestrator.Pages. What a product answered is not repeated in Fault.
func (measures) Weigh(ctx context.Context, dial sandbox.Dialer, id sandbox.ID, port int, path string) den.PageWeight {
	w, err := measure.Weigh(ctx, measure.Target{Dial: dial, ID: id, Port: port}, path)
	out := den.PageWeight{Path: path, Status: w.Status, Bytes: w.Bytes, Parts: w.Parts, Cut: w.Cut}
	if errors.Is(err, measure.ErrNoPage) {
		out.Fault = "It was not answered."
	}
	return out
}

// Load implements orchestrator.Loads.
func (measures) Load(ctx context.Context, dial sandbox.Dialer, to orchestrator.LoadTarget, after func(den.LoadStep) error) error {
	plan := measure.Plan{Rates: to.Rates, Step: to.StepTime, Paths: to.Paths, P95: to.Objective.P95, Errors: to.Objective.Errors}
	err := measure.Load(ctx, measure.Target{Dial: dial, ID: to.Sandbox, Port: to.Port}, plan, func(s measure.Step) error {
		times := den.Times{}
		for _, took := range s.Took {
			times[den.TimeClass(took)]++
		}
		return after(den.LoadStep{
			Rate: s.Rate, Sent: s.Sent, Errors: s.Errors, P50: s.P50, P95: s.P95, P99: s.P99, Slowest: s.Slowest,
			Achieved: s.Achieved, Holds: s.Holds, Times: times,
		})
	})
	if errors.Is(err, measure.ErrNotReady) {
		why := strings.TrimPrefix(err.Error(), measure.ErrNotReady.Error()+": ")
		return &den.Error{Kind: den.Conflict, Err: err, Say: "A page cannot be put under load: " + why + ". Name pages that every product has."}
	}
	return err
}

// Busy implements orchestrator.Loads.
func (measures) Busy(ctx context.Context) (float64, error) {
	const while = time.Second
	return measure.Busy(ctx, while)
}
