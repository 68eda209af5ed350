package orchestrator

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/robfig/cron/v3"

	"innovationden/orchestrator/den"
	"innovationden/sandbox"
)

// Run drives the den until ctx ends: first what was due while it was away, oldest
// first, then pass after pass. It returns when every act it began has ended.
func (o *Orchestrator) Run(ctx context.Context) error {
	o.askHost(ctx)
	defer o.lastBeat(ctx)
	for _, first := range []struct {
		name string
		do   func(context.Context) error
	}{
		{"looking at the clock", o.meetClock},
		{"giving what starts its whole time", o.startAnew},
		{"telling the routes", func(ctx context.Context) error { return o.tellAll(ctx, unfinishedPhases...) }},
		{"ending load tests that a stop interrupted", o.interruptLoads},
		{"naming repositories", o.nameRepositories},
	} {
		switch err := first.do(ctx); {
		case err == nil, ctx.Err() != nil:
		case den.KindOf(err) == den.Full: // what is due has to end all the same
			o.Log.Error("the den starts on a full disk, and leaves something out", "what", first.name, "error", err)
		default:
			return fmt.Errorf("%s: %w", first.name, err)
		}
	}
	stop := o.drive(ctx)
	defer stop()
	schedule, err := o.schedule(ctx)
	if err != nil {
		return fmt.Errorf("scheduling: %w", err)
	}
	schedule.Start()
	defer func() { <-schedule.Stop().Done() }()
	o.group.Go(func() { o.runPost(ctx) })
	wakes := o.Runtime.Wake(ctx)
	o.poke()
	for {
		wait := o.pass(ctx)
		if !o.idle(ctx, wakes, wait) {
			return nil
		}
	}
}

// idle waits for a reason to pass again: false when ctx ended.
func (o *Orchestrator) idle(ctx context.Context, wakes <-chan sandbox.ID, wait time.Duration) bool {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return false
		case <-timer.C:
			return true
		case <-o.poked:
			return true
		case id, open := <-wakes:
			if !open {
				wakes = nil
				continue
			}
			o.woken(ctx, id)
		}
	}
}

// schedule has robfig/cron wake what comes again and again. SkipIfStillRunning
// stands outside Recover: the other way round, one panic would stop a job for ever.
func (o *Orchestrator) schedule(ctx context.Context) (*cron.Cron, error) {
	log := chatter{o.Log}
	c := cron.New(cron.WithLocation(time.UTC), cron.WithLogger(log),
		cron.WithChain(cron.SkipIfStillRunning(log), cron.Recover(log)))
	for _, job := range []struct {
		every time.Duration
		do    func()
	}{
		{o.PassEvery, o.poke},
		{2 * o.PassEvery, func() { o.askHost(ctx) }},
		{o.MeasureEvery, func() { o.measure(ctx) }},
		{rareBeat, func() { o.beatRarely(ctx) }},
		{o.SweepEvery, func() { o.sweepNow(ctx) }},
		{o.SweepEvery, func() { o.warn(ctx) }},
		{o.SweepEvery, func() { o.watchBudgets(ctx) }},
		{o.SweepEvery, func() { o.lapse(ctx) }},
		{o.SweepEvery, func() { o.leaveUnused(ctx) }},
		{6 * time.Hour, func() { o.Retain(ctx) }},
		{o.SweepEvery, func() { o.backUpWhenDue(ctx) }},
		{time.Hour, func() { o.seal(ctx) }},
		{o.SweepEvery, func() { o.PostCheckpoint(ctx) }},
	} {
		if _, err := c.AddFunc("@every "+job.every.String(), job.do); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// chatter lets cron's errors through, and nothing else.
type chatter struct{ log *slog.Logger }

func (chatter) Info(string, ...any) {}
func (c chatter) Error(err error, _ string, keys ...any) {
	c.log.Error("a scheduled job failed", append([]any{"error", err}, keys...)...)
}

// poke wakes the pass.
func (o *Orchestrator) poke() {
	select {
	case o.poked <- struct{}{}:
	default:
	}
}

// startAnew puts right what the time away made wrong: products that were starting get
// their whole time again.
func (o *Orchestrator) startAnew(ctx context.Context) error {
	err := o.Store.View(ctx, func(tx den.Tx) error {
		n, err := tx.Leases().Count(den.Query{Index: den.LeasesByPhase, Key: string(den.Starting)})
		if err == nil && n == 0 {
			return errRest
		}
		return err
	})
	if err == nil {
		err = o.update(ctx, den.System(), func(tx den.Tx, p *pen) error {
			some, err := every(tx.Leases(), den.Query{Index: den.LeasesByPhase, Key: string(den.Starting)})
			if err != nil {
				return err
			}
			for _, l := range some {
				l.StartBy = p.now.Add(o.StartPatience)
				if _, err := p.put(tx, l); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if errors.Is(err, errRest) {
		return nil
	}
	return err
}

// seal has a checkpoint of the record kept.
func (o *Orchestrator) seal(ctx context.Context) {
	if o.Seal != nil {
		o.Seal(ctx)
	}
}
