package sample_test

import (
	"crypto/rand"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"

	"innovationden/sandbox/sample"
)

// monday is a Monday morning before the offices open.
var monday = time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC)

const nextWeek = "2026-11-30"

// visitor uses one product as a browser without JavaScript does, following no redirect.
type visitor struct {
	t       *testing.T
	handler http.Handler
	clock   *atomic.Int64 // seconds since monday
}

func visit(t *testing.T, name string, env map[string]string) visitor {
	t.Helper()
	product, ok := sample.Find(name)
	if !ok {
		t.Fatalf("no product %q", name)
	}
	passed := new(atomic.Int64)
	handler, err := product.Handler(sample.Setting{
		Now:    func() time.Time { return monday.Add(time.Duration(passed.Load()) * time.Second) },
		Random: rand.Reader,
		Getenv: func(key string) string { return env[key] },
		Log:    slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	return visitor{t, handler, passed}
}

func (v visitor) do(r *http.Request) *http.Response {
	w := httptest.NewRecorder()
	v.handler.ServeHTTP(w, r)
	return w.Result()
}

// page reads a page and checks its status.
func (v visitor) page(status int, path string) *html.Node {
	v.t.Helper()
	return v.parse(status, v.do(httptest.NewRequest(http.MethodGet, path, nil)))
}

func (v visitor) parse(status int, r *http.Response) *html.Node {
	v.t.Helper()
	if r.StatusCode != status {
		text, _ := io.ReadAll(r.Body)
		v.t.Fatalf("status %d, want %d: %s", r.StatusCode, status, text)
	}
	node, err := html.Parse(r.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	return node
}

func (v visitor) post(path string, form url.Values) *http.Response {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return v.do(r)
}

// follow posts a form and returns where it led.
func (v visitor) follow(path string, form url.Values) string {
	v.t.Helper()
	r := v.post(path, form)
	if r.StatusCode != http.StatusSeeOther {
		text, _ := io.ReadAll(r.Body)
		v.t.Fatalf("POST %s: status %d, want 303: %s", path, r.StatusCode, text)
	}
	return r.Header.Get("Location")
}

func jsonRequest(method, path, body string) *http.Request {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	return r
}

// call sends JSON and reads JSON.
func (v visitor) call(status int, method, path, body string, headers ...string) map[string]any {
	v.t.Helper()
	r := jsonRequest(method, path, body)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	answer := v.do(r)
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	if answer.StatusCode != status {
		v.t.Fatalf("%s %s: status %d, want %d: %s", method, path, answer.StatusCode, status, text)
	}
	var read map[string]any
	if err := json.Unmarshal(text, &read); err != nil {
		v.t.Fatalf("%s %s: %v: %s", method, path, err, text)
	}
	return read
}

func all(page *html.Node, selector string) []*html.Node {
	return cascadia.QueryAll(page, cascadia.MustCompile(selector))
}

// texts returns the text of every node of a selector.
func texts(page *html.Node, selector string) []string {
	var found []string
	for _, node := range all(page, selector) {
		var text strings.Builder
		for n := range node.Descendants() {
			if n.Type == html.TextNode {
				text.WriteString(n.Data)
			}
		}
		found = append(found, strings.Join(strings.Fields(text.String()), " "))
	}
	return found
}

func attribute(node *html.Node, key string) string {
	for _, a := range node.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

// hidden returns the hidden fields and first choices of the form of a page.
func hidden(page *html.Node) url.Values {
	form := url.Values{}
	for _, field := range all(page, "main form input[type=hidden], .sheet form input[type=hidden]") {
		form.Set(attribute(field, "name"), attribute(field, "value"))
	}
	return form
}

func asha(form url.Values) url.Values {
	form.Set("name", "Asha Example")
	form.Set("email", "asha@example.com")
	form.Set("phone", "01632 960 001")
	return form
}

func has(t *testing.T, page *html.Node, selector, want string) {
	t.Helper()
	found := texts(page, selector)
	for _, text := range found {
		if strings.Contains(text, want) {
			return
		}
	}
	t.Errorf("%s: %q does not say %q", selector, found, want)
}
