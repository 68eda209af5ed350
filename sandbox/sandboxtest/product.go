package sandboxtest

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"innovationden/sandbox"
)

// Config is what a made image says of itself, in the words of `docker save`.
type Config struct {
	Labels       map[string]string   `json:"Labels,omitempty"`
	Entrypoint   []string            `json:"Entrypoint,omitempty"`
	Cmd          []string            `json:"Cmd,omitempty"`
	User         string              `json:"User,omitempty"`
	ExposedPorts map[string]struct{} `json:"ExposedPorts,omitempty"`
	Volumes      map[string]struct{} `json:"Volumes,omitempty"`
	Healthcheck  map[string]any      `json:"Healthcheck,omitempty"`
}

// ProductConfig is that of the product.
func ProductConfig() Config {
	return Config{
		Entrypoint: []string{"/product"}, ExposedPorts: map[string]struct{}{fmt.Sprintf("%d/tcp", Port): {}},
		Volumes:     map[string]struct{}{"/data": {}},
		Healthcheck: map[string]any{"Test": []string{"CMD", "/product", "exit"}, "Interval": time.Second},
	}
}

// ProductImage builds the product and brings it to an engine; no registry is asked.
// Its first argument is the mode.
func ProductImage(t testing.TB, images sandbox.Images) sandbox.Image {
	t.Helper()
	return LoadImage(t, images, ProductConfig(), Program(context.WithoutCancel(t.Context()), t, "innovationden/sandbox/sandboxtest/testdata/product"))
}

// LoadImage brings an image of one layer, which holds one program as /product.
func LoadImage(t testing.TB, images sandbox.Images, c Config, program []byte) sandbox.Image {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), time.Minute)
	defer cancel()
	return LoadFiles(ctx, t, images, c, map[string][]byte{"product": program, "tmp/": nil})
}

// LoadFiles brings an image of one layer, which holds files, and folders where a name
// ends in "/".
func LoadFiles(ctx context.Context, t testing.TB, images sandbox.Images, c Config, files map[string][]byte) sandbox.Image {
	t.Helper()
	loaded, err := images.Load(ctx, bytes.NewReader(Archive(t, c, nil, files)), 0)
	if err != nil {
		t.Fatal(err)
	}
	if len(loaded) != 1 {
		t.Fatalf("%d images were loaded", len(loaded))
	}
	return loaded[0]
}

// Program builds a Go program as one static file. The second time, Go's cache makes
// it quick.
func Program(ctx context.Context, t testing.TB, name string) []byte {
	t.Helper()
	out := filepath.Join(t.TempDir(), "program")
	ctx, cancel := context.WithTimeout(ctx, 3*time.Minute)
	defer cancel()
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", out, name)
	build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=-buildvcs=false")
	if said, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build %s: %v\n%s", name, err, said)
	}
	b, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Archive makes what `docker save` writes of one image of one layer.
func Archive(t testing.TB, c Config, tags []string, files map[string][]byte) []byte {
	t.Helper()
	return ArchiveOf(t, Image{Config: c, Tags: tags, Layers: [][]byte{Tar(t, files, 0o755)}})
}

// Image is one image of an archive: what it says of itself, its names, and its layers.
type Image struct {
	Config Config
	Tags   []string
	Layers [][]byte
}

// ArchiveOf makes what `docker save` writes of images.
func ArchiveOf(t testing.TB, images ...Image) []byte {
	t.Helper()
	files := map[string][]byte{}
	var manifest []map[string]any
	for i, image := range images {
		var names, digests []string
		for n, layer := range image.Layers {
			name := fmt.Sprintf("layer%d-%d.tar", i+1, n+1)
			names, digests, files[name] = append(names, name), append(digests, Digest(layer)), layer
		}
		config, err := json.Marshal(map[string]any{
			"architecture": runtime.GOARCH, "os": "linux", "created": "2026-11-23T00:00:00Z", "config": image.Config,
			"rootfs": map[string]any{"type": "layers", "diff_ids": digests},
		})
		if err != nil {
			t.Fatal(err)
		}
		name := fmt.Sprintf("config%d.json", i+1)
		files[name] = config
		manifest = append(manifest, map[string]any{"Config": name, "RepoTags": image.Tags, "Layers": names})
	}
	list, err := json.Marshal(manifest)
	if err != nil {
		t.Fatal(err)
	}
	files["manifest.json"] = list
	return Tar(t, files, 0o644)
}

// Digest is sha256:… of bytes.
func Digest(b []byte) string { return fmt.Sprintf("sha256:%x", sha256.Sum256(b)) }

// Tar makes an archive of files, and of folders where a name ends in "/".
func Tar(t testing.TB, files map[string][]byte, mode int64) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		body := files[name]
		h := &tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: mode, Size: int64(len(body)), ModTime: time.Unix(0, 0)}
		if strings.HasSuffix(name, "/") {
			h.Typeflag, h.Mode = tar.TypeDir, 0o1777
		}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(body); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
