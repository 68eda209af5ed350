package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"innovationden/sandbox/docker"
)

// seenDen is the real binary on real Docker, with a browser in front of it.
type seenDen struct {
	*sights
	browser      context.Context
	listen       string
	installation string
	root, link   string // where it says it is, and the way in that it printed, if it did
	log          *quietLog
	leave        func(func()) // what to do at the end of the whole test
}

// address is how a den says where it is, with the link of the first start.
var address = regexp.MustCompile(`(http://[a-z0-9.]+:\d+)(/\S*)?`)

// newSeenDen runs "den demo" or "den serve" until the end of the test, and fails if
// anything of it is left on the engine then.
func newSeenDen(t testing.TB, browser context.Context, seen *sights, command string) *seenDen {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	d := &seenDen{sights: seen, browser: browser, listen: listener.Addr().String(), installation: "test-" + lower.EncodeToString(random(6)),
		log: &quietLog{}, leave: t.Cleanup}
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	process := exec.Command(namedBinary(t), command, "--data", t.TempDir(), "--listen", d.listen)
	process.Env = append(besides(), "DEN_ENGINE_INSTALLATION="+d.installation, "DEN_LOG_LEVEL=info")
	switch command {
	case "serve":
		process.Env = append(process.Env, "DEN_SANDBOXES_SPARE_CELLS=0", "DEN_SANDBOXES_PREFLIGHT=false")
	case "demo":
		d.installation = ownName(d.installation)
	}
	process.Stderr = d.log
	out, err := process.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := process.Start(); err != nil {
		t.Fatal(err)
	}
	greeted, ended := make(chan []string, 1), make(chan struct{})
	go func() {
		defer close(ended)
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			if at := address.FindStringSubmatch(lines.Text()); at != nil && (command == "demo" || at[2] != "") {
				greeted <- at
				break
			}
		}
		_, _ = io.Copy(io.Discard, out)
		_ = process.Wait()
	}()
	t.Cleanup(func() {
		_ = process.Process.Signal(syscall.SIGTERM)
		select {
		case <-ended:
		case <-time.After(time.Minute):
			_ = process.Process.Kill()
			t.Errorf("den %s did not stop in a minute:\n%s", command, d.log)
		}
		d.leftNothing(t)
	})
	select {
	case at := <-greeted:
		d.root, d.link = at[1], at[2]
	case <-ended:
		t.Fatalf("den %s stopped:\n%s", command, d.log)
	case <-time.After(time.Minute):
		t.Fatalf("den %s did not say where it is:\n%s", command, d.log)
	}
	return d
}

// namedBinary is the binary as a file that a den can read again: the sample products
// are made from it.
func namedBinary(t testing.TB) string {
	t.Helper()
	from, err := os.ReadFile(binary(t))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "den")
	if err := os.WriteFile(path, from, 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

// leftNothing asks the engine, and removes what there is nevertheless.
func (d *seenDen) leftNothing(t testing.TB) {
	t.Helper()
	ctx, stop := context.WithTimeout(context.Background(), time.Minute)
	defer stop()
	engine, err := docker.Open(docker.Config{Host: os.Getenv("DOCKER_HOST"), Installation: d.installation, Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Error(err)
		return
	}
	defer func() { _ = engine.Close() }()
	left, err := engine.List(ctx)
	if err != nil {
		t.Error(err)
	}
	for _, one := range left {
		t.Errorf("left on the engine: %+v", one)
		if err := engine.Remove(ctx, one.ID); err != nil {
			t.Error(err)
		}
	}
}

// faults fails where the den's log tells of a failure.
func (d *seenDen) faults(t *testing.T) {
	t.Helper()
	for line := range strings.Lines(d.log.String()) {
		if strings.Contains(line, "level=ERROR") {
			t.Error(fmt.Sprint("the den's log: ", line))
		}
	}
}

// quietLog is what a den writes, shown only where something failed.
type quietLog struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *quietLog) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(line)
}

func (l *quietLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}
