package docker

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"strconv"
	"time"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/network"

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
	offered bool      // of a cell: Offer was called

	// On a private network.
	front   netip.Addr // of the service that answers; not valid in a cell
	whole   bool       // every service was started
	checked time.Time  // when the engine was last asked whether that is so
	spaces  map[string]*cell.Namespace
}

// close lets the namespaces go.
func (h *held) close() {
	_ = h.space.Close() // only their second close could fail
	for _, s := range h.spaces {
		_ = s.Close()
	}
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
		if err := r.makeHolder(ctx, id, nil, private{}); err != nil {
			return err
		}
	}
	return r.raise(ctx, id, p)
}

// raise starts a holder that does not run, and opens its namespace.
func (r *Runtime) raise(ctx context.Context, id sandbox.ID, p parts) error {
	if p.holder == nil || !p.holder.State.Running {
		r.lose(id)
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

// makeHolder makes the holder of a cell or, where a specification is given, that of a
// private network.
func (r *Runtime) makeHolder(ctx context.Context, id sandbox.ID, spec *sandbox.Spec, net private) error {
	labels := r.ours.labels(id)
	labels[labelService], labels[labelServices], labels[labelSpec] = "", "0", ""
	host, join := r.holderHost(), (*network.NetworkingConfig)(nil)
	if spec != nil {
		labels[labelServices], labels[labelSpec] = strconv.Itoa(len(spec.Services)), spec.Hash()
		labels[labelFront], labels[labelAddress] = spec.FrontService(), net.host(firstService+spec.Index(spec.FrontService())).String()
		host, join = r.privateHolderHost(net), net.endpoint(holderHost)
	}
	for again := range 2 {
		image, err := r.holderImage(ctx)
		if err != nil {
			return err
		}
		config := &container.Config{
			Image: image, Hostname: hostname, Labels: labels, User: nobody,
			StopSignal:  "SIGKILL", // it hears no other, and an engine that stops would wait for it
			Healthcheck: &container.HealthConfig{Test: []string{"NONE"}},
		}
		err = r.ask(ctx, func(ctx context.Context) error {
			made, err := r.api.ContainerCreate(ctx, config, host, join, nil, r.ours.name(id, holderName))
			r.write(id, made.ID)
			return err
		})
		switch {
		case errdefs.IsNotFound(err) && again == 0:
			r.forgetHolderImage() // somebody removed it
		case errdefs.IsConflict(err):
			return r.adopt(ctx, id, holderName, labels[labelSpec])
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
		c, err := r.inspect(ctx, name)
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
	r.lose(id)
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
	h := &held{space: space, holder: after.ID, pid: after.State.Pid, started: after.State.StartedAt, asked: r.now()}
	if after.Config.Labels[labelFront] != "" {
		if h.front, err = netip.ParseAddr(after.Config.Labels[labelAddress]); err != nil {
			_ = space.Close()
			return fmt.Errorf("%w: the label of its address: %w", sandbox.ErrBroken, err)
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.cells[id] = h
	return nil
}

func (h *held) is(c container.InspectResponse) bool {
	return h.holder == c.ID && h.pid == c.State.Pid && h.started == c.State.StartedAt
}

// inspectHolder finds the running holder of a sandbox. ErrGone when there is none.
func (r *Runtime) inspectHolder(ctx context.Context, id sandbox.ID) (container.InspectResponse, error) {
	return r.inspectPart(ctx, id, holderName)
}

// Forget: see sandbox.Runtime.
func (r *Runtime) Forget(id sandbox.ID) {
	r.mu.Lock()
	h := r.cells[id]
	delete(r.cells, id)
	r.mu.Unlock()
	if h != nil {
		h.close()
	}
}

// lose forgets a namespace that is not the sandbox's any more, and what was offered
// in it.
func (r *Runtime) lose(id sandbox.ID) {
	r.mu.Lock()
	known := r.cells[id] != nil
	r.mu.Unlock()
	if known {
		r.withdrawAll(id)
	}
	r.Forget(id)
}
