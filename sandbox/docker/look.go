package docker

import (
	"context"
	"fmt"
	"maps"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"

	"innovationden/sandbox"
	"innovationden/sandbox/cell"
)

// parts are the containers of a sandbox as the engine shows them.
type parts struct {
	holder   *container.InspectResponse
	services map[string]*container.InspectResponse
	dying    bool // one of them is being removed, or could not be
}

// inspect looks at one container. An answer without what every container has does not
// come from an engine: it is silence.
func (r *Runtime) inspect(ctx context.Context, name string) (container.InspectResponse, error) {
	c, err := r.api.ContainerInspect(ctx, name)
	if err == nil && (c.ContainerJSONBase == nil || c.State == nil || c.HostConfig == nil || c.Config == nil) {
		err = fmt.Errorf("%w: half an answer about container %s", sandbox.ErrUnavailable, name)
	}
	return c, err
}

// parts lists the containers of a sandbox and looks at each.
func (r *Runtime) parts(ctx context.Context, id sandbox.ID) (parts, error) {
	var listed []container.Summary
	err := r.ask(ctx, func(ctx context.Context) (err error) {
		listed, err = r.api.ContainerList(ctx, container.ListOptions{All: true, Filters: r.ours.filterOf(id)})
		return silence("list the containers of "+string(id), err)
	})
	if err != nil {
		return parts{}, err
	}
	var all []string
	for _, one := range listed {
		if found, _, ok := r.ours.ownsContainer(one); ok && found == id {
			all = append(all, one.ID)
		}
	}
	return r.partsAmong(ctx, id, all)
}

// partsAmong looks at containers of a sandbox by their engine ids; those that are gone
// are left out.
func (r *Runtime) partsAmong(ctx context.Context, id sandbox.ID, all []string) (parts, error) {
	p := parts{services: map[string]*container.InspectResponse{}}
	for _, one := range all {
		err := r.ask(ctx, func(ctx context.Context) error {
			c, err := r.inspect(ctx, one)
			if errdefs.IsNotFound(err) {
				return nil // it went meanwhile
			}
			if err != nil {
				return silence("look at container "+one, err)
			}
			if found, ok := r.ours.owns(c.Config.Labels, c.Name); ok && found == id {
				p.add(strings.TrimPrefix(strings.TrimPrefix(c.Name, "/"), r.ours.prefix(id)), &c)
			}
			return nil
		})
		if err != nil {
			return p, err
		}
	}
	return p, nil
}

// glance is parts for what is looked at over and over. For a listing the engine goes
// through everything that it has, so where a sandbox was whole the last time it asks for
// those containers alone, and lists as soon as one of them is not as it was.
func (r *Runtime) glance(ctx context.Context, id sandbox.ID) (parts, error) {
	r.mu.Lock()
	all := r.whole[id]
	r.mu.Unlock()
	if len(all) > 0 {
		if p, err := r.partsAmong(ctx, id, all); err != nil || p.whole() {
			return p, err
		}
	}
	p, err := r.parts(ctx, id)
	if err != nil {
		return p, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if delete(r.whole, id); p.whole() {
		r.whole[id] = p.ids()
		r.write(id, p.ids()...)
	}
	return p, nil
}

// whole says that everything that a sandbox should have is there and runs. There can be
// nothing more.
func (p *parts) whole() bool {
	if p.dying || p.holder == nil || !p.holder.State.Running || len(p.services) == 0 || len(p.services) != p.wanted() {
		return false
	}
	for _, c := range p.services {
		if !c.State.Running {
			return false
		}
	}
	return true
}

// wanted is how many services a sandbox should have, as the labels say.
func (p *parts) wanted() (most int) {
	if p.holder != nil {
		most, _ = strconv.Atoi(p.holder.Config.Labels[labelServices]) // 0 where it does not say
	}
	for _, c := range p.services {
		if n, err := strconv.Atoi(c.Config.Labels[labelServices]); err == nil {
			most = max(most, n)
		}
	}
	return most
}

func (p *parts) ids() []string {
	all := []string{p.holder.ID}
	for _, c := range p.services {
		all = append(all, c.ID)
	}
	return all
}

func (p *parts) add(name string, c *container.InspectResponse) {
	if c.State.Dead || c.State.Status == container.StateRemoving || c.State.Restarting {
		p.dying = true
	}
	if name == holderName {
		p.holder = c
		return
	}
	if name != stageName {
		p.services[name] = c
	}
}

// Look: see sandbox.Runtime.
func (r *Runtime) Look(ctx context.Context, id sandbox.ID) (sandbox.State, error) {
	r.mu.Lock()
	tries := maps.Clone(r.tries[id]) // before the look, so that a restart meanwhile is no fault
	r.mu.Unlock()
	p, err := r.glance(ctx, id)
	if err != nil {
		return sandbox.State{Seen: sandbox.Unknown}, err
	}
	state := p.state(tries)
	r.paceAll(ctx, id, p)
	r.restart(ctx, id, p)
	r.mu.Lock()
	h := r.cells[id]
	r.mu.Unlock()
	if h != nil && (p.holder == nil || !p.holder.State.Running || !h.is(*p.holder)) && !r.gates.taken(id) {
		r.lose(id) // the namespace that was held open is not the sandbox's any more
	}
	return state, nil
}

func (g *gates) taken(id sandbox.ID) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.waiting[id] != nil
}

// state decides what a look says, given how often each service was started again.
func (p *parts) state(tries restarts) sandbox.State {
	state := sandbox.State{Seen: sandbox.Absent}
	if p.holder == nil && len(p.services) == 0 {
		return state
	}
	var running, paused, exited, finished, fresh, lost int
	for name, c := range p.services {
		state.Services = append(state.Services, serviceState(name, c))
		switch {
		case !ever(c):
			fresh++
		case !c.State.Running && meaning(c, tries[name]) == done:
			finished++
		case !c.State.Running && meaning(c, tries[name]) == again:
			running++ // it is about to run
		case !c.State.Running:
			exited++
		case !p.together(c):
			lost++
		case c.State.Paused:
			paused++
		default:
			running++
		}
	}
	sort.Slice(state.Services, func(i, j int) bool { return state.Services[i].Name < state.Services[j].Name })
	switch {
	case p.dying || p.holder == nil:
		state.Seen = sandbox.Broken
	case !ever(p.holder):
		state.Seen = sandbox.Partial
	case !p.holder.State.Running || lost > 0:
		state.Seen = sandbox.Stopped
	case exited > 0:
		state.Seen = sandbox.Exited
	case fresh > 0 || len(p.services) < p.wanted():
		state.Seen = sandbox.Partial
	case len(p.services) == 0:
		state.Seen = sandbox.Held
	case paused > 0 && running > 0:
		state.Seen = sandbox.Partial
	case paused > 0:
		state.Seen = sandbox.Paused
	default:
		state.Seen = sandbox.Running
	}
	return state
}

// together says whether a running service is in the namespace that the holder owns
// now. Where the den sees the processes their namespaces tell; else their times do.
func (p *parts) together(c *container.InspectResponse) bool {
	if p.holder == nil || !p.holder.State.Running {
		return false
	}
	if !c.HostConfig.NetworkMode.IsContainer() {
		return true // it has a namespace of its own, on the network of the sandbox
	}
	one, err := cell.InodeOf(c.State.Pid)
	two, err2 := cell.InodeOf(p.holder.State.Pid)
	if err == nil && err2 == nil {
		return one == two
	}
	return !moment(c.State.StartedAt).Before(moment(p.holder.State.StartedAt))
}

func serviceState(name string, c *container.InspectResponse) sandbox.ServiceState {
	return sandbox.ServiceState{
		Name: name, Running: c.State.Running, ExitCode: c.State.ExitCode, OOM: c.State.OOMKilled,
		StartedAt: moment(c.State.StartedAt), EndedAt: moment(c.State.FinishedAt), Error: c.State.Error,
	}
}

// ever says whether a container was started at least once.
func ever(c *container.InspectResponse) bool {
	return c.State.Running || !moment(c.State.StartedAt).IsZero()
}

// started says whether any service was started at least once.
func (p *parts) started() bool {
	for _, c := range p.services {
		if ever(c) {
			return true
		}
	}
	return false
}

// moment reads an engine's time; the engine writes year 1 for never.
func moment(s string) time.Time {
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil || t.Year() <= 1 {
		return time.Time{}
	}
	return t
}
