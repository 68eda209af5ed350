package web_test

import (
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/andybalholm/cascadia"
)

const firstPageBound = 100 << 10 // bytes, compressed, with all assets

// The first page, with all that it loads, is small.
func TestChromiumFirstPageIsSmall(t *testing.T) {
	r := newRig(t)
	v := r.visitor("")
	size := 0
	weigh := func(path string) *page {
		q, err := http.NewRequestWithContext(context.Background(), http.MethodGet, v.server.URL+path, nil)
		r.must(err)
		q.Header.Set("Accept-Encoding", "gzip")
		answer, err := v.client.Do(q)
		r.must(err)
		defer func() { _ = answer.Body.Close() }()
		sent, err := io.ReadAll(answer.Body)
		r.must(err)
		size += len(sent)
		if answer.StatusCode != http.StatusOK {
			t.Errorf("%s: %d", path, answer.StatusCode)
		}
		if answer.Header.Get("Content-Encoding") != "gzip" {
			return &page{t: t, Text: string(sent)}
		}
		plain, err := gzip.NewReader(strings.NewReader(string(sent)))
		r.must(err)
		text, err := io.ReadAll(plain)
		r.must(err)
		return &page{t: t, Text: string(text)}
	}
	weigh("/sign-in")
	shown := v.get("/sign-in")
	for _, one := range cascadia.QueryAll(shown.root, cascadia.MustCompile(`link[href], script[src]`)) {
		path := attribute(one, "href") + attribute(one, "src")
		if attribute(one, "rel") != "modulepreload" {
			weigh(path)
		}
	}
	for _, one := range shown.all(`link[rel=modulepreload]`) {
		weigh(attribute(one, "href"))
	}
	if size > firstPageBound {
		t.Errorf("the first page weighs %d bytes, more than %d", size, firstPageBound)
	}
	t.Logf("the first page weighs %d bytes", size)
}

func BenchmarkTrialPage(b *testing.B) {
	r := newRig(b)
	v := r.visitor("official")
	path := "/trials/" + string(r.trial().ID)
	q, err := http.NewRequestWithContext(context.Background(), http.MethodGet, v.server.URL+path, nil)
	r.must(err)
	var worst time.Duration
	for b.Loop() {
		began := time.Now()
		answer, err := v.client.Do(q)
		r.must(err)
		_, err = io.Copy(io.Discard, answer.Body)
		r.must(err)
		_ = answer.Body.Close()
		if answer.StatusCode != http.StatusOK {
			b.Fatal(answer.Status)
		}
		worst = max(worst, time.Since(began))
	}
	b.ReportMetric(float64(worst.Microseconds())/1000, "worst-ms")
}
