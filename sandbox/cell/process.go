package cell

import "golang.org/x/sys/unix"

// Kill ends a process by a descriptor (pidfd_open(2)), which never means another process
// that got the same number. still says whether the number means the one that is meant: it
// is asked once the number cannot pass to another unseen. False: nobody was killed.
func Kill(pid int, still func() bool) bool {
	fd, ok := kill(pid, still)
	if ok {
		_ = unix.Close(fd)
	}
	return ok
}

// kill is Kill, and gives the descriptor, by which the end can be awaited.
func kill(pid int, still func() bool) (fd int, ok bool) {
	fd, err := unix.PidfdOpen(pid, 0)
	if err != nil {
		return -1, false // it ended
	}
	if still() && unix.PidfdSendSignal(fd, unix.SIGKILL, nil, 0) == nil {
		return fd, true
	}
	_ = unix.Close(fd)
	return -1, false
}

// CompareFiles puts two threads in the order of their tables of descriptors (kcmp(2)):
// 0 where they share one. Where the kernel does not say, they do not.
func CompareFiles(one, other int) int {
	const files = 2 // KCMP_FILES
	order, _, fault := unix.RawSyscall6(unix.SYS_KCMP, uintptr(one), uintptr(other), files, 0, 0, 0)
	switch {
	case fault == 0 && order == 0:
		return 0
	case fault == 0 && order == 2:
		return 1
	}
	return -1
}
