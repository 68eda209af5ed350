package bolt

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	"innovationden/orchestrator/den"
	"innovationden/orchestrator/ledger"
)

// ErrBroken ends the life of a store: the disk did not say whether a change was kept.
// Everything is refused from then on, and Broken is closed. The process must end; the
// next one reads what the disk really has.
var ErrBroken = errors.New("the store is broken")

// ErrDamaged is what reading something ends with that is not what was written.
var ErrDamaged = errors.New("the data file is damaged")

// errOneHead is a file of which only one head is right.
var errOneHead = errors.New("one of the two heads of the data file is damaged")

// errEnded is the use of a transaction after its end.
var errEnded = errors.New("the transaction has ended")

func damaged(what string, args ...any) error {
	return &den.Error{
		Kind: den.Internal,
		Say:  "The den's data file is damaged. Run den check to see where, then restore the last backup.",
		Err:  fmt.Errorf("%w: %s", ErrDamaged, fmt.Sprintf(what, args...)),
	}
}

func broken(cause error) error {
	return &den.Error{
		Kind: den.Internal,
		Say:  "The disk did not confirm a change, so the den has stopped. Check the disk, then start the den again.",
		Err:  fmt.Errorf("%w: %w", ErrBroken, cause),
	}
}

func full(cause error) error {
	return &den.Error{
		Kind: den.Full,
		Say:  "The disk is full, so nothing new can be kept. Reading and ending still work. Make room on the disk, then try again.",
		Err:  cause,
	}
}

func stale() error {
	return den.Refuse(den.Stale, "Somebody changed this after you opened it. Look at it again, then try once more.")
}

// caught turns a panic of bbolt over a damaged page, or a fault in the mapped file,
// into an error. It is deferred around every access to the file.
func caught(err *error) {
	if p := recover(); p != nil {
		*err = damaged("%v", p)
	}
}

// repair gives errors of the record the sentence of this room.
func repair(err error) error {
	if errors.Is(err, ledger.ErrDamaged) {
		return damaged("%v", err)
	}
	return err
}

// noRoom says that a write, not a sync, failed for want of space.
func noRoom(err error) bool {
	var op *fs.PathError
	return errors.As(err, &op) && (errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT))
}
