package gateway_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"

	"innovationden/web/gateway"
)

// sly takes a right away in the moment after it was granted, once.
type sly struct {
	gateway.Visitors
	take func()
	done atomic.Bool
}

func (s *sly) May(token, lease string) (gateway.Right, bool) {
	right, ok := s.Visitors.May(token, lease)
	if ok && !s.done.Swap(true) {
		s.take()
	}
	return right, ok
}

func TestARightTakenBetweenTheQuestionAndTheAct(t *testing.T) {
	s := &sly{}
	d := newDen(t, http.HandlerFunc(hello), func(o *gateway.Options) { s.Visitors, o.Visitors = o.Visitors, s })
	cookie := d.visit("acme", ann)
	s.take = func() { d.visits.Revoke(gateway.Right{Session: "s1"}) }
	if status, _ := d.get("/", cookie); status != 401 || d.dialer.dials.Load() != 0 {
		t.Fatalf("revoked: %d, %d connections", status, d.dialer.dials.Load())
	}
	s.done.Store(false)
	cookie = d.visit("acme", ann)
	s.take = func() { d.table.Withdraw("acme") }
	if status, _ := d.get("/", cookie); status == 200 || d.dialer.dials.Load() != 0 {
		t.Fatalf("withdrawn: %d, %d connections", status, d.dialer.dials.Load())
	}
}

// late hands its connection over only when it is told to.
type late struct {
	gateway.Dialer
	asked, now chan struct{}
	conn       atomic.Pointer[net.Conn]
}

func (l *late) Dial(_ context.Context, sandbox string, port int) (net.Conn, error) {
	close(l.asked)
	<-l.now
	conn, err := l.Dialer.Dial(context.Background(), sandbox, port)
	l.conn.Store(&conn)
	return conn, err
}

func TestAConnectionThatComesAfterTheEndIsClosed(t *testing.T) {
	l := &late{asked: make(chan struct{}), now: make(chan struct{})}
	d := newDen(t, http.HandlerFunc(hello), func(o *gateway.Options) { l.Dialer, o.Dialer = o.Dialer, l })
	cookie := d.visit("acme", ann)
	over := make(chan struct{})
	go func() {
		defer close(over)
		if res, err := d.client.Do(d.request("GET", "/", cookie)); err == nil {
			_ = res.Body.Close()
		}
	}()
	<-l.asked
	d.table.Withdraw("acme")
	<-over
	close(l.now)
	for deadline := time.Now().Add(5 * time.Second); ; {
		if conn := l.conn.Load(); conn != nil {
			if err := (*conn).SetDeadline(time.Time{}); errors.Is(err, net.ErrClosed) {
				return
			}
		}
		if time.Now().After(deadline) {
			t.Fatal("the connection stays open")
		}
	}
}

func TestAVisitorWhoDoesNotReadAWebSocketIsLetGoAtOnce(t *testing.T) {
	full := make(chan struct{})
	d := newDen(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{InsecureSkipVerify: true})
		if err != nil {
			return
		}
		defer func() { _ = conn.CloseNow() }()
		block := make([]byte, 1<<20)
		for err == nil {
			ctx, cancel := context.WithTimeout(r.Context(), 300*time.Millisecond)
			err = conn.Write(ctx, websocket.MessageBinary, block)
			cancel()
		}
		select {
		case <-full:
		default:
			close(full)
		}
	}), func(o *gateway.Options) { o.MaxStreams = 1 })
	conn, _, err := d.dialWS(d.visit("acme", ann))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.CloseNow() }()
	<-full // the product could not write for a while: every buffer on the way is full
	d.visits.Revoke(gateway.Right{Session: "s1"})
	cookie := d.visit("acme", ann)
	for deadline := time.Now().Add(time.Second); ; {
		again, _, err := d.dialWS(cookie)
		if err == nil {
			_ = again.CloseNow()
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("its place is still taken after a second: %v", err)
		}
	}
}

func TestASteadyStreamOutlivesTheWriteTimeout(t *testing.T) {
	d := newDen(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		tick := time.NewTicker(40 * time.Millisecond)
		defer tick.Stop()
		for range 12 {
			_, _ = io.WriteString(w, "x")
			_ = http.NewResponseController(w).Flush()
			select {
			case <-tick.C:
			case <-r.Context().Done():
				return
			}
		}
	}), func(o *gateway.Options) { o.WriteTimeout = 200 * time.Millisecond })
	if status, body := d.get("/", d.visit("acme", ann)); status != 200 || body != "xxxxxxxxxxxx" {
		t.Fatalf("%d %q", status, body)
	}
}
