package measure

import (
	"context"
	"net"
	"net/http"
	"time"

	"innovationden/sandbox"
)

// Target is a product in a sandbox.
type Target struct {
	Dial sandbox.Dialer
	ID   sandbox.ID
	Port int
}

// origin is what a product is called in requests. Nothing is ever looked up under it.
const origin = "http://localhost"

const (
	dialPatience = 5 * time.Second
	headLimit    = 64 << 10 // bytes of an answer's head
)

// transport reaches the product, whatever address is asked for. At most conns connections
// are open at once.
func (t Target) transport(conns int) *http.Transport {
	return &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			ctx, cancel := context.WithTimeout(ctx, dialPatience)
			defer cancel()
			return t.Dial.Dial(ctx, t.ID, t.Port)
		},
		MaxConnsPerHost:        conns,
		MaxIdleConnsPerHost:    conns,
		IdleConnTimeout:        4 * time.Second, // less than the 5 s of Node, uvicorn and Apache: the closer must be us
		MaxResponseHeaderBytes: headLimit,
		DisableCompression:     true, // bodies are weighed as they are sent
	}
}

// client follows no redirect by itself.
func client(t *http.Transport, patience time.Duration) *http.Client {
	return &http.Client{
		Transport: t, Timeout: patience,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}
