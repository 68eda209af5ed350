package orchestrator

import (
	"context"
	"errors"
	"fmt"
	"time"

	"innovationden/orchestrator/den"
	"innovationden/sandbox"
)

// Sweep removes what carries this installation's label and no record asks for, and the
// images that nothing has needed for the grace, and says what it found. A dry run says
// what would go, and changes nothing. Denied to all but the operator. Down when the engine
// does not answer: then nothing more is removed.
func (o *Orchestrator) Sweep(ctx context.Context, actor den.Actor, dryRun bool) (found den.Swept, err error) {
	if err := allow(actor, den.RunHost, den.ReadHost, den.Owner{}); err != nil {
		return found, err
	}
	if found.Orphans, err = o.sweep(ctx, actor, o.Grace, dryRun); err != nil {
		return found, err
	}
	found.Images, err = o.sweepImages(ctx, dryRun)
	if err != nil && silent(err) {
		err = &den.Error{Kind: den.Down, Err: err, Say: engineSilent}
	}
	return found, err
}

const engineSilent = "The engine that runs the sandboxes does not answer, so nothing was removed. Try again in a few minutes."

// sweepNow is the scheduled sweep. It also says every route anew that something can stand
// behind, in case that an answer of the store was lost when one changed.
func (o *Orchestrator) sweepNow(ctx context.Context) {
	if err := o.tellAll(ctx, heldPhases...); err != nil && ctx.Err() == nil {
		o.Log.Error("routes were not told anew", "error", err)
	}
	if _, err := o.sweep(ctx, den.System(), o.Grace, false); err != nil && ctx.Err() == nil {
		o.Log.Warn("the sweep found out nothing, or not all", "error", err)
	}
}

// sweep lists first and reads the records afterwards: whatever was listed had its
// record written before it was made. A failed listing removes nothing.
func (o *Orchestrator) sweep(ctx context.Context, by den.Actor, grace time.Duration, dryRun bool) ([]den.Orphan, error) {
	o.sweeping.Lock()
	defer o.sweeping.Unlock()
	var found []sandbox.Found
	err := o.ask(ctx, listPatience, func(ctx context.Context) (err error) {
		found, err = o.Runtime.List(ctx)
		return err
	})
	if err != nil {
		return nil, &den.Error{Kind: den.Down, Err: err, Say: engineSilent}
	}
	wanted, err := o.wantedSandboxes(ctx)
	if err != nil {
		return nil, err
	}
	now := o.now()
	o.lastSweep.Store(&now)
	var orphans []den.Orphan
	var faults error
	for _, f := range found {
		if f.Empty() || wanted[string(f.ID)] {
			continue
		}
		orphan := den.Orphan{
			Sandbox: string(f.ID), Containers: f.Containers, Networks: f.Networks, Volumes: f.Volumes,
			Youngest: f.Youngest, Young: f.Youngest.Add(grace).After(now),
		}
		if !orphan.Young && !dryRun {
			err := o.sweepOne(ctx, by, orphan)
			orphan.Removed = err == nil
			faults = errors.Join(faults, err)
		}
		orphans = append(orphans, orphan)
	}
	return orphans, faults
}

func (o *Orchestrator) sweepOne(ctx context.Context, by den.Actor, orphan den.Orphan) error {
	err := o.act(ctx, removePatience, func(ctx context.Context) error {
		return o.Runtime.Remove(ctx, sandbox.ID(orphan.Sandbox))
	})
	if err != nil {
		return fmt.Errorf("sandbox %s: %w", orphan.Sandbox, err)
	}
	return o.update(context.WithoutCancel(ctx), by, func(tx den.Tx, p *pen) error {
		_, err := p.record(tx, den.Event{
			Act: "host.swept", Subject: den.System().ID,
			Say: fmt.Sprintf("Sandbox %s, which no record asked for, was removed: %s.", orphan.Sandbox,
				counted(den.Inventory{Containers: orphan.Containers, Networks: orphan.Networks, Volumes: orphan.Volumes})),
		})
		return err
	})
}

// wantedSandboxes are those that a record asks for: of leases that are not over, and
// waiting cells.
func (o *Orchestrator) wantedSandboxes(ctx context.Context) (map[string]bool, error) {
	wanted := map[string]bool{}
	err := o.Store.View(ctx, func(tx den.Tx) error {
		leases, err := inPhases(tx, heldPhases...)
		if err != nil {
			return err
		}
		for _, l := range leases {
			wanted[l.Sandbox] = true
		}
		cells, err := every(tx.Cells(), den.Query{})
		if err != nil {
			return err
		}
		for _, c := range cells {
			wanted[c.Sandbox] = true
		}
		return nil
	})
	return wanted, err
}
