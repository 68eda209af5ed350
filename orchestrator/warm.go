package orchestrator

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"innovationden/orchestrator/den"
)

const (
	warmPatience = 20 * time.Second // a product that takes longer is not worth warming
	coldFor      = 10 * time.Minute // how long one that failed to get warm is left alone; twice as long each time
	coldMost     = 7                // doublings: at most 21 hours
	warmLooked   = 100              // drafts, and sandboxes that ended, that are looked at
)

// warms are the warm instances that are worth having now: what drafts and recent trials
// ask for, within the memory for it and what people's sandboxes leave free.
func (o *Orchestrator) warms(ctx context.Context) (map[den.Warm]bool, error) {
	wanted := map[den.Warm]bool{}
	if o.Warm <= 0 || o.wanted() == 0 && o.Spare > 0 {
		return wanted, nil
	}
	err := o.Store.View(ctx, func(tx den.Tx) error {
		drafts, err := tx.Trials().List(den.Query{Index: den.TrialsByState, Key: string(den.TrialDraft), Newest: true, Limit: warmLooked})
		if err != nil {
			return err
		}
		recent, err := tx.Leases().List(den.Query{Index: den.LeasesByPhase, Key: string(den.Ended), Newest: true, Limit: warmLooked})
		if err != nil {
			return err
		}
		taken, err := o.roomNow(tx)
		if err != nil {
			return err
		}
		now := o.now()
		lately := slices.DeleteFunc(recent.Items, func(l den.Lease) bool { return now.Sub(l.RequestedAt) > den.WarmDraftFor })
		for _, w := range den.Warms(drafts.Items, lately, o.Warm, func(w den.Warm) int64 { return o.warmCost(tx, w) }, now) {
			if !taken.fits(w.Size) {
				break // people's sandboxes come first
			}
			taken.take(w.Size)
			wanted[w] = true
		}
		return nil
	})
	return wanted, err
}

// warmCost is what an instance takes of the memory for warm ones; 0: it cannot be warm.
func (o *Orchestrator) warmCost(tx den.Tx, w den.Warm) int64 {
	size, ok := o.size(w.Size)
	r, err := tx.Releases().Get(w.Release)
	if !ok || err != nil || r.Compose != "" {
		return 0
	}
	if c, ok := o.cold.Load(w); ok && o.now().Before(c.(cold).until) {
		return 0
	}
	return size.Memory
}

// warmUp makes what is missing, in a fixed order, as long as nobody launches.
func (o *Orchestrator) warmUp(ctx context.Context, missing map[den.Warm]bool) error {
	all := slices.SortedFunc(maps.Keys(missing), func(a, b den.Warm) int {
		return strings.Compare(string(a.Release)+a.Size, string(b.Release)+b.Size)
	})
	for _, w := range all {
		if o.launches.Load() > 0 || ctx.Err() != nil {
			return nil
		}
		if err := o.makeWarm(ctx, w); err != nil {
			o.chill(w, silent(err))
			o.Log.Info("a warm instance was not made", "release", w.Release, "error", err)
			if silent(err) {
				return err
			}
			continue
		}
		o.cold.Delete(w)
	}
	return nil
}

// cold is what failed to get warm.
type cold struct {
	until time.Time
	times int
}

// chill leaves a wish alone for a while: a product that never answers must not be started
// again and again. Where the engine was silent, the product is not to blame.
func (o *Orchestrator) chill(w den.Warm, silent bool) {
	before, _ := o.cold.Load(w)
	c, _ := before.(cold)
	c.until = o.now().Add(coldFor << min(c.times, coldMost))
	if !silent {
		c.times++
	}
	o.cold.Store(w, c)
}

// makeWarm writes the wish, starts the product with what a launch would start it with,
// and lets it be claimed once it answered. One whose making was interrupted is removed,
// like every cell that is not ready.
func (o *Orchestrator) makeWarm(ctx context.Context, w den.Warm) error {
	var c den.Cell
	var r den.Release
	err := o.update(context.WithoutCancel(ctx), den.System(), func(tx den.Tx, p *pen) (err error) {
		if r, err = tx.Releases().Get(w.Release); err != nil {
			return err
		}
		c, err = tx.Cells().Put(den.Cell{Sandbox: p.sandbox(), MadeAt: p.now, Release: w.Release, Size: w.Size})
		return err
	})
	if err != nil {
		return err
	}
	if c.Launch, err = o.warmStart(ctx, c, r); err != nil {
		return errors.Join(err, o.discard(ctx, c))
	}
	return o.update(context.WithoutCancel(ctx), den.System(), func(tx den.Tx, _ *pen) error {
		c.Ready = true
		_, err := tx.Cells().Put(c)
		return err
	})
}

// warmStart starts the product of a warm instance and says how long it took to answer.
func (o *Orchestrator) warmStart(ctx context.Context, c den.Cell, r den.Release) (took den.Span, err error) {
	size, _ := o.size(c.Size)
	l := den.Lease{Sandbox: c.Sandbox, Release: r.ID, Size: c.Size, Port: r.Port, Path: r.Path, Services: r.Services}
	spec, err := o.spec(ctx, work{lease: l, release: r, size: size})
	if err != nil {
		return 0, err
	}
	began := o.now()
	if err := o.act(ctx, startPatience, func(ctx context.Context) error { return o.Runtime.Start(ctx, spec) }); err != nil {
		return 0, err
	}
	asking, cancel := context.WithTimeout(ctx, warmPatience)
	defer cancel()
	if err := o.answered(asking, l); err != nil {
		return 0, err
	}
	return o.now().Sub(began), nil
}

// warmFor finds a warm instance for each of the leases of a trial: all or none, so that
// none starts with an advantage.
func (p *pen) warmFor(tx den.Tx, leases []den.Lease) error {
	if p.o.Warm <= 0 || slices.ContainsFunc(leases, func(l den.Lease) bool { return !l.CanBeWarm() }) {
		return nil
	}
	cells, err := every(tx.Cells(), den.Query{})
	if err != nil {
		return err
	}
	found := map[den.ID]den.Cell{}
	for _, l := range leases {
		i := slices.IndexFunc(cells, func(c den.Cell) bool { return c.Ready && c.Release == l.Release && c.Size == l.Size })
		if i < 0 {
			p.misses += len(leases)
			return nil
		}
		found[l.ID] = cells[i]
		cells = slices.Delete(cells, i, i+1)
	}
	taken, err := p.o.roomNow(tx)
	if err != nil {
		return err
	}
	for _, l := range leases {
		if !taken.fits(l.Size) {
			return nil // some would have to wait
		}
		taken.take(l.Size)
	}
	p.warm = found
	return nil
}

// live makes a lease that took a warm instance live in the transaction of its start.
func (p *pen) live(tx den.Tx, id den.ID) error {
	if _, ok := p.warm[id]; !ok {
		return nil
	}
	l, err := tx.Leases().Get(id)
	if err != nil {
		return err
	}
	p.hits++
	return p.move(tx, l, den.Live, "", "")
}
