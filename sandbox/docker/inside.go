package docker

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"time"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/pkg/stdcopy"

	"innovationden/sandbox"
	"innovationden/sandbox/cell"
)

// recheck is how often, at most, a refused connection makes the den ask the engine
// whether the cell is still the one that it holds open.
const recheck = 250 * time.Millisecond

// Dial: see sandbox.Dialer. It asks the engine only for a cell that is not open here
// yet, or where nothing accepts.
func (r *Runtime) Dial(ctx context.Context, id sandbox.ID, port int) (net.Conn, error) {
	space, err := r.space(ctx, id)
	if err != nil {
		return nil, err
	}
	conn, err := space.Dial(ctx, port)
	if err == nil || ctx.Err() != nil {
		return conn, err
	}
	again, err2 := r.suspect(ctx, id, space)
	if err2 != nil {
		return nil, err2
	}
	if again == space {
		return nil, err
	}
	return again.Dial(ctx, port)
}

// space gives the namespace of a sandbox, which it opens where it is not.
func (r *Runtime) space(ctx context.Context, id sandbox.ID) (*cell.Namespace, error) {
	if err := id.Check(); err != nil {
		return nil, err
	}
	r.mu.Lock()
	h := r.cells[id]
	r.mu.Unlock()
	if h != nil {
		return h.space, nil
	}
	if err := r.act(ctx, id, func(ctx context.Context) error { return r.open(ctx, id) }); err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if h = r.cells[id]; h == nil {
		return nil, fmt.Errorf("%w: %s", sandbox.ErrGone, id)
	}
	return h.space, nil
}

// suspect asks, now and then, whether a namespace is still the sandbox's, and gives
// the one that is. An engine that does not answer changes nothing.
func (r *Runtime) suspect(ctx context.Context, id sandbox.ID, space *cell.Namespace) (*cell.Namespace, error) {
	now := r.now()
	r.mu.Lock()
	h := r.cells[id]
	if h != nil && h.space == space && now.Sub(h.asked) >= 0 && now.Sub(h.asked) < recheck {
		r.mu.Unlock()
		return space, nil
	}
	if h != nil {
		h.asked = now
	}
	r.mu.Unlock()
	err := r.act(ctx, id, func(ctx context.Context) error { return r.open(ctx, id) })
	switch {
	case errors.Is(err, sandbox.ErrGone):
		r.Forget(id)
		return nil, err
	case err != nil:
		return space, nil
	}
	return r.space(ctx, id)
}

// Ports: see sandbox.Runtime.
func (r *Runtime) Ports(ctx context.Context, id sandbox.ID) ([]int, error) {
	space, err := r.space(ctx, id)
	if err != nil {
		return nil, err
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
		c, err := r.api.ContainerInspect(ctx, name)
		if errdefs.IsNotFound(err) {
			return fmt.Errorf("%w: %s has no service %q", sandbox.ErrGone, id, service)
		}
		if err != nil {
			return silence("look at "+name, err)
		}
		if _, ok := r.ours.owns(c.Config.Labels, c.Name); !ok {
			return fmt.Errorf("%w: %s is not the den's", sandbox.ErrGone, name)
		}
		stream, err := r.api.ContainerLogs(ctx, name, container.LogsOptions{ShowStdout: true, ShowStderr: true})
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
