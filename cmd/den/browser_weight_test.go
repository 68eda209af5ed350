package main

import (
	"context"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
)

// light fails where a page and all it loads weigh too much for a slow line.
func (d *seenDen) light(t *testing.T) {
	const most = 100 << 10
	b := d.person(t)
	b.do(network.SetCacheDisabled(true))
	for _, path := range []string{"/sign-in", "/help/civil-servant"} {
		before := b.weight()
		b.open(path)
		b.until(`performance.getEntriesByType('resource').length >= 5`)
		weight := b.weight() - before
		t.Logf("%s with all that it loads: %.1f KB", path, weight/1024)
		if weight > most || weight < 10<<10 {
			t.Errorf("%s with all that it loads is %.0f bytes on the wire, want at most %d and not next to nothing", path, weight, most)
		}
	}
}

// weight is what came over the wire, headers included.
func (b *tab) weight() float64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.bytes
}

// BenchmarkTrialPage gets the page of a running trial of two products, as the browser of
// a civil servant does. It fails above 20 ms for one.
func BenchmarkTrialPage(b *testing.B) {
	d := newSeenDen(b, context.Background(), nil, "demo")
	jar, err := cookiejar.New(nil)
	if err != nil {
		b.Fatal(err)
	}
	client := &http.Client{Jar: jar, Timeout: 30 * time.Second}
	get := func(path string) string {
		answer, err := client.Get(d.root + path)
		if err != nil {
			b.Fatal(err)
		}
		defer func() { _ = answer.Body.Close() }()
		page, err := io.ReadAll(answer.Body)
		if err != nil || answer.StatusCode != http.StatusOK {
			b.Fatalf("%s: status %d, %v", path, answer.StatusCode, err)
		}
		return string(page)
	}
	find := func(page, pattern string) string {
		found := regexp.MustCompile(pattern).FindStringSubmatch(page)
		if found == nil {
			b.Fatalf("%s is not on the page:\n%s", pattern, page)
		}
		return found[1]
	}
	priya := find(get("/sign-in"), `name="person" value="([^"]+)"`)
	answer, err := client.PostForm(d.root+"/sign-in", url.Values{"person": {priya}})
	if err != nil {
		b.Fatal(err)
	}
	if err := answer.Body.Close(); err != nil {
		b.Fatal(err)
	}
	path := find(get("/trials"), `href="(/trials/tri_[^"]+)"`)
	find(get(path), `(data-live="/trials/)`)
	for b.Loop() {
		get(path)
	}
	if each := b.Elapsed() / time.Duration(b.N); each > 20*time.Millisecond {
		b.Errorf("the page takes %s", each)
	}
}
