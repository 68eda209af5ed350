package docker

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"
	"sync"
	"time"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/api/types/volume"

	"innovationden/sandbox"
)

// rounds is how often a removal lists again what is left, before it gives up.
const rounds = 3

// Find: see sandbox.Runtime.
func (r *Runtime) Find(ctx context.Context, id sandbox.ID) (sandbox.Found, error) {
	empty := sandbox.Found{ID: id}
	if err := id.Check(); err != nil {
		return empty, err
	}
	r.taken(id)
	all, err := r.list(ctx, r.ours.filterOf(id))
	if err != nil {
		return empty, err
	}
	for _, f := range all {
		if f.ID == id {
			r.note(f)
			return f, nil
		}
	}
	return empty, nil
}

// note keeps what was found of a sandbox, for the removal that mostly follows.
func (r *Runtime) note(f sandbox.Found) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.noted[f.ID] = f
}

// taken gives what was found of a sandbox, once.
func (r *Runtime) taken(id sandbox.ID) sandbox.Found {
	r.mu.Lock()
	defer r.mu.Unlock()
	f := r.noted[id]
	delete(r.noted, id)
	return f
}

// List: see sandbox.Runtime.
func (r *Runtime) List(ctx context.Context) ([]sandbox.Found, error) {
	return r.list(ctx, r.ours.filter())
}

// list finds everything of ours that a filter lets through, by sandbox.
func (r *Runtime) list(ctx context.Context, filter filters.Args) ([]sandbox.Found, error) {
	found := map[sandbox.ID]*sandbox.Found{}
	at := func(id sandbox.ID, made time.Time) *sandbox.Found {
		f := found[id]
		if f == nil {
			f = &sandbox.Found{ID: id}
			found[id] = f
		}
		if made.After(f.Youngest) {
			f.Youngest = made
		}
		return f
	}
	err := r.ask(ctx, func(ctx context.Context) error {
		containers, err := r.api.ContainerList(ctx, container.ListOptions{All: true, Filters: filter})
		for _, c := range containers {
			if id, name, ok := r.ours.ownsContainer(c); ok {
				f := at(id, time.Unix(c.Created, 0))
				f.Containers = append(f.Containers, name)
			}
		}
		return err
	})
	if err != nil {
		return nil, silence("list containers", err)
	}
	err = r.ask(ctx, func(ctx context.Context) error {
		networks, err := r.api.NetworkList(ctx, network.ListOptions{Filters: filter})
		for _, n := range networks {
			if id, ok := r.ours.owns(n.Labels, n.Name); ok {
				f := at(id, n.Created)
				f.Networks = append(f.Networks, n.ID)
			}
		}
		return err
	})
	if err != nil {
		return nil, silence("list networks", err)
	}
	err = r.ask(ctx, func(ctx context.Context) error {
		volumes, err := r.api.VolumeList(ctx, volume.ListOptions{Filters: filter})
		for _, v := range volumes.Volumes {
			if id, ok := r.ours.owns(v.Labels, v.Name); ok {
				f := at(id, moment(v.CreatedAt))
				f.Volumes = append(f.Volumes, v.Name)
			}
		}
		return err
	})
	if err != nil {
		return nil, silence("list volumes", err)
	}
	all := make([]sandbox.Found, 0, len(found))
	for _, f := range found {
		sort.Strings(f.Containers)
		sort.Strings(f.Networks)
		sort.Strings(f.Volumes)
		all = append(all, *f)
	}
	slices.SortFunc(all, func(a, b sandbox.Found) int { return strings.Compare(string(a.ID), string(b.ID)) })
	return all, nil
}

// Remove: see sandbox.Runtime. What runs is ended first; then what Find found goes,
// without another listing; the listings come until one is empty.
func (r *Runtime) Remove(ctx context.Context, id sandbox.ID) error {
	if err := id.Check(); err != nil {
		return err
	}
	return r.act(ctx, id, func(ctx context.Context) error {
		r.withdrawAll(id)
		found := r.taken(id)
		r.endFirst(ctx, id, found.Containers)
		r.Forget(id)
		r.mu.Lock()
		delete(r.tries, id)
		delete(r.counts, id)
		delete(r.whole, id)
		r.mu.Unlock()
		if err := r.takeAway(ctx, found); err != nil {
			return err
		}
		for range rounds {
			all, err := r.list(ctx, r.ours.filterOf(id))
			if err != nil {
				return err
			}
			if len(all) == 0 {
				r.forget(id)
				return nil
			}
			for _, f := range all {
				if err := r.takeAway(ctx, f); err != nil {
					return err
				}
			}
		}
		return fmt.Errorf("something of %s is made again as fast as it is removed", id)
	})
}

// takeAway removes what was found: containers all at once, then what they used.
func (r *Runtime) takeAway(ctx context.Context, f sandbox.Found) error {
	errs := make([]error, len(f.Containers))
	var wg sync.WaitGroup
	for i, name := range f.Containers {
		wg.Go(func() { errs[i] = r.removeContainer(ctx, name) })
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		return err
	}
	for _, n := range f.Networks {
		err := r.ask(ctx, func(ctx context.Context) error { return r.api.NetworkRemove(ctx, n) })
		if err != nil && !errdefs.IsNotFound(err) {
			return explain("remove network "+n, err)
		}
	}
	for _, v := range f.Volumes {
		err := r.ask(ctx, func(ctx context.Context) error { return r.api.VolumeRemove(ctx, v, false) })
		if err != nil && !errdefs.IsNotFound(err) {
			return explain("remove volume "+v, err)
		}
	}
	return nil
}

// removeContainer ends and removes a container with its unnamed volumes, and waits
// for a removal that somebody else began.
func (r *Runtime) removeContainer(ctx context.Context, name string) error {
	r.paces.release(name)
	return r.ask(ctx, func(ctx context.Context) error {
		c, err := r.inspect(ctx, name)
		if errdefs.IsNotFound(err) {
			return nil
		}
		if err != nil {
			return silence("look at "+name, err)
		}
		if err := r.endRest(ctx, name, &c); err != nil {
			return err
		}
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for {
			err := r.api.ContainerRemove(ctx, name, container.RemoveOptions{Force: true, RemoveVolumes: true})
			switch {
			case err == nil || errdefs.IsNotFound(err):
				return nil
			case !errdefs.IsConflict(err):
				return explain("remove "+name, err)
			}
			select {
			case <-ctx.Done():
				return explain("remove "+name, errors.Join(err, ctx.Err()))
			case <-tick.C:
			}
		}
	})
}
