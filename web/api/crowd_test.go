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
func upTo(t *testing.T, told <-chan int64, rev int64, patience <-chan time.Time) bool {
	t.Helper()
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

// Two hundred follow one trial, and fifty of them never read. The others hear of each
// change long before the fifty are given up; then the fifty are dropped, and when all
// have left nothing stays behind.
func TestReadersWhoNeverReadDelayNobodyAndAreDropped(t *testing.T) {
	const readers, silent, changes = 150, 50, 8
	const bound = 8 * time.Second
	c := newCrowd(t, bound)
	http.DefaultClient.CloseIdleConnections()
	before := runtime.NumGoroutine()
	var conns []net.Conn
	for range silent {
		conns = append(conns, c.connect(false))
	}
	var told []<-chan int64
	for range readers {
		conn := c.connect(true)
		conns = append(conns, conn)
		told = append(told, read(conn))
	}
	eventually(t, "everybody follows", func() bool { return c.open.Load() == readers+silent })
	var slowest time.Duration
	for range changes {
		began := time.Now()
		rev := c.extend(c.trial).Rev
		patience := time.NewTimer(bound)
		for i, one := range told {
			if !upTo(t, one, rev, patience.C) {
				t.Fatalf("reader %d was not told of a change within %s", i, bound)
			}
		}
		patience.Stop()
		slowest = max(slowest, time.Since(began))
	}
	if slowest > bound/2 {
		t.Errorf("a change took %s to reach everybody who reads", slowest)
	}
	t.Logf("a change took at most %s to reach %d readers", slowest, readers)
	eventually(t, "the silent ones are dropped", func() bool { return c.open.Load() == readers })
	for _, conn := range conns {
		_ = conn.Close()
	}
	eventually(t, "every stream has ended", func() bool { return c.open.Load() == 0 })
	eventually(t, "nothing stays behind", func() bool { return runtime.NumGoroutine() <= before+5 })
}

// The control of the test above: without a bound, who never reads is never dropped.
func TestWithoutABoundNobodyIsDropped(t *testing.T) {
	c := newCrowd(t, time.Hour)
	silent := c.connect(false)
	conn := c.connect(true)
	told := read(conn)
	eventually(t, "both follow", func() bool { return c.open.Load() == 2 })
	patience := time.NewTimer(20 * time.Second)
	defer patience.Stop()
	var rev int64
	for range 12 {
		rev = c.extend(c.trial).Rev
		if !upTo(t, told, rev, patience.C) {
			t.Fatal("the reader was not told")
		}
	}
	wait := time.NewTimer(500 * time.Millisecond)
	defer wait.Stop()
	<-wait.C
	if n := c.open.Load(); n != 2 {
		t.Errorf("%d streams are open, so something else drops them", n)
	}
	_, _ = silent.Close(), conn.Close()
}
