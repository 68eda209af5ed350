package sample

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// digest is a SHA-256 sum.
type digest []byte

func (d digest) String() string { return "sha256:" + hex.EncodeToString(d) }
func (d digest) blob() string   { return "blobs/sha256/" + hex.EncodeToString(d) }

func sumOf(text []byte) digest {
	sum := sha256.Sum256(text)
	return sum[:]
}

// A product runs as nobody in particular, the same user as profile strict.
const (
	user     = "65532:65532"
	passwd   = "root:x:0:0:root:/:/sbin/nologin\nsample:x:65532:65532:sample product:/tmp:/sbin/nologin\n"
	group    = "root:x:0:\nsample:x:65532:\n"
	memory   = "GOMEMLIMIT=48MiB" // leaves room for the rest in 64 MB
	timeZone = "TZ=Europe/London"
)

// imageConfig is an image's configuration by the OCI image specification 1.1.
type imageConfig struct {
	Created      string    `json:"created"`
	Architecture string    `json:"architecture"`
	OS           string    `json:"os"`
	Config       runConfig `json:"config"`
	RootFS       rootFS    `json:"rootfs"`
	History      []history `json:"history"`
}

type runConfig struct {
	User         string              `json:"User"`
	ExposedPorts map[string]struct{} `json:"ExposedPorts"`
	Env          []string            `json:"Env"`
	Entrypoint   []string            `json:"Entrypoint"`
	WorkingDir   string              `json:"WorkingDir"`
	Labels       map[string]string   `json:"Labels"`
	StopSignal   string              `json:"StopSignal"`
}

type rootFS struct {
	Type    string   `json:"type"`
	DiffIDs []string `json:"diff_ids"`
}

type history struct {
	Created   string `json:"created"`
	CreatedBy string `json:"created_by"`
}

// ImageID returns the id that a product's image has on an engine, before there is
// any: the digest of its configuration. (An engine that keeps images in containerd
// knows them by ManifestDigest instead.)
func (e *Executable) ImageID(p Product) string { return sumOf(e.config(p)).String() }

// ManifestDigest returns the digest of a product's OCI manifest.
func (e *Executable) ManifestDigest(p Product) string { return sumOf(e.manifest(p)).String() }

func (e *Executable) config(p Product) []byte {
	const created = "1970-01-01T00:00:00Z" // the same executable gives the same image
	return mustJSON(imageConfig{
		Created:      created,
		Architecture: e.arch,
		OS:           "linux",
		Config: runConfig{
			User:         user,
			ExposedPorts: map[string]struct{}{strconv.Itoa(p.Port) + "/tcp": {}},
			Env:          []string{"PATH=/", "PORT=" + strconv.Itoa(p.Port), timeZone, memory},
			Entrypoint:   []string{"/den", "sample", "serve", p.Name},
			WorkingDir:   "/",
			StopSignal:   "SIGTERM",
			Labels: map[string]string{
				"org.opencontainers.image.title":       p.Title,
				"org.opencontainers.image.vendor":      p.Supplier,
				"org.opencontainers.image.version":     p.Version,
				"org.opencontainers.image.description": p.Summary,
			},
		},
		RootFS:  rootFS{Type: "layers", DiffIDs: []string{e.layer.String()}},
		History: []history{{created, "innovation den: the den's own executable"}},
	})
}

type descriptor struct {
	MediaType string `json:"mediaType"`
	Digest    string `json:"digest"`
	Size      int64  `json:"size"`
}

const (
	manifestMedia = "application/vnd.oci.image.manifest.v1+json"
	configMedia   = "application/vnd.oci.image.config.v1+json"
	layerMedia    = "application/vnd.oci.image.layer.v1.tar"
	indexMedia    = "application/vnd.oci.image.index.v1+json"
)

func (e *Executable) manifest(p Product) []byte {
	config := e.config(p)
	return mustJSON(struct {
		SchemaVersion int          `json:"schemaVersion"`
		MediaType     string       `json:"mediaType"`
		Config        descriptor   `json:"config"`
		Layers        []descriptor `json:"layers"`
	}{
		2, manifestMedia,
		descriptor{configMedia, sumOf(config).String(), int64(len(config))},
		[]descriptor{{layerMedia, e.layer.String(), e.layerSize()}},
	})
}

// Archive writes the images of products as `docker save` does: manifest.json for the
// Docker Engine, and an OCI image layout (image-spec 1.1) for those that read that.
// The layer is in it once, however many the products. No image has a name: they are
// known by id. The same products of the same executable give the same bytes.
func (e *Executable) Archive(w io.Writer, products ...Product) error {
	type saved struct {
		Config   string
		RepoTags []string
		Layers   []string
	}
	var list []saved
	var manifests []descriptor
	out := tar.NewWriter(w)
	for _, p := range products {
		config, manifest := e.config(p), e.manifest(p)
		list = append(list, saved{sumOf(config).blob(), nil, []string{e.layer.blob()}})
		manifests = append(manifests, descriptor{manifestMedia, sumOf(manifest).String(), int64(len(manifest))})
		for _, text := range [][]byte{config, manifest} {
			if err := putFile(out, sumOf(text).blob(), 0o644, bytes.NewReader(text), int64(len(text))); err != nil {
				return err
			}
		}
	}
	if err := e.putLayer(out); err != nil {
		return err
	}
	index := struct {
		SchemaVersion int          `json:"schemaVersion"`
		MediaType     string       `json:"mediaType"`
		Manifests     []descriptor `json:"manifests"`
	}{2, indexMedia, manifests}
	for _, f := range []struct {
		name string
		text []byte
	}{
		{"index.json", mustJSON(index)},
		{"manifest.json", mustJSON(list)},
		{"oci-layout", []byte(`{"imageLayoutVersion":"1.0.0"}`)},
	} {
		if err := putFile(out, f.name, 0o644, bytes.NewReader(f.text), int64(len(f.text))); err != nil {
			return err
		}
	}
	return out.Close()
}

// putLayer copies the layer into the archive as it is made, so that it is never
// wholly in memory.
func (e *Executable) putLayer(out *tar.Writer) error {
	reader, writer := io.Pipe()
	go func() { writer.CloseWithError(e.writeLayer(writer)) }()
	err := putFile(out, e.layer.blob(), 0o644, reader, e.layerSize())
	_ = reader.CloseWithError(err)
	return err
}

// layerSize counts the layer's bytes without reading the executable.
func (e *Executable) layerSize() int64 {
	var n counter
	_ = e.layerFrom(io.LimitReader(zeros{}, e.size), &n)
	return int64(n)
}

// writeLayer writes the file system of every sample image.
func (e *Executable) writeLayer(w io.Writer) error {
	return e.layerFrom(io.NewSectionReader(e.from, 0, e.size), w)
}

func (e *Executable) layerFrom(executable io.Reader, w io.Writer) error {
	out := tar.NewWriter(w)
	if err := putFile(out, "den", 0o555, executable, e.size); err != nil {
		return err
	}
	if err := putFolder(out, "etc/", 0o755); err != nil {
		return err
	}
	for _, f := range [][2]string{{"etc/passwd", passwd}, {"etc/group", group}} {
		if err := putFile(out, f[0], 0o644, strings.NewReader(f[1]), int64(len(f[1]))); err != nil {
			return err
		}
	}
	if err := putFolder(out, "tmp/", 0o1777); err != nil {
		return err
	}
	return out.Close()
}

func putFolder(out *tar.Writer, name string, mode int64) error {
	return out.WriteHeader(&tar.Header{Typeflag: tar.TypeDir, Name: name, Mode: mode, ModTime: time.Unix(0, 0), Format: tar.FormatUSTAR})
}

func putFile(out *tar.Writer, name string, mode int64, from io.Reader, size int64) error {
	header := &tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: mode, Size: size, ModTime: time.Unix(0, 0), Format: tar.FormatUSTAR}
	if err := out.WriteHeader(header); err != nil {
		return fmt.Errorf("writing %s: %w", name, err)
	}
	if _, err := io.Copy(out, from); err != nil {
		return fmt.Errorf("writing %s: %w", name, err)
	}
	return nil
}

// mustJSON writes what consists of strings and numbers alone, which cannot fail.
func mustJSON(v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return text
}

// counter counts what is written to it.
type counter int64

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}

// zeros reads as zero bytes without end.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }
