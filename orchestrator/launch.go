package orchestrator

import (
	"context"
	"errors"
	"sync"
	"time"

	"innovationden/orchestrator/den"
	"innovationden/sandbox"
)

const (
	service        = "product" // the one service of a product of one container
	answerPause    = 3 * time.Millisecond
	eagerFor       = 5 * time.Second // of asking every answerPause
	patientPause   = 50 * time.Millisecond
	answerPatience = 10 * time.Second
	slowStart      = 2 * time.Second // waiting cells are made beside a slower start
	most           = 5               // refusals of the engine before a start is given up
)

// spec says what is to run. It is the same for the same lease and sandbox.
func (o *Orchestrator) spec(ctx context.Context, w work) (sandbox.Spec, error) {
	spec := w.spec()
	if w.release.Compose != "" {
		var err error
		if spec, err = o.stackSpec(context.WithoutCancel(ctx), sandbox.ID(w.lease.Sandbox), w.release, w.size); err != nil {
			return spec, err
		}
	}
	spec.Data = o.scenario(w.lease.Data)
	return o.opened(spec, w.lease.Ways), nil
}

func (w work) spec() sandbox.Spec {
	return sandbox.Spec{
		ID: sandbox.ID(w.lease.Sandbox),
		Services: []sandbox.Service{{
			Name: service, Image: w.release.Image, Env: w.release.Env,
			Profile: sandbox.Profile(w.release.Profile), Volumes: w.release.Volumes,
		}},
		Limits: sandbox.Limits{
			Memory: w.size.Memory, CPU: w.size.CPU, Pids: w.size.Pids, Files: w.size.Files,
			Tmp: w.size.Tmp, Disk: w.size.Disk, Log: w.size.Log,
		},
	}
}

// startIt makes one call to the runtime and reads its answer.
func (o *Orchestrator) startIt(ctx context.Context, w work) (*sight, error) {
	l := w.lease
	if _, ok := o.size(l.Size); !ok {
		return cannot("The size %q is no longer offered here. Start a new trial with another size.", l.Size), nil
	}
	spec, err := o.spec(ctx, w)
	if err != nil {
		return cannot("Release %s cannot be run as it is described: %s", w.release.Version, said(err)), nil
	}
	o.launching(1)
	err = o.act(ctx, startPatience, func(ctx context.Context) error { return o.Runtime.Start(ctx, spec) })
	if errors.Is(err, sandbox.ErrNoImage) {
		err = o.startBrought(ctx, w.release, spec, err)
	}
	o.launching(-1)
	switch {
	case err == nil && len(l.Services) > 1:
		return o.lookAt(ctx, l), nil // some of a stack may wait for others still
	case err == nil:
		return &sight{Seen: den.Seen{Sight: den.SeenRunning}}, nil
	case ctx.Err() != nil && errors.Is(err, ctx.Err()):
		return nil, errRest
	case errors.Is(err, sandbox.ErrNoImage):
		return cannot("The image of release %s is no longer on the engine. Bring it in again as a new release.", w.release.Version), nil
	case errors.Is(err, sandbox.ErrImage):
		return cannot("The image of release %s cannot be run here: %s.", w.release.Version, plain(err)), nil
	case errors.Is(err, sandbox.ErrSpec):
		return cannot("Release %s cannot be run as it is described: %s.", w.release.Version, plain(err)), nil
	case errors.Is(err, sandbox.ErrBroken) && l.Tries+1 < most:
		return &sight{Seen: den.Seen{Sight: den.SeenBroken}}, nil
	case errors.Is(err, sandbox.ErrFull):
		return nil, o.failed(ctx, l, err, "The host has no room for it just now. It starts as soon as there is room.")
	case silent(err):
		return nil, o.failed(ctx, l, err, "The engine that runs the sandboxes does not answer. The product starts when it does.")
	case l.Tries+1 >= most:
		return cannot("The engine refused to start the product: %s. Ask the operator to look at the engine.", plain(err)), nil
	}
	return nil, o.failed(ctx, l, err, "")
}

// startBrought starts once more after the images have been brought back from where they
// were pushed to.
func (o *Orchestrator) startBrought(ctx context.Context, r den.Release, spec sandbox.Spec, missing error) error {
	brought, err := o.bringBack(context.WithoutCancel(ctx), r)
	if err != nil || !brought {
		return errors.Join(missing, err)
	}
	return o.act(ctx, startPatience, func(ctx context.Context) error { return o.Runtime.Start(ctx, spec) })
}

func cannot(say string, args ...any) *sight {
	return &sight{Seen: den.Seen{Sight: den.SeenPartial, Cannot: den.Refuse(den.Invalid, say, args...).Say}}
}

// launching counts launches in flight: making spare cells waits for them.
func (o *Orchestrator) launching(n int32) { o.launches.Add(n) }

// await asks the product until it answers. Beside it, ever more seldom, the sandbox
// is looked at, so that a product that ended is not waited for.
func (o *Orchestrator) await(ctx context.Context, c *chain, w work) (*sight, error) {
	o.launching(1)
	done := sync.OnceFunc(func() { o.launching(-1); o.poke() })
	slow := time.AfterFunc(slowStart, done)
	defer done()
	defer slow.Stop()
	until := w.lease.StartBy
	if ends := byTheClock(w.lease).EndsAt; ends.Before(until) {
		until = ends
	}
	asking, cancel := context.WithTimeout(ctx, max(until.Sub(o.now()), time.Millisecond))
	defer cancel()
	watched := make(chan *sight, 1)
	o.group.Go(func() {
		defer cancel()
		watched <- o.watchOver(asking, c, w.lease)
	})
	err := o.answered(asking, w.lease)
	timedOut := errors.Is(asking.Err(), context.DeadlineExceeded)
	cancel()
	if err == nil {
		return &sight{Seen: den.Seen{Sight: den.SeenRunning, Answered: true}}, nil
	}
	other := <-watched
	switch {
	case ctx.Err() != nil:
		return nil, errRest
	case other != nil:
		return other, nil
	case timedOut:
		return &sight{Seen: den.Seen{Sight: den.SeenRunning, Detail: o.explain(ctx, w, err)}}, nil
	case errors.Is(err, sandbox.ErrGone):
		return nil, o.failed(ctx, w.lease, err, "")
	}
	return nil, errMoved
}

// answered asks every few milliseconds at first, and more seldom what takes longer.
func (o *Orchestrator) answered(ctx context.Context, l den.Lease) error {
	id, probe := sandbox.ID(l.Sandbox), sandbox.Probe{Port: l.Port, Path: l.Path}
	quick, cancel := context.WithTimeout(ctx, eagerFor)
	defer cancel()
	_, err := sandbox.AwaitAnswer(quick, o.Runtime, id, probe, sandbox.Asking{Every: answerPause, Patience: answerPatience})
	if err == nil || ctx.Err() != nil || errors.Is(err, sandbox.ErrGone) {
		return err
	}
	_, err = sandbox.AwaitAnswer(ctx, o.Runtime, id, probe, sandbox.Asking{Every: patientPause, Patience: answerPatience})
	return err
}

// watchOver returns what it saw when a sandbox that should run does not; nil when ctx
// ends or the chain is interrupted.
func (o *Orchestrator) watchOver(ctx context.Context, c *chain, l den.Lease) *sight {
	const first, longest = 250 * time.Millisecond, 2 * time.Second
	for pause := first; ; pause = min(2*pause, longest) {
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil
		case <-c.interrupt:
			timer.Stop()
			return nil
		case <-timer.C:
		}
		s := o.lookAt(ctx, l)
		if s.err != nil || s.Sight == den.SeenRunning {
			continue
		}
		if s.Sight == den.SeenExited {
			s.Detail = join(s.Detail, o.lastWords(ctx, l))
		}
		return s
	}
}

// lastChance asks a product once more whose time to answer is over, for instance
// because the den itself was away.
func (o *Orchestrator) lastChance(ctx context.Context, w work, s *sight) {
	asking, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	_, err := sandbox.AwaitAnswer(asking, o.Runtime, sandbox.ID(w.lease.Sandbox),
		sandbox.Probe{Port: w.lease.Port, Path: w.lease.Path}, sandbox.Asking{Every: answerPause, Patience: time.Second})
	if s.Answered = err == nil; !s.Answered {
		s.Detail = o.explain(ctx, w, err)
	}
}

// replace removes the old sandbox entirely and then takes a new one: an id is never
// used again.
func (o *Orchestrator) replace(ctx context.Context, l den.Lease) (*sight, error) {
	if !l.Replacing {
		return nil, o.save(ctx, l, func(tx den.Tx, p *pen, l den.Lease) error {
			l.Replacing = true
			_, err := p.put(tx, l)
			return err
		})
	}
	kept := o.seen(l)
	err := o.act(ctx, removePatience, func(ctx context.Context) error { return o.Runtime.Remove(ctx, sandbox.ID(l.Sandbox)) })
	if err != nil {
		return nil, o.failed(ctx, l, err, "")
	}
	var seen den.Sight
	err = o.save(ctx, l, func(tx den.Tx, p *pen, l den.Lease) (err error) {
		if l.Sandbox, seen, err = p.claim(tx, l); err != nil {
			return err
		}
		l.Tried, l.Used, l.Mails = kept.Tried, kept.Used, kept.Sent
		l.Replacing, l.DueAt, l.Tries = false, p.now, l.Tries+1
		_, err = p.put(tx, l)
		return err
	})
	return &sight{Seen: den.Seen{Sight: seen}}, err
}
