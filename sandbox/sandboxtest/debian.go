package sandboxtest

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Debian makes the layer of an image out of files and of what Debian packages install.
// A package's libraries must be named too. What was downloaded is kept for the next time.
func Debian(ctx context.Context, t testing.TB, files map[string][]byte, packages ...string) []byte {
	t.Helper()
	kept := filepath.Join(os.TempDir(), "innovationden-debian-packages")
	must(t, os.MkdirAll(kept, 0o755))
	var layer bytes.Buffer
	w := tar.NewWriter(&layer)
	seen := map[string]bool{}
	take := func(from io.Reader) {
		all := tar.NewReader(from)
		for {
			h, err := all.Next()
			if errors.Is(err, io.EOF) {
				return
			}
			must(t, err)
			h.Name = strings.TrimPrefix(h.Name, "./")
			if h.Name == "" || seen[h.Name] || strings.HasPrefix(h.Name, "usr/share/doc/") || strings.HasPrefix(h.Name, "usr/share/man/") {
				continue
			}
			seen[h.Name] = true
			must(t, w.WriteHeader(h))
			_, err = io.Copy(w, all)
			must(t, err)
		}
	}
	take(bytes.NewReader(Tar(t, files, 0o755)))
	for _, p := range packages {
		deb := download(ctx, t, kept, p)
		content, err := exec.CommandContext(ctx, "dpkg-deb", "--fsys-tarfile", deb).Output()
		must(t, err)
		take(bytes.NewReader(content))
	}
	must(t, w.Close())
	return layer.Bytes()
}

func download(ctx context.Context, t testing.TB, kept, name string) string {
	t.Helper()
	find := func() string {
		found, err := filepath.Glob(filepath.Join(kept, name+"_*.deb"))
		must(t, err)
		if len(found) == 0 {
			return ""
		}
		return found[0]
	}
	if deb := find(); deb != "" {
		return deb
	}
	get := exec.CommandContext(ctx, "apt-get", "download", "-q", name)
	get.Dir = kept
	if said, err := get.CombinedOutput(); err != nil {
		t.Fatalf("download %s: %v\n%s", name, err, said)
	}
	return find()
}
