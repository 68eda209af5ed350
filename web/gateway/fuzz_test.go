package gateway

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func FuzzHost(f *testing.F) {
	for _, s := range []string{"acme.sandbox.test", "ACME.sandbox.test.:80", "a.b.sandbox.test", "[::1]:80", "", ":", "x:y:z", "acme.sandbox.test\x00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, header string) {
		name, port, ok := hostOf(header)
		if !ok {
			return
		}
		if label, ok := labelOf(name, "sandbox.test"); ok {
			again, _, fine := hostOf(label + ".sandbox.test" + port)
			if !fine || again != name || strings.ContainsAny(label, ".:/@ ") {
				t.Fatalf("%q became %q %q", header, label, port)
			}
		}
	})
}

func FuzzSetCookie(f *testing.F) {
	for _, s := range []string{"a=1; Domain=x; Path=/", "=den_visit=1", "den_visit", "; domain=x", "a=b;DOMAIN", "\t=\tden_x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, line string) {
		out := hostOnly(line)
		if out == "" {
			return
		}
		if c, err := http.ParseSetCookie(out); err == nil && (c.Domain != "" || denCookie(c.Name)) {
			t.Fatalf("%q became %q", line, out)
		}
		if hostOnly(out) != out {
			t.Fatalf("%q became %q, which is not clean", line, out)
		}
	})
}

func FuzzPathWithin(f *testing.F) {
	for _, s := range []string{"/a?b", "//x", "/\\x", "/%2f/x", "/.den/enter", "http:/x", "/a#b", "/%2e%2e//x"} {
		f.Add(s)
	}
	base := &url.URL{Scheme: "http", Host: "acme.sandbox.test", Path: "/.den/enter"}
	f.Fuzz(func(t *testing.T, then string) {
		out := pathWithin(then)
		u, err := base.Parse(out)
		if err != nil || u.Host != base.Host || u.Scheme != "http" || u.Path == base.Path || strings.ContainsAny(out, "\r\n\\") {
			t.Fatalf("%q became %q, which leads to %v (%v)", then, out, u, err)
		}
	})
}

func FuzzCookies(f *testing.F) {
	for _, s := range []string{"a=1; den_visit=x", "DEN_=1;;", "__Host-den_x=1", " =den_x", "a_b_den_=1", "dEn_a"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, line string) {
		for pair := range strings.SplitSeq(withoutDenCookies(line), ";") {
			name, _, _ := strings.Cut(pair, "=")
			if denCookie(name) {
				t.Fatalf("%q kept %q", line, pair)
			}
		}
	})
}
