package cell_test

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"innovationden/sandbox/cell"
)

// A container in a namespace is ended. Who only visits is not: this process, whose
// threads go in and out, and one of the host that stays.
func TestEndKillsWhatIsConfinedAndNobodyElse(t *testing.T) {
	n, other := prepared(t), prepared(t)
	inside, elsewhere := run(t, n, syscall.CLONE_NEWPID), run(t, other, syscall.CLONE_NEWPID)
	guest := run(t, n, 0)
	stop := make(chan struct{})
	visited := make(chan struct{})
	go func() {
		defer close(visited)
		for {
			select {
			case <-stop:
				return
			default:
				_, _ = n.Listening()
			}
		}
	}()
	for range 20 {
		if killed := n.End(t.Context()); killed > 0 {
			if killed != 1 || !inside.ended(t) {
				t.Errorf("it killed %d, and the container has not ended", killed)
			}
			inside = run(t, n, syscall.CLONE_NEWPID)
		}
	}
	close(stop)
	<-visited
	if guest.over() || elsewhere.over() {
		t.Error("a guest, or somebody in another namespace, was ended")
	}
}

// A process goes on when its first thread ends. It is ended all the same, unless it is a guest.
func TestEndKillsWhatLostItsFirstThread(t *testing.T) {
	n := prepared(t)
	inside, guest := run(t, n, syscall.CLONE_NEWPID, os.Args[0], leaderless), run(t, n, 0, os.Args[0], leaderless)
	for _, c := range []*child{inside, guest} {
		if err := c.told.Close(); err != nil {
			t.Fatal(err)
		}
		for deadline := time.Now().Add(10 * time.Second); ; <-time.After(time.Millisecond) {
			if _, err := cell.InodeOf(c.process.Process.Pid); errors.Is(err, fs.ErrNotExist) && !c.over() {
				break
			}
			if time.Now().After(deadline) {
				t.Fatal("its first thread has not ended, or all of it has")
			}
		}
	}
	if killed := n.End(t.Context()); killed != 1 || !inside.ended(t) {
		t.Errorf("it killed %d, want the one that is confined", killed)
	}
	if guest.over() {
		t.Error("a guest was ended")
	}
}

// leaderless makes a process of this program end its first thread, which is the one that
// initialises it, as soon as it is told.
const leaderless = "leaderless"

var _ = func() bool {
	if len(os.Args) == 2 && os.Args[1] == leaderless {
		go func() { <-time.After(time.Minute); os.Exit(0) }() //nolint:forbidigo // this process has nobody to return to
		_, _ = io.Copy(io.Discard, os.Stdin)
		_, _, _ = syscall.Syscall(syscall.SYS_EXIT, 0, 0, 0)
	}
	return true
}()

// A namespace that was closed here may be anybody's by now.
func TestEndDoesNothingInANamespaceThatWasClosed(t *testing.T) {
	n, err := cell.New()
	if err != nil {
		t.Fatal(err)
	}
	inside := run(t, n, syscall.CLONE_NEWPID)
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	if killed := n.End(t.Context()); killed != 0 || inside.over() {
		t.Errorf("it killed %d", killed)
	}
}

// child is a process of a test in a namespace.
type child struct {
	process *exec.Cmd
	told    io.Closer // its input
	done    chan struct{}
}

// run starts a process, one that sleeps where none is given, inside a namespace, and in
// new ones of the given kinds.
func run(t *testing.T, n *cell.Namespace, kinds uintptr, command ...string) *child {
	t.Helper()
	if command == nil {
		command = []string{"sleep", "60"}
	}
	c := &child{process: exec.Command("nsenter", append([]string{"--net=" + descriptor(t, n)}, command...)...), done: make(chan struct{})}
	in, err := c.process.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	c.told = in
	c.process.SysProcAttr = &syscall.SysProcAttr{Cloneflags: kinds}
	if err := c.process.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = c.process.Wait()
		close(c.done)
	}()
	t.Cleanup(func() {
		_ = c.process.Process.Kill()
		<-c.done
	})
	for deadline := time.Now().Add(10 * time.Second); ; {
		if inode, err := cell.InodeOf(c.process.Process.Pid); err == nil && inode == n.Inode() {
			return c
		}
		if time.Now().After(deadline) {
			t.Fatal("the process is not in the namespace")
		}
		<-time.After(time.Millisecond)
	}
}

func (c *child) over() bool {
	select {
	case <-c.done:
		return true
	default:
		return false
	}
}

// ended waits for the end of a process, for some seconds.
func (c *child) ended(t *testing.T) bool {
	t.Helper()
	select {
	case <-c.done:
		return true
	case <-time.After(10 * time.Second):
		return false
	}
}

// descriptor is where others find an open namespace of this process.
func descriptor(t *testing.T, n *cell.Namespace) string {
	t.Helper()
	all, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range all {
		if link, _ := os.Readlink("/proc/self/fd/" + one.Name()); link == fmt.Sprintf("net:[%d]", n.Inode()) {
			return fmt.Sprintf("/proc/%d/fd/%s", os.Getpid(), one.Name())
		}
	}
	t.Fatal(fs.ErrNotExist)
	return ""
}
