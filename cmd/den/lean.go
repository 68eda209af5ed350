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
// milliseconds. What is looked at is what the kernel counts, since reading brings pages
// of the program back that no allocation tells of.
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
	const quiet, enough, much, seldom = 512 << 10, 1 << 20, 4 << 20, 15 // bytes, bytes, bytes, looks
	var then, last, lean uint64                                         // made when it was last collected, and last looked at; resident when it was last given back
	looks := seldom
	for long := first; pause(long); long = between {
		now := made()
		looks++
		if now-last < quiet || looks > seldom {
			if now-then > enough {
				debug.FreeOSMemory()
				then = now
			}
			if resident() > lean+much {
				if err := shed(); err != nil {
					h.log.Debug("memory not given back", "error", err)
				}
				lean = resident()
			}
			looks = 0
		}
		last = now
	}
}

// resident is how many bytes of memory the kernel counts as this process's, by
// proc_pid_statm(5); 0 where it does not say.
func resident() uint64 {
	text, err := os.ReadFile("/proc/self/statm")
	fields := strings.Fields(string(text))
	if err != nil || len(fields) < 2 {
		return 0
	}
	pages, err := strconv.ParseUint(fields[1], 10, 64)
	if err != nil {
		return 0
	}
	return pages * uint64(os.Getpagesize())
}

// made is how many bytes of memory the program has taken since its start, given back or not.
func made() uint64 {
	figure := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(figure)
	return figure[0].Value.Uint64()
}

// shed gives back the pages of the program itself, most of which only the start needs.
// The kernel brings a page back from the file when it is run again, and fifteen others
// beside it.
func shed() error {
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
