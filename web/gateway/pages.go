package gateway

import (
	"bytes"
	"crypto/sha256"
	_ "embed" // the page and its style
	"encoding/base64"
	"html/template"
	"net/http"
	"strconv"
	"strings"
)

//go:embed page.html
var pageHTML string

//go:embed page.css
var pageCSS string

// page is one of the gateway's own answers. about and the fields of a copy
// change nothing for others.
type page struct {
	on       *template.Template
	policy   string
	status   int
	heading  string
	say      []string
	linkText string
	link     string
	again    int // seconds after which to look again
}

type pages struct {
	notThere, signIn, foreign, malformed        page
	starting, paused, ended                     page
	noAnswer, slow, busy, tooLarge, notServiced page
}

// newPages writes the pages out. control is where "back" leads.
func newPages(control string) pages {
	hash := sha256.Sum256([]byte(pageCSS))
	base := page{
		on: template.Must(template.New("page").Parse(pageHTML)),
		policy: "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; style-src 'sha256-" +
			base64.StdEncoding.EncodeToString(hash[:]) + "'",
		link: control, linkText: "Go to Innovation Den",
	}
	with := func(status int, heading string, say ...string) page {
		p := base
		p.status, p.heading, p.say = status, heading, say
		return p
	}
	all := pages{
		notThere:  with(404, "Page not found", "There is no sandbox at this address.", "Open the sandbox from the page of its trial."),
		signIn:    with(401, "Sign in to open this sandbox", "Sandboxes open only for people who were invited to the trial."),
		foreign:   with(403, "This request came from another website", "Only the product's own pages can do this. Open the sandbox and do it there."),
		malformed: with(400, "This request cannot be understood", "Open the sandbox from the page of its trial."),
		starting:  with(503, "The product is starting", "This page looks again every 2 seconds and opens the product when it answers."),
		paused:    with(503, "The product is paused", "Nothing in it was lost. Ask the trial's department to resume it."),
		ended:     with(410, "This sandbox was removed", "The trial's page says when and why, and shows the receipt."),
		noAnswer:  with(502, "The product is not answering", "The sandbox runs, but the product in it does not take or answer requests. Try again in a minute. If it stays so, tell the trial's department."),
		slow:      with(504, "The product took too long to answer", "Try again, or ask the product for less at once."),
		busy:      with(429, "Too much is open at once", "Close other pages of this product, then try again."),
		tooLarge:  with(413, "The file is too large", "Choose a smaller file."),

		notServiced: with(503, "The den is restarting", "Try again in a minute."),
	}
	all.starting.again = 2
	all.signIn.linkText = "Sign in"
	for _, p := range []*page{&all.starting, &all.noAnswer, &all.slow, &all.busy} {
		p.link, p.linkText = "", "Try again" // the address itself
	}
	return all
}

// of returns the page for a sandbox that is not to be dialled. One that is
// live and still gets a page is being served by a den that closes.
func (p *pages) of(state State) page {
	switch state {
	case Starting:
		return p.starting
	case Paused:
		return p.paused
	case Ended:
		return p.ended
	case Live:
	}
	return p.notServiced
}

// about adds what the route has to say.
func (p page) about(route Route) page {
	if route.Product != "" {
		p.heading = strings.Replace(p.heading, "The product", route.Product, 1)
	}
	if route.Say != "" {
		p.say = append([]string{route.Say}, p.say...)
	}
	return p
}

// write sends the page, or its sentences as text to a client that asks for no HTML.
func (p page) write(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	noStore(h)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", p.policy)
	var body bytes.Buffer
	if acceptsHTML(r) {
		h.Set("Content-Type", "text/html; charset=utf-8")
		if p.again > 0 {
			h.Set("Refresh", strconv.Itoa(p.again))
		}
		p.render(&body)
	} else {
		h.Set("Content-Type", "text/plain; charset=utf-8")
		body.WriteString(p.heading + ". " + strings.Join(p.say, " ") + "\n")
	}
	if p.again > 0 {
		h.Set("Retry-After", strconv.Itoa(p.again))
	}
	h.Set("Content-Length", strconv.Itoa(body.Len()))
	w.WriteHeader(p.status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body.Bytes()) // the visitor may be gone
	}
}

// render cannot fail: the template is fixed, its values are text, and a buffer takes everything.
func (p page) render(to *bytes.Buffer) {
	err := p.on.Execute(to, struct {
		Heading        string
		Style          template.CSS
		Say            []string
		Link, LinkText string
	}{p.heading, template.CSS(pageCSS), p.say, p.link, p.linkText})
	if err != nil {
		panic(err)
	}
}
