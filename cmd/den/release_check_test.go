package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// checkedRelease runs `den release check` in a folder that holds the files.
func checkedRelease(t *testing.T, files map[string]string, args ...string) (code int, out, errs string) {
	t.Helper()
	t.Chdir(t.TempDir())
	for name, text := range files {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var o, e bytes.Buffer
	code = run(t.Context(), append([]string{"release", "check"}, args...), func(string) string { return "" }, streams{in: strings.NewReader(""), out: &o, err: &e})
	return code, o.String(), e.String()
}

const usualStack = "services:\n  web:\n    image: acme/web:1\n    ports: [8080]\n"

func TestReleaseCheckSaysYes(t *testing.T) {
	code, out, errs := checkedRelease(t, map[string]string{"compose.yaml": usualStack}, "compose.yaml")
	want := "compose.yaml:4:12: services.web.ports: Nothing is published on the host. Visitors come through the den's own address. (This is a note.)\n" +
		"compose.yaml: It can run in a sandbox of size small: web.\n"
	if code != exitDone || out != want || errs != "" {
		t.Errorf("ended with %d and said\n%s%s", code, out, errs)
	}
}

func TestReleaseCheckNamesEveryReasonOfEveryFile(t *testing.T) {
	files := map[string]string{
		"a.yaml": "services:\n  web:\n    image: nginx\n    privileged: true\n    env_file: .env\n", ".env": "A=secret",
		"b.yaml": usualStack,
		"c.tar":  string(savedImage(t, "s390x")),
	}
	code, out, errs := checkedRelease(t, files, "a.yaml", "b.yaml", "c.tar")
	for _, want := range []string{
		"a.yaml:4:17: services.web.privileged: It gives the service every right on the host. Instead: Remove it.",
		"a.yaml:5:5: services.web.env_file: It reads another file, and the den gets this one alone. Instead: Write the variables under environment, as \"docker compose config\" prints them.",
		"a.yaml: It cannot run in a den, for 2 reasons.",
		"b.yaml: It can run in a sandbox of size small: web.",
		"c.tar: acme/web:1: It is for linux/s390x, and sandboxes here are linux/amd64.",
		"c.tar: It cannot run in a den, for 1 reason.",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("said\n%swithout %s", out, want)
		}
	}
	if code != exitFailed || errs != "" || strings.Contains(out, "secret") {
		t.Errorf("ended with %d, said %s%s", code, out, errs)
	}
}

func TestReleaseCheckAsJSON(t *testing.T) {
	code, out, _ := checkedRelease(t, map[string]string{"a.yaml": "services:\n  web:\n    image: nginx\n    pid: host\n", "w.tar": string(savedImage(t, "amd64"))}, "--json", "--size", "medium", "a.yaml", "w.tar")
	var said struct {
		OK    bool
		Size  string
		Files []struct {
			File, Kind string
			OK         bool
			Images     []string
			Refusals   []struct {
				File, Attribute, Reason, Instead string
				Line, Column                     int
			}
		}
	}
	if err := json.Unmarshal([]byte(out), &said); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if code != exitFailed || said.OK || said.Size != "medium" || len(said.Files) != 2 {
		t.Fatalf("ended with %d and said %s", code, out)
	}
	a, w := said.Files[0], said.Files[1]
	if a.OK || a.Kind != "compose" || len(a.Refusals) != 1 || a.Refusals[0].Line != 4 || a.Refusals[0].Column != 5 || a.Refusals[0].Attribute != "services.web.pid" || a.Refusals[0].Instead == "" {
		t.Errorf("of the compose file it said %+v", a)
	}
	if !w.OK || w.Kind != "image" || len(w.Refusals) != 0 || len(w.Images) != 2 || w.Images[1] != "acme/web:1" {
		t.Errorf("of the image it said %+v", w)
	}
}

func TestReleaseCheckReadsCompressedArchives(t *testing.T) {
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	if _, err := w.Write(savedImage(t, "amd64")); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	t.Setenv("TMPDIR", t.TempDir())
	files := map[string]string{"w.tgz": z.String(), "cut.tgz": z.String()[:z.Len()-20], "x.tar.zst": "\x28\xb5\x2f\xfd" + strings.Repeat("x", 600)}
	code, out, errs := checkedRelease(t, files, "w.tgz", "cut.tgz", "x.tar.zst")
	want := "w.tgz: It can run in a den.\n" +
		"cut.tgz: The archive is damaged. Instead: Save the image again with docker save.\ncut.tgz: It cannot run in a den, for 1 reason.\n" +
		"x.tar.zst: The archive is compressed with zstd. Instead: Save it plain, or compress it with gzip.\nx.tar.zst: It cannot run in a den, for 1 reason.\n"
	if code != exitFailed || out != want || errs != "" {
		t.Errorf("ended with %d and said\n%s%s", code, out, errs)
	}
	//nolint:usetesting // it is where the command itself puts things
	if left, err := filepath.Glob(filepath.Join(os.TempDir(), "den-archive-*")); err != nil || len(left) > 0 {
		t.Errorf("it left %q (%v)", left, err)
	}
}

func TestReleaseCheckNotesImagesThatNoArchiveHolds(t *testing.T) {
	files := map[string]string{"compose.yaml": "services:\n  web: {image: 'acme/web:1'}\n  db: {image: postgres}\n", "w.tar": string(savedImage(t, "amd64"))}
	code, out, _ := checkedRelease(t, files, "compose.yaml", "w.tar")
	if code != exitDone || !strings.Contains(out, "The image postgres is in none of these archives.") || strings.Contains(out, "image acme/web:1 is in none") {
		t.Errorf("ended with %d and said\n%s", code, out)
	}
}

func TestReleaseCheckSaysWhatItCannotUse(t *testing.T) {
	files := map[string]string{"compose.yaml": usualStack}
	for name, c := range map[string]struct {
		args []string
		code int
		want string
	}{
		"no file":            {nil, exitUsage, "name at least one compose file or image archive"},
		"a file not there":   {[]string{"other.yaml"}, exitFailed, "other.yaml cannot be read: no such file or directory"},
		"a folder":           {[]string{"."}, exitFailed, ". is not a file; name a compose file or an image archive"},
		"a size not there":   {[]string{"--size", "vast", "compose.yaml"}, exitUsage, `there is no size "vast"; use small, medium, large`},
		"a profile":          {[]string{"--profile", "loose", "compose.yaml"}, exitUsage, `--profile must be strict or standard, not "loose"`},
		"a platform":         {[]string{"--platform", "plan9", "compose.yaml"}, exitUsage, `--platform must be like linux/amd64, not "plan9"`},
		"a flag of no sense": {[]string{"--fast", "compose.yaml"}, exitUsage, "unknown flag: --fast"},
	} {
		t.Run(name, func(t *testing.T) {
			code, out, errs := checkedRelease(t, files, c.args...)
			if code != c.code || out != "" || !strings.Contains(errs, c.want) {
				t.Errorf("ended with %d, said %q and %q", code, out, errs)
			}
		})
	}
}

func TestReleaseCheckGoesByTheSizeAndTheProfile(t *testing.T) {
	files := map[string]string{"compose.yaml": "services:\n  web: {image: x, mem_limit: 900m, user: root}\n"}
	if code, out, _ := checkedRelease(t, files, "--size", "small", "compose.yaml"); code != exitFailed || !strings.Contains(out, "Enter a size between 6m and 512m.") {
		t.Errorf("small: %d %s", code, out)
	}
	if code, out, _ := checkedRelease(t, files, "compose.yaml"); code != exitDone || !strings.Contains(out, "It can run in a sandbox of size medium: web.") {
		t.Errorf("the smallest that it fits: %d %s", code, out)
	}
	vast := map[string]string{"compose.yaml": "services:\n  web: {image: x, mem_limit: 9g}\n"}
	if code, out, _ := checkedRelease(t, vast, "compose.yaml"); code != exitFailed || !strings.Contains(out, "Enter a size between 6m and 4g.") {
		t.Errorf("larger than all: %d %s", code, out)
	}
	if code, out, _ := checkedRelease(t, files, "--size", "medium", "compose.yaml"); code != exitDone {
		t.Errorf("medium: %d %s", code, out)
	}
	if code, out, _ := checkedRelease(t, files, "--size", "medium", "--profile", "strict", "compose.yaml"); code != exitFailed || !strings.Contains(out, "Profile strict runs nothing as root.") {
		t.Errorf("strict: %d %s", code, out)
	}
}

// savedImage is what docker save writes of an image acme/web:1 with one empty layer.
func savedImage(t *testing.T, arch string) []byte {
	t.Helper()
	var layer, out bytes.Buffer
	if err := tar.NewWriter(&layer).Close(); err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(layer.Bytes())
	config, err := json.Marshal(map[string]any{"architecture": arch, "os": "linux", "rootfs": map[string]any{"type": "layers", "diff_ids": []string{"sha256:" + hex.EncodeToString(sum[:])}}})
	if err != nil {
		t.Fatal(err)
	}
	w := tar.NewWriter(&out)
	for _, f := range []struct{ name, text string }{
		{"manifest.json", `[{"Config":"c.json","RepoTags":["acme/web:1"],"Layers":["l.tar"]}]`}, {"c.json", string(config)}, {"l.tar", layer.String()},
	} {
		if err := w.WriteHeader(&tar.Header{Name: f.name, Typeflag: tar.TypeReg, Mode: 0o644, Size: int64(len(f.text))}); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, f.text); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
