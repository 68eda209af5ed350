package docker

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"innovationden/sandbox"
	"innovationden/sandbox/sandboxtest"
)

// run starts the product in a mode, in a sandbox that goes with the test.
func (r *Runtime) run(ctx context.Context, t *testing.T, spec sandbox.Spec) {
	t.Helper()
	t.Cleanup(func() { must(t, r.Remove(context.WithoutCancel(ctx), spec.ID)) })
	must(t, r.Start(ctx, spec))
}

func spec(image sandbox.Image, p sandbox.Profile, mode string) sandbox.Spec {
	id := make([]byte, 0, 16)
	id = fmt.Appendf(id, "h%d", time.Now().UnixNano())
	return sandboxtest.Spec(sandbox.ID(id), sandbox.Service{Name: "product", Image: image.ID, Profile: p, Command: []string{mode}})
}

// get asks a product for a page.
func (r *Runtime) get(ctx context.Context, t *testing.T, id sandbox.ID, page string) string {
	t.Helper()
	_, err := sandbox.AwaitAnswer(ctx, r, id, sandbox.Probe{Port: sandboxtest.Port, Path: "/"}, sandbox.Asking{Every: 5 * time.Millisecond, Patience: 2 * time.Second})
	must(t, err)
	c := http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext:       func(ctx context.Context, _, _ string) (net.Conn, error) { return r.Dial(ctx, id, sandboxtest.Port) },
	}}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://product"+page, nil)
	must(t, err)
	answer, err := c.Do(request)
	must(t, err)
	defer func() { _ = answer.Body.Close() }()
	b, err := io.ReadAll(io.LimitReader(answer.Body, 1<<20))
	must(t, err)
	return string(b)
}

// until waits for something that a hostile product does to come true.
func until(ctx context.Context, t *testing.T, what string, holds func() bool) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-ctx.Done():
			t.Fatalf("never came true: %s", what)
		case <-tick.C:
		}
	}
}

func TestAProductFindsItselfAsItShould(t *testing.T) {
	r := engine(t)
	image := sandboxtest.ProductImage(t, r)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for _, p := range []sandbox.Profile{sandbox.Strict, sandbox.Standard} {
		s := spec(image, p, "serve")
		r.run(ctx, t, s)
		me := r.get(ctx, t, s.ID, "/whoami")
		want := []string{
			"visitor 100.127.0.1:", "host sandbox [100.127.0.1] <nil>", "NoNewPrivs:\t1", "Seccomp:\t2",
			"nameserver 127.0.0.1", "timeout:1", "attempts:1",
		}
		if p == sandbox.Strict {
			want = append(want, "user 65532:65532", "CapBnd:\t0000000000000000", "CapPrm:\t0000000000000000")
		} else {
			want = append(want, "user 0:0", "CapBnd:\t00000000000004eb") // the seven mild ones, as bits
		}
		for _, w := range want {
			if !strings.Contains(me, w) {
				t.Errorf("%s: %q is missing in:\n%s", p, w, me)
			}
		}
		for _, w := range []struct {
			file string
			size int
		}{{"/tmp/a", 1 << 20}, {"/data/a", 1 << 20}, {"/tmp/b", 16 << 20}, {"/data/b", 16 << 20}} {
			said := r.get(ctx, t, s.ID, fmt.Sprintf("/write?file=%s&size=%d", url.QueryEscape(w.file), w.size))
			if (said == "written") != (w.size < 8<<20) {
				t.Errorf("%s: %d bytes to %s: %s", p, w.size, w.file, said)
			}
		}
		c, err := r.api.ContainerInspect(ctx, r.ours.name(s.ID, "product"))
		must(t, err)
		if len(c.Mounts) != 0 && c.Mounts[0].Type == "volume" {
			t.Errorf("%s: the declared volume became one on disk: %+v", p, c.Mounts)
		}
		if c.Config.Healthcheck == nil || strings.Join(c.Config.Healthcheck.Test, " ") != "NONE" || c.State.Health != nil {
			t.Errorf("%s: the image's health check runs", p)
		}
	}
}

func TestHostileProductsAreHeld(t *testing.T) {
	r := engine(t)
	image := sandboxtest.ProductImage(t, r)
	for name, test := range map[string]func(context.Context, *testing.T, *Runtime, sandbox.Image){
		"memory is filled":             fillsMemory,
		"a child fills memory":         childFillsMemory,
		"it forks for ever":            forks,
		"the log is flooded":           floods,
		"the writable layer is filled": fillsDisk,
		"a file without a name fills it": func(c context.Context, t *testing.T, r *Runtime, i sandbox.Image) {
			hidesDisk(c, t, r, i, "removed-disk")
		},
		"and its program lost its first thread": func(c context.Context, t *testing.T, r *Runtime, i sandbox.Image) {
			hidesDisk(c, t, r, i, "leaderless")
		},
		"it accepts and never answers":               func(c context.Context, t *testing.T, r *Runtime, i sandbox.Image) { noAnswer(c, t, r, i, "silent") },
		"its headers have no end":                    func(c context.Context, t *testing.T, r *Runtime, i sandbox.Image) { noAnswer(c, t, r, i, "headers") },
		"a program that is not there":                noProgram,
		"an image that claims to be the den's":       claims,
		"a volume where the kernel's files are":      badVolume,
		"a stranger's container with our labels":     strangersLabels,
		"a stranger's container with a name of ours": strangersName,
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
			defer cancel()
			test(ctx, t, r, image)
		})
	}
}

func fillsMemory(ctx context.Context, t *testing.T, r *Runtime, image sandbox.Image) {
	s := spec(image, sandbox.Strict, "memory")
	r.run(ctx, t, s)
	state := settled(ctx, t, r, s.ID, sandbox.Exited)
	if one := state.Services[0]; one.ExitCode != 137 || !one.OOM {
		t.Errorf("the service is %+v, want 137 for want of memory", one)
	}
	use, err := r.Use(ctx, s.ID)
	must(t, err)
	if use.OOMs != 1 {
		t.Errorf("%d kills are counted", use.OOMs)
	}
}

func childFillsMemory(ctx context.Context, t *testing.T, r *Runtime, image sandbox.Image) {
	s := spec(image, sandbox.Strict, "memory-child")
	r.run(ctx, t, s)
	until(ctx, t, "a kill of a child is counted", func() bool {
		use, err := r.Use(ctx, s.ID)
		return err == nil && use.OOMs > 0
	})
	if state, err := r.Look(ctx, s.ID); err != nil || state.Seen != sandbox.Running {
		t.Errorf("seen %+v, %v", state, err)
	}
}

func forks(ctx context.Context, t *testing.T, r *Runtime, image sandbox.Image) {
	s := spec(image, sandbox.Strict, "fork")
	s.Limits.Memory = 512 << 20
	r.run(ctx, t, s)
	until(ctx, t, "the limit of processes is reached", func() bool {
		use, err := r.Use(ctx, s.ID)
		must(t, err)
		if use.Pids > s.Limits.Pids {
			t.Fatalf("%d processes", use.Pids)
		}
		return use.Pids >= s.Limits.Pids-2
	})
}

func floods(ctx context.Context, t *testing.T, r *Runtime, image sandbox.Image) {
	s := spec(image, sandbox.Strict, "log")
	s.Limits.Log = 256 << 10
	r.run(ctx, t, s)
	c, err := r.api.ContainerInspect(ctx, r.ours.name(s.ID, "product"))
	must(t, err)
	until(ctx, t, "the log is large", func() bool {
		i, err := os.Stat(c.LogPath)
		return err == nil && i.Size() > 128<<10
	})
	for range 20 {
		if i, err := os.Stat(c.LogPath); err == nil && i.Size() > 2*s.Limits.Log {
			t.Errorf("the log has %d bytes", i.Size())
		}
		text, err := r.Logs(ctx, s.ID, "product", 1000)
		must(t, err)
		if len(text) > 1000 {
			t.Errorf("%d bytes of log", len(text))
		}
	}
}

func fillsDisk(ctx context.Context, t *testing.T, r *Runtime, image sandbox.Image) {
	strict, standard := spec(image, sandbox.Strict, "disk"), spec(image, sandbox.Standard, "disk")
	standard.Limits.Memory = 512 << 20 // it fills /tmp and /dev/shm as well, which would end it first
	r.run(ctx, t, strict)
	r.run(ctx, t, standard)
	until(ctx, t, "the watched size passes the cap", func() bool {
		use, err := r.Use(ctx, standard.ID)
		must(t, err)
		if use.OOMs > 0 {
			t.Fatalf("it ran out of memory before its disk was full: %+v", use)
		}
		return use.Disk > standard.Limits.Disk
	})
	must(t, r.Remove(ctx, standard.ID))
	if use, err := r.Use(ctx, strict.ID); err != nil || use.Disk != 0 {
		t.Errorf("in strict: %+v, %v", use, err)
	}
}

func hidesDisk(ctx context.Context, t *testing.T, r *Runtime, image sandbox.Image, mode string) {
	s := spec(image, sandbox.Standard, mode)
	s.Limits.Memory = 512 << 20
	r.run(ctx, t, s)
	var use sandbox.Use
	until(ctx, t, "what has no name is counted", func() (enough bool) {
		var err error
		use, err = r.Use(ctx, s.ID)
		must(t, err)
		return use.Disk >= 24<<20
	})
	if use.Disk > 40<<20 || use.DiskMore {
		t.Errorf("what is in memory is counted too: %+v", use)
	}
}

// noAnswer: a bounded question ends in time, without an answer and without much read.
func noAnswer(ctx context.Context, t *testing.T, r *Runtime, image sandbox.Image, mode string) {
	s := spec(image, sandbox.Strict, mode)
	r.run(ctx, t, s)
	short, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	_, err := sandbox.AwaitAnswer(short, r, s.ID, sandbox.Probe{Port: sandboxtest.Port, Path: "/"}, sandbox.Asking{Every: 10 * time.Millisecond, Patience: 300 * time.Millisecond})
	if err == nil {
		t.Error("it counts as an answer")
	}
}

func noProgram(ctx context.Context, t *testing.T, r *Runtime, image sandbox.Image) {
	s := spec(image, sandbox.Strict, "serve")
	s.Services[0].Entrypoint = []string{"/not/there"}
	t.Cleanup(func() { must(t, r.Remove(context.WithoutCancel(ctx), s.ID)) })
	if err := r.Start(ctx, s); !errors.Is(err, sandbox.ErrImage) {
		t.Errorf("%v, want ErrImage", err)
	}
	if state, err := r.Look(ctx, s.ID); err != nil || state.Seen != sandbox.Partial {
		t.Errorf("seen %+v, %v, want partial", state, err)
	}
}
