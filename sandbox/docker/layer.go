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

// layer counts what a layer unpacks to, and gives its digest.
func (a *archive) layer(name string) (string, error) {
	if digest, ok := a.checked[name]; ok {
		return digest, nil
	}
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
		if a.entries++; a.entries > a.limits.Entries {
			return "", refuse("its layers hold more than %d files", a.limits.Entries)
		}
		if err := climbs(h); err != nil {
			return "", err
		}
	}
	if _, err := io.Copy(io.Discard, bounded); err != nil { // what follows the end of the archive
		return "", layerError(name, err)
	}
	digest := "sha256:" + hex.EncodeToString(hash.Sum(nil))
	a.checked[name] = digest
	return digest, nil
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
		return n, refuse("its layers unpack to more than %d bytes", b.limit)
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
	if !bytes.HasPrefix(start, []byte{0x1f, 0x8b}) {
		return r, nil
	}
	z, err := gzip.NewReader(r)
	if err != nil {
		return nil, refuse("it is damaged: %w", err)
	}
	return z, nil
}
