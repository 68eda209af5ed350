package docker

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httputil"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"innovationden/sandbox"
	"innovationden/sandbox/sandboxtest"
)

// spoiler stands between a runtime and the real engine.
type spoiler struct {
	path  string // of the calls to spoil: a part of "POST /v1.41/containers/create"
	times atomic.Int32
	way   atomic.Value // lose, hang, fail, pretend or count
	next  http.Handler
}

func (s *spoiler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !strings.Contains(r.Method+" "+r.URL.Path, s.path) || s.times.Add(-1) < 0 {
		s.next.ServeHTTP(w, r)
		return
	}
	switch s.way.Load() {
	case "lose": // the engine acts, and nobody hears of it
		s.next.ServeHTTP(&deaf{header: http.Header{}}, r.WithContext(context.WithoutCancel(r.Context())))
		panic(http.ErrAbortHandler)
	case "count":
		s.next.ServeHTTP(w, r)
	case "hang":
		<-r.Context().Done()
	case "pretend": // the engine hears of nothing, and it is said to be done
		_, _ = io.Copy(io.Discard, r.Body)
	case "fail":
		http.Error(w, `{"message":"no space left on device"}`, http.StatusInternalServerError)
	}
}

type deaf struct{ header http.Header }

func (d *deaf) Header() http.Header         { return d.header }
func (d *deaf) Write(b []byte) (int, error) { return len(b), nil }
func (d *deaf) WriteHeader(int)             {}

// spoiled opens a second runtime of the same installation, whose calls can be spoiled.
func spoiled(t *testing.T, r *Runtime, path string) (*Runtime, *spoiler) {
	t.Helper()
	s := &spoiler{path: path, next: &httputil.ReverseProxy{
		Rewrite: func(p *httputil.ProxyRequest) { p.Out.URL.Scheme, p.Out.URL.Host = "http", "engine" },
		Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", "/var/run/docker.sock")
		}, DisableKeepAlives: true},
	}}
	socket := filepath.Join(t.TempDir(), "s")
	l, err := net.Listen("unix", socket)
	must(t, err)
	server := &http.Server{Handler: s, ReadHeaderTimeout: time.Minute, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)}
	go func() { _ = server.Serve(l) }()
	t.Cleanup(func() { _ = server.Close() })
	two, err := Open(Config{
		Host: "unix://" + socket, Installation: r.ours.installation, Now: time.Now, Log: slog.New(slog.DiscardHandler), Patience: 3 * time.Second,
	})
	must(t, err)
	t.Cleanup(func() { must(t, two.Close()) })
	return two, s
}

// Whatever one engine call of a start or a removal comes to, calling again makes one
// sandbox, and none is left in the end.
func TestEachEngineCallMayGoWrong(t *testing.T) {
	r := engine(t)
	image := sandboxtest.ProductImage(t, r)
	for _, path := range []string{
		"POST /v1.41/containers/create", "/start", "GET /v1.41/containers/den-", "GET /v1.41/containers/json", "GET /v1.41/images/", "DELETE ",
	} {
		for _, way := range []string{"lose", "hang", "fail"} {
			t.Run(way+" "+path, func(t *testing.T) {
				t.Parallel()
				ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
				defer cancel()
				two, s := spoiled(t, r, path)
				spec := spec(image, sandbox.Strict, "serve")
				s.way.Store(way)
				s.times.Store(1)
				wrong := 0
				for _, verb := range []func() error{
					func() error { return two.Start(ctx, spec) },
					func() error { return two.Remove(ctx, spec.ID) },
				} {
					err := verb()
					if err == nil {
						continue
					}
					wrong++
					if way != "fail" && !errors.Is(err, sandbox.ErrUnavailable) {
						t.Errorf("it shows as %v, want ErrUnavailable", err)
					}
					if way == "fail" && !errors.Is(err, sandbox.ErrFull) && !errors.Is(err, sandbox.ErrUnavailable) {
						t.Errorf("it shows as %v, want ErrFull or ErrUnavailable", err)
					}
					two.errands.Wait()
					if err := verb(); err != nil {
						t.Errorf("again: %v", err)
					}
				}
				if s.times.Load() > 0 {
					t.Error("no call was spoiled")
				}
				if wrong > 1 {
					t.Errorf("%d calls went wrong", wrong)
				}
				must(t, r.Remove(ctx, spec.ID))
				if f, err := r.Find(ctx, spec.ID); err != nil || !f.Empty() {
					t.Errorf("left: %+v, %v", f, err)
				}
			})
		}
	}
}

func TestAnEngineThatIsNotThereIsSilence(t *testing.T) {
	r, err := Open(Config{
		Host: "unix://" + filepath.Join(t.TempDir(), "none"), Installation: "none", Now: time.Now, Log: slog.New(slog.DiscardHandler),
	})
	must(t, err)
	defer func() { must(t, r.Close()) }()
	ctx, id := t.Context(), sandbox.ID("a")
	s := sandboxtest.Spec(id, sandbox.Service{
		Name: "a", Image: "sha256:" + strings.Repeat("0", 64), Profile: sandbox.Strict,
	})
	for verb, err := range map[string]error{
		"host":   second(r.Host(ctx)),
		"hold":   r.Hold(ctx, id),
		"start":  r.Start(ctx, s),
		"look":   second(r.Look(ctx, id)),
		"pause":  r.Pause(ctx, id),
		"resume": r.Resume(ctx, id),
		"find":   second(r.Find(ctx, id)),
		"remove": r.Remove(ctx, id),
		"list":   second(r.List(ctx)),
		"dial":   second(r.Dial(ctx, id, 80)),
		"ports":  second(r.Ports(ctx, id)),
		"logs":   second(r.Logs(ctx, id, "a", 10)),
		"use":    second(r.Use(ctx, id)),
		"image":  second(r.Image(ctx, "a")),
		"load":   second(r.Load(ctx, strings.NewReader(""), 0)),
		"keep":   r.Keep(ctx, s.Services[0].Image),
		"drop":   r.Drop(ctx, s.Services[0].Image),
	} {
		if !errors.Is(err, sandbox.ErrUnavailable) {
			t.Errorf("%s: %v, want ErrUnavailable", verb, err)
		}
	}
	if state, _ := r.Look(ctx, id); state.Seen != sandbox.Unknown {
		t.Errorf("seen %s", state.Seen)
	}
}

func second[T any](_ T, err error) error { return err }

func TestABadInstallationIsRefused(t *testing.T) {
	for _, name := range []string{"", "A", "a.b", "-a", "a-", strings.Repeat("a", 33), "a b"} {
		if _, err := Open(Config{Installation: name, Now: time.Now, Log: slog.New(slog.DiscardHandler)}); err == nil {
			t.Errorf("%q is accepted", name)
		}
	}
}

func TestTheHostSaysWhatIsInForce(t *testing.T) {
	r := engine(t)
	h, err := r.Host(t.Context())
	must(t, err)
	if !strings.HasPrefix(h.Engine, "Docker Engine ") || h.API == "" || h.CPUs < 1 || h.Memory < 1<<28 || h.DiskFree <= 0 || !h.Seccomp || !h.Namespaces {
		t.Errorf("%+v", h)
	}
}

// On a waiting cell a start makes two engine calls and no more.
func TestAStartOnAWaitingCellIsTwoCalls(t *testing.T) {
	r := engine(t)
	image := sandboxtest.ProductImage(t, r)
	two, s := spoiled(t, r, "/")
	s.way.Store("count")
	first, second := spec(image, sandbox.Strict, "serve"), spec(image, sandbox.Strict, "serve")
	t.Cleanup(func() {
		ctx := context.WithoutCancel(t.Context())
		must(t, r.Remove(ctx, first.ID))
		must(t, r.Remove(ctx, second.ID))
	})
	must(t, two.Start(t.Context(), first)) // asks what is asked once
	must(t, two.Hold(t.Context(), second.ID))
	s.times.Store(1000)
	must(t, two.Start(t.Context(), second))
	if calls := 1000 - s.times.Load(); calls != 2 {
		t.Errorf("%d engine calls", calls)
	}
	if state, err := r.Look(t.Context(), second.ID); err != nil || state.Seen != sandbox.Running {
		t.Errorf("seen %+v, %v", state, err)
	}
}

// Another look at what was whole asks for its two containers and lists nothing; what is
// then gone is seen all the same.
func TestAnotherLookListsNothing(t *testing.T) {
	r := engine(t)
	image := sandboxtest.ProductImage(t, r)
	two, s := spoiled(t, r, "GET ")
	s.way.Store("count")
	whole := spec(image, sandbox.Strict, "serve")
	t.Cleanup(func() { must(t, r.Remove(context.WithoutCancel(t.Context()), whole.ID)) })
	must(t, two.Start(t.Context(), whole))
	look := func(want sandbox.Seen) (calls int32) {
		t.Helper()
		s.times.Store(1000)
		state, err := two.Look(t.Context(), whole.ID)
		must(t, err)
		if state.Seen != want {
			t.Fatalf("it is seen %s, want %s", state.Seen, want)
		}
		return 1000 - s.times.Load()
	}
	if calls := look(sandbox.Running); calls != 3 {
		t.Errorf("the first look made %d calls, want a listing and two", calls)
	}
	if calls := look(sandbox.Running); calls != 2 {
		t.Errorf("the second look made %d calls", calls)
	}
	must(t, r.Pause(t.Context(), whole.ID))
	if calls := look(sandbox.Paused); calls != 2 {
		t.Errorf("a look at what is paused made %d calls", calls)
	}
	must(t, r.removeContainer(t.Context(), r.ours.name(whole.ID, "product")))
	look(sandbox.Held)
	must(t, r.Start(t.Context(), whole))
	look(sandbox.Running)
	must(t, r.Remove(t.Context(), whole.ID))
	look(sandbox.Absent)
}

// An image that is not there right after it was loaded, as where another installation
// removed the same one just then, is loaded once more; and then it is said.
func TestAnImageThatTheEngineDidNotKeepIsLoadedOnceMore(t *testing.T) {
	r := engine(t)
	two, s := spoiled(t, r, "images/load")
	s.way.Store("pretend")
	s.times.Store(1)
	sandboxtest.ProductImage(t, two)
	c := sandboxtest.ProductConfig()
	c.Cmd = []string{"another"}
	s.times.Store(2)
	_, err := two.Load(t.Context(), bytes.NewReader(sandboxtest.Archive(t, c, nil, map[string][]byte{"product": []byte("no program"), "tmp/": nil})), 0)
	if !errors.Is(err, sandbox.ErrNoImage) {
		t.Errorf("%v, want ErrNoImage", err)
	}
}
