package measure_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"innovationden/sandbox"
	"innovationden/sandbox/measure"
)

// dialer reaches one server, and counts how often it was asked for anything else.
type dialer struct {
	to    string
	wrong atomic.Int32
}

func (d *dialer) Dial(ctx context.Context, id sandbox.ID, port int) (net.Conn, error) {
	if id != "box" || port != 8080 {
		d.wrong.Add(1)
	}
	var plain net.Dialer
	return plain.DialContext(ctx, "tcp", d.to)
}

func product(t *testing.T, h http.Handler) (measure.Target, *dialer) {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	d := &dialer{to: s.Listener.Addr().String()}
	t.Cleanup(func() {
		if n := d.wrong.Load(); n > 0 {
			t.Errorf("%d connections to another place", n)
		}
	})
	return measure.Target{Dial: d, ID: "box", Port: 8080}, d
}

func TestAPageWeighsWhatItNamesOfItsOwnOrigin(t *testing.T) {
	asked := map[string]int{}
	page := `<!doctype html><base href="/static/"><link rel=stylesheet href=a.css><script src="a.js"></script><script src="a.js"></script>
		<img src="https://elsewhere.example/p.png"><img src="//elsewhere.example/q.png"><img src="pic.png#x"><img src=late.png loading=lazy>
		<a href="/other">not fetched</a><link rel=canonical href=/c><link rel="shortcut icon" href="/icon">`
	target, _ := product(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked[r.URL.Path]++
		switch r.URL.Path {
		case "/":
			http.Redirect(w, r, "/home", http.StatusFound)
		case "/home":
			_, _ = w.Write([]byte(page))
		default:
			_, _ = w.Write([]byte(strings.Repeat("x", 100)))
		}
	}))
	w, err := measure.Weigh(t.Context(), target, "/")
	if err != nil {
		t.Fatal(err)
	}
	for path, n := range map[string]int{"/home": 1, "/static/a.css": 1, "/static/a.js": 1, "/static/pic.png": 1, "/icon": 1, "/static/late.png": 0, "/other": 0, "/c": 0} {
		if asked[path] != n {
			t.Errorf("%s was fetched %d times, not %d", path, asked[path], n)
		}
	}
	if least := int64(len(page) + 400); w.Status != 200 || w.Bytes < least || w.Bytes > least+100 || w.Parts != 6 || w.Cut {
		t.Errorf("%+v of at least %d bytes", w, least)
	}
}

func TestWeighingHasBounds(t *testing.T) {
	target, _ := product(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/round":
			http.Redirect(w, r, "/round", http.StatusFound)
		case r.URL.Path == "/away":
			http.Redirect(w, r, "http://elsewhere.example/", http.StatusFound)
		case r.URL.Path == "/endless":
			for r.Context().Err() == nil {
				if _, err := w.Write(make([]byte, 1<<20)); err != nil {
					return
				}
			}
		case r.URL.Path == "/many":
			for i := range 1000 {
				_, _ = w.Write([]byte("<img src=/i?" + strings.Repeat("x", i) + ">"))
			}
		}
	}))
	for _, path := range []string{"/round", "/away"} {
		if _, err := measure.Weigh(t.Context(), target, path); !errors.Is(err, measure.ErrNoPage) {
			t.Errorf("%s: %v", path, err)
		}
	}
	if w, err := measure.Weigh(t.Context(), target, "/endless"); err != nil || !w.Cut || w.Bytes != 32<<20 {
		t.Errorf("an endless page: %+v %v", w, err)
	}
	if w, err := measure.Weigh(t.Context(), target, "/many"); err != nil || !w.Cut || w.Parts != 100 {
		t.Errorf("a page with very many parts: %+v %v", w, err)
	}
}

func TestAProductThatIsGoneHasNoWeight(t *testing.T) {
	target, d := product(t, http.NotFoundHandler())
	if w, err := measure.Weigh(t.Context(), target, "/"); err != nil || w.Status != 404 {
		t.Errorf("a page that is not there: %+v %v", w, err)
	}
	d.to = "127.0.0.1:1"
	if _, err := measure.Weigh(t.Context(), target, "/"); !errors.Is(err, measure.ErrNoPage) {
		t.Errorf("nobody there: %v", err)
	}
}

// A page of a hostile product must not cost the den many times what it weighs.
func TestACrowdedPageCostsLittleMemory(t *testing.T) {
	target, _ := product(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" {
			return
		}
		for i := range 1 << 20 {
			_, _ = fmt.Fprintf(w, "<img src=%x>", i)
		}
	}))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	w, err := measure.Weigh(t.Context(), target, "/")
	runtime.ReadMemStats(&after)
	if spent := (after.TotalAlloc - before.TotalAlloc) >> 20; err != nil || !w.Cut || spent > 200 {
		t.Errorf("%+v %v: %d MB for a page of %d MB", w, err, spent, w.Bytes>>20)
	}
}
