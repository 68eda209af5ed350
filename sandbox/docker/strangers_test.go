package docker

import (
	"context"
	"encoding/json"
	"errors"
	"testing"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/image"

	"innovationden/sandbox"
	"innovationden/sandbox/sandboxtest"
)

// claims: an image with our labels comes to the engine behind our back.
func claims(ctx context.Context, t *testing.T, r *Runtime, product sandbox.Image) {
	made, err := r.api.ContainerCreate(ctx, &container.Config{
		Image: product.ID, Labels: map[string]string{labelInstallation: r.ours.installation, "InnovationDen.Sandbox": "x"},
	}, &container.HostConfig{}, nil, nil, "den-claims-"+random(t))
	must(t, err)
	committed, err := r.api.ContainerCommit(ctx, made.ID, container.CommitOptions{})
	must(t, err)
	r.rm(t, made.ID)
	t.Cleanup(func() {
		_, err := r.api.ImageRemove(context.WithoutCancel(ctx), committed.ID, image.RemoveOptions{})
		must(t, err)
	})
	i, err := r.Image(ctx, committed.ID)
	must(t, err)
	if len(i.Reserved) != 2 {
		t.Errorf("reserved labels: %q", i.Reserved)
	}
	s := spec(i, sandbox.Strict, "serve")
	if err := r.Start(ctx, s); !errors.Is(err, sandbox.ErrImage) {
		t.Errorf("%v, want ErrImage", err)
	}
	if f, err := r.Find(ctx, s.ID); err != nil || !f.Empty() {
		t.Errorf("something was made: %+v, %v", f, err)
	}
}

func badVolume(ctx context.Context, t *testing.T, r *Runtime, product sandbox.Image) {
	s := spec(product, sandbox.Strict, "serve")
	s.Services[0].Volumes = []string{"/proc/acpi"}
	if err := r.Start(ctx, s); !errors.Is(err, sandbox.ErrSpec) {
		t.Errorf("%v, want ErrSpec", err)
	}
}

// strangersLabels: a container carries our labels and a name of its own. It is not ours.
func strangersLabels(ctx context.Context, t *testing.T, r *Runtime, product sandbox.Image) {
	id := sandboxtest.NewID(t)
	decoy(ctx, t, r, product, "decoy-"+random(t), r.ours.labels(id), func() {
		if state, err := r.Look(ctx, id); err != nil || state.Seen != sandbox.Absent {
			t.Errorf("seen %+v, %v", state, err)
		}
		if all, err := r.List(ctx); err != nil || len(all) != 0 {
			t.Errorf("listed %+v, %v", all, err)
		}
		must(t, r.Remove(ctx, id))
	})
}

// strangersName: a container has a name that we would give, and no label. A start says
// so, and a removal leaves it alone.
func strangersName(ctx context.Context, t *testing.T, r *Runtime, product sandbox.Image) {
	s := spec(product, sandbox.Strict, "serve")
	decoy(ctx, t, r, product, r.ours.name(s.ID, "product"), nil, func() {
		if err := r.Start(ctx, s); !errors.Is(err, sandbox.ErrBroken) {
			t.Errorf("%v, want ErrBroken", err)
		}
		must(t, r.Remove(ctx, s.ID))
		if f, err := r.Find(ctx, s.ID); err != nil || !f.Empty() {
			t.Errorf("left: %+v, %v", f, err)
		}
	})
}

// decoy makes a stranger's container, and demands that it is byte-equal afterwards.
func decoy(ctx context.Context, t *testing.T, r *Runtime, product sandbox.Image, name string, labels map[string]string, do func()) {
	t.Helper()
	made, err := r.api.ContainerCreate(ctx, &container.Config{
		Image: product.ID, Labels: labels, Healthcheck: &container.HealthConfig{Test: []string{"NONE"}}, // or it changes by itself each second
	}, &container.HostConfig{}, nil, nil, name)
	must(t, err)
	t.Cleanup(func() { r.rm(t, made.ID) })
	must(t, r.api.ContainerStart(ctx, made.ID, container.StartOptions{}))
	state := func() string {
		c, err := r.api.ContainerInspect(ctx, made.ID)
		must(t, err)
		b, err := json.Marshal(c)
		must(t, err)
		return string(b)
	}
	before := state()
	do()
	if after := state(); after != before {
		t.Errorf("the stranger's container changed:\n%s\n%s", before, after)
	}
}
