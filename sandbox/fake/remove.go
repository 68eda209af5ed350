package fake

import (
	"context"
	"errors"
	"time"

	"innovationden/sandbox"
)

// Remove: see sandbox.Runtime.
func (r *Runtime) Remove(ctx context.Context, id sandbox.ID) error {
	if err := id.Check(); err != nil {
		return err
	}
	r.Forget(id)
	return r.verb(ctx, "remove", id, func() error { return r.remove(ctx, id) })
}

func (r *Runtime) remove(ctx context.Context, id sandbox.ID) error {
	var names []string
	var volumes []string
	network := false
	list := func() error {
		r.mu.Lock()
		defer r.mu.Unlock()
		b := r.box(id)
		if b == nil {
			return nil
		}
		for n := range b.services {
			names = append(names, n)
		}
		if b.holder != nil {
			names = append(names, "holder")
		}
		network = !b.network.IsZero()
		for v := range b.volumes {
			volumes = append(volumes, v)
		}
		return nil
	}
	if err := r.step(ctx, "remove.list", id, list); err != nil {
		return err
	}
	for _, n := range names {
		if err := r.step(ctx, "remove.container", id, func() error { return r.removeContainer(ctx, id, n) }); err != nil {
			return err
		}
	}
	if network {
		if err := r.step(ctx, "remove.network", id, func() error { return r.removeNetwork(id) }); err != nil {
			return err
		}
	}
	for _, v := range volumes {
		if err := r.step(ctx, "remove.volume", id, func() error { return r.removeVolume(id, v) }); err != nil {
			return err
		}
	}
	return r.step(ctx, "remove.look", id, func() error {
		if !r.find(id).Empty() {
			return errors.New("something of the sandbox is still there")
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		r.gone[key{r.installation, id}] = true
		return nil
	})
}

func (r *Runtime) removeContainer(ctx context.Context, id sandbox.ID, name string) error {
	if d := r.removeTakes(id, name); d > 0 {
		if err := wait(ctx, d); err != nil {
			return err
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	k := key{r.installation, id}
	b := r.box(id)
	if b == nil {
		return nil
	}
	if name == "holder" {
		b.holder = nil
	} else if c := b.services[name]; c != nil {
		c.stop(r.now(), 137)
		delete(b.services, name)
	}
	r.sweep(k, b)
	return nil
}

func (r *Runtime) removeTakes(id sandbox.ID, name string) time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	if b := r.box(id); b != nil {
		if c := b.services[name]; c != nil {
			return c.image.behaviour.RemoveTakes
		}
	}
	return 0
}

func (r *Runtime) removeNetwork(id sandbox.ID) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if b := r.box(id); b != nil {
		b.network = time.Time{}
		r.sweep(key{r.installation, id}, b)
	}
	return nil
}

func (r *Runtime) removeVolume(id sandbox.ID, volume string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if b := r.box(id); b != nil {
		delete(b.volumes, volume)
		r.sweep(key{r.installation, id}, b)
	}
	return nil
}

// sweep forgets a box that has nothing left. The caller holds the lock.
func (r *Runtime) sweep(k key, b *box) {
	if b.holder == nil && len(b.services) == 0 && len(b.volumes) == 0 && b.network.IsZero() {
		delete(r.boxes, k)
	}
	r.hint(k)
}

// Cut: see sandbox.Cutter. It needs no engine.
func (r *Runtime) Cut(_ context.Context, id sandbox.ID) (killed int) {
	r.pm.Lock()
	open := r.open[id]
	r.pm.Unlock()
	r.mu.Lock()
	defer r.mu.Unlock()
	b := r.box(id)
	if !open || b == nil {
		return 0
	}
	end := func(c *container) {
		if c != nil && c.running {
			c.stop(r.now(), 137)
			killed++
		}
	}
	for _, c := range b.services {
		end(c)
	}
	end(b.holder)
	return killed
}

// Forget: see sandbox.Runtime.
func (r *Runtime) Forget(id sandbox.ID) {
	r.pm.Lock()
	defer r.pm.Unlock()
	delete(r.open, id)
}

// Wake: see sandbox.Runtime. The channel is closed when ctx ends.
func (r *Runtime) Wake(ctx context.Context) <-chan sandbox.ID {
	ch := make(chan sandbox.ID, 64)
	r.mu.Lock()
	r.wakes[ch] = r.installation
	r.mu.Unlock()
	context.AfterFunc(ctx, func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		delete(r.wakes, ch)
		close(ch)
	})
	return ch
}
