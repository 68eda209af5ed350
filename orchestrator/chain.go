package orchestrator

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"innovationden/orchestrator/den"
)

// chain is the work going on for one lease: step after step, each of which reads the
// lease anew, until there is nothing to do before a later time. There is at most one
// for each lease.
type chain struct {
	interrupt chan struct{} // ends a wait for an answer, never an act
	again     bool          // something changed: look once more before leaving
	begun     func()        // the launch it was started for has its first step behind it
}

func newChain() *chain { return &chain{interrupt: make(chan struct{}, 1), begun: func() {}} }

// drive has the pass and the use cases start chains until ctx ends.
func (o *Orchestrator) drive(ctx context.Context) (stop func()) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.running = ctx
	return func() {
		o.mu.Lock()
		o.running = nil
		o.mu.Unlock()
		o.group.Wait()
	}
}

// spawn starts the chain of a lease, unless one goes on: then that one looks again.
// What known says is believed for the first step instead of a look. A chain lives
// with Run, not with whoever asked.
//
//nolint:contextcheck,nolintlint // the context is Run's, and the linter speaks where this is called
func (o *Orchestrator) spawn(id den.ID, known *sight) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.running == nil || o.running.Err() != nil {
		return
	}
	if c := o.chains[id]; c != nil {
		c.again = true
		return
	}
	c := newChain()
	if known != nil {
		o.launching(1)
		c.begun = sync.OnceFunc(func() { o.launching(-1) })
	}
	o.chains[id] = c
	ctx := o.running
	o.group.Go(func() {
		defer c.begun()
		for {
			o.safely(ctx, id, func() { o.follow(ctx, c, id, known) })
			known = nil
			if o.leave(ctx, c, id) {
				o.poke()
				return
			}
		}
	})
}

// leave ends a chain, unless something changed meanwhile.
func (o *Orchestrator) leave(ctx context.Context, c *chain, id den.ID) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if c.again && ctx.Err() == nil {
		c.again = false
		return false
	}
	delete(o.chains, id)
	return true
}

// nudge has a lease looked at now: what it waits for may have changed.
func (o *Orchestrator) nudge(id den.ID) {
	o.mu.Lock()
	if c := o.chains[id]; c != nil {
		c.again = true
		select {
		case c.interrupt <- struct{}{}:
		default:
		}
		o.mu.Unlock()
		return
	}
	o.mu.Unlock()
	o.spawn(id, nil)
}

// busy says that a chain of the lease goes on.
func (o *Orchestrator) busy(id den.ID) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.chains[id] != nil
}

// safely keeps a panic to the one lease that it is about. The lease is tried again
// like after any failure.
func (o *Orchestrator) safely(ctx context.Context, id den.ID, do func()) {
	defer func() {
		if r := recover(); r != nil {
			o.Log.Error("a step panicked", "lease", id, "panic", r, "stack", string(debug.Stack()))
			o.stumble(ctx, id, fmt.Errorf("panic: %v", r))
		}
	}()
	do()
}

// stumble notes a failed act in the lease: the pass tries again after the back-off.
func (o *Orchestrator) stumble(ctx context.Context, id den.ID, cause error) {
	err := o.update(context.WithoutCancel(ctx), den.System(), func(tx den.Tx, p *pen) error {
		l, err := tx.Leases().Get(id)
		if err != nil || l.Phase == den.Requested || l.Phase.Final() {
			return err
		}
		return p.stumbled(tx, l, cause, "")
	})
	if err != nil {
		o.Log.Error("a failure could not be noted", "lease", id, "cause", cause, "error", err)
		o.held.Store(id, o.now().Add(unsavedPause))
	}
}

// stumbled counts a failed act. While the engine is silent the time that a product
// has for its start does not run.
func (p *pen) stumbled(tx den.Tx, l den.Lease, cause error, say string) error {
	l.DueAt = p.now.Add(den.Backoff(l.Tries))
	if ends := byTheClock(l).EndsAt; l.Phase != den.Ending && ends.Before(l.DueAt) && ends.After(p.now) {
		l.DueAt = ends
	}
	l.Tries++
	if say != "" {
		l.Say = say
	}
	if l.Phase == den.Starting && silent(cause) {
		if later := l.DueAt.Add(p.o.StartPatience); later.After(l.StartBy) {
			l.StartBy = later
		}
	}
	p.topics = append(p.topics, l.ID, l.Trial)
	_, err := p.put(tx, l)
	return err
}

// unsavedPause is how long a lease is left alone whose step the store did not take: the
// back-off that would be stored could not be.
const unsavedPause = 2 * time.Second

// save makes one change to a lease whose revision must not have moved.
func (o *Orchestrator) save(ctx context.Context, l den.Lease, change func(den.Tx, *pen, den.Lease) error) error {
	return o.update(context.WithoutCancel(ctx), den.System(), func(tx den.Tx, p *pen) error {
		now, err := current(tx, l)
		if err != nil {
			return err
		}
		return change(tx, p, now)
	})
}

// follow does step after step until nothing is to be done now.
func (o *Orchestrator) follow(ctx context.Context, c *chain, id den.ID, known *sight) {
	for ctx.Err() == nil {
		w, err := o.read(ctx, id)
		if err != nil {
			o.Log.Error("a lease could not be read", "lease", id, "error", err)
			o.held.Store(id, o.now().Add(unsavedPause))
			return
		}
		if w.lease.Phase.Final() || w.lease.Phase == den.Requested {
			return
		}
		now := o.now()
		seen := known
		if seen == nil || outdated(w.lease, *seen) {
			seen = o.look(ctx, w, now)
		}
		seen.Shut, seen.Turns = o.shut(w.lease, now)
		act := den.Next(byTheClock(w.lease), seen.Seen, now)
		next, err := o.do(ctx, c, w, act, *seen)
		c.begun()
		switch {
		case errors.Is(err, errMoved), errors.Is(err, errLook):
			next = nil
		case errors.Is(err, errRest):
			return
		case err != nil:
			o.Log.Error("a step failed", "lease", id, "step", act.Do, "error", err)
			o.held.Store(id, o.now().Add(unsavedPause))
			return
		}
		known = next
	}
}

// outdated says that what was known before a start is no longer so: the pass was quicker than
// whoever asked for it, and its emptiness is no sign that the product vanished.
func outdated(l den.Lease, known sight) bool {
	return !known.removed && l.Phase != den.Starting && (known.Sight == den.SeenAbsent || known.Sight == den.SeenHeld)
}

// What a step says instead of a fault: errRest ends the chain, errLook has the sandbox
// looked at before the next step.
var (
	errRest = errors.New("nothing to do now")
	errLook = errors.New("it must be looked at")
)

// work is what a step must know of a lease.
type work struct {
	lease   den.Lease
	release den.Release
	size    den.Size
}

func (o *Orchestrator) read(ctx context.Context, id den.ID) (w work, err error) {
	err = o.Store.View(context.WithoutCancel(ctx), func(tx den.Tx) error {
		if w.lease, err = tx.Leases().Get(id); err != nil {
			return err
		}
		w.release, err = tx.Releases().Get(w.lease.Release)
		return err
	})
	w.size, _ = o.size(w.lease.Size)
	return w, err
}
