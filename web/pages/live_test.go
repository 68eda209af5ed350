package pages

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// told is what a reader of a server gets that tells one event after another, each of as
// many bytes as a read takes, and how telling it ended. It all happens in a bubble of
// time, over a pipe that holds nothing back: a write lasts until it was read.
func told(t *testing.T, read func(io.Reader)) error {
	t.Helper()
	ours, theirs := net.Pipe()
	refused := make(chan error, 1)
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		l := &listener{w: w, control: http.NewResponseController(w), now: time.Now}
		for n := 0; r.Context().Err() == nil; n++ {
			if err := l.tell(bytes.Repeat(fmt.Appendf(nil, "%d", n), 20_000)); err != nil {
				refused <- err
				return
			}
		}
		refused <- nil
	})}
	over := make(chan struct{})
	go func() {
		defer close(over)
		_ = server.Serve(&onePipe{conn: ours, over: make(chan struct{})})
	}()
	if _, err := fmt.Fprint(theirs, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	read(theirs)
	_ = theirs.Close()
	err := <-refused
	_ = server.Close()
	<-over
	return err
}

// onePipe is a listener to whom one connection comes.
type onePipe struct {
	conn net.Conn
	over chan struct{}
}

func (p *onePipe) Accept() (net.Conn, error) {
	if conn := p.conn; conn != nil {
		p.conn = nil
		return conn, nil
	}
	<-p.over
	return nil, net.ErrClosed
}

func (p *onePipe) Close() error   { close(p.over); return nil }
func (p *onePipe) Addr() net.Addr { return &net.UnixAddr{Name: "pipe", Net: "pipe"} }

func TestAReaderWhoNeverReadsIsDropped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		err := told(t, func(io.Reader) { <-time.After(writeBound + time.Second) })
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("a reader who never reads holds its writer: %v after %s", err, time.Since(began))
		}
	})
}

// Whoever takes almost as long as they may for each event is told all the same, for many
// times as long as that: each write has a bound of its own.
func TestAReaderWhoReadsIsNotDropped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		err := told(t, func(from io.Reader) {
			lines := bufio.NewReader(from)
			for events := 0; events < 30; {
				line, err := lines.ReadString('\n')
				if err != nil {
					t.Errorf("cut off after %d events: %v", events, err)
					return
				}
				if strings.HasPrefix(line, "id: ") {
					events++
					<-time.After(writeBound - time.Second)
				}
			}
		})
		if errors.Is(err, os.ErrDeadlineExceeded) {
			t.Error("a reader who reads was dropped")
		}
	})
}

// A deadline of HTTP/2 is a timer of the stream: left set, it would cut off a reader to
// whom there is nothing to tell for longer than the bound.
func TestAReaderByHTTP2StaysBetweenTwoEvents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := net.Pipe()
		var spoken http.Protocols
		spoken.SetUnencryptedHTTP2(true)
		server := &http.Server{Protocols: &spoken, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			l := &listener{w: w, control: http.NewResponseController(w), now: time.Now}
			for _, event := range []string{"one", "two"} {
				_ = l.write(event)
				<-time.After(3 * writeBound)
			}
		})}
		over := make(chan struct{})
		go func() {
			defer close(over)
			_ = server.Serve(&onePipe{conn: ours, over: make(chan struct{})})
		}()
		way := &http.Transport{Protocols: &spoken, DialContext: func(context.Context, string, string) (net.Conn, error) { return theirs, nil }}
		answer, err := (&http.Client{Transport: way}).Get("http://den.example/")
		if err != nil {
			t.Fatal(err)
		}
		if all, err := io.ReadAll(answer.Body); answer.ProtoMajor != 2 || err != nil || string(all) != "onetwo" {
			t.Errorf("by %s: %q, %v", answer.Proto, all, err)
		}
		_ = answer.Body.Close()
		way.CloseIdleConnections()
		_ = server.Close()
		<-over
	})
}
