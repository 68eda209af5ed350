package gateway_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"innovationden/web/gateway"
)

func TestTicketIsTradedOnceForAHostOnlyCookie(t *testing.T) {
	for name, https := range map[string]bool{"den_visit": false, "__Host-den_visit": true} {
		d := newDen(t, http.HandlerFunc(hello), func(o *gateway.Options) { o.HTTPS = https })
		ticket, err := d.visits.Issue(ann, time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		enter := strings.Replace(d.g.EnterURL("acme", ticket, "/slots?day=2"), "https:", "http:", 1)
		res := d.do(d.request("GET", enter, ""))
		if res.StatusCode != 303 || res.Header.Get("Location") != "/slots?day=2" || res.Header.Get("Cache-Control") != "no-store" {
			t.Fatalf("%d %v", res.StatusCode, res.Header)
		}
		c := res.Cookies()[0]
		if c.Name != name || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Domain != "" || c.Path != "/" || c.Secure != https {
			t.Fatalf("cookie %q", res.Header.Get("Set-Cookie"))
		}
		if status, _ := d.get("/", c.Name+"="+c.Value); status != 200 {
			t.Fatalf("with the cookie: %d", status)
		}
		again := d.do(d.request("GET", enter, ""))
		if again.StatusCode == 303 || len(again.Cookies()) != 0 {
			t.Fatalf("a spent ticket: %d, %v", again.StatusCode, again.Cookies())
		}
		back := d.do(d.request("GET", enter, c.Name+"="+c.Value))
		if back.StatusCode != 303 || back.Header.Get("Location") != "/slots?day=2" {
			t.Fatalf("a spent ticket of somebody who is in: %d", back.StatusCode)
		}
	}
}

func TestTicketsThatAreNotGood(t *testing.T) {
	d := newDen(t, http.HandlerFunc(hello))
	d.set(route("beta", "lease2", "box1", gateway.Live))
	issue := func() string {
		ticket, err := d.visits.Issue(ann, time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		return ticket
	}
	refused := func(name string, res *http.Response) {
		t.Helper()
		if len(res.Cookies()) != 0 || res.StatusCode == 200 || res.StatusCode == 303 && strings.HasPrefix(res.Header.Get("Location"), "/") {
			t.Errorf("%s: %d %v", name, res.StatusCode, res.Header)
		}
	}
	refused("made up", d.do(d.request("GET", d.g.EnterURL("acme", "x", "/"), "")))
	refused("empty", d.do(d.request("GET", "/.den/enter", "")))

	other := issue()
	refused("at another host", d.do(d.request("GET", d.g.EnterURL("beta", other, "/"), "")))
	refused("burnt by that", d.do(d.request("GET", d.g.EnterURL("acme", other, "/"), "")))

	late := issue()
	d.clock.Store(int64(time.Minute))
	refused("a minute old", d.do(d.request("GET", d.g.EnterURL("acme", late, "/"), "")))
	d.clock.Store(0)

	revoked := issue()
	d.visits.Revoke(gateway.Right{Session: "s1"})
	refused("of a session that ended", d.do(d.request("GET", d.g.EnterURL("acme", revoked, "/"), "")))

	image := issue()
	req := d.request("GET", d.g.EnterURL("acme", image, "/"), "")
	req.Header.Set("Sec-Fetch-Mode", "no-cors")
	refused("as a picture", d.do(req))
	refused("by HEAD", d.do(d.request("HEAD", d.g.EnterURL("acme", image, "/"), "")))
	if res := d.do(d.request("GET", d.g.EnterURL("acme", image, "/"), "")); res.StatusCode != 303 || len(res.Cookies()) != 1 {
		t.Errorf("control: a good ticket gets %d", res.StatusCode)
	}
}

func TestThePathToLandOnStaysAtHome(t *testing.T) {
	d := newDen(t, http.HandlerFunc(hello))
	for then, want := range map[string]string{
		"/": "/", "/a?b=c": "/a?b=c", "/a%2Fb?x=%2F%2Fe": "/a%2Fb?x=%2F%2Fe", "": "/", "evil.test": "/", "//evil.test": "/", "/\\evil.test": "/",
		"https://evil.test": "/", "/\tx": "/", "/%2F/evil": "/", "/a\r\nSet-Cookie: x=y": "/", "/.den/enter?ticket=1": "/",
		"/%2eden/enter": "/", "javascript:alert(1)": "/", "/" + strings.Repeat("a", 3000): "/",
	} {
		ticket, err := d.visits.Issue(ann, time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		at := "/.den/enter?" + url.Values{"ticket": {ticket}, "then": {then}}.Encode()
		if got := d.do(d.request("GET", at, "")).Header.Get("Location"); got != want {
			t.Errorf("then %q leads to %q, want %q", then, got, want)
		}
	}
}

// answer renders everything of an answer that a stranger can see, less the date.
func answer(res *http.Response) string {
	res.Header.Del("Date")
	var lines []string
	for name, values := range res.Header {
		lines = append(lines, name+": "+strings.Join(values, "|"))
	}
	slices.Sort(lines)
	return res.Status + "\n" + strings.Join(lines, "\n") + "\n\n" + text(res)
}

func TestStrangerCannotTellAnUnknownNameFromOneNotTheirs(t *testing.T) {
	d := newDen(t, http.HandlerFunc(hello))
	d.set(route("gone", "lease3", "", gateway.Ended))
	d.set(route("soon", "lease4", "", gateway.Starting))
	d.set(route("beta", "lease2", "box1", gateway.Live))
	cookie := d.visit("beta", gateway.Right{Person: "bob", Session: "s2", Lease: "lease2"})
	ask := func(label, method, path string, header map[string]string) string {
		req := d.request(method, "http://"+label+"."+domain+path, "")
		for k, v := range header {
			req.Header.Set(k, v)
		}
		return strings.ReplaceAll(answer(d.do(req)), label, "NAME")
	}
	credentials := map[string]map[string]string{
		"none":                   {},
		"a page":                 {"Accept": "text/html"},
		"a page, fetch metadata": {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document", "Accept": "text/html"},
		"another lease's visit":  {"Cookie": cookie},
		"another's, a page":      {"Cookie": cookie, "Accept": "text/html"},
		"made up":                {"Cookie": "den_visit=x; den_visit=y"},
		"token":                  {"Authorization": "Bearer den_abc"},
		"upgrade":                {"Connection": "Upgrade", "Upgrade": "websocket"},
	}
	for name, header := range credentials {
		for _, method := range []string{"GET", "HEAD", "POST", "OPTIONS", "DELETE"} {
			for _, path := range []string{"/", "/a?b", "/.den/enter?ticket=x&then=/y", "/.den/else"} {
				want := ask("nope", method, path, header)
				for _, label := range []string{"acme", "gone", "soon"} {
					if got := ask(label, method, path, header); got != want {
						t.Fatalf("%s %s with %s: %s differs\n%s\nfrom an unknown name\n%s", method, path, name, label, got, want)
					}
				}
			}
		}
	}
	if d.dialer.dials.Load() != 0 {
		t.Fatal("a stranger caused a connection")
	}
	theirs := credentials["another lease's visit"]
	if ask("beta", "GET", "/", theirs) == ask("nope", "GET", "/", theirs) {
		t.Fatal("control: with a right the answer must differ")
	}
}

func TestStrangerIsSentToTheControlPlane(t *testing.T) {
	d := newDen(t, http.HandlerFunc(hello))
	req := d.request("GET", "/a?b=c&d", "")
	req.Header.Set("Accept", "text/html")
	res := d.do(req)
	if want := "http://control.test:8080/open/acme?then=%2Fa%3Fb%3Dc%26d"; res.StatusCode != 303 || res.Header.Get("Location") != want {
		t.Fatalf("%d to %q, want %q", res.StatusCode, res.Header.Get("Location"), want)
	}
	if res := d.do(d.request("POST", "/a", "")); res.StatusCode != 401 {
		t.Fatalf("POST: %d", res.StatusCode)
	}
}

func TestRightIsAskedOnEveryRequest(t *testing.T) {
	for name, take := range map[string]func(*den){
		"session ended":     func(d *den) { d.visits.Revoke(gateway.Right{Session: "s1"}) },
		"role lost":         func(d *den) { d.visits.Revoke(gateway.Right{Person: "ann", Lease: "lease1"}) },
		"lease ended":       func(d *den) { d.visits.Revoke(gateway.Right{Lease: "lease1"}) },
		"route withdrawn":   func(d *den) { d.table.Withdraw("acme") },
		"visit ran out":     func(d *den) { d.clock.Store(int64(12 * time.Hour)) },
		"visit was cleared": func(d *den) { d.clock.Store(int64(12 * time.Hour)); d.g.Sweep(); d.clock.Store(0) },
	} {
		d := newDen(t, http.HandlerFunc(hello))
		cookie := d.visit("acme", ann)
		if status, _ := d.get("/", cookie); status != 200 {
			t.Fatalf("%s: %d before", name, status)
		}
		take(d)
		if status, _ := d.get("/", cookie); status != 401 {
			t.Errorf("%s: %d after", name, status)
		}
	}
	d := newDen(t, http.HandlerFunc(hello))
	cookie := d.visit("acme", ann)
	for _, other := range []gateway.Right{{Session: "s2"}, {Person: "bob"}, {Person: "ann", Lease: "lease2"}, {}} {
		d.visits.Revoke(other)
	}
	if status, _ := d.get("/", cookie); status != 200 {
		t.Errorf("control: somebody else's revocation ended it: %d", status)
	}
}

func TestOtherOriginsAreRefused(t *testing.T) {
	d := newDen(t, http.HandlerFunc(hello))
	cookie := d.visit("acme", ann)
	home, sibling := "http://acme."+domain, "http://beta."+domain
	for _, c := range []struct {
		name, method string
		header       map[string]string
		want         int
	}{
		{"own form", "POST", map[string]string{"Origin": home}, 200},
		{"own script, no-referrer", "POST", map[string]string{"Origin": "null", "Sec-Fetch-Site": "same-origin"}, 200},
		{"typed in", "GET", map[string]string{"Sec-Fetch-Site": "none"}, 200},
		{"a client without a browser", "POST", nil, 200},
		{"link from the trial's page", "GET", map[string]string{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}, 200},
		{"sibling's WebSocket", "GET", map[string]string{"Origin": sibling, "Connection": "Upgrade", "Upgrade": "websocket"}, 403},
		{"sibling's form", "POST", map[string]string{"Origin": sibling}, 403},
		{"sibling's no-cors form", "POST", map[string]string{"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "no-cors"}, 403},
		{"sibling's form, followed", "POST", map[string]string{"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}, 403},
		{"sibling's picture", "GET", map[string]string{"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}, 403},
		{"sibling's frame", "GET", map[string]string{"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"}, 403},
		{"no origin at all", "POST", map[string]string{"Origin": "null"}, 403},
		{"other port", "POST", map[string]string{"Origin": home + ":81"}, 403},
		{"other scheme", "POST", map[string]string{"Origin": "https://acme." + domain}, 403},
	} {
		req := d.request(c.method, "/", cookie)
		for k, v := range c.header {
			req.Header.Set(k, v)
		}
		if res := d.do(req); res.StatusCode != c.want {
			t.Errorf("%s: %d, want %d", c.name, res.StatusCode, c.want)
		}
	}
}
