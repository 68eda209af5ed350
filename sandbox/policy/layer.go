package policy

import (
	"archive/tar"
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"path"
	"slices"
	"strings"

	"innovationden/sandbox"
)

// compressed is a text that begins like one that cannot be read here.
type compressed struct{ by string }

func (c compressed) Error() string { return "it is compressed with " + c.by }

// damaged is a compressed text that does not decompress.
type damaged struct{ error }

// Unzip copies an archive to where it can be read from any place, decompressed where it
// is gzip as a whole, and says how many bytes that came to.
//
// The error is Refusals, under name, where the archive is at fault: compressed otherwise,
// damaged, or larger than limits.Bytes; else it is that of from or of to.
func Unzip(name string, from io.Reader, to io.Writer, limits ArchiveLimits) (int64, error) {
	plain, err := decompressed(from)
	var n int64
	most := limits.filled().Bytes
	if err == nil {
		n, err = io.Copy(to, io.LimitReader(plain, most+1))
	}
	var other compressed
	switch {
	case errors.As(err, &other):
		return 0, Refusals{{File: name, Reason: "The archive is compressed with " + other.by + ".", Instead: "Save it plain, or compress it with gzip."}}
	case isDamaged(err):
		return 0, Refusals{{File: name, Reason: "The archive is damaged.", Instead: saveAgain}}
	case err == nil && n > most:
		return 0, Refusals{{File: name, Reason: "The archive is larger than " + amount(most) + ".", Instead: "Build a smaller image."}}
	}
	return n, err
}

// isDamaged says whether an error of reading means that what was read is damaged, and not
// that it cannot be reached.
func isDamaged(err error) bool {
	var bad damaged
	var corrupt flate.CorruptInputError
	return errors.As(err, &bad) || errors.As(err, &corrupt) ||
		errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, gzip.ErrChecksum) || errors.Is(err, gzip.ErrHeader)
}

// amount writes a bound as people do.
func amount(n int64) string {
	switch {
	case n >= 1<<30 && n%(1<<30) == 0:
		return fmt.Sprintf("%d GB", n>>30)
	case n >= 1<<20 && n%(1<<20) == 0:
		return fmt.Sprintf("%d MB", n>>20)
	}
	return fmt.Sprintf("%d bytes", n)
}

func decompressed(from io.Reader) (io.Reader, error) {
	r := bufio.NewReaderSize(from, 64<<10)
	start, err := r.Peek(6)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	for _, other := range []struct{ name, magic string }{{"zstd", "\x28\xb5\x2f\xfd"}, {"xz", "\xfd7zXZ\x00"}, {"bzip2", "BZh"}} {
		if bytes.HasPrefix(start, []byte(other.magic)) {
			return nil, compressed{other.name}
		}
	}
	if len(start) >= 4 && start[0]&0xf0 == 0x50 && bytes.Equal(start[1:4], []byte("\x2a\x4d\x18")) {
		return nil, compressed{"zstd"} // a frame to be skipped, before others
	}
	if !bytes.HasPrefix(start, []byte{0x1f, 0x8b}) {
		return r, nil
	}
	z, err := gzip.NewReader(r)
	if err != nil {
		return nil, damaged{err}
	}
	return z, nil
}

// layer counts what a layer unpacks to on top of others, and gives its digest. An engine
// keeps the same layers on top of the same layers once, and any others anew.
func (a *Archive) layer(ctx context.Context, where, name string, below []string) (string, error) {
	file, _ := a.lies(name)
	digest, known := a.Digests[file]
	if !known {
		var err error
		if digest, err = a.unpack(ctx, where, name); err != nil {
			return "", err
		}
		a.Digests[file] = digest
	}
	a.Digests[name] = digest
	stack := strings.Join(append(slices.Clone(below), digest), " ")
	if known && !a.stacks[stack] {
		a.Unpacked, a.Entries = a.Unpacked+a.sizes[file].bytes, a.Entries+a.sizes[file].entries
	}
	a.stacks[stack] = true
	return digest, a.within(where)
}

// unpack reads a layer to its end, counts it, and gives its digest.
func (a *Archive) unpack(ctx context.Context, where, name string) (string, error) {
	before := unpacked{a.Unpacked, a.Entries}
	from, err := a.Open(name)
	if err != nil {
		return "", err
	}
	plain, err := decompressed(patient{ctx, from})
	if err != nil {
		return "", a.readError(where, err)
	}
	hash := sha256.New()
	bounded := io.TeeReader(&budget{r: plain, a: a, where: where}, hash)
	files := tar.NewReader(bounded)
	for {
		h, err := files.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return "", a.readError(where, err)
		}
		a.Entries++
		a.Unpacked += min(sandbox.Hollow(h), a.limits.Unpacked+1)
		if err := a.within(where); err != nil {
			return "", err
		}
		a.entry(where, h)
	}
	if _, err := io.Copy(io.Discard, bounded); err != nil { // what follows the end of the layer
		return "", a.readError(where, err)
	}
	file, _ := a.lies(name)
	a.sizes[file] = unpacked{a.Unpacked - before.bytes, a.Entries - before.entries}
	return "sha256:" + hex.EncodeToString(hash.Sum(nil)), nil
}

// within refuses layers that come to too much together.
func (a *Archive) within(where string) error {
	switch {
	case a.Unpacked > a.limits.Unpacked:
		return a.no(where, "The layers unpack to more than "+amount(a.limits.Unpacked)+".", "Build a smaller image.")
	case a.Entries > a.limits.Entries:
		return a.no(where, fmt.Sprintf("The layers hold more than %d files.", a.limits.Entries), "Build a smaller image.")
	}
	return nil
}

// entry refuses what would be unpacked outside of the image, or otherwise than it is
// counted. The target of a symbolic link is followed inside the image alone, so it may be
// anything.
func (a *Archive) entry(where string, h *tar.Header) {
	if len(a.found) > most {
		return
	}
	link := ""
	if h.Typeflag == tar.TypeLink {
		link = h.Linkname
	}
	switch {
	case climbs(h.Name) || climbs(link):
		a.refuse(where, "The name "+Shown(h.Name)+" climbs out of the image.", "Build the layer with clean names.")
	case tooLong(h.Name) || tooLong(h.Linkname):
		a.refuse(where, "The name "+Shown(h.Name)+" is longer than a file system can keep.", "Build the image with shorter names.")
	case !removes(h.Name) || marked(link):
		a.refuse(where, Shown(h.Name)+" is, or leads to, a mark of a removed file that no file has.", "Build the image without names that begin with .wh.")
	case h.Typeflag == tar.TypeBlock:
		a.refuse(where, Shown(h.Name)+" is a disk of the host.", "Build the image without devices.")
	}
	for _, key := range slices.Sorted(maps.Keys(h.PAXRecords)) {
		name, ok := strings.CutPrefix(key, "SCHILY.xattr.")
		if ok && (strings.HasPrefix(name, "trusted.") || strings.HasPrefix(name, "user.overlay.")) {
			a.refuse(where, Shown(h.Name)+" carries the attribute "+Shown(name)+", by which the server itself puts layers together.", "Build the image without it.")
		}
	}
}

func climbs(name string) bool { return slices.Contains(strings.Split(name, "/"), "..") }

// tooLong says whether Linux can have no file of a name: 255 bytes a part, 4095 in all.
func tooLong(name string) bool {
	return len(name) > 4095 || slices.ContainsFunc(strings.Split(name, "/"), func(part string) bool { return len(part) > 255 })
}

// whiteout begins the name of a mark: that a file below has gone, or with opaque, all that
// is in a folder (OCI Image Layer Specification, "Representing Changes").
const (
	whiteout = ".wh."
	opaque   = ".wh..wh..opq"
)

// removes says whether a name is no mark, or one of a file that can have gone. Engines give
// meanings of their own to others: that of the links of an old driver copies its file once
// for each.
func removes(name string) bool {
	folder, last := path.Split(path.Clean(name))
	gone, mark := strings.CutPrefix(last, whiteout)
	return !marked(folder) && (!mark || last == opaque || gone != "" && gone != "." && gone != ".." && !strings.HasPrefix(gone, whiteout))
}

// marked says whether any part of a name is a mark.
func marked(name string) bool {
	return slices.ContainsFunc(strings.Split(name, "/"), func(part string) bool { return strings.HasPrefix(part, whiteout) })
}

// readError says what a failed read means: a refusal, or an error that proves nothing.
func (a *Archive) readError(where string, err error) error {
	var one Refusals
	var other compressed
	switch {
	case errors.As(err, &one):
		return one
	case errors.As(err, &other):
		return a.no(where, "It is compressed with "+other.by+".", "Save it plain, or compress it with gzip.")
	case isDamaged(err), err != nil && strings.HasPrefix(err.Error(), "archive/tar: "):
		return a.no(where, "It is not an archive that docker save writes, or it is damaged.", saveAgain)
	}
	return err
}

// patient ends a reading with its context, however long what is read decompresses to
// nothing.
type patient struct {
	ctx context.Context
	r   io.Reader
}

func (p patient) Read(b []byte) (int, error) {
	if err := p.ctx.Err(); err != nil {
		return 0, err
	}
	return p.r.Read(b)
}

// budget counts what is read, for all layers together.
type budget struct {
	r     io.Reader
	a     *Archive
	where string
}

func (b *budget) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	b.a.Unpacked += int64(n)
	if much := b.a.within(b.where); much != nil {
		return n, much
	}
	return n, err
}
