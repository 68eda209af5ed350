package api_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"runtime"
	"strings"
	"testing"

	"innovationden/sandbox"
	"innovationden/sandbox/fake"
	"innovationden/web/api"
	"innovationden/web/api/contract"
)

var errFull = sandbox.ErrFull

// run is a body of a kind of byte that does not say how long it is.
type run struct {
	io.Reader
}

// endless is head, then n times one byte, then an error where err is not nil.
func endless(head string, b byte, n int) io.Reader {
	return run{io.MultiReader(strings.NewReader(head), bytes.NewReader(bytes.Repeat([]byte{b}, n)))}
}

// torn breaks off.
type torn struct{}

func (torn) Read([]byte) (int, error) { return 0, errors.New("the line is dead") }

func TestAnArchiveBecomesARelease(t *testing.T) {
	w := newWorld(t, func(c *api.Config) { c.MaxArchive = 1 << 16 })
	archive := strings.Repeat("layer ", 1000)
	w.engine.AddArchive([]byte(archive), sandbox.Image{Ports: []int{9000}, Size: 77}, fake.Behaviour{})
	path := "/products/" + string(w.products[0].ID) + "/archive"
	tar := map[string]string{"Content-Type": "application/x-tar"}
	send := func(query string, body any, header map[string]string) answer {
		return w.ask(question{seller, "POST", path + query, body, header})
	}
	keyed := map[string]string{"Content-Type": "application/x-tar", "Idempotency-Key": "once"}
	made := into[contract.Release](send("?version=2.0&profile=standard", archive, keyed).is(201))
	if made.Port != 9000 || made.Path != "/" || made.Profile != contract.Standard || made.SizeBytes != 77 || made.From != "an archive" {
		t.Errorf("the release is %+v", made)
	}
	if again := into[contract.Release](send("?version=2.0&profile=standard", archive, keyed).is(201)); again.Id != made.Id {
		t.Errorf("a repeat made %s beside %s", again.Id, made.Id)
	}
	send("?version=2.1", archive, keyed).says(422, "/Idempotency-Key: This Idempotency-Key was used for another request. Use a new one for each request.")

	unread := "This image cannot be run here: the archive is not one that docker save writes."
	send("?version=3", "not an archive", tar).says(422, "/archive: "+unread)
	send("?version=3", "", tar).says(422, "/archive: "+unread)
	send("", archive, tar).says(400, "/version: Give version.")
	send("?version=3&port=70000", archive, tar).says(400, "/port: Give a number between 1 and 65535 for port.")
	send("?version=3", archive, map[string]string{"Content-Type": "application/zip"}).says(415, "Send the archive as application/x-tar, with that Content-Type.")
	send("?version=3", strings.Repeat("x", 1<<16+1), tar).says(413, "Send a smaller request. This one may have at most 65536 bytes.")
	send("?version=3", endless("", 'x', 1<<17), tar).says(413, "Send a smaller request. This one may have at most 65536 bytes.")
	cutOff := io.MultiReader(strings.NewReader(archive), torn{})
	send("?version=3", cutOff, tar).says(422, "/archive: The image could not be read. Check that it is what docker save wrote.")
	w.ask(question{operator, "POST", "/products/prd_none/archive?version=3", archive, tar}).is(404)
	if kept := w.engine.Kept(); len(kept) != 3 {
		t.Errorf("the engine keeps %d images for us, not 3", len(kept))
	}
}

// An archive goes through to the engine as it comes: it may be larger than the memory.
func TestAnArchiveIsNotHeldInMemory(t *testing.T) {
	w := newWorld(t)
	send := func(n int) uint64 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		w.ask(question{
			seller, "POST", "/products/" + string(w.products[0].ID) + "/archive?version=2",
			io.LimitReader(zeros{}, int64(n)),
			map[string]string{"Content-Type": "application/x-tar"},
		}).is(422)
		runtime.ReadMemStats(&after)
		return after.TotalAlloc - before.TotalAlloc
	}
	const size = 64 << 20
	send(1) // the first request of all has the contract read
	if used := send(size); used > size/8 {
		t.Errorf("%d bytes were allocated for an archive of %d", used, size)
	}
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }

// An upload that its sender breaks off leaves nothing, on a real socket.
func TestAnUploadCutOffLeavesNothing(t *testing.T) {
	w := newWorld(t, func(c *api.Config) { c.Log = slog.New(slog.DiscardHandler) })
	before := len(w.engine.Kept())
	loading := make(chan struct{})
	server := w.serve()
	ctx, leave := context.WithCancel(context.Background())
	body, feed := io.Pipe()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, server.URL+api.Base+"/products/"+string(w.products[0].ID)+"/archive?version=2", body)
	w.must(err)
	r.Header.Set("Content-Type", "application/x-tar")
	r.Header.Set("Authorization", "Bearer "+seller)
	go func() {
		_, _ = feed.Write([]byte("the beginning"))
		close(loading)
		<-ctx.Done()
		_ = feed.CloseWithError(ctx.Err())
	}()
	go func() { <-loading; leave() }()
	if resp, err := http.DefaultClient.Do(r); err == nil {
		_ = resp.Body.Close()
		t.Errorf("it was answered %d", resp.StatusCode)
	}
	server.Close() // waits for the handler
	if n := len(w.engine.Kept()); n != before {
		t.Errorf("the engine keeps %d images, not %d", n, before)
	}
	if n := len(into[contract.ReleasePage](w.get(seller, "/products/"+string(w.products[0].ID)+"/releases")).Items); n != 1 {
		t.Errorf("there are %d releases", n)
	}
}
