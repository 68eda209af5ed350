package fake

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"innovationden/sandbox"
)

// mayGoOn says whether everything that a service waits for is true now. Healthy is
// what listens.
func (r *Runtime) mayGoOn(id sandbox.ID, s sandbox.Service) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	b := r.box(id)
	if b == nil {
		return true // starting it finds that out
	}
	now := r.now()
	if c := b.services[s.Name]; c != nil && c.ever {
		return true
	}
	for _, d := range s.DependsOn {
		c := b.services[d.Service]
		if c == nil || !c.ever {
			return false
		}
		c.settle(now)
		switch d.Condition {
		case sandbox.Healthy:
			if !c.running || c.listens(now) == 0 {
				return false
			}
		case sandbox.Completed:
			if c.running || c.exit != 0 {
				return false
			}
		case sandbox.Started:
		}
	}
	return true
}

// inOrder are the services, each after those that it waits for.
func inOrder(spec sandbox.Spec) []sandbox.Service {
	var all []sandbox.Service
	placed := func(name string) bool {
		return slices.ContainsFunc(all, func(s sandbox.Service) bool { return s.Name == name })
	}
	for len(all) < len(spec.Services) { // Check refuses circles
		for _, s := range spec.Services {
			if !placed(s.Name) && !slices.ContainsFunc(s.DependsOn, func(d sandbox.Dependency) bool { return !placed(d.Service) }) {
				all = append(all, s)
			}
		}
	}
	return all
}

// join puts a sandbox on a private network; a waiting cell is replaced.
func (r *Runtime) join(ctx context.Context, spec sandbox.Spec) error {
	if spec.Network != sandbox.Private {
		return nil
	}
	return r.step(ctx, "start.network", spec.ID, func() error {
		r.mu.Lock()
		defer r.mu.Unlock()
		b := r.boxes[key{r.installation, spec.ID}]
		if b == nil || b.holder == nil {
			return fmt.Errorf("%w: it vanished while it was made", sandbox.ErrBroken)
		}
		if b.network.IsZero() {
			b.network = r.now()
		}
		for _, v := range spec.Volumes {
			if name := name(key{r.installation, spec.ID}, v.Name); b.volumes[name].IsZero() {
				b.volumes[name] = r.now()
			}
		}
		return nil
	})
}

// bring reads the data that comes along into a volume.
func (r *Runtime) bring(ctx context.Context, spec sandbox.Spec) error {
	if spec.Data == nil {
		return nil
	}
	return r.step(ctx, "start.data", spec.ID, func() error {
		archive, err := spec.Data.Open(ctx)
		if err != nil {
			return err
		}
		if _, err := io.Copy(io.Discard, archive); err != nil {
			return errors.Join(err, archive.Close())
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		b := r.boxes[key{r.installation, spec.ID}]
		if b == nil || b.holder == nil {
			return fmt.Errorf("%w: it vanished while it was made", sandbox.ErrBroken)
		}
		if name := name(key{r.installation, spec.ID}, "data_"); b.volumes[name].IsZero() {
			b.volumes[name] = r.now()
		}
		return archive.Close()
	})
}

// meaning says what the end of a service is: meant, or to be undone by a restart.
func (b *box) meaning(service string) (done, again bool) {
	c, i := b.services[service], b.spec.Index(service)
	if i < 0 || c.running || !c.ever {
		return false, false
	}
	policy := b.spec.Services[i].Restart
	done = c.exit == 0 && b.spec.Once(service)
	may := policy.When == sandbox.Always || policy.When == sandbox.OnFailure && c.exit != 0
	return done, !done && may && c.tries < policy.Tries
}

// again starts a service that ended and may be.
func (b *box) again(service string, now time.Time) {
	if c := b.services[service]; b.holder != nil && b.holder.running {
		c.tries++
		c.start(now, b.holder.started)
	}
}

// front says whether a service is the one to be dialled: in a cell each is.
func (b *box) front(service string) bool {
	return b.network.IsZero() || service == b.spec.FrontService()
}

// whole says whether every service was started.
func (b *box) whole() bool {
	if b.network.IsZero() {
		return true
	}
	for _, s := range b.spec.Services {
		if c := b.services[s.Name]; c == nil || !c.ever {
			return false
		}
	}
	return true
}
