package gateway_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// script is a product that reads the header of a request and answers with fixed bytes,
// then with others again and again until nobody takes them.
type script struct {
	answer, endless string

	mu    sync.Mutex
	heads []string // "METHOD URI" of what began each connection
}

func (s *script) listen(t *testing.T) string {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	var all sync.WaitGroup
	all.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			all.Go(func() { s.serve(conn) })
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		all.Wait()
	})
	return listener.Addr().String()
}

func (s *script) serve(conn net.Conn) {
	defer conn.Close()
	r, err := http.ReadRequest(bufio.NewReader(conn))
	if err != nil {
		return
	}
	s.mu.Lock()
	s.heads = append(s.heads, r.Method+" "+r.RequestURI)
	s.mu.Unlock()
	piece := s.answer
	for {
		if _, err := io.WriteString(conn, piece); err != nil {
			return
		}
		if piece = s.endless; piece == "" {
			break
		}
	}
	if strings.Contains(s.answer, "Connection: close") {
		_, _ = io.Copy(io.Discard, conn) // what is left of the request, and nothing is made of it
	}
}

const okay = "Content-Length: 2\r\n\r\nok"

// answers that a product may give to confuse who stands before it: what the visitor gets
// of each is one whole answer, and the next request on the connection gets its own.
var smugglingBack = []struct {
	name, answer, endless string
	status                int
	body                  string
}{
	{"control: a plain answer", "HTTP/1.1 200 OK\r\n" + okay, "", 200, "ok"},
	{"both lengths: the chunks count", "HTTP/1.1 200 OK\r\nContent-Length: 50\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", "", 200, "ok"},
	{"two lengths that differ", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok!", "", 502, ""},
	{"the same length twice", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n" + okay, "", 200, "ok"},
	{"a signed length", "HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\nok", "", 502, ""},
	{"a coding that is not known", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", "", 502, ""},
	{"two codings", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "", 502, ""},
	{"HTTP/1.0 has no chunks", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "", 200, "0\r\n\r\n"},
	{"bare line feeds", "HTTP/1.1 200 OK\nContent-Length: 2\n\nok", "", 200, "ok"},
	{"a folded line is unfolded", "HTTP/1.1 200 OK\r\nX-A: b\r\n Set-Cookie: den_session=x\r\n" + okay, "", 200, "ok"},
	{"a bare carriage return", "HTTP/1.1 200 OK\r\nX-A: b\rSet-Cookie: den_session=x\r\n" + okay, "", 502, ""},
	{"a zero byte", "HTTP/1.1 200 OK\r\nX-A: b\x00c\r\n" + okay, "", 502, ""},
	{"a trailer of ours", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: Set-Cookie\r\n\r\n2\r\nok\r\n0\r\nSet-Cookie: den_session=x\r\n\r\n", "", 200, "ok"},
	{"an upgrade that nobody asked for", "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nHTTP/1.1 200 OK\r\n" + okay, "", 502, ""},
	{"no content, with a length", "HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\n", "", 204, ""},
	{"not modified, with a length", "HTTP/1.1 304 Not Modified\r\nContent-Length: 20\r\n\r\n", "", 304, ""},
	{"a status below all", "HTTP/1.1 099 Less\r\n" + okay, "", 502, ""},
	{"a status above all", "HTTP/1.1 1000 More\r\n" + okay, "", 502, ""},
	{"no HTTP at all", "evil\r\n\r\n", "", 502, ""},
	{"nothing", "", "", 502, ""},
	{"interim answers without end", "", "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", 502, ""},
	{"a header without end", "HTTP/1.1 200 OK\r\n", strings.Repeat("X-A: b\r\n", 100), 502, ""},
	{"a line without end", "HTTP/1.1 200 OK\r\nX-A: ", strings.Repeat("a", 1000), 502, ""},
	{"a status without end", "HTTP/1.1 200 ", strings.Repeat("a", 1000), 502, ""},
}

func TestTheVisitorGetsOneAnswerWhateverTheProductSends(t *testing.T) {
	for _, c := range smugglingBack {
		t.Run(c.name, func(t *testing.T) {
			product := &script{answer: c.answer, endless: c.endless}
			d := newDen(t, http.NotFoundHandler())
			d.dialer.to.Store("box1", product.listen(t))
			get := withCookie("GET /a HTTP/1.1\r\nHost: "+at+"\r\nC\r\n\r\n", d.visit("acme", ann))
			next := strings.Replace(get, "/a HTTP/1.1", "/.den/none HTTP/1.1\r\nConnection: close", 1)
			var got []*http.Response
			for _, res := range d.raw(get+next, 1000) { // until the connection ends
				if res.StatusCode >= 200 {
					got = append(got, res)
				}
				if set := res.Header.Get("Set-Cookie") + res.Trailer.Get("Set-Cookie"); set != "" {
					t.Errorf("the visitor was given the cookie %q", set)
				}
			}
			if len(got) != 2 || got[0].StatusCode != c.status || got[1].StatusCode != 404 {
				t.Fatalf("%d answers: %v", len(got), got)
			}
			if body, err := io.ReadAll(got[0].Body); err != nil || c.status < 300 && string(body) != c.body {
				t.Errorf("the body is %q, %v; want %q", body, err, c.body)
			}
		})
	}
}

// shout sends bytes to whoever takes them, and hears everything until the connection ends.
func (d *den) shout(bytes string) {
	conn, err := net.Dial("tcp", d.address)
	must(d.t, err)
	defer conn.Close()
	must(d.t, conn.SetDeadline(time.Now().Add(5*time.Second)))
	var all sync.WaitGroup
	all.Go(func() { _, _ = io.WriteString(conn, bytes) }) // who has answered need not take the rest
	_, _ = io.Copy(io.Discard, conn)
	_ = conn.Close()
	all.Wait()
}

// An answer that comes before the body was read ends there: what is left of the body is
// never taken for requests, and a request behind it gets its own answer or none.
func TestABodyThatNobodyReadsIsNoRequest(t *testing.T) {
	product := &script{answer: "HTTP/1.1 200 OK\r\nConnection: close\r\n" + okay}
	d := newDen(t, http.NotFoundHandler())
	d.dialer.to.Store("box1", product.listen(t))
	cookie := d.visit("acme", ann)
	evil := withCookie("GET /evil HTTP/1.1\r\nHost: "+at+"\r\nC\r\n\r\n", cookie)
	for _, times := range []int{1, 100, 20_000} {
		body := strings.Repeat(evil, times)
		head := withCookie(fmt.Sprintf("POST /a HTTP/1.1\r\nHost: %s\r\nC\r\nContent-Length: %d\r\n\r\n", at, len(body)), cookie)
		d.shout(head + body + strings.Replace(evil, "/evil HTTP/1.1", "/b HTTP/1.1\r\nConnection: close", 1))
	}
	product.mu.Lock()
	defer product.mu.Unlock()
	if !slices.Contains(product.heads, "POST /a") || slices.Contains(product.heads, "GET /evil") {
		t.Errorf("the product saw %q", product.heads)
	}
}
