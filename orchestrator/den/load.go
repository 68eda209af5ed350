package den

import "time"

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
	Errors   int64 // without an answer, or with a status from 500 to 599
	P50      Span
	P95      Span
	P99      Span
	Slowest  Span
	Achieved float64 // answers a second without a fault
	Holds    bool    // the objective was kept
	Times    Times   `json:",omitempty"`
}
