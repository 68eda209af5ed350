package orchestrator

import (
	"context"
	"fmt"
	"runtime/debug"
	"time"

	"innovationden/orchestrator/den"
	"innovationden/sandbox"
)

// pass has everything done that is due, oldest first, lets requests in, looks at
// what is live now and then, and refills the waiting cells. It says how long to
// wait for the next one.
func (o *Orchestrator) pass(ctx context.Context) time.Duration {
	now := o.now()
	o.lastPass.Store(&now)
	for _, what := range []struct {
		name string
		do   func(context.Context, time.Time) error
	}{
		{"clock", o.watchClock},
		{"due", o.passDue},
		{"queue", func(ctx context.Context, _ time.Time) error { return o.admit(ctx) }},
		{"live", o.passLive},
		{"preflights", o.passPreflights},
		{"challenges", o.passChallenges},
	} {
		if err := guarded(func() error { return what.do(ctx, now) }); err != nil && ctx.Err() == nil {
			o.Log.Error("a part of the pass failed", "part", what.name, "error", err)
		}
	}
	o.refill(ctx)
	return o.untilNext(ctx, now)
}

// guarded makes an error of a panic, so that one part of the pass never stops the rest.
func guarded(do func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v\n%s", r, debug.Stack())
		}
	}()
	return do()
}

func (o *Orchestrator) passDue(ctx context.Context, now time.Time) error {
	var due []den.Lease
	err := o.Store.View(ctx, func(tx den.Tx) (err error) {
		due, err = every(tx.Leases(), den.Query{Index: den.LeasesByDue, Until: now})
		return err
	})
	for _, l := range due {
		if until, ok := o.held.Load(l.ID); ok && now.Before(until.(den.Stamp)) {
			continue
		}
		o.held.Delete(l.ID)
		if !byTheClock(l).EndsAt.After(now) { // its chain may be waiting for the engine
			o.withdraw(l)
		}
		if l.Phase != den.Requested && !o.busy(l.ID) {
			o.spawn(l.ID, nil)
		}
	}
	return err
}

// passLive looks at live sandboxes every LookEvery, without writing anything.
func (o *Orchestrator) passLive(ctx context.Context, now time.Time) error {
	if last := o.lastLook.Load(); last != nil && now.Sub(*last) < den.LookEvery && !now.Before(*last) {
		return nil
	}
	o.lastLook.Store(&now)
	var live []den.Lease
	err := o.Store.View(ctx, func(tx den.Tx) error {
		for _, phase := range []den.Phase{den.Live, den.Paused} {
			some, err := every(tx.Leases(), den.Query{Index: den.LeasesByPhase, Key: string(phase)})
			if err != nil {
				return err
			}
			live = append(live, some...)
		}
		return nil
	})
	for _, l := range live {
		if !o.busy(l.ID) {
			o.spawn(l.ID, nil)
		}
	}
	return err
}

// untilNext is the time to the next thing that becomes due, at most PassEvery.
func (o *Orchestrator) untilNext(ctx context.Context, now time.Time) time.Duration {
	wait := o.PassEvery
	err := o.Store.View(ctx, func(tx den.Tx) error {
		soon, err := tx.Leases().List(den.Query{Index: den.LeasesByDue, Past: now, Limit: 1})
		for _, l := range soon.Items {
			wait = min(wait, l.DueAt.Sub(now))
		}
		return err
	})
	if err != nil && ctx.Err() == nil {
		o.Log.Error("what is due could not be read", "error", err)
	}
	return max(wait, time.Millisecond)
}

// woken looks at what the engine hinted at. Hints prove nothing: they only save time.
func (o *Orchestrator) woken(ctx context.Context, id sandbox.ID) {
	var hit []den.Lease
	err := o.Store.View(ctx, func(tx den.Tx) (err error) {
		hit, err = every(tx.Leases(), den.Query{Index: den.LeasesBySandbox, Key: string(id)})
		return err
	})
	if err != nil {
		return
	}
	for _, l := range hit {
		if (l.Phase == den.Live || l.Phase == den.Paused) && !o.busy(l.ID) {
			o.spawn(l.ID, nil)
		}
	}
}
