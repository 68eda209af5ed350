package web

import (
	"io"
	"net/http"
	"time"
)

// usualPatience is how long nothing of a body may come, and nothing of an answer be taken.
const usualPatience = time.Minute

// slowest is how much of a body must come in a second, in the long run, in bytes.
const slowest = 1 << 10

// patience bounds how slowly a body comes and an answer is taken, so that nobody, known or
// not, holds as many connections as they like by neither sending nor reading. The server
// itself bounds heads alone, because there are pages that stay open.
type patience struct {
	now  func() time.Time
	wait time.Duration
}

func (p patience) handler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		out := &taken{ResponseWriter: w, control: http.NewResponseController(w), p: p, two: r.ProtoMajor >= 2}
		out.bound()
		if r.ContentLength != 0 && r.Body != nil {
			in := &coming{ReadCloser: r.Body, control: out.control, p: p, two: out.two}
			if !in.two { // net/http waits for the rest of a body that nobody reads
				in.bound(p.now())
			}
			r.Body = in
		}
		next.ServeHTTP(out, r)
		out.own = false
		out.bound() // for what net/http still has to write
	})
}

// coming is a body. Over HTTP/2 a deadline is a timer that ends the stream, so it is set
// while something is read alone.
type coming struct {
	io.ReadCloser
	control *http.ResponseController
	p       patience
	two     bool // it comes by HTTP/2
	came    int64
	waited  time.Duration
	over    bool // net/http takes the deadline away at the end
}

// bound sets when the next part must have come. What has no deadline, such as a recorder,
// needs none.
func (c *coming) bound(now time.Time) {
	left := c.p.wait + time.Duration(c.came/slowest)*time.Second - c.waited
	_ = c.control.SetReadDeadline(now.Add(min(left, c.p.wait)))
}

func (c *coming) Read(b []byte) (int, error) {
	if c.over {
		return c.ReadCloser.Read(b)
	}
	began := c.p.now()
	c.bound(began)
	n, err := c.ReadCloser.Read(b)
	c.came, c.waited, c.over = c.came+int64(n), c.waited+c.p.now().Sub(began), err != nil
	if c.two {
		_ = c.control.SetReadDeadline(time.Time{})
	}
	return n, err
}

// taken is an answer. Who sets deadlines of their own keeps them.
type taken struct {
	http.ResponseWriter
	control *http.ResponseController
	p       patience
	two     bool
	own     bool
}

func (t *taken) bound() {
	if !t.own && !t.two {
		_ = t.control.SetWriteDeadline(t.p.now().Add(t.p.wait))
	}
}

// within does what writes, with a bound of its own over HTTP/2.
func (t *taken) within(do func() error) error {
	t.bound()
	if t.own || !t.two {
		return do()
	}
	_ = t.control.SetWriteDeadline(t.p.now().Add(t.p.wait))
	defer func() { _ = t.control.SetWriteDeadline(time.Time{}) }()
	return do()
}

// Write implements http.ResponseWriter.
func (t *taken) Write(b []byte) (n int, err error) {
	err = t.within(func() (err error) {
		n, err = t.ResponseWriter.Write(b)
		return err
	})
	return n, err
}

// FlushError is found by http.ResponseController.
func (t *taken) FlushError() error { return t.within(t.control.Flush) }

// Flush implements http.Flusher, which gin wants.
func (t *taken) Flush() { _ = t.FlushError() }

// SetWriteDeadline is found by http.ResponseController.
func (t *taken) SetWriteDeadline(at time.Time) error {
	t.own = true
	return t.control.SetWriteDeadline(at)
}

// Unwrap is found by http.ResponseController.
func (t *taken) Unwrap() http.ResponseWriter { return t.ResponseWriter }
