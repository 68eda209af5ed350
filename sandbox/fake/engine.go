package fake

import (
	"fmt"
	"net"
	"slices"
	"sort"
	"time"

	"innovationden/sandbox"
)

// container is one container of a box.
type container struct {
	made     time.Time
	image    *image
	ever     bool // it was started at least once
	running  bool
	paused   bool
	started  time.Time
	ended    time.Time
	exit     int
	oom      bool
	failure  string
	cell     time.Time     // when the holder whose namespace it joined was started
	resumed  chan struct{} // closed when a pause ends
	conns    map[net.Conn]bool
	oomCount int64
	tries    int // how often it was started again by itself
}

// settle applies what time has done to a container.
func (c *container) settle(now time.Time) {
	if c == nil || !c.running || c.paused || c.image == nil || !c.image.behaviour.Exits {
		return
	}
	if end := c.started.Add(c.image.behaviour.ExitAfter); !end.After(now) {
		c.stop(end, c.image.behaviour.ExitCode)
	}
}

func (c *container) start(now, cell time.Time) {
	c.ever, c.running, c.paused, c.started, c.cell = true, true, false, now, cell
	c.exit, c.oom, c.failure, c.ended, c.oomCount = 0, false, "", time.Time{}, 0
}

func (c *container) stop(at time.Time, code int) {
	if !c.running {
		return
	}
	c.running, c.ended, c.exit = false, at, code
	c.resume()
	for conn := range c.conns {
		_ = conn.Close()
	}
	c.conns = nil
}

func (c *container) pause() {
	if c.running && !c.paused {
		c.paused, c.resumed = true, make(chan struct{})
	}
}

func (c *container) resume() {
	if c.paused {
		c.paused = false
		close(c.resumed)
	}
}

// seen says what a look finds of a box.
func (e *engine) seen(b *box) sandbox.State {
	now := e.now()
	state := sandbox.State{Seen: sandbox.Absent}
	if b == nil || (b.holder == nil && len(b.services) == 0) {
		return state
	}
	names := make([]string, 0, len(b.services))
	for n := range b.services {
		names = append(names, n)
	}
	sort.Strings(names)
	var running, paused, exited, fresh, stale int
	for _, n := range names {
		c := b.services[n]
		c.settle(now)
		done, again := b.meaning(n)
		state.Services = append(state.Services, sandbox.ServiceState{
			Name: n, Running: c.running, ExitCode: c.exit, OOM: c.oom, StartedAt: c.started, EndedAt: c.ended, Error: c.failure,
		})
		switch {
		case !c.ever:
			fresh++
		case done:
		case again:
			running++
			b.again(n, now)
		case !c.running:
			exited++
		case b.holder != nil && c.cell.Before(b.holder.started):
			stale++
		case c.paused:
			paused++
		default:
			running++
		}
	}
	switch {
	case b.holder == nil:
		state.Seen = sandbox.Broken
	case !b.holder.ever:
		state.Seen = sandbox.Partial
	case !b.holder.running || stale > 0:
		state.Seen = sandbox.Stopped
	case exited > 0:
		state.Seen = sandbox.Exited
	case fresh > 0 || len(names) < len(b.spec.Services):
		state.Seen = sandbox.Partial
	case len(names) == 0:
		state.Seen = sandbox.Held
	case paused > 0 && running == 0:
		state.Seen = sandbox.Paused
	case paused > 0:
		state.Seen = sandbox.Partial
	default:
		state.Seen = sandbox.Running
	}
	return state
}

// hint tells every listener of an installation. The caller holds the lock.
func (e *engine) hint(k key) {
	for ch, installation := range e.wakes {
		if installation == k.installation {
			select {
			case ch <- k.id:
			default:
			}
		}
	}
}

// RestartEngine stops everything on the engine, as a restart of it does. What is in
// memory and every namespace is lost.
func (r *Runtime) RestartEngine() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for k, b := range r.boxes {
		now := r.now()
		if b.holder != nil {
			b.holder.stop(now, 137)
		}
		for _, c := range b.services {
			c.settle(now)
			c.stop(now, 137)
		}
		r.hint(k)
	}
	r.down = false
}

// StopHolder ends the holder of a sandbox; its services go on where nobody can reach them.
func (r *Runtime) StopHolder(id sandbox.ID) {
	r.change(id, func(b *box) {
		if b.holder != nil {
			b.holder.stop(r.now(), 137)
		}
	})
}

// Vanish takes a sandbox away behind the den's back.
func (r *Runtime) Vanish(id sandbox.ID) {
	r.change(id, func(b *box) {
		for _, c := range b.services {
			c.stop(r.now(), 137)
		}
		delete(r.boxes, key{r.installation, id})
	})
}

// VanishHolder takes the holder alone away, which leaves the sandbox broken.
func (r *Runtime) VanishHolder(id sandbox.ID) {
	r.change(id, func(b *box) { b.holder = nil })
}

// Exit ends a service with a code.
func (r *Runtime) Exit(id sandbox.ID, service string, code int) {
	r.change(id, func(b *box) {
		if c := b.services[service]; c != nil {
			c.settle(r.now())
			c.stop(r.now(), code)
		}
	})
}

// OOM kills for want of memory: the service itself, or a child of it, which leaves
// the service running and counts in Use alone.
func (r *Runtime) OOM(id sandbox.ID, service string, child bool) {
	r.change(id, func(b *box) {
		c := b.services[service]
		if c == nil || !c.running {
			return
		}
		c.oomCount++
		if !child {
			c.oom = true
			c.stop(r.now(), 137)
		}
	})
}

// Leave leaves a volume of a sandbox behind, as an interrupted removal does.
func (r *Runtime) Leave(id sandbox.ID, volume string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	k := key{r.installation, id}
	b := r.boxes[k]
	if b == nil {
		b = &box{labelled: true, services: map[string]*container{}, volumes: map[string]time.Time{}}
		r.boxes[k] = b
	}
	b.volumes[volume] = r.now()
}

func (r *Runtime) change(id sandbox.ID, do func(*box)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	k := key{r.installation, id}
	if b := r.boxes[k]; b != nil {
		do(b)
		r.hint(k)
	}
}

// box finds what carries a sandbox's label.
func (r *Runtime) box(id sandbox.ID) *box {
	b := r.boxes[key{r.installation, id}]
	if b == nil || !b.labelled {
		return nil
	}
	return b
}

// service finds a service, the only one where name is empty.
func (b *box) service(name string) (*container, error) {
	if b == nil {
		return nil, sandbox.ErrGone
	}
	if c := b.services[name]; c != nil {
		return c, nil
	}
	return nil, fmt.Errorf("%w: it has no service %q", sandbox.ErrGone, name)
}

func sortedPorts(ports []int) []int {
	slices.Sort(ports)
	return slices.Compact(ports)
}
