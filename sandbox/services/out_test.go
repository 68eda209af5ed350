package services_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"innovationden/sandbox/services"
)

// world is the outside, as a way out sees it: names with addresses of the open
// Internet, which lead to servers of the test.
type world struct {
	mu      sync.Mutex
	names   map[string][]netip.Addr
	servers map[netip.AddrPort]string
	dialled []netip.AddrPort
	asked   []string
}

func (w *world) resolve(_ context.Context, host string) ([]netip.Addr, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.asked = append(w.asked, host)
	if all, ok := w.names[host]; ok {
		return all, nil
	}
	return nil, errors.New("no such host")
}

func (w *world) dial(ctx context.Context, to netip.AddrPort) (net.Conn, error) {
	w.mu.Lock()
	w.dialled = append(w.dialled, to)
	at, ok := w.servers[to]
	w.mu.Unlock()
	if !ok {
		return nil, errors.New("refused")
	}
	return new(net.Dialer).DialContext(ctx, "tcp", at)
}

const public = "93.184.216.34"

// outside makes an offer with ways out to a TLS and a plain server, and a client that
// uses it as its proxy.
func outside(t testing.TB, change func(*services.Config, *world), serve http.HandlerFunc) (*services.Offer, *loopback, *world, *http.Client) {
	t.Helper()
	secure, plain := httptest.NewTLSServer(serve), httptest.NewServer(serve)
	t.Cleanup(secure.Close)
	t.Cleanup(plain.Close)
	w := &world{
		names: map[string][]netip.Addr{"example.com": {addr(public)}, "other.example.com": {addr(public)}},
		servers: map[netip.AddrPort]string{
			netip.MustParseAddrPort(public + ":443"):  secure.Listener.Addr().String(),
			netip.MustParseAddrPort(public + ":80"):   plain.Listener.Addr().String(),
			netip.MustParseAddrPort(public + ":8080"): plain.Listener.Addr().String(),
		},
	}
	c := config()
	c.Out = []services.Allowed{{"example.com", 443}, {"example.com", 80}, {"example.com", 8080}}
	c.Resolve, c.Dial, c.Own = w.resolve, w.dial, func() ([]netip.Addr, error) { return []netip.Addr{addr("203.0.113.7"), addr("2600::7")}, nil }
	if change != nil {
		change(&c, w)
	}
	o, space := open(t, c)
	roots := x509.NewCertPool()
	roots.AddCert(secure.Certificate())
	transport := &http.Transport{
		Proxy:             http.ProxyURL(&url.URL{Scheme: "http", Host: space.tcp[services.OutPort]}),
		TLSClientConfig:   &tls.Config{RootCAs: roots},
		DisableKeepAlives: true,
	}
	t.Cleanup(transport.CloseIdleConnections)
	return o, space, w, &http.Client{Transport: transport, Timeout: 20 * time.Second}
}

func hello(w http.ResponseWriter, r *http.Request) {
	b, _ := io.ReadAll(r.Body)
	w.Header().Set("Keep-Alive", "1")
	w.Header().Set("X-Kept", "1")
	_, _ = fmt.Fprintf(w, "%s %s host=%s body=%s proxy=%q secret=%q", r.Method, r.URL, r.Host, b, r.Header.Get("Proxy-Authorization"), r.Header.Get("X-Secret"))
}

func get(t testing.TB, c *http.Client, address string) (int, string) {
	t.Helper()
	r, err := c.Get(address)
	if err != nil {
		return 0, err.Error()
	}
	defer func() { _ = r.Body.Close() }()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		return 0, err.Error()
	}
	return r.StatusCode, string(b)
}

func TestAllowedHostsAreReached(t *testing.T) {
	o, _, w, client := outside(t, nil, hello)
	for address, want := range map[string]string{
		"https://example.com/a?b=c":    "GET /a?b=c host=example.com body= proxy=\"\" secret=\"\"",
		"http://example.com/a%2Fb?c":   "GET /a%2Fb?c host=example.com body= proxy=\"\" secret=\"\"",
		"http://EXAMPLE.com:8080/":     "GET / host=example.com:8080 body= proxy=\"\" secret=\"\"",
		"http://user:pw@example.com/x": "GET /x host=example.com body= proxy=\"\" secret=\"\"",
	} {
		if status, text := get(t, client, address); status != 200 || text != want {
			t.Errorf("%s: %d %q, want %q", address, status, text, want)
		}
	}
	r, err := client.Post("http://example.com/post", "text/plain", io.MultiReader(strings.NewReader("chunked "), strings.NewReader("body")))
	if err != nil {
		t.Fatal(err)
	}
	b, _ := io.ReadAll(r.Body)
	_ = r.Body.Close()
	if string(b) != "POST /post host=example.com body=chunked body proxy=\"\" secret=\"\"" || r.Header.Get("X-Kept") != "1" || r.Header.Get("Keep-Alive") != "" {
		t.Errorf("posted: %q %v", b, r.Header)
	}
	o.Close()
	used := o.Used()
	if len(used) != 3 || used[0].Times != 1 || used[1].Times != 3 || used[2].Times != 1 {
		t.Fatalf("kept %+v", used)
	}
	for _, u := range used {
		if u.Sent == 0 || u.Received == 0 || u.Refused+u.Failed != 0 || u.First.IsZero() {
			t.Errorf("kept %+v", u)
		}
	}
	for _, d := range w.dialled {
		if d.Addr() != addr(public) {
			t.Errorf("connected to %s", d)
		}
	}
}

func TestNobodyElseIsReached(t *testing.T) {
	o, _, w, client := outside(t, nil, hello)
	for _, address := range []string{
		"https://other.example.com/", "http://other.example.com/", "https://example.com:8443/", "http://example.com:81/",
		"http://93.184.216.34/", "http://127.0.0.1/", "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://0x7f000001/", "http://localhost/",
		"http://169.254.169.254/latest/meta-data/", "http://example.com.evil.test/",
	} {
		if status, text := get(t, client, address); status == 200 || strings.HasPrefix(address, "http:") && status != 403 {
			t.Errorf("%s: %d %s", address, status, text)
		}
	}
	if len(w.asked) != 0 || len(w.dialled) != 0 {
		t.Errorf("asked for %q and dialled %v", w.asked, w.dialled)
	}
	tried := o.Tried()
	if len(tried) != 12 || tried[0].How != services.ByOut || tried[0].Name != "other.example.com:443" || tried[0].Times() != 1 {
		t.Errorf("kept %d: %+v", len(tried), tried)
	}
}

func TestForbiddenAddressesAreNeverDialled(t *testing.T) {
	for _, a := range []string{
		"127.0.0.1", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254", "100.64.0.1", "100.127.0.1", "224.0.0.1",
		"255.255.255.255", "192.0.0.8", "198.18.0.1", "168.63.129.16", "203.0.113.7", "::", "::1", "fd00:ec2::254", "fe80::1", "ff02::1", "fec0::1",
		"::ffff:8.8.8.8", "::ffff:10.0.0.1", "::8.8.8.8", "64:ff9b::808:808", "64:ff9b:1::808:808", "2002:808:808::1", "2001::808:808", "2001:db8::1",
		"100::1", "2600::7", "2600::5efe:a00:1", "2600::200:5efe:a00:1", "9.9.9.9", "2620:fe::9",
	} {
		o, _, w, client := outside(t, func(c *services.Config, w *world) {
			w.names["example.com"] = []netip.Addr{addr(a)}
			for _, port := range []uint16{80, 443} { // whoever dials is let in
				w.servers[netip.AddrPortFrom(addr(a), port)] = w.servers[netip.MustParseAddrPort(public+":80")]
			}
			c.Closed = []netip.Prefix{netip.MustParsePrefix("9.9.9.0/24"), netip.MustParsePrefix("2620:fe::/48")}
		}, hello)
		if status, text := get(t, client, "http://example.com/"); status != 403 || len(w.dialled) != 0 {
			t.Errorf("%s: %d %s, dialled %v", a, status, text, w.dialled)
		}
		if _, text := get(t, client, "https://example.com/"); !strings.Contains(text, "Forbidden") || len(w.dialled) != 0 {
			t.Errorf("%s: CONNECT: %s, dialled %v", a, text, w.dialled)
		}
		if used := o.Used(); used[0].Refused != 1 || used[1].Refused != 1 {
			t.Errorf("%s: kept %+v", a, used)
		}
	}
	// The control: the same with open addresses, one of which answers.
	_, _, w, client := outside(t, func(_ *services.Config, w *world) {
		w.names["example.com"] = []netip.Addr{addr("10.0.0.1"), addr("2606:4700::1"), addr("8.8.4.4"), addr(public)}
	}, hello)
	if status, text := get(t, client, "http://example.com/"); status != 200 || len(w.dialled) != 3 || w.dialled[2].Addr() != addr(public) {
		t.Errorf("the control: %d %s, dialled %v", status, text, w.dialled)
	}
}

// A name that changes its address after it was checked changes nothing.
func TestTheCheckedAddressIsTheOneDialled(t *testing.T) {
	var times atomic.Int32
	_, _, w, client := outside(t, func(c *services.Config, w *world) {
		c.Resolve = func(context.Context, string) ([]netip.Addr, error) {
			if times.Add(1) == 1 {
				return []netip.Addr{addr(public)}, nil
			}
			return []netip.Addr{addr("127.0.0.1")}, nil
		}
	}, hello)
	if status, text := get(t, client, "http://example.com/"); status != 200 || times.Load() != 1 || len(w.dialled) != 1 || w.dialled[0].Addr() != addr(public) {
		t.Errorf("%d %s: resolved %d times, dialled %v", status, text, times.Load(), w.dialled)
	}
	if status, _ := get(t, client, "http://example.com/"); status != 403 || len(w.dialled) != 1 {
		t.Errorf("after the change: %d, dialled %v", status, w.dialled)
	}
}

func TestTLSMustNameTheAllowedHost(t *testing.T) {
	o, space, _, _ := outside(t, nil, hello)
	for _, c := range []struct {
		name, server string
		raw          string
		lets         bool
	}{
		{name: "the allowed name", server: "example.com", lets: true},
		{name: "in capitals", server: "EXAMPLE.com", lets: true},
		{name: "another name", server: "other.example.com"},
		{name: "no name", server: ""},
		{name: "a name that ends alike", server: "anexample.com"},
		{name: "not TLS", raw: "SSH-2.0-OpenSSH_9.2\r\n\r\n"},
		{name: "half of TLS", raw: "\x16\x03\x01\x00\x05\x01\x00\x00\x01\xff"},
		{name: "an older hello", raw: "\x80\x2e\x01\x03\x01\x00\x15\x00\x00\x00\x10"},
	} {
		conn := space.dial(t, "tcp", services.OutPort)
		_, _ = io.WriteString(conn, "CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n")
		line := make([]byte, len("HTTP/1.1 200 Connection established\r\n\r\n"))
		if _, err := io.ReadFull(conn, line); err != nil || !strings.Contains(string(line), " 200 ") {
			t.Fatalf("%s: %q, %v", c.name, line, err)
		}
		if c.raw != "" {
			_, _ = io.WriteString(conn, c.raw)
			b, _ := io.ReadAll(conn)
			if strings.Contains(string(b), "200 OK") {
				t.Errorf("%s went through: %q", c.name, b)
			}
			continue
		}
		client := tls.Client(conn, &tls.Config{ServerName: c.server, InsecureSkipVerify: true})
		err := client.HandshakeContext(t.Context())
		if (err == nil) != c.lets {
			t.Errorf("%s: %v", c.name, err)
		}
		if !c.lets && !strings.Contains(err.Error(), "unrecognized name") {
			t.Errorf("%s: the client heard %v", c.name, err)
		}
	}
	o.Close()
	if used := o.Used()[0]; used.Refused != 6 {
		t.Errorf("kept %+v", used)
	}
	if tried := o.Tried(); len(tried) != 2 || tried[0].Name != "other.example.com:443" {
		t.Errorf("kept %+v", tried)
	}
}

// raw sends bytes and returns all that comes back.
func raw(t testing.TB, space *loopback, request string) string {
	t.Helper()
	conn := space.dial(t, "tcp", services.OutPort)
	if _, err := io.WriteString(conn, request); err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(conn)
	if err != nil && len(b) == 0 {
		return err.Error()
	}
	return string(b)
}

func TestNoRequestIsSmuggled(t *testing.T) {
	var seen atomic.Int32
	_, space, w, _ := outside(t, nil, func(w http.ResponseWriter, r *http.Request) {
		seen.Add(1)
		hello(w, r)
	})
	for name, request := range map[string]string{
		"two lengths":             "POST http://example.com/ HTTP/1.1\r\nHost: example.com\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
		"length and coding":       "POST http://example.com/ HTTP/1.1\r\nHost: example.com\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		"an odd coding":           "POST http://example.com/ HTTP/1.1\r\nHost: example.com\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
		"coding in 1.0":           "POST http://example.com/ HTTP/1.0\r\nHost: example.com\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		"space before the colon":  "POST http://example.com/ HTTP/1.1\r\nHost: example.com\r\nContent-Length : 1\r\n\r\na",
		"folded":                  "GET http://example.com/ HTTP/1.1\r\nHost: example.com\r\nX: a\r\n b\r\n\r\n",
		"bare LF":                 "GET http://example.com/ HTTP/1.1\nHost: example.com\n\n",
		"bare CR":                 "GET http://example.com/ HTTP/1.1\r\nHost: example.com\r\nX: a\rHost: other\r\n\r\n",
		"zero byte":               "GET http://example.com/ HTTP/1.1\r\nHost: example.com\r\nX: a\x00\r\n\r\n",
		"two hosts":               "GET http://example.com/ HTTP/1.1\r\nHost: example.com\r\nHost: example.com\r\n\r\n",
		"no host":                 "GET http://example.com/ HTTP/1.1\r\n\r\n",
		"another host":            "GET http://example.com/ HTTP/1.1\r\nHost: other.example.com\r\n\r\n",
		"another host in CONNECT": "CONNECT example.com:443 HTTP/1.1\r\nHost: other.example.com:443\r\n\r\n",
		"a path":                  "GET / HTTP/1.1\r\nHost: example.com\r\n\r\n",
		"TLS without a tunnel":    "GET https://example.com/ HTTP/1.1\r\nHost: example.com\r\n\r\n",
		"another scheme":          "GET ftp://example.com/ HTTP/1.1\r\nHost: example.com\r\n\r\n",
		"a user":                  "GET http://example.com@other.example.com/ HTTP/1.1\r\nHost: example.com\r\n\r\n",
		"HTTP/2":                  "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
		"no port":                 "CONNECT example.com HTTP/1.1\r\nHost: example.com\r\n\r\n",
		"port 0":                  "CONNECT example.com:0 HTTP/1.1\r\nHost: example.com\r\n\r\n",
		"a large head":            "GET http://example.com/ HTTP/1.1\r\nHost: example.com\r\n" + strings.Repeat("X: "+strings.Repeat("a", 1000)+"\r\n", 40) + "\r\n",
		"many fields":             "GET http://example.com/ HTTP/1.1\r\nHost: example.com\r\n" + strings.Repeat("X: a\r\n", 200) + "\r\n",
	} {
		answer := raw(t, space, request)
		if strings.HasPrefix(answer, "HTTP/1.1 2") || seen.Load() != 0 || len(w.dialled) != 0 {
			t.Errorf("%s: %d requests arrived, dialled %v: %.80q", name, seen.Load(), w.dialled, answer)
		}
		w.dialled = nil
		seen.Store(0)
	}
	// The second request of a connection goes nowhere, whatever it says.
	answer := raw(t, space, "GET http://example.com/ HTTP/1.1\r\nHost: example.com\r\nConnection: X-Secret\r\nX-Secret: 1\r\n\r\nGET http://example.com/second HTTP/1.1\r\nHost: example.com\r\n\r\n")
	if seen.Load() != 1 || strings.Count(answer, "HTTP/1.1 ") != 1 || !strings.Contains(answer, "Connection: close") || !strings.Contains(answer, `secret=""`) {
		t.Errorf("%d requests arrived: %q", seen.Load(), answer)
	}
}
