package services

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// How long the way out waits.
const (
	headPatience = 10 * time.Second // for a request's head, and for a ClientHello
	findPatience = 5 * time.Second  // for the resolver
	dialPatience = 5 * time.Second  // for each address
	idlePatience = 2 * time.Minute  // while nothing moves
	outLife      = time.Hour        // of one connection
	maxDials     = 4                // addresses of one name that are tried
)

// wayOut is an HTTP proxy that leads to allowed hosts only. Each connection carries
// one request, or one tunnel.
type wayOut struct {
	offer *Offer
	door  *door
	pace  *bucket      // of requests
	flow  *bucket      // of bytes
	logs  *bucket      // of lines in the log
	spent atomic.Int64 // bytes

	allowed map[Allowed]bool
	resolve func(context.Context, string) ([]netip.Addr, error)
	dial    func(context.Context, netip.AddrPort) (net.Conn, error)
	own     func() ([]netip.Addr, error)
}

func newWayOut(o *Offer) *wayOut {
	c := o.config
	w := &wayOut{
		offer: o, allowed: map[Allowed]bool{}, resolve: c.Resolve, dial: c.Dial, own: c.Own,
		pace: newBucket(float64(c.Requests), 5*float64(c.Requests), c.Now),
		flow: newBucket(float64(c.Rate), float64(c.Rate), c.Now),
		logs: newBucket(0.1, 100, c.Now),
	}
	if w.resolve == nil {
		w.resolve = resolver(&net.Resolver{PreferGo: true})
	}
	if w.dial == nil {
		w.dial = dialHost
	}
	if w.own == nil {
		w.own = ownAddresses
	}
	for _, a := range c.Out {
		w.allowed[a] = true
	}
	w.spent.Store(o.kept.volume())
	w.door = newDoor(o, 4*float64(c.Requests), w.serve)
	return w
}

// refusal is an answer to a request that goes nowhere.
type refusal struct {
	status int
	say    string
}

func (r *refusal) Error() string { return r.say }

func refuse(status int, format string, args ...any) *refusal {
	return &refusal{status, fmt.Sprintf(format, args...)}
}

func (r *refusal) write(conn net.Conn) {
	_, _ = fmt.Fprintf(conn, "HTTP/1.1 %d %s\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s\n",
		r.status, http.StatusText(r.status), len(r.say)+1, r.say)
}

// serve takes one request.
func (w *wayOut) serve(conn net.Conn) {
	ctx, cancel := context.WithTimeout(w.offer.life, outLife)
	defer cancel()
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	patience := newLeash(conn, headPatience)
	defer patience.drop()
	e := &exchange{way: w, ctx: ctx, conn: conn}
	req, host, rest, err := request(bufio.NewReaderSize(conn, 8<<10))
	patience.drop()
	if err == nil {
		err = e.follow(req, host, rest)
	}
	if r := (*refusal)(nil); errors.As(err, &r) {
		r.write(conn)
	}
}

// exchange is one request and what follows it on its connection.
type exchange struct {
	way  *wayOut
	ctx  context.Context
	conn net.Conn
}

// follow goes where a request wants. The error is a *refusal where an answer is due.
// What the connection brings next comes out of r.
func (e *exchange) follow(req *http.Request, host string, r *bufio.Reader) error {
	authority, port := req.RequestURI, ""
	if req.Method != http.MethodConnect {
		if !strings.EqualFold(req.URL.Scheme, "http") || req.URL.Host == "" || req.URL.User != nil {
			return refuse(http.StatusBadRequest, "This is a proxy. Ask it for http://host/path, or use CONNECT for anything else.")
		}
		authority, port = req.URL.Host, "80"
	}
	to, err := target(authority, port)
	if err != nil {
		return err
	}
	if err := agree(host, to); err != nil {
		return err
	}
	if err := e.way.admit(to); err != nil {
		return err
	}
	if req.Method == http.MethodConnect {
		return e.tunnel(r, to)
	}
	return e.plain(req, to)
}

// agree says whether the Host of a request, where it has one, is its target.
func agree(host string, to Allowed) error {
	if host == "" {
		return nil
	}
	if named, err := target(host, strconv.Itoa(to.Port)); err != nil || named != to {
		return refuse(http.StatusBadRequest, "The request names two hosts.")
	}
	return nil
}

// request reads a request and the Host that it names.
func request(r *bufio.Reader) (req *http.Request, host string, rest *bufio.Reader, err error) {
	h, err := readHead(r)
	if err == nil {
		rest = bufio.NewReader(io.MultiReader(bytes.NewReader(h.raw), r))
		if req, err = http.ReadRequest(rest); err != nil {
			err = errHead
		}
	}
	if errors.Is(err, errHead) {
		return nil, "", nil, refuse(http.StatusBadRequest, "The request is not well-formed HTTP/1.1.")
	}
	return req, h.host, rest, err
}

// target reads host and port as a request names them.
func target(authority, port string) (Allowed, error) {
	host := authority
	if i := strings.LastIndexByte(authority, ':'); i >= 0 && !strings.HasSuffix(authority, "]") {
		host, port = authority[:i], authority[i+1:]
	}
	number, err := strconv.ParseUint(port, 10, 16)
	if err != nil || number == 0 || host == "" {
		return Allowed{}, refuse(http.StatusBadRequest, "The request does not name a host and a port.")
	}
	return Allowed{Host: strings.TrimSuffix(strings.ToLower(host), "."), Port: int(number)}, nil
}

// admit says whether a request may go where it wants, and keeps it if not.
func (w *wayOut) admit(to Allowed) error {
	if !w.allowed[to] {
		name := escaped(to.Host) + ":" + strconv.Itoa(to.Port)
		if w.offer.kept.tried(ByOut, name, other) {
			w.offer.config.Log.Info("a sandbox asked for a way out that is not allowed", "to", name)
		}
		return refuse(http.StatusForbidden, "This sandbox has no way out to %s. The department and the supplier agree on the ways out before the trial.", name)
	}
	if w.spent.Load() >= w.offer.config.Volume {
		w.refused(to)
		return refuse(http.StatusForbidden, "This sandbox has sent and received all that it may through its ways out: %d bytes.", w.offer.config.Volume)
	}
	if !w.pace.allow() {
		w.refused(to)
		return refuse(http.StatusTooManyRequests, "This sandbox opens its ways out too often. Wait a second, then try again.")
	}
	return nil
}

func (w *wayOut) refused(to Allowed) { w.offer.kept.used(to, func(u *Used) { add(&u.Refused, 1) }) }

// reach resolves the name, checks what came back and connects to one of the very
// addresses that were checked.
func (e *exchange) reach(to Allowed) (*flow, error) {
	w := e.way
	ctx, cancel := context.WithTimeout(e.ctx, findPatience)
	all, err := w.resolve(ctx, to.Host)
	cancel()
	if err != nil {
		w.failed(to)
		return nil, refuse(http.StatusBadGateway, "The address of %s could not be found.", to.Host)
	}
	open, err := w.permitted(all)
	if err != nil {
		w.refused(to)
		if w.logs.allow() {
			w.offer.config.Log.Warn("a way out leads to a forbidden address", "to", to.String(), "error", err)
		}
		return nil, refuse(http.StatusForbidden, "%s cannot be reached: %s.", to.Host, errForbidden)
	}
	for _, a := range open[:min(len(open), maxDials)] {
		ctx, cancel := context.WithTimeout(e.ctx, dialPatience)
		conn, err := w.dial(ctx, netip.AddrPortFrom(a, uint16(to.Port)))
		cancel()
		if err == nil {
			w.offer.kept.used(to, func(u *Used) { add(&u.Times, 1) })
			return newFlow(e, conn, to), nil
		}
	}
	w.failed(to)
	return nil, refuse(http.StatusBadGateway, "%s does not answer.", to)
}

func (w *wayOut) failed(to Allowed) { w.offer.kept.used(to, func(u *Used) { add(&u.Failed, 1) }) }
