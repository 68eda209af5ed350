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
	return endEach(ctx, func(process string) bool { return n.confines(process, mine) })
}

// EndEach is End for the containers whose processes is says, given a place in /proc, are
// meant. Of those it kills only what is in another process namespace than ours.
func EndEach(ctx context.Context, is func(process string) bool) int {
	mine, err := inodeOf("/proc/self/ns/pid")
	if err != nil {
		return 0
	}
	return endEach(ctx, func(process string) bool { return is(process) && elsewhere(process, mine) })
}

func endEach(ctx context.Context, is func(process string) bool) int {
	var ending []int
	paths, _ := filepath.Glob("/proc/[0-9]*") // the pattern is well formed
	for _, p := range paths {
		if !is(p) {
			continue
		}
		pid, err := strconv.Atoi(filepath.Base(p))
		if err != nil {
			continue
		}
		if fd, ok := kill(pid, func() bool { return is(p) }); ok {
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

// elsewhere says that every thread of a process that has not ended, one at least, is in
// another process namespace than mine.
func elsewhere(process string, mine uint64) bool {
	threads, err := os.ReadDir(process + "/task")
	if err != nil {
		return false
	}
	found := false
	for _, t := range threads {
		inode, err := inodeOf(process + "/task/" + t.Name() + "/ns/pid")
		if hasEnded(err) {
			continue
		}
		if err != nil || inode == mine {
			return false
		}
		found = true
	}
	return found
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
