package bolt

import (
	"errors"
	"os"
	"syscall"
)

// A full disk must not keep the den from recording that something ended. So the file
// always has room of its own: blocks behind what bbolt uses, given to the file by
// fallocate and kept by nobody else. While the disk gives more, the file grows ahead
// of what is used. When it does not, the store is full: only transactions that end or
// remove something (kind.ends, Delete) go on, inside that room, and bbolt uses pages
// again that they free. Each new transaction asks the disk again, so that writing
// goes on by itself once there is room.
//
// The room bounds how much can end on a full disk: 16 MiB are a few hundred teardowns.
// On a file system that copies on write (btrfs) the promise is weaker: a commit can
// still fail for want of space, is then rolled back, and says Full.
const (
	reserve = 16 << 20
	step    = 4 << 20
)

var errNoRoom = errors.New("no room behind the reserve of the data file")

type space struct {
	keep int64 // bytes that only endings may use; negative: no room is kept
	has  int64 // size of the file, all of it with blocks
}

// look makes sure that a transaction on used bytes has room behind it, growing the
// file if need be. It says whether the disk is full. The error is that of a sync.
func (s *space) look(file *os.File, used int64) (full bool, err error) {
	if s.keep < 0 || s.has >= used+s.keep+step/4 {
		return false, nil
	}
	want := used + s.keep + step
	err = syscall.Fallocate(int(file.Fd()), 0, 0, want)
	switch {
	case err == nil:
		s.has = want
		return false, file.Sync()
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT), errors.Is(err, syscall.EFBIG):
		return s.has < used+s.keep, nil
	case errors.Is(err, syscall.EOPNOTSUPP), errors.Is(err, syscall.ENOSYS):
		s.keep = -1
		return false, nil
	}
	return false, err
}
