package web_test

import (
	"context"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"

	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"
)

// visitor is somebody's browser, without JavaScript.
type visitor struct {
	*rig
	client *http.Client
}

// page is an answer, read.
type page struct {
	t      testing.TB
	Status int
	Header http.Header
	Text   string
	root   *html.Node
}

// visitor gives a browser, signed in as one of the people unless name is empty.
func (r *rig) visitor(name string) *visitor {
	r.Helper()
	jar, err := cookiejar.New(nil)
	r.must(err)
	v := &visitor{rig: r, client: &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	if name != "" {
		got := v.post("/sign-in", url.Values{"person": {string(r.people[name].ID)}})
		if got.Status != http.StatusSeeOther {
			r.Fatalf("%s cannot sign in: %d %s", name, got.Status, got.Text)
		}
	}
	return v
}

func (v *visitor) get(path string) *page { return v.send(http.MethodGet, path, nil, nil) }

func (v *visitor) post(path string, form url.Values) *page {
	return v.send(http.MethodPost, path, form, nil)
}

func (v *visitor) send(method, path string, form url.Values, header http.Header) *page {
	v.Helper()
	request, err := http.NewRequestWithContext(context.Background(), method, v.server.URL+path, strings.NewReader(form.Encode()))
	v.must(err)
	request.Header.Set("Accept", "text/html")
	if form != nil {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for key, values := range header {
		request.Header[key] = values
	}
	answer, err := v.client.Do(request)
	v.must(err)
	return v.read(answer)
}

func (v *visitor) read(answer *http.Response) *page {
	v.Helper()
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	v.must(err)
	root, err := html.Parse(strings.NewReader(string(text)))
	v.must(err)
	return &page{t: v.TB, Status: answer.StatusCode, Header: answer.Header, Text: string(text), root: root}
}

// submit sends the first form of a page that goes to action as the page filled it in,
// with what is typed over it.
func (v *visitor) submit(p *page, action string, typed url.Values) *page {
	v.Helper()
	form := p.one(`form[action="` + action + `"]`)
	values := url.Values{}
	for _, field := range cascadia.QueryAll(form, cascadia.MustCompile("input,textarea,select")) {
		name, kind := attribute(field, "name"), attribute(field, "type")
		switch {
		case name == "", kind == "submit":
		case kind == "radio" || kind == "checkbox":
			if has(field, "checked") {
				values.Add(name, attribute(field, "value"))
			}
		default:
			values.Add(name, holds(field))
		}
	}
	for name, given := range typed {
		values[name] = given
	}
	return v.post(action, values)
}

// holds is what a field of a form holds.
func holds(field *html.Node) string {
	switch field.Data {
	case "textarea":
		return strings.TrimPrefix(text(field), "\n")
	case "select":
		chosen := ""
		for k, o := range cascadia.QueryAll(field, cascadia.MustCompile("option")) {
			if k == 0 || has(o, "selected") {
				chosen = attribute(o, "value")
			}
		}
		return chosen
	}
	return attribute(field, "value")
}

// follow opens where an answer leads.
func (v *visitor) follow(p *page) *page {
	v.Helper()
	if p.Status != http.StatusSeeOther {
		v.Fatalf("got %d, want a redirect: %s", p.Status, p.said())
	}
	return v.get(strings.TrimPrefix(p.Header.Get("Location"), v.server.URL))
}

func (p *page) all(selector string) []*html.Node {
	return cascadia.QueryAll(p.root, cascadia.MustCompile(selector))
}

func (p *page) one(selector string) *html.Node {
	p.t.Helper()
	found := p.all(selector)
	if len(found) == 0 {
		p.t.Fatalf("%q is not on the page (%d):\n%s", selector, p.Status, p.said())
	}
	return found[0]
}

func (p *page) has(selector string) bool { return len(p.all(selector)) > 0 }

// shows fails unless what the selector finds says the text.
func (p *page) shows(selector, want string) {
	p.t.Helper()
	for _, found := range p.all(selector) {
		if strings.Contains(words(found), want) {
			return
		}
	}
	p.t.Errorf("%q does not say %q:\n%s", selector, want, p.said())
}

func (p *page) said() string { return words(p.root) }

func words(n *html.Node) string { return strings.Join(strings.Fields(text(n)), " ") }

func text(n *html.Node) string {
	if n.Type == html.TextNode {
		return n.Data
	}
	var b strings.Builder
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		b.WriteString(text(c))
		if c.Type == html.ElementNode && c.Data != "span" && c.Data != "strong" && c.Data != "time" && c.Data != "a" {
			b.WriteByte(' ')
		}
	}
	return b.String()
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, name string) bool {
	for _, a := range n.Attr {
		if a.Key == name {
			return true
		}
	}
	return false
}
