package sandboxtest

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"innovationden/sandbox"
)

func errAs[E error](err error) (E, bool) {
	var e E
	ok := errors.As(err, &e)
	return e, ok
}

func reboots(t *testing.T, h Harness) {
	ctx, id := begin(t, h)
	must(t, h.Runtime.Start(ctx, Spec(id, h.Service(t, Serves))))
	again := h.Reboot(t)
	h.Runtime = again
	see(ctx, t, again, id, sandbox.Running)
	answers(ctx, t, h, id, Port)
	all, err := again.List(ctx)
	must(t, err)
	if countID(all, id) != 1 {
		t.Errorf("the listing is %+v", all)
	}
	must(t, again.Start(ctx, Spec(id, h.Service(t, Serves))))
	see(ctx, t, again, id, sandbox.Running)
}

func stoppedHolder(t *testing.T, h Harness) {
	ctx, id := begin(t, h)
	spec := Spec(id, h.Service(t, Serves))
	must(t, h.Runtime.Start(ctx, spec))
	answers(ctx, t, h, id, Port)
	h.StopHolder(t, id)
	see(ctx, t, h.Runtime, id, sandbox.Stopped)
	must(t, h.Runtime.Start(ctx, spec))
	see(ctx, t, h.Runtime, id, sandbox.Running)
	answers(ctx, t, h, id, Port)
}

func stoppedAll(t *testing.T, h Harness) {
	ctx, id := begin(t, h)
	spec := Spec(id, h.Service(t, Serves))
	must(t, h.Runtime.Start(ctx, spec))
	answers(ctx, t, h, id, Port)
	h.StopAll(t, id)
	see(ctx, t, h.Runtime, id, sandbox.Stopped)
	_, err := h.Runtime.Dial(ctx, id, Port)
	wants(t, err, sandbox.ErrGone)
	must(t, h.Runtime.Start(ctx, spec))
	see(ctx, t, h.Runtime, id, sandbox.Running)
	answers(ctx, t, h, id, Port)
}

func brokenHolder(t *testing.T, h Harness) {
	ctx, id := begin(t, h)
	spec := Spec(id, h.Service(t, Serves))
	must(t, h.Runtime.Start(ctx, spec))
	h.VanishHolder(t, id)
	see(ctx, t, h.Runtime, id, sandbox.Broken)
	wants(t, h.Runtime.Start(ctx, spec), sandbox.ErrBroken)
}

func vanished(t *testing.T, h Harness) {
	ctx, id := begin(t, h)
	must(t, h.Runtime.Start(ctx, Spec(id, h.Service(t, Serves))))
	answers(ctx, t, h, id, Port)
	h.Vanish(t, id)
	see(ctx, t, h.Runtime, id, sandbox.Absent)
	_, err := h.Runtime.Dial(ctx, id, Port)
	wants(t, err, sandbox.ErrGone)
}

func cuts(t *testing.T, h Harness) {
	c, ok := h.Runtime.(sandbox.Cutter)
	if !ok {
		t.Fatal("the runtime cannot end anything without its engine")
	}
	ctx, id := begin(t, h)
	_, neighbour := begin(t, h)
	for _, id := range []sandbox.ID{id, neighbour} {
		must(t, h.Runtime.Start(ctx, Spec(id, h.Service(t, Stubborn))))
		answers(ctx, t, h, id, Port)
	}
	if n := c.Cut(ctx, NewID(t)); n != 0 {
		t.Errorf("of a sandbox that is not there it ended %d processes", n)
	}
	if n := c.Cut(ctx, id); n < 2 {
		t.Errorf("it ended %d processes, want the product and its holder", n)
	}
	await(ctx, t, h, id, sandbox.Stopped)
	if n := c.Cut(ctx, id); n != 0 {
		t.Errorf("then it ended %d more", n)
	}
	see(ctx, t, h.Runtime, neighbour, sandbox.Running)
	answers(ctx, t, h, neighbour, Port)
}

func strangers(t *testing.T, h Harness) {
	ctx, id := begin(t, h)
	other := h.Other(t)
	must(t, other.Hold(ctx, id)) // the same id, but theirs
	t.Cleanup(func() { gone(context.WithoutCancel(ctx), t, other, id) })
	see(ctx, t, h.Runtime, id, sandbox.Absent)
	all, err := h.Runtime.List(ctx)
	must(t, err)
	if countID(all, id) != 0 {
		t.Errorf("the listing shows another installation's: %+v", all)
	}
	must(t, h.Runtime.Remove(ctx, id))
	see(ctx, t, other, id, sandbox.Held)
}

func concurrent(t *testing.T, h Harness) {
	ctx, id := begin(t, h)
	spec := Spec(id, h.Service(t, Serves))
	var wg sync.WaitGroup
	errs := make(chan error, 8)
	for range cap(errs) {
		wg.Go(func() { errs <- h.Runtime.Start(ctx, spec) })
	}
	wg.Wait()
	close(errs)
	for err := range errs {
		if err != nil {
			t.Errorf("one of many starts: %v", err)
		}
	}
	found, err := h.Runtime.Find(ctx, id)
	must(t, err)
	if len(found.Containers) != 2 {
		t.Errorf("many starts made %v", found.Containers)
	}
	answers(ctx, t, h, id, Port)
	errs = make(chan error, 8)
	for range cap(errs) {
		wg.Go(func() { errs <- h.Runtime.Remove(ctx, id) })
	}
	wg.Wait()
	close(errs)
	for err := range errs {
		if err != nil {
			t.Errorf("one of many removals: %v", err)
		}
	}
	see(ctx, t, h.Runtime, id, sandbox.Absent)
}

// cutOff cancels a start at moments between nothing and all of it, and demands that
// removing until it is seen empty, twice, leaves nothing.
func cutOff(t *testing.T, h Harness) {
	service := h.Service(t, Serves)
	var ids []sandbox.ID
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), time.Minute)
	defer cancel()
	for i := range 12 {
		id := NewID(t)
		ids = append(ids, id)
		short, stop := context.WithTimeout(ctx, time.Duration(i)*8*time.Millisecond)
		err := h.Runtime.Start(short, Spec(id, service))
		stop()
		if err != nil && ctx.Err() == nil && !errors.Is(err, sandbox.ErrUnavailable) {
			t.Errorf("a start cut off at %d ms: %v, want ErrUnavailable", i*8, err)
		}
	}
	// The engine may still be making what it was asked for, so nothing found once
	// proves nothing: ask until all was seen empty three times in a row.
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for quiet := 0; quiet < 3; {
		quiet++
		for _, id := range ids {
			must(t, h.Runtime.Remove(ctx, id))
		}
		all, err := h.Runtime.List(ctx)
		must(t, err)
		for _, id := range ids {
			if countID(all, id) > 0 {
				quiet = 0
			}
		}
		select {
		case <-ctx.Done():
			t.Fatal(ctx.Err())
		case <-tick.C:
		}
	}
}

func uses(t *testing.T, h Harness) {
	ctx, id := begin(t, h)
	must(t, h.Runtime.Start(ctx, Spec(id, h.Service(t, Serves))))
	answers(ctx, t, h, id, Port)
	use, err := h.Runtime.Use(ctx, id)
	must(t, err)
	if use.Memory <= 0 || use.MemoryLimit != Limits().Memory || use.Memory > use.MemoryLimit || use.Pids < 1 || use.Pids > Limits().Pids || use.OOMs != 0 {
		t.Errorf("it uses %+v", use)
	}
}

func wakes(t *testing.T, h Harness) {
	ctx, _ := begin(t, h)
	listening, cancel := context.WithCancel(ctx)
	defer cancel()
	ch := h.Runtime.Wake(listening)
	deadline := time.NewTimer(h.Patience)
	defer deadline.Stop()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	made := map[sandbox.ID]bool{}
	for {
		select {
		case got, open := <-ch:
			if !open {
				t.Fatal("the channel closed")
			}
			if made[got] {
				cancel()
				for range ch { // it is closed once its context ended
				}
				return
			}
		case <-tick.C: // a hint may be lost, and the first ones are while it connects
			id := NewID(t)
			made[id] = true
			t.Cleanup(func() { gone(context.WithoutCancel(ctx), t, h.Runtime, id) })
			must(t, h.Runtime.Hold(ctx, id))
		case <-deadline.C:
			t.Fatal("nothing woke")
		}
	}
}

func images(t *testing.T, h Harness) {
	ctx, _ := begin(t, h)
	s := h.Service(t, Serves)
	i, err := h.Images.Image(ctx, s.Image)
	must(t, err)
	if i.ID != s.Image || i.Size <= 0 || i.Platform == "" || i.Layers < 1 || len(i.Reserved) != 0 {
		t.Errorf("the image is %+v", i)
	}
	if len(i.Ports) != 1 || i.Ports[0] != Port {
		t.Errorf("it exposes %v", i.Ports)
	}
	_, err = h.Images.Image(ctx, "den-nobody/made:this")
	wants(t, err, sandbox.ErrNoImage)
	must(t, h.Images.Keep(ctx, i.ID))
	must(t, h.Images.Keep(ctx, i.ID))
	if kept, err := h.Images.Keeps(ctx); err != nil || !slices.Contains(kept, i.ID) {
		t.Errorf("it keeps %v, %v, want %s among them", kept, err, i.ID)
	}
	must(t, h.Images.Drop(ctx, "sha256:00000000000000000000000000000000000000000000000000000000deadbeef"))
	wants(t, h.Images.Keep(ctx, "sha256:00000000000000000000000000000000000000000000000000000000deadbeef"), sandbox.ErrNoImage)
}
