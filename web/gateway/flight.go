package gateway

import (
	"bufio"
	"context"
	"errors"
	"io"
	"mime"
	"net"
	"net/http"
	"net/http/httputil"
	"sync"
	"sync/atomic"
	"time"
)

// errBusy means that a bound on what is open at once was reached.
var errBusy = errors.New("gateway: too much is open at once")

// errNoStatus means that a product answered with a status that there is not.
var errNoStatus = errors.New("gateway: no such status")

// mostHints is how many interim responses of one answer are passed on; none is known
// that needs more than a few. The next one ends the request.
const mostHints = 32

// load counts what one person has open, across all sandboxes.
type load struct{ requests, streams atomic.Int64 }

// flight is one request on its way: the ResponseWriter, the buffers and the
// hooks that the reverse proxy uses for it, and the way to end it early.
type flight struct {
	g      *Gateway
	b      *backend
	load   *load
	right  Right
	token  string
	host   string // as authorised: label, domain and the visitor's port
	began  time.Time
	two    bool // it came by HTTP/2
	cancel context.CancelFunc

	proxy  httputil.ReverseProxy
	out    http.ResponseWriter
	ctl    *http.ResponseController
	buffer int
	stream bool
	res    *http.Response
	hints  int // interim responses so far

	mu      sync.Mutex // all below; stop may come from anywhere
	over    bool       // the handler returned: out and ctl are no longer ours
	stopped bool
	written time.Time // when the write deadline was last moved
	read    time.Time
	tunnel  net.Conn
}

// fly sends the request through. The caller has begun the flight.
func (f *flight) fly(r *http.Request) {
	f.buffer = usualBuffer
	f.proxy = httputil.ReverseProxy{
		Transport: f.b.transport, Rewrite: f.rewrite, ModifyResponse: f.answered,
		ErrorHandler: f.failed, BufferPool: f, ErrorLog: f.g.quiet,
	}
	f.b.tally.requests.Add(1)
	f.proxy.ServeHTTP(f, r)
	if f.res != nil && len(f.res.Trailer) > 0 {
		cleanTrailer(f.out.Header())
	}
}

// stop ends the flight wherever it is: waiting for the product, copying, blocked on a visitor who does not read, hijacked.
func (f *flight) stop() {
	f.cancel()
	f.mu.Lock()
	defer f.mu.Unlock()
	f.stopped = true
	if f.tunnel != nil {
		_ = f.tunnel.SetDeadline(time.Unix(1, 0)) // or a TLS goodbye could wait for the visitor
		_ = f.tunnel.Close()                      // may be closed already
		return
	}
	if !f.over {
		// Not every writer has deadlines; the cancelled context ends those.
		_ = f.ctl.SetWriteDeadline(time.Unix(1, 0))
		_ = f.ctl.SetReadDeadline(time.Unix(1, 0))
	}
}

// land is called once the handler is about to return. What is still to be written then,
// such as a head without a body, has its whole time however long the product took.
func (f *flight) land() {
	f.cancel()
	f.mu.Lock()
	defer f.mu.Unlock()
	f.over = true
	if !f.two && !f.stopped && f.tunnel == nil {
		_ = f.ctl.SetWriteDeadline(f.g.opts.Clock().Add(f.g.opts.WriteTimeout))
	}
}

// touch moves a deadline on, at most four times within its length.
func (f *flight) touch(last *time.Time, set func(time.Time) error, after time.Duration) {
	now := f.g.opts.Clock()
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.over || f.stopped || !last.IsZero() && now.Sub(*last) < after/4 {
		return
	}
	*last = now
	_ = set(now.Add(after)) // a writer without deadlines is bounded by the context
}

// loose takes a deadline off again where it would end a stream on which nothing has to
// move: over HTTP/2 it is not a bound of one writing or reading but a timer of the stream.
func (f *flight) loose(last *time.Time, set func(time.Time) error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.two || f.over || f.stopped {
		return
	}
	*last = time.Time{}
	_ = set(time.Time{})
}

// rewrite says what the product sees: the request as it came, less what is the den's.
func (f *flight) rewrite(p *httputil.ProxyRequest) {
	cleanRequest(p.Out.Header)
	p.Out.Trailer = nil
	p.Out.URL.Scheme, p.Out.URL.Host = "http", "sandbox" // one pool for each backend; its dialer looks at neither
	p.Out.URL.RawQuery = p.In.URL.RawQuery               // authorised by host alone, so passed on to the byte
	p.Out.Host = f.host
	p.Out.Header.Set("X-Forwarded-Host", f.host)
	p.Out.Header.Set("X-Forwarded-Proto", f.g.scheme())
	if !webSocket(p.In) {
		p.Out.Header.Del("Connection")
		p.Out.Header.Del("Upgrade")
	}
}

// answered sees the product's response header before anything is sent.
func (f *flight) answered(res *http.Response) error {
	f.res = res
	if res.StatusCode < 100 {
		return errNoStatus // the server would panic
	}
	cleanResponse(res.Header)
	if res.StatusCode == http.StatusSwitchingProtocols {
		f.b.tally.upgraded.Add(1)
		return nil
	}
	f.b.tally.answered(res.StatusCode, f.g.opts.Clock().Sub(f.began))
	kind, _, _ := mime.ParseMediaType(res.Header.Get("Content-Type"))
	switch {
	case kind == "text/event-stream":
		f.buffer = streamBuffer
		return f.becomeStream()
	case res.ContentLength > usualBuffer:
		f.buffer = largeBuffer
	}
	if res.ContentLength > streamBuffer {
		f.proxy.FlushInterval = 50 * time.Millisecond
	}
	return nil
}

// becomeStream takes one of the person's places for what stays open.
func (f *flight) becomeStream() error {
	if f.stream {
		return nil
	}
	if f.load.streams.Add(1) > int64(f.g.opts.MaxStreams) {
		f.load.streams.Add(-1)
		return errBusy
	}
	f.stream = true
	return nil
}

// failed answers for a product that did not, unless nobody is there to be told.
func (f *flight) failed(_ http.ResponseWriter, r *http.Request, err error) {
	var tooLarge *http.MaxBytesError
	var upload errUpload
	var unreached errUnreached
	var wait net.Error
	f.mu.Lock()
	silent := f.stopped || f.tunnel != nil
	f.mu.Unlock()
	p := f.g.pages.noAnswer
	switch {
	case !silent && f.hints > mostHints:
		f.b.tally.broken.Add(1)
	case silent || r.Context().Err() != nil:
		panic(http.ErrAbortHandler)
	case errors.As(err, &tooLarge):
		p = f.g.pages.tooLarge
	case errors.As(err, &upload):
		p = f.g.pages.malformed
	case errors.Is(err, errBusy):
		p = f.g.pages.busy
	case errors.As(err, &unreached):
		f.b.tally.unreached.Add(1)
	case errors.As(err, &wait) && wait.Timeout():
		f.b.tally.broken.Add(1)
		p = f.g.pages.slow
	default:
		f.b.tally.broken.Add(1)
	}
	f.g.opts.Log.Debug("product did not answer", "lease", f.b.route.Lease, "error", err)
	clear(f.out.Header())
	p.about(f.b.route).write(f.out, r)
}

// Header implements http.ResponseWriter.
func (f *flight) Header() http.Header { return f.out.Header() }

// WriteHeader implements http.ResponseWriter. Interim responses reach it without passing answered.
func (f *flight) WriteHeader(status int) {
	if status < 200 {
		if f.hints++; f.hints > mostHints {
			f.cancel()
			return
		}
		cleanResponse(f.out.Header())
	}
	f.out.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (f *flight) Write(p []byte) (int, error) {
	f.touch(&f.written, f.ctl.SetWriteDeadline, f.g.opts.WriteTimeout)
	defer f.loose(&f.written, f.ctl.SetWriteDeadline)
	return f.out.Write(p)
}

// FlushError is found by http.ResponseController.
func (f *flight) FlushError() error {
	f.touch(&f.written, f.ctl.SetWriteDeadline, f.g.opts.WriteTimeout)
	defer f.loose(&f.written, f.ctl.SetWriteDeadline)
	return f.ctl.Flush()
}

// Hijack is found by http.ResponseController.
func (f *flight) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, rw, err := f.ctl.Hijack()
	if err != nil {
		return nil, nil, err
	}
	t := &tunnel{Conn: conn, f: f, early: rw.Reader}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.tunnel, f.written = t, time.Time{}
	if f.stopped {
		_ = t.Close() // the proxy finds it closed
	}
	return t, rw, nil
}

// Get implements httputil.BufferPool.
func (f *flight) Get() []byte { return f.g.buffers.get(f.buffer) }

// Put implements httputil.BufferPool.
func (f *flight) Put(p []byte) { f.g.buffers.put(p) }

// upload is a request body whose sender must keep sending. At its end net/http
// takes the deadline away; before it, the deadline stays for what net/http throws away.
type upload struct {
	io.ReadCloser
	f    *flight
	over bool
}

func (u *upload) Read(p []byte) (int, error) {
	if u.over { // net/http's transport reads once more, and a deadline would now end the request
		return 0, io.EOF
	}
	u.f.touch(&u.f.read, u.f.ctl.SetReadDeadline, u.f.g.opts.ReadTimeout)
	defer u.f.loose(&u.f.read, u.f.ctl.SetReadDeadline)
	n, err := u.ReadCloser.Read(p)
	u.over = err == io.EOF
	if err != nil && err != io.EOF {
		err = errUpload{err}
	}
	return n, err
}

// errUpload marks a body that the visitor did not send as announced; the product is not to blame.
type errUpload struct{ error }

func (e errUpload) Unwrap() error { return e.error }
