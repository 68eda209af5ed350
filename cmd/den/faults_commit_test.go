package main

import (
	native "encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// writes sees the writes to a den's records, of which a commit makes several, and can
// kill the den right after one: between two writes, two commits, or a commit and the
// engine call that follows. The kernel tells of a write when it is done, so the kill
// comes some microseconds later: it is near the place that was chosen, not on it.
type writes struct {
	file *os.File
	seen atomic.Int64
	done chan struct{}
}

func (s *served) watch(at int64, kill func()) (*writes, error) {
	fd, err := unix.InotifyInit1(unix.IN_CLOEXEC | unix.IN_NONBLOCK)
	if err != nil {
		return nil, err
	}
	w := &writes{file: os.NewFile(uintptr(fd), "inotify"), done: make(chan struct{})}
	if _, err := unix.InotifyAddWatch(fd, filepath.Join(s.data, "den.db"), unix.IN_MODIFY); err != nil {
		_ = w.file.Close()
		return nil, err
	}
	go func() {
		defer close(w.done)
		buffer := make([]byte, 64<<10)
		for {
			n, err := w.file.Read(buffer)
			if err != nil {
				return
			}
			for rest := buffer[:n]; len(rest) >= unix.SizeofInotifyEvent; {
				name := native.NativeEndian.Uint32(rest[12:])
				rest = rest[unix.SizeofInotifyEvent+int(name):]
				if w.seen.Add(1) == at {
					kill()
				}
			}
		}
	}()
	return w, nil
}

// close ends the watching and says how many writes were seen. Writes that follow each
// other at once may be seen as one.
func (w *writes) close() int64 {
	_ = w.file.Close()
	<-w.done
	return w.seen.Load()
}

// killAtWrite kills the den at the nth write of a launch and removal, starts it again,
// and says what was left or lost.
func (s *served) killAtWrite(n int64, release string) (time.Duration, error) {
	w, err := s.watch(n, s.kill)
	if err != nil {
		return 0, err
	}
	heard := s.tell(release)
	seen := w.close()
	select {
	case <-s.ended:
	default:
		if seen >= n {
			return 0, fmt.Errorf("it lives after %d writes", seen)
		}
		s.kill() // this time there were fewer
	}
	return s.recovered(heard)
}

func TestKillsBetweenCommitsLeaveNothingAndLoseNothing(t *testing.T) {
	t.Parallel()
	s := newServed(t, "DEN_SANDBOXES_SPARE_CELLS=1")
	s.start()
	release := s.offer(product(t, program(t), "serve"))
	must(t, s.onlyCells(0))
	w, err := s.watch(0, nil)
	must(t, err)
	must(t, s.settle(s.tell(release)))
	total := w.close()
	if total < 10 {
		t.Fatalf("a launch and a removal are %d writes: they are not seen", total)
	}
	const kills = 6
	for i := range int64(kills) {
		n := 1 + i*(total-1)/kills
		took, err := s.killAtWrite(n, release)
		if err != nil {
			t.Fatalf("killed at write %d of %d: %v\n%s", n, total, err, s.log)
		}
		t.Logf("killed at write %d of %d: all was right after %s", n, total, took.Round(time.Millisecond))
	}
}
