package view

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
)

func assets(t *testing.T) *Static {
	t.Helper()
	s, err := NewStatic()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func urlOf(t *testing.T, s *Static, name string) string {
	t.Helper()
	url, err := s.URL(name)
	if err != nil {
		t.Fatal(err)
	}
	return url
}

func ask(s *Static, method, url string, header http.Header) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, url, nil)
	r.Header = header
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

func plain(t *testing.T, s *Static, name string) string {
	t.Helper()
	text, err := fs.ReadFile(s.from, name)
	if err != nil || len(text) != s.files[name].size {
		t.Fatalf("%s: %d bytes, want %d: %v", name, len(text), s.files[name].size, err)
	}
	return string(text)
}

func TestNothingThatOnlyGovUKMayShowIsServed(t *testing.T) {
	banned := regexp.MustCompile(`(?i)@font-face|GDS[ _-]?Transport|crest|crown|govuk-logo|logotype|url\(["']?(/|http)`)
	for _, sample := range []string{"@font-face{", "GDS Transport", "govuk-crest.svg", ".govuk-footer__crown{", "url(/assets/x.svg)"} {
		if !banned.MatchString(sample) {
			t.Errorf("the test does not see %q", sample)
		}
	}
	s := assets(t)
	for name := range s.files {
		if strings.HasSuffix(name, "licences.txt") {
			continue
		}
		if found := banned.FindString(plain(t, s, name)); found != "" {
			t.Errorf("%s holds %q", name, found)
		}
	}
}

func TestStyleSheetsReferToFilesThatAreServed(t *testing.T) {
	s := assets(t)
	count := 0
	for name := range s.files {
		for _, found := range regexp.MustCompile(`url\(["']?([^"')]+)`).FindAllStringSubmatch(plain(t, s, name), -1) {
			count++
			if _, ok := s.files["vendor/"+found[1]]; !ok {
				t.Errorf("%s refers to %s, which is not served", name, found[1])
			}
		}
	}
	if count == 0 {
		t.Error("no reference was looked at")
	}
}

func TestWithoutTheDesignSystemTheStartSaysWhatToDo(t *testing.T) {
	_, err := newStatic(fstest.MapFS{"den.css": {Data: []byte("p{}")}})
	if !errors.Is(err, ErrNoAssets) || !strings.Contains(err.Error(), "npm ci --prefix web/assets") {
		t.Errorf("got %v", err)
	}
}

func TestAStaticFileIsKeptForEver(t *testing.T) {
	s := assets(t)
	w := ask(s, "GET", urlOf(t, s, "vendor/govuk-frontend.min.css"), http.Header{"Accept-Encoding": {"br, gzip"}})
	if w.Code != 200 || w.Header().Get("Cache-Control") != "public, max-age=31536000, immutable" || w.Header().Get("Content-Encoding") != "gzip" || w.Header().Get("Vary") != "Accept-Encoding" {
		t.Fatalf("%d %v", w.Code, w.Header())
	}
	reader, err := gzip.NewReader(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	unzipped, err := io.ReadAll(reader)
	if err != nil {
		t.Fatal(err)
	}
	plain := ask(s, "GET", urlOf(t, s, "vendor/govuk-frontend.min.css"), nil)
	if !bytes.Equal(unzipped, plain.Body.Bytes()) || plain.Header().Get("Content-Encoding") != "" {
		t.Error("zipped and plain differ")
	}
	if plain.Header().Get("ETag") == w.Header().Get("ETag") {
		t.Error("zipped and plain have the same tag")
	}
	again := ask(s, "GET", urlOf(t, s, "vendor/govuk-frontend.min.css"), http.Header{"If-None-Match": {plain.Header().Get("ETag")}})
	if again.Code != http.StatusNotModified || again.Body.Len() > 0 {
		t.Errorf("%d with %d bytes, want 304", again.Code, again.Body.Len())
	}
}

func TestOtherRequestsForStaticFiles(t *testing.T) {
	s := assets(t)
	for name, test := range map[string]struct {
		method, url, accept string
		status              int
		cache, coding       string
	}{
		"an old hash":                 {"GET", "/static/0000/den.css", "", 200, "no-cache", ""},
		"a file that is not there":    {"GET", "/static/0000/none.css", "", 404, "", ""},
		"a way out of the folder":     {"GET", "/static/0000/../../view.go", "", 404, "", ""},
		"a file that begins with dot": {"GET", "/static/0000/.gitkeep", "", 404, "", ""},
		"a change":                    {"POST", "/static/0000/den.css", "", 405, "", ""},
		"gzip refused":                {"GET", "/static/0000/den.css", "gzip;q=0, identity", 200, "no-cache", ""},
		"gzip with a weight":          {"GET", "/static/0000/den.css", "gzip;q=0.5", 200, "no-cache", "gzip"},
		"anything":                    {"HEAD", "/static/0000/den.css", "*", 200, "no-cache", "gzip"},
	} {
		t.Run(name, func(t *testing.T) {
			w := ask(s, test.method, test.url, http.Header{"Accept-Encoding": {test.accept}})
			if w.Code != test.status || (test.cache != "" && w.Header().Get("Cache-Control") != test.cache) || w.Header().Get("Content-Encoding") != test.coding {
				t.Errorf("%d %v", w.Code, w.Header())
			}
			if test.method == "HEAD" && w.Body.Len() > 0 {
				t.Error("HEAD was answered with a body")
			}
		})
	}
}

// A first visitor gets the page, its two style sheets of the Design System, ours,
// and the scripts.
func TestChromiumFirstPageIsSmall(t *testing.T) {
	v, err := viewOf(t, map[string]string{"hello.html": `{{define "content"}}<h1>Hello</h1>{{end}}`}, map[string]Page{"hello": hello{}})
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	if err := v.Render(w, 200, "hello", hello{Frame: Frame{Title: "Hello"}}); err != nil {
		t.Fatal(err)
	}
	total, files := w.Body.Len(), 0
	for _, found := range regexp.MustCompile(`(?:href|src)="(/static/[^"]+)"`).FindAllStringSubmatch(w.Body.String(), -1) {
		answer := ask(v.Static(), "GET", found[1], http.Header{"Accept-Encoding": {"gzip"}})
		if answer.Code != 200 {
			t.Errorf("%s: %d", found[1], answer.Code)
		}
		files++
		total += answer.Body.Len()
	}
	if files < 6 || total < 30_000 {
		t.Fatalf("%d files and %d bytes: the test does not see what is loaded", files, total)
	}
	if total > 100_000 {
		t.Errorf("the first page loads %d bytes, want under 100,000", total)
	}
	t.Logf("the first page loads %d bytes in %d files", total, files)
}

func TestThePolicyLetsNothingInline(t *testing.T) {
	header := http.Header{}
	Policy{HTTPS: true, FormTargets: []string{"https://id.example"}}.Set(header)
	policy := header.Get("Content-Security-Policy")
	if strings.Contains(policy, "unsafe") || !strings.HasPrefix(policy, "default-src 'none'") || !strings.Contains(policy, "form-action 'self' https://id.example") {
		t.Error(policy)
	}
	for _, name := range []string{"X-Content-Type-Options", "Referrer-Policy", "Strict-Transport-Security", "X-Frame-Options", "Permissions-Policy"} {
		if header.Get(name) == "" {
			t.Errorf("%s is missing", name)
		}
	}
	plain := http.Header{}
	Policy{InlineStyles: true}.Set(plain)
	if plain.Get("Strict-Transport-Security") != "" || !strings.Contains(plain.Get("Content-Security-Policy"), "style-src 'self' 'unsafe-inline'") {
		t.Error(plain)
	}
}
