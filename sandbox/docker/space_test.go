package docker

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"

	"innovationden/sandbox"
	"innovationden/sandbox/policy"
	"innovationden/sandbox/sandboxtest"
)

// disks answers what is free on two disks: /one and /two.
func disks(one, two int64) *spaces {
	s := newSpaces()
	s.free = func(folder string) (uint64, int64, error) {
		switch folder {
		case "/one":
			return 1, one, nil
		case "/two":
			return 2, two, nil
		}
		return 0, 0, errors.New("no such disk")
	}
	return s
}

func TestRoomIsPromisedOnce(t *testing.T) {
	s := disks(spaceKept+10, spaceKept+100)
	first, second := s.begin(), s.begin()
	must(t, first.take("/one", 6))
	if err := second.take("/one", 5); !errors.Is(err, sandbox.ErrFull) {
		t.Errorf("what was promised to another was promised again: %v", err)
	}
	must(t, second.take("/one", 4))
	must(t, second.take("/two", 100)) // another disk has room of its own
	first.give("/one", 6)             // written, or not wanted
	must(t, second.take("/one", 6))
	second.end()
	must(t, first.take("/two", 100))
	first.end()
	for disk, n := range s.promised {
		if n != 0 {
			t.Errorf("%d bytes stayed promised on disk %d", n, disk)
		}
	}
	if err := first.take("/nowhere", 1<<60); err != nil {
		t.Errorf("a disk that says nothing refused: %v", err)
	}
}

// An archive for which there is no room is refused before it is read where its size was
// said, and as soon as it does not fit where it was not, or unpacks to more.
func TestAnArchiveWithoutRoomIsRefused(t *testing.T) {
	r := &Runtime{temp: "/one", folder: "/two"}
	for name, c := range map[string]struct {
		one, two, size int64
		full           bool
	}{
		"fits":              {1 << 20, 2 << 20, 1 << 20, false},
		"not here":          {1<<20 - 1, 2 << 20, 1 << 20, true},
		"not at the engine": {1 << 20, 2<<20 - 1, 1 << 20, true},
	} {
		r.spaces = disks(spaceKept+c.one, spaceKept+c.two)
		p := r.spaces.begin()
		if _, err := r.placeFor(t.Context(), p, c.size); errors.Is(err, sandbox.ErrFull) != c.full {
			t.Errorf("%s: %v", name, err)
		}
		p.end()
	}

	var zipped bytes.Buffer
	w := gzip.NewWriter(&zipped)
	_, err := io.Copy(w, bytes.NewReader(sandboxtest.Archive(t, sandboxtest.Config{Entrypoint: []string{"/p"}}, nil, map[string][]byte{"p": bytes.Repeat([]byte("a"), spaceStep)})))
	must(t, err)
	must(t, w.Close())
	folder := t.TempDir()
	try := func(free int64) error {
		s := newSpaces()
		s.free = func(string) (uint64, int64, error) { return 1, free, nil }
		p := s.begin()
		defer p.end()
		at := place{folder: folder, engine: folder, space: p}
		a, err := checkArchive(t.Context(), bytes.NewReader(zipped.Bytes()), at, runtime.GOARCH, policy.ArchiveLimits{})
		if err != nil {
			return err
		}
		defer a.close()
		return at.unpack(a)
	}
	if err := try(spaceKept + spaceStep); !errors.Is(err, sandbox.ErrFull) || !strings.Contains(err.Error(), "for an archive") {
		t.Errorf("unzipped, it is larger than what is free: %v", err)
	}
	if err := try(spaceKept + 3*spaceStep); !errors.Is(err, sandbox.ErrFull) {
		t.Errorf("the engine would have it twice: %v", err)
	}
	must(t, try(spaceKept+5*spaceStep))
}
