package main

import (
	"context"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// between stands between a den and its engine and can kill the den at a chosen call
// that changes something: before the engine hears of it, or after it was done and
// before the den hears so.
type between struct {
	host string // for the den

	mu    sync.Mutex
	names []string // changes since arm
	at    int      // which change to kill at, from 1; 0: none
	after bool
	kill  func()
	mute  atomic.Bool // no event of the engine is passed on
	liar  atomic.Pointer[liar]
}

func newBetween(t testing.TB) *between {
	t.Helper()
	dir, err := os.MkdirTemp("", "den-") //nolint:usetesting // short: the name of a socket has 107 bytes
	must(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	socket := filepath.Join(dir, "s")
	listener, err := net.Listen("unix", socket)
	must(t, err)
	engine := strings.TrimPrefix(os.Getenv("DOCKER_HOST"), "unix://")
	if engine == "" {
		engine = "/var/run/docker.sock"
	}
	b := &between{host: "unix://" + socket, kill: func() {}}
	silent := log.New(io.Discard, "", 0)
	proxy := &httputil.ReverseProxy{
		FlushInterval: -1,
		ErrorLog:      silent,
		Rewrite:       func(p *httputil.ProxyRequest) { p.Out.URL.Scheme, p.Out.URL.Host = "http", "engine" },
		Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", engine)
		}},
	}
	server := &http.Server{ReadHeaderTimeout: time.Minute, ErrorLog: silent, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		hit, after, kill := b.heard(r)
		l := b.liar.Load()
		switch {
		case l != nil && l.answer(w, r, proxy):
		case b.mute.Load() && strings.HasSuffix(r.URL.Path, "/events"):
			w.WriteHeader(http.StatusOK)
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		case !hit:
			proxy.ServeHTTP(w, r)
		case after: // the engine does it though nobody waits
			proxy.ServeHTTP(&unheard{header: http.Header{}}, r.WithContext(context.WithoutCancel(r.Context())))
			kill()
		default:
			kill()
		}
	})}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
	return b
}

// heard notes a change and says whether this is the one to kill at.
func (b *between) heard(r *http.Request) (hit, after bool, kill func()) {
	asks := func(what string) bool { return strings.HasSuffix(r.URL.Path, what) } // though they are posted
	if r.Method != http.MethodPost && r.Method != http.MethodDelete || !strings.Contains(r.URL.Path, "/containers/") || asks("/attach") || asks("/wait") {
		return false, false, nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	_, what, _ := strings.Cut(r.URL.Path, "/containers/")
	if i := strings.LastIndex(what, "/"); i >= 0 {
		what = what[i+1:]
	} else if r.Method == http.MethodDelete {
		what = "remove"
	}
	b.names = append(b.names, what)
	return len(b.names) == b.at, b.after, b.kill
}

// arm chooses the nth change from now on; 0 chooses none.
func (b *between) arm(n int, after bool, kill func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.names, b.at, b.after, b.kill = nil, n, after, kill
}

// changes are those since arm, in order.
func (b *between) changes() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]string{}, b.names...)
}

// unheard takes an answer that nobody hears.
type unheard struct{ header http.Header }

func (u *unheard) Header() http.Header         { return u.header }
func (u *unheard) Write(p []byte) (int, error) { return len(p), nil }
func (u *unheard) WriteHeader(int)             {}
