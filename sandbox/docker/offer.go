package docker

import (
	"context"
	"fmt"

	"github.com/docker/docker/api/types/container"

	"innovationden/sandbox"
	"innovationden/sandbox/cell"
)

// offerCell calls Offer for the namespace that services of a cell share, once for
// each time that it is opened.
func (r *Runtime) offerCell(ctx context.Context, spec sandbox.Spec) {
	if r.offer == nil {
		return
	}
	r.mu.Lock()
	h := r.cells[spec.ID]
	first := h != nil && !h.front.IsValid() && !h.offered
	if first {
		h.offered = true
	}
	r.mu.Unlock()
	if first {
		r.callOffer(ctx, spec, spec.FrontService(), h.space)
	}
}

// offerTo opens the namespace of a service on a private network, right after it was
// started, and calls Offer for it. A namespace of its earlier life is closed.
func (r *Runtime) offerTo(ctx context.Context, spec sandbox.Spec, service string) {
	r.mu.Lock()
	h := r.cells[spec.ID]
	r.mu.Unlock()
	if r.offer == nil || h == nil || !h.front.IsValid() {
		return
	}
	space, err := r.spaceOf(ctx, spec.ID, service)
	if err != nil {
		r.log.Warn("service_not_opened", "sandbox", spec.ID, "service", service, "error", err)
		return
	}
	r.mu.Lock()
	if r.cells[spec.ID] != h {
		r.mu.Unlock()
		_ = space.Close()
		return
	}
	old := h.spaces[service]
	if h.spaces == nil {
		h.spaces = map[string]*cell.Namespace{}
	}
	h.spaces[service] = space
	r.mu.Unlock()
	if old != nil {
		_ = old.Close() // only its second close could fail
	}
	r.callOffer(ctx, spec, service, space)
}

func (r *Runtime) callOffer(ctx context.Context, spec sandbox.Spec, service string, space *cell.Namespace) {
	if err := r.offer(ctx, spec.ID, spec, service, space); err != nil {
		r.log.Warn("offer_failed", "sandbox", spec.ID, "service", service, "error", err)
	}
}

// offerAgain calls Offer for everything that runs in a sandbox that was opened anew,
// as after a restart of the den. Of the specification it knows the id alone.
func (r *Runtime) offerAgain(ctx context.Context, id sandbox.ID) {
	if r.offer == nil {
		return
	}
	p, err := r.parts(ctx, id)
	if err != nil {
		r.log.Warn("offer_failed", "sandbox", id, "error", err)
		return
	}
	if p.holder != nil && p.holder.Config.Labels[labelFront] == "" && len(p.services) > 0 {
		r.offerCell(ctx, sandbox.Spec{ID: id})
		return
	}
	for name, c := range p.services {
		if c.State.Running {
			r.offerTo(ctx, sandbox.Spec{ID: id}, name)
		}
	}
}

// spaceOf opens the namespace that a service runs in. The caller closes it.
func (r *Runtime) spaceOf(ctx context.Context, id sandbox.ID, service string) (*cell.Namespace, error) {
	before, err := r.inspectPart(ctx, id, service)
	if err != nil {
		return nil, err
	}
	space, err := cell.Open(before.State.Pid)
	if err != nil {
		return nil, fmt.Errorf("%w: open the namespace of service %s: %w", sandbox.ErrGone, service, err)
	}
	after, err := r.inspectPart(ctx, id, service)
	if err == nil && !same(before, after) {
		err = fmt.Errorf("%w: service %s changed while it was opened", sandbox.ErrGone, service)
	}
	if err != nil {
		_ = space.Close()
		return nil, err
	}
	return space, nil
}

func same(a, b container.InspectResponse) bool {
	return a.ID == b.ID && a.State.Pid == b.State.Pid && a.State.StartedAt == b.State.StartedAt
}

// withdrawAll says that the namespaces of a sandbox are about to be lost.
func (r *Runtime) withdrawAll(id sandbox.ID) {
	if r.withdraw != nil {
		r.withdraw(id)
	}
}
