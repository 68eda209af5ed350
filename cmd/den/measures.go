package main

import (
	"context"
	"errors"

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
