package fake

import (
	"context"
	"errors"
	"fmt"
	"time"

	"innovationden/sandbox"
)

// journalLength bounds what Journal returns.
const journalLength = 4096

// Call is one verb that was asked of the runtime.
type Call struct {
	At   time.Time
	Verb string
	ID   sandbox.ID
	Err  error // as the caller saw it
}

// Verbs lists what faults can be set for, in the order of the contract.
func Verbs() []string {
	return []string{
		"host", "hold", "start", "look", "pause", "resume", "find", "remove", "list", "dial", "ports", "logs", "use",
		"image", "load", "keep", "drop", "keeps",
	}
}

// Steps lists what is inside the verbs that take more than one step, in order.
// Faults and hooks can be set for each. Hold's steps are part of Start too.
func Steps() []string {
	return []string{
		"hold.create", "hold.start", "hold.open", "start.create", "start.start",
		"remove.list", "remove.container", "remove.volume", "remove.look",
	}
}

type kind int

const (
	fails kind = iota
	losesReply
	hangs
	slows
	panics
)

type fault struct {
	at   string
	kind kind
	err  error
	d    time.Duration
}

// FailNext makes the next such verb or step fail before it did anything; a nil err
// is sandbox.ErrUnavailable.
func (r *Runtime) FailNext(at string, err error) {
	if err == nil {
		err = sandbox.ErrUnavailable
	}
	r.add(&fault{at: at, kind: fails, err: err})
}

// LoseReply makes the next such verb or step succeed, while the caller sees a time-out.
func (r *Runtime) LoseReply(at string) { r.add(&fault{at: at, kind: losesReply}) }

// Hang makes the next such verb or step wait, without acting, until its context ends.
func (r *Runtime) Hang(at string) { r.add(&fault{at: at, kind: hangs}) }

// Slow makes the next such verb or step take d longer.
func (r *Runtime) Slow(at string, d time.Duration) { r.add(&fault{at: at, kind: slows, d: d}) }

// Panic makes the next such verb or step panic before it did anything.
func (r *Runtime) Panic(at string) { r.add(&fault{at: at, kind: panics}) }

// Heal takes back every fault that has not come yet, and both hooks.
func (r *Runtime) Heal() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.faults, r.before, r.after, r.down, r.unlabel = nil, nil, nil, false, false
}

// EngineDown makes every verb fail with sandbox.ErrUnavailable; what runs goes on
// and can be dialled where the process holds its namespace open.
func (r *Runtime) EngineDown(down bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.down = down
}

// Before sets what runs ahead of each verb and step; After what runs behind it,
// when the engine has acted and the caller does not know yet. Either may panic,
// block or call the runtime. Nil sets none.
func (r *Runtime) Before(hook func(at string, id sandbox.ID)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.before = hook
}

// After: see Before.
func (r *Runtime) After(hook func(at string, id sandbox.ID)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.after = hook
}

// Journal returns the last calls, oldest first.
func (r *Runtime) Journal() []Call {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]Call(nil), r.journal...)
}

// Count says how often a verb or step was begun.
func (r *Runtime) Count(at string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.calls[at]
}

// Violations says what the caller did that the contract forbids.
func (r *Runtime) Violations() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]string(nil), r.violations...)
}

func (r *Runtime) add(f *fault) {
	known := false
	for _, at := range append(Verbs(), Steps()...) {
		known = known || at == f.at
	}
	if !known {
		panic(fmt.Sprintf("fake: no verb or step is called %q", f.at))
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.faults = append(r.faults, f)
}

// take removes and returns the first fault set for at.
func (e *engine) take(at string) *fault {
	for i, f := range e.faults {
		if f.at == at {
			e.faults = append(e.faults[:i:i], e.faults[i+1:]...)
			return f
		}
	}
	return nil
}

// verb runs one verb with its faults and keeps it in the journal.
func (r *Runtime) verb(ctx context.Context, at string, id sandbox.ID, do func() error) error {
	err := r.step(ctx, at, id, do)
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.journal) == journalLength {
		r.journal = append(r.journal[:0], r.journal[journalLength/2:]...)
	}
	r.journal = append(r.journal, Call{At: r.now(), Verb: at, ID: id, Err: err})
	return err
}

// step runs one step with its faults. No lock is held while a hook runs.
func (r *Runtime) step(ctx context.Context, at string, id sandbox.ID, do func() error) error {
	r.mu.Lock()
	before, after := r.before, r.after
	r.calls[at]++
	r.mu.Unlock()
	if before != nil {
		before(at, id)
	}
	if err := ctx.Err(); err != nil {
		return unknown(err)
	}
	r.mu.Lock()
	f, down := r.take(at), r.down
	r.mu.Unlock()
	if down && at != "dial" {
		return fmt.Errorf("%w: %s", sandbox.ErrUnavailable, at)
	}
	if f != nil {
		switch f.kind {
		case fails:
			return f.err
		case panics:
			panic("fake: told to panic at " + at)
		case hangs:
			<-ctx.Done()
			return unknown(ctx.Err())
		case slows:
			if err := wait(ctx, f.d); err != nil {
				return err
			}
		case losesReply:
		}
	}
	err := do()
	if after != nil {
		after(at, id)
	}
	if err == nil && f != nil && f.kind == losesReply {
		return unknown(context.DeadlineExceeded)
	}
	return err
}

func wait(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return unknown(ctx.Err())
	case <-t.C:
		return nil
	}
}

// unknown is what a caller sees when nobody knows whether the engine acted.
func unknown(err error) error { return errors.Join(sandbox.ErrUnavailable, err) }

func (e *engine) violate(format string, args ...any) {
	e.violations = append(e.violations, fmt.Sprintf(format, args...))
}
