package gateway_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"testing"
)

// ear is a product that notes the bytes it was sent and the requests it takes them for.
type ear struct {
	mu       sync.Mutex
	bytes    bytes.Buffer
	requests []string // "METHOD URI host body"
}

func (e *ear) listen(t *testing.T) string {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	var mu sync.Mutex
	var conns []net.Conn
	all.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			conns = append(conns, conn)
			mu.Unlock()
			all.Go(func() { e.serve(conn) })
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		mu.Lock()
		for _, c := range conns {
			_ = c.Close()
		}
		mu.Unlock()
		all.Wait()
	})
	return listener.Addr().String()
}

func (e *ear) serve(conn net.Conn) {
	defer conn.Close()
	reader := bufio.NewReader(io.TeeReader(conn, writer(func(p []byte) {
		e.mu.Lock()
		defer e.mu.Unlock()
		e.bytes.Write(p)
	})))
	for {
		r, err := http.ReadRequest(reader)
		if err != nil {
			return
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return // never became a whole request
		}
		e.mu.Lock()
		e.requests = append(e.requests, fmt.Sprintf("%s %s %s %s", r.Method, r.RequestURI, r.Host, body))
		e.mu.Unlock()
		_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
	}
}

type writer func([]byte)

func (w writer) Write(p []byte) (int, error) { w(p); return len(p), nil }

func (e *ear) heard() (requests []string, sent string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return append([]string(nil), e.requests...), e.bytes.String()
}

const at = "acme." + domain

// smuggled is a raw request, C standing for the visit's cookie line. saw is what
// the product may take it for, exactly; evil must never be among its bytes as a request.
type smuggled struct {
	name, raw string
	status    []int
	saw       []string
}

var smuggling = []smuggled{
	{
		"control: a plain request", "GET /a HTTP/1.1\r\nHost: " + at + "\r\nC\r\n\r\n",
		[]int{200}, []string{"GET /a " + at + " "},
	},
	{
		"both lengths: the chunks count, the rest is a request of its own without a visit",
		"POST /a HTTP/1.1\r\nHost: " + at + "\r\nC\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /evil HTTP/1.1\r\nHost: " + at + "\r\n\r\n",
		[]int{200, 401}, []string{"POST /a " + at + " "},
	},
	{
		"length hides a request", "POST /a HTTP/1.1\r\nHost: " + at + "\r\nC\r\nContent-Length: 24\r\n\r\nGET /evil HTTP/1.1\r\nX: y\r\n\r\n",
		[]int{200}, []string{"POST /a " + at + " GET /evil HTTP/1.1\r\nX: y"},
	},
	{"two lengths that differ", "POST /a HTTP/1.1\r\nHost: " + at + "\r\nC\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", []int{400}, nil},
	{"a list of lengths", "POST /a HTTP/1.1\r\nHost: " + at + "\r\nC\r\nContent-Length: 1, 2\r\n\r\nab", []int{400}, nil},
	{"a signed length", "POST /a HTTP/1.1\r\nHost: " + at + "\r\nC\r\nContent-Length: +1\r\n\r\na", []int{400}, nil},
	{"space before the colon", "POST /a HTTP/1.1\r\nHost: " + at + "\r\nC\r\nContent-Length : 1\r\n\r\na", []int{400}, nil},
	{"two codings", "POST /a HTTP/1.1\r\nHost: " + at + "\r\nC\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n", []int{501}, nil},
	{"a coding in disguise", "POST /a HTTP/1.1\r\nHost: " + at + "\r\nC\r\nTransfer-Encoding: xchunked\r\nContent-Length: 3\r\n\r\nabc", []int{501}, nil},
	{"a coding after a tab", "POST /a HTTP/1.1\r\nHost: " + at + "\r\nC\r\nTransfer-Encoding:\x0bchunked\r\nContent-Length: 3\r\n\r\nabc", []int{400}, nil},
	{"two hosts", "GET /a HTTP/1.1\r\nHost: " + at + "\r\nHost: evil.test\r\nC\r\n\r\n", []int{400}, nil},
	{"no host", "GET /a HTTP/1.1\r\nC\r\n\r\n", []int{400}, nil},
	{"host with a path", "GET /a HTTP/1.1\r\nHost: " + at + "/evil\r\nC\r\n\r\n", []int{400}, nil},
	{"host with a user", "GET /a HTTP/1.1\r\nHost: evil@" + at + "\r\nC\r\n\r\n", []int{400}, nil},
	{"absolute URI against Host", "GET http://" + at + "/a HTTP/1.1\r\nHost: evil.test\r\nC\r\n\r\n", []int{400}, nil},
	{"absolute URI of another", "GET http://evil.test/a HTTP/1.1\r\nHost: " + at + "\r\nC\r\n\r\n", []int{400}, nil},
	{"CONNECT", "CONNECT " + at + ":80 HTTP/1.1\r\nHost: " + at + "\r\nC\r\n\r\n", []int{400}, nil},
	{"asterisk", "OPTIONS * HTTP/1.1\r\nHost: " + at + "\r\nC\r\n\r\n", []int{400}, nil},
	{"TRACE", "TRACE / HTTP/1.1\r\nHost: " + at + "\r\nC\r\n\r\n", []int{400}, nil},
	{"two slashes are a path", "GET //evil.test/a HTTP/1.1\r\nHost: " + at + "\r\nC\r\n\r\n", []int{200}, []string{"GET //evil.test/a " + at + " "}},
	{"a folded line is unfolded", "GET /a HTTP/1.1\r\nHost: " + at + "\r\nC\r\nX-A: b\r\n X-Den-User: evil\r\n\r\n", []int{200}, []string{"GET /a " + at + " "}},
	{"a folded first line", "GET /a HTTP/1.1\r\n Host: evil.test\r\nHost: " + at + "\r\nC\r\n\r\n", []int{400}, nil},
	{"bare line feeds", "GET /a HTTP/1.1\nHost: " + at + "\nC\n\n", []int{200}, []string{"GET /a " + at + " "}},
	{"a bare carriage return", "GET /a HTTP/1.1\r\nHost: " + at + "\r\nC\r\nX-A: b\rX-Den-User: evil\r\n\r\n", []int{400}, nil},
	{"a zero byte", "GET /a HTTP/1.1\r\nHost: " + at + "\r\nC\r\nX-A: b\x00c\r\n\r\n", []int{400}, nil},
	{"a chunk ended by a line feed", "POST /a HTTP/1.1\r\nHost: " + at + "\r\nC\r\nTransfer-Encoding: chunked\r\n\r\n1\na\r\n0\r\n\r\n", []int{400}, nil},
	{
		"a trailer", "POST /a HTTP/1.1\r\nHost: " + at + "\r\nC\r\nTransfer-Encoding: chunked\r\nTrailer: X-Den-User\r\n\r\n1\r\na\r\n0\r\nX-Den-User: evil\r\n\r\n",
		[]int{200}, []string{"POST /a " + at + " a"},
	},
	{"the cookie by Connection", "GET /a HTTP/1.1\r\nHost: " + at + "\r\nC\r\nConnection: Cookie, X-Forwarded-Host, Host\r\n\r\n", []int{200}, []string{"GET /a " + at + " "}},
	{
		"an upgrade to h2c is a plain request", "GET /a HTTP/1.1\r\nHost: " + at + "\r\nC\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n",
		[]int{200}, []string{"GET /a " + at + " "},
	},
	{
		"a WebSocket with a body is a plain request", "GET /a HTTP/1.1\r\nHost: " + at + "\r\nC\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 4\r\n\r\nevil",
		[]int{200}, []string{"GET /a " + at + " evil"},
	},
	{"header over the bound", "GET /a HTTP/1.1\r\nHost: " + at + "\r\nC\r\nX-A: " + strings.Repeat("a", 80<<10) + "\r\n\r\n", []int{431}, nil},
	{
		"pipelined, each with its own right", "GET /a HTTP/1.1\r\nHost: " + at + "\r\nC\r\n\r\nGET /evil HTTP/1.1\r\nHost: " + at + "\r\n\r\nGET /b HTTP/1.1\r\nHost: " + at + "\r\nC\r\n\r\n",
		[]int{200, 401, 200}, []string{"GET /a " + at + " ", "GET /b " + at + " "},
	},
	{"line break in the path", "GET /a\rb HTTP/1.1\r\nHost: " + at + "\r\nC\r\n\r\n", []int{400}, nil},
	{"encoded line break stays encoded", "GET /a%0d%0aX-Den-User:evil HTTP/1.1\r\nHost: " + at + "\r\nC\r\n\r\n", []int{200}, []string{"GET /a%0d%0aX-Den-User:evil " + at + " "}},
	{
		"HTTP/1.0 has no chunks", "POST /a HTTP/1.0\r\nHost: " + at + "\r\nC\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /evil HTTP/1.1\r\n\r\n",
		[]int{200}, []string{"POST /a " + at + " "},
	},
}

func TestTheSandboxSeesExactlyWhatWasAuthorised(t *testing.T) {
	for _, c := range append(smuggling, smugglingMore...) {
		t.Run(c.name, func(t *testing.T) {
			product := &ear{}
			d := newDen(t, http.NotFoundHandler())
			d.dialer.to.Store("box1", product.listen(t))
			cookie := d.visit("acme", ann)
			var status []int
			for _, res := range d.raw(withCookie(c.raw, cookie), len(c.status)) {
				status = append(status, res.StatusCode)
			}
			saw, sent := product.heard()
			if fmt.Sprint(status) != fmt.Sprint(c.status) || strings.Join(saw, "\n") != strings.Join(c.saw, "\n") {
				t.Errorf("answers %v, want %v\nthe product saw %q\nwant %q", status, c.status, saw, c.saw)
			}
			for _, never := range []string{"den_visit", "\r\nX-Den-User:", "\r\nTrailer:", "Upgrade: h2c", "HTTP2-Settings", "_encoding", "_length", ";x="} {
				if strings.Contains(sent, never) {
					t.Errorf("%q reached the product:\n%s", never, sent)
				}
			}
		})
	}
}

func withCookie(raw, cookie string) string {
	raw = strings.ReplaceAll(raw, "\nC\r\n", "\nCookie: "+cookie+"\r\n")
	return strings.ReplaceAll(raw, "\nC\n", "\nCookie: "+cookie+"\n")
}

// The control: a proxy as the manual's first example builds it lets through
// what the suite looks for, so the suite can see it.
func TestControlAPlainProxyFailsTheSuite(t *testing.T) {
	product := &ear{}
	target := &url.URL{Scheme: "http", Host: product.listen(t)}
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	plain := httputil.NewSingleHostReverseProxy(target)
	plain.Transport = transport
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: plain, ErrorLog: nil}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	defer func() {
		_ = server.Close()
		<-served
	}()
	d := &den{t: t, address: listener.Addr().String()}
	for _, raw := range []string{
		"GET http://evil.test/a HTTP/1.1\r\nHost: " + at + "\r\nC\r\n\r\n",
		"GET /a HTTP/1.1\r\nHost: " + at + "\r\nC\r\nX-Den-User: evil\r\n\r\n",
		"GET /a HTTP/1.1\r\nHost: " + at + "\r\nC\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n",
	} {
		d.raw(withCookie(raw, "den_visit=1"), 1)
	}
	saw, sent := product.heard()
	for _, seen := range []string{"den_visit", "\r\nX-Den-User:", "Upgrade: h2c"} {
		if !strings.Contains(sent, seen) {
			t.Errorf("the plain proxy did not pass %q on", seen)
		}
	}
	if len(saw) != 3 || !strings.Contains(saw[0], "evil.test") {
		t.Errorf("the plain proxy's product saw %q", saw)
	}
}
