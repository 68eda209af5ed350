package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/docker/docker/api/types/container"
	engine "github.com/docker/docker/client"
	"golang.org/x/sys/unix"
)

// private is a Docker Engine of a test's own, which it may stop and kill. It has no
// bridge and touches no firewall, so that the engine of the machine notices nothing.
type private struct {
	t       testing.TB
	dir     string
	process *exec.Cmd
	ended   chan struct{}
	log     *tail
}

func newPrivate(t testing.TB) *private {
	t.Helper()
	dir, err := os.MkdirTemp("", "den-") //nolint:usetesting // short: the name of a socket has 107 bytes
	must(t, err)
	e := &private{t: t, dir: dir, log: &tail{}}
	t.Cleanup(e.clean)
	e.start()
	return e
}

func (e *private) host() string { return "unix://" + filepath.Join(e.dir, "s") }

func (e *private) start() {
	e.t.Helper()
	at := func(name string) string { return filepath.Join(e.dir, name) }
	space := filepath.Base(e.dir)
	process := exec.Command("dockerd", "--data-root", at("data"), "--exec-root", at("exec"), "--pidfile", at("pid"), "--host", e.host(),
		"--bridge=none", "--iptables=false", "--ip-forward=false", "--ip-masq=false", "--shutdown-timeout=2",
		"--containerd-namespace", space, "--containerd-plugins-namespace", space+"-plugins")
	// A network of its own: an engine without a bridge takes docker0 away where it finds one.
	process.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET}
	out, err := process.StderrPipe()
	must(e.t, err)
	must(e.t, process.Start())
	ended := make(chan struct{})
	e.process, e.ended = process, ended
	go func() {
		for lines := bufio.NewScanner(out); lines.Scan(); {
			e.log.add(lines.Text())
		}
		_ = process.Wait()
		close(ended)
	}()
	e.await()
}

// await waits until the engine answers.
func (e *private) await() {
	e.t.Helper()
	s := &served{t: e.t, host: e.host(), installation: "none"}
	if err := within(time.Minute, func() error {
		_, err := s.found()
		return err
	}); err != nil {
		e.t.Fatalf("the private engine does not answer: %v\n%s", err, e.log)
	}
}

// kill ends the engine at once, and its containerd goes with it. What it runs runs on.
func (e *private) kill() {
	_ = e.process.Process.Kill()
	<-e.ended
	if err := within(10*time.Second, func() error {
		left, err := e.processes("containerd.toml")
		if len(left) > 0 {
			err = errors.Join(err, fmt.Errorf("processes %v are left", left))
		}
		return err
	}); err != nil {
		e.t.Error(err)
	}
	for _, name := range []string{"pid", "exec/containerd/containerd.pid"} { // or the next one takes them for alive
		_ = os.Remove(filepath.Join(e.dir, name))
	}
}

// stop asks the engine to stop, with everything that it runs.
func (e *private) stop() {
	_ = e.process.Process.Signal(syscall.SIGTERM)
	select {
	case <-e.ended:
	case <-time.After(30 * time.Second):
		e.t.Error("the private engine did not stop in 30 seconds")
		e.kill()
	}
}

// clean stops the engine, ends what of its processes is left, and removes its folder.
func (e *private) clean() {
	e.stop()
	err := within(10*time.Second, func() error {
		left, err := e.processes("")
		for _, pid := range left {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
		if len(left) > 0 {
			err = errors.Join(err, fmt.Errorf("processes %v are left", left))
		}
		return err
	})
	if err := errors.Join(err, e.unmount(), os.RemoveAll(e.dir)); err != nil {
		e.t.Errorf("cleaning up after the private engine: %v", err)
	}
}

// processes are those that were started with a path in the engine's folder, and with
// the words.
func (e *private) processes(words string) (pids []int, err error) {
	all, err := os.ReadDir("/proc")
	for _, one := range all {
		pid, notOne := strconv.Atoi(one.Name())
		if notOne != nil || pid == os.Getpid() {
			continue
		}
		line, _ := os.ReadFile(filepath.Join("/proc", one.Name(), "cmdline"))
		if bytes.Contains(line, []byte(e.dir+"/")) && bytes.Contains(line, []byte(words)) {
			pids = append(pids, pid)
		}
	}
	return pids, err
}

// firsts are the first processes of containers, each held by a descriptor.
type firsts []*os.File

// running finds what the engine runs.
func (e *private) running() (all firsts) {
	e.t.Helper()
	api, err := engine.NewClientWithOpts(engine.WithHost(e.host()), engine.WithAPIVersionNegotiation())
	must(e.t, err)
	defer func() { must(e.t, api.Close()) }()
	listed, err := api.ContainerList(e.t.Context(), container.ListOptions{})
	must(e.t, err)
	for _, one := range listed {
		seen, err := api.ContainerInspect(e.t.Context(), one.ID)
		must(e.t, err)
		fd, err := unix.PidfdOpen(seen.State.Pid, 0)
		must(e.t, err)
		f := os.NewFile(uintptr(fd), one.ID)
		e.t.Cleanup(func() { _ = f.Close() })
		all = append(all, f)
	}
	return all
}

// ended counts those that run no more.
func (all firsts) ended() (n int) {
	for _, f := range all {
		if unix.PidfdSendSignal(int(f.Fd()), 0, nil, 0) != nil {
			n++
		}
	}
	return n
}

// unmount unmounts what the engine left mounted below its folder, the latest first.
func (e *private) unmount() error {
	text, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return err
	}
	var below []string
	for line := range strings.Lines(string(text)) {
		if fields := strings.Fields(line); len(fields) > 4 && strings.HasPrefix(fields[4], e.dir+"/") {
			below = append(below, fields[4])
		}
	}
	for n := len(below) - 1; n >= 0; n-- {
		err = errors.Join(err, unix.Unmount(below[n], 0))
	}
	return err
}
