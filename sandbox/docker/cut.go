package docker

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/docker/docker/api/types/container"

	"innovationden/sandbox"
	"innovationden/sandbox/cell"
)

// endPatience is how long a removal waits for processes that it has killed: what is
// frozen is left to the engine, which lets it go on first. seenPatience is how long it
// then waits for the engine to notice.
const (
	endPatience  = 100 * time.Millisecond
	seenPatience = time.Second
)

var _ sandbox.Cutter = (*Runtime)(nil)

// Cut: see sandbox.Cutter.
func (r *Runtime) Cut(ctx context.Context, id sandbox.ID) (killed int) {
	r.mu.Lock()
	var spaces []*cell.Namespace
	if h := r.cells[id]; h != nil {
		spaces = append(spaces, h.space)
		for _, s := range h.spaces {
			spaces = append(spaces, s)
		}
	}
	r.mu.Unlock()
	if len(spaces) == 0 {
		return r.endNoted(ctx, id)
	}
	for _, s := range slices.Backward(spaces) { // the holder last
		killed += s.End(ctx)
	}
	return killed
}

// endFirst ends what runs in a sandbox before the engine is asked to remove its
// containers. An engine that has noticed that they ended starts no program to kill each
// of them, which is a quarter of what a removal takes.
func (r *Runtime) endFirst(ctx context.Context, id sandbox.ID, containers []string) {
	ending, cancel := context.WithTimeout(ctx, endPatience)
	defer cancel()
	if r.Cut(ending, id) == 0 || ending.Err() != nil {
		return
	}
	ctx, stop := context.WithTimeout(ctx, seenPatience)
	defer stop()
	var wg sync.WaitGroup
	for _, name := range containers {
		wg.Go(func() {
			ended, failed := r.api.ContainerWait(ctx, name, container.WaitConditionNotRunning)
			select {
			case <-ended:
			case err := <-failed: // the removal asks anew
				r.log.Debug("end_not_seen", "container", name, "error", err)
			}
		})
	}
	wg.Wait()
}

// endRest ends what runs in a container that is about to be removed, and says where that
// does not end. The engine goes by the first thread of a program: without it the program
// is over, and cannot be killed.
func (r *Runtime) endRest(ctx context.Context, name string, c *container.InspectResponse) error {
	inside := groupsOfContainer(c)
	if len(inside) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, seenPatience)
	defer cancel()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for frozen := c.State.Paused; inside.kill(c.ID) > 0; frozen = false {
		if frozen { // it goes on to its end
			if err := r.api.ContainerUnpause(ctx, c.ID); err != nil {
				return explain("let "+name+" go on to its end", err)
			}
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w: what runs in %s does not end", sandbox.ErrUnavailable, name)
		case <-tick.C:
		}
	}
	return nil
}
