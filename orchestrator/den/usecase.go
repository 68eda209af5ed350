package den

import "io"

// Once makes a create safe to repeat: the same actor, key and body give the same
// thing; the same key with another body is Invalid. An empty Key means "not asked".
type Once struct {
	Key  string
	Body string // hex SHA-256 of the request
}

// NewOrganisation is the input of AddDepartment and AddSupplier. A department may add a
// supplier's entry: By is that department; empty: the actor's own, where there is one.
type NewOrganisation struct {
	Name string
	By   ID
	Once Once
}

// NewProduct is the input of AddProduct.
type NewProduct struct {
	Supplier ID
	Name     string
	Summary  string
	Once     Once
}

// NewRelease is the input of AddRelease. The image comes from what was pushed for the
// product, by tag or digest, from the engine by name or id, or from a `docker save`
// archive; exactly one of the three. The images of a compose file come from the archive,
// where there is one, else from what its supplier pushed, or else from the engine, by the
// names that the file gives them.
type NewRelease struct {
	Product ID
	Version string
	Image   string
	Archive io.Reader
	// ArchiveSize is how many bytes its sender says it has at most; 0: nobody says.
	ArchiveSize int64
	Pushed      string // a tag of the product's repository, or a digest
	Port        int    // 0: the one port that the image, or Front in the compose file, declares
	Path        string
	Profile     string // empty: strict; standard with a compose file
	Env         []string
	Once        Once

	Compose     string // a compose file's text; empty: the release is one image
	ComposeName string // what refusals call the file; empty: compose.yaml
	Front       string // the service that answers; empty: the only one that declares a port

	Asks Ways // what departments are asked to open; the zero Ways: nothing

	Notes string // what is new in it: plain text, may be empty
	Needs string // what data it has to find; the same
}

// NewSBOM is the input of AddSBOM.
type NewSBOM struct {
	Release ID
	Name    string // what the file was called
	From    io.Reader
}

// NewTrial is the input of AddTrial and ChangeTrial. What is left empty gets the
// den's sensible answer.
type NewTrial struct {
	Department ID // empty: the actor's own, where there is one
	Name       string
	Question   string
	Scheme     SchemeRef
	Weights    map[string]float64 // only those that differ from the scheme's
	Size       string
	Length     Span
	Hours      *Hours // nil: the sandboxes run all the time
	Tasks      []string
	Measuring  Measuring
	Releases   []ID        // one entry each, in this order
	Agreed     map[ID]Ways // by release, of what it asks for; what is not here stays closed
	Evaluators []ID
	Rule       string // how the department will decide, in words
	Chair      ID     // who leads the consensus; empty: who sets the trial up
	Blind      bool   // evaluators see labels instead of names until quality is locked
	Rev        int64  // ChangeTrial: the revision that was changed; 0: whatever is there
	Once       Once
}

// NewScenario is the input of SetScenario.
type NewScenario struct {
	Name string // of the file
	From io.Reader
	Rev  int64 // 0: whatever is there
}

// Extension is the input of Extend and of AskForMore: longer by By, until Until, or as
// long as one may, one of the three.
type Extension struct {
	By    Span
	Until Stamp
	Most  bool // Extend: up to the ceiling, "until I am back"
	Why   string
	Rev   int64 // 0: whatever is there
}

// End is when a lease would end, and the field that says so. "Until I am back" is its
// ceiling and never beyond.
func (x Extension) End(l Lease) (field string, to Stamp) {
	switch {
	case x.Most:
		return "most", l.LatestEnd
	case x.By != 0:
		return "by", l.EndsAt.Add(x.By)
	}
	return "until", x.Until.UTC()
}

// NewAssessment is the input of SaveAssessment: the actor's scores for one entry.
// Unfinished ones are kept as they are; Submit demands a mark or "not tested", each
// with a reason, for every criterion that people score.
type NewAssessment struct {
	Trial  ID
	Entry  ID
	Scores map[string]Score
	Note   string
	Submit bool
	Rev    int64

	TaskNotes map[int]string // by place in the trial's list; what is not here stays
	Task      *TaskAct       // a step with one task besides; nil: none
}

// NewEvidence is the input of AddEvidence. A picture or a file comes as Content; a
// stretch of the log as lines From to To of what the product printed.
type NewEvidence struct {
	Trial     ID
	Entry     ID
	Criterion string // empty: about the whole
	Kind      EvidenceKind
	Name      string
	Content   io.Reader
	From, To  int
	Once      Once
}

// EvidenceRemoval is the input of RemoveEvidence.
type EvidenceRemoval struct {
	Trial    ID
	Entry    ID
	Evidence ID
	Why      string
}

// NewDeclaration is the input of Declare.
type NewDeclaration struct {
	Stake Stake
	Text  string
}

// NewConsequence is the input of DecideInterest.
type NewConsequence struct {
	Consequence Consequence
	Why         string
	Rev         int64
}

// NewAmendment is the input of Amend: what is nil stays.
type NewAmendment struct {
	Weights    map[string]float64 // those that change
	Tasks      *[]string
	Evaluators *[]ID
	Rule       *string
	Chair      *ID
	Why        string
	Rev        int64
}

// NewConsensus is the input of SaveConsensus: what is not here stays.
type NewConsensus struct {
	Agreed map[ID]map[string]Agreed // By and At are not read
	Rev    int64
}

// NewLock is the input of LockConsensus.
type NewLock struct {
	ByMeans bool // without agreeing: the means count
	Why     string
	Rev     int64
}

// NewDissent is the input of Dissent. Without a text the dissent is taken back.
type NewDissent struct {
	Entry     ID
	Criterion string
	Text      string
}

// NewPrice is the input of SetPrice.
type NewPrice struct {
	Entry ID
	Pence int64
	Basis string
}

// NewScheme is the input of AddScheme: the next version of a scheme, or the first of a
// new one. Its Version is given by the den.
type NewScheme struct {
	Scheme Scheme
	Why    string
	Once   Once
}

// NewCitation is the input of Cite.
type NewCitation struct {
	Trial ID // whose result is cited
	Why   string
}

// NewDecision is the input of Decide.
type NewDecision struct {
	Decision Decision
	Why      string
	Chosen   ID
	Route    Route // empty: not said
	Rev      int64
}

// Filter narrows a list. Empty fields do not narrow.
type Filter struct {
	Trial      ID
	Department ID
	Supplier   ID
	Product    ID
	State      TrialState
	Phase      Phase
	Request    RequestState
	Subject    ID     // events: about this
	Actor      ID     // events: by this person
	Act        string // events: "trial.started", or "trial." for all that begin so
	Since      Stamp  // events: not before
	Before     Stamp  // events: before
	Text       string // the register: words that name, department, question, product or finding must have; people: words of a name, or an address
	Newest     bool
	After      string
	Limit      int
}
