package docker

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"innovationden/sandbox"
	"innovationden/sandbox/sandboxtest"
)

// printed is how many bytes the product has written so far.
func (r *Runtime) printed(t *testing.T, id sandbox.ID) int64 {
	t.Helper()
	c, err := r.api.ContainerInspect(context.WithoutCancel(t.Context()), r.ours.name(id, "product"))
	must(t, err)
	return keyed(fmt.Sprintf("/proc/%d/io", c.State.Pid), "wchar:")
}

func TestAFloodOfTheLogIsHeldBack(t *testing.T) {
	r := engine(t)
	image := sandboxtest.ProductImage(t, r)
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	s := spec(image, sandbox.Strict, "log")
	began := time.Now()
	r.run(ctx, t, s)
	until(ctx, t, "the product is held back", func() bool {
		use, err := r.Use(ctx, s.ID)
		must(t, err)
		return use.LogHeld > 2*time.Second
	})
	first := r.printed(t, s.ID)
	since := time.Now()
	until(ctx, t, "it prints on", func() bool { return r.printed(t, s.ID) > first })
	r.get(ctx, t, s.ID, "/") // it answers all the same
	until(ctx, t, "three seconds", func() bool { return time.Since(since) > 3*time.Second })
	more := r.printed(t, s.ID) - first
	// What lies between the product and the den holds a few megabytes, and is full by now.
	if most := int64(time.Since(since).Seconds()*paceRate) + paceRate; more > most {
		t.Errorf("it printed %d bytes in %s, of %d that it may", more, time.Since(since), most)
	}
	text, err := r.Logs(ctx, s.ID, "product", 4<<10)
	must(t, err)
	if !strings.Contains(string(text), "no play") {
		t.Errorf("its log cannot be read meanwhile: %q", text)
	}
	t.Logf("%d bytes in the first %s, then %d in %s", first, since.Sub(began), more, time.Since(since))

	// Another process reads along as soon as it looks.
	must(t, r.Close())
	again := openAs(t, r.ours.installation)
	_, err = again.Look(ctx, s.ID)
	must(t, err)
	until(ctx, t, "it is held back by the next process", func() bool {
		use, err := again.Use(ctx, s.ID)
		must(t, err)
		return use.LogHeld > 0
	})
	must(t, again.Remove(ctx, s.ID))
	again.paces.mu.Lock()
	defer again.paces.mu.Unlock()
	for name := range again.paces.open {
		t.Errorf("%s is gone and still read", name)
	}
}

// The control: where nobody reads along, it prints what it can.
func TestAFloodOfTheLogIsNotHeldBackByItself(t *testing.T) {
	r := engine(t)
	image := sandboxtest.ProductImage(t, r)
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	r.paces.close()
	s := spec(image, sandbox.Strict, "log")
	r.run(ctx, t, s)
	until(ctx, t, "it printed more than it may in a minute", func() bool { return r.printed(t, s.ID) > 60*paceRate+paceBurst })
}

func TestAServiceThatStartsAgainIsHeldBackAgain(t *testing.T) {
	r := engine(t)
	image := sandboxtest.ProductImage(t, r)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	s := spec(image, sandbox.Strict, "log")
	held := func() bool {
		use, err := r.Use(ctx, s.ID)
		must(t, err)
		return use.LogHeld > 0
	}
	r.run(ctx, t, s)
	until(ctx, t, "it is held back", held)
	r.stop(t, r.ours.name(s.ID, "product"))
	must(t, r.Start(ctx, s))
	until(ctx, t, "it is held back again", held)
}

func TestASilentEngineIsNotReadForEver(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "s")
	silent, err := net.Listen("unix", socket) // it lets everybody in and says nothing
	must(t, err)
	t.Cleanup(func() { must(t, silent.Close()) })
	r, err := Open(Config{
		Installation: "test-" + random(t), Host: "unix://" + socket, Patience: 50 * time.Millisecond,
		Now: time.Now, Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
	})
	must(t, err)
	r.pace(t.Context(), "some-product")
	until(t.Context(), t, "the reading is given up", func() bool {
		r.paces.mu.Lock()
		defer r.paces.mu.Unlock()
		return r.paces.open["some-product"] == nil
	})
	must(t, r.Close())
}
