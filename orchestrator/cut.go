package orchestrator

import (
	"context"
	"fmt"
	"time"

	"innovationden/orchestrator/den"
	"innovationden/sandbox"
)

// cutAfter is how long the engine may be silent about a sandbox that is over, before
// what runs in it is ended without the engine.
const cutAfter = 5 * time.Second

// cutUnless ends what runs of a lease that is over, unless the engine answers in time.
// The caller says once whether it did.
func (o *Orchestrator) cutUnless(ctx context.Context, l den.Lease) (answered func(bool)) {
	heard := make(chan bool, 1)
	o.group.Go(func() {
		late := time.NewTimer(cutAfter)
		defer late.Stop()
		select {
		case ok := <-heard:
			if ok {
				return
			}
		case <-late.C:
		}
		o.cut(ctx, l)
	})
	return func(ok bool) { heard <- ok }
}

// cut ends what runs of a lease that is over without the engine, and notes it in the
// record. How it would have stopped by itself is then not to be seen any more.
func (o *Orchestrator) cut(ctx context.Context, l den.Lease) {
	cutter, ok := o.Runtime.(sandbox.Cutter)
	if !ok {
		return
	}
	ending, cancel := context.WithTimeout(ctx, readPatience)
	defer cancel()
	if cutter.Cut(ending, sandbox.ID(l.Sandbox)) == 0 {
		return
	}
	err := o.update(context.WithoutCancel(ctx), den.System(), func(tx den.Tx, p *pen) error {
		name, err := p.product(tx, l)
		if err != nil {
			return err
		}
		_, err = p.record(tx, den.Event{
			Act: "lease.cut", Subject: l.ID, About: about(l),
			Say: fmt.Sprintf("%s was stopped without the engine that runs the sandboxes, which did not answer.", name),
		})
		if err != nil {
			return err
		}
		now, err := tx.Leases().Get(l.ID)
		if err != nil || !now.StopFirst {
			return err
		}
		now.StopFirst = false
		_, err = p.put(tx, now)
		return err
	})
	if err != nil {
		o.Log.Error("a sandbox was ended without the engine, and that could not be recorded", "lease", l.ID, "error", err)
	}
}
