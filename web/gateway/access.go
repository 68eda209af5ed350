package gateway

import (
	"net/http"
	"net/url"
	"strings"
)

// own is the part of every sandbox's paths that is the gateway's. Products never see it.
const (
	own   = "/.den/"
	enter = "/.den/enter"
)

// EnterURL is where the control plane sends a person with a fresh ticket. then
// is the path to land on; what is not a path of the sandbox becomes "/".
func (g *Gateway) EnterURL(label, ticket, then string) string {
	return g.Address(label) + enter + "?" + url.Values{"ticket": {ticket}, "then": {pathWithin(then)}}.Encode()
}

// Lease returns the lease behind a label, for the control plane's page /open/<label>.
func (g *Gateway) Lease(label string) (lease string, ok bool) {
	route, ok := g.opts.Routes.Route(strings.ToLower(label))
	return route.Lease, ok
}

// Control is the URL of the control plane, without a path.
func (g *Gateway) Control() string { return strings.TrimSuffix(g.control.String(), "/") }

// Address is the URL of a sandbox, without a path.
func (g *Gateway) Address(label string) string {
	u := url.URL{Scheme: g.scheme(), Host: label + "." + g.opts.Domain}
	if g.opts.Port != "" {
		u.Host += ":" + g.opts.Port
	}
	return u.String()
}

func (g *Gateway) scheme() string {
	if g.opts.HTTPS {
		return "https"
	}
	return "http"
}

// visitor finds the right behind a request's cookies. It does the same work whether or not the lease exists.
func (g *Gateway) visitor(h http.Header, lease string) (token string, right Right, ok bool) {
	for _, token := range visitTokens(h, g.cookie) {
		if right, ok := g.opts.Visitors.May(token, lease); ok && lease != "" {
			return token, right, true
		}
	}
	return "", Right{}, false
}

// stranger answers whoever has no right. It knows the label as text only, so
// that a name that exists and one that does not get the same bytes.
func (g *Gateway) stranger(w http.ResponseWriter, r *http.Request, label string) {
	then := r.URL.RequestURI()
	if r.URL.Path == enter {
		then = r.URL.Query().Get("then")
	}
	open := g.control.JoinPath("open", label)
	open.RawQuery = url.Values{"then": {pathWithin(then)}}.Encode()
	if !navigation(r) {
		p := g.pages.signIn
		p.link = open.String()
		p.write(w, r)
		return
	}
	noStore(w.Header())
	w.Header().Set("Location", open.String())
	w.WriteHeader(http.StatusSeeOther)
}

// enter redeems a ticket. Every ticket that is not good gets the stranger's answer.
func (g *Gateway) enter(w http.ResponseWriter, r *http.Request, route Route) {
	query := r.URL.Query()
	if mode := r.Header.Get("Sec-Fetch-Mode"); r.Method != http.MethodGet || mode != "" && !navigation(r) {
		g.stranger(w, r, route.Label)
		return
	}
	then := pathWithin(query.Get("then"))
	token, until, err := g.opts.Visitors.Redeem(query.Get("ticket"), route.Lease)
	if err != nil {
		if _, _, ok := g.visitor(r.Header, route.Lease); ok {
			redirect(w, then)
			return
		}
		g.stranger(w, r, route.Label)
		return
	}
	http.SetCookie(w, &http.Cookie{
		Name: g.cookie, Value: token, Path: "/", Expires: until,
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: g.opts.HTTPS,
	})
	redirect(w, then)
}

func redirect(w http.ResponseWriter, path string) {
	noStore(w.Header())
	w.Header().Set("Location", path)
	w.WriteHeader(http.StatusSeeOther)
}

func noStore(h http.Header) {
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
}

// pathWithin returns the path and query when they lead back to the same
// origin and not into the gateway's own part, else "/". Browsers read "//" and "/\" as another host.
func pathWithin(then string) string {
	if len(then) > 2048 || !strings.HasPrefix(then, "/") || strings.HasPrefix(then, own) {
		return "/"
	}
	for i := range len(then) {
		if then[i] <= ' ' || then[i] >= 0x7f || then[i] == '\\' {
			return "/"
		}
	}
	u, err := url.Parse(then)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || strings.HasPrefix(u.Path, "//") ||
		strings.HasPrefix(u.Path, own) {
		return "/"
	}
	return u.RequestURI()
}

// navigation reports a request by which a person opens a page, so that a
// redirect to the sign-in makes sense.
func navigation(r *http.Request) bool {
	if r.Method != http.MethodGet || r.Header.Get("Upgrade") != "" {
		return false
	}
	if mode := r.Header.Get("Sec-Fetch-Mode"); mode != "" {
		return mode == "navigate" && topLevel(r)
	}
	return acceptsHTML(r)
}

func topLevel(r *http.Request) bool {
	dest := r.Header.Get("Sec-Fetch-Dest")
	return dest == "" || dest == "document"
}

func acceptsHTML(r *http.Request) bool {
	return strings.Contains(strings.ToLower(r.Header.Get("Accept")), "text/html")
}

// foreign reports a request that a page of another origin made with the
// visitor's cookie. SameSite does not stop siblings: all sandboxes are one site.
// Following a link here is allowed. After Fetch Metadata (W3C) and, where a browser does not send it, Origin.
func foreign(r *http.Request, origin string) bool {
	switch r.Header.Get("Sec-Fetch-Site") {
	case "same-origin", "none":
		return false
	case "":
		from, given := r.Header["Origin"]
		return given && (len(from) != 1 || !strings.EqualFold(from[0], origin))
	}
	follows := r.Method == http.MethodGet || r.Method == http.MethodHead
	return !follows || r.Header.Get("Sec-Fetch-Mode") != "navigate" || r.Header.Get("Sec-Fetch-Dest") != "document"
}
