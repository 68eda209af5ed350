package fake

import (
	"context"
	"fmt"
	"sort"
	"time"

	"innovationden/sandbox"
)

// Host says what SetHost set, and counts this installation's containers.
func (r *Runtime) Host(ctx context.Context) (h sandbox.Host, err error) {
	err = r.verb(ctx, "host", "", func() error {
		r.mu.Lock()
		defer r.mu.Unlock()
		h = r.host
		for k, b := range r.boxes {
			if k.installation == r.installation && b.labelled {
				h.Sandboxes += len(b.found(k).Containers)
			}
		}
		return nil
	})
	return h, err
}

// Hold: see sandbox.Runtime.
func (r *Runtime) Hold(ctx context.Context, id sandbox.ID) error {
	if err := id.Check(); err != nil {
		return err
	}
	return r.verb(ctx, "hold", id, func() error { return r.hold(ctx, id) })
}

func (r *Runtime) hold(ctx context.Context, id sandbox.ID) error {
	k := key{r.installation, id}
	create := func() error {
		r.mu.Lock()
		defer r.mu.Unlock()
		if r.gone[k] {
			r.violate("%s: a sandbox id is used again after its removal", id)
		}
		b := r.boxes[k]
		if b == nil {
			b = &box{labelled: !r.unlabel, services: map[string]*container{}, volumes: map[string]time.Time{}}
			r.unlabel = false
			r.boxes[k] = b
		}
		if b.holder == nil {
			if len(b.services) > 0 {
				return fmt.Errorf("%w: its holder is gone", sandbox.ErrBroken)
			}
			b.holder = &container{made: r.now()}
			r.hint(k)
		}
		return nil
	}
	start := func() error {
		r.mu.Lock()
		defer r.mu.Unlock()
		b := r.boxes[k]
		if b == nil || b.holder == nil {
			return fmt.Errorf("%w: it vanished while it was made", sandbox.ErrBroken)
		}
		now := r.now()
		if !b.holder.running {
			b.holder.start(now, now)
			r.hint(k)
		}
		for _, c := range b.services { // those left in a namespace that is lost
			c.settle(now)
			if c.running && c.cell.Before(b.holder.started) {
				c.stop(now, 137)
			}
		}
		return nil
	}
	open := func() error {
		r.pm.Lock()
		defer r.pm.Unlock()
		r.open[id] = true
		return nil
	}
	for _, s := range []struct {
		at string
		do func() error
	}{{"hold.create", create}, {"hold.start", start}, {"hold.open", open}} {
		if err := r.step(ctx, s.at, id, s.do); err != nil {
			return err
		}
	}
	return nil
}

// Start: see sandbox.Runtime.
func (r *Runtime) Start(ctx context.Context, spec sandbox.Spec) error {
	if err := spec.Check(); err != nil {
		return err
	}
	return r.verb(ctx, "start", spec.ID, func() error {
		if err := r.haveImages(spec); err != nil {
			return err
		}
		if err := r.hold(ctx, spec.ID); err != nil {
			return err
		}
		if err := r.join(ctx, spec); err != nil {
			return err
		}
		if err := r.bring(ctx, spec); err != nil {
			return err
		}
		for _, s := range inOrder(spec) {
			if err := r.step(ctx, "start.create", spec.ID, func() error { return r.create(spec, s) }); err != nil {
				return err
			}
			if !r.mayGoOn(spec.ID, s) {
				continue // a later Start goes on
			}
			if err := r.step(ctx, "start.start", spec.ID, func() error { return r.run(spec.ID, s.Name) }); err != nil {
				return err
			}
		}
		return nil
	})
}

// haveImages finds the image of every service before anything is made.
func (r *Runtime) haveImages(spec sandbox.Spec) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range spec.Services {
		i := r.images[s.Image]
		if i == nil || !i.present {
			return fmt.Errorf("%w: %s of service %s", sandbox.ErrNoImage, s.Image, s.Name)
		}
		if len(i.Reserved) > 0 {
			return fmt.Errorf("%w: it carries labels that belong to the den: %v", sandbox.ErrImage, i.Reserved)
		}
	}
	return nil
}

func (r *Runtime) create(spec sandbox.Spec, s sandbox.Service) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	k := key{r.installation, spec.ID}
	b := r.boxes[k]
	if b == nil || b.holder == nil {
		return fmt.Errorf("%w: it vanished while it was made", sandbox.ErrBroken)
	}
	if b.hash != "" && b.hash != spec.Hash() {
		r.violate("%s: started again with another specification", spec.ID)
		return fmt.Errorf("%w: what is there was made from another specification", sandbox.ErrBroken)
	}
	b.hash, b.spec = spec.Hash(), spec
	i := r.images[s.Image]
	if i == nil {
		return fmt.Errorf("%w: %s of service %s", sandbox.ErrNoImage, s.Image, s.Name)
	}
	if b.services[s.Name] == nil {
		b.services[s.Name] = &container{made: r.now(), image: i}
		r.hint(k)
	}
	return nil
}

func (r *Runtime) run(id sandbox.ID, service string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	k := key{r.installation, id}
	b := r.boxes[k]
	if b == nil || b.services[service] == nil || b.holder == nil || !b.holder.running {
		return fmt.Errorf("%w: it vanished while it was made", sandbox.ErrBroken)
	}
	c := b.services[service]
	c.settle(r.now())
	if done, _ := b.meaning(service); c.running || done {
		return nil
	}
	if err := c.image.behaviour.RefusesStart; err != nil {
		c.failure = err.Error()
		return err
	}
	c.start(r.now(), b.holder.started)
	r.hint(k)
	return nil
}

// Look: see sandbox.Runtime.
func (r *Runtime) Look(ctx context.Context, id sandbox.ID) (sandbox.State, error) {
	state := sandbox.State{Seen: sandbox.Unknown}
	err := r.verb(ctx, "look", id, func() error {
		r.mu.Lock()
		defer r.mu.Unlock()
		state = r.seen(r.box(id))
		return nil
	})
	if err != nil {
		return sandbox.State{Seen: sandbox.Unknown}, err
	}
	return state, nil
}

// Pause: see sandbox.Runtime.
func (r *Runtime) Pause(ctx context.Context, id sandbox.ID) error {
	return r.verb(ctx, "pause", id, func() error { return r.each(id, true, (*container).pause) })
}

// Resume: see sandbox.Runtime.
func (r *Runtime) Resume(ctx context.Context, id sandbox.ID) error {
	return r.verb(ctx, "resume", id, func() error { return r.each(id, false, (*container).resume) })
}

func (r *Runtime) each(id sandbox.ID, needRunning bool, do func(*container)) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	b := r.box(id)
	if b == nil || len(b.services) == 0 {
		return fmt.Errorf("%w: %s", sandbox.ErrGone, id)
	}
	for n, c := range b.services {
		c.settle(r.now())
		if done, again := b.meaning(n); needRunning && !c.running && !done && !again {
			return fmt.Errorf("%w: service %s does not run", sandbox.ErrGone, n)
		}
		do(c)
	}
	r.hint(key{r.installation, id})
	return nil
}

// Find: see sandbox.Runtime.
func (r *Runtime) Find(ctx context.Context, id sandbox.ID) (sandbox.Found, error) {
	found := sandbox.Found{ID: id}
	err := r.verb(ctx, "find", id, func() error {
		found = r.find(id)
		return nil
	})
	if err != nil {
		return sandbox.Found{ID: id}, err
	}
	return found, nil
}

func (r *Runtime) find(id sandbox.ID) sandbox.Found {
	r.mu.Lock()
	defer r.mu.Unlock()
	if b := r.box(id); b != nil {
		return b.found(key{r.installation, id})
	}
	return sandbox.Found{ID: id}
}

// List: see sandbox.Runtime.
func (r *Runtime) List(ctx context.Context) (all []sandbox.Found, err error) {
	err = r.verb(ctx, "list", "", func() error {
		r.mu.Lock()
		defer r.mu.Unlock()
		for k, b := range r.boxes {
			if k.installation == r.installation && b.labelled {
				all = append(all, b.found(k))
			}
		}
		sort.Slice(all, func(i, j int) bool { return all[i].ID < all[j].ID })
		return nil
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}

// Stop: see sandbox.Stopper. A product that ignores it is ended by force.
func (r *Runtime) Stop(ctx context.Context, id sandbox.ID, _ time.Duration) (killed bool, err error) {
	err = r.verb(ctx, "stop", id, func() error {
		return r.each(id, false, func(c *container) {
			code := 0
			if c.running && c.image != nil && c.image.behaviour.IgnoresStop {
				killed, code = true, 137
			}
			c.stop(r.now(), code)
		})
	})
	return killed, err
}
