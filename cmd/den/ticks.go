package main

import (
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// hostTicks is how long the machine has run, with the time that it slept, which nobody sets,
// and the name of this run of it. Where that is not known it begins now, and has no name.
func hostTicks() (ticks func() time.Duration, run string) {
	read := func() (time.Duration, error) {
		var t unix.Timespec
		err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &t)
		return time.Duration(t.Nano()), err
	}
	id, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err == nil {
		_, err = read()
	}
	if err != nil {
		began := time.Now()
		return func() time.Duration { return time.Since(began) }, ""
	}
	return func() time.Duration {
		t, _ := read() // it was read before: there is no other reason to fail
		return t
	}, strings.TrimSpace(string(id))
}
