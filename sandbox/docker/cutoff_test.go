package docker

import (
	"context"
	"testing"
	"time"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"

	"innovationden/sandbox"
	"innovationden/sandbox/sandboxtest"
)

const cuts = 20

// A start that is cut off at any millisecond and then removed, once, leaves nothing,
// however long one waits. The control: the plain client, told the same, does.
func TestAStartCutOffAndRemovedOnceLeavesNothing(t *testing.T) {
	r := engine(t)
	image := sandboxtest.ProductImage(t, r)
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	if left := plainlyCutOff(ctx, t, r, image); left == 0 {
		t.Error("the control: the plain client left nothing, so this proves nothing")
	} else {
		t.Logf("the plain client left %d of %d", left, cuts)
	}
	var ids []sandbox.ID
	for i := range cuts {
		s := spec(image, sandbox.Strict, "serve")
		ids = append(ids, s.ID)
		short, stop := context.WithTimeout(ctx, time.Duration(i)*8*time.Millisecond)
		_ = r.Start(short, s) // whatever it says, the outcome is unknown
		stop()
		must(t, r.Remove(ctx, s.ID))
	}
	quiet(ctx, t)
	defer func() {
		if !t.Failed() {
			t.Logf("figure: %d starts cut off, 0 violations", len(ids))
		}
	}()
	for _, id := range ids {
		if f, err := r.Find(ctx, id); err != nil || !f.Empty() {
			t.Errorf("left: %+v, %v", f, err)
		}
	}
}

// plainlyCutOff counts what is there after creates were cut off and deleted at once.
func plainlyCutOff(ctx context.Context, t *testing.T, r *Runtime, image sandbox.Image) (left int) {
	t.Helper()
	var names []string
	for i := range cuts {
		name := "den-control-" + random(t)
		names = append(names, name)
		short, stop := context.WithTimeout(ctx, time.Duration(2*i)*time.Millisecond)
		_, _ = r.api.ContainerCreate(short, &container.Config{Image: image.ID}, &container.HostConfig{NetworkMode: "none"}, nil, nil, name)
		stop()
		err := r.api.ContainerRemove(ctx, name, container.RemoveOptions{Force: true, RemoveVolumes: true})
		if err != nil && !errdefs.IsNotFound(err) {
			t.Fatal(err)
		}
	}
	quiet(ctx, t)
	for _, name := range names {
		if _, err := r.api.ContainerInspect(ctx, name); err == nil {
			left++
			r.rm(t, name)
		}
	}
	return left
}

// quiet gives the engine time for what it may still be doing: 4 s were enough for 300.
func quiet(ctx context.Context, t *testing.T) {
	t.Helper()
	select {
	case <-ctx.Done():
		t.Fatal(ctx.Err())
	case <-time.After(3 * time.Second):
	}
}
