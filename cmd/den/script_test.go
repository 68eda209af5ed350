package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"innovationden/sandbox/docker"
	"innovationden/sandbox/sample"
)

// TestStories tells whole stories with the real binary, on real Docker where they need
// it. Each has a folder, a port and an installation of its own.
func TestStories(t *testing.T) {
	den := filepath.Join(t.TempDir(), "den")
	if err := os.Symlink(binary(t), den); err != nil {
		t.Fatal(err)
	}
	made := &archives{images: map[string][]string{}}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		Setup:               func(env *testscript.Env) error { return settle(env, den, made) },
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits, "await": await, "joins": joins, "field": field, "rest": nothingLeft, "until": until,
			"archive": func(s *testscript.TestScript, neg bool, args []string) { made.write(s, den, args) },
		},
	})
}

// settle gives a story its own den to be, and takes away what it left on the engine.
func settle(env *testscript.Env, den string, made *archives) error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	address := listener.Addr().String()
	installation := "test-" + lower.EncodeToString(random(6))
	home := filepath.Join(env.WorkDir, "home")
	env.Vars = append(env.Vars, "PATH="+filepath.Dir(den)+":"+os.Getenv("PATH"), "HOME="+home, "DEN_URL=http://"+address, "DEN_LISTEN="+address,
		"DEN_DATA="+filepath.Join(env.WorkDir, "data"), "DEN_ENGINE_INSTALLATION="+installation, "DEN_SANDBOXES_GRACE=1s", "DEN_SANDBOXES_PREFLIGHT=false", "TZ=Europe/London")
	if host := os.Getenv("DOCKER_HOST"); host != "" {
		env.Vars = append(env.Vars, "DOCKER_HOST="+host)
	}
	env.Defer(func() { made.clear(env, installation) })
	return errors.Join(listener.Close(), os.MkdirAll(home, 0o700))
}

func onEngine(installation string, do func(context.Context, *docker.Runtime) error) error {
	ctx, stop := context.WithTimeout(context.Background(), time.Minute)
	defer stop()
	engine, err := docker.Open(docker.Config{Host: os.Getenv("DOCKER_HOST"), Installation: installation, Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	return errors.Join(do(ctx, engine), engine.Close())
}

// exits runs a program that must exit with a code: exits 3 den trial show tri_none
func exits(s *testscript.TestScript, neg bool, args []string) {
	want, err := strconv.Atoi(args[0])
	if err != nil || neg || len(args) < 2 {
		s.Fatalf("usage: exits CODE program args…")
	}
	err = s.Exec(args[1], args[2:]...)
	got := 0
	var failed *exec.ExitError
	if errors.As(err, &failed) {
		got = failed.ExitCode()
	} else if err != nil {
		s.Fatalf("%v", err)
	}
	if got != want {
		s.Fatalf("it exited with %d, want %d", got, want)
	}
}

// await waits, for at most a minute, until an address answers with 200: await $DEN_URL/readyz
func await(s *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		s.Fatalf("usage: await URL")
	}
	deadline, tick := time.After(time.Minute), time.NewTicker(20*time.Millisecond)
	defer tick.Stop()
	for {
		answer, err := http.Get(args[0])
		if err == nil {
			_ = answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				return
			}
			err = fmt.Errorf("status %d", answer.StatusCode)
		}
		select {
		case <-tick.C:
		case <-deadline:
			s.Fatalf("waited a minute for %s: %v", args[0], err)
		}
	}
}

// until runs a program again and again, for at most a minute, until what it prints
// contains a text: until tri_ den trial list --state running
func until(s *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		s.Fatalf("usage: until TEXT program args…")
	}
	deadline, tick := time.After(time.Minute), time.NewTicker(50*time.Millisecond)
	defer tick.Stop()
	for {
		if err := s.Exec(args[1], args[2:]...); err == nil && strings.Contains(s.ReadFile("stdout"), args[0]) {
			return
		}
		select {
		case <-tick.C:
		case <-deadline:
			s.Fatalf("waited a minute for %q", args[0])
		}
	}
}

// field puts a value of the JSON document on standard output into a variable, or
// compares it: field TRIAL id, field - entries.0.sandbox.phase live
func field(s *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 || len(args) > 3 {
		s.Fatalf("usage: field VARIABLE|- path [value]")
	}
	var at any
	decoder := json.NewDecoder(bytes.NewReader([]byte(s.ReadFile("stdout"))))
	decoder.UseNumber()
	if err := decoder.Decode(&at); err != nil {
		s.Fatalf("standard output is not JSON: %v", err)
	}
	for _, key := range strings.Split(args[1], ".") {
		switch inside := at.(type) {
		case map[string]any:
			at = inside[key]
		case []any:
			n, err := strconv.Atoi(key)
			if err != nil || n >= len(inside) {
				s.Fatalf("there is no %s in %s", key, args[1])
			}
			at = inside[n]
		default:
			s.Fatalf("there is no %s in %s", key, args[1])
		}
	}
	got := fmt.Sprint(at)
	if len(args) == 3 && got != args[2] {
		s.Fatalf("%s is %q, want %q", args[1], got, args[2])
	}
	if args[0] != "-" {
		s.Setenv(args[0], got)
	}
}

// nothingLeft looks on the engine itself for what the story's den left there, waiting
// cells aside, which the next start would use.
func nothingLeft(s *testscript.TestScript, neg bool, args []string) {
	want, err := strconv.Atoi(strings.Join(args, ""))
	if neg || err != nil {
		s.Fatalf("usage: rest NUMBER")
	}
	err = onEngine(s.Getenv("DEN_ENGINE_INSTALLATION"), func(ctx context.Context, engine *docker.Runtime) error {
		left, err := engine.List(ctx)
		n := 0
		for _, f := range left {
			if len(f.Containers) > 1 {
				n++
			}
		}
		if err == nil && n != want {
			err = fmt.Errorf("on the engine are %d sandboxes, want %d: %+v", n, want, left)
		}
		return err
	})
	if err != nil {
		s.Fatalf("%v", err)
	}
}

// archives writes images of example products as docker save does, and knows which a
// story may have brought to the engine, by its installation.
type archives struct {
	mu     sync.Mutex
	images map[string][]string
}

// clear removes from the engine what a story left: the images, and all else where it
// failed half-way.
func (a *archives) clear(env *testscript.Env, installation string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	err := onEngine(installation, func(ctx context.Context, engine *docker.Runtime) error {
		left, err := engine.List(ctx)
		for _, f := range left {
			err = errors.Join(err, engine.Remove(ctx, f.ID))
		}
		for _, image := range a.images[installation] {
			err = errors.Join(err, engine.Drop(ctx, image))
		}
		return err
	})
	if err != nil {
		env.T().Log("cleaning up after a story:", err)
	}
}

// write makes an archive: archive slotwise FILE. A name that is no example product
// makes an image whose program ends at once.
func (a *archives) write(s *testscript.TestScript, den string, args []string) {
	if len(args) != 2 {
		s.Fatalf("usage: archive NAME FILE")
	}
	product, ok := sample.Find(args[0])
	if !ok {
		product = sample.Product{Name: args[0], Version: "1", Port: 8080, Path: "/"}
	}
	executable, err := sample.Open(den)
	s.Check(err)
	defer func() { _ = executable.Close() }()
	file, err := os.Create(s.MkAbs(args[1]))
	s.Check(err)
	s.Check(errors.Join(executable.Archive(file, product), file.Close()))
	a.mu.Lock()
	defer a.mu.Unlock()
	installation := s.Getenv("DEN_ENGINE_INSTALLATION")
	a.images[installation] = append(a.images[installation], executable.ImageID(product))
}
