package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"innovationden/sandbox/docker"
	"innovationden/web/api/contract"
)

// built is the real binary, made once for all tests of this package. Its file has no
// name any more, so that nothing of it is left when the tests end.
var built = sync.OnceValues(func() (*os.File, error) {
	dir, err := os.MkdirTemp("", "den-built-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	path := filepath.Join(dir, "den")
	build := exec.Command("go", "build", "-trimpath", "-tags=nomsgpack", "-ldflags=-s -w", "-o", path, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("building den: %w\n%s", err, out)
	}
	return os.Open(path)
})

func binary(t testing.TB) string {
	t.Helper()
	file, err := built()
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("/proc/%d/fd/%d", os.Getpid(), file.Fd())
}

// served is a real den serving on a real engine, in a process of its own that can be
// killed and started again on the same folder.
type served struct {
	t            testing.TB
	data, listen string
	host         string // of the engine
	installation string
	settings     []string      // DEN_… variables
	images       []string      // that it was given
	department   string        // that runs its trials
	wrap         []string      // a command that starts it, where it needs one
	patience     time.Duration // of the oracles with what must become right

	process *exec.Cmd
	ended   chan struct{} // closed when the process is over
	log     *tail
}

// newServed prepares a den with a folder, a port and an installation of its own. What
// is left on the engine at the end of the test is removed.
func newServed(t testing.TB, settings ...string) *served {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	s := &served{
		t: t, data: t.TempDir(), listen: listener.Addr().String(), settings: settings, host: os.Getenv("DOCKER_HOST"),
		installation: "test-" + lower.EncodeToString(random(6)), log: &tail{}, patience: time.Minute,
	}
	t.Cleanup(s.clean)
	return s
}

// start starts the process and waits until it is ready.
func (s *served) start() {
	s.t.Helper()
	s.launch()
	s.await("the den to be ready", func() error { return s.get("/readyz") })
}

func (s *served) launch() {
	s.t.Helper()
	command := append(append([]string{}, s.wrap...), binary(s.t), "serve", "--data", s.data, "--listen", s.listen)
	process := exec.Command(command[0], command[1:]...)
	process.Env = append(besides(), "DEN_ENGINE_INSTALLATION="+s.installation, "DEN_ENGINE_HOST="+s.host, "DEN_LOG_LEVEL=debug", "DEN_SANDBOXES_GRACE=1s", "DEN_SANDBOXES_WARM_MEMORY=0MB", "DEN_SANDBOXES_PREFLIGHT=false")
	process.Env = append(process.Env, s.settings...)
	out, err := process.StderrPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	if err := process.Start(); err != nil {
		s.t.Fatal(err)
	}
	ended := make(chan struct{})
	s.process, s.ended = process, ended
	go func() {
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			s.log.add(lines.Text())
		}
		_ = process.Wait()
		close(ended)
	}()
}

// besides is the environment of the tests without what is for them alone, such as
// DEN_SHOTS: a den does not start with a variable that it does not know.
func besides() []string {
	return slices.DeleteFunc(os.Environ(), func(one string) bool { return strings.HasPrefix(one, "DEN_") })
}

func (s *served) get(path string) error {
	answer, err := http.Get("http://" + s.listen + path)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answered with status %d", path, answer.StatusCode)
	}
	return nil
}

// kill ends the process at once: nothing of it gets to say goodbye.
func (s *served) kill() {
	_ = s.process.Process.Signal(syscall.SIGKILL)
	<-s.ended
}

// stop asks the process to stop and waits.
func (s *served) stop() {
	if s.process == nil {
		return
	}
	_ = s.process.Process.Signal(syscall.SIGTERM)
	select {
	case <-s.ended:
	case <-time.After(30 * time.Second):
		s.kill()
		s.t.Errorf("the den did not stop in 30 seconds\n%s", s.log)
	}
}

// within asks until it is so, and gives the last fault when it is not in time.
func within(patience time.Duration, so func() error) error {
	deadline := time.After(patience)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		err := so()
		if err == nil {
			return nil
		}
		select {
		case <-deadline:
			return fmt.Errorf("not in %s: %w", patience, err)
		case <-tick.C:
		}
	}
}

// await asks until it is so, for at most a minute.
func (s *served) await(what string, so func() error) {
	s.t.Helper()
	if err := within(time.Minute, so); err != nil {
		s.t.Fatalf("waited for %s: %v\n%s", what, err, s.log)
	}
}

// client speaks to the den with the token that it wrote.
func (s *served) client() *contract.ClientWithResponses {
	s.t.Helper()
	token, err := os.ReadFile(filepath.Join(s.folder(), tokenFile))
	if err != nil {
		s.t.Fatal(err)
	}
	client, err := contract.NewClientWithResponses("http://"+s.listen+"/api/v1", contract.WithRequestEditorFn(func(_ context.Context, r *http.Request) error {
		r.Header.Set("Authorization", "Bearer "+strings.TrimSpace(string(token)))
		return nil
	}))
	if err != nil {
		s.t.Fatal(err)
	}
	return client
}

// folder is the data folder as the den sees it, whatever it has mounted.
func (s *served) folder() string {
	if len(s.wrap) == 0 {
		return s.data
	}
	return fmt.Sprintf("/proc/%d/root%s", s.process.Process.Pid, s.data)
}

// command runs another command of the binary on the folder of the den.
func (s *served) command(args ...string) (out string, code int) {
	s.t.Helper()
	c := exec.Command(binary(s.t), args...)
	c.Env = append(os.Environ(), "DEN_URL=http://"+s.listen, "DEN_DATA="+s.data)
	text, err := c.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		s.t.Fatal(err)
	}
	return string(text), c.ProcessState.ExitCode()
}

// engine is the same installation seen by a runtime of the test's own.
func (s *served) engine() (*docker.Runtime, error) {
	return docker.Open(docker.Config{Host: s.host, Installation: s.installation, Now: time.Now, Log: slog.New(slog.DiscardHandler)})
}

// clean stops the den and removes what is left of it on the engine.
func (s *served) clean() {
	s.stop()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	runtime, err := s.engine()
	if err != nil {
		s.t.Error(err)
		return
	}
	defer func() { _ = runtime.Close() }()
	left, err := runtime.List(ctx)
	for _, f := range left {
		err = errors.Join(err, runtime.Remove(ctx, f.ID))
	}
	for _, image := range s.images {
		err = errors.Join(err, runtime.Drop(ctx, image))
	}
	if err != nil {
		s.t.Errorf("cleaning up after the den: %v", err)
	}
}

// clear removes many sandboxes that a failure left, which the den's own clean-up after a
// test has no time for.
func (s *served) clear() {
	s.stop()
	runtime, err := s.engine()
	must(s.t, err)
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	left, err := runtime.List(ctx)
	_, removed := together(atOnce, len(left), func(n int) error { return runtime.Remove(ctx, left[n].ID) })
	must(s.t, errors.Join(err, removed, runtime.Close()))
}

// tail keeps the end of a log.
type tail struct {
	mu      sync.Mutex
	text    bytes.Buffer
	counted atomic.Int64 // goroutines, where a process tells of them at its end
}

func (l *tail) add(line string) {
	if strings.HasPrefix(line, "goroutine ") {
		l.counted.Add(1)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	const most = 8 << 10
	l.text.WriteString(line + "\n")
	if l.text.Len() > 2*most {
		l.text.Next(l.text.Len() - most)
	}
}

func (l *tail) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
