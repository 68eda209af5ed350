package gateway

import (
	"math/bits"
	"sync/atomic"
	"time"
)

// Facts is what the gateway measured about one lease since its route was first served.
type Facts struct {
	Requests  uint64 // sent on to the product, whatever came of it
	Failed    uint64 // answered by the product with 500 to 599
	Unreached uint64 // no connection to the product could be made
	Broken    uint64 // the product took the connection and gave no usable answer
	Upgraded  uint64 // became a WebSocket

	// Times from the gateway's receipt of the header to the product's response
	// header, as upper bounds of the class they fall in (at most 12.5 % above the
	// true value). WebSockets are left out. Zero when nothing was answered.
	Median, P95, P99, Slowest time.Duration
}

// Classes of a microsecond count: eight for each power of two, after
// HdrHistogram (Gil Tene). 2^30 µs is 18 minutes, longer than any wait here.
const (
	classBits = 3
	classes   = (30 - classBits + 1) << classBits
)

type tally struct {
	requests, failed, unreached, broken, upgraded atomic.Uint64

	slowest atomic.Int64
	times   [classes]atomic.Uint64
}

func class(d time.Duration) int {
	us := uint64(max(d.Microseconds(), 0))
	if us < 1<<classBits {
		return int(us)
	}
	shift := bits.Len64(us) - classBits - 1
	return min((shift<<classBits)+int(us>>shift), classes-1)
}

// bound is the longest time that falls in a class.
func bound(class int) time.Duration {
	if class < 1<<classBits {
		return time.Duration(class+1)*time.Microsecond - 1
	}
	shift := class>>classBits - 1
	low := uint64(class&(1<<classBits-1)|1<<classBits) << shift
	return time.Duration(low+1<<shift)*time.Microsecond - 1
}

func (t *tally) answered(status int, took time.Duration) {
	if status >= 500 {
		t.failed.Add(1)
	}
	t.times[class(took)].Add(1)
	for was := t.slowest.Load(); int64(took) > was; was = t.slowest.Load() {
		if t.slowest.CompareAndSwap(was, int64(took)) {
			return
		}
	}
}

func (t *tally) facts() Facts {
	f := Facts{
		Requests: t.requests.Load(), Failed: t.failed.Load(), Unreached: t.unreached.Load(),
		Broken: t.broken.Load(), Upgraded: t.upgraded.Load(), Slowest: time.Duration(t.slowest.Load()),
	}
	var counts [classes]uint64
	var all uint64
	for i := range t.times {
		counts[i] = t.times[i].Load()
		all += counts[i]
	}
	// Nearest rank: the smallest class that at least the share q of all fall in or below.
	at := func(q uint64) time.Duration {
		var seen uint64
		for i, n := range counts {
			if seen += n; n > 0 && seen*100 >= q*all {
				return min(bound(i), f.Slowest)
			}
		}
		return 0
	}
	f.Median, f.P95, f.P99 = at(50), at(95), at(99)
	return f
}
