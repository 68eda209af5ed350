package orchestrator

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"innovationden/orchestrator/den"
	"innovationden/sandbox"
)

// Pages weighs pages of products.
type Pages interface {
	// Weigh fetches one page of a sandbox and what it names of the same origin, through
	// dial and nothing else. A page that cannot be weighed says so in Fault.
	Weigh(ctx context.Context, dial sandbox.Dialer, id sandbox.ID, port int, path string) den.PageWeight
}

// How long the parts of measuring may take.
const (
	probePatience = 5 * time.Second
	weighPatience = 30 * time.Second
	measuredAtOne = 4 // sandboxes measured at the same time
)

// counters remember, until this process ends, what of the gateway's counts is in the
// store already, and the last reading of each processor count.
type counters struct {
	mu   sync.Mutex
	kept map[den.ID]den.Tally
	seen map[den.ID]den.Tally
	cpu  map[den.ID]processor
	turn chan struct{} // whoever keeps readings: what is not kept yet is kept by one
}

type processor struct {
	sandbox string
	used    den.Span
	at      den.Stamp
}

func newCounters() *counters {
	return &counters{kept: map[den.ID]den.Tally{}, seen: map[den.ID]den.Tally{}, cpu: map[den.ID]processor{}, turn: make(chan struct{}, 1)}
}

// look takes over what was counted of a lease by now.
func (c *counters) look(l den.Lease, tally func(string) (den.Tally, bool)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now, ok := tally(l.Name); ok {
		c.seen[l.ID] = now
	}
}

// fresh is what was counted of a lease, and what of it is not in the store. Only who has
// the turn may put it there.
func (c *counters) fresh(lease den.ID) (all, fresh den.Tally) {
	c.mu.Lock()
	defer c.mu.Unlock()
	all = c.seen[lease]
	return all, all.Minus(c.kept[lease])
}

func (c *counters) keep(lease den.ID, all den.Tally) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.kept[lease] = all
}

func (c *counters) forget(lease den.ID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.kept, lease)
	delete(c.seen, lease)
	delete(c.cpu, lease)
}

// rest forgets the last reading of a processor count: the time that a sandbox is paused is
// none in which its processors could have been busy.
func (c *counters) rest(lease den.ID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.cpu, lease)
}

// spent is how long processors were busy since the last reading, and over how long; both
// 0 at the first one, and after a pause or a restart of the product.
func (c *counters) spent(l den.Lease, used den.Span, now den.Stamp) (busy, over den.Span) {
	c.mu.Lock()
	defer c.mu.Unlock()
	last, ok := c.cpu[l.ID]
	c.cpu[l.ID] = processor{sandbox: l.Sandbox, used: used, at: now}
	if !ok || last.sandbox != l.Sandbox || used < last.used || !now.After(last.at) {
		return 0, 0
	}
	return used - last.used, now.Sub(last.at)
}

// reading is what was measured of one lease now.
type reading struct {
	lease  den.Lease
	fresh  den.Tally // what the gateway counted and is not in the store: set when it is kept
	asked  bool
	answer bool
	sample *den.Sample
	pages  []den.PageWeight
	last   bool // the sandbox is being removed: its marks are made anew
}

func (r reading) empty() bool {
	return r.fresh.Requests == 0 && !r.asked && r.sample == nil && len(r.pages) == 0
}

// withdraw ends a route, after what was counted on it was read.
func (o *Orchestrator) withdraw(l den.Lease) {
	o.counters.look(l, o.Tally)
	o.Routes.Withdraw(l.Name)
}

// measure reads every sandbox that is live, and keeps it.
func (o *Orchestrator) measure(ctx context.Context) {
	wanted := map[den.ID][]string{} // paths to weigh, by lease
	var leases []den.Lease
	err := o.Store.View(ctx, func(tx den.Tx) (err error) {
		leases, err = o.toMeasure(tx, wanted)
		return err
	})
	readings := make([]reading, len(leases))
	var all errgroup.Group
	all.SetLimit(measuredAtOne)
	for i, l := range leases {
		all.Go(func() error {
			readings[i] = o.readNow(ctx, l, wanted[l.ID])
			return nil
		})
	}
	if err = errors.Join(err, all.Wait()); err == nil {
		err = o.keepReadings(ctx, readings)
	}
	if err != nil && ctx.Err() == nil {
		o.Log.Error("what was measured could not be kept", "error", err)
	}
}

// toMeasure lists the leases of trials whose products have answered and should answer now.
func (o *Orchestrator) toMeasure(tx den.Tx, wanted map[den.ID][]string) (out []den.Lease, err error) {
	all, err := inPhases(tx, den.Live, den.Starting)
	if err != nil {
		return nil, err
	}
	for _, l := range all {
		if l.Trial == "" || l.LiveAt.IsZero() {
			continue
		}
		out = append(out, l)
		if wanted[l.ID], err = unweighed(tx, l); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// unweighed are the pages that the protocol names, where they were not weighed yet.
func unweighed(tx den.Tx, l den.Lease) ([]string, error) {
	m, err := measurementOf(tx, l)
	if err != nil || len(m.Pages) > 0 || l.Phase != den.Live {
		return nil, err
	}
	t, err := tx.Trials().Get(l.Trial)
	return t.Measuring.Pages, err
}

func measurementOf(tx den.Tx, l den.Lease) (den.Measurement, error) {
	m, err := tx.Measurements().Get(l.ID)
	if den.KindOf(err) == den.NotFound {
		return den.Measurement{Lease: l.ID, Trial: l.Trial, Entry: l.Entry}, nil
	}
	return m, err
}

// readNow measures one sandbox now. What cannot be measured is left out.
func (o *Orchestrator) readNow(ctx context.Context, l den.Lease, paths []string) reading {
	r := o.lastReading(ctx, l)
	var status int
	err := o.ask(ctx, probePatience, func(ctx context.Context) (err error) {
		status, err = sandbox.Ask(ctx, o.Runtime, sandbox.ID(l.Sandbox), sandbox.Probe{Port: l.Port, Path: l.Path}, probePatience)
		return err
	})
	switch {
	case ctx.Err() != nil, errors.Is(err, sandbox.ErrUnavailable):
		// says nothing of the product
	case errors.Is(err, sandbox.ErrGone) && l.Phase == den.Live:
		// the pass will find out
	default:
		r.asked, r.answer = true, err == nil && status < 500
	}
	if o.Pages == nil || !r.answer {
		return r
	}
	err = o.ask(ctx, weighPatience, func(weighing context.Context) error {
		for _, path := range paths {
			r.pages = append(r.pages, o.Pages.Weigh(weighing, o.Runtime, sandbox.ID(l.Sandbox), l.Port, path))
		}
		return nil
	})
	if err != nil {
		r.pages = nil
	}
	return r
}

// lastReading is what can still be measured when a sandbox is about to be removed.
func (o *Orchestrator) lastReading(ctx context.Context, l den.Lease) reading {
	r := reading{lease: l}
	o.counters.look(l, o.Tally)
	var use sandbox.Use
	err := o.ask(ctx, readPatience, func(ctx context.Context) (err error) {
		use, err = o.Runtime.Use(ctx, sandbox.ID(l.Sandbox))
		return err
	})
	if now := o.now(); err == nil && use.Memory > 0 {
		s := den.Sample{At: now, Memory: use.Memory}
		s.Busy, s.Over = o.counters.spent(l, use.CPU, now)
		r.sample = &s
	}
	return r
}

// keepReadings adds what was read to what is kept, one caller at a time, in changes of a
// few.
func (o *Orchestrator) keepReadings(ctx context.Context, all []reading) error {
	select {
	case o.counters.turn <- struct{}{}:
		defer func() { <-o.counters.turn }()
	case <-ctx.Done():
		return ctx.Err()
	}
	kept := map[den.ID]den.Tally{}
	for i, r := range all {
		counted, fresh := o.counters.fresh(r.lease.ID)
		if all[i].fresh = fresh; !all[i].empty() {
			kept[r.lease.ID] = counted
		}
	}
	if len(kept) == 0 {
		return nil
	}
	for some := range slices.Chunk(all, keptAtOnce) {
		if err := o.keepSome(ctx, some, kept); err != nil {
			return err
		}
	}
	return nil
}

// keptAtOnce is how many readings one change keeps, so that others have their turn: each
// is written with all samples of its sandbox.
const keptAtOnce = 25

func (o *Orchestrator) keepSome(ctx context.Context, some []reading, counted map[den.ID]den.Tally) error {
	some = slices.DeleteFunc(slices.Clone(some), reading.empty)
	if len(some) == 0 {
		return nil
	}
	err := o.write(ctx, func(tx den.Tx) error {
		for _, r := range some {
			m, err := measurementOf(tx, r.lease)
			if err != nil {
				return err
			}
			if _, err := tx.Measurements().Put(r.into(m)); err != nil {
				return err
			}
			if !r.last {
				continue
			}
			t, err := tx.Trials().Get(r.lease.Trial)
			if err == nil {
				err = o.remeasured(tx, t)
			}
			if err != nil {
				return err
			}
		}
		return o.beat(tx)
	})
	if err != nil {
		return err
	}
	for _, r := range some {
		o.counters.keep(r.lease.ID, counted[r.lease.ID])
	}
	return nil
}

// write makes one change that is no event, whoever asked may be gone: it has a deadline of
// its own.
func (o *Orchestrator) write(ctx context.Context, change func(den.Tx) error) error {
	own, cancel := context.WithTimeout(context.WithoutCancel(ctx), storePatience)
	defer cancel()
	return o.alter(own, change)
}

// into adds a reading to a measurement.
func (r reading) into(m den.Measurement) den.Measurement {
	m.Use = m.Use.Plus(r.fresh)
	if r.asked {
		m.Asked++
	}
	if r.answer {
		m.Answered++
	}
	if r.sample != nil {
		m = m.Sampled(*r.sample)
	}
	if len(r.pages) > 0 {
		m.Pages = r.pages
	}
	return m
}

// measureLast keeps what was measured of a sandbox that is about to be removed.
func (o *Orchestrator) measureLast(ctx context.Context, l den.Lease) {
	if l.Trial == "" || l.LiveAt.IsZero() {
		return
	}
	r := o.lastReading(ctx, l)
	r.last = true
	if err := o.keepReadings(ctx, []reading{r}); err != nil {
		o.Log.Info("the last of what was measured could not be kept", "lease", l.ID, "error", err)
	}
}
