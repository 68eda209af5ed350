package orchestrator

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"innovationden/orchestrator/den"
	"innovationden/sandbox"
)

// sight is what was seen of a sandbox, with what only the steps need to know.
type sight struct {
	den.Seen
	found   sandbox.Found // ending: what is there
	removed bool          // ending: a removal has just seen that nothing is left
	err     error         // why nothing was seen
}

// look sees what there is to see before Next is asked. Where Next would say the same
// whatever is seen, the engine is left alone.
func (o *Orchestrator) look(ctx context.Context, w work, now den.Stamp) *sight {
	l := w.lease
	if l.Phase == den.Ending {
		return o.find(ctx, l)
	}
	blind := &sight{Seen: den.Seen{Sight: den.Unseen}}
	if den.Next(byTheClock(l), blind.Seen, now).Do == den.Move {
		return blind
	}
	seen := o.lookAt(ctx, l)
	switch {
	case seen.Sight == den.SeenExited:
		seen.Detail = join(seen.Detail, o.lastWords(ctx, l))
	case seen.Sight == den.SeenRunning && l.Phase == den.Live:
		seen.Over = o.overBounds(ctx, w, now)
	case seen.Sight == den.SeenRunning && l.Phase == den.Starting && !l.StartBy.After(now):
		o.lastChance(ctx, w, seen)
	}
	if known := l.Say != "" && seen.Sight != den.SeenExited && seen.Sight != den.SeenRunning; known && l.Phase == den.Starting {
		seen.Detail = l.Say
	}
	return seen
}

// lookAt looks at the sandbox once.
func (o *Orchestrator) lookAt(ctx context.Context, l den.Lease) *sight {
	s := &sight{Seen: den.Seen{Sight: den.Unseen}}
	var state sandbox.State
	s.err = o.ask(ctx, lookPatience, func(ctx context.Context) (err error) {
		state, err = o.Runtime.Look(ctx, sandbox.ID(l.Sandbox))
		return err
	})
	if s.err != nil {
		return s
	}
	s.Sight, s.Detail = den.Sight(state.Seen), howItEnded(state)
	return s
}

// find lists what there is of a sandbox that is being removed. What runs of it does not
// run on because the engine is silent.
func (o *Orchestrator) find(ctx context.Context, l den.Lease) *sight {
	s := &sight{Seen: den.Seen{Sight: den.Unseen}}
	answered := o.cutUnless(ctx, l)
	s.err = o.ask(ctx, listPatience, func(ctx context.Context) (err error) {
		s.found, err = o.Runtime.Find(ctx, sandbox.ID(l.Sandbox))
		return err
	})
	answered(s.err == nil)
	switch {
	case s.err != nil:
	case s.found.Empty():
		s.Sight = den.SeenAbsent
	default:
		s.Sight = den.SeenPartial
	}
	return s
}

// do executes one step and says what is known after it; nil: it must be looked at.
func (o *Orchestrator) do(ctx context.Context, c *chain, w work, act den.Act, seen sight) (*sight, error) {
	l := w.lease
	switch act.Do {
	case den.Rest:
		return nil, o.rest(ctx, l, act, seen)
	case den.Move:
		return o.moveTo(ctx, l, act, seen)
	case den.Start:
		return o.startIt(ctx, w)
	case den.Await:
		return o.await(ctx, c, w)
	case den.Freeze:
		return o.turn(ctx, l, o.Runtime.Pause, den.SeenPaused)
	case den.Thaw:
		return o.turn(ctx, l, o.Runtime.Resume, den.SeenRunning)
	case den.Replace:
		return o.replace(ctx, l)
	case den.Remove:
		return o.remove(ctx, l, seen)
	case den.Count:
		err := o.save(ctx, l, func(tx den.Tx, p *pen, l den.Lease) error {
			l.Looks, l.DueAt, l.Tries = append(l.Looks, p.now), p.now.Add(den.LookGap), 0
			_, err := p.put(tx, l)
			return err
		})
		if err != nil {
			return nil, err
		}
		return nil, errRest
	}
	return nil, fmt.Errorf("step %q is not known", act.Do)
}

// rest notes that nothing could be seen where that holds something up. A lease that is
// due although there is nothing to do now becomes due when there is.
func (o *Orchestrator) rest(ctx context.Context, l den.Lease, act den.Act, seen sight) error {
	if seen.err != nil && (l.Phase == den.Starting || l.Phase == den.Ending) {
		return o.failed(ctx, l, seen.err, "")
	}
	if now := o.now(); l.DueAt.After(now) || !act.Again.After(now) {
		return errRest
	}
	err := o.save(ctx, l, func(tx den.Tx, p *pen, l den.Lease) error {
		l.DueAt = act.Again
		_, err := p.put(tx, l)
		return err
	})
	if err != nil {
		return err
	}
	return errRest
}

// failed notes a failed act, and ends the chain: retries belong to the pass.
func (o *Orchestrator) failed(ctx context.Context, l den.Lease, cause error, say string) error {
	o.Log.Warn("an act failed", "lease", l.ID, "phase", l.Phase, "tries", l.Tries+1, "error", cause)
	err := o.save(ctx, l, func(tx den.Tx, p *pen, l den.Lease) error { return p.stumbled(tx, l, cause, say) })
	if err != nil {
		return err
	}
	return errRest
}

func (o *Orchestrator) moveTo(ctx context.Context, l den.Lease, act den.Act, seen sight) (*sight, error) {
	err := o.save(ctx, l, func(tx den.Tx, p *pen, l den.Lease) error {
		if l.Phase == den.Live && act.To == den.Starting && seen.Sight == den.SeenExited {
			l.Restarts++
		}
		if act.To == den.Ended {
			l.Looks = append(l.Looks, p.now)
		}
		return p.move(tx, l, act.To, act.Reason, act.Say)
	})
	if err != nil {
		return nil, err
	}
	switch act.To {
	case den.Live:
		return &seen, nil
	case den.Paused:
		o.counters.rest(l.ID)
		return &seen, nil
	case den.Ended, den.Refused:
		o.measured.Delete(l.ID)
		o.counters.forget(l.ID)
		return nil, errRest
	case den.Requested, den.Starting, den.Ending:
	}
	return nil, errLook
}

// turn pauses or resumes.
func (o *Orchestrator) turn(ctx context.Context, l den.Lease, verb func(context.Context, sandbox.ID) error, after den.Sight) (*sight, error) {
	err := o.act(ctx, pausePatience, func(ctx context.Context) error { return verb(ctx, sandbox.ID(l.Sandbox)) })
	if err != nil {
		return nil, o.failed(ctx, l, err, "")
	}
	return &sight{Seen: den.Seen{Sight: after}}, nil
}

// silent says that a failure was the engine's silence: nothing is known.
func silent(err error) bool {
	return errors.Is(err, sandbox.ErrUnavailable) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)
}

func join(parts ...string) string {
	var kept []string
	for _, p := range parts {
		if p != "" {
			kept = append(kept, p)
		}
	}
	return strings.Join(kept, " ")
}
