package gateway_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"testing"
	"time"

	"github.com/coder/websocket"

	"innovationden/web/gateway"
)

// stage is a product with an echo by WebSocket at /ws, events at /events, an
// endless body at /endless and one that never answers at /silent.
func stage(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/ws":
		conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{InsecureSkipVerify: true})
		if err != nil {
			return
		}
		defer func() { _ = conn.CloseNow() }()
		for {
			kind, message, err := conn.Read(r.Context())
			if err != nil || conn.Write(r.Context(), kind, message) != nil {
				return
			}
		}
	case "/events":
		w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
		_, _ = io.WriteString(w, "data: 1\n\n")
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	case "/drip":
		w.Header().Set("Content-Length", "100000")
		_, _ = io.WriteString(w, "drop\n")
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	case "/endless":
		block := make([]byte, 64<<10)
		for {
			if _, err := w.Write(block); err != nil {
				return
			}
		}
	case "/silent":
		<-r.Context().Done()
	case "/upload":
		n, err := io.Copy(io.Discard, r.Body)
		_, _ = fmt.Fprint(w, n, err)
	default:
		hello(w, r)
	}
}

func (d *den) dialWS(cookie string) (*websocket.Conn, *http.Response, error) {
	return websocket.Dial(d.t.Context(), "ws://acme."+domain+"/ws", &websocket.DialOptions{
		HTTPClient: d.client, HTTPHeader: http.Header{"Cookie": {cookie}, "Origin": {"http://acme." + domain}},
	})
}

func echo(t *testing.T, conn *websocket.Conn, message string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	if err := conn.Write(ctx, websocket.MessageText, []byte(message)); err != nil {
		t.Fatal(err)
	}
	if _, got, err := conn.Read(ctx); err != nil || string(got) != message {
		t.Fatalf("%q came back as %q: %v", message, got, err)
	}
}

// ends reports how long it took until reading failed, and fails the test after a second.
func ends(t *testing.T, name string, read func() error) {
	t.Helper()
	over := make(chan error, 1)
	go func() {
		for {
			if err := read(); err != nil {
				over <- err
				return
			}
		}
	}()
	select {
	case <-over:
	case <-time.After(time.Second):
		t.Errorf("%s: still open after a second", name)
	}
}

// waysToEnd are the events after which nothing may stay open.
var waysToEnd = map[string]func(*den){
	"session ended":    func(d *den) { d.visits.Revoke(gateway.Right{Session: "s1"}) },
	"person left":      func(d *den) { d.visits.Revoke(gateway.Right{Person: "ann"}) },
	"role lost":        func(d *den) { d.visits.Revoke(gateway.Right{Person: "ann", Lease: "lease1"}) },
	"route withdrawn":  func(d *den) { d.table.Withdraw("acme") },
	"lease ended":      func(d *den) { d.set(route("acme", "lease1", "box1", gateway.Ended)) },
	"lease paused":     func(d *den) { d.set(route("acme", "lease1", "box1", gateway.Paused)) },
	"sandbox replaced": func(d *den) { d.set(route("acme", "lease1", "box2", gateway.Live)) },
	"visit ran out":    func(d *den) { d.clock.Store(int64(13 * time.Hour)); d.g.Sweep() },
	"gateway closed":   func(d *den) { d.g.Close() },
}

func TestOpenWebSocketEndsWithTheRight(t *testing.T) {
	for name, end := range waysToEnd {
		t.Run(name, func(t *testing.T) {
			d := newDen(t, http.HandlerFunc(stage))
			conn, _, err := d.dialWS(d.visit("acme", ann))
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = conn.CloseNow() }()
			echo(t, conn, "hello")
			end(d)
			ends(t, name, func() error { _, _, err := conn.Read(t.Context()); return err })
		})
	}
}

func TestOpenBodiesEndWithTheRight(t *testing.T) {
	for _, path := range []string{"/events", "/drip", "/endless", "/silent"} {
		for name, end := range waysToEnd {
			t.Run(path+" "+name, func(t *testing.T) {
				d := newDen(t, http.HandlerFunc(stage))
				body := d.open(path, d.visit("acme", ann))
				end(d)
				buffer := make([]byte, 32<<10)
				ends(t, name, func() error { _, err := body.Read(buffer); return err })
			})
		}
	}
}

// open sends a request by hand and, unless it is the silent one, waits for the first of the body.
func (d *den) open(path, cookie string) net.Conn {
	d.t.Helper()
	conn, err := net.Dial("tcp", d.address)
	if err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() { _ = conn.Close() })
	_, err = fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: %s\r\nCookie: %s\r\n\r\n", path, at, cookie)
	if err != nil {
		d.t.Fatal(err)
	}
	if path == "/silent" {
		for f, _ := d.g.Tally("acme"); f.Requests == 0; f, _ = d.g.Tally("acme") {
			runtime.Gosched()
		}
		return conn
	}
	_ = conn.SetReadDeadline(time.Now().Add(5 * time.Second))
	if _, err := http.ReadResponse(bufio.NewReaderSize(conn, 16), nil); err != nil {
		d.t.Fatal(err)
	}
	_ = conn.SetReadDeadline(time.Time{})
	return conn
}

// deaf hides revocations and lets every visit stand: what the gateway would be
// if it only asked at the start.
type deaf struct{ gateway.Visitors }

func (deaf) Watch(func(gateway.Right)) {}

func TestControlWithoutWordOfItAWebSocketStays(t *testing.T) {
	d := newDen(t, http.HandlerFunc(stage), func(o *gateway.Options) { o.Visitors = deaf{o.Visitors} })
	conn, _, err := d.dialWS(d.visit("acme", ann))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.CloseNow() }()
	d.visits.Revoke(gateway.Right{Session: "s1"})
	echo(t, conn, "still here") // so the tests above can see the fault
	d.g.Sweep()
	ends(t, "the sweep alone", func() error { _, _, err := conn.Read(t.Context()); return err })
}

func TestSomebodyElsesRevocationLeavesAStreamAlone(t *testing.T) {
	d := newDen(t, http.HandlerFunc(stage))
	conn, _, err := d.dialWS(d.visit("acme", ann))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.CloseNow() }()
	d.visits.Revoke(gateway.Right{Session: "s2"})
	d.set(route("beta", "lease2", "box1", gateway.Live))
	d.table.Withdraw("beta")
	d.set(route("acme", "lease1", "box1", gateway.Live))
	d.g.Sweep()
	echo(t, conn, "still here")
}

func TestEventsArriveAtOnce(t *testing.T) {
	d := newDen(t, http.HandlerFunc(stage))
	cookie := d.visit("acme", ann)
	for path, want := range map[string]string{"/events": "data: 1\n", "/drip": "drop\n"} {
		res, err := d.client.Do(d.request("GET", path, cookie))
		if err != nil {
			t.Fatal(err)
		}
		if line, err := bufio.NewReader(res.Body).ReadString('\n'); line != want || err != nil {
			t.Errorf("%s: %q %v", path, line, err)
		}
		_ = res.Body.Close()
	}
}

func TestStreamsOfOnePersonAreBounded(t *testing.T) {
	d := newDen(t, http.HandlerFunc(stage), func(o *gateway.Options) { o.MaxStreams = 2 })
	cookie := d.visit("acme", ann)
	other := d.visit("acme", gateway.Right{Person: "bob", Session: "s2", Lease: "lease1"})
	first, _, err := d.dialWS(cookie)
	if err != nil {
		t.Fatal(err)
	}
	events := d.open("/events", cookie)
	if _, res, err := d.dialWS(cookie); err == nil || res.StatusCode != 429 {
		t.Fatalf("a third WebSocket: %v", res)
	}
	if status, _ := d.get("/events", cookie); status != 429 {
		t.Fatalf("a third stream that did not say so: %d", status)
	}
	if status, _ := d.get("/", cookie); status != 200 {
		t.Fatalf("what is no stream: %d", status)
	}
	conn, _, err := d.dialWS(other)
	if err != nil {
		t.Fatalf("another person: %v", err)
	}
	_ = conn.CloseNow()
	_ = first.CloseNow()
	_ = events.Close()
	for deadline := time.Now().Add(5 * time.Second); ; {
		conn, _, err := d.dialWS(cookie)
		if err == nil {
			_ = conn.CloseNow()
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("places are not given back: %v", err)
		}
	}
}

func TestVisitorWhoDoesNotReadIsCutOff(t *testing.T) {
	gone := make(chan struct{})
	d := newDen(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		stage(w, r)
		close(gone)
	}), func(o *gateway.Options) { o.WriteTimeout = 300 * time.Millisecond })
	d.open("/endless", d.visit("acme", ann))
	select {
	case <-gone:
	case <-time.After(10 * time.Second):
		t.Fatal("the product still writes to nobody")
	}
}

func TestWebSocketsLeaveNothing(t *testing.T) { webSockets(t, 200) }

// webSockets opens and closes so many, one after the other. Goroutines are as many
// afterwards as after the first of them, ± 5; goleak looks at the rest.
func webSockets(t *testing.T, many int) {
	const bound = 5
	d := newDen(t, http.HandlerFunc(stage))
	cookie := d.visit("acme", ann)
	open := func() *websocket.Conn {
		conn, _, err := d.dialWS(cookie)
		if err != nil {
			t.Fatal(err)
		}
		echo(t, conn, "x")
		return conn
	}
	calm := func(most int) bool {
		deadline := time.After(10 * time.Second)
		for runtime.NumGoroutine() > most {
			select {
			case <-deadline:
				return false
			case <-time.After(5 * time.Millisecond):
			}
		}
		return true
	}
	var held []*websocket.Conn
	for range 2 * bound {
		held = append(held, open())
	}
	during := runtime.NumGoroutine()
	for _, conn := range held {
		_ = conn.CloseNow()
	}
	if !calm(during - 2*bound) { // the control: what is open is seen
		t.Errorf("%d goroutines with ten open, and as many without", during)
	}
	before := runtime.NumGoroutine()
	for range many - 2*bound {
		_ = open().CloseNow()
	}
	if !calm(before + bound) {
		t.Errorf("%d goroutines after the first ten, %d after %d", before, runtime.NumGoroutine(), many)
	}
	if f, _ := d.g.Tally("acme"); f.Upgraded != int64(many) || f.Requests != int64(many) {
		t.Errorf("facts %+v", f)
	}
	if !t.Failed() {
		t.Logf("figure: %d WebSockets, 0 violations", many)
	}
}
