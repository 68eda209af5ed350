package fake

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"syscall"
	"time"

	"innovationden/sandbox"
)

// Dial: see sandbox.Dialer. The other end of the pipe is served by the handler of
// the image. The engine may be down if this process holds the namespace open.
func (r *Runtime) Dial(ctx context.Context, id sandbox.ID, port int) (conn net.Conn, err error) {
	err = r.verb(ctx, "dial", id, func() error {
		conn, err = r.dial(id, port)
		return err
	})
	if err != nil && conn != nil { // the reply was lost
		_ = conn.Close()
		conn = nil
	}
	return conn, err
}

func (r *Runtime) dial(id sandbox.ID, port int) (net.Conn, error) {
	r.pm.Lock()
	defer r.pm.Unlock()
	r.mu.Lock()
	defer r.mu.Unlock()
	b := r.box(id)
	if r.down && !r.open[id] {
		return nil, sandbox.ErrUnavailable
	}
	if b == nil || b.holder == nil || !b.holder.running {
		return nil, fmt.Errorf("%w: %s", sandbox.ErrGone, id)
	}
	r.open[id] = true
	now := r.now()
	for name, c := range b.services {
		c.settle(now)
		if b.whole() && b.front(name) && c.running && !c.cell.Before(b.holder.started) && c.listens(now) == port {
			return c.connect(), nil
		}
	}
	return nil, &net.OpError{
		Op: "dial", Net: "tcp", Addr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port},
		Err: os.NewSyscallError("connect", syscall.ECONNREFUSED),
	}
}

// listens says on which port a container listens now; 0 for none.
func (c *container) listens(now time.Time) int {
	if c.image == nil || now.Before(c.started.Add(c.image.behaviour.ListensAfter)) {
		return 0
	}
	return c.image.behaviour.port(c.image.Image)
}

// connect makes a connection to the container. The caller holds the lock.
func (c *container) connect() net.Conn {
	here, there := net.Pipe()
	if c.conns == nil {
		c.conns = map[net.Conn]bool{}
	}
	c.conns[there] = true
	handler := c.image.behaviour.Handler
	if handler == nil {
		handler = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok") })
	}
	server := &http.Server{
		Handler:           &gate{container: c, next: handler, engine: c.image.engine},
		ReadHeaderTimeout: time.Hour,
		ConnState: func(conn net.Conn, s http.ConnState) {
			if s == http.StateClosed {
				c.image.engine.mu.Lock()
				defer c.image.engine.mu.Unlock()
				delete(c.conns, conn)
			}
		},
	}
	// Serve returns at the second Accept; the connection lives until either end closes it.
	go func() { _ = server.Serve(&once{conn: there}) }()
	return here
}

// gate holds requests back while the container is paused.
type gate struct {
	container *container
	engine    *engine
	next      http.Handler
}

func (g *gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	for {
		g.engine.mu.Lock()
		paused, resumed := g.container.paused, g.container.resumed
		g.engine.mu.Unlock()
		if !paused {
			g.next.ServeHTTP(w, r)
			return
		}
		select {
		case <-resumed:
		case <-r.Context().Done():
			return
		}
	}
}

// once is a listener of one connection.
type once struct{ conn net.Conn }

func (o *once) Accept() (net.Conn, error) {
	if o.conn == nil {
		return nil, io.EOF
	}
	conn := o.conn
	o.conn = nil
	return conn, nil
}

func (o *once) Close() error   { return nil }
func (o *once) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)} }

// Ports: see sandbox.Runtime.
func (r *Runtime) Ports(ctx context.Context, id sandbox.ID) (ports []int, err error) {
	err = r.verb(ctx, "ports", id, func() error {
		r.mu.Lock()
		defer r.mu.Unlock()
		b := r.box(id)
		if b == nil || b.holder == nil || !b.holder.running {
			return fmt.Errorf("%w: %s", sandbox.ErrGone, id)
		}
		for name, c := range b.services {
			c.settle(r.now())
			if p := c.listens(r.now()); c.running && p != 0 && b.front(name) {
				ports = append(ports, p)
			}
		}
		ports = sortedPorts(ports)
		return nil
	})
	return ports, err
}

// Logs: see sandbox.Runtime.
func (r *Runtime) Logs(ctx context.Context, id sandbox.ID, service string, limit int) (text []byte, err error) {
	err = r.verb(ctx, "logs", id, func() error {
		r.mu.Lock()
		defer r.mu.Unlock()
		c, err := r.box(id).service(service)
		if err != nil {
			return err
		}
		if limit < 0 {
			return errors.New("the limit of a log cannot be negative")
		}
		if c.ever {
			text = []byte(c.image.behaviour.Log)
			text = text[max(0, len(text)-limit):]
		}
		return nil
	})
	return text, err
}

// Use: see sandbox.Runtime.
func (r *Runtime) Use(ctx context.Context, id sandbox.ID) (use sandbox.Use, err error) {
	err = r.verb(ctx, "use", id, func() error {
		r.mu.Lock()
		defer r.mu.Unlock()
		b := r.box(id)
		if b == nil {
			return fmt.Errorf("%w: %s", sandbox.ErrGone, id)
		}
		use.MemoryLimit = b.spec.Limits.Memory
		for _, c := range b.services {
			c.settle(r.now())
			use.OOMs += c.oomCount
			if !c.running {
				continue
			}
			u := c.image.behaviour.Use
			use.Memory += u.Memory
			use.CPU += u.CPU
			use.Pids += max(u.Pids, 1)
			use.Disk += u.Disk
			use.DiskMore = use.DiskMore || u.DiskMore
			use.OOMs += u.OOMs
			use.LogHeld += u.LogHeld
		}
		return nil
	})
	return use, err
}
