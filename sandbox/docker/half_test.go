package docker

import (
	"errors"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/docker/docker/api/types/container"
	"go.uber.org/goleak"

	"innovationden/sandbox"
	"innovationden/sandbox/sandboxtest"
)

// Something on the engine's socket answers every question with an empty object, and lists
// one container of ours. Nothing may be concluded from that, and nothing may end the den.
func TestHalfAnAnswerIsSilence(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "s")
	l, err := net.Listen("unix", socket)
	must(t, err)
	o, id := ours{"half"}, sandbox.ID("a")
	server := &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Api-Version", "1.41")
		switch {
		case strings.HasSuffix(r.URL.Path, "/containers/json"):
			_, _ = w.Write([]byte(`[{"Id":"1","Names":["/` + o.name(id, holderName) + `"],"Labels":{"` + labelInstallation + `":"half","` + labelSandbox + `":"a"}}]`))
		case r.Method == http.MethodGet:
			_, _ = w.Write([]byte(`{}`))
		case strings.HasSuffix(r.URL.Path, "/create"):
			http.Error(w, `{"message":"Conflict. The container name is already in use"}`, http.StatusConflict)
		default:
			w.WriteHeader(http.StatusNoContent)
		}
	})}
	go func() { _ = server.Serve(l) }()
	t.Cleanup(func() { _ = server.Close() })
	r, err := Open(Config{Host: "unix://" + socket, Installation: "half", Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	must(t, err)
	t.Cleanup(func() { must(t, r.Close()) })
	r.holder = "sha256:" + strings.Repeat("0", 64)
	ctx := t.Context()
	start := sandboxtest.Spec(id, sandbox.Service{Name: "product", Image: "sha256:" + strings.Repeat("0", 64), Profile: sandbox.Strict})
	for verb, err := range map[string]error{
		"host":  second(r.Host(ctx)),
		"hold":  r.Hold(ctx, id),
		"start": r.Start(ctx, start),
		"look":  second(r.Look(ctx, id)),
		"dial":  second(r.Dial(ctx, id, 80)),
		"ports": second(r.Ports(ctx, id)),
		"logs":  second(r.Logs(ctx, id, "product", 10)),
		"image": second(r.Image(ctx, "a")),
		"bound": second(r.canBound(ctx)),
		"stop":  second(r.Stop(ctx, id, time.Second)),
	} {
		if !errors.Is(err, sandbox.ErrUnavailable) {
			t.Errorf("%s: %v, want ErrUnavailable", verb, err)
		}
	}
}

// answering is a runtime on an engine that answers as is said.
func answering(t *testing.T, answer http.HandlerFunc) *Runtime {
	t.Helper()
	socket := filepath.Join(t.TempDir(), "s")
	l, err := net.Listen("unix", socket)
	must(t, err)
	server := &http.Server{ReadHeaderTimeout: time.Minute, Handler: answer}
	go func() { _ = server.Serve(l) }()
	t.Cleanup(func() { _ = server.Close() })
	r, err := Open(Config{Host: "unix://" + socket, Installation: "half", Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	must(t, err)
	t.Cleanup(func() { must(t, r.Close()) })
	return r
}

// What should say which version an engine speaks and does not is no reason to speak the
// oldest from then on, in which a container has fewer bounds and newer engines hear nothing.
func TestHalfAnAnswerAboutTheVersionIsAskedForAgain(t *testing.T) {
	var asked atomic.Int32
	r := answering(t, func(w http.ResponseWriter, q *http.Request) {
		if strings.HasSuffix(q.URL.Path, "/_ping") && asked.Add(1) > 1 {
			w.Header().Set("Api-Version", "1.41")
		}
		_, _ = w.Write([]byte("[]"))
	})
	if _, err := r.Keeps(t.Context()); !errors.Is(err, sandbox.ErrUnavailable) {
		t.Errorf("without a version: %v, want ErrUnavailable", err)
	}
	if _, err := r.Keeps(t.Context()); err != nil {
		t.Errorf("with one: %v", err)
	}
	if v := r.api.ClientVersion(); v != "1.41" {
		t.Errorf("it speaks version %s", v)
	}
}

// A network without an id would be the engine's own, where nothing is sealed.
func TestHalfAnAnswerAboutWhatWasMadeIsSilence(t *testing.T) {
	r := answering(t, func(w http.ResponseWriter, q *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Api-Version", "1.41")
		switch {
		case strings.HasSuffix(q.URL.Path, "/containers/create"):
			t.Error("a container is made on it")
		case q.Method == http.MethodGet && strings.HasSuffix(q.URL.Path, "/networks"):
			_, _ = w.Write([]byte(`[]`))
			return
		}
		_, _ = w.Write([]byte(`{}`))
	})
	r.holder = "sha256:" + strings.Repeat("0", 64)
	spec := sandboxtest.Spec("a", sandbox.Service{Name: "web"})
	spec.Network = sandbox.Private
	for what, err := range map[string]error{
		"network": second(r.holdFor(t.Context(), spec, parts{})),
		"volume":  second(r.makeVolume(t.Context(), "a", "kept")),
		"version": second(r.Load(t.Context(), strings.NewReader(""), 0)),
	} {
		if !errors.Is(err, sandbox.ErrUnavailable) {
			t.Errorf("%s: %v, want ErrUnavailable", what, err)
		}
	}
}

// A kill whose answer is lost has ended the service all the same: nothing waits for ever to
// say so.
func TestALostKillLeavesNobodyWaiting(t *testing.T) {
	killed := make(chan struct{})
	r := answering(t, func(w http.ResponseWriter, q *http.Request) {
		w.Header().Set("Api-Version", "1.41")
		switch {
		case strings.HasSuffix(q.URL.Path, "/wait"):
			w.WriteHeader(http.StatusOK)
			_ = http.NewResponseController(w).Flush()
			<-killed
			_, _ = w.Write([]byte(`{"StatusCode":137}`))
		case strings.HasSuffix(q.URL.Path, "/kill"):
			close(killed)
			panic(http.ErrAbortHandler)
		}
	})
	before := goleak.IgnoreCurrent()
	web := &container.InspectResponse{ContainerJSONBase: &container.ContainerJSONBase{ID: "1", Name: "/web", State: &container.State{Running: true}}}
	if err := r.kill(t.Context(), map[string]*container.InspectResponse{"web": web}); !errors.Is(err, sandbox.ErrUnavailable) {
		t.Errorf("%v, want ErrUnavailable", err)
	}
	must(t, r.api.Close())
	goleak.VerifyNone(t, before, goleak.IgnoreAnyFunction("net/http.(*conn).serve"))
}
