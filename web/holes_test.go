package web_test

import (
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"

	"innovationden/orchestrator/den"
	"innovationden/web"
)

// The published holes of systems like this one, each by its name. Every one has a
// control, so that the check is seen to see.

// Where somebody comes from is believed of a configured proxy alone (CVE-2023-45128 and
// many others: X-Forwarded-For from anybody).
func TestHoleSpoofedForwardingHeaders(t *testing.T) {
	spoof := http.Header{"X-Forwarded-For": {"203.0.113.9"}, "X-Real-Ip": {"203.0.113.9"}, "Forwarded": {"for=203.0.113.9;host=evil.example"}, "X-Forwarded-Host": {"evil.example"}, "X-Forwarded-Proto": {"https"}}
	for name, c := range map[string]struct {
		proxies []string
		want    bool
	}{"nobody's proxy": {nil, false}, "the control, the den's proxy": {[]string{"127.0.0.0/8"}, true}} {
		r := newRig(t, func(s *web.Config) { s.Proxies = c.proxies })
		v := r.visitor("")
		got := v.send(http.MethodPost, "/sign-in", url.Values{"person": {string(r.people["official"].ID)}}, spoof)
		for _, header := range []string{"Location", "Set-Cookie"} {
			if strings.Contains(got.Header.Get(header), "evil.example") || strings.Contains(got.Header.Get(header), "Secure") {
				t.Errorf("%s: %s is %q", name, header, got.Header.Get(header))
			}
		}
		if has := strings.Contains(v.get("/me/sessions").said(), "203.0.113.9"); has != c.want {
			t.Errorf("%s: the address is believed: %v", name, has)
		}
	}
}

// A page of another site may send a form without asking (no-cors, text/plain), with the
// visitor's cookie where the browser is old.
func TestHoleNoCORSFormPosts(t *testing.T) {
	r := newRig(t)
	v := r.visitor("official")
	for _, kind := range []string{"application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=x", ""} {
		for name, header := range map[string]http.Header{
			"cross-site": {"Sec-Fetch-Site": {"cross-site"}, "Sec-Fetch-Mode": {"no-cors"}}, "an old browser": {"Origin": {"https://evil.example"}},
			"a sandbox": {"Origin": {"http://calm-fox-1.localhost"}}, "no origin at all": {"Origin": {"null"}},
		} {
			header.Set("Content-Type", kind)
			for _, path := range []string{"/me/tokens", "/me/sessions/end", "/sign-out", "/join", "/sign-in", "/sign-in/provider"} {
				if got := v.send(http.MethodPost, path, url.Values{"name": {"x"}, "grants": {"act"}, "days": {"7"}}, header); got.Status != http.StatusForbidden {
					t.Errorf("%s from %s as %q: %d", path, name, kind, got.Status)
				}
			}
		}
	}
	if tokens, err := r.den.Tokens(t.Context(), r.people["official"].Act()); err != nil || len(tokens) != 0 {
		t.Errorf("another site made %+v %v", tokens, err)
	}
	if got := v.send(http.MethodPost, "/me/tokens", url.Values{"name": {"x"}, "grants": {"act"}, "days": {"7"}}, http.Header{"Sec-Fetch-Site": {"same-origin"}}); got.Status != http.StatusOK {
		t.Errorf("the control: %d", got.Status)
	}
}

// A session that was planted in a browser is not the one that its person signs in with.
func TestHoleSessionFixation(t *testing.T) {
	r := newRig(t)
	home, err := url.Parse(r.server.URL)
	r.must(err)
	thief := r.visitor("stranger")
	planted := thief.client.Jar.Cookies(home)
	for name, cookies := range map[string][]*http.Cookie{"the thief's own": planted, "one that nobody has": {{Name: "den_session", Value: "chosen-by-the-thief"}}} {
		jar, err := cookiejar.New(nil)
		r.must(err)
		jar.SetCookies(home, cookies)
		v := &visitor{rig: r, client: &http.Client{Jar: jar, CheckRedirect: thief.client.CheckRedirect}}
		v.post("/sign-in", url.Values{"person": {string(r.people["official"].ID)}})
		for _, now := range jar.Cookies(home) {
			if now.Name == "den_session" && now.Value == cookies[0].Value {
				t.Errorf("%s is the session that was signed in with", name)
			}
		}
		v.get("/me").shows("dd", "Person official")
		old := r.visitor("")
		old.client.Jar.SetCookies(home, cookies)
		if got := old.get("/me"); got.Status != http.StatusSeeOther {
			t.Errorf("%s opens something afterwards: %d", name, got.Status)
		}
	}
}

// After the sign-in nobody is led elsewhere, by any way in.
func TestHoleOpenRedirectAfterSignIn(t *testing.T) {
	r, p, _ := provided(t)
	p.put("id1", "local-services")
	for _, then := range []string{"https://evil.example", "//evil.example", "/\\evil.example", "/%2f%2fevil.example", "javascript:alert(1)", "/sign-out", "\t//evil.example", "/x\r\nSet-Cookie: a=b"} {
		v := r.visitor("")
		if got := v.post("/sign-in", url.Values{"person": {string(r.people["official"].ID)}, "then": {then}}); got.Header.Get("Location") != "/" {
			t.Errorf("by the demo, %q leads to %q", then, got.Header.Get("Location"))
		}
	}
	v := r.visitor("")
	in := v.get(v.away(v.get("/sign-in?"+url.Values{"then": {"//evil.example"}}.Encode()), firstUser))
	if got := in.Header.Get("Location"); got != "/" {
		t.Errorf("by the provider it leads to %q", got)
	}
	control := r.visitor("").post("/sign-in", url.Values{"person": {string(r.people["official"].ID)}, "then": {"/trials?state=draft"}})
	if control.Header.Get("Location") != "/trials?state=draft" {
		t.Errorf("the control leads to %q", control.Header.Get("Location"))
	}
}

// A cookie that a sandbox sets for the parent domain opens nothing: the session is not
// taken from it, and over HTTPS its name has the prefix that browsers allow no domain for.
func TestHoleCookieForTheParentDomain(t *testing.T) {
	r := newRig(t)
	v := r.visitor("official")
	home, err := url.Parse(r.server.URL)
	r.must(err)
	good := v.client.Jar.Cookies(home)[0]
	for name, header := range map[string]string{
		"before ours": "den_session=from-the-sandbox; " + good.Name + "=" + good.Value, "alone": "den_session=from-the-sandbox",
		"with the prefix": "__Host-den_session=" + good.Value,
	} {
		got := r.visitor("").send(http.MethodGet, "/me", nil, http.Header{"Cookie": {header}})
		if got.Status != http.StatusSeeOther {
			t.Errorf("%s: %d", name, got.Status)
		}
	}
	if got := r.visitor("").send(http.MethodGet, "/me", nil, http.Header{"Cookie": {good.Name + "=" + good.Value}}); got.Status != http.StatusOK {
		t.Errorf("the control: %d", got.Status)
	}
}

// Nobody is signed in as somebody else by an address that a thief sends them: the
// provider's answer is good only in the browser that asked for it, once.
func TestHoleLoginCSRF(t *testing.T) {
	r, p, _ := provided(t)
	p.put("id1", "local-services")
	thief := r.visitor("")
	answer := thief.away(thief.get("/sign-in"), firstUser)
	victim := r.visitor("")
	if got := victim.get(answer); got.Status != http.StatusUnauthorized {
		t.Errorf("the thief's answer in another browser: %d", got.Status)
	}
	if got := victim.get("/me"); got.Status != http.StatusSeeOther {
		t.Errorf("the victim is somebody: %d", got.Status)
	}
	begun := r.visitor("") // has begun a sign-in of its own
	begun.submit(begun.get("/sign-in"), "/sign-in/provider", nil)
	if got := begun.get(answer); got.Status != http.StatusUnauthorized {
		t.Errorf("the thief's answer against a flow of one's own: %d", got.Status)
	}
	if got := thief.get(answer); got.Status != http.StatusSeeOther {
		t.Errorf("the control, in the browser that began: %d", got.Status)
	}
	if _, err := r.den.Everybody(t.Context(), den.System(), den.Filter{}); err != nil {
		t.Error(err)
	}
}
