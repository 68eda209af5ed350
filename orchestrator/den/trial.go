package den

import "strings"

// TrialState says how far a trial has come.
type TrialState string

// The states of a trial. Running: its protocol is locked and its leases were asked
// for. Finished: every lease is over.
const (
	TrialDraft     TrialState = "draft"
	TrialRunning   TrialState = "running"
	TrialFinished  TrialState = "finished"
	TrialCancelled TrialState = "cancelled"
)

// Trial is one experiment: a question, a protocol and its entries.
type Trial struct {
	ID         ID
	Department ID
	Challenge  ID // empty: a trial without a challenge
	Name       string
	Question   string
	State      TrialState
	Scheme     SchemeRef
	Weights    map[string]float64 // by criterion; locked at the start
	Size       string
	Length     Span   // from the start to the removal
	Hours      *Hours `json:",omitempty"` // its sandboxes are paused outside them; nil: never
	Tasks      []string
	Entries    []Entry
	Evaluators []ID        // people who may assess
	Rule       string      // how the department will decide, in words
	Chair      ID          // who leads the consensus; empty: who set the trial up
	Blind      bool        // evaluators see labels instead of names until quality is locked
	Measuring  Measuring   `json:",omitzero"` // what the den measures besides what it always does
	Scenario   Scenario    `json:",omitzero"` // the data that every entry finds; none: the zero Scenario
	Protocol   string      // hex SHA-256 of what was locked at the start
	Amendments []Amendment `json:",omitempty"` // changes of what was locked, oldest first
	CreatedBy  ID
	CreatedAt  Stamp
	StartedAt  Stamp
	EndsAt     Stamp // the latest end of its leases
	ClosedAt   Stamp // when it was finished or cancelled
	Tried      []ID  `json:",omitempty"` // products that ran in it, once it is finished and their names are open
	Rev        int64
}

// Scenario is data that every entry of a trial finds in its sandbox, read-only and the
// same for all.
type Scenario struct {
	Name  string // what the file was called that somebody sent
	Hash  string // hex SHA-256 of the archive that is kept
	Files int
	Size  int64 // bytes of all files together
}

// ScenarioPath is where the products find it.
const ScenarioPath = "/scenario"

// Entry is one release taking part in a trial.
type Entry struct {
	ID       ID
	Label    string // "Product 1": what it is called where names are hidden
	Release  ID
	Product  ID
	Supplier ID
	Lease    ID   // of its sandbox; empty before the start
	Agreed   Ways `json:",omitzero"` // what the department opens of what the release asks for

	Renewals []Renewal `json:",omitempty"` // new releases that were proposed while the trial ran, oldest first
}

// Amendment is one change of a protocol after the start.
type Amendment struct {
	At       Stamp
	By       ID
	Name     string // who made it, as they were called then
	What     string // "weights", "tasks", "evaluators", "rule", "chair", "length", "release"
	From, To string // for people
	Why      string
	Protocol string // hex SHA-256 of the protocol from then on
}

// ReaderKey is what TrialsByReader is asked for: the trials of one state that somebody
// may read as a member of a department, as an evaluator, or by a role in that trial.
func ReaderKey(reader ID, state TrialState) string { return string(reader) + "/" + string(state) }

// Readers are those whom ReaderKey takes for a trial.
func (t Trial) Readers() []ID { return append([]ID{t.Department, t.ID}, t.Evaluators...) }

// Leads is who leads the consensus of a trial.
func (t Trial) Leads() ID {
	if t.Chair != "" {
		return t.Chair
	}
	return t.CreatedBy
}

// Entry finds an entry by id.
func (t Trial) Entry(id ID) (Entry, bool) {
	for _, e := range t.Entries {
		if e.ID == id {
			return e, true
		}
	}
	return Entry{}, false
}

// Label is the entry that an amendment of one entry is about.
func (a Amendment) Label() string {
	label, _, _ := strings.Cut(a.From, ": ")
	return label
}
