package den

// TrialView is a trial with what belongs to it, as one actor may see it.
type TrialView struct {
	Trial
	DepartmentName string
	Scheme         Scheme
	SizeTitle      string
	Entries        []EntryView
	Outcome        *Outcome    // nil before the first submitted assessment
	Veiled         bool        // the actor sees labels instead of names
	Declared       Declaration // the actor's own; without ID: none yet
	Locked         bool        // quality is locked
	Priced         []ID        // entries whose price was entered
	Assessments    []AssessmentView
	Pence          int64   // what it costs, or has cost, in pence
	Ruling         *Ruling // a draft that was read alone: how its start would go on
	ChallengeTitle string
	May            map[Action]bool
}

// EntryView is an entry with its names and its sandbox.
type EntryView struct {
	Entry
	ProductName  string
	SupplierName string
	Version      string
	Asks         Ways         // what its release asks the department to open
	Needs        string       // what data its release has to find, in its supplier's words
	Sandbox      *SandboxView // nil before the start
	Replaced     []Lease      // of sandboxes that ran an earlier release, oldest first
}

// AssessmentView is an assessment with its writer's name. Scores of others are only
// there once they were submitted.
type AssessmentView struct {
	Assessment
	EvaluatorName string
	Earlier       bool   // it was saved before its entry was renewed: it is of an earlier release
	Version       string // of that release; empty where it is not an earlier one, or hidden
}

// ProtocolView is what was locked at the start of a trial, and what was amended since.
type ProtocolView struct {
	Trial      TrialView
	Locked     bool
	Hash       string // of Sealed; empty before the start
	At         Stamp
	Event      uint64 // position in the record
	EventID    ID
	Sealed     string // what was hashed; empty where it would tell names too soon
	Amendments []Amendment
	People     map[ID]string // names of evaluators and chair
}

// DeclarationView is a declaration with names.
type DeclarationView struct {
	Declaration
	EvaluatorName string
	DecidedByName string
}

// ConsensusView is everything that the panel looks at together.
type ConsensusView struct {
	Trial      TrialView
	Consensus  Consensus // without prices until it is locked
	Entries    []ConsensusEntry
	Agreement  *Agreement
	Waiting    []string // evaluators who have not submitted everything
	MayLead    bool
	MayDissent bool
	Open       int // criteria of entries without an agreed score
}

// ConsensusEntry is one entry with its criteria.
type ConsensusEntry struct {
	Entry    EntryView
	Criteria []ConsensusCriterion
}

// ConsensusCriterion is every score of one criterion for one entry, side by side.
type ConsensusCriterion struct {
	Criterion Criterion
	Scores    []ScoreSeen
	Middle    Figure
	Suggested *Agreed // where all agree, or the middle is a whole mark
	Unanimous bool
	Agreed    *Agreed
	Dissents  []Dissent
}

// ScoreSeen is one evaluator's score beside the others'.
type ScoreSeen struct {
	Score
	Evaluator ID
	Name      string
	Evidence  []Evidence
	Outlier   bool
}

// Summary is the assessment summary of one entry, for its supplier.
type Summary struct {
	Trial          ID
	TrialName      string
	DepartmentName string
	Entry          EntryView
	Scheme         SchemeRef
	SchemeTitle    string
	Total          float64
	Low, High      float64
	Rank           int
	Ranked         int // how many entries are ranked
	Screened       bool
	Below          []string // titles of criteria whose minimum it missed
	Price          *Price
	Rows           []SummaryRow
	Decision       Decision
	Chosen         bool // it is the entry to proceed with
	Why            string
	At             Stamp
}

// SummaryRow is one criterion of a summary.
type SummaryRow struct {
	Theme     string
	Criterion string
	Title     string
	Question  string
	Weight    float64 // in the trial's protocol
	ScoredBy  ScoredBy
	Available int      // marks available
	Mark      *float64 // nil: not tested
	Anchor    string   // what that mark means; empty where it lies between two
	Reasons   []string
	WhyNot    string // why not higher: what the next mark would have needed
}

// SandboxView is a lease with its names, its address and its place in the queue.
type SandboxView struct {
	Lease
	TrialName    string
	ProductName  string
	SupplierName string
	Version      string
	URL          string // its address; empty until there is one
	Place        int    // in the queue, from 1; 0: not in it
	Asks         Ways   // what its release asked for
	Veiled       bool   // the actor sees a label instead of names
	May          map[Action]bool
}

// SandboxUse is what a sandbox uses, measured now.
type SandboxUse struct {
	Memory      int64
	MemoryLimit int64
	CPU         Span // processor time since it started
	Pids        int64
	Disk        int64
	OOMs        int64
	LogHeld     Span // how long the product had to wait because it wrote to its log too quickly
	At          Stamp
}

// ProductView is a product with its supplier's name and its releases.
type ProductView struct {
	Product
	SupplierName string
	Known        Known            // where one product is read
	Releases     []Release        // the newest first
	Repository   string           // under which its images are pushed
	Flown        map[ID]Preflight // the last preflight of each release that has one
	May          map[Action]bool
}

// Home is what needs an actor's attention.
type Home struct {
	Requests  []RequestView // that the actor can decide on
	Trials    []TrialView   // running or in draft, that the actor may read
	Ending    []SandboxView // that end within a day
	ToAssess  []TrialView   // where the actor's assessment is outstanding
	ToDecide  []TrialView   // where there is an outcome, and no decision yet
	Sandboxes []SandboxView // of the actor's suppliers
	Notices   []NoticeView  // not read yet

	ToAnswer []ChallengeLine // of the actor's departments, with questions that wait
	Answers  []ChallengeLine // of the actor's departments, that suppliers answered
	ForYou   []ChallengeLine // that fit the products of the actor's suppliers, or to which they were invited
}

// HostView is what the operator sees.
type HostView struct {
	Up         bool   // the engine answers
	Engine     string // name and version
	API        string
	OS         string
	Kernel     string
	CPUs       int
	Memory     int64
	DiskFree   int64 // bytes where the engine keeps its data; -1: not known
	DataFree   int64 // bytes where the den keeps its records; -1: not known
	CertEnds   Stamp // when the certificate that the den shows runs out; zero: it speaks no HTTPS itself
	InForce    []InForce
	Warnings   []string
	Live       int
	Starting   int
	Queue      int
	Room       int // how many may run at once
	CellsReady int
	CellsWant  int
	WarmReady  int   // warm instances
	WarmMemory int64 // bytes that they may take together, by the bounds of their sizes; 0: there are none
	WarmHits   int64 // launches since the start that took a warm instance
	WarmMisses int64 // launches since the start that could have
	Pushed     int   // images that were pushed and that releases are made of; 0: not counted yet
	Away       int   // how many of them left the engine, because nothing needs them
	LastPass   Stamp
	LastSweep  Stamp
	Head       Head
	Posted     Posted // of the record's signed state
	Backup     Backup // the last one that is known
	BackupPlan Span   // between two backups; zero: they are made on demand only
	StartedAt  Stamp
	Version    string
}

// InForce is one protection and whether it holds on this host.
type InForce struct {
	Name string
	Yes  bool
	Say  string
}

// Orphan is something of this installation that no record asks for.
type Orphan struct {
	Sandbox    string
	Containers []string
	Networks   []string
	Volumes    []string
	Youngest   Stamp
	Young      bool // within the grace: not touched yet
	Removed    bool
}

// Swept is what a sweep found, and what it did about it.
type Swept struct {
	Orphans []Orphan
	Images  []IdleImage // images that leave the engine, or would
}

// IdleImage is an image on the engine that nothing needs.
type IdleImage struct {
	Image  string
	Pushed bool  // a release is made of it, and the next launch brings it back; else no release is
	Since  Stamp // when the den first saw that nothing needs it
	State  ImageState
}

// ImageState is what a sweep does about an image that nothing needs.
type ImageState string

// The states of an image that nothing needs.
const (
	ImageYoung   ImageState = "young"   // within the grace: not touched yet
	ImageDue     ImageState = "due"     // this sweep would remove it
	ImageLater   ImageState = "later"   // a later sweep would: one removes so many
	ImageRemoved ImageState = "removed" // it left
	ImageStays   ImageState = "stays"   // it could not be removed
)

// RulesView is a department's rules with what they stand on.
type RulesView struct {
	Rules
	DepartmentName string
	Offered        []Size // the sizes of this den, with their prices
	DenLongest     Span   // no rule allows longer
	May            map[Action]bool
}

// BudgetView is what a department has used of its month.
type BudgetView struct {
	RulesView
	Month     string
	MonthEnds Stamp
	Pence     int64 // until now, what runs included
	Ran       Span
	Promised  int64 // pence that what runs will still cost to its end
	Sandboxes int   // that wait or run
	BySize    []SizeSpent
	Before    []Spending // the months before, the latest first
}

// SizeSpent is what sandboxes of one size have used this month.
type SizeSpent struct {
	Size  Size
	Ran   Span
	Pence int64
}

// RequestView is a request with its names.
type RequestView struct {
	Request
	DepartmentName string
	TrialName      string
	ProductName    string // an extension: of the sandbox
	EndsAt         Stamp  // an extension: the end now
	Products       []string
	Size           string
	Length         Span
	May            map[Action]bool // DecideRequest: by this actor, now
}

// NoticeView is a notice as one person finds it.
type NoticeView struct {
	Notice
	IsRead bool
	Path   string // of the page of what it is about; empty: none
}

// MailboxView is how a person is told, and by which channels this den can tell anybody.
type MailboxView struct {
	Mailbox
	Email string
	Ways  []Channel
}

// DeliveryView is a delivery with its names, for the operator.
type DeliveryView struct {
	Delivery
	PersonName string
	Title      string
	Kind       NoticeKind
}
