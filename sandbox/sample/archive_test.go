package sample_test

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"debug/elf"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"innovationden/sandbox/sample"
)

// build makes an executable that serves the products, static as the den is, and
// different in every run so that runs beside each other do not share images.
func build(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "product")
	command := exec.Command("go", "build", "-trimpath", "-ldflags", "-X main.run="+rand6(t), "-o", path, "./testdata/product")
	command.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := command.CombinedOutput(); err != nil {
		t.Fatalf("building the products: %v\n%s", err, out)
	}
	return path
}

func open(t *testing.T, path string) *sample.Executable {
	t.Helper()
	executable, err := sample.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = executable.Close() })
	return executable
}

func archive(t *testing.T, e *sample.Executable, products ...sample.Product) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := e.Archive(&out, products...); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// unpack reads every entry of a tar, and fails on one that comes twice.
func unpack(t *testing.T, text []byte) map[string][]byte {
	t.Helper()
	entries := make(map[string][]byte)
	for in := tar.NewReader(bytes.NewReader(text)); ; {
		header, err := in.Next()
		if errors.Is(err, io.EOF) {
			return entries
		}
		if err != nil {
			t.Fatal(err)
		}
		if _, twice := entries[header.Name]; twice {
			t.Errorf("%s comes twice", header.Name)
		}
		if entries[header.Name], err = io.ReadAll(in); err != nil {
			t.Fatal(err)
		}
	}
}

func read(t *testing.T, text []byte, v any) {
	t.Helper()
	if err := json.Unmarshal(text, v); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
}

func hexSum(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

func TestArchiveIsDeterministicAndWhole(t *testing.T) {
	path := build(t)
	e := open(t, path)
	products := sample.Products()
	text := archive(t, e, products...)
	copied := filepath.Join(t.TempDir(), "elsewhere")
	program, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(copied, program, 0o700); err != nil {
		t.Fatal(err)
	}
	if again := archive(t, open(t, copied), products...); !bytes.Equal(text, again) {
		t.Error("the same executable gives another archive")
	}
	other := append(bytes.Clone(program), 0)
	changed, err := sample.Read(bytes.NewReader(other), int64(len(other)))
	if err != nil {
		t.Fatal(err)
	}
	if changed.ImageID(products[0]) == e.ImageID(products[0]) {
		t.Error("another executable gives the same image id")
	}

	entries := unpack(t, text)
	for name, blob := range entries {
		if sum, is := strings.CutPrefix(name, "blobs/sha256/"); is && sum != hexSum(blob) {
			t.Errorf("%s holds something else", name)
		}
	}
	var saved []struct {
		Config   string
		RepoTags []string
		Layers   []string
	}
	read(t, entries["manifest.json"], &saved)
	if len(saved) != 2 || saved[0].Layers[0] != saved[1].Layers[0] || saved[0].RepoTags != nil {
		t.Fatalf("manifest.json: %+v, want two images without names that share a layer", saved)
	}
	var index struct{ Manifests []struct{ Digest string } }
	read(t, entries["index.json"], &index)
	for i, p := range products {
		if id := "sha256:" + hexSum(entries[saved[i].Config]); id != e.ImageID(p) {
			t.Errorf("%s: ImageID %s, in the archive %s", p.Name, e.ImageID(p), id)
		}
		if index.Manifests[i].Digest != e.ManifestDigest(p) || entries["blobs/sha256/"+index.Manifests[i].Digest[7:]] == nil {
			t.Errorf("%s: its OCI manifest is not in the archive", p.Name)
		}
		var config struct {
			Architecture string
			Config       struct {
				User       string
				Entrypoint []string
				Env        []string
			}
			RootFS struct {
				DiffIDs []string `json:"diff_ids"`
			}
		}
		read(t, entries[saved[i].Config], &config)
		if config.RootFS.DiffIDs[0] != "sha256:"+hexSum(entries[saved[i].Layers[0]]) {
			t.Errorf("%s: the layer is not the one of its configuration", p.Name)
		}
		if config.Config.User != "65532:65532" || strings.Join(config.Config.Entrypoint, " ") != "/den sample serve "+p.Name {
			t.Errorf("%s: %+v", p.Name, config.Config)
		}
	}
	inside := unpack(t, entries[saved[0].Layers[0]])
	if !bytes.Equal(inside["den"], program) {
		t.Error("/den is not the executable")
	}
	if !strings.Contains(string(inside["etc/passwd"]), "65532:65532") {
		t.Errorf("/etc/passwd does not know the user: %q", inside["etc/passwd"])
	}
	if _, has := inside["tmp/"]; !has {
		t.Error("there is no /tmp")
	}
}

func TestArchiveFailsWhenTheExecutableWasCut(t *testing.T) {
	path := build(t)
	e := open(t, path)
	if err := os.Truncate(path, 4096); err != nil {
		t.Fatal(err)
	}
	if err := e.Archive(io.Discard, sample.Products()...); err == nil {
		t.Error("half an executable was written as a whole one")
	}
}

func TestOpenRefusesWhatCannotRunAlone(t *testing.T) {
	program, err := os.ReadFile(build(t))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sample.Read(bytes.NewReader(program), int64(len(program))); err != nil {
		t.Fatalf("control: the static executable is refused: %v", err)
	}
	for name, spoil := range map[string]struct {
		how  func([]byte)
		want string
	}{
		"an interpreter": {func(b []byte) { // the first note becomes a PT_INTERP segment
			at := binary.LittleEndian.Uint64(b[32:])
			for ; elf.ProgType(binary.LittleEndian.Uint32(b[at:])) != elf.PT_NOTE; at += 56 {
			}
			binary.LittleEndian.PutUint32(b[at:], uint32(elf.PT_INTERP))
		}, "Build it with CGO_ENABLED=0"},
		"another machine": {func(b []byte) { binary.LittleEndian.PutUint16(b[18:], uint16(elf.EM_S390)) }, "EM_S390"},
		"an object file":  {func(b []byte) { binary.LittleEndian.PutUint16(b[16:], uint16(elf.ET_REL)) }, "not a program that can be run"},
		"a script":        {func(b []byte) { copy(b, "#!/bin/sh\n") }, "not a Linux program"},
	} {
		t.Run(name, func(t *testing.T) {
			spoilt := bytes.Clone(program)
			spoil.how(spoilt)
			if _, err := sample.Read(bytes.NewReader(spoilt), int64(len(spoilt))); err == nil || !strings.Contains(err.Error(), spoil.want) {
				t.Errorf("%v, want %q", err, spoil.want)
			}
		})
	}
	if _, err := sample.Open(filepath.Join(t.TempDir(), "nothing")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
}
