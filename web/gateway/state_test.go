package gateway_test

import (
	"context"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"innovationden/web/gateway"
)

func TestEachStateHasItsPage(t *testing.T) {
	d := newDen(t, http.HandlerFunc(hello))
	cookie := d.visit("acme", ann)
	for _, c := range []struct {
		state   gateway.State
		status  int
		heading string
		again   string
	}{
		{gateway.Starting, 503, "Acme Booking is starting", "2"},
		{gateway.Paused, 503, "Acme Booking is paused", ""},
		{gateway.Ended, 410, "This sandbox was removed", ""},
		{gateway.Live, 502, "Acme Booking is not answering", ""},
	} {
		r := route("acme", "lease1", "nowhere", c.state)
		r.Say = "It was <asked> for by Ann."
		d.set(r)
		req := d.request("GET", "/slots?x=1", cookie)
		req.Header.Set("Accept", "text/html")
		res := d.do(req)
		body := text(res)
		if res.StatusCode != c.status || res.Header.Get("Refresh") != c.again || res.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%v: %d %v", c.state, res.StatusCode, res.Header)
		}
		for _, want := range []string{
			"<h1>" + c.heading + "</h1>", "<title>" + c.heading + " – Innovation Den</title>", "It was &lt;asked&gt; for by Ann.",
			`<html lang="en">`, `content="width=device-width, initial-scale=1"`,
		} {
			if !strings.Contains(body, want) {
				t.Errorf("%v: no %q in\n%s", c.state, want, body)
			}
		}
		if regexp.MustCompile(`(?i)<script|http-equiv|style=|\son\w+=`).MatchString(body) {
			t.Errorf("%v: script, refresh or inline style in\n%s", c.state, body)
		}
		plain := d.do(d.request("GET", "/", cookie))
		if got := text(plain); plain.StatusCode != c.status || strings.Contains(got, "<h1>") || !strings.HasPrefix(got, c.heading) {
			t.Errorf("%v as text: %d %q", c.state, plain.StatusCode, got)
		}
	}
	if f, _ := d.g.Tally("acme"); f.Unreached != 2 || f.Requests != 2 {
		t.Errorf("facts %+v", f)
	}
}

// light is a channel of sRGB as WCAG 2.2 counts it (relative luminance).
func light(channel int) float64 {
	c := float64(channel) / 255
	if c <= 0.04045 {
		return c / 12.92
	}
	return math.Pow((c+0.055)/1.055, 2.4)
}

func TestPageColoursHaveEnoughContrast(t *testing.T) {
	d := newDen(t, http.HandlerFunc(hello))
	req := d.request("GET", "http://a.b."+domain+"/", "")
	req.Header.Set("Accept", "text/html")
	body := text(d.do(req))
	colours := regexp.MustCompile(`[{;]color:#([0-9a-f]{6})`).FindAllStringSubmatch(body, -1)
	if len(colours) < 3 {
		t.Fatalf("found %d colours in\n%s", len(colours), body)
	}
	for _, c := range colours {
		var r, g, b int
		if _, err := fmt.Sscanf(c[1], "%02x%02x%02x", &r, &g, &b); err != nil {
			t.Fatal(err)
		}
		luminance := 0.2126*light(r) + 0.7152*light(g) + 0.0722*light(b)
		if ratio := 1.05 / (luminance + 0.05); ratio < 4.5 {
			t.Errorf("#%s on white: %.1f, want 4.5", c[1], ratio)
		}
	}
}

func TestVisitWaitsForAStart(t *testing.T) {
	d := newDen(t, http.HandlerFunc(hello), func(o *gateway.Options) { o.Hold = 10 * time.Second })
	cookie := d.visit("acme", ann)
	d.set(route("acme", "lease1", "", gateway.Starting))
	got := make(chan string, 1)
	go func() {
		res, err := d.client.Do(d.request("GET", "/slots", cookie))
		if err != nil {
			got <- err.Error()
			return
		}
		defer res.Body.Close()
		body, _ := io.ReadAll(res.Body)
		got <- fmt.Sprint(res.StatusCode, " ", string(body))
	}()
	select {
	case early := <-got:
		t.Fatalf("answered before the product: %s", early)
	case <-time.After(50 * time.Millisecond):
	}
	d.set(route("acme", "lease1", "box1", gateway.Live))
	select {
	case answer := <-got:
		if answer != "200 hello /slots" {
			t.Fatal(answer)
		}
	case <-time.After(5 * time.Second):
		t.Fatal("the start was not noticed")
	}
}

func TestWaitingForAStartEndsWithTheRight(t *testing.T) {
	d := newDen(t, http.HandlerFunc(hello), func(o *gateway.Options) { o.Hold = 50 * time.Millisecond })
	cookie := d.visit("acme", ann)
	d.set(route("acme", "lease1", "", gateway.Starting))
	got := make(chan int, 1)
	entered := make(chan struct{})
	go func() {
		close(entered)
		res, err := d.client.Do(d.request("GET", "/slots", cookie))
		if err != nil {
			got <- -1
			return
		}
		_ = res.Body.Close()
		got <- res.StatusCode
	}()
	<-entered
	d.visits.Revoke(gateway.Right{Session: "s1"})
	d.set(route("acme", "lease1", "box1", gateway.Live))
	if status := <-got; status != 401 || d.dialer.dials.Load() != 0 {
		t.Fatalf("%d, %d connections", status, d.dialer.dials.Load())
	}
}

func TestProductThatTakesTooLong(t *testing.T) {
	d := newDen(t, http.HandlerFunc(stage), func(o *gateway.Options) { o.AnswerTimeout = 50 * time.Millisecond })
	if status, body := d.get("/silent", d.visit("acme", ann)); status != 504 || !strings.Contains(body, "took too long") {
		t.Fatalf("%d %q", status, body)
	}
	if f, _ := d.g.Tally("acme"); f.Broken != 1 {
		t.Errorf("facts %+v", f)
	}
}

func TestProductsThatMisbehave(t *testing.T) {
	for name, answer := range map[string]string{
		"hangs up":                    "",
		"speaks no HTTP":              "220 mail.example ESMTP\r\n",
		"endless headers":             "HTTP/1.1 200 OK\r\n" + strings.Repeat("X-A: "+strings.Repeat("a", 1000)+"\r\n", 400),
		"many interim":                strings.Repeat("HTTP/1.1 103 Early Hints\r\nX-A: "+strings.Repeat("a", 1000)+"\r\n\r\n", 400),
		"an upgrade nobody asked for": "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			d := newDen(t, http.NotFoundHandler())
			listener, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			var all sync.WaitGroup
			all.Go(func() {
				for {
					conn, err := listener.Accept()
					if err != nil {
						return
					}
					_, _ = conn.Read(make([]byte, 4096))
					_, _ = io.WriteString(conn, answer)
					_ = conn.Close()
				}
			})
			defer all.Wait()
			defer listener.Close()
			d.dialer.to.Store("box1", listener.Addr().String())
			if status, body := d.get("/", d.visit("acme", ann)); status != 502 || !strings.Contains(body, "not answering") {
				t.Fatalf("%d %q", status, body)
			}
		})
	}
}

func TestRequestsOfOnePersonAreBounded(t *testing.T) {
	d := newDen(t, http.HandlerFunc(stage), func(o *gateway.Options) { o.MaxRequests = 1 })
	cookie := d.visit("acme", ann)
	d.open("/drip", cookie)
	if status, _ := d.get("/", cookie); status != 429 {
		t.Errorf("ann: %d", status)
	}
	if status, _ := d.get("/", d.visit("acme", gateway.Right{Person: "bob", Session: "s2", Lease: "lease1"})); status != 200 {
		t.Errorf("bob: %d", status)
	}
}

func TestRequestsToOneSandboxAreBounded(t *testing.T) {
	d := newDen(t, http.HandlerFunc(stage), func(o *gateway.Options) { o.MaxPerSandbox = 1 })
	cookie := d.visit("acme", ann)
	d.open("/drip", cookie)
	if status, _ := d.get("/", cookie); status != 429 {
		t.Errorf("got %d", status)
	}
}

// pipes leads every dial to a server over net.Pipe, so that time can be simulated.
type pipes struct{ to http.Handler }

func (p pipes) Dial(context.Context, string, int) (net.Conn, error) {
	near, far := net.Pipe()
	l := &once{conn: far, closed: make(chan struct{})}
	s := &http.Server{Handler: p.to, ReadHeaderTimeout: time.Hour}
	go func() { _ = s.Serve(l) }()
	return near, nil
}

// once is a listener for one connection.
type once struct {
	mu     sync.Mutex
	conn   net.Conn
	closed chan struct{}
}

func (o *once) Accept() (net.Conn, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if conn := o.conn; conn != nil {
		o.conn = nil
		return conn, nil
	}
	return nil, net.ErrClosed
}
func (o *once) Close() error   { return nil }
func (o *once) Addr() net.Addr { return &net.UnixAddr{} }

func TestRunClosesWhatRanOutWithinASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		still := true
		var mu sync.Mutex
		visits := gateway.NewVisits(gateway.VisitRules{Clock: time.Now, Random: zeros{}, Still: func(gateway.Right) bool {
			mu.Lock()
			defer mu.Unlock()
			return still
		}})
		table := gateway.NewTable()
		g, err := gateway.New(gateway.Options{
			Routes: table, Visitors: visits, Dialer: pipes{http.HandlerFunc(stage)}, Domain: domain,
			Control: "http://control.test", Clock: time.Now, Log: quiet(),
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := table.Set(route("acme", "lease1", "box1", gateway.Live)); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		go g.Run(ctx)
		ticket, err := visits.Issue(ann, time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		token, _, err := visits.Redeem(ticket, "lease1")
		if err != nil {
			t.Fatal(err)
		}
		over := make(chan struct{})
		go func() {
			defer close(over)
			defer func() { _ = recover() }() // http.ErrAbortHandler, as under a server
			r := httptest.NewRequest("GET", "http://"+at+"/silent", nil)
			r.URL.Scheme, r.URL.Host = "", ""
			r.Header.Set("Cookie", "den_visit="+token)
			g.ServeHTTP(httptest.NewRecorder(), r)
		}()
		synctest.Wait()
		select {
		case <-over:
			t.Fatal("control: the request must be open")
		default:
		}
		mu.Lock()
		still = false
		mu.Unlock()
		began := time.Now()
		<-over
		if took := time.Since(began); took > time.Second {
			t.Errorf("closed after %v", took)
		}
		cancel()
		g.Close()
		synctest.Wait()
	})
}

// zeros is no randomness at all, which is enough for one secret.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }
