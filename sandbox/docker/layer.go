package docker

import (
	"archive/tar"
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"

	"innovationden/sandbox"
)

// layer counts what a layer unpacks to on top of others, and gives its digest. The engine
// keeps the same layers on top of the same layers once, and any others anew.
func (a *archive) layer(name string, below []string) (string, error) {
	if known, ok := a.checked[name]; ok {
		if stack := strings.Join(append(below, known.digest), " "); !a.stacks[stack] {
			a.stacks[stack] = true
			a.unpacked, a.entries = a.unpacked+known.bytes, a.entries+known.entries
		}
		return known.digest, a.within()
	}
	before := unpacked{bytes: a.unpacked, entries: a.entries}
	from, err := a.open(name)
	if err != nil {
		return "", err
	}
	plain, err := decompressed(from)
	if err != nil {
		return "", err
	}
	hash := sha256.New()
	bounded := io.TeeReader(&budget{r: plain, left: &a.unpacked, limit: a.limits.Unpacked}, hash)
	files := tar.NewReader(bounded)
	for {
		h, err := files.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return "", layerError(name, err)
		}
		a.entries++
		a.unpacked += min(sandbox.Hollow(h), a.limits.Unpacked+1)
		if err := a.within(); err != nil {
			return "", err
		}
		if err := climbs(h); err != nil {
			return "", err
		}
	}
	if _, err := io.Copy(io.Discard, bounded); err != nil { // what follows the end of the archive
		return "", layerError(name, err)
	}
	digest := "sha256:" + hex.EncodeToString(hash.Sum(nil))
	a.stacks[strings.Join(append(below, digest), " ")] = true
	a.checked[name] = unpacked{digest: digest, bytes: a.unpacked - before.bytes, entries: a.entries - before.entries}
	return digest, nil
}

// within refuses layers that come to too much together.
func (a *archive) within() error {
	switch {
	case a.unpacked > a.limits.Unpacked:
		return tooMuch(a.limits.Unpacked)
	case a.entries > a.limits.Entries:
		return refuse("its layers hold more than %d files. Build a smaller image", a.limits.Entries)
	}
	return nil
}

func tooMuch(limit int64) error {
	return refuse("its layers unpack to more than %s. Build a smaller image", amount(limit))
}

func layerError(name string, err error) error {
	if errors.Is(err, sandbox.ErrImage) {
		return err
	}
	return refuse("layer %q cannot be read: %w", name, err)
}

// climbs refuses what would be unpacked outside of the image. The target of a
// symbolic link is followed inside the image alone, so it may be anything.
func climbs(h *tar.Header) error {
	names := []string{h.Name}
	if h.Typeflag == tar.TypeLink {
		names = append(names, h.Linkname)
	}
	for _, n := range names {
		for _, step := range strings.Split(n, "/") {
			if step == ".." {
				return refuse("the name %q in a layer climbs", n)
			}
		}
	}
	return nil
}

// budget counts what is read, for all layers together.
type budget struct {
	r     io.Reader
	left  *int64
	limit int64
}

func (b *budget) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	if *b.left += int64(n); *b.left > b.limit {
		return n, tooMuch(b.limit)
	}
	return n, err
}

// decompressed reads gzip where it begins like gzip. Other compressions are refused.
func decompressed(from io.Reader) (io.Reader, error) {
	r := bufio.NewReaderSize(from, 64<<10)
	start, err := r.Peek(6)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read the archive: %w", err)
	}
	for _, other := range []struct{ name, magic string }{{"zstd", "\x28\xb5\x2f\xfd"}, {"xz", "\xfd7zXZ\x00"}, {"bzip2", "BZh"}} {
		if bytes.HasPrefix(start, []byte(other.magic)) {
			return nil, refuse("it is compressed with %s; save it plain or with gzip", other.name)
		}
	}
	if len(start) >= 4 && start[0]&0xf0 == 0x50 && bytes.Equal(start[1:4], []byte("\x2a\x4d\x18")) {
		return nil, refuse("it is compressed with zstd; save it plain or with gzip") // a frame to be skipped, before others
	}
	if !bytes.HasPrefix(start, []byte{0x1f, 0x8b}) {
		return r, nil
	}
	z, err := gzip.NewReader(r)
	if err != nil {
		return nil, refuse("it is damaged: %w", err)
	}
	return z, nil
}
