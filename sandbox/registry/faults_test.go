package registry

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// files lists what lies in a folder of the registry.
func (g *rig) files(parts ...string) (all []string) {
	g.t.Helper()
	must(g.t, filepath.WalkDir(g.r.path(parts...), func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			all = append(all, path)
		}
		return err
	}))
	return all
}

// reckoned is what an owner keeps, counted anew from what is there.
func (g *rig) reckoned(owner string) int64 {
	g.t.Helper()
	fresh := &Registry{Config: g.r.Config, db: g.r.db, used: map[string]int64{}}
	must(g.t, fresh.reckon())
	return fresh.used[owner]
}

func TestAPushCutAtAnyByteIsResumedOrStartedAnew(t *testing.T) {
	g := newRig(t, t.TempDir())
	content := noise(200)
	address := strings.TrimPrefix(g.url, "http://")
	begun := g.want(http.StatusAccepted, "POST", "/v2/acme/app/blobs/uploads/", nil)
	at := begun.header.Get("Location")
	request := []byte(fmt.Sprintf("PATCH %s HTTP/1.1\r\nHost: x\r\nAuthorization: Basic eDp5\r\nContent-Length: %d\r\n\r\n%s", at, len(content), content))
	for cut := range request {
		conn, err := net.Dial("tcp", address)
		must(t, err)
		_, err = conn.Write(request[:cut])
		must(t, err)
		must(t, conn.(*net.TCPConn).CloseWrite())
		_, _ = io.Copy(io.Discard, conn) // until the server has let go
		must(t, conn.Close())
		stands := g.want(http.StatusNoContent, "GET", at, nil)
		var last int
		_, err = fmt.Sscanf(stands.header.Get("Range"), "0-%d", &last)
		must(t, err)
		u, err := g.r.resumeUpload("acme/app", at[strings.LastIndex(at, "/")+1:])
		must(t, err)
		had := u.size
		kept, err := os.ReadFile(u.name())
		u.leave()
		must(t, err)
		if int64(len(kept)) != had || !bytes.HasPrefix(bytes.Repeat(content, len(kept)/len(content)+1), nil) {
			t.Fatalf("cut at %d: %d bytes are kept, %d are counted", cut, len(kept), had)
		}
		if got := g.r.Used("acme"); got != had {
			t.Fatalf("cut at %d: %d bytes are counted, %d are there", cut, got, had)
		}
		if had > 0 { // go on from where it stands, then begin the next one
			if !bytes.HasPrefix(content, kept) {
				t.Fatalf("cut at %d: what is kept was never sent", cut)
			}
			rest := content[had:]
			g.want(http.StatusRequestedRangeNotSatisfiable, "PATCH", at, bytes.NewReader(rest), "Content-Range", fmt.Sprintf("%d-%d", had+1, had+int64(len(rest))))
			g.want(http.StatusBadRequest, "PUT", at+"?digest="+digestOf([]byte("something else")), nil)
			g.want(http.StatusCreated, "PUT", at+"?digest="+digestOf(content), bytes.NewReader(rest), "Content-Range", fmt.Sprintf("%d-%d", had, len(content)-1))
			got := g.want(http.StatusOK, "GET", "/v2/acme/app/blobs/"+digestOf(content), nil)
			if got.body != string(content) {
				t.Fatalf("cut at %d: another content came back", cut)
			}
			g.want(http.StatusAccepted, "DELETE", "/v2/acme/app/blobs/"+digestOf(content), nil)
			at2 := g.want(http.StatusAccepted, "POST", "/v2/acme/app/blobs/uploads/", nil).header.Get("Location")
			request = bytes.Replace(request, []byte(at), []byte(at2), 1)
			at = at2
		}
	}
	g.pass(48 * time.Hour)
	_, err := g.r.Collect(t.Context())
	must(t, err)
	if left := append(g.files("uploads"), g.files("blobs")...); len(left) != 0 || g.r.Used("acme") != 0 || g.reckoned("acme") != 0 {
		t.Errorf("left: %q, counted %d, there %d", left, g.r.Used("acme"), g.reckoned("acme"))
	}
}

func TestAnUploadIsResumedAfterARestart(t *testing.T) {
	dir := t.TempDir()
	content := noise(3000)
	var at string
	t.Run("before", func(t *testing.T) {
		g := newRig(t, dir)
		at = g.want(http.StatusAccepted, "POST", "/v2/acme/app/blobs/uploads/", nil).header.Get("Location")
		g.want(http.StatusAccepted, "PATCH", at, bytes.NewReader(content[:1000]))
	})
	g := newRig(t, dir)
	if got := g.want(http.StatusNoContent, "GET", at, nil).header.Get("Range"); got != "0-999" || g.r.Used("acme") != 1000 {
		t.Fatalf("after the restart it stands at %s, %d bytes are counted", got, g.r.Used("acme"))
	}
	g.want(http.StatusCreated, "PUT", at+"?digest="+digestOf(content), bytes.NewReader(content[1000:]))
	if g.r.Used("acme") != 3000 || g.reckoned("acme") != 3000 {
		t.Errorf("counted %d, there %d", g.r.Used("acme"), g.reckoned("acme"))
	}
}

// pushAll pushes n images at once, all with a layer in common.
func (g *rig) pushAll(n int, shared []byte) error {
	errs := make([]error, n)
	var wait sync.WaitGroup
	for i := range n {
		wait.Go(func() {
			repo := fmt.Sprintf("acme/app%d", i%3)
			_, errs[i] = g.image(repo, fmt.Sprintf("v%d", i), shared, noise(50_000), noise(10))
			if errs[i] == nil {
				errs[i] = g.whole(repo, fmt.Sprintf("v%d", i))
			}
		})
	}
	wait.Wait()
	return errors.Join(errs...)
}

func TestEightPushesAtOnce(t *testing.T) {
	g := newRig(t, t.TempDir())
	must(t, g.pushAll(8, noise(200_000)))
	if used, there := g.r.Used("acme"), g.reckoned("acme"); used != there || used < 8*50_000+200_000 || used > 8*52_000+200_000 {
		t.Errorf("counted %d, there %d", used, there)
	}
	if left := g.files("uploads"); len(left) != 0 {
		t.Errorf("left: %q", left)
	}
}

func TestPushesDuringTheCollectionOfGarbage(t *testing.T) {
	shared := noise(100_000)
	prepare := func(t *testing.T, grace time.Duration) *rig {
		g := newRig(t, t.TempDir(), func(c *Config) { c.Grace = grace })
		for i := range 3 {
			repo := fmt.Sprintf("acme/app%d", i)
			_, err := g.blob(repo, shared) // nothing refers to it: it is garbage, and wanted again
			must(t, err)
			_, err = g.blob(repo, noise(1000))
			must(t, err)
		}
		g.pass(25 * time.Hour)
		return g
	}
	t.Run("within its grace nothing that is asked for goes", func(t *testing.T) {
		g := prepare(t, 24*time.Hour)
		done, gone := make(chan struct{}), make(chan error, 1)
		go func() {
			for {
				if _, err := g.r.Collect(t.Context()); err != nil {
					gone <- err
					return
				}
				select {
				case <-done:
					gone <- nil
					return
				default:
				}
			}
		}()
		var err error
		for range 4 {
			err = errors.Join(err, g.pushAll(8, shared))
		}
		close(done)
		must(t, errors.Join(err, <-gone))
		_, err = g.r.Collect(t.Context())
		must(t, err)
		for i := range 8 {
			must(t, g.whole(fmt.Sprintf("acme/app%d", i%3), fmt.Sprintf("v%d", i)))
		}
		if used, there := g.r.Used("acme"), g.reckoned("acme"); used != there {
			t.Errorf("counted %d, there %d", used, there)
		}
	})
	t.Run("control: without a grace it does", func(t *testing.T) {
		g := prepare(t, time.Nanosecond)
		if got, err := g.ask("HEAD", "/v2/acme/app0/blobs/"+digestOf(shared), nil); err != nil || got.status != http.StatusOK {
			t.Fatal(got, err)
		}
		g.pass(time.Second)
		_, err := g.r.Collect(t.Context())
		must(t, err)
		if got, err := g.ask("HEAD", "/v2/acme/app0/blobs/"+digestOf(shared), nil); err != nil || got.status != http.StatusNotFound {
			t.Errorf("it is there still: %s %v", got, err)
		}
		if left := g.files("blobs"); len(left) != 0 || g.r.Used("acme") != 0 {
			t.Errorf("left: %q, counted %d", left, g.r.Used("acme"))
		}
	})
}

func TestAQuotaPassedInTheMiddleIsSaidAndKeepsNothing(t *testing.T) {
	const quota = 1 << 20
	g := newRig(t, t.TempDir(), func(c *Config) { c.Quota = func(string) int64 { return quota } })
	_, err := g.image("acme/app", "1", noise(600_000))
	must(t, err)
	before := g.r.Used("acme")
	at := g.want(http.StatusAccepted, "POST", "/v2/acme/app/blobs/uploads/", nil).header.Get("Location")
	got := g.want(http.StatusForbidden, "PATCH", at, io.MultiReader(bytes.NewReader(noise(8<<20)))) // without a length, as docker sends it
	const say = `{"errors":[{"code":"DENIED","message":"This would take acme past its 1.0 MB for images; it keeps 586.4 KB already. Delete images that you no longer need, or ask the operator for more room."}]}`
	if got.body != say {
		t.Errorf("it says %s\nwant    %s", got.body, say)
	}
	g.want(http.StatusNotFound, "PUT", at+"?digest="+digestOf(nil), nil)
	if left := g.files("uploads"); len(left) != 0 || g.r.Used("acme") != before || g.reckoned("acme") != before {
		t.Errorf("left: %q, counted %d and there %d, want %d", left, g.r.Used("acme"), g.reckoned("acme"), before)
	}
	must(t, g.whole("acme/app", "1"))
	_, err = g.image("acme/app", "2", noise(100_000)) // control: what fits is taken
	must(t, err)
	_, err = g.image("other/app", "1", noise(900_000)) // and nobody else is held up
	must(t, err)
}

func TestOfWhatIsHeldTwiceAnOwnerPaysOnce(t *testing.T) {
	g := newRig(t, t.TempDir(), func(c *Config) { c.Quota = func(string) int64 { return 150_000 } })
	layer := noise(100_000)
	_, err := g.image("acme/app", "1", layer)
	must(t, err)
	g.want(http.StatusCreated, "POST", "/v2/acme/other/blobs/uploads/?mount="+digestOf(layer)+"&from=acme/app", nil)
	if used := g.r.Used("acme"); used > 110_000 || used != g.reckoned("acme") {
		t.Errorf("counted %d, there %d", used, g.reckoned("acme"))
	}
	refused := g.want(http.StatusAccepted, "POST", "/v2/acme/other/blobs/uploads/?mount="+digestOf(layer)+"&from=hidden/app", nil)
	if refused.header.Get("Location") == "" {
		t.Error("a mount from what is hidden is not an upload like any other")
	}
}

func TestAFullDiskIsSaidAndBreaksNothing(t *testing.T) {
	if !inPrivate(t) {
		return
	}
	dir := tmpfs(t, 8<<20)
	// The disk fills up after it was asked.
	g := newRig(t, dir, func(c *Config) { c.Free = func() (int64, error) { return 1 << 40, nil } })
	_, err := g.image("acme/app", "1", noise(1<<20))
	must(t, err)
	before := g.r.Used("acme")
	at := g.want(http.StatusAccepted, "POST", "/v2/acme/app/blobs/uploads/", nil).header.Get("Location")
	got := g.want(http.StatusForbidden, "PATCH", at, io.MultiReader(bytes.NewReader(noise(16<<20))))
	if !strings.Contains(got.body, `"DENIED"`) || !strings.Contains(got.body, errFull.Say) {
		t.Errorf("it says %s", got.body)
	}
	if left := g.files("uploads"); len(left) != 0 || g.r.Used("acme") != before || g.reckoned("acme") != before {
		t.Errorf("left: %q, counted %d and there %d, want %d", left, g.r.Used("acme"), g.reckoned("acme"), before)
	}
	filler := filepath.Join(dir, "filler")
	for n, size := 0, 1<<20; size >= 512; n++ {
		f, err := os.OpenFile(filler, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
		must(t, err)
		if _, err := f.Write(make([]byte, size)); err != nil {
			size /= 2
		}
		must(t, f.Close())
	}
	must(t, g.whole("acme/app", "1")) // with no room at all reading goes on
	for range 20 {
		if refused, err := g.ask("POST", "/v2/acme/app/blobs/uploads/?digest="+digestOf([]byte("small")), strings.NewReader("small")); err != nil || refused.status != http.StatusForbidden && refused.status != http.StatusCreated {
			t.Fatalf("with no room at all: %s %v", refused, err)
		}
	}
	must(t, os.Remove(filler))
	_, err = g.image("acme/app", "2", noise(1<<20)) // control: with room it is taken
	must(t, err)
	must(t, g.whole("acme/app", "2"))
	if used, there := g.r.Used("acme"), g.reckoned("acme"); used != there {
		t.Errorf("counted %d, there %d", used, there)
	}
}

// Pushes stop before the disk is full: the den's records need some of it.
func TestPushesLeaveSomeOfTheDisk(t *testing.T) {
	var free atomic.Int64
	g := newRig(t, t.TempDir(), func(c *Config) { c.Free = func() (int64, error) { return free.Load(), nil } })
	free.Store(spaceKept + 1000)
	at := g.want(http.StatusAccepted, "POST", "/v2/acme/app/blobs/uploads/", nil).header.Get("Location")
	got := g.want(http.StatusForbidden, "PATCH", at, io.MultiReader(bytes.NewReader(noise(1001))))
	if !strings.Contains(got.body, errFull.Say) {
		t.Errorf("it says %s", got.body)
	}
	if left := g.files("uploads"); len(left) != 0 || g.r.Used("acme") != 0 {
		t.Errorf("left: %q, counted %d", left, g.r.Used("acme"))
	}
	free.Store(spaceKept + 1<<20) // control: what leaves enough is taken
	_, err := g.image("acme/app", "1", noise(1000))
	must(t, err)
}

func TestAnUploadOfSomebodyElseIsNotThere(t *testing.T) {
	g := newRig(t, t.TempDir())
	at := g.want(http.StatusAccepted, "POST", "/v2/acme/app/blobs/uploads/", nil).header.Get("Location")
	g.want(http.StatusNotFound, "PATCH", strings.Replace(at, "acme/app", "other/app", 1), strings.NewReader("x"))
	g.want(http.StatusNoContent, "DELETE", at, nil)
	g.want(http.StatusNotFound, "GET", at, nil)
	conn, err := net.Dial("tcp", strings.TrimPrefix(g.url, "http://"))
	must(t, err)
	defer conn.Close()
	_, err = fmt.Fprintf(conn, "GET /v2/../v2/acme/app/blobs/uploads/..%%2f..%%2fregistry.db HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
	must(t, err)
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	must(t, err)
	defer res.Body.Close()
	if res.StatusCode != http.StatusNotFound {
		t.Errorf("a path that climbs: %d", res.StatusCode)
	}
}
