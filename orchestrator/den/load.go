package den

import (
	"slices"
	"time"
)

// LoadState says what became of a load test.
type LoadState string

// The states. Interrupted: the den was stopped meanwhile; broken off: a sandbox ended, or
// somebody stopped it. What was measured until then is kept, and counts for nothing.
const (
	LoadRunning     LoadState = "running"
	LoadDone        LoadState = "done"
	LoadInterrupted LoadState = "interrupted"
	LoadBrokenOff   LoadState = "broken_off"
)

// Objective is what a product has to keep to under load.
type Objective struct {
	P95    Span    // 95 of 100 answers come within it
	Errors float64 // at most this share of requests comes to nothing
}

// DefaultObjective is the objective of a protocol that names none.
var DefaultObjective = Objective{P95: 500 * time.Millisecond, Errors: 0.01}

// Measuring is what the protocol says of what the den measures.
type Measuring struct {
	Pages     []string  `json:",omitempty"` // paths that are weighed and put under load; none: an entry's first page
	Objective Objective `json:",omitzero"`  // of the load test; the zero Objective: DefaultObjective
}

// IsZero says that the protocol leaves all of it to the den.
func (m Measuring) IsZero() bool { return len(m.Pages) == 0 && m.Objective == Objective{} }

// Aim is the objective that holds.
func (m Measuring) Aim() Objective {
	if m.Objective == (Objective{}) {
		return DefaultObjective
	}
	return m.Objective
}

// LoadTest puts the same load on every entry of a trial: one entry after another, in an
// order drawn by lot, again in each round.
type LoadTest struct {
	ID      ID
	Trial   ID
	AskedBy ID
	State   LoadState
	Say     string `json:",omitempty"` // why it ended before its end

	Objective Objective
	Rates     []int // requests a second of each step
	StepTime  Span  // how long each step lasts
	Rounds    int
	Paths     []string // asked for in turn
	Seed      uint64   // the lot
	Order     [][]ID   // entries, by round
	Quiet     []Quiet  // of the host before each run
	Runs      []LoadRun

	StartedAt Stamp
	EndedAt   Stamp
	Rev       int64
}

// Quiet is how busy the host was before a run.
type Quiet struct {
	Busy   float64 // share of all processors, 0 to 1
	Is     bool    // below MostBusy
	Waited Span    // for it to become quiet
}

// MostBusy is the share of a host's processors above which it is not quiet.
const MostBusy = 0.25

// LoadRun is one entry under load, in one round.
type LoadRun struct {
	Entry ID
	Round int // from 1
	Steps []LoadStep
}

// LoadStep is one rate, held for StepTime.
type LoadStep struct {
	Rate     int   // requests a second that were wanted
	Sent     int64 // requests that were sent
	Errors   int64 // without an answer, or with the status 429 or one from 500 on
	P50      Span
	P95      Span
	P99      Span
	Slowest  Span
	Achieved float64 // answers a second without a fault
	Holds    bool    // the objective was kept
	Times    Times   `json:",omitempty"`
}

// Facts of a load test, for one entry: medians over the rounds, with the lowest and the
// highest beside them.
const (
	FactLoadRate   = "load_rate"            // requests a second: the highest rate at which it kept to the objective
	FactLoadP95    = "load_response_ms_p95" // at the lowest rate, which every entry gets
	FactLoadErrors = "load_error_share"     // at the lowest rate
	factLowest     = "_lowest"
	factHighest    = "_highest"
	quietHost      = "load_quiet_share" // runs that began on a quiet host
)

// Facts are what a load test that came to its end says of one entry; none of any other.
func (l LoadTest) Facts(entry ID) (out []ReportFact) {
	if l.State != LoadDone {
		return nil
	}
	var rates, p95s, errors []float64
	for _, run := range l.Runs {
		if run.Entry != entry || len(run.Steps) == 0 {
			continue
		}
		best := 0
		for _, s := range run.Steps {
			if s.Holds {
				best = s.Rate
			}
		}
		first := run.Steps[0]
		rates, p95s = append(rates, float64(best)), append(p95s, Milliseconds(first.P95))
		errors = append(errors, float64(first.Errors)/float64(max(first.Sent, 1)))
	}
	spread := func(id, unit string, of []float64) {
		low, middle, high := spreadOf(of)
		out = append(out, ReportFact{ID: id, Value: middle, Unit: unit},
			ReportFact{ID: id + factLowest, Value: low, Unit: unit}, ReportFact{ID: id + factHighest, Value: high, Unit: unit})
	}
	if len(rates) == 0 {
		return nil
	}
	spread(FactLoadRate, "1/s", rates)
	spread(FactLoadP95, "ms", p95s)
	_, wrong, _ := spreadOf(errors)
	return append(out, ReportFact{ID: FactLoadErrors, Value: wrong, Unit: "share"}, ReportFact{ID: quietHost, Value: l.quiet(), Unit: "share"})
}

// quiet is the share of all runs that began on a quiet host.
func (l LoadTest) quiet() float64 {
	n := 0
	for _, q := range l.Quiet {
		if q.Is {
			n++
		}
	}
	return float64(n) / float64(max(len(l.Quiet), 1))
}

// spreadOf is the lowest, the median and the highest of some values.
func spreadOf(of []float64) (low, middle, high float64) {
	sorted := slices.Sorted(slices.Values(of))
	n := len(sorted)
	return sorted[0], (sorted[(n-1)/2] + sorted[n/2]) / 2, sorted[n-1]
}

// Expected is how many runs there will be.
func (l LoadTest) Expected() (n int) {
	for _, order := range l.Order {
		n += len(order)
	}
	return n
}
