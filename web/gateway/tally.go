package gateway

import (
	"sync/atomic"
	"time"

	"innovationden/orchestrator/den"
)

// tally counts what becomes of the requests to one sandbox. Times are counted in the
// classes of den.Times.
type tally struct {
	requests, failed, unreached, broken, upgraded atomic.Int64

	slowest atomic.Int64
	times   [den.TimeClasses]atomic.Int64
}

func (t *tally) answered(status int, took time.Duration) {
	if status >= 500 {
		t.failed.Add(1)
	}
	t.times[den.TimeClass(took)].Add(1)
	for was := t.slowest.Load(); int64(took) > was; was = t.slowest.Load() {
		if t.slowest.CompareAndSwap(was, int64(took)) {
			return
		}
	}
}

// facts reads all counts.
func (t *tally) facts() den.Tally {
	f := den.Tally{
		Requests: t.requests.Load(), Failed: t.failed.Load(), Unreached: t.unreached.Load(),
		Broken: t.broken.Load(), Upgraded: t.upgraded.Load(), Slowest: time.Duration(t.slowest.Load()), Times: den.Times{},
	}
	for class := range t.times {
		if n := t.times[class].Load(); n > 0 {
			f.Times[class] = n
		}
	}
	return f
}
