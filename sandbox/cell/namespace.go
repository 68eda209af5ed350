package cell

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"sync"

	"golang.org/x/sys/unix"
)

// What a caller can act on.
var (
	// ErrOwn: the namespace is the host's or the den's own, which nobody may enter
	// as a cell.
	ErrOwn = errors.New("that is the host's own network namespace")
	// ErrClosed: the namespace was closed here.
	ErrClosed = errors.New("the namespace is closed")
)

const own = "/proc/thread-self/ns/net"

// Namespace is an open network namespace. It stays the same one, and exists, until
// Close, whatever becomes of the processes in it. It is safe for many goroutines.
type Namespace struct {
	inode uint64

	mu sync.RWMutex // held for reading while the descriptor is in use
	fd int          // -1 once closed
}

// Open opens the network namespace of a process. The caller makes sure, by looking
// again afterwards, that the process was the one it meant. ErrOwn when it is the
// host's or ours; fs.ErrNotExist when there is no such process.
func Open(pid int) (*Namespace, error) {
	forbidden, err := ours()
	if err != nil {
		return nil, err
	}
	return openPath(fmt.Sprintf("/proc/%d/ns/net", pid), forbidden)
}

// ours lists the namespaces that are no cell. It asks for the thread's, not for the
// process's: the first thread of the process may be inside a cell just now, while
// this one, which is not locked, cannot be.
func ours() ([]uint64, error) {
	mine, err := inodeOf(own)
	if err != nil {
		return nil, err
	}
	forbidden := []uint64{mine}
	if first, err := inodeOf("/proc/1/ns/net"); err == nil {
		forbidden = append(forbidden, first)
	}
	return forbidden, nil
}

func openPath(path string, forbidden []uint64) (*Namespace, error) {
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, &os.PathError{Op: "open", Path: path, Err: err}
	}
	n, err := adopt(fd)
	if err != nil {
		_ = unix.Close(fd)
		return nil, err
	}
	if slices.Contains(forbidden, n.inode) {
		_ = n.Close()
		return nil, ErrOwn
	}
	return n, nil
}

func adopt(fd int) (*Namespace, error) {
	kind, err := unix.IoctlRetInt(fd, unix.NS_GET_NSTYPE)
	if err != nil {
		return nil, fmt.Errorf("ask the kind of a namespace: %w", err)
	}
	if kind != unix.CLONE_NEWNET {
		return nil, fmt.Errorf("not a network namespace but of kind %#x", kind)
	}
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return nil, fmt.Errorf("look at a namespace: %w", err)
	}
	return &Namespace{inode: st.Ino, fd: fd}, nil
}

// InodeOf identifies the network namespace that a process is in, among those that
// exist now; fs.ErrNotExist when there is no such process.
func InodeOf(pid int) (uint64, error) { return inodeOf(fmt.Sprintf("/proc/%d/ns/net", pid)) }

func inodeOf(path string) (uint64, error) {
	var st unix.Stat_t
	if err := unix.Stat(path, &st); err != nil {
		return 0, &os.PathError{Op: "stat", Path: path, Err: err}
	}
	return st.Ino, nil
}

// New makes a namespace that has no process in it, with loopback alone, which is down
// until Prepare. It ends with Close.
func New() (*Namespace, error) {
	forbidden, err := ours()
	if err != nil {
		return nil, err
	}
	var n *Namespace
	done := make(chan error)
	go apart(done, func() error {
		if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
			return fmt.Errorf("make a network namespace: %w", err)
		}
		var err error
		n, err = openPath(own, forbidden)
		return err
	})
	if err := <-done; err != nil {
		return nil, err
	}
	return n, nil
}

// apart runs do on a thread that ends with it, and that is not the first of the
// process: that one never ends, and /proc/self would show its namespace for ever.
func apart(done chan<- error, do func() error) {
	runtime.LockOSThread()
	if unix.Gettid() == unix.Getpid() {
		defer runtime.UnlockOSThread()
		other := make(chan error)
		go apart(other, do)
		done <- <-other
		return
	}
	done <- do()
}

// CanEnter says why this process may not enter network namespaces, or nil.
func CanEnter() error {
	answer := make(chan error)
	go func() {
		runtime.LockOSThread()
		fd, err := unix.Open(own, unix.O_RDONLY|unix.O_CLOEXEC, 0)
		if err == nil {
			err = unix.Setns(fd, unix.CLONE_NEWNET)
			_ = unix.Close(fd)
		}
		if err == nil {
			runtime.UnlockOSThread() // it re-entered the namespace that it was in
		}
		answer <- err
	}()
	if err := <-answer; err != nil {
		return fmt.Errorf("enter a network namespace: %w", err)
	}
	return nil
}

// Inode identifies the namespace among those that exist now.
func (n *Namespace) Inode() uint64 { return n.inode }

// Close lets the namespace go. Sockets that were made in it live on.
func (n *Namespace) Close() error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.fd < 0 {
		return nil
	}
	err := unix.Close(n.fd)
	n.fd = -1
	return err
}

// inside runs do on a thread that is in the namespace. do must not block, start
// goroutines or use package net. A thread that cannot come back is left locked, so
// that it ends with its goroutine and nothing else ever runs on it.
func (n *Namespace) inside(do func() error) error {
	n.mu.RLock()
	defer n.mu.RUnlock()
	if n.fd < 0 {
		return ErrClosed
	}
	answer := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		err, back := visit(n.fd, do)
		if back {
			runtime.UnlockOSThread()
		}
		answer <- err
	}()
	return <-answer
}

// visit says whether the thread is in its own namespace again.
func visit(fd int, do func() error) (err error, back bool) {
	home, err := unix.Open(own, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("open the den's own namespace: %w", err), true
	}
	defer func() { _ = unix.Close(home) }()
	if err := unix.Setns(fd, unix.CLONE_NEWNET); err != nil {
		return fmt.Errorf("enter the namespace: %w", err), true
	}
	err = do()
	if homeErr := unix.Setns(home, unix.CLONE_NEWNET); homeErr != nil {
		return errors.Join(err, fmt.Errorf("leave the namespace: %w", homeErr)), false
	}
	return err, true
}
