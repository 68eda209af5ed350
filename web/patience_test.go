package web_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"innovationden/web"
)

func hasty(c *web.Config) { c.Patience = 200 * time.Millisecond }

// Who is not signed in must not be able to keep connections by sending nothing, or next
// to nothing, of a form.
func TestWhoStopsSendingAFormIsCutOff(t *testing.T) {
	t.Parallel()
	r := newRig(t, hasty)
	for _, path := range []string{"/sign-in", "/trials", "/api/v1/trials", "/nowhere"} {
		for name, drip := range map[string]bool{"nothing": false, "a letter now and then": true} {
			conn, err := net.Dial("tcp", r.server.Listener.Addr().String())
			r.must(err)
			_, err = fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\na", path, r.server.Listener.Addr())
			r.must(err)
			over := make(chan struct{})
			go func() {
				defer close(over)
				_, _ = io.Copy(io.Discard, conn)
			}()
			late, tick := time.After(5*time.Second), time.NewTicker(50*time.Millisecond)
		waiting:
			for {
				select {
				case <-over:
					break waiting
				case <-late:
					t.Errorf("%s: who sends %s keeps the connection", path, name)
					break waiting
				case <-tick.C:
					if drip {
						_, _ = io.WriteString(conn, "a")
					}
				}
			}
			tick.Stop()
			_ = conn.Close()
			<-over
		}
	}
}

// Who asks for a page and never reads it is cut off too.
func TestWhoDoesNotReadAnAnswerIsCutOff(t *testing.T) {
	t.Parallel()
	done := make(chan struct{})
	r := newRig(t, hasty, func(c *web.Config) {
		c.Registry = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			defer close(done)
			for block := make([]byte, 64<<10); ; {
				if _, err := w.Write(block); err != nil {
					return
				}
			}
		})
	})
	conn, err := net.Dial("tcp", r.server.Listener.Addr().String())
	r.must(err)
	defer conn.Close()
	_, err = fmt.Fprintf(conn, "GET /v2/ HTTP/1.1\r\nHost: %s\r\n\r\n", r.server.Listener.Addr())
	r.must(err)
	select {
	case <-done:
	case <-time.After(5 * time.Second):
		t.Error("an answer is still written to somebody who reads nothing")
	}
}

// A handler may think for longer than anybody may be silent: before it reads, between two
// readings, and before it answers.
func TestAHandlerMayThink(t *testing.T) {
	t.Parallel()
	const while = 300 * time.Millisecond
	r := newRig(t, hasty, func(c *web.Config) {
		c.Registry = http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
			<-time.After(while)
			half := make([]byte, 3)
			_, err := io.ReadFull(q.Body, half)
			<-time.After(while)
			rest, err2 := io.ReadAll(q.Body)
			<-time.After(while)
			if q.URL.Path == "/v2/none" {
				w.WriteHeader(http.StatusAccepted)
				return
			}
			_, _ = fmt.Fprintf(w, "%s%s %v %v", half, rest, err, err2)
			_ = http.NewResponseController(w).Flush()
			<-time.After(while)
			_, _ = io.WriteString(w, " bye")
		})
	})
	two := httptest.NewUnstartedServer(r.handler)
	two.EnableHTTP2 = true
	two.StartTLS()
	t.Cleanup(two.Close)
	for url, client := range map[string]*http.Client{r.server.URL: http.DefaultClient, two.URL: two.Client()} {
		for path, want := range map[string]string{"/v2/": "200 abcdef <nil> <nil> bye", "/v2/none": "202 "} {
			answer, err := client.Post(url+path, "text/plain", strings.NewReader("abcdef"))
			if err != nil {
				t.Errorf("%s: %v", url+path, err)
				continue
			}
			body, err := io.ReadAll(bufio.NewReader(answer.Body))
			_ = answer.Body.Close()
			if got := fmt.Sprintf("%d %s", answer.StatusCode, body); got != want || err != nil {
				t.Errorf("%s by %s: %q, %v", path, answer.Proto, got, err)
			}
		}
	}
}
