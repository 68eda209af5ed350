package gateway

import (
	"context"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Options say what a Gateway works with. All of the first group are needed;
// zero values in the second take the default in brackets.
type Options struct {
	Routes   Routes
	Visitors Visitors
	Dialer   Dialer
	Domain   string           // sandboxes are at <label>.<Domain>
	Control  string           // URL of the control plane, without a path or with the one it is mounted at
	Clock    func() time.Time // real time with its monotonic part: socket deadlines come from it
	Log      *slog.Logger

	HTTPS bool   // visitors arrive by https, be it here or at a server in front
	Port  string // of the public address, where it is not the scheme's own

	Hold          time.Duration // how long a visitor's page waits for a start before it is told [5 s]
	DialTimeout   time.Duration // [10 s]
	AnswerTimeout time.Duration // from the end of a request to the product's response header [5 min]
	WriteTimeout  time.Duration // a visitor who reads nothing for so long is cut off [60 s]
	ReadTimeout   time.Duration // a visitor who sends nothing of a body for so long is cut off [60 s]
	MaxBody       int64         // bytes of a request body [1 GiB]
	MaxStreams    int           // WebSockets and event streams of one person [64]
	MaxRequests   int           // requests of one person under way, streams included [512]
	MaxPerSandbox int           // requests of all under way to one sandbox [1,024]
}

// Gateway is the handler for every host name under the sandbox domain.
type Gateway struct {
	opts    Options
	control *url.URL
	cookie  string
	pages   pages
	buffers buffers
	quiet   *log.Logger

	backends sync.Map // label → *backend, live ones only
	tallies  sync.Map // label → *tally, while the label has a route
	loads    sync.Map // person → *load
	closed   atomic.Bool

	mu      sync.Mutex               // makes and drops backends
	waiting map[string]chan struct{} // by label, closed at its next change
}

// New returns a gateway that follows its routes and visitors from now on.
func New(opts Options) (*Gateway, error) {
	if opts.Routes == nil || opts.Visitors == nil || opts.Dialer == nil || opts.Clock == nil || opts.Log == nil {
		return nil, errors.New("gateway: routes, visitors, a dialer, a clock and a log are needed")
	}
	domain, port, ok := hostOf(opts.Domain)
	if !ok || port != "" || strings.HasPrefix(domain, ".") {
		return nil, fmt.Errorf("gateway: %q cannot be a sandbox domain; enter a domain name such as localhost", opts.Domain)
	}
	control, err := url.Parse(opts.Control)
	if err != nil || control.Host == "" || control.Scheme != "http" && control.Scheme != "https" {
		return nil, fmt.Errorf("gateway: %q cannot be the control plane; enter a URL that begins with http:// or https://", opts.Control)
	}
	opts.Domain = domain
	opts.Hold = or(opts.Hold, 5*time.Second)
	opts.DialTimeout = or(opts.DialTimeout, 10*time.Second)
	opts.AnswerTimeout = or(opts.AnswerTimeout, 5*time.Minute)
	opts.WriteTimeout = or(opts.WriteTimeout, time.Minute)
	opts.ReadTimeout = or(opts.ReadTimeout, time.Minute)
	opts.MaxBody = or(opts.MaxBody, 1<<30)
	opts.MaxStreams = or(opts.MaxStreams, 64)
	opts.MaxRequests = or(opts.MaxRequests, 512)
	opts.MaxPerSandbox = or(opts.MaxPerSandbox, 1024)
	g := &Gateway{
		opts: opts, control: control, cookie: "den_visit", pages: newPages(opts.Control),
		quiet:   slog.NewLogLogger(opts.Log.Handler(), slog.LevelDebug),
		waiting: map[string]chan struct{}{},
	}
	if opts.HTTPS {
		g.cookie = "__Host-den_visit"
	}
	opts.Routes.Watch(g.changed)
	opts.Visitors.Watch(g.revoked)
	return g, nil
}

// Owns reports whether a Host header names the sandbox domain's realm, so
// that the request must go to the gateway and nowhere else. The domain itself is not part of it.
func (g *Gateway) Owns(host string) bool {
	host, _, _ = strings.Cut(strings.ToLower(host), ":")
	return strings.HasSuffix(strings.TrimRight(host, "."), "."+g.opts.Domain)
}

// Before returns a handler that keeps what the gateway owns and hands on the rest.
func (g *Gateway) Before(control http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if g.Owns(r.Host) {
			g.ServeHTTP(w, r)
			return
		}
		control.ServeHTTP(w, r)
	})
}

// ServeHTTP implements http.Handler.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.ContentLength != 0 && r.ProtoMajor < 2 {
		// Also for an answer that needs no body: net/http waits for the body before it sends one.
		// A writer without deadlines has a server that looks after itself.
		_ = http.NewResponseController(w).SetReadDeadline(g.opts.Clock().Add(g.opts.ReadTimeout))
	}
	name, port, ok := hostOf(r.Host)
	switch {
	case !originForm(r):
		g.pages.malformed.write(w, r)
		return
	case !ok:
		g.pages.notThere.write(w, r)
		return
	}
	label, ok := labelOf(name, g.opts.Domain)
	if !ok {
		g.pages.notThere.write(w, r)
		return
	}
	route, _ := g.opts.Routes.Route(label)
	route.Label = label
	token, right, may := g.visitor(r.Header, route.Lease)
	switch {
	case r.URL.Path == enter:
		g.enter(w, r, route)
	case !may:
		g.stranger(w, r, label)
	case strings.HasPrefix(r.URL.Path, own):
		g.pages.notThere.write(w, r)
	case foreign(r, g.scheme()+"://"+name+port):
		g.pages.foreign.write(w, r)
	default:
		g.serve(w, r, &flight{g: g, right: right, token: token, host: name + port}, route)
	}
}

// originForm refuses what has more than one reading: an absolute URI beside a
// Host header, "*", CONNECT; and TRACE, which would show a script its cookies.
func originForm(r *http.Request) bool {
	return r.Method != http.MethodConnect && r.Method != http.MethodTrace &&
		r.URL.Scheme == "" && r.URL.Host == "" && r.URL.Opaque == "" && strings.HasPrefix(r.URL.Path, "/")
}

// serve answers a visitor with a right.
func (g *Gateway) serve(w http.ResponseWriter, r *http.Request, f *flight, route Route) {
	counted, _ := g.loads.LoadOrStore(f.right.Person, &load{})
	f.load = counted.(*load)
	defer f.load.requests.Add(-1)
	if f.load.requests.Add(1) > int64(g.opts.MaxRequests) {
		g.pages.busy.about(route).write(w, r)
		return
	}
	if route.State == Starting {
		route = g.hold(r.Context(), route)
	}
	if route.State != Live || g.closed.Load() {
		g.pages.of(route.State).about(route).write(w, r)
		return
	}
	f.b = g.backend(route)
	g.pass(w, r, f, route)
}

// hold waits for a start to be over, so that most visitors never see the page about it.
func (g *Gateway) hold(ctx context.Context, route Route) Route {
	ctx, cancel := context.WithTimeout(ctx, g.opts.Hold)
	defer cancel()
	for {
		g.mu.Lock()
		next, ok := g.waiting[route.Label]
		if !ok {
			next = make(chan struct{})
			g.waiting[route.Label] = next
		}
		g.mu.Unlock()
		now, ok := g.opts.Routes.Route(route.Label)
		if !ok || now.Lease != route.Lease {
			return Route{Label: route.Label, Lease: route.Lease, State: Ended, Product: route.Product}
		}
		if now.State != Starting || g.closed.Load() {
			return now
		}
		select {
		case <-next:
		case <-ctx.Done():
			return now
		}
	}
}

// pass sends a request to the product.
func (g *Gateway) pass(w http.ResponseWriter, r *http.Request, f *flight, route Route) {
	ctx, cancel := context.WithCancel(r.Context())
	f.out, f.ctl, f.cancel, f.began, f.two = w, http.NewResponseController(w), cancel, g.opts.Clock(), r.ProtoMajor >= 2
	defer f.land()
	r = r.WithContext(ctx)
	if f.b == nil {
		g.pages.noAnswer.about(route).write(w, r)
		return
	}
	if err := f.b.begin(f, g.opts.MaxPerSandbox); err != nil {
		p := g.pages.noAnswer
		if errors.Is(err, errBusy) {
			p = g.pages.busy
		}
		p.about(route).write(w, r)
		return
	}
	defer f.b.end(f)
	// Registered first, asked again second: a right that went between the two
	// is seen here, one that goes later finds the flight.
	if _, may := g.opts.Visitors.May(f.token, route.Lease); !may {
		g.stranger(w, r, route.Label)
		return
	}
	if webSocket(r) || strings.Contains(r.Header.Get("Accept"), "text/event-stream") {
		if f.becomeStream() != nil {
			g.pages.busy.about(route).write(w, r)
			return
		}
	}
	defer f.leaveStream()
	if r.ContentLength > g.opts.MaxBody {
		g.pages.tooLarge.about(route).write(w, r)
		return
	}
	if r.ContentLength != 0 && r.Body != nil {
		r.Body = &upload{ReadCloser: http.MaxBytesReader(w, r.Body, g.opts.MaxBody), f: f}
	}
	f.fly(r)
}

func (f *flight) leaveStream() {
	if f.stream {
		f.load.streams.Add(-1)
	}
}
