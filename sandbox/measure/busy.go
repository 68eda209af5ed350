package measure

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// Busy is the share of this host's processor time, 0 to 1, that was not idle over a
// while, by /proc/stat (proc(5)).
func Busy(ctx context.Context, while time.Duration) (float64, error) {
	before, err := readStat()
	if err != nil {
		return 0, err
	}
	timer := time.NewTimer(while)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return 0, ctx.Err()
	case <-timer.C:
	}
	after, err := readStat()
	if err != nil {
		return 0, err
	}
	all := after.all - before.all
	if all == 0 {
		return 0, errors.New("no processor time went by")
	}
	return 1 - float64(after.idle-before.idle)/float64(all), nil
}

// ticks are processor times since the start of the host, in the kernel's own unit.
type ticks struct{ all, idle uint64 }

func readStat() (ticks, error) {
	text, err := os.ReadFile("/proc/stat")
	if err != nil {
		return ticks{}, err
	}
	return parseStat(string(text))
}

// parseStat reads the first line: user, nice, system, idle, iowait, irq, softirq, steal.
// What guests use is in user already.
func parseStat(text string) (t ticks, err error) {
	line, _, _ := strings.Cut(text, "\n")
	fields := strings.Fields(line)
	const named = 8
	if len(fields) < named+1 || fields[0] != "cpu" {
		return t, fmt.Errorf("the host's processor times cannot be read from %q", line)
	}
	for i, field := range fields[1 : named+1] {
		n, err := strconv.ParseUint(field, 10, 64)
		if err != nil {
			return t, fmt.Errorf("the host's processor times cannot be read from %q", line)
		}
		t.all += n
		if i == 3 || i == 4 {
			t.idle += n
		}
	}
	return t, nil
}
