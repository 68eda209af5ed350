package sandboxtest

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"testing"
	"time"

	"innovationden/sandbox"
)

// stacks are the parts of the contract about several services on a private network.
func stacks() []part {
	return []part{
		{"a stack answers at its front and is removed with its network", stackWhole},
		{"a waiting cell becomes a private network", stackOnWaiting},
		{"a den that restarts reaches its stacks", stackReboots},
		{"a service waits until another is healthy", waitsForHealth},
		{"a service waits until another succeeded", waitsForSuccess},
		{"a service that waits for a failure is not started", waitsForFailure},
		{"a service that fails is restarted as often as it may", restarted},
		{"a stack that waits for itself is refused", circle},
		{"data that comes along is a volume and goes too", data},
	}
}

// pair is a stack of two services, of which the second answers.
func pair(t testing.TB, h Harness, id sandbox.ID, back, front Mode) sandbox.Spec {
	one, two := h.Service(t, back), h.Service(t, front)
	one.Name, two.Name = "back", "web"
	spec := sandbox.Spec{ID: id, Services: []sandbox.Service{one, two}, Limits: Limits(), Network: sandbox.Private, Front: "web"}
	spec.Limits.Memory *= 2
	return spec
}

// startAll starts until nothing waits any more, as the den does.
func startAll(ctx context.Context, t testing.TB, h Harness, spec sandbox.Spec) {
	t.Helper()
	ctx, cancel := context.WithTimeout(ctx, h.Patience)
	defer cancel()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		must(t, h.Runtime.Start(ctx, spec))
		state, err := h.Runtime.Look(ctx, spec.ID)
		if err == nil && state.Seen != sandbox.Partial {
			return
		}
		select {
		case <-ctx.Done():
			t.Fatalf("it is still partial: %+v, %v", state, err)
		case <-tick.C:
		}
	}
}

func stackWhole(t *testing.T, h Harness) {
	ctx, id := begin(t, h)
	spec := pair(t, h, id, Serves, Elsewhere)
	must(t, h.Runtime.Start(ctx, spec))
	must(t, h.Runtime.Start(ctx, spec))
	state := see(ctx, t, h.Runtime, id, sandbox.Running)
	if len(state.Services) != 2 {
		t.Errorf("the services are %+v", state.Services)
	}
	answers(ctx, t, h, id, OtherPort)
	refuses(ctx, t, h, id) // the other service's port is not the front's
	ports, err := h.Runtime.Ports(ctx, id)
	must(t, err)
	if len(ports) != 1 || ports[0] != OtherPort {
		t.Errorf("the front listens on %v", ports)
	}
	found, err := h.Runtime.Find(ctx, id)
	must(t, err)
	if len(found.Containers) != 3 || len(found.Networks) != 1 {
		t.Errorf("found %+v", found)
	}
	must(t, h.Runtime.Pause(ctx, id))
	see(ctx, t, h.Runtime, id, sandbox.Paused)
	must(t, h.Runtime.Resume(ctx, id))
	answers(ctx, t, h, id, OtherPort)
	gone(ctx, t, h.Runtime, id)
	_, err = h.Runtime.Dial(ctx, id, OtherPort)
	wants(t, err, sandbox.ErrGone)
}

func stackOnWaiting(t *testing.T, h Harness) {
	ctx, id := begin(t, h)
	must(t, h.Runtime.Hold(ctx, id))
	must(t, h.Runtime.Start(ctx, pair(t, h, id, Serves, Serves)))
	answers(ctx, t, h, id, Port)
	found, err := h.Runtime.Find(ctx, id)
	must(t, err)
	if len(found.Containers) != 3 {
		t.Errorf("found %+v", found)
	}
}

func stackReboots(t *testing.T, h Harness) {
	ctx, id := begin(t, h)
	must(t, h.Runtime.Start(ctx, pair(t, h, id, Serves, Elsewhere)))
	answers(ctx, t, h, id, OtherPort)
	h.Runtime = h.Reboot(t)
	see(ctx, t, h.Runtime, id, sandbox.Running)
	answers(ctx, t, h, id, OtherPort)
	refuses(ctx, t, h, id)
}

func waitsForHealth(t *testing.T, h Harness) {
	ctx, id := begin(t, h)
	spec := pair(t, h, id, Late, Serves)
	spec.Services[0].Health = &sandbox.Health{
		Test: []string{"CMD", "/product", "ask", "http://127.0.0.1:8080/"}, Interval: time.Second, Timeout: time.Second, Retries: 20,
	}
	spec.Services[1].DependsOn = []sandbox.Dependency{{Service: "back", Condition: sandbox.Healthy}}
	startAll(ctx, t, h, spec)
	state := see(ctx, t, h.Runtime, id, sandbox.Running)
	if gap := state.Services[1].StartedAt.Sub(state.Services[0].StartedAt); gap < 50*time.Millisecond {
		t.Errorf("it waited %s", gap)
	}
	answers(ctx, t, h, id, Port)
}

func waitsForSuccess(t *testing.T, h Harness) {
	ctx, id := begin(t, h)
	spec := pair(t, h, id, Succeeds, Serves)
	spec.Services[1].DependsOn = []sandbox.Dependency{{Service: "back", Condition: sandbox.Completed}}
	startAll(ctx, t, h, spec)
	answers(ctx, t, h, id, Port)
	first := see(ctx, t, h.Runtime, id, sandbox.Running)
	must(t, h.Runtime.Start(ctx, spec))
	second := see(ctx, t, h.Runtime, id, sandbox.Running)
	if a, b := first.Services[0], second.Services[0]; a.Running || a.EndedAt.After(first.Services[1].StartedAt) || !a.StartedAt.Equal(b.StartedAt) {
		t.Errorf("what succeeded is %+v, then %+v", a, b)
	}
}

func waitsForFailure(t *testing.T, h Harness) {
	ctx, id := begin(t, h)
	spec := pair(t, h, id, ExitsAtOnce, Serves)
	spec.Services[1].DependsOn = []sandbox.Dependency{{Service: "back", Condition: sandbox.Completed}}
	must(t, h.Runtime.Start(ctx, spec))
	state := awaitExit(ctx, t, h, id)
	for _, s := range state.Services {
		if s.Name == "web" && !s.StartedAt.IsZero() {
			t.Errorf("it was started: %+v", s)
		}
	}
	refuses(ctx, t, h, id)
}

func restarted(t *testing.T, h Harness) {
	ctx, id := begin(t, h)
	spec := pair(t, h, id, ExitsAtOnce, Serves)
	spec.Services[0].Restart = sandbox.Restart{When: sandbox.OnFailure, Tries: 2}
	must(t, h.Runtime.Start(ctx, spec))
	started := map[time.Time]bool{}
	ctx, cancel := context.WithTimeout(ctx, h.Patience)
	defer cancel()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for {
		state, err := h.Runtime.Look(ctx, id)
		must(t, err)
		for _, s := range state.Services {
			if s.Name == "back" {
				started[s.StartedAt] = true
			}
		}
		if state.Seen == sandbox.Exited {
			break
		}
		select {
		case <-ctx.Done():
			t.Fatalf("it is seen %+v", state)
		case <-tick.C:
		}
	}
	if len(started) != 3 {
		t.Errorf("it was started %d times, want 3", len(started))
	}
}

func circle(t *testing.T, h Harness) {
	ctx, id := begin(t, h)
	spec := pair(t, h, id, Serves, Serves)
	spec.Services[0].DependsOn = []sandbox.Dependency{{Service: "web", Condition: sandbox.Started}}
	spec.Services[1].DependsOn = []sandbox.Dependency{{Service: "back", Condition: sandbox.Started}}
	wants(t, h.Runtime.Start(ctx, spec), sandbox.ErrSpec)
	see(ctx, t, h.Runtime, id, sandbox.Absent)
}

// Data is an archive that holds one file.
func Data(name, content string) *sandbox.Data {
	var archive bytes.Buffer // takes everything
	w := tar.NewWriter(&archive)
	_ = w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o444, Size: int64(len(content)), ModTime: time.Unix(0, 0)})
	_, _ = io.WriteString(w, content)
	_ = w.Close()
	sum := sha256.Sum256(archive.Bytes())
	return &sandbox.Data{Path: "/scenario", Hash: hex.EncodeToString(sum[:]), Bytes: int64(len(content)),
		Open: func(context.Context) (io.ReadCloser, error) {
			return io.NopCloser(bytes.NewReader(archive.Bytes())), nil
		}}
}

func data(t *testing.T, h Harness) {
	ctx, id := begin(t, h)
	must(t, h.Runtime.Hold(ctx, id))
	spec := Spec(id, h.Service(t, Serves))
	spec.Data = Data("people.csv", "name\nAda\n")
	must(t, h.Runtime.Start(ctx, spec))
	must(t, h.Runtime.Start(ctx, spec))
	answers(ctx, t, h, id, Port)
	found, err := h.Runtime.Find(ctx, id)
	must(t, err)
	if len(found.Volumes) != 1 {
		t.Errorf("found %+v, want one volume", found)
	}
	gone(ctx, t, h.Runtime, id)
	for _, bad := range []*sandbox.Data{{Path: "/scenario"}, {Path: "relative", Hash: spec.Data.Hash, Open: spec.Data.Open}} {
		spec.Data = bad
		wants(t, h.Runtime.Start(ctx, spec), sandbox.ErrSpec)
	}
}
