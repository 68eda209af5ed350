package measure

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/html"
)

// Weight is what one page weighs: its body and those of what it names of the same origin,
// as they are sent to somebody who takes no compression, so that all are weighed alike.
// Heads are not counted.
type Weight struct {
	Status int   // of the page itself
	Bytes  int64 // of all bodies
	Parts  int   // answers, the page included
	Cut    bool  // a bound was reached: it weighs more
}

// Bounds of one weighing.
const (
	mostParts     = 100
	mostBytes     = 32 << 20
	mostRead      = 4 << 20 // bytes of a page that are searched for what it names
	mostRedirects = 5
	mostConns     = 6 // as a browser opens to one host
	partPatience  = 10 * time.Second
)

// ErrNoPage means that the page itself was not answered.
var ErrNoPage = errors.New("the page was not answered")

// Weigh fetches a page and what it names of the same origin: style sheets, scripts,
// pictures, icons, media and frames, each once. Redirects within the product are followed;
// one that leads elsewhere is not. It wraps ErrNoPage.
func Weigh(ctx context.Context, t Target, path string) (Weight, error) {
	transport := t.transport(mostConns)
	defer transport.CloseIdleConnections()
	w := &weighing{client: client(transport, partPatience), left: mostBytes}
	at, err := url.Parse(origin + path)
	if err != nil {
		return w.Weight, fmt.Errorf("%w: %w", ErrNoPage, err)
	}
	page, at, err := w.page(ctx, at)
	if err != nil {
		return w.Weight, fmt.Errorf("%w: %w", ErrNoPage, err)
	}
	if len(page) > mostRead {
		page, w.Cut = page[:mostRead], true
	}
	for _, part := range named(page, at) {
		if w.Parts >= mostParts || w.left <= 0 {
			w.Cut = true
			break
		}
		if _, err := w.fetch(ctx, part); err != nil && ctx.Err() != nil {
			w.Cut = true
			break
		}
	}
	return w.Weight, nil
}

type weighing struct {
	Weight
	client *http.Client
	left   int64
}

// page fetches the page, through redirects of its own.
func (w *weighing) page(ctx context.Context, at *url.URL) ([]byte, *url.URL, error) {
	for range mostRedirects {
		got, err := w.fetch(ctx, at)
		if err != nil {
			return nil, nil, err
		}
		w.Status = got.status
		if got.status < 300 || got.status > 399 || got.next == nil {
			return got.body, at, nil
		}
		next := own(at, got.next.String())
		if next == nil {
			return nil, nil, errors.New("it leads to another place")
		}
		at = next
	}
	return nil, nil, fmt.Errorf("it leads on more than %d times", mostRedirects)
}

// answer is one answer, as far as it was read.
type answer struct {
	status int
	next   *url.URL // where it leads on; nil: nowhere
	body   []byte
}

// fetch weighs one answer.
func (w *weighing) fetch(ctx context.Context, at *url.URL) (answer, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, at.String(), nil)
	if err != nil {
		return answer{}, err
	}
	r.Header.Set("User-Agent", "innovation-den-weighing")
	resp, err := w.client.Do(r)
	if err != nil {
		return answer{}, err
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, w.left+1))
	if int64(len(body)) > w.left {
		body, w.Cut = body[:w.left], true
	}
	w.left -= int64(len(body))
	w.Bytes += int64(len(body))
	w.Parts++
	if w.Cut {
		err = nil
	}
	next, _ := resp.Location()
	return answer{resp.StatusCode, next, body}, err
}

// own resolves a reference, and is nil for one that leads to another origin.
func own(base *url.URL, ref string) *url.URL {
	at, err := base.Parse(strings.TrimSpace(ref))
	if err != nil || at.Scheme != base.Scheme || at.Host != base.Host || at.User != nil {
		return nil
	}
	at.Fragment = ""
	return at
}

// named lists what a page makes a browser fetch of its own origin, each once, in order, and
// no more of it than shows that there is too much.
func named(page []byte, at *url.URL) (out []*url.URL) {
	seen := map[string]bool{at.String(): true}
	add := func(ref string) {
		if part := own(at, ref); ref != "" && part != nil && !seen[part.String()] {
			seen[part.String()] = true
			out = append(out, part)
		}
	}
	z := html.NewTokenizer(bytes.NewReader(page))
	for len(out) <= mostParts {
		switch z.Next() {
		case html.ErrorToken:
			return out
		case html.StartTagToken, html.SelfClosingTagToken:
			tag := z.Token()
			if tag.Data == "base" {
				if base, err := at.Parse(attribute(tag, "href")); err == nil && base.Host == at.Host && base.Scheme == at.Scheme {
					at = base
				}
				continue
			}
			add(fetched(tag))
		}
	}
	return out
}

// fetched is what a browser fetches for a tag without being asked.
func fetched(tag html.Token) string {
	switch tag.Data {
	case "script", "img", "iframe", "embed", "source", "video", "audio", "track":
		if attribute(tag, "loading") == "lazy" {
			return ""
		}
		return attribute(tag, "src")
	case "link":
		rels := strings.Fields(strings.ToLower(attribute(tag, "rel")))
		for _, rel := range []string{"stylesheet", "icon", "preload", "modulepreload", "manifest"} {
			if slices.Contains(rels, rel) {
				return attribute(tag, "href")
			}
		}
	}
	return ""
}

func attribute(tag html.Token, name string) string {
	for _, a := range tag.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}
