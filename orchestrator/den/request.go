package den

// Request is something that waits for an approver of a department: the start of a
// trial, or more time than its people may take by themselves.
type Request struct {
	ID         ID
	Kind       RequestKind
	State      RequestState
	Department ID
	Trial      ID
	Lease      ID    // an extension: of this sandbox
	Until      Stamp // an extension: until then
	AskedBy    ID
	AskedName  string
	AskedAt    Stamp
	Why        string // what the asker says
	Rule       Rule   // why it needs an approver
	Say        string // the same in words
	Pence      int64  // what it costs
	LapsesAt   Stamp
	DecidedBy  ID
	DecidedAs  string // the decider's name then
	DecidedAt  Stamp
	Reason     string // what the decider says
	Rev        int64
}

// RequestKind says what is asked for.
type RequestKind string

// What can be asked for.
const (
	RequestStart     RequestKind = "start"
	RequestExtension RequestKind = "extension"
)

// RequestState says how a request stands.
type RequestState string

// The states of a request. All but the first are final.
const (
	RequestOpen      RequestState = "open"
	RequestAgreed    RequestState = "agreed"
	RequestRefused   RequestState = "refused"
	RequestLapsed    RequestState = "lapsed"
	RequestWithdrawn RequestState = "withdrawn"
)

// RequestStates lists every state, the open one first.
var RequestStates = []RequestState{RequestOpen, RequestAgreed, RequestRefused, RequestLapsed, RequestWithdrawn}

// Owner says whom a request belongs to.
func (r Request) Owner() Owner { return Owner{Department: r.Department} }

// RequestPatience is how many working days a request waits for an approver.
const RequestPatience = 5
