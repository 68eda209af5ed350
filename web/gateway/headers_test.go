package gateway_test

import (
	"encoding/base64"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"slices"
	"strings"
	"testing"
)

func TestProductSeesNothingOfTheDen(t *testing.T) {
	var seen http.Header
	var host, uri string
	d := newDen(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { seen, host, uri = r.Header.Clone(), r.Host, r.RequestURI }))
	cookie := d.visit("acme", ann)
	req := d.request("GET", "/a%2Fb;c?x=1;y=%zz&&", "lang=cy; "+cookie+"; DEN_session=1; __Host-den_session=2; __Secure-den_x=3; a=den_b; bare")
	for _, name := range []string{
		"X-Den-User", "X_Den_User", "x-den_user", "X-Forwarded-For", "X_Forwarded_For", "X-Forwarded-Host", "X-Forwarded-Prefix", "Forwarded",
		"X-Real-IP", "Proxy-Authorization", "X-Hop", "Keep-Alive", "TE",
	} {
		req.Header[name] = []string{"evil"}
	}
	req.Header["Connection"] = []string{"X-Hop, X-Forwarded-Proto"}
	req.Header.Set("X-Product", "kept")
	req.Host = "ACME." + domain + ".:8443"
	d.do(req)
	if host != "acme."+domain+":8443" || uri != "/a%2Fb;c?x=1;y=%zz&&" {
		t.Errorf("host %q, URI %q", host, uri)
	}
	if got := seen.Get("Cookie"); got != "lang=cy; a=den_b; bare" {
		t.Errorf("cookies %q", got)
	}
	for name, values := range seen {
		if slices.Contains(values, "evil") {
			t.Errorf("%s reached the product", name)
		}
	}
	if seen.Get("X-Product") != "kept" || seen.Get("X-Forwarded-Host") != host || seen.Get("X-Forwarded-Proto") != "http" || seen["X-Forwarded-For"] != nil {
		t.Errorf("headers %v", seen)
	}
}

func TestAuthorizationPassesUnlessItIsTheDens(t *testing.T) {
	basic := func(s string) string { return "Basic " + base64.StdEncoding.EncodeToString([]byte(s)) }
	var seen string
	d := newDen(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { seen = r.Header.Get("Authorization") }))
	cookie := d.visit("acme", ann)
	for value, passes := range map[string]bool{
		"Bearer abc": true, basic("ann:secret"): true, "Digest username=\"x\"": true,
		"Bearer den_abc": false, "bearer  den_abc": false, "den_abc": false, basic("den_abc:"): false, basic("x:den_abc"): false,
		"basic " + basic("x:den_abc")[6:]: false, "Basic %%%": false,
	} {
		req := d.request("GET", "/", cookie)
		req.Header.Set("Authorization", value)
		if d.do(req); (seen != "") != passes {
			t.Errorf("%q arrived as %q", value, seen)
		}
	}
	req := d.request("GET", "/", "")
	req.Header.Set("Authorization", "Bearer den_abc")
	if res := d.do(req); res.StatusCode != 401 {
		t.Errorf("a token without a visit: %d", res.StatusCode)
	}
}

func TestVisitorSeesNothingThatSpeaksForTheDen(t *testing.T) {
	spoil := func(h http.Header) {
		for _, name := range []string{"Clear-Site-Data", "Strict-Transport-Security", "Alt-Svc", "NEL", "X-Den-User", "X-Accel-Redirect", "X-Sendfile"} {
			h.Set(name, "evil")
		}
		h["Set-Cookie"] = []string{
			"a=1; Path=/; Domain=" + domain + "; HttpOnly", "b=2; DOMAIN =.test;Secure", "c=3", "d=domain; path=/domain=x",
			"den_visit=evil", "DEN_visit=evil", "__Host-den_visit=evil; Secure; Path=/", "=den_visit=evil", " = den_visit=evil; Path=/x", "den_session",
		}
	}
	want := []string{"a=1; Path=/; HttpOnly", "b=2;Secure", "c=3", "d=domain; path=/domain=x"}
	check := func(where string, h http.Header) {
		t.Helper()
		for name, values := range h {
			if slices.Contains(values, "evil") {
				t.Errorf("%s: %s passed", where, name)
			}
		}
		if got := h["Set-Cookie"]; !slices.Equal(got, want) {
			t.Errorf("%s: Set-Cookie %q", where, got)
		}
	}
	d := newDen(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		spoil(w.Header())
		w.Header().Set("Location", "http://control.test:8080/sign-out")
		w.WriteHeader(http.StatusEarlyHints)
		w.WriteHeader(http.StatusFound)
		_, _ = w.Write([]byte("x"))
		_ = http.NewResponseController(w).Flush() // or there is a length, and no trailer
		for name, values := range w.Header().Clone() {
			w.Header()[http.TrailerPrefix+name] = values
		}
	}))
	var early http.Header
	req := d.request("GET", "/", d.visit("acme", ann))
	res := d.do(req.WithContext(httptrace.WithClientTrace(req.Context(), &httptrace.ClientTrace{
		Got1xxResponse: func(_ int, h textproto.MIMEHeader) error { early = http.Header(h); return nil },
	})))
	check("interim", early)
	check("answer", res.Header)
	check("trailer", res.Trailer)
	if res.StatusCode != 302 || !strings.HasSuffix(res.Header.Get("Location"), "/sign-out") {
		t.Errorf("a redirect is passed as text: %d %v", res.StatusCode, res.Header)
	}
}
