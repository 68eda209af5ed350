package registry

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// rig is a registry behind HTTP, with a clock of its own.
type rig struct {
	t   testing.TB
	r   *Registry
	url string

	mu  sync.Mutex
	now time.Time
}

// open lets everybody do everything but what is named hidden or denied.
type open struct{}

func (open) May(_ context.Context, token string, _ Deed, repo string) error {
	switch {
	case token == "nobody":
		return ErrUnknown
	case strings.HasPrefix(repo, "hidden/"):
		return ErrHidden
	case strings.HasPrefix(repo, "denied/"):
		return Denied{"Ask for this."}
	}
	return nil
}

func newRig(t testing.TB, dir string, change ...func(*Config)) *rig {
	t.Helper()
	g := &rig{t: t, now: time.Date(2026, 6, 3, 12, 0, 0, 0, time.UTC)}
	c := Config{Dir: dir, Now: g.clock, Name: rand.Text}
	for _, f := range change {
		f(&c)
	}
	var err error
	g.r, err = Open(c)
	must(t, err)
	server := httptest.NewServer(g.r.Handler(open{}))
	g.url = server.URL
	t.Cleanup(func() {
		server.Close()
		must(t, g.r.Close())
	})
	return g
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (g *rig) clock() time.Time {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.now
}

func (g *rig) pass(d time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.now = g.now.Add(d)
}

// answer is what a request was told.
type answer struct {
	status int
	header http.Header
	body   string
}

func (a answer) String() string { return fmt.Sprintf("%d %s", a.status, a.body) }

// ask makes a request; headers are name, value.
func (g *rig) ask(method, path string, body io.Reader, headers ...string) (answer, error) {
	q, err := http.NewRequest(method, g.url+path, body)
	if err != nil {
		return answer{}, err
	}
	for i := 0; i < len(headers); i += 2 {
		q.Header.Set(headers[i], headers[i+1])
	}
	q.SetBasicAuth("docker", "token")
	res, err := http.DefaultClient.Do(q)
	if err != nil {
		return answer{}, err
	}
	text, err := io.ReadAll(res.Body)
	return answer{res.StatusCode, res.Header, string(text)}, errorsJoin(err, res.Body.Close())
}

func errorsJoin(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

func (g *rig) want(status int, method, path string, body io.Reader, headers ...string) answer {
	g.t.Helper()
	got, err := g.ask(method, path, body, headers...)
	must(g.t, err)
	if got.status != status {
		g.t.Fatalf("%s %s: %s, want %d", method, path, got, status)
	}
	return got
}

func digestOf(b []byte) string {
	sum := sha256.Sum256(b)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// blob pushes one, the way docker does: a POST, a PATCH without a length, a PUT.
func (g *rig) blob(repo string, content []byte) (string, error) {
	d := digestOf(content)
	if got, err := g.ask("HEAD", "/v2/"+repo+"/blobs/"+d, nil); err != nil || got.status == http.StatusOK {
		return d, err
	}
	begun, err := g.ask("POST", "/v2/"+repo+"/blobs/uploads/", nil)
	if err != nil || begun.status != http.StatusAccepted {
		return d, fmt.Errorf("begin: %s %w", begun, err)
	}
	at := begun.header.Get("Location")
	sent, err := g.ask("PATCH", at, io.MultiReader(bytes.NewReader(content)))
	if err != nil || sent.status != http.StatusAccepted {
		return d, fmt.Errorf("send: %s %w", sent, err)
	}
	done, err := g.ask("PUT", at+"?digest="+d, nil)
	if err != nil || done.status != http.StatusCreated {
		return d, fmt.Errorf("finish: %s %w", done, err)
	}
	return d, nil
}

type doc = map[string]any

// image pushes an image of these layers under a tag and gives its digest.
func (g *rig) image(repo, tag string, layers ...[]byte) (string, error) {
	config := []byte(`{"os":"linux","architecture":"amd64","config":{},"rootfs":{"type":"layers","diff_ids":[]}}`)
	cd, err := g.blob(repo, config)
	if err != nil {
		return "", err
	}
	var all []doc
	for _, l := range layers {
		d, err := g.blob(repo, l)
		if err != nil {
			return "", err
		}
		all = append(all, doc{"mediaType": "application/vnd.oci.image.layer.v1.tar", "digest": d, "size": len(l)})
	}
	text, err := json.Marshal(doc{"schemaVersion": 2, "mediaType": ociManifest, "layers": all,
		"config": doc{"mediaType": "application/vnd.oci.image.config.v1+json", "digest": cd, "size": len(config)}})
	if err != nil {
		return "", err
	}
	put, err := g.ask("PUT", "/v2/"+repo+"/manifests/"+tag, bytes.NewReader(text), "Content-Type", ociManifest)
	if err != nil || put.status != http.StatusCreated {
		return "", fmt.Errorf("manifest: %s %w", put, err)
	}
	return digestOf(text), nil
}

// whole checks that an image can be pulled and is what was pushed.
func (g *rig) whole(repo, tag string) error {
	got, err := g.ask("GET", "/v2/"+repo+"/manifests/"+tag, nil)
	if err != nil || got.status != http.StatusOK {
		return fmt.Errorf("%s:%s: %s %w", repo, tag, got, err)
	}
	var m manifest
	if err := json.Unmarshal([]byte(got.body), &m); err != nil {
		return err
	}
	for _, d := range append([]descriptor{*m.Config}, m.Layers...) {
		b, err := g.ask("GET", "/v2/"+repo+"/blobs/"+string(d.Digest), nil)
		if err != nil || b.status != http.StatusOK || digestOf([]byte(b.body)) != string(d.Digest) {
			return fmt.Errorf("%s of %s:%s: status %d, %d bytes, %w", d.Digest, repo, tag, b.status, len(b.body), err)
		}
	}
	return nil
}

// noise is content that nothing else has.
func noise(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b)
	return b
}
