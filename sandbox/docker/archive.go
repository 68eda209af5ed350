package docker

import (
	"archive/tar"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"strings"

	"innovationden/sandbox"
)

// ArchiveLimits bound an archive that somebody brings. Zero takes the default.
type ArchiveLimits struct {
	Bytes    int64 // of the archive as it comes; 4 GiB
	Unpacked int64 // of all its layers, decompressed; 8 GiB
	Entries  int64 // files in all its layers; 500,000
	Layers   int   // of one image; 64
	Images   int   // in one archive; 16
}

func (l ArchiveLimits) filled() ArchiveLimits {
	orElse := func(v *int64, d int64) {
		if *v <= 0 {
			*v = d
		}
	}
	orElse(&l.Bytes, 4<<30)
	orElse(&l.Unpacked, 8<<30)
	orElse(&l.Entries, 500_000)
	if l.Layers <= 0 {
		l.Layers = 64
	}
	if l.Images <= 0 {
		l.Images = 16
	}
	return l
}

// Bounds that nobody needs to change.
const (
	outerEntries = 4096
	jsonLimit    = 4 << 20
)

// manifestEntry is one image in manifest.json (docker save, Image Specification v1.2).
type manifestEntry struct {
	Config       string
	RepoTags     []string
	Layers       []string
	LayerSources map[string]struct {
		MediaType string   `json:"mediaType"`
		URLs      []string `json:"urls"`
	} `json:",omitempty"`
}

// archive is a checked archive in a file of its own, with what it holds.
type archive struct {
	file   *os.File
	limits ArchiveLimits
	arch   string
	parts  map[string]part
	links  map[string]string
	images []archived

	unpacked, entries int64
	checked           map[string]unpacked // by the name of the part
	stacks            map[string]bool     // layers on top of layers that were counted, by their digests
}

// unpacked is what a layer comes to, decompressed.
type unpacked struct {
	digest         string
	bytes, entries int64
}

// part is where an entry's content lies in the file.
type part struct{ offset, size int64 }

// archived is one image of an archive.
type archived struct {
	id     string // sha256:… of its configuration
	config string
	layers []string
}

// imageConfig is what of an image's configuration (OCI Image Configuration) is checked.
type imageConfig struct {
	Architecture string `json:"architecture"`
	OS           string `json:"os"`
	Config       struct {
		Labels  map[string]string
		Volumes map[string]struct{}
	} `json:"config"`
	RootFS struct {
		DiffIDs []string `json:"diff_ids"`
	} `json:"rootfs"`
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

func refuse(format string, args ...any) error {
	return fmt.Errorf("%w: %w", sandbox.ErrImage, fmt.Errorf(format, args...))
}

// checkArchive copies an archive to a bounded file and checks all of it. The caller
// closes what it returns.
func checkArchive(from io.Reader, temp, arch string, limits ArchiveLimits) (*archive, error) {
	f, err := os.CreateTemp(temp, "den-archive-")
	if err != nil {
		return nil, fmt.Errorf("%w: a file for the archive: %w", sandbox.ErrFull, err)
	}
	a := &archive{
		file: f, limits: limits, arch: arch, parts: map[string]part{}, links: map[string]string{}, checked: map[string]unpacked{}, stacks: map[string]bool{},
	}
	if err := os.Remove(f.Name()); err != nil { // it goes when it is closed, whatever happens
		a.close()
		return nil, err
	}
	if err := a.check(from); err != nil {
		a.close()
		return nil, err
	}
	return a, nil
}

func (a *archive) close() { _ = a.file.Close() }

func (a *archive) check(from io.Reader) error {
	if err := a.copy(from); err != nil {
		return err
	}
	if err := a.index(); err != nil {
		return err
	}
	raw, err := a.read("manifest.json")
	if err != nil {
		return err
	}
	var manifest []manifestEntry
	if err := json.Unmarshal(raw, &manifest); err != nil {
		return refuse("manifest.json cannot be read: %w", err)
	}
	if len(manifest) == 0 || len(manifest) > a.limits.Images {
		return refuse("the archive must hold 1 to %d images, not %d", a.limits.Images, len(manifest))
	}
	for _, m := range manifest {
		one, err := a.image(m)
		if err != nil {
			return err
		}
		a.images = append(a.images, one)
	}
	return nil
}

// copy brings the archive, decompressed where it is gzip, into the file.
func (a *archive) copy(from io.Reader) error {
	plain, err := decompressed(from)
	if err != nil {
		return err
	}
	size, err := io.Copy(a.file, io.LimitReader(plain, a.limits.Bytes+1))
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, gzip.ErrChecksum), errors.Is(err, gzip.ErrHeader):
		return refuse("the archive is damaged: %w", err)
	case err != nil && says(err, "no space left"):
		return fmt.Errorf("%w: keep the archive while it is checked: %w", sandbox.ErrFull, err)
	case err != nil:
		return fmt.Errorf("read the archive: %w", err)
	case size > a.limits.Bytes:
		return refuse("the archive is larger than %s", amount(a.limits.Bytes))
	}
	return nil
}

// index finds where each file of the archive lies.
func (a *archive) index() error {
	if _, err := a.file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	at := &counter{r: a.file}
	r := tar.NewReader(at)
	for n := 0; ; n++ {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return refuse("the archive is not one that docker save writes: %w", err)
		}
		if n >= outerEntries {
			return refuse("the archive has more than %d files outside its layers", outerEntries)
		}
		name, err := inner(h.Name)
		if err != nil {
			return err
		}
		switch h.Typeflag {
		case tar.TypeReg:
			a.parts[name] = part{offset: at.n, size: h.Size}
		case tar.TypeSymlink:
			to, err := inner(path.Join(path.Dir(name), h.Linkname))
			if err != nil {
				return err
			}
			a.links[name] = to
		case tar.TypeDir:
		default:
			return refuse("%q is neither a file nor a folder", h.Name)
		}
	}
}

type counter struct {
	r io.Reader
	n int64
}

func (c *counter) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	c.n += int64(n)
	return n, err
}

// inner cleans a name that must stay inside the archive.
func inner(name string) (string, error) {
	clean := path.Clean(name)
	if path.IsAbs(name) || clean == ".." || strings.HasPrefix(clean, "../") || strings.ContainsRune(name, 0) {
		return "", refuse("the name %q climbs out of the archive", name)
	}
	for _, step := range strings.Split(name, "/") {
		if step == ".." {
			return "", refuse("the name %q climbs", name)
		}
	}
	return clean, nil
}

// open gives the content of a file of the archive.
func (a *archive) open(name string) (*io.SectionReader, error) {
	clean, err := inner(name)
	if err != nil {
		return nil, err
	}
	if to, ok := a.links[clean]; ok {
		clean = to
	}
	p, ok := a.parts[clean]
	if !ok {
		return nil, refuse("the archive has no %q; make it with docker save", name)
	}
	return io.NewSectionReader(a.file, p.offset, p.size), nil
}

func (a *archive) read(name string) ([]byte, error) {
	r, err := a.open(name)
	if err != nil {
		return nil, err
	}
	if r.Size() > jsonLimit {
		return nil, refuse("%q is larger than %s", name, amount(jsonLimit))
	}
	return io.ReadAll(r)
}

// image checks one image of the archive.
func (a *archive) image(m manifestEntry) (archived, error) {
	raw, err := a.read(m.Config)
	if err != nil {
		return archived{}, err
	}
	var c imageConfig
	if err := json.Unmarshal(raw, &c); err != nil {
		return archived{}, refuse("the configuration %q cannot be read: %w", m.Config, err)
	}
	switch {
	case c.OS != "linux" || c.Architecture != a.arch:
		return archived{}, refuse("it is for %.40q, and sandboxes here are linux/%s. Build it with docker build --platform linux/%s", c.OS+"/"+c.Architecture, a.arch, a.arch)
	case len(m.Layers) == 0 || len(m.Layers) > a.limits.Layers:
		return archived{}, refuse("it has %d layers; 1 to %d are possible. Join RUN lines, or flatten it", len(m.Layers), a.limits.Layers)
	case len(c.RootFS.DiffIDs) != len(m.Layers):
		return archived{}, refuse("its configuration names %d layers, the archive has %d", len(c.RootFS.DiffIDs), len(m.Layers))
	}
	if claims := reserved(c.Config.Labels); len(claims) > 0 {
		return archived{}, refuse("it carries labels that belong to the den: %q. Remove them", claims)
	}
	for v := range c.Config.Volumes {
		if err := sandbox.CheckVolume(path.Clean(v)); err != nil {
			return archived{}, refuse("it declares the volume %q: %w", v, err)
		}
	}
	for _, s := range m.LayerSources {
		if len(s.URLs) > 0 || strings.Contains(s.MediaType, "foreign") || strings.Contains(s.MediaType, "nondistributable") {
			return archived{}, refuse("one of its layers is to be fetched from elsewhere")
		}
	}
	for i, l := range m.Layers {
		digest, err := a.layer(l, c.RootFS.DiffIDs[:i:i])
		if err != nil {
			return archived{}, err
		}
		if digest != c.RootFS.DiffIDs[i] {
			return archived{}, refuse("layer %d is not the one that its configuration names", i+1)
		}
	}
	sum := sha256.Sum256(raw)
	return archived{id: "sha256:" + hex.EncodeToString(sum[:]), config: m.Config, layers: m.Layers}, nil
}

// rewrite writes the archive anew: the images alone, under our tags and no other name.
func (a *archive) rewrite(to io.Writer, tag func(imageID string) string) error {
	w := tar.NewWriter(to)
	var manifest []manifestEntry
	written := map[string]bool{}
	put := func(from, as string) error {
		if written[as] {
			return nil
		}
		written[as] = true
		r, err := a.open(from)
		if err != nil {
			return err
		}
		if err := w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: as, Mode: 0o444, Size: r.Size()}); err != nil {
			return err
		}
		_, err = io.Copy(w, r)
		return err
	}
	for _, i := range a.images {
		m := manifestEntry{Config: strings.TrimPrefix(i.id, "sha256:") + ".json", RepoTags: []string{tag(i.id)}}
		if err := put(i.config, m.Config); err != nil {
			return err
		}
		for _, l := range i.layers {
			as := strings.TrimPrefix(a.checked[l].digest, "sha256:") + "/layer.tar"
			if err := put(l, as); err != nil {
				return err
			}
			m.Layers = append(m.Layers, as)
		}
		manifest = append(manifest, m)
	}
	raw, err := json.Marshal(manifest)
	if err != nil {
		return err
	}
	if err := w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: "manifest.json", Mode: 0o444, Size: int64(len(raw))}); err != nil {
		return err
	}
	if _, err := w.Write(raw); err != nil {
		return err
	}
	return w.Close()
}
