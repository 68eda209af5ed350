package orchestrator

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"innovationden/orchestrator/den"
	"innovationden/sandbox"
)

// Loads puts load on products.
type Loads interface {
	// Load raises the load on a product until it no longer keeps to the objective or the
	// rates end; it reaches the product through dial and nothing else. after is told of
	// every step; an error of it ends the load and is returned. An *Error is for people.
	Load(ctx context.Context, dial sandbox.Dialer, to LoadTarget, after func(den.LoadStep) error) error
	// Busy is the share of the host's processors, 0 to 1, that is busy over a short while.
	Busy(ctx context.Context) (float64, error)
}

// LoadTarget is a product, and the load it gets.
type LoadTarget struct {
	Sandbox   sandbox.ID
	Port      int
	Paths     []string
	Rates     []int
	StepTime  time.Duration
	Objective den.Objective
}

// LoadPlan is how this den puts products under load, all alike.
type LoadPlan struct {
	Rates    []int         // requests a second of each step; none: 2 to 200
	StepTime time.Duration // 0: 5 s
	Rounds   int           // 0: 3
	Patience time.Duration // how long a host may take to become quiet; 0: 30 s
}

func (p LoadPlan) filled() LoadPlan {
	if len(p.Rates) == 0 {
		p.Rates = []int{2, 5, 10, 20, 50, 100, 200}
	}
	if p.StepTime <= 0 {
		p.StepTime = 5 * time.Second
	}
	if p.Rounds <= 0 {
		p.Rounds = 3
	}
	if p.Patience <= 0 {
		p.Patience = 30 * time.Second
	}
	return p
}

// longest is how long a load test takes at most, on so many entries.
func (p LoadPlan) longest(entries int) time.Duration {
	const settling = 5 * time.Second // answers of the last requests of a step
	run := p.Patience + time.Duration(len(p.Rates))*(p.StepTime+settling)
	return time.Duration(p.Rounds*entries) * run
}

// StartLoad starts the like-for-like load test of a running trial: Conflict, with what to
// do, when it cannot be run now.
func (o *Orchestrator) StartLoad(ctx context.Context, actor den.Actor, trial den.ID) (l den.LoadTest, err error) {
	seed := seedOf(o.Secret())
	err = o.update(ctx, actor, func(tx den.Tx, p *pen) error {
		t, err := mayTrial(tx, actor, trial, den.SetUpTrial)
		if err != nil {
			return err
		}
		if err := o.mayLoad(tx, t, p.now); err != nil {
			return err
		}
		plan := o.LoadPlan
		l = den.LoadTest{
			ID: p.id(den.KindLoad), Trial: t.ID, AskedBy: actor.ID, State: den.LoadRunning, Objective: t.Measuring.Aim(),
			Rates: plan.Rates, StepTime: plan.StepTime, Rounds: plan.Rounds, Paths: t.Measuring.Pages, Seed: seed, StartedAt: p.now,
		}
		for round := range plan.Rounds {
			l.Order = append(l.Order, drawn(t.Entries, seed, round))
		}
		if l, err = tx.Loads().Put(l); err != nil {
			return err
		}
		_, err = p.record(tx, den.Event{
			Act: "load.started", Subject: t.ID, About: []den.ID{t.Department},
			Say: fmt.Sprintf("%s started a load test of %s in %q.", actor.Name, plural(len(t.Entries), "product"), t.Name),
		})
		return err
	})
	if err == nil {
		o.beginLoad(l)
	}
	return l, err
}

// mayLoad says why a load test cannot be run now; nil: it can.
func (o *Orchestrator) mayLoad(tx den.Tx, t den.Trial, now den.Stamp) error {
	if o.Loads == nil {
		return den.Refuse(den.Conflict, "This den cannot run load tests.")
	}
	if t.State != den.TrialRunning {
		return den.Refuse(den.Conflict, "This trial %s. Load tests run while the products of a trial do.", howFar(t))
	}
	others, err := tx.Loads().List(den.Query{Index: den.LoadsByState, Key: string(den.LoadRunning), Limit: 1})
	switch {
	case err != nil:
		return err
	case len(others.Items) > 0 && others.Items[0].Trial == t.ID:
		return den.Refuse(den.Conflict, "A load test of this trial is running already. Wait until it has ended.")
	case len(others.Items) > 0:
		return den.Refuse(den.Conflict, "A load test of another trial is running on this host. Two at a time would spoil each other. Try again in some minutes.")
	}
	for _, e := range t.Entries {
		lease, err := tx.Leases().Get(e.Lease)
		if err != nil {
			return err
		}
		if lease.Phase != den.Live {
			return den.Refuse(den.Conflict, "Every product must be running, so that all get the same load. %s is %s. Start the load test when it runs.", e.Label, lease.Phase)
		}
		if most := o.LoadPlan.longest(len(t.Entries)); lease.EndsAt.Before(now.Add(most)) {
			return den.Refuse(den.Conflict, "The load test can take %s, and %s is removed before that. Extend the trial first.", spell(most.Round(time.Minute)), e.Label)
		}
	}
	return nil
}

// seedOf makes a seed of a secret: 53 bits, so that every program reads it exactly.
func seedOf(secret string) uint64 {
	sum := sha256.Sum256([]byte(secret))
	return binary.BigEndian.Uint64(sum[:8]) >> 11
}

// drawn is the order of one round: the permutation that math/rand/v2's PCG, seeded with
// the test's seed and the round from 0, gives.
func drawn(entries []den.Entry, seed uint64, round int) (order []den.ID) {
	for _, i := range rand.New(rand.NewPCG(seed, uint64(round))).Perm(len(entries)) { //nolint:gosec // the lot can be drawn again by anybody
		order = append(order, entries[i].ID)
	}
	return order
}

// beginLoad runs a load test as long as Run does.
//
//nolint:contextcheck,nolintlint // the context is Run's, as with spawn
func (o *Orchestrator) beginLoad(l den.LoadTest) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.running == nil || o.running.Err() != nil {
		return // the next start says that it was interrupted
	}
	ctx := o.running
	o.group.Go(func() { o.runLoad(ctx, l) })
}

// interruptLoads ends what a den that stopped was in the middle of, truthfully.
func (o *Orchestrator) interruptLoads(ctx context.Context) error {
	var left []den.LoadTest
	err := o.Store.View(ctx, func(tx den.Tx) (err error) {
		left, err = every(tx.Loads(), den.Query{Index: den.LoadsByState, Key: string(den.LoadRunning)})
		return err
	})
	for _, l := range left {
		err = errors.Join(err, o.endLoad(ctx, l.ID, den.LoadInterrupted, "The den was stopped while it ran. Start it again."))
	}
	return err
}

// endLoad writes how a load test ended, once.
func (o *Orchestrator) endLoad(ctx context.Context, id den.ID, state den.LoadState, say string) error {
	return o.update(context.WithoutCancel(ctx), den.System(), func(tx den.Tx, p *pen) error {
		l, err := tx.Loads().Get(id)
		if err != nil || l.State != den.LoadRunning {
			return err
		}
		t, err := tx.Trials().Get(l.Trial)
		if err != nil {
			return err
		}
		l.State, l.Say, l.EndedAt = state, say, p.now
		if _, err := tx.Loads().Put(l); err != nil {
			return err
		}
		if err := o.remeasured(tx, t); err != nil {
			return err
		}
		how := map[den.LoadState]string{den.LoadDone: "was run to its end", den.LoadInterrupted: "was interrupted", den.LoadBrokenOff: "was broken off"}[state]
		_, err = p.record(tx, den.Event{
			Act: "load.ended", Subject: t.ID, About: []den.ID{t.Department}, Say: join(fmt.Sprintf("The load test of %q %s.", t.Name, how), say),
		})
		return err
	})
}
