package orchestrator

import (
	"context"
	"errors"
	"fmt"
	"time"

	"innovationden/orchestrator/den"
	"innovationden/sandbox"
)

// errLease means that a sandbox of the trial is no longer live.
var errLease = errors.New("a sandbox of the trial ended or was paused")

// runLoad puts load on one entry after another, in the order that was drawn.
func (o *Orchestrator) runLoad(ctx context.Context, l den.LoadTest) {
	running, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	watched := make(chan struct{})
	o.group.Go(func() {
		defer close(watched)
		o.watchLoad(running, l, stop)
	})
	err := o.loadAll(running, l)
	if cause := context.Cause(running); cause != nil {
		err = cause
	}
	stop(nil)
	<-watched
	state, say := den.LoadDone, ""
	var told *den.Error
	switch {
	case err == nil:
	case ctx.Err() != nil:
		state, say = den.LoadInterrupted, "The den was stopped while it ran. Start it again."
	case errors.Is(err, errLease):
		state, say = den.LoadBrokenOff, "A product of the trial ended or was paused while it ran."
	case errors.As(err, &told):
		state, say = den.LoadBrokenOff, told.Say
	default:
		state, say = den.LoadBrokenOff, "It could not go on. Try again."
	}
	if err != nil {
		o.Log.Warn("a load test did not come to its end", "load", l.ID, "trial", l.Trial, "error", err)
	}
	o.loadEnded(ctx, l.ID, state, say)
}

// loadEnded keeps how a load test ended, again and again until the store takes it: one
// that seems to run keeps every other from starting. The next den does what this one
// could not.
func (o *Orchestrator) loadEnded(ctx context.Context, id den.ID, state den.LoadState, say string) {
	for tries := 0; ; tries++ {
		err := o.endLoad(ctx, id, state, say)
		if err == nil {
			return
		}
		o.Log.Error("how a load test ended could not be kept", "load", id, "error", err)
		timer := time.NewTimer(den.Backoff(tries))
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-timer.C:
		}
	}
}

// watchLoad stops a load test when a sandbox of its trial is no longer live.
func (o *Orchestrator) watchLoad(ctx context.Context, l den.LoadTest, stop context.CancelCauseFunc) {
	pokes, cancel := o.Watch(ctx, l.Trial)
	defer cancel()
	for {
		err := o.Store.View(ctx, func(tx den.Tx) error {
			t, err := tx.Trials().Get(l.Trial)
			if err != nil {
				return err
			}
			return eachLease(tx, t, func(one den.Lease) error {
				if one.Phase != den.Live {
					return errLease
				}
				return nil
			})
		})
		if err != nil && ctx.Err() == nil {
			stop(err)
		}
		select {
		case <-ctx.Done():
			return
		case <-pokes:
		}
	}
}

func (o *Orchestrator) loadAll(ctx context.Context, l den.LoadTest) error {
	for round, order := range l.Order {
		for _, entry := range order {
			if err := o.loadOne(ctx, l, round+1, entry); err != nil {
				return err
			}
		}
	}
	return nil
}

// loadOne is one run: the host is looked at, then the product gets its load.
func (o *Orchestrator) loadOne(ctx context.Context, l den.LoadTest, round int, entry den.ID) error {
	quiet, err := o.awaitQuiet(ctx)
	if err != nil {
		return err
	}
	var lease den.Lease
	err = o.keepLoad(ctx, l.ID, func(tx den.Tx, l *den.LoadTest) error {
		t, err := tx.Trials().Get(l.Trial)
		if err != nil {
			return err
		}
		e, ok := t.Entry(entry)
		if !ok {
			return den.Missing()
		}
		l.Quiet, l.Runs = append(l.Quiet, quiet), append(l.Runs, den.LoadRun{Entry: entry, Round: round})
		lease, err = tx.Leases().Get(e.Lease)
		return err
	})
	if err != nil {
		return err
	}
	to := LoadTarget{
		Sandbox: sandbox.ID(lease.Sandbox), Port: lease.Port, Paths: l.Paths,
		Rates: l.Rates, StepTime: l.StepTime, Objective: l.Objective,
	}
	if len(to.Paths) == 0 {
		to.Paths = []string{lease.Path}
	}
	return o.Loads.Load(ctx, o.Runtime, to, func(s den.LoadStep) error {
		return o.keepLoad(ctx, l.ID, func(_ den.Tx, l *den.LoadTest) error {
			last := &l.Runs[len(l.Runs)-1]
			last.Steps = append(last.Steps, s)
			return nil
		})
	})
}

// keepLoad writes how far a load test has come, and pokes who watches its trial.
func (o *Orchestrator) keepLoad(ctx context.Context, id den.ID, change func(den.Tx, *den.LoadTest) error) error {
	var trial den.ID
	err := o.write(ctx, func(tx den.Tx) error {
		l, err := tx.Loads().Get(id)
		if err != nil {
			return err
		}
		trial = l.Trial
		if err := change(tx, &l); err != nil {
			return err
		}
		_, err = tx.Loads().Put(l)
		return err
	})
	if err == nil {
		o.topics.poke(trial)
	}
	return err
}

// awaitQuiet waits for a quiet host, as long as the plan says, and tells what it found.
func (o *Orchestrator) awaitQuiet(ctx context.Context) (q den.Quiet, err error) {
	const pause = time.Second
	began := o.now()
	for {
		busy, err := o.Loads.Busy(ctx)
		if err != nil {
			return q, fmt.Errorf("how busy the host is cannot be seen: %w", err)
		}
		q = den.Quiet{Busy: busy, Is: busy <= den.MostBusy, Waited: o.now().Sub(began)}
		if q.Is || q.Waited >= o.LoadPlan.Patience {
			return q, nil
		}
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			timer.Stop()
			return q, ctx.Err()
		case <-timer.C:
		}
	}
}
