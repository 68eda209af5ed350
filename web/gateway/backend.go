package gateway

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"
)

// Dialer opens a connection to a port of a sandbox from within its namespace.
// The connection must be usable from any goroutine. Safe for concurrent use.
type Dialer interface {
	Dial(ctx context.Context, sandbox string, port int) (net.Conn, error)
}

// errWithdrawn means that the route ended between the decision and the act.
var errWithdrawn = errors.New("gateway: the sandbox is no longer served")

// errUnreached marks a connection that could not be made.
type errUnreached struct{ error }

func (e errUnreached) Unwrap() error { return e.error }

// backend is the gateway's side of one live sandbox: its connections, and the
// requests that are on their way through them.
type backend struct {
	route     Route
	tally     *tally
	transport *http.Transport

	mu      sync.Mutex
	closed  bool
	flights map[*flight]struct{}
	links   map[*link]struct{}
}

func newBackend(route Route, t *tally, opts Options) *backend {
	b := &backend{route: route, tally: t, flights: map[*flight]struct{}{}, links: map[*link]struct{}{}}
	b.transport = &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			ctx, cancel := context.WithTimeout(ctx, opts.DialTimeout)
			defer cancel()
			conn, err := opts.Dialer.Dial(ctx, route.Sandbox, route.Port)
			if err != nil {
				return nil, errUnreached{err}
			}
			return b.hold(conn)
		},
		MaxIdleConnsPerHost:    256,
		MaxConnsPerHost:        opts.MaxPerSandbox,
		IdleConnTimeout:        4 * time.Second, // less than the 5 s of Node, uvicorn and Apache: the closer must be us
		ResponseHeaderTimeout:  opts.AnswerTimeout,
		ExpectContinueTimeout:  time.Second,
		MaxResponseHeaderBytes: 256 << 10,
		DisableCompression:     true, // bodies pass as they are
	}
	return b
}

// begin registers a request; false means that the backend is closed or full.
func (b *backend) begin(f *flight, most int) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return errWithdrawn
	}
	if len(b.flights) >= most {
		return errBusy
	}
	b.flights[f] = struct{}{}
	return nil
}

func (b *backend) end(f *flight) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.flights, f)
}

// stop ends the requests that match, hijacked or not.
func (b *backend) stop(matches func(*flight) bool) {
	b.mu.Lock()
	all := make([]*flight, 0, len(b.flights))
	for f := range b.flights {
		all = append(all, f)
	}
	b.mu.Unlock()
	for _, f := range all {
		if matches(f) {
			f.stop()
		}
	}
}

// close ends every request and closes every connection to the sandbox. It may be called again.
func (b *backend) close() {
	b.mu.Lock()
	b.closed = true
	links := make([]*link, 0, len(b.links))
	for l := range b.links {
		links = append(links, l)
	}
	b.mu.Unlock()
	b.stop(func(*flight) bool { return true })
	for _, l := range links {
		_ = l.Close() // the other side may be gone already
	}
	b.transport.CloseIdleConnections()
}

// hold registers a connection, so that close reaches it wherever it is used.
func (b *backend) hold(conn net.Conn) (net.Conn, error) {
	l := &link{Conn: conn, of: b}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		if err := conn.Close(); err != nil {
			return nil, fmt.Errorf("%w: %w", errWithdrawn, err)
		}
		return nil, errWithdrawn
	}
	b.links[l] = struct{}{}
	return l, nil
}

// link is a connection to a sandbox. It does not offer CloseWrite: a tunnel
// of which one side has finished is closed whole, or a product that never finishes would keep it.
type link struct {
	net.Conn
	of *backend
}

func (l *link) Close() error {
	l.of.mu.Lock()
	delete(l.of.links, l)
	l.of.mu.Unlock()
	return l.Conn.Close()
}
