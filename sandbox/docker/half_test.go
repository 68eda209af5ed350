package docker

import (
	"errors"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

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
