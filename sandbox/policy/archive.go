package policy

import (
	"archive/tar"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
)

// ArchiveLimits bound an archive that somebody brings. Zero takes the default.
type ArchiveLimits struct {
	Bytes    int64 // of the archive, decompressed where it is gzip as a whole; 4 GiB
	Unpacked int64 // bytes of all layers, decompressed; 8 GiB
	Entries  int64 // files in all layers; 500,000
	Layers   int   // of one image; 64
	Images   int   // in one archive; 16
}

func (l ArchiveLimits) filled() ArchiveLimits {
	or := func(v, d int64) int64 {
		if v <= 0 {
			return d
		}
		return v
	}
	return ArchiveLimits{
		Bytes: or(l.Bytes, 4<<30), Unpacked: or(l.Unpacked, 8<<30), Entries: or(l.Entries, 500_000),
		Layers: int(or(int64(l.Layers), 64)), Images: int(or(int64(l.Images), 16)),
	}
}

// Bounds that nobody needs to change.
const (
	outerEntries = 4096
	jsonLimit    = 4 << 20
)

// ArchivedImage is one image of an archive.
type ArchivedImage struct {
	ID     string   // sha256:… of its configuration
	Config string   // the file of its configuration
	Layers []string // the files of its layers, first to last
	Names  []string // the names that the archive gives it
}

// Archive is what an archive holds.
type Archive struct {
	Images   []ArchivedImage
	Unpacked int64             // bytes of all layers, as an engine keeps them: the same on top of the same once
	Entries  int64             // files in them
	Digests  map[string]string // file of a layer → its digest, decompressed

	name   string
	limits ArchiveLimits
	os     string
	arch   string
	from   io.ReaderAt
	parts  map[string]part
	links  map[string]string
	found  Refusals
	sizes  map[string]unpacked // by the file of a layer
	stacks map[string]bool     // layers on top of layers that were counted, by their digests
}

// unpacked is what a layer comes to, decompressed.
type unpacked struct{ bytes, entries int64 }

// part is where an entry's content lies.
type part struct{ offset, size int64 }

// manifestEntry is one image in manifest.json (docker save, Image Specification v1.2).
type manifestEntry struct {
	Config       string
	RepoTags     []string
	Layers       []string
	LayerSources map[string]struct {
		MediaType string   `json:"mediaType"`
		URLs      []string `json:"urls"`
	}
}

// imageConfig is what of an image's configuration (OCI Image Configuration) is checked.
type imageConfig struct {
	Architecture string `json:"architecture"`
	OS           string `json:"os"`
	Config       struct {
		Labels          map[string]string
		Volumes         map[string]struct{}
		Env             []string
		Entrypoint, Cmd []string
		WorkingDir      string
	} `json:"config"`
	RootFS struct {
		DiffIDs []string `json:"diff_ids"`
	} `json:"rootfs"`
}

// Source is an archive that lies somewhere, not compressed as a whole (see Unzip).
type Source struct {
	Name     string // what refusals call it
	From     io.ReaderAt
	Size     int64
	Platform string // what sandboxes run: linux/amd64
}

// CheckArchive reads an archive that `docker save` wrote. Layers are decompressed while
// they are counted, and never kept.
//
// The error is Refusals where the archive is at fault, all that were found; else it is
// that of s.From or of ctx, and nothing may be concluded.
func CheckArchive(ctx context.Context, s Source, limits ArchiveLimits) (*Archive, error) {
	a := &Archive{Digests: map[string]string{}, name: s.Name, limits: limits.filled(), from: s.From, parts: map[string]part{}, links: map[string]string{},
		sizes: map[string]unpacked{}, stacks: map[string]bool{}}
	a.os, a.arch, _ = strings.Cut(s.Platform, "/")
	if err := a.index(s.Size); err != nil {
		return nil, a.also(err)
	}
	var manifest []manifestEntry
	if err := a.json("manifest.json", &manifest); err != nil {
		return nil, a.also(err)
	}
	if len(manifest) == 0 || len(manifest) > a.limits.Images {
		return nil, a.also(a.no("manifest.json", fmt.Sprintf("The archive holds %d images.", len(manifest)), fmt.Sprintf("Save 1 to %d in one archive.", a.limits.Images)))
	}
	for i, m := range manifest {
		if err := a.image(ctx, fmt.Sprintf("image %d", i+1), m); err != nil {
			return nil, err
		}
	}
	if err := a.foreign(); err != nil {
		return nil, a.also(err)
	}
	if len(a.found) > 0 {
		return nil, a.found.Sorted()
	}
	return a, nil
}

// no is a refusal as an error, for where reading cannot go on.
func (a *Archive) no(where, why, instead string) error {
	return Refusals{{File: a.name, Attribute: where, Reason: why, Instead: instead}}
}

func (a *Archive) refuse(where, why, instead string) {
	a.found = append(a.found, Refusal{File: a.name, Attribute: where, Reason: why, Instead: instead})
}

// also adds what was found before to a refusal that ends the reading.
func (a *Archive) also(err error) error {
	var last Refusals
	if errors.As(err, &last) {
		return append(a.found, last...).Sorted()
	}
	return err
}

// keep takes a refusal down and goes on; any other error ends the reading.
func (a *Archive) keep(err error) error {
	var one Refusals
	if errors.As(err, &one) {
		a.found = append(a.found, one...)
		return nil
	}
	return err
}

const saveAgain = "Save the image again with docker save."

// index finds where each file of the archive lies.
func (a *Archive) index(size int64) error {
	at := io.NewSectionReader(a.from, 0, size)
	r := tar.NewReader(at) // which skips contents without reading them
	for n := 0; ; n++ {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return a.readError("", err)
		}
		if n >= outerEntries {
			return a.no("", fmt.Sprintf("The archive has more than %d files outside its layers.", outerEntries), "Save fewer images at once.")
		}
		name, ok := inside(h.Name)
		if !ok {
			a.refuse(Shown(h.Name), "The name climbs out of the archive.", saveAgain)
			continue
		}
		switch h.Typeflag {
		case tar.TypeReg:
			offset, err := at.Seek(0, io.SeekCurrent)
			if err != nil {
				return err
			}
			a.parts[name] = part{offset: offset, size: h.Size}
		case tar.TypeSymlink:
			to, ok := inside(path.Join(path.Dir(name), h.Linkname))
			if !ok || path.IsAbs(h.Linkname) {
				a.refuse(Shown(h.Name), "The link leads out of the archive.", saveAgain)
				continue
			}
			a.links[name] = to
		case tar.TypeDir:
		default:
			a.refuse(Shown(h.Name), "It is neither a file nor a folder.", saveAgain)
		}
	}
}

// inside cleans a name that must stay in the archive.
func inside(name string) (string, bool) {
	if path.IsAbs(name) || strings.ContainsRune(name, 0) || slices.Contains(strings.Split(name, "/"), "..") {
		return "", false
	}
	return path.Clean(name), true
}

// lies says where a file of the archive lies that may be a link to another.
func (a *Archive) lies(name string) (clean string, ok bool) {
	clean, ok = inside(name)
	if to, linked := a.links[clean]; linked {
		clean = to
	}
	return clean, ok
}

// Open gives the content of a file of the archive. The error is Refusals.
func (a *Archive) Open(name string) (*io.SectionReader, error) {
	clean, ok := a.lies(name)
	p, there := a.parts[clean]
	if !ok || !there {
		return nil, a.no(Shown(name), "The archive does not hold this file.", saveAgain)
	}
	return io.NewSectionReader(a.from, p.offset, p.size), nil
}

func (a *Archive) read(name string) ([]byte, error) {
	r, err := a.Open(name)
	if err != nil {
		return nil, err
	}
	if r.Size() > jsonLimit {
		return nil, a.no(Shown(name), "It is larger than "+amount(jsonLimit)+".", saveAgain)
	}
	return io.ReadAll(r)
}

func (a *Archive) json(name string, into any) error {
	raw, err := a.read(name)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(raw, into); err != nil {
		return a.no(Shown(name), "It is not the JSON that it should be.", saveAgain)
	}
	return nil
}
