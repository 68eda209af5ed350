package docker

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"time"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/pkg/stdcopy"

	"innovationden/sandbox"
)

// recheck is how often, at most, a refused connection makes the den ask the engine
// whether the cell is still the one that it holds open.
const recheck = 250 * time.Millisecond

// Dial: see sandbox.Dialer. It asks the engine only for a cell that is not open here
// yet, or where nothing accepts.
func (r *Runtime) Dial(ctx context.Context, id sandbox.ID, port int) (net.Conn, error) {
	h, err := r.space(ctx, id)
	if err != nil {
		return nil, err
	}
	conn, err := r.through(ctx, id, h, port)
	if err == nil || ctx.Err() != nil {
		return conn, err
	}
	again, err2 := r.suspect(ctx, id, h)
	if err2 != nil {
		return nil, err2
	}
	if again == h {
		return nil, err
	}
	return r.through(ctx, id, again, port)
}

// through dials from a namespace: inside a cell, or over a private network, once its
// stack is complete, to the service that answers.
func (r *Runtime) through(ctx context.Context, id sandbox.ID, h *held, port int) (net.Conn, error) {
	if !h.front.IsValid() {
		return h.space.Dial(ctx, port)
	}
	to := netip.AddrPortFrom(h.front, uint16(port))
	if port < 1 || port > 65535 || !r.isWhole(ctx, id, h) {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Addr: net.TCPAddrFromAddrPort(to), Err: errWaiting}
	}
	return h.space.DialAddr(ctx, netip.Addr{}, to)
}

// isWhole says whether every service of a stack was started. What it does not know it
// asks the engine, now and then.
func (r *Runtime) isWhole(ctx context.Context, id sandbox.ID, h *held) bool {
	now := r.now()
	r.mu.Lock()
	whole := h.whole
	ask := !whole && (now.Sub(h.checked) >= recheck || now.Before(h.checked))
	if ask {
		h.checked = now
	}
	r.mu.Unlock()
	if !ask {
		return whole
	}
	p, err := r.parts(ctx, id)
	if err != nil || p.holder == nil {
		return false
	}
	wanted, err := strconv.Atoi(p.holder.Config.Labels[labelServices])
	whole = err == nil && len(p.services) >= wanted
	for _, c := range p.services {
		whole = whole && ever(c)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	h.whole = h.whole || whole
	return h.whole
}

// space gives the namespace of a sandbox, which it opens where it is not.
func (r *Runtime) space(ctx context.Context, id sandbox.ID) (*held, error) {
	if err := id.Check(); err != nil {
		return nil, err
	}
	r.mu.Lock()
	h := r.cells[id]
	r.mu.Unlock()
	if h != nil {
		return h, nil
	}
	if err := r.act(ctx, id, func(ctx context.Context) error { return r.reopen(ctx, id) }); err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if h = r.cells[id]; h == nil {
		return nil, fmt.Errorf("%w: %s", sandbox.ErrGone, id)
	}
	return h, nil
}

// reopen opens a namespace outside of a start, and has offered again what was offered
// in one that was lost.
func (r *Runtime) reopen(ctx context.Context, id sandbox.ID) error {
	r.mu.Lock()
	before := r.cells[id]
	r.mu.Unlock()
	if err := r.open(ctx, id); err != nil {
		return err
	}
	r.mu.Lock()
	after := r.cells[id]
	r.mu.Unlock()
	if after != before {
		r.offerAgain(ctx, id)
	}
	return nil
}

// suspect asks, now and then, whether a namespace is still the sandbox's, and gives
// the one that is. An engine that does not answer changes nothing.
func (r *Runtime) suspect(ctx context.Context, id sandbox.ID, space *held) (*held, error) {
	now := r.now()
	r.mu.Lock()
	h := r.cells[id]
	if h != nil && h == space && now.Sub(h.asked) >= 0 && now.Sub(h.asked) < recheck {
		r.mu.Unlock()
		return space, nil
	}
	if h != nil {
		h.asked = now
	}
	r.mu.Unlock()
	err := r.act(ctx, id, func(ctx context.Context) error { return r.reopen(ctx, id) })
	switch {
	case errors.Is(err, sandbox.ErrGone):
		r.lose(id)
		return nil, err
	case err != nil:
		return space, nil
	}
	return r.space(ctx, id)
}

// Ports: see sandbox.Runtime.
func (r *Runtime) Ports(ctx context.Context, id sandbox.ID) ([]int, error) {
	h, err := r.space(ctx, id)
	if err != nil {
		return nil, err
	}
	space := h.space
	if h.front.IsValid() {
		holder, err := r.inspectHolder(ctx, id)
		if err != nil {
			return nil, err
		}
		if space, err = r.spaceOf(ctx, id, holder.Config.Labels[labelFront]); err != nil {
			return nil, err
		}
		defer func() { _ = space.Close() }()
	}
	listeners, err := space.Listening()
	if err != nil {
		return nil, err
	}
	var ports []int
	for _, l := range listeners {
		ports = append(ports, int(l.At.Port()))
	}
	return slices.Compact(ports), nil
}

// Logs: see sandbox.Runtime.
func (r *Runtime) Logs(ctx context.Context, id sandbox.ID, service string, limit int) ([]byte, error) {
	if err := id.Check(); err != nil {
		return nil, err
	}
	if limit < 0 {
		return nil, errors.New("the limit of a log cannot be negative")
	}
	end := tail{limit: limit}
	err := r.ask(ctx, func(ctx context.Context) error {
		name := r.ours.name(id, service)
		c, err := r.inspect(ctx, name)
		if errdefs.IsNotFound(err) {
			return fmt.Errorf("%w: %s has no service %q", sandbox.ErrGone, id, service)
		}
		if err != nil {
			return silence("look at "+name, err)
		}
		if _, ok := r.ours.owns(c.Config.Labels, c.Name); !ok {
			return fmt.Errorf("%w: %s is not the den's", sandbox.ErrGone, name)
		}
		// A line has a byte at least, so the last lines hold the last bytes: the engine does
		// not read all of a log for its end.
		stream, err := r.api.ContainerLogs(ctx, name, container.LogsOptions{ShowStdout: true, ShowStderr: true, Tail: strconv.Itoa(limit)})
		if err != nil {
			return silence("read the log of "+name, err)
		}
		defer func() { _ = stream.Close() }()
		_, err = stdcopy.StdCopy(&end, &end, stream)
		return silence("read the log of "+name, err)
	})
	if err != nil {
		return nil, err
	}
	return end.bytes(), nil
}

// tail keeps the last bytes that are written to it.
type tail struct {
	limit int
	kept  []byte
}

func (t *tail) Write(b []byte) (int, error) {
	t.kept = append(t.kept, b...)
	if len(t.kept) > 2*t.limit+4096 {
		t.kept = append(t.kept[:0], t.bytes()...)
	}
	return len(b), nil
}

func (t *tail) bytes() []byte { return t.kept[max(0, len(t.kept)-t.limit):] }
