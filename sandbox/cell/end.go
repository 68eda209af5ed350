package cell

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"golang.org/x/sys/unix"
)

// End kills the containers whose processes are in the namespace, without asking whoever
// runs them, and waits until they have ended or ctx does: what is frozen ends when it
// goes on. It gives how many processes it killed; whoever watches them does the rest.
//
// Threads of an engine, or of a den, visit the namespace too. So a process counts only
// where each of its threads is inside and its process namespace is not ours; and it is
// killed by a descriptor (pidfd_open(2)), which never means another process that got the
// same number.
func (n *Namespace) End(ctx context.Context) int {
	n.mu.RLock() // while it is open, no other namespace gets its inode
	defer n.mu.RUnlock()
	if n.fd < 0 {
		return 0
	}
	mine, err := inodeOf("/proc/self/ns/pid")
	if err != nil {
		return 0
	}
	var ending []int
	paths, _ := filepath.Glob("/proc/[0-9]*") // the pattern is well formed
	for _, p := range paths {
		if !n.confines(p, mine) {
			continue
		}
		pid, err := strconv.Atoi(filepath.Base(p))
		if err != nil {
			continue
		}
		if fd, ok := kill(pid, func() bool { return n.confines(p, mine) }); ok {
			ending = append(ending, fd)
		}
	}
	for _, fd := range ending {
		awaitEnd(ctx, fd)
		_ = unix.Close(fd)
	}
	return len(ending)
}

// confines says that all of a process, at its place in /proc, is inside the namespace and
// in another process namespace than mine. A thread that has ended says nothing, the first
// one of a process that goes on without it among them.
func (n *Namespace) confines(process string, mine uint64) bool {
	if inode, err := inodeOf(process + "/ns/net"); err == nil && inode != n.inode {
		return false // as most are, which need no listing
	}
	threads, err := os.ReadDir(process + "/task")
	if err != nil {
		return false
	}
	inside := false
	for _, t := range threads {
		thread := process + "/task/" + t.Name()
		inode, err := inodeOf(thread + "/ns/net")
		if hasEnded(err) {
			continue
		}
		if err != nil || inode != n.inode {
			return false
		}
		if inode, err = inodeOf(thread + "/ns/pid"); hasEnded(err) {
			continue
		}
		if err != nil || inode == mine {
			return false
		}
		inside = true
	}
	return inside
}

// hasEnded says that something of a thread cannot be read because the thread has ended.
func hasEnded(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, unix.ESRCH)
}

// awaitEnd returns when a process has ended, or ctx has.
func awaitEnd(ctx context.Context, pidfd int) {
	const tick = 5 // milliseconds
	for ctx.Err() == nil {
		ready, err := unix.Poll([]unix.PollFd{{Fd: int32(pidfd), Events: unix.POLLIN}}, tick)
		if ready > 0 || err != nil && !errors.Is(err, unix.EINTR) {
			return
		}
	}
}
