package orchestrator

import (
	"context"
	"errors"
	"fmt"
	"time"

	"innovationden/orchestrator/den"
)

// clockOf is the last that the store knows of the machine's clock; with Rev 0: nothing.
func clockOf(tx den.Tx) (den.Clock, error) {
	c, err := tx.Clocks().Get(den.ClockID)
	if den.KindOf(err) == den.NotFound {
		return den.Clock{ID: den.ClockID}, nil
	}
	return c, err
}

// keepClock keeps what both clocks show, and that the machine's was put back by so much;
// below zero: put forward.
func (o *Orchestrator) keepClock(tx den.Tx, now time.Time, ticks, back time.Duration) error {
	c, err := clockOf(tx)
	if err != nil {
		return err
	}
	head, err := tx.Head()
	if err != nil {
		return err
	}
	c.At, c.Ticks, c.Run, c.Seq = now, ticks, o.Machine, head.Size
	c.Behind = max(c.Behind+back, 0)
	_, err = tx.Clocks().Put(c)
	return err
}

// beat keeps what both clocks show in a change that is made anyway, as if a jump that no
// pass has seen yet had not been: the next den must see it.
func (o *Orchestrator) beat(tx den.Tx) error {
	if o.Ticks == nil {
		return nil
	}
	ticks := o.Ticks()
	would, known := o.clocks.wouldBe(ticks)
	if !known {
		return nil
	}
	return o.keepClock(tx, would, ticks, 0)
}

// beatRarely keeps them where nothing else did lately, though something has an end: a
// paused sandbox, say. A den that nothing happens in writes nothing.
func (o *Orchestrator) beatRarely(ctx context.Context) {
	if o.Ticks == nil {
		return
	}
	now := o.Ticks()
	err := o.Store.View(ctx, func(tx den.Tx) error {
		last, err := clockOf(tx)
		if err != nil {
			return err
		}
		if o.sameRun(last, now) && now-last.Ticks < rareBeat {
			return errRest
		}
		for _, phase := range unfinishedPhases {
			if n, err := tx.Leases().Count(den.Query{Index: den.LeasesByPhase, Key: string(phase)}); n > 0 || err != nil {
				return err
			}
		}
		return errRest
	})
	if err == nil {
		err = o.write(ctx, o.beat)
	}
	if err != nil && !errors.Is(err, errRest) && ctx.Err() == nil {
		o.Log.Error("what the clock shows was not kept", "error", err)
	}
}

// lastBeat keeps them when the den stops, for one that begins in another run of the machine.
func (o *Orchestrator) lastBeat(ctx context.Context) {
	if err := o.write(ctx, o.beat); err != nil {
		o.Log.Error("what the clock shows was not kept", "error", err)
	}
}

// clockWarning says that the clock is behind what it was, as long as that makes something
// end earlier by it; empty: it does not.
func clockWarning(tx den.Tx) (string, error) {
	c, err := clockOf(tx)
	if err != nil || c.Behind <= putBack {
		return "", err
	}
	all, err := unfinished(tx)
	n, most := 0, time.Duration(0)
	for _, l := range all {
		if l.Sooner > putBack {
			n, most = n+1, max(most, l.Sooner)
		}
	}
	if n == 0 {
		return "", err
	}
	return fmt.Sprintf("The clock of the host was put back. That makes %s end up to %s earlier than was said, and so last no longer. Look at the clock: if it is wrong, put it right.",
		sandboxes(n), spell(most.Round(time.Second))), err
}
