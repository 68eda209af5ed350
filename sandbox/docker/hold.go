package docker

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"

	"innovationden/sandbox"
	"innovationden/sandbox/cell"
)

// hostname is what a product in a cell is called; it resolves to the cell's address.
const hostname = "sandbox"

// held is a namespace that this process holds open.
type held struct {
	space   *cell.Namespace
	holder  string // container id
	pid     int
	started string
	asked   time.Time // when the engine was last asked whether it is still that one
}

// Hold: see sandbox.Runtime.
func (r *Runtime) Hold(ctx context.Context, id sandbox.ID) error {
	if err := id.Check(); err != nil {
		return err
	}
	return r.act(ctx, id, func(ctx context.Context) error {
		parts, err := r.parts(ctx, id)
		if err != nil {
			return err
		}
		return r.hold(ctx, id, parts)
	})
}

// hold makes, starts and opens whatever of the cell is missing.
func (r *Runtime) hold(ctx context.Context, id sandbox.ID, p parts) error {
	switch {
	case p.dying:
		return fmt.Errorf("%w: a part of it is being removed", sandbox.ErrBroken)
	case p.holder == nil && len(p.services) > 0:
		return fmt.Errorf("%w: its holder is gone", sandbox.ErrBroken)
	case p.holder == nil:
		if err := r.makeHolder(ctx, id); err != nil {
			return err
		}
	}
	if p.holder == nil || !p.holder.State.Running {
		r.Forget(id)
		// What still runs is in a namespace that nobody owns any more.
		if err := r.kill(ctx, p.services); err != nil {
			return err
		}
		name := r.ours.name(id, holderName)
		err := r.ask(ctx, func(ctx context.Context) error { return r.api.ContainerStart(ctx, name, container.StartOptions{}) })
		if err != nil {
			return explain("start a holder", err)
		}
	}
	return r.open(ctx, id)
}

func (r *Runtime) makeHolder(ctx context.Context, id sandbox.ID) error {
	labels := r.ours.labels(id)
	labels[labelService], labels[labelServices], labels[labelSpec] = "", "0", ""
	for again := range 2 {
		image, err := r.holderImage(ctx)
		if err != nil {
			return err
		}
		config := &container.Config{
			Image: image, Hostname: hostname, Labels: labels, User: nobody,
			Healthcheck: &container.HealthConfig{Test: []string{"NONE"}},
		}
		err = r.ask(ctx, func(ctx context.Context) error {
			_, err := r.api.ContainerCreate(ctx, config, r.holderHost(), nil, nil, r.ours.name(id, holderName))
			return err
		})
		switch {
		case errdefs.IsNotFound(err) && again == 0:
			r.forgetHolderImage() // somebody removed it
		case errdefs.IsConflict(err):
			return r.adopt(ctx, id, holderName, "")
		default:
			return explain("make a holder", err)
		}
	}
	return nil
}

// adopt accepts what already has the name that a container of ours would get, if it
// is exactly that container.
func (r *Runtime) adopt(ctx context.Context, id sandbox.ID, part, spec string) error {
	name := r.ours.name(id, part)
	return r.ask(ctx, func(ctx context.Context) error {
		c, err := r.api.ContainerInspect(ctx, name)
		if errdefs.IsNotFound(err) {
			return fmt.Errorf("%w: %s is being removed", sandbox.ErrBroken, name)
		}
		if err != nil {
			return explain("look at "+name, err)
		}
		if found, ok := r.ours.owns(c.Config.Labels, c.Name); !ok || found != id {
			return fmt.Errorf("%w: the name %s is taken by something that is not the den's", sandbox.ErrBroken, name)
		}
		if c.Config.Labels[labelSpec] != spec {
			return fmt.Errorf("%w: what is there was made from another specification", sandbox.ErrBroken)
		}
		if c.State.Dead || c.State.Status == container.StateRemoving {
			return fmt.Errorf("%w: %s is being removed", sandbox.ErrBroken, name)
		}
		return nil
	})
}

// open opens the namespace of a running holder and prepares its loopback. The holder
// is inspected before and after, so that a process that took over its number is never
// mistaken for it.
func (r *Runtime) open(ctx context.Context, id sandbox.ID) error {
	before, err := r.inspectHolder(ctx, id)
	if err != nil {
		return err
	}
	r.mu.Lock()
	known := r.cells[id]
	still := known != nil && known.is(before)
	if still {
		known.asked = r.now()
	}
	r.mu.Unlock()
	if still {
		return nil
	}
	r.Forget(id)
	space, err := cell.Open(before.State.Pid)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w: its holder ended, or the den does not see the host's processes", sandbox.ErrGone)
	}
	if err != nil {
		return fmt.Errorf("open the namespace of %s: %w", id, err)
	}
	after, err := r.inspectHolder(ctx, id)
	if err == nil && (after.ID != before.ID || after.State.Pid != before.State.Pid || after.State.StartedAt != before.State.StartedAt) {
		err = fmt.Errorf("%w: its holder changed while it was opened", sandbox.ErrGone)
	}
	if err == nil {
		err = space.Prepare()
	}
	if err != nil {
		_ = space.Close()
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.cells[id] = &held{
		space: space, holder: after.ID, pid: after.State.Pid, started: after.State.StartedAt, asked: r.now(),
	}
	return nil
}

func (h *held) is(c container.InspectResponse) bool {
	return h.holder == c.ID && h.pid == c.State.Pid && h.started == c.State.StartedAt
}

// inspectHolder finds the running holder of a sandbox. ErrGone when there is none.
func (r *Runtime) inspectHolder(ctx context.Context, id sandbox.ID) (c container.InspectResponse, err error) {
	err = r.ask(ctx, func(ctx context.Context) error {
		c, err = r.api.ContainerInspect(ctx, r.ours.name(id, holderName))
		if errdefs.IsNotFound(err) {
			return fmt.Errorf("%w: %s has no holder", sandbox.ErrGone, id)
		}
		if err != nil {
			return silence("look at the holder of "+string(id), err)
		}
		if found, ok := r.ours.owns(c.Config.Labels, c.Name); !ok || found != id {
			return fmt.Errorf("%w: %s has no holder of ours", sandbox.ErrGone, id)
		}
		if !c.State.Running || c.State.Pid <= 0 {
			return fmt.Errorf("%w: the holder of %s does not run", sandbox.ErrGone, id)
		}
		return nil
	})
	return c, err
}

// Forget: see sandbox.Runtime.
func (r *Runtime) Forget(id sandbox.ID) {
	r.mu.Lock()
	h := r.cells[id]
	delete(r.cells, id)
	r.mu.Unlock()
	if h != nil {
		_ = h.space.Close() // only its second close could fail
	}
}
