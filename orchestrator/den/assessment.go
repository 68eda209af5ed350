package den

// Score is one evaluator's answer to one criterion.
type Score struct {
	Mark      *int // 0 to TopMark; nil: not marked yet, or not tested
	NotTested bool
	Reason    string
}

// Assessment is one evaluator's scores for one entry of a trial. Nobody else sees it
// before it is submitted.
type Assessment struct {
	ID          ID
	Trial       ID
	Entry       ID
	Evaluator   ID
	Scores      map[string]Score // by criterion
	Note        string
	SavedAt     Stamp
	SubmittedAt Stamp // zero: still being written
	Rev         int64
}

// Submitted says that the evaluator has finished.
func (a Assessment) Submitted() bool { return !a.SubmittedAt.IsZero() }

// Decision is what a department made of an outcome.
type Decision string

// The decisions.
const (
	Proceed  Decision = "proceed"
	TryAgain Decision = "try_again"
	Stop     Decision = "stop"
)

// Outcome is what a trial ended with. Its ID is the trial's.
type Outcome struct {
	Trial     ID
	Scheme    SchemeRef
	Results   []Result // in the order of the trial's entries
	Says      string   // the finding in plain words
	Decision  Decision // empty: not decided
	Why       string
	Chosen    ID // entry; empty: none
	DecidedBy ID
	DecidedAt Stamp
	Rev       int64
}

// Result is one entry's part of an outcome. Totals are marks out of 100.
type Result struct {
	Entry     ID
	Total     float64
	Low, High float64            // equal to Total unless marks are missing under MissingInterval
	Rank      int                // 1 is best; ties share a rank; 0: not ranked
	Screened  bool               // below a minimum
	Marks     map[string]float64 // mean mark by criterion
	Untested  []string
	Assessors int
}
