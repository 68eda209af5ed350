package services_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"net/netip"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"innovationden/sandbox/services"
)

func TestPlainHTTPInsideATunnelIsOneRequestToItsHost(t *testing.T) {
	_, space, _, _ := outside(t, nil, hello)
	const connect = "CONNECT example.com:80 HTTP/1.1\r\nHost: example.com:80\r\n\r\n"
	for name, c := range map[string]struct{ request, want string }{
		"its host":     {"GET /x HTTP/1.1\r\nHost: example.com\r\n\r\n", "GET /x host=example.com"},
		"another host": {"GET /x HTTP/1.1\r\nHost: other.example.com\r\n\r\n", "403 Forbidden"},
		"again a way":  {"CONNECT example.com:80 HTTP/1.1\r\nHost: example.com\r\n\r\n", "400 Bad Request"},
		"an address":   {"GET http://example.com/ HTTP/1.1\r\nHost: example.com\r\n\r\n", "400 Bad Request"},
	} {
		if answer := raw(t, space, connect+c.request); !strings.Contains(answer, c.want) {
			t.Errorf("%s: %q, want %q", name, answer, c.want)
		}
	}
}

func TestAnOldClientGetsNoChunks(t *testing.T) {
	_, space, _, _ := outside(t, nil, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "one")
		w.(http.Flusher).Flush()
		_, _ = io.WriteString(w, " two")
	})
	if answer := raw(t, space, "GET http://example.com/ HTTP/1.0\r\n\r\n"); !strings.HasSuffix(answer, "\r\n\r\none two") {
		t.Errorf("%q", answer)
	}
	if answer := raw(t, space, "GET http://example.com/ HTTP/1.1\r\nHost: example.com\r\n\r\n"); !strings.HasSuffix(answer, "\r\n0\r\n\r\n") {
		t.Errorf("%q", answer)
	}
	if answer := raw(t, space, "POST http://example.com/ HTTP/1.1\r\nHost: example.com\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nab"); !strings.HasPrefix(answer, "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK") {
		t.Errorf("%q", answer)
	}
}

func TestVolumeRateAndRequestsAreBounded(t *testing.T) {
	body := strings.Repeat("x", 300<<10)
	big := func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, body) }
	t.Run("volume, across a restart of the den", func(t *testing.T) {
		var past services.Evidence
		o, _, _, client := outside(t, func(c *services.Config, _ *world) { c.Volume = 400 << 10 }, big)
		if status, text := get(t, client, "http://example.com/"); status != 200 || len(text) != len(body) {
			t.Fatalf("within the volume: %d, %d bytes", status, len(text))
		}
		if status, text := get(t, client, "https://example.com/"); len(text) >= len(body) {
			t.Errorf("beyond the volume: %d, %d bytes", status, len(text))
		}
		o.Close()
		past = o.Evidence()
		if got := past.Used[0].Received + past.Used[1].Received + past.Used[0].Sent + past.Used[1].Sent; got < 400<<10 || got > 500<<10 {
			t.Errorf("%d bytes were counted", got)
		}
		_, _, w, client := outside(t, func(c *services.Config, _ *world) { c.Volume, c.Past = 400<<10, past }, big)
		if status, text := get(t, client, "http://example.com/"); status != 403 || !strings.Contains(text, "409600 bytes") || len(w.dialled) != 0 {
			t.Errorf("after the restart: %d %s", status, text)
		}
	})
	t.Run("rate", func(t *testing.T) {
		_, _, _, client := outside(t, func(c *services.Config, _ *world) { c.Rate = 200 << 10 }, big)
		began := time.Now()
		if status, _ := get(t, client, "http://example.com/"); status != 200 {
			t.Fatalf("%d", status)
		}
		if took := time.Since(began); took < 300*time.Millisecond {
			t.Errorf("300 KiB at 200 KiB/s, a second's worth ahead, took %s", took)
		}
	})
	t.Run("requests", func(t *testing.T) {
		o, _, _, client := outside(t, func(c *services.Config, _ *world) { c.Requests = 1 }, hello)
		var many int
		for range 8 {
			if status, _ := get(t, client, "http://example.com/"); status == 429 {
				many++
			}
		}
		if used := o.Used()[1]; many < 2 || used.Refused != uint64(many) {
			t.Errorf("%d of 8 were too many; kept %+v", many, used)
		}
	})
}

func TestAHostThatFailsIsSaidToFail(t *testing.T) {
	o, _, _, client := outside(t, func(c *services.Config, w *world) {
		c.Out = append(c.Out, services.Allowed{Host: "gone.example.com", Port: 80})
		delete(w.servers, netip.MustParseAddrPort(public+":8080"))
	}, func(w http.ResponseWriter, r *http.Request) {
		conn, _, err := w.(http.Hijacker).Hijack()
		if err == nil {
			_, _ = io.WriteString(conn, "nonsense\r\n\r\n")
			_ = conn.Close()
		}
	})
	for _, address := range []string{"http://gone.example.com/", "http://example.com:8080/", "http://example.com/"} {
		if status, text := get(t, client, address); status != 502 || !strings.HasSuffix(text, ".\n") {
			t.Errorf("%s: %d %s", address, status, text)
		}
	}
	for i, want := range []uint64{0, 1, 1, 1} {
		if got := o.Used()[i].Failed; got != want {
			t.Errorf("%s failed %d times, want %d", o.Used()[i], got, want)
		}
	}
}

// Close ends what is under way, on both sides.
func TestCloseEndsATunnel(t *testing.T) {
	o, space, _, _ := outside(t, nil, hello)
	conn := space.dial(t, "tcp", services.OutPort)
	_, _ = io.WriteString(conn, "CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n")
	r := bufio.NewReader(conn)
	if line, err := r.ReadString('\n'); err != nil || !strings.Contains(line, "200") {
		t.Fatalf("%q %v", line, err)
	}
	o.Close()
	if _, err := io.Copy(io.Discard, r); err != nil && !strings.Contains(err.Error(), "reset") {
		t.Errorf("the tunnel lived on: %v", err)
	}
}

// However many come, the den does a bounded number of things at once, and lets go.
func TestACrowdIsHeldBounded(t *testing.T) {
	o, space, _, client := outside(t, func(c *services.Config, _ *world) { c.Connections = 16 }, hello)
	before := runtime.NumGoroutine()
	var crowd []net.Conn
	for _, port := range []uint16{services.NamesPort, services.OutPort} {
		for range 250 {
			conn, err := net.Dial("tcp", space.tcp[port])
			if err != nil {
				t.Fatal(err)
			}
			crowd = append(crowd, conn)
		}
	}
	if n := runtime.NumGoroutine() - before; n > 3*16 {
		t.Errorf("%d goroutines for a crowd of %d", n, len(crowd))
	}
	for _, conn := range crowd {
		_ = conn.Close()
	}
	// The control: who comes after the crowd is served, though slowly.
	for {
		status, text := get(t, client, "http://example.com/")
		if status == 200 {
			break
		}
		turnedAway := func(said string) bool { return strings.Contains(text, said) }
		if !slices.ContainsFunc([]string{"EOF", "reset", "closed idle connection"}, turnedAway) {
			t.Fatalf("after the crowd: %d %s", status, text)
		}
	}
	o.Close()
}
