package registry

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"innovationden/sandbox"
)

// TestWhatTheLibraryDoesOtherwise holds what the suite of the specification found in
// ociserver, so that the small suite of `make test` sees it too.
func TestWhatTheLibraryDoesOtherwise(t *testing.T) {
	g := newRig(t, t.TempDir())
	content := []byte("0123456789")
	d := digestOf(content)
	_, err := g.blob("acme/app", content)
	must(t, err)
	blob := "/v2/acme/app/blobs/" + d
	g.want(http.StatusAccepted, "POST", "/v2/acme/app/blobs/uploads/?mount="+digestOf([]byte("no"))+"&from=acme/none", nil)
	at := g.want(http.StatusAccepted, "POST", "/v2/acme/app/blobs/uploads/", nil).header.Get("Location")
	g.want(http.StatusRequestedRangeNotSatisfiable, "PUT", at+"?digest="+d, bytes.NewReader(content[5:]), "Content-Range", "5-9")
	if got := g.want(http.StatusPartialContent, "GET", blob, nil, "Range", "bytes=-3"); got.body != "789" {
		t.Errorf("the last three are %q", got.body)
	}
	g.want(http.StatusRequestedRangeNotSatisfiable, "GET", blob, nil, "Range", "bytes=10-20")
	g.want(http.StatusBadRequest, "POST", "/v2/acme/app/blobs/uploads/?digest="+digestOf([]byte("other")), bytes.NewReader(content))
	g.want(http.StatusBadRequest, "PUT", "/v2/acme/app/manifests/sha256:nonsense", strings.NewReader("{}"), "Content-Type", ociManifest)
	if left := g.files("uploads"); len(left) != 1 {
		t.Errorf("uploads: %q", left)
	}
}

func TestWhoMayNotIsToldWhy(t *testing.T) {
	g := newRig(t, t.TempDir())
	hidden := g.want(http.StatusNotFound, "POST", "/v2/hidden/app/blobs/uploads/", nil)
	none := g.want(http.StatusNotFound, "GET", "/v2/acme/none/tags/list", nil)
	if hidden.body != none.body {
		t.Errorf("what is hidden says %s, what is not there %s", hidden.body, none.body)
	}
	if got := g.want(http.StatusForbidden, "POST", "/v2/denied/app/blobs/uploads/", nil); got.body != `{"errors":[{"code":"DENIED","message":"Ask for this."}]}` {
		t.Errorf("it says %s", got.body)
	}
	q, err := http.NewRequest(http.MethodGet, g.url+"/v2/", nil)
	must(t, err)
	q.SetBasicAuth("docker", "nobody")
	res, err := http.DefaultClient.Do(q)
	must(t, err)
	defer res.Body.Close()
	if res.StatusCode != http.StatusUnauthorized || !strings.HasPrefix(res.Header.Get("WWW-Authenticate"), "Basic ") {
		t.Errorf("nobody gets %d and %q", res.StatusCode, res.Header.Get("WWW-Authenticate"))
	}
}

// putManifestText pushes a manifest as it is.
func (g *rig) putManifestText(tag string, m doc, mediaType string) string {
	g.t.Helper()
	text, err := json.Marshal(m)
	must(g.t, err)
	g.want(http.StatusCreated, "PUT", "/v2/acme/app/manifests/"+tag, bytes.NewReader(text), "Content-Type", mediaType)
	return digestOf(text)
}

func TestOnlyAnImageOfThisPlatformIsSaved(t *testing.T) {
	g := newRig(t, t.TempDir())
	plain, err := g.image("acme/app", "plain", []byte("one"), []byte("two"))
	must(t, err)
	many := make([][]byte, 200)
	for i := range many {
		many[i] = []byte(fmt.Sprint("layer ", i))
	}
	deep, err := g.image("acme/app", "deep", many...)
	must(t, err)
	config, err := g.blob("acme/app", []byte(`{"os":"linux","architecture":"amd64"}`))
	must(t, err)
	about := doc{"mediaType": "application/vnd.oci.image.config.v1+json", "digest": config, "size": 37}
	foreign := g.putManifestText("foreign", doc{"schemaVersion": 2, "config": about, "layers": []doc{{
		"mediaType": "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", "digest": digestOf([]byte("far")), "size": 3, "urls": []string{"https://example.org/far"}}}}, ociManifest)
	artifact := g.putManifestText("artifact", doc{"schemaVersion": 2, "config": doc{"mediaType": "application/vnd.oci.empty.v1+json", "digest": config, "size": 37}, "layers": []doc{}}, ociManifest)
	of := func(os, arch, d string) doc {
		return doc{"mediaType": ociManifest, "digest": d, "size": 1, "platform": doc{"os": os, "architecture": arch}}
	}
	here := g.putManifestText("here", doc{"schemaVersion": 2, "manifests": []doc{of("linux", "arm64", deep), of("unknown", "unknown", deep), of("linux", "amd64", plain)}}, ociIndex)
	elsewhere := g.putManifestText("elsewhere", doc{"schemaVersion": 2, "manifests": []doc{of("linux", "arm64", deep), of("windows", "amd64", plain)}}, ociIndex)
	for name, c := range map[string]struct{ digest, refusal string }{
		"an image":                  {plain, ""},
		"an index with this one":    {here, ""},
		"an index without this one": {elsewhere, `it is for "linux/arm64", "windows/amd64", and sandboxes here are linux/amd64`},
		"200 layers":                {deep, "it has 200 layers; 1 to 64 are possible"},
		"a layer from elsewhere":    {foreign, "its layer 1 is to be fetched from elsewhere"},
		"something else":            {artifact, "it is not an image but something else"},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			err := g.r.Save(t.Context(), "acme/app", Digest(c.digest), "linux/amd64", &out)
			if c.refusal != "" {
				if !errors.Is(err, sandbox.ErrImage) || !strings.Contains(err.Error(), c.refusal) || out.Len() > 0 {
					t.Errorf("it says %v after %d bytes, want %q", err, out.Len(), c.refusal)
				}
				return
			}
			must(t, err)
			names := map[string]string{}
			for files := tar.NewReader(&out); ; {
				h, err := files.Next()
				if errors.Is(err, io.EOF) {
					break
				}
				must(t, err)
				text, err := io.ReadAll(files)
				must(t, err)
				names[h.Name] = string(text)
			}
			if !strings.Contains(names["manifest.json"], `"RepoTags":["acme/app"]`) || len(names) != 4 {
				t.Errorf("the archive holds %q", names)
			}
		})
	}
}

func TestWhatAReleaseIsMadeOfStays(t *testing.T) {
	var wanted Digest
	g := newRig(t, t.TempDir(), func(c *Config) {
		c.Wanted = func(_ context.Context, _ string, d Digest) (string, bool, error) {
			return "Release 1.4", d == wanted, nil
		}
	})
	layer := noise(1000)
	d, err := g.image("acme/app", "1.4", layer)
	must(t, err)
	other, err := g.image("acme/app", "1.5", noise(1000))
	must(t, err)
	wanted = Digest(d)
	for _, path := range []string{"manifests/" + d, "blobs/" + digestOf(layer)} {
		got := g.want(http.StatusForbidden, "DELETE", "/v2/acme/app/"+path, nil)
		if !strings.Contains(got.body, "Release 1.4 was made of this image, and a release never changes.") {
			t.Errorf("it says %s", got.body)
		}
	}
	g.want(http.StatusAccepted, "DELETE", "/v2/acme/app/manifests/1.4", nil) // the name alone
	g.want(http.StatusAccepted, "DELETE", "/v2/acme/app/manifests/"+other, nil)
	g.want(http.StatusNotFound, "GET", "/v2/acme/app/manifests/1.5", nil)
	g.pass(72 * time.Hour)
	gone, err := g.r.Collect(t.Context())
	must(t, err)
	if gone.Blobs != 1 {
		t.Errorf("%+v is gone, want one blob", gone)
	}
	must(t, g.whole("acme/app", d))
	if used, there := g.r.Used("acme"), g.reckoned("acme"); used != there {
		t.Errorf("counted %d, there %d", used, there)
	}
}
