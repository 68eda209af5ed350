package den

import (
	"math/bits"
	"time"
)

// Times counts lengths of time in classes: how many fell in each. Two of them can be
// added up, so it can be kept in parts. At most TimeClasses are ever used.
type Times map[int]int64

// Classes of a microsecond count: eight for each power of two, after HdrHistogram (Gil
// Tene), so that a class is at most 12.5 % wide. 2^30 µs is 18 minutes; what took longer
// falls in the last class.
const (
	timeBits    = 3
	TimeClasses = (30 - timeBits + 1) << timeBits
)

// TimeClass is the class that a length of time falls in.
func TimeClass(d time.Duration) int {
	us := uint64(max(d.Microseconds(), 0))
	if us < 1<<timeBits {
		return int(us)
	}
	shift := bits.Len64(us) - timeBits - 1
	return min((shift<<timeBits)+int(us>>shift), TimeClasses-1)
}

// TimeBound is the longest time that falls in a class.
func TimeBound(class int) time.Duration {
	if class < 1<<timeBits {
		return time.Duration(class+1)*time.Microsecond - 1
	}
	shift := class>>timeBits - 1
	low := uint64(class&(1<<timeBits-1)|1<<timeBits) << shift
	return time.Duration(low+1<<shift)*time.Microsecond - 1
}

// Count is how many times there are.
func (t Times) Count() (n int64) {
	for _, one := range t {
		n += one
	}
	return n
}

// At is the time within which so many of a hundred fall, by nearest rank: the upper bound
// of its class, at most 12.5 % above the true value. Zero where there are none.
func (t Times) At(percent int64) time.Duration {
	all, seen := t.Count(), int64(0)
	for class := range TimeClasses {
		n := t[class]
		if seen += n; n > 0 && seen*100 >= percent*all {
			return TimeBound(class)
		}
	}
	return 0
}

// Tally is what the gateway saw of one sandbox: real use, by people and programs.
type Tally struct {
	Requests  int64 // sent on to the product, whatever came of it
	Failed    int64 // answered by the product with a status from 500 to 599
	Unreached int64 // no connection to the product could be made
	Broken    int64 // the product took the connection and gave no usable answer
	Upgraded  int64 // became a WebSocket

	// From the gateway's receipt of a request's header to the product's response header.
	// WebSockets are left out.
	Times   Times `json:",omitempty"`
	Slowest Span
}

// Plus adds two tallies up. Neither is changed.
func (t Tally) Plus(o Tally) Tally { return t.with(o, 1) }

// Minus takes an earlier reading of the same counts away. Neither is changed; Slowest
// stays that of the later one.
func (t Tally) Minus(o Tally) Tally { return t.with(o, -1) }

func (t Tally) with(o Tally, sign int64) Tally {
	out := Tally{
		Requests: t.Requests + sign*o.Requests, Failed: t.Failed + sign*o.Failed, Unreached: t.Unreached + sign*o.Unreached,
		Broken: t.Broken + sign*o.Broken, Upgraded: t.Upgraded + sign*o.Upgraded, Slowest: max(t.Slowest, o.Slowest), Times: Times{},
	}
	for class, n := range t.Times {
		out.Times[class] = n
	}
	for class, n := range o.Times {
		if out.Times[class] += sign * n; out.Times[class] == 0 {
			delete(out.Times, class)
		}
	}
	return out
}

// Errors are the requests that came to nothing through the product's own fault.
func (t Tally) Errors() int64 { return t.Failed + t.Unreached + t.Broken }

// At is Times.At, and never more than the slowest.
func (t Tally) At(percent int64) time.Duration { return min(t.Times.At(percent), t.Slowest) }
