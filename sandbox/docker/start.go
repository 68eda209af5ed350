package docker

import (
	"context"
	"fmt"
	"strconv"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/strslice"

	"innovationden/sandbox"
)

// Start: see sandbox.Runtime. On a cell that this process holds open it makes no
// engine call but create and start. A service in a namespace that is lost is ended
// and started again.
func (r *Runtime) Start(ctx context.Context, spec sandbox.Spec) error {
	if err := spec.Check(); err != nil {
		return err
	}
	return r.act(ctx, spec.ID, func(ctx context.Context) error {
		images, err := r.imagesOf(ctx, spec)
		if err != nil {
			return err
		}
		r.mu.Lock()
		waiting := r.cells[spec.ID] != nil
		r.mu.Unlock()
		if waiting && r.fresh(ctx, spec, images) {
			return nil
		}
		return r.complete(ctx, spec, images)
	})
}

// imagesOf knows the images of a specification, in the order of its services.
func (r *Runtime) imagesOf(ctx context.Context, spec sandbox.Spec) ([]sandbox.Image, error) {
	var all []sandbox.Image
	for _, s := range spec.Services {
		i, err := r.imageFacts(ctx, s.Image)
		if err != nil {
			return nil, fmt.Errorf("service %s: %w", s.Name, err)
		}
		if len(i.Reserved) > 0 {
			return nil, fmt.Errorf("%w: the image of service %s carries labels that belong to the den: %q", sandbox.ErrImage, s.Name, i.Reserved)
		}
		all = append(all, i)
	}
	return all, nil
}

// fresh puts services into a waiting cell. False means that something was there, or
// went wrong, and that somebody has to look.
func (r *Runtime) fresh(ctx context.Context, spec sandbox.Spec, images []sandbox.Image) bool {
	for i, s := range spec.Services {
		made, err := r.makeService(ctx, spec, s, images[i])
		if err != nil || r.startService(ctx, made) != nil {
			return false
		}
	}
	return true
}

// complete looks, and makes and starts whatever is missing.
func (r *Runtime) complete(ctx context.Context, spec sandbox.Spec, images []sandbox.Image) error {
	p, err := r.parts(ctx, spec.ID)
	if err != nil {
		return err
	}
	for name, c := range p.services {
		if c.Config.Labels[labelSpec] != spec.Hash() {
			return fmt.Errorf("%w: service %s was made from another specification", sandbox.ErrBroken, name)
		}
	}
	revived := p.holder == nil || !p.holder.State.Running
	if err := r.hold(ctx, spec.ID, p); err != nil {
		return err
	}
	for i, s := range spec.Services {
		c := p.services[s.Name]
		name := r.ours.name(spec.ID, s.Name)
		switch {
		case c == nil:
			if _, err := r.makeService(ctx, spec, s, images[i]); errdefs.IsConflict(err) {
				if err := r.adopt(ctx, spec.ID, s.Name, spec.Hash()); err != nil {
					return err
				}
			} else if err != nil {
				return explain("make service "+s.Name, err)
			}
		case c.State.Running && !revived && p.together(c):
			continue
		case c.State.Running && !revived:
			if err := r.kill(ctx, map[string]*container.InspectResponse{s.Name: c}); err != nil {
				return err
			}
		}
		if err := r.startService(ctx, name); err != nil {
			return explain("start service "+s.Name, err)
		}
	}
	return nil
}

// makeService creates the container of a service and returns its engine id.
func (r *Runtime) makeService(ctx context.Context, spec sandbox.Spec, s sandbox.Service, image sandbox.Image) (string, error) {
	quota, err := r.canBound(ctx)
	if err != nil {
		return "", err
	}
	host, err := r.serviceHost(spec, s, image, quota)
	if err != nil {
		return "", err
	}
	labels := r.ours.labels(spec.ID)
	labels[labelService], labels[labelServices], labels[labelSpec] = s.Name, strconv.Itoa(len(spec.Services)), spec.Hash()
	config := &container.Config{
		Image: s.Image, Env: s.Env, User: userOf(s, image), Labels: labels,
		Entrypoint: strslice.StrSlice(s.Entrypoint), Cmd: strslice.StrSlice(s.Command),
		Healthcheck: &container.HealthConfig{Test: []string{"NONE"}},
	}
	var id string
	err = r.ask(ctx, func(ctx context.Context) error {
		made, err := r.api.ContainerCreate(ctx, config, host, nil, nil, r.ours.name(spec.ID, s.Name))
		id = made.ID
		return err
	})
	if err != nil && says(err, "no such image") {
		r.forgetImage(s.Image)
	}
	return id, err
}

func (r *Runtime) startService(ctx context.Context, name string) error {
	return r.ask(ctx, func(ctx context.Context) error { return r.api.ContainerStart(ctx, name, container.StartOptions{}) })
}

// kill ends containers and waits until they have ended.
func (r *Runtime) kill(ctx context.Context, all map[string]*container.InspectResponse) error {
	for name, c := range all {
		if !c.State.Running {
			continue
		}
		err := r.ask(ctx, func(ctx context.Context) error {
			ended, failed := r.api.ContainerWait(ctx, c.ID, container.WaitConditionNotRunning)
			err := r.api.ContainerKill(ctx, c.ID, "KILL")
			if err != nil && !errdefs.IsNotFound(err) && !errdefs.IsConflict(err) { // conflict: it has ended
				return err
			}
			select {
			case <-ended:
				return nil
			case err := <-failed:
				if errdefs.IsNotFound(err) {
					return nil
				}
				return err
			}
		})
		if err != nil {
			return explain("end service "+name, err)
		}
	}
	return nil
}

// Pause: see sandbox.Runtime.
func (r *Runtime) Pause(ctx context.Context, id sandbox.ID) error {
	return r.freeze(ctx, id, "pause", func(c *container.InspectResponse) bool { return c.State.Paused }, r.api.ContainerPause)
}

// Resume: see sandbox.Runtime.
func (r *Runtime) Resume(ctx context.Context, id sandbox.ID) error {
	return r.freeze(ctx, id, "resume", func(c *container.InspectResponse) bool { return !c.State.Paused }, r.api.ContainerUnpause)
}

func (r *Runtime) freeze(
	ctx context.Context, id sandbox.ID, verb string, already func(*container.InspectResponse) bool, do func(context.Context, string) error,
) error {
	if err := id.Check(); err != nil {
		return err
	}
	return r.act(ctx, id, func(ctx context.Context) error {
		p, err := r.parts(ctx, id)
		if err != nil {
			return err
		}
		if len(p.services) == 0 {
			return fmt.Errorf("%w: %s has no services", sandbox.ErrGone, id)
		}
		for name, c := range p.services {
			if verb == "pause" && !c.State.Running {
				return fmt.Errorf("%w: service %s does not run", sandbox.ErrGone, name)
			}
			if already(c) || !c.State.Running {
				continue
			}
			if err := r.ask(ctx, func(ctx context.Context) error { return do(ctx, c.ID) }); err != nil {
				return explain(verb+" service "+name, err)
			}
		}
		return nil
	})
}
