package orchestrator

import (
	"context"
	"errors"
	"fmt"
	"time"

	"innovationden/orchestrator/den"
)

// Drain ends every sandbox, removes the waiting cells and everything else of this
// installation, and takes our tag off every image. Nothing starts afterwards. It works
// with Run and without it; it may be called again after a failure.
func (o *Orchestrator) Drain(ctx context.Context) error {
	o.draining.Store(true)
	if err := o.endAll(ctx); err != nil {
		return err
	}
	if err := o.waitForEnds(ctx); err != nil {
		return err
	}
	o.making.Lock()
	defer o.making.Unlock()
	cells, err := o.cells(ctx)
	if err != nil {
		return err
	}
	for _, c := range cells {
		err = errors.Join(err, o.discard(ctx, c))
	}
	_, swept := o.sweep(ctx, den.System(), 0, false)
	return errors.Join(err, swept, o.dropImages(ctx))
}

// endAll asks for the end of everything.
func (o *Orchestrator) endAll(ctx context.Context) error {
	return o.update(ctx, den.System(), func(tx den.Tx, p *pen) error {
		all, err := unfinished(tx)
		if err != nil {
			return err
		}
		for _, l := range all {
			if err := p.askEnd(tx, l, "The den is being emptied."); err != nil {
				return err
			}
		}
		return nil
	})
}

// waitForEnds drives what is left to its end, itself where Run does not.
func (o *Orchestrator) waitForEnds(ctx context.Context) error {
	const pause = 50 * time.Millisecond
	for {
		var left []den.Lease
		err := o.Store.View(ctx, func(tx den.Tx) (err error) {
			left, err = unfinished(tx)
			return err
		})
		if err != nil || len(left) == 0 {
			return err
		}
		o.mu.Lock()
		driven := o.running != nil && o.running.Err() == nil
		o.mu.Unlock()
		if !driven {
			for _, l := range left {
				if !l.DueAt.After(o.now()) {
					o.safely(ctx, l.ID, func() { o.follow(ctx, newChain(), l.ID, nil) })
				}
			}
		}
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			timer.Stop()
			return fmt.Errorf("%d sandboxes are not gone yet: %w", len(left), ctx.Err())
		case <-timer.C:
		}
	}
}

func (o *Orchestrator) dropImages(ctx context.Context) error {
	var releases []den.Release
	err := o.Store.View(ctx, func(tx den.Tx) (err error) {
		releases, err = every(tx.Releases(), den.Query{})
		return err
	})
	for _, r := range releases {
		err = errors.Join(err, o.ask(ctx, removePatience, func(ctx context.Context) error {
			var err error
			for _, id := range r.EveryImage() {
				err = errors.Join(err, o.Images.Drop(ctx, id))
			}
			return err
		}))
	}
	return err
}
