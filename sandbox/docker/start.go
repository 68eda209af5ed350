package docker

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/network"
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
	patient := ctx
	return r.act(ctx, spec.ID, func(ctx context.Context) error {
		images, err := r.imagesOf(ctx, spec)
		if err != nil {
			return err
		}
		if r.waits(spec) && r.fresh(ctx, spec, images) {
			return nil
		}
		return r.complete(ctx, patient, spec, images)
	})
}

// waits says whether an open cell waits for a product of one container, which brings
// nothing else along.
func (r *Runtime) waits(spec sandbox.Spec) bool {
	if spec.Network == sandbox.Private || len(spec.Services) > 1 || len(spec.Volumes) > 0 || len(spec.Services[0].Files) > 0 || spec.Data != nil {
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.cells[spec.ID] != nil
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

// fresh puts a service into a waiting cell. False means that something was there, or
// went wrong, and that somebody has to look.
func (r *Runtime) fresh(ctx context.Context, spec sandbox.Spec, images []sandbox.Image) bool {
	r.offerCell(ctx, spec)
	l := &launch{r: r, spec: spec, images: images}
	return l.makeService(ctx, 0) == nil && r.startService(ctx, spec.ID, spec.Services[0].Name) == nil
}

// complete looks, and makes and starts whatever is missing. patient ends when nobody
// waits any more.
func (r *Runtime) complete(ctx, patient context.Context, spec sandbox.Spec, images []sandbox.Image) error {
	p, err := r.parts(ctx, spec.ID)
	if err != nil {
		return err
	}
	for name, c := range p.services {
		if c.Config.Labels[labelSpec] != spec.Hash() {
			return fmt.Errorf("%w: service %s was made from another specification", sandbox.ErrBroken, name)
		}
	}
	l := &launch{r: r, spec: spec, images: images, parts: p, revived: p.holder == nil || !p.holder.State.Running}
	if l.net, err = r.holdFor(ctx, spec, p); err != nil {
		return err
	}
	if len(p.services) < len(spec.Services) {
		if l.files, err = r.equip(ctx, spec, images); err != nil {
			return err
		}
		if err := l.make(ctx); err != nil {
			return err
		}
	}
	if !p.started() {
		if err := r.own(ctx, spec, images); err != nil {
			return err
		}
	}
	r.offerCell(ctx, spec)
	patient, cancel := context.WithTimeout(patient, stride)
	defer cancel()
	l.patient = patient
	return l.run(ctx)
}

// makeService creates the container of service i.
func (l *launch) makeService(ctx context.Context, i int) error {
	r, s := l.r, l.spec.Services[i]
	quota, err := r.canBound(ctx)
	if err != nil {
		return err
	}
	host, err := l.hostOf(i, quota)
	if err != nil {
		return err
	}
	config := r.serviceConfig(l.spec, s, l.images[i])
	join := (*network.NetworkingConfig)(nil)
	if l.spec.Network == sandbox.Private {
		join = l.net.endpoint(firstService+i, append([]string{s.Name, config.Hostname}, s.Aliases...)...)
	}
	err = r.ask(ctx, func(ctx context.Context) error {
		made, err := r.api.ContainerCreate(ctx, config, host, join, nil, r.ours.name(l.spec.ID, s.Name))
		r.write(l.spec.ID, made.ID)
		return err
	})
	if err != nil && says(err, "no such image") {
		r.forgetImage(s.Image)
	}
	return err
}

// serviceConfig says what runs in the container of a service.
func (r *Runtime) serviceConfig(spec sandbox.Spec, s sandbox.Service, image sandbox.Image) *container.Config {
	labels := r.ours.labels(spec.ID)
	labels[labelService], labels[labelServices], labels[labelSpec] = s.Name, strconv.Itoa(len(spec.Services)), spec.Hash()
	if s.Restart.When != sandbox.Never {
		labels[labelRestart] = restartLabel(s.Restart)
	}
	if spec.Once(s.Name) {
		labels[labelOnce] = "1"
	}
	c := &container.Config{
		Image: s.Image, Env: s.Env, User: userOf(s, image), Labels: labels, WorkingDir: s.WorkingDir, StopSignal: s.StopSignal,
		Entrypoint: strslice.StrSlice(s.Entrypoint), Cmd: strslice.StrSlice(s.Command),
		Healthcheck: &container.HealthConfig{Test: []string{"NONE"}},
	}
	if s.StopGrace > 0 {
		seconds := int((s.StopGrace + time.Second - 1) / time.Second)
		c.StopTimeout = &seconds
	}
	if h := s.Health; h != nil && spec.Checked(s.Name) {
		c.Healthcheck = &container.HealthConfig{
			Test: h.Test, Interval: h.Interval, Timeout: h.Timeout, StartPeriod: h.StartPeriod, StartInterval: h.StartInterval, Retries: h.Retries,
		}
	}
	if spec.Network == sandbox.Private { // in a cell the name is the holder's
		if c.Hostname = s.Hostname; c.Hostname == "" {
			c.Hostname = s.Name
		}
	}
	return c
}

func (r *Runtime) startService(ctx context.Context, id sandbox.ID, service string) error {
	name := r.ours.name(id, service)
	err := r.ask(ctx, func(ctx context.Context) error { return r.api.ContainerStart(ctx, name, container.StartOptions{}) })
	if err == nil {
		r.pace(ctx, name)
	}
	return err
}

// kill ends containers and waits until they have ended.
func (r *Runtime) kill(ctx context.Context, all map[string]*container.InspectResponse) error {
	for name, c := range all {
		if !c.State.Running {
			continue
		}
		r.paces.release(strings.TrimPrefix(c.Name, "/"))
		err := r.ask(ctx, func(ctx context.Context) error {
			ended, failed := r.api.ContainerWait(ctx, c.ID, container.WaitConditionNotRunning)
			err := r.api.ContainerKill(ctx, c.ID, "KILL")
			if err != nil && !errdefs.IsNotFound(err) && !errdefs.IsConflict(err) { // conflict: it has ended
				go func() { // the client waits until somebody hears what it heard
					select {
					case <-ended:
					case <-failed: //nolint:errcheck // the kill has said it
					}
				}()
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
			if verb == "pause" && !c.State.Running && meaning(c, r.triesOf(id, name)) == fault {
				return fmt.Errorf("%w: service %s does not run", sandbox.ErrGone, name)
			}
			if already(c) || !c.State.Running {
				continue
			}
			err := r.ask(ctx, func(ctx context.Context) error { return do(ctx, c.ID) })
			if err != nil && verb == "pause" && lostFirstThread(c.State.Pid) { // nothing can pause it, and it is not to run
				err = errors.Join(err, r.endRest(ctx, name, c))
			}
			if err != nil {
				return explain(verb+" service "+name, err)
			}
		}
		return nil
	})
}

// Stop: see sandbox.Stopper.
func (r *Runtime) Stop(ctx context.Context, id sandbox.ID, grace time.Duration) (killed bool, err error) {
	if err := id.Check(); err != nil {
		return false, err
	}
	var forced atomic.Bool
	err = r.act(ctx, id, func(ctx context.Context) error {
		p, err := r.parts(ctx, id)
		if err != nil {
			return err
		}
		var wg sync.WaitGroup
		var mu sync.Mutex
		for name, c := range p.services {
			if !c.State.Running {
				continue
			}
			wg.Go(func() { // all at once: the grace is that of the sandbox
				killed, one := r.stopService(ctx, name, c.ID, grace)
				if killed {
					forced.Store(true)
				}
				mu.Lock()
				defer mu.Unlock()
				err = errors.Join(err, one)
			})
		}
		wg.Wait()
		return err
	})
	return err == nil && forced.Load(), err
}

// stopService stops one service, and says whether it had to be ended by force. The engine
// has its patience besides the grace.
func (r *Runtime) stopService(ctx context.Context, name, container string, grace time.Duration) (killed bool, err error) {
	const byForce = 128 + 9 // exit code of SIGKILL
	ctx, cancel := context.WithTimeout(ctx, grace+r.wait)
	defer cancel()
	if err := r.api.ContainerStop(ctx, container, stopAfter(grace)); err != nil {
		return false, explain("stop service "+name, err)
	}
	after, err := r.inspect(ctx, container)
	if err != nil {
		return false, explain("look at service "+name, err)
	}
	return after.State.ExitCode == byForce, nil
}

func stopAfter(grace time.Duration) container.StopOptions {
	seconds := int(grace.Seconds())
	return container.StopOptions{Timeout: &seconds}
}
