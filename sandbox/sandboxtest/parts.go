package sandboxtest

import (
	"bytes"
	"context"
	"net"
	"slices"
	"testing"
	"time"

	"innovationden/sandbox"
)

func absent(t *testing.T, h Harness) {
	ctx, id := begin(t, h)
	see(ctx, t, h.Runtime, id, sandbox.Absent)
	found, err := h.Runtime.Find(ctx, id)
	must(t, err)
	if !found.Empty() || found.ID != id {
		t.Errorf("found %+v", found)
	}
	_, err = h.Runtime.Dial(ctx, id, Port)
	wants(t, err, sandbox.ErrGone)
	_, err = h.Runtime.Ports(ctx, id)
	wants(t, err, sandbox.ErrGone)
	_, err = h.Runtime.Use(ctx, id)
	wants(t, err, sandbox.ErrGone)
	_, err = h.Runtime.Logs(ctx, id, "product", 10)
	wants(t, err, sandbox.ErrGone)
	wants(t, h.Runtime.Pause(ctx, id), sandbox.ErrGone)
	wants(t, h.Runtime.Hold(ctx, "Not/An Id"), sandbox.ErrSpec)
}

func held(t *testing.T, h Harness) {
	ctx, id := begin(t, h)
	must(t, h.Runtime.Hold(ctx, id))
	must(t, h.Runtime.Hold(ctx, id))
	see(ctx, t, h.Runtime, id, sandbox.Held)
	found, err := h.Runtime.Find(ctx, id)
	must(t, err)
	if len(found.Containers) != 1 || found.Youngest.IsZero() {
		t.Errorf("found %+v, want one container with its time", found)
	}
	ports, err := h.Runtime.Ports(ctx, id)
	must(t, err)
	if len(ports) != 0 {
		t.Errorf("an empty cell listens on %v", ports)
	}
	refuses(ctx, t, h, id)
}

func refuses(ctx context.Context, t *testing.T, h Harness, id sandbox.ID) {
	t.Helper()
	conn, err := h.Runtime.Dial(ctx, id, Port)
	if err == nil {
		_ = conn.Close()
		t.Fatalf("something accepts on port %d", Port)
	}
	if _, ok := errAs[*net.OpError](err); !ok {
		t.Fatalf("the error is %v (%T), want a *net.OpError", err, err)
	}
}

func whole(t *testing.T, h Harness) {
	ctx, id := begin(t, h)
	spec := Spec(id, h.Service(t, Serves))
	must(t, h.Runtime.Start(ctx, spec))
	must(t, h.Runtime.Start(ctx, spec))
	state := see(ctx, t, h.Runtime, id, sandbox.Running)
	if len(state.Services) != 1 || state.Services[0].Name != "product" || !state.Services[0].Running || state.Services[0].StartedAt.IsZero() {
		t.Errorf("the services are %+v", state.Services)
	}
	answers(ctx, t, h, id, Port)
	ports, err := h.Runtime.Ports(ctx, id)
	must(t, err)
	if !slices.Equal(ports, []int{Port}) {
		t.Errorf("it listens on %v, want [%d]", ports, Port)
	}
	all, err := h.Runtime.List(ctx)
	must(t, err)
	if n := countID(all, id); n != 1 {
		t.Errorf("the listing has it %d times", n)
	}
	gone(ctx, t, h.Runtime, id)
	_, err = h.Runtime.Dial(ctx, id, Port)
	wants(t, err, sandbox.ErrGone)
}

func countID(all []sandbox.Found, id sandbox.ID) (n int) {
	for _, f := range all {
		if f.ID == id {
			n++
		}
	}
	return n
}

func onWaiting(t *testing.T, h Harness) {
	ctx, id := begin(t, h)
	must(t, h.Runtime.Hold(ctx, id))
	before, err := h.Runtime.Find(ctx, id)
	must(t, err)
	must(t, h.Runtime.Start(ctx, Spec(id, h.Service(t, Serves))))
	answers(ctx, t, h, id, Port)
	after, err := h.Runtime.Find(ctx, id)
	must(t, err)
	if len(after.Containers) != 2 || !slices.Contains(after.Containers, before.Containers[0]) {
		t.Errorf("the cell %v became %v", before.Containers, after.Containers)
	}
}

func otherSpec(t *testing.T, h Harness) {
	ctx, id := begin(t, h)
	spec := Spec(id, h.Service(t, Serves))
	must(t, h.Runtime.Start(ctx, spec))
	spec.Limits.Pids++
	wants(t, h.Runtime.Start(ctx, spec), sandbox.ErrBroken)
}

func noLimits(t *testing.T, h Harness) {
	ctx, id := begin(t, h)
	spec := Spec(id, h.Service(t, Serves))
	spec.Limits = sandbox.Limits{}
	wants(t, h.Runtime.Start(ctx, spec), sandbox.ErrSpec)
	spec = Spec(id, h.Service(t, Serves))
	spec.Services[0].User = "0:0"
	wants(t, h.Runtime.Start(ctx, spec), sandbox.ErrSpec)
	see(ctx, t, h.Runtime, id, sandbox.Absent)
}

func noImage(t *testing.T, h Harness) {
	ctx, id := begin(t, h)
	s := h.Service(t, Serves)
	s.Image = "sha256:" + "00000000000000000000000000000000000000000000000000000000deadbeef"
	wants(t, h.Runtime.Start(ctx, Spec(id, s)), sandbox.ErrNoImage)
}

func exits(t *testing.T, h Harness) {
	ctx, id := begin(t, h)
	must(t, h.Runtime.Start(ctx, Spec(id, h.Service(t, ExitsAtOnce))))
	state := awaitExit(ctx, t, h, id)
	if s := state.Services[0]; s.Running || s.ExitCode != 3 || s.EndedAt.IsZero() || s.OOM {
		t.Errorf("the service is %+v, want exit code 3", s)
	}
	log, err := h.Runtime.Logs(ctx, id, "product", 4096)
	must(t, err)
	if !bytes.Contains(log, []byte("giving up")) {
		t.Errorf("the log is %q", log)
	}
	tail, err := h.Runtime.Logs(ctx, id, "product", 3)
	must(t, err)
	if len(tail) > 3 || !bytes.HasSuffix(log, tail) {
		t.Errorf("the end of the log is %q", tail)
	}
}

func startsAgain(t *testing.T, h Harness) {
	ctx, id := begin(t, h)
	spec := Spec(id, h.Service(t, ExitsAtOnce))
	must(t, h.Runtime.Start(ctx, spec))
	first := awaitExit(ctx, t, h, id)
	must(t, h.Runtime.Start(ctx, spec))
	second := awaitExit(ctx, t, h, id)
	if !second.Services[0].StartedAt.After(first.Services[0].StartedAt) {
		t.Errorf("started at %v, then at %v", first.Services[0].StartedAt, second.Services[0].StartedAt)
	}
}

func never(t *testing.T, h Harness) {
	ctx, id := begin(t, h)
	must(t, h.Runtime.Start(ctx, Spec(id, h.Service(t, NeverSpeaks))))
	see(ctx, t, h.Runtime, id, sandbox.Running)
	refuses(ctx, t, h, id)
	short, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
	defer cancel()
	if _, err := sandbox.AwaitAnswer(short, h.Runtime, id, sandbox.Probe{Port: Port, Path: "/"}, sandbox.Asking{Every: 5 * time.Millisecond, Patience: time.Second}); err == nil {
		t.Error("it answered")
	}
}

func local(t *testing.T, h Harness) {
	ctx, id := begin(t, h)
	must(t, h.Runtime.Start(ctx, Spec(id, h.Service(t, ServesLocal))))
	answers(ctx, t, h, id, Port)
}

func silent(t *testing.T, h Harness) {
	ctx, id := begin(t, h)
	must(t, h.Runtime.Start(ctx, Spec(id, h.Service(t, Silent))))
	connects(ctx, t, h, id)
	short, cancel := context.WithTimeout(ctx, 100*time.Millisecond)
	defer cancel()
	if _, err := sandbox.AwaitAnswer(short, h.Runtime, id, sandbox.Probe{Port: Port, Path: "/"}, sandbox.Asking{Every: 5 * time.Millisecond, Patience: 30 * time.Millisecond}); err == nil {
		t.Error("silence counts as an answer")
	}
}

// connects waits until a connection is accepted.
func connects(ctx context.Context, t *testing.T, h Harness, id sandbox.ID) {
	t.Helper()
	ctx, cancel := context.WithTimeout(ctx, h.Patience)
	defer cancel()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for {
		conn, err := h.Runtime.Dial(ctx, id, Port)
		if err == nil {
			_ = conn.Close()
			return
		}
		select {
		case <-ctx.Done():
			t.Fatalf("nothing accepts: %v", err)
		case <-tick.C:
		}
	}
}

func elsewhere(t *testing.T, h Harness) {
	ctx, id := begin(t, h)
	must(t, h.Runtime.Start(ctx, Spec(id, h.Service(t, Elsewhere))))
	answers(ctx, t, h, id, OtherPort)
	refuses(ctx, t, h, id)
	ports, err := h.Runtime.Ports(ctx, id)
	must(t, err)
	if !slices.Equal(ports, []int{OtherPort}) {
		t.Errorf("it listens on %v, want [%d]", ports, OtherPort)
	}
}

func late(t *testing.T, h Harness) {
	ctx, id := begin(t, h)
	must(t, h.Runtime.Start(ctx, Spec(id, h.Service(t, Late))))
	refuses(ctx, t, h, id)
	answers(ctx, t, h, id, Port)
}

func stubborn(t *testing.T, h Harness) {
	ctx, id := begin(t, h)
	must(t, h.Runtime.Start(ctx, Spec(id, h.Service(t, Stubborn))))
	answers(ctx, t, h, id, Port)
	ctx, cancel := context.WithTimeout(ctx, h.Patience)
	defer cancel()
	gone(ctx, t, h.Runtime, id)
}

func pauses(t *testing.T, h Harness) {
	ctx, id := begin(t, h)
	must(t, h.Runtime.Start(ctx, Spec(id, h.Service(t, Serves))))
	answers(ctx, t, h, id, Port)
	must(t, h.Runtime.Pause(ctx, id))
	must(t, h.Runtime.Pause(ctx, id))
	see(ctx, t, h.Runtime, id, sandbox.Paused)
	short, cancel := context.WithTimeout(ctx, 100*time.Millisecond)
	defer cancel()
	if _, err := sandbox.AwaitAnswer(short, h.Runtime, id, sandbox.Probe{Port: Port, Path: "/"}, sandbox.Asking{Every: 20 * time.Millisecond, Patience: 20 * time.Millisecond}); err == nil {
		t.Error("a paused product answered")
	}
	must(t, h.Runtime.Resume(ctx, id))
	must(t, h.Runtime.Resume(ctx, id))
	see(ctx, t, h.Runtime, id, sandbox.Running)
	answers(ctx, t, h, id, Port)
	must(t, h.Runtime.Pause(ctx, id)) // and a paused one can be removed
}
