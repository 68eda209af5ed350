package registry

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// put pushes a manifest and gives its digest.
func (g *rig) put(repo, name, mediaType string, m doc) (answer, string) {
	g.t.Helper()
	text, err := json.Marshal(m)
	must(g.t, err)
	if name == "" {
		name = digestOf(text)
	}
	got, err := g.ask("PUT", "/v2/"+repo+"/manifests/"+name, bytes.NewReader(text), "Content-Type", mediaType)
	must(g.t, err)
	return got, digestOf(text)
}

func index(n int, of string, more ...any) doc {
	all := more
	for range n {
		all = append(all, doc{"mediaType": ociManifest, "digest": of, "size": 1})
	}
	return doc{"schemaVersion": 2, "mediaType": ociIndex, "manifests": all}
}

// An index may name one manifest a thousand times, that one another, and so on: a list of
// what was pushed must not follow each of them.
func TestAnIndexThatNamesTheSameAgainAndAgainIsListedAtOnce(t *testing.T) {
	g := newRig(t, t.TempDir())
	d, err := g.image("acme/app", "plain", noise(1000))
	must(t, err)
	for depth := range 4 {
		got, next := g.put("acme/app", fmt.Sprintf("deep%d", depth), ociIndex, index(1000, d))
		if d = next; got.status != http.StatusCreated {
			t.Fatal(got)
		}
	}
	began := time.Now()
	all, err := g.r.Tagged("acme/app")
	must(t, err)
	if took := time.Since(began); took > time.Minute || len(all) != 5 {
		t.Errorf("%d tags after %s", len(all), took)
	}
	for _, one := range all {
		if one.Bytes != all[len(all)-1].Bytes {
			t.Errorf("%s is %d bytes, and the image %d", one.Tag, one.Bytes, all[len(all)-1].Bytes)
		}
	}
}

func TestAnIndexOfADeletedImageIsStillListed(t *testing.T) {
	g := newRig(t, t.TempDir())
	d, err := g.image("acme/app", "plain", noise(1000))
	must(t, err)
	if got, _ := g.put("acme/app", "both", ociIndex, index(1, d)); got.status != http.StatusCreated {
		t.Fatal(got)
	}
	g.want(http.StatusAccepted, "DELETE", "/v2/acme/app/manifests/"+d, nil)
	all, err := g.r.Tagged("acme/app")
	if err != nil || len(all) != 1 || all[0].Tag != "both" || all[0].Bytes != 0 {
		t.Errorf("%+v, %v", all, err)
	}
}

func TestBlobsThatAreNotHereAreNotRemembered(t *testing.T) {
	g := newRig(t, t.TempDir())
	_, err := g.image("acme/app", "plain", noise(1000))
	must(t, err)
	before := len(g.r.touched)
	for range 20 {
		for _, method := range []string{"HEAD", "GET"} {
			g.want(http.StatusNotFound, method, "/v2/acme/app/blobs/"+digestOf(noise(8)), nil)
		}
		g.want(http.StatusAccepted, "POST", "/v2/acme/app/blobs/uploads/?from=acme/app&mount="+digestOf(noise(8)), nil)
	}
	if after := len(g.r.touched); after != before {
		t.Errorf("%d digests are remembered, and %d blobs are here", after, before)
	}
}

// open descriptors of a folder.
func openIn(t *testing.T, folder string) (n int) {
	t.Helper()
	all, err := filepath.Glob("/proc/self/fd/*")
	must(t, err)
	for _, f := range all {
		if to, err := os.Readlink(f); err == nil && strings.HasPrefix(to, folder+"/") {
			n++
		}
	}
	return n
}

func TestUploadsThatWaitHoldNoFilesAndAreBounded(t *testing.T) {
	g := newRig(t, t.TempDir())
	var last string
	for n := range mostUploads {
		last = g.want(http.StatusAccepted, "POST", "/v2/acme/app/blobs/uploads/", nil).header.Get("Location")
		if n%50 == 0 {
			g.want(http.StatusAccepted, "PATCH", last, strings.NewReader("part of it"))
			g.want(http.StatusNoContent, "GET", last, nil)
		}
	}
	if n := openIn(t, g.r.path("uploads")); n != 0 {
		t.Errorf("%d files are open, and nobody sends anything", n)
	}
	got := g.want(http.StatusForbidden, "POST", "/v2/acme/other/blobs/uploads/", nil)
	if !strings.Contains(got.body, "acme has 500 uploads under way") {
		t.Error(got)
	}
	g.want(http.StatusAccepted, "POST", "/v2/harbour/app/blobs/uploads/", nil)
	g.want(http.StatusNoContent, "DELETE", last, nil)
	g.want(http.StatusAccepted, "POST", "/v2/acme/other/blobs/uploads/", nil)
}

func TestARepositoryHasRoomForSoManyManifests(t *testing.T) {
	g := newRig(t, t.TempDir())
	for n := 0; ; n++ {
		got, _ := g.put("acme/app", "", ociIndex, doc{"schemaVersion": 2, "mediaType": ociIndex, "annotations": doc{"n": fmt.Sprint(n), "a": strings.Repeat("x", 3<<20)}})
		if got.status == http.StatusForbidden && strings.Contains(got.body, "all the manifests and tags that it may") {
			break
		}
		if got.status != http.StatusCreated || n > 100 {
			t.Fatalf("manifest %d: %s", n, got)
		}
	}
	if kept, used := g.reckoned("acme"), g.r.Used("acme"); kept != used {
		t.Errorf("%d bytes are counted and %d are there", used, kept)
	}
	if _, err := g.image("acme/other", "plain", noise(1000)); err != nil {
		t.Errorf("another repository: %v", err)
	}
	if got, _ := g.put("acme/app", "again", ociIndex, doc{"schemaVersion": 2, "mediaType": ociIndex, "annotations": doc{"n": "0", "a": strings.Repeat("x", 3<<20)}}); got.status != http.StatusCreated {
		t.Errorf("another tag for what is there: %s", got)
	}
}
