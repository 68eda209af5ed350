package docker

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"log/slog"
	"testing"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/image"

	"innovationden/sandbox"
	"innovationden/sandbox/sandboxtest"
)

func random(t testing.TB) string {
	t.Helper()
	b := make([]byte, 6)
	if _, err := rand.Read(b); err != nil {
		t.Fatal(err)
	}
	return hex.EncodeToString(b)
}

// engine opens a runtime of an installation of its own on the real engine. At the end
// nothing of it may be left.
func engine(t testing.TB) *Runtime {
	t.Helper()
	r := openAs(t, "test-"+random(t))
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 2*time.Minute)
		defer cancel()
		r.empty(ctx, t)
	})
	return r
}

func openAs(t testing.TB, installation string) *Runtime {
	t.Helper()
	r, err := Open(Config{Installation: installation, Now: time.Now, Log: slog.New(slog.NewTextHandler(t.Output(), nil))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

// empty removes the images of an installation, and fails where a container is left.
func (r *Runtime) empty(ctx context.Context, t testing.TB) {
	t.Helper()
	r.errands.Wait()
	all, err := r.List(ctx)
	if err != nil {
		t.Error(err)
	}
	for _, f := range all {
		t.Errorf("left on the engine: %+v", f)
		if err := r.Remove(ctx, f.ID); err != nil {
			t.Error(err)
		}
	}
	images, err := r.api.ImageList(ctx, image.ListOptions{Filters: filters.NewArgs(filters.Arg("reference", "den-"+r.ours.installation+"/kept"))})
	if err != nil {
		t.Error(err)
	}
	for _, i := range images {
		if err := r.Drop(ctx, i.ID); err != nil {
			t.Error(err)
		}
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (r *Runtime) stop(t testing.TB, names ...string) {
	t.Helper()
	for _, n := range names {
		ended, failed := r.api.ContainerWait(context.WithoutCancel(t.Context()), n, container.WaitConditionNotRunning)
		must(t, r.api.ContainerKill(context.WithoutCancel(t.Context()), n, "KILL"))
		select {
		case <-ended:
		case err := <-failed:
			t.Fatal(err)
		}
	}
}

func (r *Runtime) rm(t testing.TB, names ...string) {
	t.Helper()
	for _, n := range names {
		must(t, r.api.ContainerRemove(context.WithoutCancel(t.Context()), n, container.RemoveOptions{Force: true, RemoveVolumes: true}))
	}
}

func TestContract(t *testing.T) {
	r := engine(t)
	product := sandboxtest.ProductImage(t, r)
	sandboxtest.Run(t, func(t *testing.T) sandboxtest.Harness {
		return sandboxtest.Harness{
			Runtime: r, Images: r, Patience: 20 * time.Second,
			Service: func(_ testing.TB, m sandboxtest.Mode) sandbox.Service {
				return sandbox.Service{Name: "product", Image: product.ID, Command: []string{string(m)}, Profile: sandbox.Strict}
			},
			Reboot:     func(t testing.TB) sandbox.Runtime { return openAs(t, r.ours.installation) },
			Other:      func(t testing.TB) sandbox.Runtime { return engine(t) },
			StopHolder: func(t testing.TB, id sandbox.ID) { r.stop(t, r.ours.name(id, holderName)) },
			StopAll: func(t testing.TB, id sandbox.ID) {
				r.stop(t, r.ours.name(id, "product"), r.ours.name(id, holderName))
			},
			Vanish:       func(t testing.TB, id sandbox.ID) { r.rm(t, r.ours.name(id, "product"), r.ours.name(id, holderName)) },
			VanishHolder: func(t testing.TB, id sandbox.ID) { r.rm(t, r.ours.name(id, holderName)) },
		}
	})
}
