package docker

import (
	"bytes"
	"context"
	"errors"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/docker/docker/api/types"
	"github.com/docker/docker/api/types/container"
	"golang.org/x/time/rate"

	"innovationden/sandbox"
)

// How quickly a service may write to its log. The engine takes in what is printed, line
// by line, outside the bounds of the sandbox, and one that floods its log would cost its
// neighbours a processor.
const (
	paceRate  = 1 << 20                // bytes a second, in the long run
	paceBurst = 4 << 20                // bytes at once
	paceLine  = 128                    // bytes that a line counts for besides its own: the engine keeps each with its time
	paceAfter = 200 * time.Millisecond // from the start of a service, so that its first answer waits for nothing of this
	paceRead  = 4 << 10                // bytes
)

// paces are the services whose output is read along, by the name of their container.
//
// The engine hands what a service prints to everybody who is attached, one after the
// other, and waits for the slowest. The den attaches, reads at the pace above and keeps
// nothing: whoever prints faster waits, as before a slow terminal. When the den is away
// nobody waits.
type paces struct {
	mu     sync.Mutex
	closed bool
	open   map[string]*pace
	done   sync.WaitGroup
}

// pace is one of them.
type pace struct {
	stop context.CancelFunc
	held atomic.Int64 // nanoseconds that the service had to wait
}

// pace reads along with a service that runs, until it ends, unless that is done already.
func (r *Runtime) pace(ctx context.Context, name string) {
	ctx, stop := context.WithCancel(context.WithoutCancel(ctx))
	p := &pace{stop: stop}
	if !r.paces.begin(name, p) {
		stop()
		return
	}
	go func() {
		defer r.paces.end(name, p)
		select {
		case <-ctx.Done():
			return
		case <-time.After(paceAfter):
		}
		if err := r.readAlong(ctx, name, p); err != nil && ctx.Err() == nil {
			r.log.Debug("log_not_paced", "container", name, "error", err) // the next look begins again
		}
	}()
}

func (r *Runtime) readAlong(ctx context.Context, name string, p *pace) error {
	answer, err := r.attach(ctx, name)
	if err != nil {
		return err
	}
	context.AfterFunc(ctx, answer.Close)
	defer p.stop()
	limit := rate.NewLimiter(paceRate, paceBurst)
	piece := make([]byte, paceRead)
	for {
		n, err := answer.Reader.Read(piece)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		cost := n + paceLine*bytes.Count(piece[:n], []byte{'\n'})
		now := r.now()
		if wait := limit.ReserveN(now, cost).DelayFrom(now); wait > 0 {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(wait):
				p.held.Add(int64(wait))
			}
		}
	}
}

// heldBack says how long a service had to wait so far because it printed too quickly.
func (ps *paces) heldBack(name string) time.Duration {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	if p := ps.open[name]; p != nil {
		return time.Duration(p.held.Load())
	}
	return 0
}

func (ps *paces) begin(name string, p *pace) bool {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	if ps.closed || ps.open[name] != nil {
		return false
	}
	if ps.open == nil {
		ps.open = map[string]*pace{}
	}
	ps.open[name] = p
	ps.done.Add(1)
	return true
}

func (ps *paces) end(name string, p *pace) {
	p.stop()
	ps.mu.Lock()
	if ps.open[name] == p {
		delete(ps.open, name)
	}
	ps.mu.Unlock()
	ps.done.Done()
}

// release lets a service that is about to be ended print as fast as it can, so that the
// engine does not wait for what is still to be read.
func (ps *paces) release(name string) {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	if p := ps.open[name]; p != nil {
		p.stop()
	}
}

// close ends all of them, and those that would begin.
func (ps *paces) close() {
	ps.mu.Lock()
	ps.closed = true
	for _, p := range ps.open {
		p.stop()
	}
	ps.mu.Unlock()
	ps.done.Wait()
}

// paceAll reads along with every service of a sandbox that is seen to run.
func (r *Runtime) paceAll(ctx context.Context, id sandbox.ID, p parts) {
	for name, c := range p.services {
		if c.State.Running {
			r.pace(ctx, r.ours.name(id, name))
		}
	}
}

// attach connects to what a container prints from now on. The client's own call does not
// end with its context, so what comes too late is closed.
func (r *Runtime) attach(ctx context.Context, name string) (types.HijackedResponse, error) {
	ctx, cancel := context.WithTimeout(ctx, r.wait)
	defer cancel()
	type came struct {
		types.HijackedResponse
		err error
	}
	answers := make(chan came)
	go func() {
		answer, err := r.api.ContainerAttach(ctx, name, container.AttachOptions{Stream: true, Stdout: true, Stderr: true})
		select {
		case answers <- came{answer, err}:
		case <-ctx.Done():
			if err == nil {
				answer.Close()
			}
		}
	}()
	select {
	case c := <-answers:
		return c.HijackedResponse, c.err
	case <-ctx.Done():
		return types.HijackedResponse{}, ctx.Err()
	}
}
