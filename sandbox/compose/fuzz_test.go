package compose_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/rogpeppe/go-internal/txtar"
	"golang.org/x/sys/unix"

	"innovationden/sandbox"
	"innovationden/sandbox/compose"
	"innovationden/sandbox/policy"
)

const (
	canary     = "CANARYFILE" // stands for the path of a file that only this process knows
	canarySong = "yellow-bird-of-the-server"
)

// doors are the ways in which a compose file can ask for a file or a variable of the server.
var doors = map[string]string{
	"env_file":    "services:\n  web:\n    image: nginx\n    env_file: " + canary,
	"label_file":  "services:\n  web:\n    image: nginx\n    label_file: " + canary,
	"include":     "include: [" + canary + "]\nservices:\n  web:\n    image: nginx",
	"extends":     "services:\n  web:\n    extends: {file: " + canary + ", service: web}",
	"config":      "services:\n  web:\n    image: nginx\n    configs: [c]\nconfigs:\n  c: {file: " + canary + "}",
	"secret":      "services:\n  web:\n    image: nginx\n    secrets: [c]\nsecrets:\n  c: {file: " + canary + "}",
	"variable":    "services:\n  web:\n    image: nginx\n    environment: [CANARY]",
	"interpolate": "services:\n  web:\n    image: nginx\n    command: echo ${CANARY:-none}",
	"credential":  "services:\n  web:\n    image: nginx\n    credential_spec: {file: " + canary + "}",
	"build":       "services:\n  web:\n    build: {context: /, dockerfile: " + canary + "}",
}

// watch hears of every opening of the canary's file. The file is this process's own:
// other programs read a work tree at any time.
type watch struct {
	fd   int
	file string
}

func newWatch(t testing.TB) watch {
	t.Helper()
	file := filepath.Join(t.TempDir(), "canary.env")
	if err := os.WriteFile(file, []byte("CANARY="+canarySong+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	fd, err := unix.InotifyInit1(unix.IN_NONBLOCK | unix.IN_CLOEXEC)
	if err == nil {
		_, err = unix.InotifyAddWatch(fd, filepath.Dir(file), unix.IN_OPEN|unix.IN_ACCESS)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = unix.Close(fd) })
	return watch{fd, file}
}

// of puts the file's path where the text names it.
func (w watch) of(text string) []byte { return []byte(strings.ReplaceAll(text, canary, w.file)) }

func (w watch) heard() bool {
	n, _ := unix.Read(w.fd, make([]byte, 4096))
	return n > 0
}

func TestNoDoorOfAComposeFileOpens(t *testing.T) {
	t.Setenv("CANARY", canarySong)
	w := newWatch(t)
	for name, text := range doors {
		stack, err := compose.Read(t.Context(), name, w.of(text), compose.Options{Limits: small})
		if w.heard() {
			t.Errorf("%s: a file of the server was opened", name)
		}
		if found(t, stack, err) {
			t.Errorf("%s: the server was read", name)
		}
		if name != "interpolate" && err == nil {
			t.Errorf("%s: it was accepted", name)
		}
	}
}

// The control: compose-go as it comes opens the door, and the watch hears it.
func TestTheWatchHearsComposeGoAsItComes(t *testing.T) {
	w := newWatch(t)
	for _, name := range []string{"env_file", "include", "extends"} {
		project, err := loader.LoadWithContext(t.Context(), types.ConfigDetails{
			WorkingDir: ".", ConfigFiles: []types.ConfigFile{{Filename: "c.yaml", Content: w.of(doors[name])}},
		}, func(o *loader.Options) { o.SetProjectName("control", true) })
		if !w.heard() {
			t.Errorf("%s: the watch heard nothing, so it proves nothing (%v)", name, err)
		}
		if name == "env_file" {
			if v := project.Services["web"].Environment["CANARY"]; v == nil || *v != canarySong {
				t.Errorf("the canary did not sing: %v", v)
			}
		}
	}
}

// found says whether the canary's song is anywhere in an answer.
func found(t testing.TB, stack compose.Stack, err error) bool {
	b, fault := json.Marshal(stack)
	if fault != nil {
		t.Fatal(fault)
	}
	said := string(b)
	if err != nil {
		said += err.Error()
	}
	for _, s := range stack.Spec.Services {
		for _, f := range s.Files {
			said += string(f.Content)
		}
	}
	return strings.Contains(said, canarySong)
}

// FuzzCompose: whatever the text, there is an answer, it is a usable one, and no file
// of the server was opened for it.
func FuzzCompose(f *testing.F) {
	for _, file := range []string{"testdata/hostile.txtar", "testdata/usual.txtar"} {
		a, err := txtar.ParseFile(file)
		if err != nil {
			f.Fatal(err)
		}
		for _, one := range a.Files {
			if strings.HasSuffix(one.Name, ".yaml") {
				f.Add(one.Data)
			}
		}
	}
	for _, text := range doors {
		f.Add([]byte(text))
	}
	w := newWatch(f)
	f.Fuzz(func(t *testing.T, text []byte) {
		stack, err := compose.Read(t.Context(), "c.yaml", w.of(string(text)), compose.Options{Limits: small})
		if w.heard() {
			t.Fatal("a file of the server was opened")
		}
		if found(t, stack, err) && !strings.Contains(string(text), canarySong) {
			t.Fatal("the server was read")
		}
		if err != nil {
			wellSaid(t, err)
			return
		}
		ids := map[string]string{}
		for _, i := range stack.Images() {
			ids[i] = "sha256:" + strings.Repeat("0", 64)
		}
		if _, err := stack.Resolve("abc", ids); err != nil {
			t.Fatalf("what was accepted is not a specification: %v", err)
		}
		for _, s := range stack.Spec.Services {
			if s.Profile != sandbox.Standard && s.Profile != sandbox.Strict || s.Share.Memory > small.Memory || s.Share.CPU > small.CPU {
				t.Fatalf("service %s is out of bounds: %+v", s.Name, s)
			}
		}
	})
}

// wellSaid checks that an error is refusals that can be shown to anybody.
func wellSaid(t *testing.T, err error) {
	t.Helper()
	var refused policy.Refusals
	if !errors.As(err, &refused) || len(refused) == 0 {
		t.Fatalf("it is not a refusal: %v", err)
	}
	for _, r := range refused {
		line := r.String()
		if r.Line < 1 || r.Column < 1 || r.Reason == "" || r.Instead == "" {
			t.Fatalf("a refusal lacks something: %+v", r)
		}
		if len(line) > 2000 || strings.ContainsFunc(line, func(c rune) bool { return c < ' ' || c == 0x7f || c >= 0x80 && c != '…' }) {
			t.Fatalf("a refusal cannot be shown: %q", line)
		}
		if strings.Contains(r.Reason, "Compose cannot make sense") || strings.Contains(r.Reason, "usable specification") {
			t.Fatalf("only the last net caught it: %s", line)
		}
	}
}
