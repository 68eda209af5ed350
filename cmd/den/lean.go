package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"runtime/debug"
	"runtime/metrics"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// stayLean gives memory back until ctx ends: once the start is over, and after work as
// soon as it is quiet again, or half a minute later where it never is. It takes some
// milliseconds.
func (h *house) stayLean(ctx context.Context) {
	const first, between = 3 * time.Second, 2 * time.Second
	pause := func(long time.Duration) bool {
		timer := time.NewTimer(long)
		defer timer.Stop()
		select {
		case <-ctx.Done():
			return false
		case <-timer.C:
			return true
		}
	}
	const quiet, enough, seldom = 512 << 10, 1 << 20, 15 // bytes, bytes, looks
	var then, last uint64                                // made when it was last given back, and last looked at
	looks := seldom
	for long := first; pause(long); long = between {
		now := made()
		looks++
		if now-then > enough && (now-last < quiet || looks > seldom) {
			if err := shed(); err != nil {
				h.log.Debug("memory not given back", "error", err)
			}
			then, looks = now, 0
		}
		last = now
	}
}

// made is how many bytes of memory the program has taken since its start, given back or not.
func made() uint64 {
	figure := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(figure)
	return figure[0].Value.Uint64()
}

// shed gives back the memory that nobody uses now: what was read and parsed and is
// garbage, and the pages of the program itself, most of which only the start needs. The
// kernel brings a page of the program back from the file when it is run again, and
// fifteen others beside it.
func shed() error {
	debug.FreeOSMemory()
	own, err := os.Readlink("/proc/self/exe")
	if err != nil {
		return err
	}
	file, err := os.Open("/proc/self/maps")
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		if err := shedMapping(lines.Text(), own); err != nil {
			return err
		}
	}
	return lines.Err()
}

// shedMapping drops the pages of one line of proc_pid_maps(5), where it maps the program
// and cannot be written: those pages are all in the file.
func shedMapping(line, own string) error {
	fields := strings.Fields(line)
	if len(fields) < 6 || strings.Join(fields[5:], " ") != own || strings.Contains(fields[1], "w") {
		return nil
	}
	first, last, _ := strings.Cut(fields[0], "-")
	from, err := strconv.ParseUint(first, 16, 64)
	if err != nil {
		return fmt.Errorf("read the mapping %q: %w", line, err)
	}
	to, err := strconv.ParseUint(last, 16, 64)
	if err != nil {
		return fmt.Errorf("read the mapping %q: %w", line, err)
	}
	_, _, failed := unix.Syscall(unix.SYS_MADVISE, uintptr(from), uintptr(to-from), unix.MADV_DONTNEED)
	if failed != 0 {
		return fmt.Errorf("give back the mapping %q: %w", line, failed)
	}
	return nil
}
