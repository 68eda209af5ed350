package api_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"innovationden/orchestrator/den"
	"innovationden/web/api"
)

// narrow gives each connection the smallest buffers, so that a reader who does not
// read is noticed after kilobytes instead of megabytes.
type narrow struct{ net.Listener }

func (n narrow) Accept() (net.Conn, error) {
	c, err := n.Listener.Accept()
	if tcp, ok := c.(*net.TCPConn); ok {
		_ = tcp.SetWriteBuffer(4096)
	}
	return c, err
}

// crowd is a den with a large trial under way, served on narrow sockets, and how many
// streams it serves now.
type crowd struct {
	*world
	trial   den.ID
	address string
	open    atomic.Int64
	server  *httptest.Server
}

func newCrowd(t *testing.T, bound time.Duration) *crowd {
	w := newWorld(t, func(c *api.Config) { c.MaxStreams, c.Pace = 1000, api.Pace{Bound: bound} })
	w.run()
	task := strings.Repeat("Book an appointment. ", 47)
	in := den.NewTrial{Question: "Which?", Releases: []den.ID{w.releases[0].ID}}
	for range 20 {
		in.Tasks = append(in.Tasks, task)
	}
	v, err := w.o.AddTrial(context.Background(), w.act(member), in)
	w.must(err)
	v, err = w.o.StartTrial(context.Background(), w.act(member), v.ID, 0, den.Once{})
	w.must(err)
	w.await(v.Entries[0].Lease, den.Live)
	c := &crowd{world: w, trial: v.ID}
	c.server = httptest.NewUnstartedServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		c.open.Add(1)
		defer c.open.Add(-1)
		w.handler.ServeHTTP(out, r)
	}))
	c.server.Listener = narrow{c.server.Listener}
	c.server.Start()
	c.address = c.server.Listener.Addr().String()
	t.Cleanup(func() { w.api.Close(); c.server.Close() })
	return c
}

// connect asks for the stream on a socket of its own, of somebody who reads or of
// somebody who does not and whose socket is soon full.
func (c *crowd) connect(reads bool) net.Conn {
	c.t.Helper()
	dialer := net.Dialer{}
	conn, err := dialer.DialContext(context.Background(), "tcp", c.address)
	c.must(err)
	if !reads {
		c.must(conn.(*net.TCPConn).SetReadBuffer(4096))
	}
	_, err = fmt.Fprintf(conn, "GET %s/trials/%s/progress HTTP/1.1\r\nHost: den\r\nAuthorization: Bearer %s\r\n\r\n", api.Base, c.trial, member)
	c.must(err)
	return conn
}

// read gives the revisions that a reader is told.
func read(conn net.Conn) <-chan int64 {
	told := make(chan int64, 1000)
	go func() {
		defer close(told)
		lines := bufio.NewScanner(conn)
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			var v struct{ Revision int64 }
			data, ok := strings.CutPrefix(lines.Text(), "data: ")
			if ok && json.Unmarshal([]byte(data), &v) == nil {
				told <- v.Revision
			}
		}
	}()
	return told
}

// upTo waits until a reader was told a revision.
func upTo(told <-chan int64, rev int64, patience <-chan time.Time) bool {
	for {
		select {
		case got, open := <-told:
			if !open || got >= rev {
				return open
			}
		case <-patience:
			return false
		}
	}
}

// Two hundred follow one trial, and fifty of them never read. They are given an hour, so
// whoever had to wait for them would wait for an hour; yet everybody who reads hears of
// each change. It is the control of the test below too: nothing but the bound drops them.
func TestReadersWhoNeverReadDelayNobody(t *testing.T) {
	const readers, silent, changes = 150, 50, 6
	c := newCrowd(t, time.Hour)
	before := runtime.NumGoroutine()
	conns, told := c.gather(readers, silent)
	var slowest time.Duration
	for range changes {
		began := time.Now()
		c.everybodyHears(told)
		slowest = max(slowest, time.Since(began))
	}
	t.Logf("a change took at most %s to reach %d readers", slowest, readers)
	if n := c.open.Load(); n != readers+silent {
		t.Errorf("%d streams are open, so something else than the bound drops them", n)
	}
	for _, conn := range conns {
		_ = conn.Close()
	}
	eventually(t, "every stream has ended", func() bool { return c.open.Load() == 0 })
	eventually(t, "nothing stays behind", func() bool { return runtime.NumGoroutine() <= before+5 })
}

func TestReadersWhoNeverReadAreDropped(t *testing.T) {
	const readers, silent = 5, 10
	c := newCrowd(t, 2*time.Second)
	conns, told := c.gather(readers, silent)
	eventually(t, "only those who read are left", func() bool {
		c.everybodyHears(told)
		return c.open.Load() == readers
	})
	c.everybodyHears(told)
	for _, conn := range conns {
		_ = conn.Close()
	}
}

// gather connects those who read and those who do not, and waits until all follow.
func (c *crowd) gather(readers, silent int) (conns []net.Conn, told []<-chan int64) {
	c.t.Helper()
	for range silent {
		conns = append(conns, c.connect(false))
	}
	for range readers {
		conn := c.connect(true)
		conns, told = append(conns, conn), append(told, read(conn))
	}
	eventually(c.t, "everybody follows", func() bool { return c.open.Load() == int64(readers+silent) })
	return conns, told
}

// everybodyHears changes the trial and waits until all readers were told.
func (c *crowd) everybodyHears(told []<-chan int64) {
	c.t.Helper()
	rev := c.extend(c.trial).Rev
	patience := time.NewTimer(time.Minute)
	defer patience.Stop()
	for i, one := range told {
		if !upTo(one, rev, patience.C) {
			c.t.Fatalf("reader %d was not told of a change", i)
		}
	}
}
