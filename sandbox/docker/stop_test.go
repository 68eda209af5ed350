package docker

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"innovationden/sandbox"
)

// stopping is an engine of three services that run, and that take their time to stop.
func stopping(t *testing.T, stop http.HandlerFunc) *Runtime {
	t.Helper()
	socket := filepath.Join(t.TempDir(), "s")
	l, err := net.Listen("unix", socket)
	must(t, err)
	o := ours{"stop"}
	labels := `{"` + labelInstallation + `":"stop","` + labelSandbox + `":"a"}`
	server := &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Api-Version", "1.41")
		switch {
		case strings.HasSuffix(r.URL.Path, "/containers/json"):
			var all []string
			for n := range 3 {
				all = append(all, fmt.Sprintf(`{"Id":"%d","Names":["/%s"],"Labels":%s}`, n, o.name("a", fmt.Sprint("s", n)), labels))
			}
			_, _ = fmt.Fprintf(w, "[%s]", strings.Join(all, ","))
		case strings.HasSuffix(r.URL.Path, "/stop"):
			stop(w, r)
		case strings.HasSuffix(r.URL.Path, "/json"):
			id := strings.TrimSuffix(r.URL.Path[strings.LastIndex(r.URL.Path, "containers/")+len("containers/"):], "/json")
			_, _ = fmt.Fprintf(w, `{"Id":"%s","Name":"/%s","State":{"Running":true,"ExitCode":%s},"HostConfig":{},"Config":{"Labels":%s}}`, id, o.name("a", "s"+id),
				map[bool]string{true: "137", false: "0"}[id == "1"], labels)
		default:
			w.WriteHeader(http.StatusNoContent)
		}
	})}
	go func() { _ = server.Serve(l) }()
	t.Cleanup(func() { _ = server.Close() })
	r, err := Open(Config{Host: "unix://" + socket, Installation: "stop", Now: time.Now, Log: slog.New(slog.DiscardHandler), Patience: 300 * time.Millisecond})
	must(t, err)
	t.Cleanup(func() { must(t, r.Close()) })
	return r
}

func TestServicesAreStoppedAllAtOnce(t *testing.T) {
	var came atomic.Int32
	all := make(chan struct{})
	r := stopping(t, func(w http.ResponseWriter, _ *http.Request) {
		if came.Add(1) == 3 {
			close(all)
		}
		select {
		case <-all:
		case <-time.After(5 * time.Second):
			t.Error("one is stopped after the other")
		}
		w.WriteHeader(http.StatusNoContent)
	})
	killed, err := r.Stop(t.Context(), "a", 30*time.Second)
	if !killed || err != nil {
		t.Errorf("by force: %v, %v", killed, err)
	}
}

// An engine that never answers must not keep a sandbox taken for ever: nobody could
// remove it.
func TestAnEngineThatHangsInAStopLetsGo(t *testing.T) {
	r := stopping(t, func(_ http.ResponseWriter, q *http.Request) { <-q.Context().Done() })
	done := make(chan error, 1)
	go func() { done <- second(r.Stop(t.Context(), "a", 100*time.Millisecond)) }()
	select {
	case err := <-done:
		if !errors.Is(err, sandbox.ErrUnavailable) {
			t.Errorf("%v, want ErrUnavailable", err)
		}
	case <-time.After(5 * time.Second):
		t.Error("it is still stopping")
	}
	for late := time.Now().Add(5 * time.Second); r.gates.taken("a"); {
		if time.Now().After(late) {
			t.Fatal("the sandbox is still taken")
		}
		<-time.After(time.Millisecond)
	}
}
