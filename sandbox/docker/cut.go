package docker

import (
	"context"
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
