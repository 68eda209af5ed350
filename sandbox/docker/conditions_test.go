package docker

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"innovationden/sandbox"
	"innovationden/sandbox/cell"
	"innovationden/sandbox/sandboxtest"
)

// A database that comes up slowly, a job that must succeed first, and a product that
// waits for both.
func TestConditionsAreWaitedFor(t *testing.T) {
	r := engine(t)
	image := sandboxtest.ProductImage(t, r)
	spec := stackOf(t, image,
		sandbox.Service{Name: "db", Command: []string{"late"}, Health: &sandbox.Health{
			Test: []string{"CMD", "/product", "ask", "http://127.0.0.1:8080/"}, Interval: time.Second, Timeout: time.Second, Retries: 20,
		}},
		sandbox.Service{
			Name: "migrate", Command: []string{"note", "/data/notes"}, Mounts: []sandbox.Mount{{Volume: "data", Path: "/data"}},
			DependsOn: []sandbox.Dependency{{Service: "db", Condition: sandbox.Healthy}},
		},
		sandbox.Service{
			Name: "web", Mounts: []sandbox.Mount{{Volume: "data", Path: "/data", ReadOnly: true}},
			DependsOn: []sandbox.Dependency{{Service: "migrate", Condition: sandbox.Completed}, {Service: "db", Condition: sandbox.Started}},
		},
	)
	spec.Front, spec.Volumes = "web", []sandbox.Volume{{Name: "data", Bytes: 1 << 20}}
	ctx := minute(t, r, spec)
	must(t, r.Start(ctx, spec))
	answers(ctx, t, r, spec.ID, 8080)
	state := settled(ctx, t, r, spec.ID, sandbox.Running)
	at := map[string]sandbox.ServiceState{}
	for _, s := range state.Services {
		at[s.Name] = s
	}
	if m := at["migrate"]; m.Running || m.ExitCode != 0 || m.EndedAt.After(at["web"].StartedAt) || m.StartedAt.Before(at["db"].StartedAt.Add(300*time.Millisecond)) {
		t.Errorf("the order is %+v", state.Services)
	}
	must(t, r.Start(ctx, spec)) // what succeeded is not done again
	if said := get(ctx, t, r, spec.ID, 8080, "/read?file=/data/notes"); strings.Count(said, "note") != 1 {
		t.Errorf("the notes are %q", said)
	}
	if said := get(ctx, t, r, spec.ID, 8080, "/write?size=1&file=/data/x"); !strings.Contains(said, "read-only") {
		t.Errorf("writing to a volume that is read-only: %s", said)
	}
	use, err := r.Use(ctx, spec.ID)
	must(t, err)
	if use.Disk <= 0 {
		t.Errorf("the volume is not counted: %+v", use)
	}
	must(t, r.Pause(ctx, spec.ID))
	settled(ctx, t, r, spec.ID, sandbox.Paused)
	must(t, r.Resume(ctx, spec.ID))
	settled(ctx, t, r, spec.ID, sandbox.Running)
}

// Who waits for what failed is not started, and the failure is seen; a stack that is
// not complete is not open to visitors.
func TestWhatFailsHoldsTheRestBack(t *testing.T) {
	r := engine(t)
	image := sandboxtest.ProductImage(t, r)
	spec := stackOf(t, image, sandbox.Service{Name: "web"}, sandbox.Service{Name: "job", Command: []string{"exit"}},
		sandbox.Service{Name: "other", DependsOn: []sandbox.Dependency{{Service: "job", Condition: sandbox.Completed}}})
	ctx := minute(t, r, spec)
	must(t, r.Start(ctx, spec))
	state := settled(ctx, t, r, spec.ID, sandbox.Exited)
	for _, s := range state.Services {
		if s.Name == "other" && !s.StartedAt.IsZero() {
			t.Errorf("it was started: %+v", s)
		}
		if s.Name == "job" && s.ExitCode != 3 {
			t.Errorf("the job ended with %+v", s)
		}
	}
	if conn, err := r.Dial(ctx, spec.ID, 8080); err == nil {
		_ = conn.Close()
		t.Error("a stack without one of its services is open")
	}
}

// A Start that its caller leaves while a service waits can be called again, and does
// not keep a removal waiting.
func TestAWaitEndsWithItsCaller(t *testing.T) {
	r := engine(t)
	image := sandboxtest.ProductImage(t, r)
	spec := stackOf(t, image, sandbox.Service{Name: "web", DependsOn: []sandbox.Dependency{{Service: "db", Condition: sandbox.Healthy}}},
		sandbox.Service{Name: "db", Command: []string{"never"}, Health: &sandbox.Health{
			Test: []string{"CMD", "/product", "ask", "http://127.0.0.1:8080/"}, Interval: time.Second, Timeout: time.Second, Retries: 20,
		}})
	ctx := minute(t, r, spec)
	short, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	if err := r.Start(short, spec); err == nil {
		t.Error("it says that it is done")
	}
	settled(ctx, t, r, spec.ID, sandbox.Partial)
	began := time.Now()
	must(t, r.Remove(ctx, spec.ID))
	if took := time.Since(began); took > 8*time.Second {
		t.Errorf("the removal took %s", took)
	}
}

// A service that ends is started again as often as it may, and no more.
func TestServicesAreRestarted(t *testing.T) {
	r := engine(t)
	image := sandboxtest.ProductImage(t, r)
	flaky := func(name, times string, tries int) sandbox.Service {
		return sandbox.Service{
			Name: name, Command: []string{"fail-until", "/data/" + name, times}, Mounts: []sandbox.Mount{{Volume: "data", Path: "/data"}},
			Restart: sandbox.Restart{When: sandbox.OnFailure, Tries: tries},
		}
	}
	spec := stackOf(t, image, flaky("web", "3", 5), flaky("worker", "99", 2))
	spec.Volumes = []sandbox.Volume{{Name: "data", Bytes: 1 << 20}}
	ctx := minute(t, r, spec)
	must(t, r.Start(ctx, spec))
	settled(ctx, t, r, spec.ID, sandbox.Exited) // by the worker, in the end
	answers(ctx, t, r, spec.ID, 8080)
	for name, want := range map[string]int{"web": 3, "worker": 3} {
		if said := get(ctx, t, r, spec.ID, 8080, "/read?file=/data/"+name); strings.Count(said, "note") != want {
			t.Errorf("%s was started %d times, want %d", name, strings.Count(said, "note"), want)
		}
	}
}

// Files are there before the start, belong to whom they should, and cannot be written;
// a declared volume has what the image has there.
func TestFilesAndVolumesOfTheImage(t *testing.T) {
	r := engine(t)
	program := sandboxtest.Program(t.Context(), t, "innovationden/sandbox/sandboxtest/testdata/product")
	config := sandboxtest.ProductConfig()
	config.Volumes = map[string]struct{}{"/var/lib/seed": {}}
	image := sandboxtest.LoadFiles(t.Context(), t, r, config, map[string][]byte{
		"product": program, "tmp/": nil, "etc/": nil, "var/": nil, "var/lib/": nil, "var/lib/seed/": nil, "var/lib/seed/first": []byte("from the image"),
	})
	for _, p := range []sandbox.Profile{sandbox.Strict, sandbox.Standard} {
		t.Run(string(p), func(t *testing.T) {
			spec := stackOf(t, image, sandbox.Service{
				Name: "web", Profile: p, Files: []sandbox.File{
					{Path: "/etc/web.conf", Content: []byte("port 8080"), Mode: 0o444}, {Path: "/run/secrets/key", Content: []byte("hidden"), Mode: 0o400, UID: 65532},
				},
				Mounts: []sandbox.Mount{{Volume: "empty", Path: "/work"}}, WorkingDir: "/work",
				Tmpfs: []sandbox.Place{{Path: "/cache", Bytes: 1 << 20}}, User: map[sandbox.Profile]string{sandbox.Standard: "65532"}[p],
			})
			spec.Volumes = []sandbox.Volume{{Name: "empty", Bytes: 1 << 20}}
			ctx := minute(t, r, spec)
			must(t, r.Start(ctx, spec))
			answers(ctx, t, r, spec.ID, 8080)
			for path, want := range map[string]string{
				"/read?file=/etc/web.conf":               "-r--r--r--\nport 8080",
				"/read?file=/run/secrets/key":            "-r--------\nhidden",
				"/write?size=1&file=/etc/web.conf":       "read-only file system",
				"/read?file=/var/lib/seed/first":         "from the image",
				"/write?size=1&file=/work/x":             "written",
				"/write?size=1&file=x":                   "written",
				"/write?size=1000&file=/cache/x":         "written",
				"/write?size=1&file=/var/lib/seed/other": "written",
			} {
				if said := get(ctx, t, r, spec.ID, 8080, path); !strings.Contains(said, want) {
					t.Errorf("%s: %q, want %q", path, said, want)
				}
			}
			if said := get(ctx, t, r, spec.ID, 8080, "/write?size=2000000&file=/cache/y"); !strings.Contains(said, "no space left") {
				t.Errorf("a place in memory of 1 MiB took 2 MB: %q", said)
			}
		})
	}
}

// Offers are made for each namespace, again for those that change, and withdrawn
// before they go.
func TestOffersFollowTheNamespaces(t *testing.T) {
	var mu sync.Mutex
	var said []string
	offers := func(r *Runtime) {
		r.offer = func(_ context.Context, _ sandbox.ID, spec sandbox.Spec, service string, space *cell.Namespace) error {
			mu.Lock()
			defer mu.Unlock()
			known := "unknown"
			if len(spec.Services) > 0 {
				known = "known"
			}
			if space.Inode() == 0 {
				known += " nowhere"
			}
			said = append(said, "offer "+service+" "+known)
			return nil
		}
		r.withdraw = func(sandbox.ID) {
			mu.Lock()
			defer mu.Unlock()
			said = append(said, "withdraw")
		}
	}
	heard := func(t *testing.T, want ...string) {
		t.Helper()
		mu.Lock()
		defer mu.Unlock()
		if strings.Join(said, ", ") != strings.Join(want, ", ") {
			t.Errorf("it was %q, want %q", said, want)
		}
		said = nil
	}
	r := engine(t)
	image := sandboxtest.ProductImage(t, r)
	offers(r)
	t.Run("a waiting cell", func(t *testing.T) {
		spec := spec(image, sandbox.Strict, "serve")
		ctx := minute(t, r, spec)
		must(t, r.Hold(ctx, spec.ID))
		heard(t)
		must(t, r.Start(ctx, spec))
		must(t, r.Start(ctx, spec))
		heard(t, "offer product known")
		two := openAs(t, r.ours.installation)
		offers(two)
		answers(ctx, t, two, spec.ID, 8080)
		heard(t, "offer  unknown")
		must(t, r.Remove(ctx, spec.ID))
		heard(t, "withdraw")
	})
	said = nil
	t.Run("a private network in the place of a waiting cell", func(t *testing.T) {
		spec := stackOf(t, image, sandbox.Service{Name: "web", Restart: sandbox.Restart{When: sandbox.Always, Tries: 2}})
		ctx := minute(t, r, spec)
		must(t, r.Hold(ctx, spec.ID))
		must(t, r.Start(ctx, spec))
		heard(t, "withdraw", "offer web known")
		answers(ctx, t, r, spec.ID, 8080)
		two := openAs(t, r.ours.installation)
		offers(two)
		answers(ctx, t, two, spec.ID, 8080)
		heard(t, "offer web unknown")
		r.stop(t, r.ours.name(spec.ID, "web"))
		settled(ctx, t, r, spec.ID, sandbox.Running) // which starts it again
		r.errands.Wait()
		answers(ctx, t, r, spec.ID, 8080)
		heard(t, "offer web unknown")
		r.stop(t, r.ours.name(spec.ID, holderName))
		settled(ctx, t, r, spec.ID, sandbox.Stopped)
		must(t, r.Start(ctx, spec))
		answers(ctx, t, r, spec.ID, 8080)
		heard(t, "withdraw", "offer web known")
	})
}
