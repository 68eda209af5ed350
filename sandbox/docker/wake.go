package docker

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/docker/docker/api/types/events"

	"innovationden/sandbox"
)

// Waits between attempts to listen to the engine.
const (
	firstPause = 100 * time.Millisecond
	lastPause  = 10 * time.Second
)

// Wake: see sandbox.Runtime. It listens again, more and more rarely, while the engine
// is away. The channel is closed when ctx ends.
func (r *Runtime) Wake(ctx context.Context) <-chan sandbox.ID {
	hints := make(chan sandbox.ID, 64)
	go func() {
		defer close(hints)
		pause := firstPause
		for ctx.Err() == nil {
			if r.listen(ctx, hints) {
				pause = firstPause
			}
			timer := time.NewTimer(pause)
			select {
			case <-ctx.Done():
				timer.Stop()
				return
			case <-timer.C:
			}
			pause = min(2*pause, lastPause)
		}
	}()
	return hints
}

// listen passes events on until the engine stops sending them, and says whether any came.
func (r *Runtime) listen(ctx context.Context, hints chan<- sandbox.ID) (heard bool) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	filter := r.ours.filter()
	filter.Add("type", string(events.ContainerEventType))
	messages, errs := r.api.Events(ctx, events.ListOptions{Filters: filter})
	for {
		select {
		case m := <-messages:
			heard = true
			id, ok := r.ours.owns(m.Actor.Attributes, m.Actor.Attributes["name"])
			if !ok {
				continue
			}
			select {
			case hints <- id:
			default: // a hint may be lost
			}
		case err := <-errs:
			if err != nil && !errors.Is(err, io.EOF) && ctx.Err() == nil && heard {
				r.log.Warn("engine_events_lost", "error", err)
			}
			return heard
		}
	}
}
