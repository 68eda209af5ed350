package orchestrator

import (
	"context"
	"errors"
	"time"

	"innovationden/orchestrator/den"
	"innovationden/sandbox"
)

// refillRest is how long whoever just got a sandbox has the host to themselves: the engine
// makes a container with all processors it can get, and a product answers its first visitor.
const refillRest = 250 * time.Millisecond

// refill keeps as many waiting cells as are wanted, one hand at a time and only
// while no launch goes on: people come first.
func (o *Orchestrator) refill(ctx context.Context) {
	if !o.refilling.CompareAndSwap(false, true) {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.running == nil || o.running.Err() != nil || o.launches.Load() > 0 {
		o.refilling.Store(false)
		return
	}
	o.group.Go(func() {
		defer o.refilling.Store(false)
		select {
		case <-ctx.Done():
			return
		case <-time.After(refillRest):
		}
		o.making.Lock()
		defer o.making.Unlock()
		if err := guarded(func() error { return o.tendCells(ctx) }); err != nil && ctx.Err() == nil {
			o.Log.Warn("the waiting cells are not as wanted", "error", err)
		}
	})
}

// tendCells removes cells that cannot be claimed and makes what is missing. A cell
// whose making was interrupted is never taken up again: its id is not used twice.
func (o *Orchestrator) tendCells(ctx context.Context) error {
	if h := o.host.Load(); h == nil || !h.up {
		return nil
	}
	if err := o.checkCells(ctx); err != nil {
		return err
	}
	cells, err := o.cells(ctx)
	if err != nil {
		return err
	}
	warm, err := o.warms(ctx)
	if err != nil {
		return err
	}
	ready := 0
	for _, c := range cells {
		switch {
		case c.Ready && c.Release != "" && warm[den.Warm{Release: c.Release, Size: c.Size}]:
			delete(warm, den.Warm{Release: c.Release, Size: c.Size}) // it is there
		case c.Ready && c.Release == "" && ready < o.wanted():
			ready++
		default:
			if err := o.discard(ctx, c); err != nil {
				return err
			}
		}
	}
	for ; ready < o.wanted(); ready++ {
		if o.launches.Load() > 0 || ctx.Err() != nil {
			return nil
		}
		if err := o.makeCell(ctx); err != nil {
			return err
		}
	}
	return o.warmUp(ctx, warm)
}

func (o *Orchestrator) wanted() int {
	if h := o.host.Load(); o.draining.Load() || h != nil && o.diskFull(*h) {
		return 0
	}
	return o.Spare
}

func (o *Orchestrator) cells(ctx context.Context) (all []den.Cell, err error) {
	err = o.Store.View(ctx, func(tx den.Tx) error {
		all, err = every(tx.Cells(), den.Query{})
		return err
	})
	return all, err
}

// makeCell writes the wish, makes the cell, and then lets it be claimed.
func (o *Orchestrator) makeCell(ctx context.Context) error {
	var c den.Cell
	write := func(change func(den.Tx, *pen) error) error {
		return o.update(context.WithoutCancel(ctx), den.System(), change)
	}
	err := write(func(tx den.Tx, p *pen) (err error) {
		c, err = tx.Cells().Put(den.Cell{Sandbox: p.sandbox(), MadeAt: p.now})
		return err
	})
	if err != nil {
		return err
	}
	err = o.act(ctx, holdPatience, func(ctx context.Context) error { return o.Runtime.Hold(ctx, sandbox.ID(c.Sandbox)) })
	if err != nil {
		return errors.Join(err, o.discard(ctx, c))
	}
	return write(func(tx den.Tx, _ *pen) error {
		c.Ready = true
		_, err := tx.Cells().Put(c)
		return err
	})
}

// discard removes a cell and then its record. From the first write on nobody can
// claim it; where somebody did, there is nothing to do.
func (o *Orchestrator) discard(ctx context.Context, c den.Cell) error {
	if c.Ready {
		c.Ready = false
		err := o.update(context.WithoutCancel(ctx), den.System(), func(tx den.Tx, _ *pen) error {
			_, err := tx.Cells().Put(c)
			return err
		})
		if kind := den.KindOf(err); kind == den.Stale || kind == den.NotFound {
			return nil
		}
		if err != nil {
			return err
		}
	}
	err := o.act(ctx, removePatience, func(ctx context.Context) error { return o.Runtime.Remove(ctx, sandbox.ID(c.Sandbox)) })
	if err != nil {
		return err
	}
	return o.update(context.WithoutCancel(ctx), den.System(), func(tx den.Tx, _ *pen) error {
		return tx.Cells().Delete(den.ID(c.Sandbox))
	})
}

// checkCells has cells discarded that can no longer be joined, every LookEvery.
// Silence says nothing.
func (o *Orchestrator) checkCells(ctx context.Context) error {
	now := o.now()
	if last := o.lastCells.Load(); last != nil && now.Sub(*last) < den.LookEvery && !now.Before(*last) {
		return nil
	}
	o.lastCells.Store(&now)
	cells, err := o.cells(ctx)
	if err != nil {
		return err
	}
	for _, c := range cells {
		if !c.Ready {
			continue
		}
		s := o.lookAt(ctx, den.Lease{Sandbox: c.Sandbox})
		if s.err != nil || s.Sight == den.SeenHeld && c.Release == "" || s.Sight == den.SeenRunning && c.Release != "" {
			continue
		}
		if err := o.discard(ctx, c); err != nil {
			return err
		}
	}
	return nil
}
