package den

// Score is one evaluator's answer to one criterion.
type Score struct {
	Mark      *int // 0 to TopMark; nil: not marked yet, or not tested
	NotTested bool
	Reason    string
	At        Stamp `json:",omitzero"` // when this answer was given; zero: it was kept before the den knew
}

// Says is true where two answers say the same, whenever they were given.
func (s Score) Says(other Score) bool {
	same := (s.Mark == nil) == (other.Mark == nil) && s.NotTested == other.NotTested && s.Reason == other.Reason
	return same && (s.Mark == nil || *s.Mark == *other.Mark)
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
	Tasks       []TaskResult `json:",omitempty"`
	Evidence    []Evidence   `json:",omitempty"`
	SavedAt     Stamp
	SubmittedAt Stamp // zero: still being written
	Rev         int64
}

// Submitted says that the evaluator has finished.
func (a Assessment) Submitted() bool { return !a.SubmittedAt.IsZero() }

// GivenAt is when an answer was given: a submission says every answer anew.
func (a Assessment) GivenAt(criterion string) Stamp {
	at := a.Scores[criterion].At
	switch {
	case a.Submitted():
		return a.SubmittedAt
	case at.IsZero():
		return a.SavedAt
	}
	return at
}

// Files are the hashes of the evidence.
func (a Assessment) Files() (hashes []string) {
	for _, x := range a.Evidence {
		hashes = append(hashes, x.Hash)
	}
	return hashes
}

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
	From      Source
	Results   []Result   // in the order of the trial's entries
	Says      string     // the finding in plain words
	Agreement *Agreement `json:",omitempty"` // of the evaluators; nil: computed before it was kept
	Analysis  *Analysis  `json:",omitempty"` // how sure the ranking is; the same
	LockedAt  Stamp      // when quality was locked, and so price counts; zero: not yet
	Revealed  bool       // Says calls the products by name
	Decision  Decision   // empty: not decided
	Why       string
	Chosen    ID // entry; empty: none
	Route     Route
	DecidedBy ID
	DecidedAt Stamp
	Cites     []Citation `json:",omitempty"` // results of other trials that the decision stands on, in the order of citing
	Rev       int64
}

// Citation is the result of another trial that a decision stands on. What it says of
// that trial is kept as it was when it was cited.
type Citation struct {
	Trial      ID
	Name       string
	Department string
	Finding    string   // its first sentence; empty: the finding is not shown
	Why        string   // how it bears on the decision
	Differs    []string // why its figures do not stand on the scale of one's own; none: they do
	By         ID
	At         Stamp
	Registered bool // it is in the register now; filled in when it is read
}

// Result is one entry's part of an outcome. Totals are marks out of 100.
type Result struct {
	Entry     ID
	Total     float64
	Low, High float64            // equal to Total unless marks are missing under MissingInterval
	Rank      int                // 1 is best; ties share a rank; 0: not ranked
	Screened  bool               // below a minimum
	Marks     map[string]float64 // mean or agreed mark by criterion
	Points    map[string]Points  `json:",omitempty"` // what each criterion gave to the total
	Below     []string           `json:",omitempty"` // titles of criteria whose minimum it missed
	Unproven  []string           `json:",omitempty"` // titles of criteria with a minimum that nobody tested
	Price     *Price             `json:",omitempty"` // there once quality is locked
	Untested  []string           // ids of criteria
	Assessors int
}

// Source says what the marks of an outcome are. The empty Source is FromMeans.
type Source string

// The sources: the means of what evaluators gave, or what they agreed.
const (
	FromMeans     Source = "means"
	FromConsensus Source = "consensus"
)

// Points are what one criterion gave to an entry's total.
type Points struct {
	Weight    float64 // what it weighed for this entry, as a share of 1
	Low, High float64 // points out of 100; they differ only where it was not tested
}
