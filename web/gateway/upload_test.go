package gateway_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"innovationden/web/gateway"
)

func TestUploads(t *testing.T) {
	d := newDen(t, http.HandlerFunc(stage), func(o *gateway.Options) {
		o.MaxBody, o.ReadTimeout = 1<<20, 200*time.Millisecond
	})
	cookie := d.visit("acme", ann)
	send := func(body io.Reader, length int64) *http.Response {
		req := d.request("POST", "/upload", cookie)
		req.Body, req.ContentLength = io.NopCloser(body), length
		return d.do(req)
	}
	if res := send(strings.NewReader(strings.Repeat("a", 1<<20)), 1<<20); res.StatusCode != 200 || text(res) != "1048576 <nil>" {
		t.Errorf("as much as fits: %d", res.StatusCode)
	}
	for name, length := range map[string]int64{"announced": 1<<20 + 1, "in chunks": -1} {
		if res := send(strings.NewReader(strings.Repeat("a", 1<<20+1)), length); res.StatusCode != 413 {
			t.Errorf("too much, %s: %d", name, res.StatusCode)
		}
	}
	for who, cookie := range map[string]string{"a visitor": cookie, "a stranger": "x=y"} {
		conn, err := net.Dial("tcp", d.address)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = fmt.Fprintf(conn, "POST /upload HTTP/1.1\r\nHost: %s\r\nCookie: %s\r\nContent-Length: 10\r\n\r\nabc", at, cookie)
		_ = conn.SetReadDeadline(time.Now().Add(5 * time.Second))
		if _, err := io.ReadAll(conn); errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("%s who stops sending keeps the connection", who)
		}
		_ = conn.Close()
	}
}

func TestAStreamOutlivesTheReadTimeoutOfItsUpload(t *testing.T) {
	d := newDen(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "text/event-stream")
		for range 3 {
			_, _ = io.WriteString(w, "data\n")
			_ = http.NewResponseController(w).Flush()
			select {
			case <-r.Context().Done():
				return
			case <-time.After(60 * time.Millisecond):
			}
		}
	}), func(o *gateway.Options) { o.ReadTimeout = 50 * time.Millisecond })
	req := d.request("POST", "/", d.visit("acme", ann))
	req.Body, req.ContentLength = io.NopCloser(strings.NewReader("abc")), 3
	if body := text(d.do(req)); body != "data\ndata\ndata\n" {
		t.Fatalf("got %q", body)
	}
}

// unhurried is a product that takes its time: for its answer, between two events, after
// an upload, and before a redirect.
func unhurried(w http.ResponseWriter, r *http.Request) {
	const while = 300 * time.Millisecond
	got, _ := io.ReadAll(r.Body)
	switch r.URL.Path {
	case "/events":
		w.Header().Set("Content-Type", "text/event-stream")
		for range 2 {
			_, _ = io.WriteString(w, "data\n")
			_ = http.NewResponseController(w).Flush()
			<-time.After(while)
		}
	case "/redirect":
		<-time.After(while)
		w.Header().Set("Location", "/done")
		w.WriteHeader(http.StatusSeeOther)
	default:
		<-time.After(while)
		_, _ = fmt.Fprintf(w, "answered %d", len(got))
	}
}

// What bounds a visitor who does not read or send does not bound a product that thinks.
func TestAnUnhurriedProductIsHeard(t *testing.T) {
	d := newDen(t, http.HandlerFunc(unhurried), func(o *gateway.Options) {
		o.ReadTimeout, o.WriteTimeout = 100*time.Millisecond, 100*time.Millisecond
	})
	cookie := d.visit("acme", ann)
	two := httptest.NewUnstartedServer(d.g)
	two.EnableHTTP2 = true
	two.StartTLS()
	t.Cleanup(two.Close)
	quick := two.Client()
	quick.CheckRedirect = d.client.CheckRedirect
	for name, by := range map[string]*http.Client{"HTTP/1.1": d.client, "HTTP/2": quick} {
		for path, want := range map[string]string{"/": "200 answered 3", "/events": "200 data\ndata\n", "/redirect": "303 "} {
			req := d.request("POST", path, cookie)
			if by == quick {
				req.URL.Scheme, req.URL.Host, req.Host = "https", two.Listener.Addr().String(), at
			}
			req.Body, req.ContentLength = io.NopCloser(strings.NewReader("abc")), 3
			res, err := by.Do(req)
			if err != nil {
				t.Errorf("%s by %s: %v", path, name, err)
				continue
			}
			body, err := io.ReadAll(res.Body)
			_ = res.Body.Close()
			if got := fmt.Sprintf("%d %s", res.StatusCode, body); got != want || err != nil || by == quick && res.ProtoMajor != 2 {
				t.Errorf("%s by %s (%s): %q, %v", path, name, res.Proto, got, err)
			}
		}
	}
}

// The last part of a body may come late, and the answer long after it.
func TestAnAnswerMayComeLongAfterASlowUpload(t *testing.T) {
	d := newDen(t, http.HandlerFunc(unhurried), func(o *gateway.Options) { o.ReadTimeout = 200 * time.Millisecond })
	conn, err := net.Dial("tcp", d.address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_, _ = fmt.Fprintf(conn, "POST /upload HTTP/1.1\r\nHost: %s\r\nCookie: %s\r\nContent-Length: 6\r\n\r\nabc", at, d.visit("acme", ann))
	<-time.After(100 * time.Millisecond)
	_, _ = io.WriteString(conn, "def")
	_ = conn.SetReadDeadline(time.Now().Add(5 * time.Second))
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	if body := text(res); res.StatusCode != 200 || body != "answered 6" {
		t.Errorf("%d %q", res.StatusCode, body)
	}
}
