package sample

import (
	"bufio"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func fixed() time.Time { return time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC) }

func env(pairs ...string) func(string) string {
	return func(key string) string {
		for i := 0; i+1 < len(pairs); i += 2 {
			if pairs[i] == key {
				return pairs[i+1]
			}
		}
		return ""
	}
}

func TestServeAnswersUntilItIsTold(t *testing.T) {
	for _, product := range Products() {
		t.Run(product.Name, func(t *testing.T) {
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			reader, writer := io.Pipe()
			served := make(chan error, 1)
			go func() {
				err := Serve(ctx, product.Name, env("PORT", "0"), fixed, writer)
				_ = writer.Close()
				served <- err
			}()
			log := bufio.NewScanner(reader)
			if !log.Scan() {
				t.Fatalf("no log line: %v", <-served)
			}
			port := regexp.MustCompile(`address"?[=:]"?\[::\]:(\d+)`).FindStringSubmatch(log.Text())
			if port == nil {
				t.Fatalf("the first line does not say where it listens: %s", log.Text())
			}
			answer, err := http.Get("http://127.0.0.1:" + port[1] + product.Path)
			if err != nil {
				t.Fatal(err)
			}
			_ = answer.Body.Close()
			if answer.StatusCode != http.StatusOK {
				t.Errorf("%s answers %d", product.Path, answer.StatusCode)
			}
			stop()
			for log.Scan() {
			}
			if err := <-served; err != nil {
				t.Errorf("told to stop, it returned %v", err)
			}
			if _, err := net.Dial("tcp", "127.0.0.1:"+port[1]); err == nil {
				t.Error("it still listens")
			}
		})
	}
}

func TestServeRefusesWhatItCannotServe(t *testing.T) {
	for _, c := range []struct{ name, port, want string }{
		{"cake", "", "Choose one of: bookwell, slotwise"},
		{"bookwell", "http", "set PORT to a number between 0 and 65535"},
		{"bookwell", "65536", "set PORT to a number between 0 and 65535"},
		{"bookwell", "-1", "set PORT to a number between 0 and 65535"},
	} {
		err := Serve(t.Context(), c.name, env("PORT", c.port), fixed, io.Discard)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s on port %q: %v, want %q", c.name, c.port, err, c.want)
		}
	}
}

// pipes is a listener in memory, so that a test's clock covers its connections.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case conn := <-p.conns:
		return conn, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}

func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipe"} }

func (p *pipes) client() *http.Client {
	return &http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(context.Context, string, string) (net.Conn, error) {
			ours, theirs := net.Pipe()
			p.conns <- theirs
			return ours, nil
		},
	}}
}

// A request under way is finished when the product is told to stop; one that takes
// longer than the goodbye is cut.
func TestServeFinishesTheRequestsUnderWay(t *testing.T) {
	for _, c := range []struct {
		name string
		work time.Duration
		want string
	}{
		{"within the goodbye", goodbye - time.Second, "done"},
		{"beyond the goodbye", goodbye + time.Second, "EOF"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, stop := context.WithCancel(t.Context())
				defer stop()
				slow := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
					<-time.After(c.work)
					_, _ = io.WriteString(w, "done")
				})
				listener := &pipes{conns: make(chan net.Conn), closed: make(chan struct{})}
				served := make(chan error, 1)
				go func() { served <- serveUntil(ctx, listener, slow, slog.New(slog.DiscardHandler)) }()
				answered := make(chan string, 1)
				go func() {
					answer, err := listener.client().Get("http://product/")
					if err != nil {
						answered <- err.Error()
						return
					}
					text, _ := io.ReadAll(answer.Body)
					_ = answer.Body.Close()
					answered <- string(text)
				}()
				synctest.Wait()
				stop()
				if text := <-answered; !strings.HasSuffix(text, c.want) {
					t.Errorf("the request under way got %q, want %q", text, c.want)
				}
				if err := <-served; err != nil {
					t.Error(err)
				}
				<-time.After(c.work)
			})
		})
	}
}

func TestRequestsAreBounded(t *testing.T) {
	handler, err := newBookwell(Setting{Now: fixed, Random: strings.NewReader(""), Getenv: env(), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- serveUntil(ctx, listener, handler, slog.New(slog.DiscardHandler)) }()
	send := func(size int) int {
		body := `{"service":"` + strings.Repeat("a", size) + `"}`
		answer, err := http.Post("http://"+listener.Addr().String()+"/api/bookings", "application/json", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		return answer.StatusCode
	}
	if status := send(bodyBytes); status != http.StatusBadRequest {
		t.Errorf("a body over the bound: status %d, want 400", status)
	}
	if status := send(bodyBytes / 2); status != http.StatusUnprocessableEntity {
		t.Errorf("a body under the bound: status %d, want 422", status)
	}
	stop()
	if err := <-served; err != nil {
		t.Error(err)
	}
}
