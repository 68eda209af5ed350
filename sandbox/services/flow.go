package services

import (
	"errors"
	"net"
	"sync/atomic"
)

// chunk is how much moves at once, in bytes.
const chunk = 32 << 10

var errSpent = errors.New("the sandbox has sent and received all that it may")

// flow is a connection to an allowed host: what goes through it is counted, slowed to
// the sandbox's rate and ended at its volume, or when nothing moves.
type flow struct {
	net.Conn
	e        *exchange
	to       Allowed
	idle     leash
	sent     atomic.Int64 // bytes
	received atomic.Int64
}

func newFlow(e *exchange, conn net.Conn, to Allowed) *flow {
	return &flow{Conn: conn, e: e, to: to, idle: newLeash(both{conn, e.conn}, idlePatience)}
}

// both closes the two ends of a way.
type both struct {
	net.Conn
	other net.Conn
}

func (b both) Close() error { return errors.Join(b.Conn.Close(), b.other.Close()) }

func (f *flow) Read(p []byte) (int, error) {
	if f.e.way.isSpent() {
		return 0, errSpent
	}
	n, err := f.Conn.Read(p[:min(len(p), chunk)])
	if n > 0 {
		f.received.Add(int64(n))
		if slow := f.count(n, func(u *Used) { add(&u.Received, uint64(n)) }); slow != nil {
			return n, slow
		}
	}
	return n, err
}

func (f *flow) Write(p []byte) (written int, err error) {
	for len(p) > 0 {
		if f.e.way.isSpent() {
			return written, errSpent
		}
		n, err := f.Conn.Write(p[:min(len(p), chunk)])
		written += n
		p = p[n:]
		if n > 0 {
			f.sent.Add(int64(n))
			err = errors.Join(err, f.count(n, func(u *Used) { add(&u.Sent, uint64(n)) }))
		}
		if err != nil {
			return written, err
		}
	}
	return written, nil
}

func (f *flow) count(n int, change func(*Used)) error {
	f.idle.pull()
	f.e.way.spent.Add(int64(n))
	f.e.way.offer.kept.used(f.to, change)
	err := f.e.way.flow.wait(f.e.ctx, float64(n))
	f.idle.pull()
	return err
}

// CloseWrite tells the host that nothing more comes.
func (f *flow) CloseWrite() error { return closeWrite(f.Conn) }

// Close ends the way and says once what went through it.
func (f *flow) Close() error {
	f.idle.drop()
	if f.e.way.logs.allow() {
		f.e.way.offer.config.Log.Info("a sandbox used a way out", "to", f.to.String(), "bytes_sent", f.sent.Load(), "bytes_received", f.received.Load())
	}
	return f.Conn.Close()
}

func closeWrite(c net.Conn) error {
	if half, ok := c.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return c.Close()
}

func (w *wayOut) isSpent() bool { return w.spent.Load() >= w.offer.config.Volume }
