package docker

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"innovationden/sandbox"
	"innovationden/sandbox/sandboxtest"
)

// stackOf is a private sandbox of services that all run the product.
func stackOf(t testing.TB, image sandbox.Image, services ...sandbox.Service) sandbox.Spec {
	limits := sandboxtest.Limits()
	limits.Memory, limits.CPU, limits.Pids = 48<<20*int64(len(services)), 2000, 64*int64(len(services))
	for i := range services {
		if services[i].Image == "" {
			services[i].Image = image.ID
		}
		if services[i].Profile == "" {
			services[i].Profile = sandbox.Strict
		}
	}
	return sandbox.Spec{ID: sandboxtest.NewID(t), Network: sandbox.Private, Limits: limits, Services: services}
}

// minute bounds a test, and removes a sandbox at its end.
func minute(t testing.TB, r *Runtime, spec sandbox.Spec) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 2*time.Minute)
	t.Cleanup(func() {
		defer cancel()
		must(t, r.Remove(ctx, spec.ID))
		if f, err := r.Find(ctx, spec.ID); err != nil || !f.Empty() {
			t.Errorf("left: %+v, %v", f, err)
		}
	})
	return ctx
}

// get asks the service that answers, through the runtime.
func get(ctx context.Context, t testing.TB, r *Runtime, id sandbox.ID, port int, path string) string {
	t.Helper()
	client := http.Client{Transport: &http.Transport{
		DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return r.Dial(ctx, id, port) },
	}, Timeout: 20 * time.Second}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://localhost"+path, nil)
	must(t, err)
	answer, err := client.Do(request)
	must(t, err)
	defer func() { _ = answer.Body.Close() }()
	b, err := io.ReadAll(answer.Body)
	must(t, err)
	return string(b)
}

func answers(ctx context.Context, t testing.TB, r *Runtime, id sandbox.ID, port int) {
	t.Helper()
	if _, err := sandbox.AwaitAnswer(ctx, r, id, sandbox.Probe{Port: port, Path: "/"}, sandbox.Asking{Every: 5 * time.Millisecond, Patience: time.Second}); err != nil {
		t.Fatal(err)
	}
}

// Two services listen on the same port, each at its own address, and the one that
// answers reaches the other by its names.
func TestTwoServicesOnOnePort(t *testing.T) {
	r := engine(t)
	image := sandboxtest.ProductImage(t, r)
	spec := stackOf(t, image, sandbox.Service{Name: "back", Aliases: []string{"store"}, Hostname: "back-host"}, sandbox.Service{Name: "web"})
	spec.Front = "web"
	ctx := minute(t, r, spec)
	must(t, r.Start(ctx, spec))
	must(t, r.Start(ctx, spec))
	answers(ctx, t, r, spec.ID, 8080)
	state, err := r.Look(ctx, spec.ID)
	must(t, err)
	if state.Seen != sandbox.Running || len(state.Services) != 2 {
		t.Errorf("seen %+v", state)
	}
	if who := get(ctx, t, r, spec.ID, 8080, "/whoami"); !strings.Contains(who, "host web [100.126.") {
		t.Errorf("who answers is %s", who)
	}
	for _, name := range []string{"back", "store", "back-host"} {
		if said := get(ctx, t, r, spec.ID, 8080, "/fetch?url=http://"+name+":8080/whoami"); !strings.Contains(said, "host back-host [100.126.") {
			t.Errorf("%s is %s", name, said)
		}
	}
	if said := get(ctx, t, r, spec.ID, 8080, "/fetch?url=http://example.org/"); !strings.Contains(said, "lookup example.org") {
		t.Errorf("an outside name: %s", said)
	}
	ports, err := r.Ports(ctx, spec.ID)
	must(t, err)
	if fmt.Sprint(ports) != "[8080]" {
		t.Errorf("it listens on %v", ports)
	}
	// A den that restarts finds the way again.
	two := openAs(t, r.ours.installation)
	answers(ctx, t, two, spec.ID, 8080)
}
