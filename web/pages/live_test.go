package pages

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// talk is a server that tells one reader as fast as it can, until it is refused.
func talk(t *testing.T, refused chan<- error) *httptest.Server {
	t.Helper()
	// A clock that runs behind by all but a little of the bound: the deadline comes soon.
	late := func() time.Time { return time.Now().Add(100*time.Millisecond - writeBound) }
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		l := &listener{w: w, control: http.NewResponseController(w), now: late}
		for n := 0; ; n++ {
			if err := l.tell(bytes.Repeat(fmt.Appendf(nil, "%d", n), 20_000)); err != nil {
				refused <- err
				return
			}
			if r.Context().Err() != nil {
				refused <- nil
				return
			}
		}
	}))
	t.Cleanup(server.Close)
	return server
}

func TestAReaderWhoNeverReadsIsDropped(t *testing.T) {
	refused := make(chan error, 1)
	server := talk(t, refused)
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if _, err := fmt.Fprint(conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-refused:
		if err == nil {
			t.Error("the reader left by itself")
		}
	case <-time.After(20 * time.Second):
		t.Error("a reader who never reads holds its writer for ever")
	}
}

func TestAReaderWhoReadsIsNotDropped(t *testing.T) {
	refused := make(chan error, 1)
	server := talk(t, refused)
	answer, err := http.Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	const enough = 50 << 20 // far more than the deaf one is ever sent
	buffer, read := make([]byte, 1<<20), 0
	for read < enough {
		n, err := answer.Body.Read(buffer)
		if read += n; err != nil {
			t.Fatalf("cut off after %d bytes: %v", read, err)
		}
	}
	_ = answer.Body.Close()
	<-refused
}

// A deadline of HTTP/2 is a timer of the stream: left set, it would cut off a reader to
// whom there is nothing to tell for longer than the bound.
func TestAReaderByHTTP2StaysBetweenTwoEvents(t *testing.T) {
	late := func() time.Time { return time.Now().Add(100*time.Millisecond - writeBound) }
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		l := &listener{w: w, control: http.NewResponseController(w), now: late}
		for _, event := range []string{"one", "two"} {
			_ = l.write(event)
			<-time.After(300 * time.Millisecond)
		}
	}))
	server.EnableHTTP2 = true
	server.StartTLS()
	t.Cleanup(server.Close)
	answer, err := server.Client().Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	if all, err := io.ReadAll(answer.Body); answer.ProtoMajor != 2 || err != nil || string(all) != "onetwo" {
		t.Errorf("by %s: %q, %v", answer.Proto, all, err)
	}
}
