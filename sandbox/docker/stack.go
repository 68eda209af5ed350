package docker

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"

	"innovationden/sandbox"
)

// How long one Start waits for what services wait for, and how often it looks.
const (
	stride = 10 * time.Second
	glance = 50 * time.Millisecond
)

// launch starts the services of one sandbox, each as soon as what it waits for has
// come true, those that wait for nothing at once.
type launch struct {
	r       *Runtime
	spec    sandbox.Spec
	images  []sandbox.Image
	parts   parts
	files   staged
	net     private
	revived bool // the namespaces that were there are lost
	patient context.Context
	up      map[string]chan struct{} // closed when it was started, or will not be now
	mu      sync.Mutex
	started map[string]bool
}

// run starts what can be started. It returns nil where services are left that wait.
func (l *launch) run(ctx context.Context) error {
	l.up, l.started = map[string]chan struct{}{}, map[string]bool{}
	for _, s := range l.spec.Services {
		l.up[s.Name] = make(chan struct{})
	}
	errs := make([]error, len(l.spec.Services))
	var wg sync.WaitGroup
	for i, s := range l.spec.Services {
		wg.Go(func() {
			defer close(l.up[s.Name])
			if l.ready(ctx, s) {
				errs[i] = l.begin(ctx, i)
			}
			l.mu.Lock()
			defer l.mu.Unlock()
			l.started[s.Name] = errs[i] == nil && l.started[s.Name]
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	l.r.completed(l.spec.ID, len(l.started) == len(l.spec.Services) && !slices.ContainsFunc(l.spec.Services, func(s sandbox.Service) bool {
		return !l.started[s.Name]
	}))
	return nil
}

// make makes the containers of all services that are not there.
func (l *launch) make(ctx context.Context) error {
	errs := make([]error, len(l.spec.Services))
	var wg sync.WaitGroup
	for i, s := range l.spec.Services {
		if l.parts.services[s.Name] != nil {
			continue
		}
		wg.Go(func() {
			err := l.makeService(ctx, i)
			if errdefs.IsConflict(err) {
				err = l.r.adopt(ctx, l.spec.ID, s.Name, l.spec.Hash())
			}
			errs[i] = explain("make service "+s.Name, err)
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// ready waits until everything that a service waits for is true. False: not now.
func (l *launch) ready(ctx context.Context, s sandbox.Service) bool {
	if c := l.parts.services[s.Name]; c != nil && ever(c) && !l.revived {
		return true // it was started before, so it had waited
	}
	for _, d := range s.DependsOn {
		<-l.up[d.Service]
		l.mu.Lock()
		ok := l.started[d.Service]
		l.mu.Unlock()
		if !ok || !l.meets(ctx, d) {
			return false
		}
	}
	return true
}

// meets waits, within the patience of one Start, until a condition is true.
func (l *launch) meets(ctx context.Context, d sandbox.Dependency) bool {
	if d.Condition == sandbox.Started {
		return true
	}
	tick := time.NewTicker(glance)
	defer tick.Stop()
	for {
		c, err := l.r.lookAtPart(ctx, l.spec.ID, d.Service)
		if err == nil {
			met, hopeless := l.judge(ctx, d, &c)
			if met || hopeless {
				return met
			}
		}
		select {
		case <-l.patient.Done():
			return false
		case <-tick.C:
		}
	}
}

// judge says whether a condition is true, or cannot come true any more. A service that
// ended and may be started again, is.
func (l *launch) judge(ctx context.Context, d sandbox.Dependency, c *container.InspectResponse) (met, hopeless bool) {
	id := l.spec.ID
	if c.State.Running {
		h := c.State.Health
		return d.Condition == sandbox.Healthy && h != nil && h.Status == container.Healthy, false
	}
	switch meaning(c, l.r.triesOf(id, d.Service)) {
	case done:
		return d.Condition == sandbox.Completed, d.Condition == sandbox.Healthy
	case again:
		if l.r.isDue(id, d.Service, c) {
			err := l.r.startService(ctx, id, d.Service)
			l.r.tried(id, d.Service)
			if err != nil {
				l.r.log.Warn("service_not_restarted", "sandbox", id, "service", d.Service, "error", err)
			} else {
				l.r.offerTo(ctx, l.spec, d.Service)
			}
		}
		return false, false
	case fault:
	}
	return false, true
}

// begin makes and starts one service.
func (l *launch) begin(ctx context.Context, i int) error {
	s, id := l.spec.Services[i], l.spec.ID
	c := l.parts.services[s.Name]
	switch {
	case c == nil: // it was made just now
	case !c.State.Running && ever(c) && meaning(c, 0) == done:
		l.mark(s.Name)
		return nil
	case c.State.Running && !l.revived && l.parts.together(c):
		l.mark(s.Name)
		return nil
	case c.State.Running && !l.revived:
		if err := l.r.kill(ctx, map[string]*container.InspectResponse{s.Name: c}); err != nil {
			return err
		}
	}
	if err := l.r.startService(ctx, id, s.Name); err != nil {
		return explain("start service "+s.Name, err)
	}
	l.mark(s.Name)
	l.r.offerTo(ctx, l.spec, s.Name)
	return nil
}

func (l *launch) mark(service string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.started[service] = true
}

// holdFor makes the holder that a specification wants: of a cell, or of a private
// network. A waiting cell cannot join a network, so a private sandbox that was given
// one gets another holder of the same name.
func (r *Runtime) holdFor(ctx context.Context, spec sandbox.Spec, p parts) (private, error) {
	if p.holder != nil && p.holder.Config.Labels[labelSpec] != "" && p.holder.Config.Labels[labelSpec] != spec.Hash() {
		return private{}, fmt.Errorf("%w: its holder was made from another specification", sandbox.ErrBroken)
	}
	if spec.Network != sandbox.Private {
		return private{}, r.hold(ctx, spec.ID, p)
	}
	if p.dying {
		return private{}, fmt.Errorf("%w: a part of it is being removed", sandbox.ErrBroken)
	}
	r.guard(ctx)
	net, err := r.network(ctx, spec.ID)
	if err != nil {
		return net, err
	}
	if p.holder != nil && p.holder.Config.Labels[labelFront] == "" {
		if len(p.services) > 0 {
			return net, fmt.Errorf("%w: it was made as a cell", sandbox.ErrBroken)
		}
		r.lose(spec.ID)
		if err := r.removeContainer(ctx, r.ours.name(spec.ID, holderName)); err != nil {
			return net, err
		}
		p.holder = nil
	}
	if p.holder == nil && len(p.services) == 0 {
		if err := r.makeHolder(ctx, spec.ID, &spec, net); err != nil {
			return net, err
		}
		return net, r.raise(ctx, spec.ID, p)
	}
	return net, r.hold(ctx, spec.ID, p)
}

// completed notes that every service of a stack was started, so that it may be dialled.
func (r *Runtime) completed(id sandbox.ID, whole bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if h := r.cells[id]; h != nil {
		h.whole = whole
	}
}

// inspectPart finds a running part of a sandbox. ErrGone when there is none.
func (r *Runtime) inspectPart(ctx context.Context, id sandbox.ID, part string) (container.InspectResponse, error) {
	c, err := r.lookAtPart(ctx, id, part)
	if err == nil && (!c.State.Running || c.State.Pid <= 0) {
		err = fmt.Errorf("%w: %s of %s does not run", sandbox.ErrGone, part, id)
	}
	return c, err
}

// lookAtPart finds a part of a sandbox. ErrGone when there is none.
func (r *Runtime) lookAtPart(ctx context.Context, id sandbox.ID, part string) (c container.InspectResponse, err error) {
	err = r.ask(ctx, func(ctx context.Context) error {
		c, err = r.inspect(ctx, r.ours.name(id, part))
		if errdefs.IsNotFound(err) {
			return fmt.Errorf("%w: %s has no %s", sandbox.ErrGone, id, part)
		}
		if err != nil {
			return silence(fmt.Sprintf("look at %s of %s", part, id), err)
		}
		if found, ok := r.ours.owns(c.Config.Labels, c.Name); !ok || found != id {
			return fmt.Errorf("%w: %s has no %s of ours", sandbox.ErrGone, id, part)
		}
		return nil
	})
	return c, err
}

// errWaiting is what a visitor meets whose stack is not complete yet.
var errWaiting = errors.New("some services of the stack wait to be started")
