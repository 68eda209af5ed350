package den

import (
	"context"
	"time"
)

// Store keeps every record. It is safe for use by many goroutines. A function given
// to it may run twice, so it takes ids, times and secrets from outside and touches
// nothing but tx; it must not open another transaction.
type Store interface {
	// View gives a consistent reading of one moment.
	View(ctx context.Context, read func(Tx) error) error
	// Update does all of change or nothing. When it returns nil the change
	// survives a power cut. Full when the disk is, Internal when the file is broken.
	Update(ctx context.Context, change func(Tx) error) error
}

// Tx is one transaction. It is used by one goroutine and not after it has ended.
type Tx interface {
	Departments() Table[Department]
	Suppliers() Table[Supplier]
	Products() Table[Product]
	Releases() Table[Release]
	Trials() Table[Trial]
	Leases() Table[Lease]
	Cells() Table[Cell]
	Receipts() Table[Receipt]
	Assessments() Table[Assessment]
	Outcomes() Table[Outcome]
	Schemes() Table[KeptScheme]
	Declarations() Table[Declaration]
	Publications() Table[Publication]
	Replies() Table[Reply]
	Consensuses() Table[Consensus]
	People() Table[Person]
	Tokens() Table[Token]
	JoinLinks() Table[JoinLink]
	Identities() Table[Identity]
	Logins() Table[Login]
	Notices() Table[Notice]
	Answers() Table[Answer]
	Shares() Table[Share]
	Rules() Table[Rules]
	Requests() Table[Request]
	Spendings() Table[Spending]
	Mailboxes() Table[Mailbox]
	Deliveries() Table[Delivery]
	Challenges() Table[Challenge]
	Questions() Table[Question]
	Interests() Table[Interest]
	Repositories() Table[Repository]
	Preflights() Table[Preflight]
	Measurements() Table[Measurement]
	Loads() Table[LoadTest]
	Clocks() Table[Clock]

	// Record appends an event to the tamper-evident record and returns its
	// position.
	Record(Event) (uint64, error)
	// Forget takes a person's names out of the record and leaves their hashes: by is the
	// position of the event of this transaction that says so. It returns how many.
	Forget(person ID, by uint64, at Stamp) (int, error)
	// Events lists events: all of them, or of EventsBySubject, EventsByActor.
	Events(Query) (Page[Event], error)
	// Event reads one by its position. NotFound.
	Event(seq uint64) (Event, error)
	// Head is the size and the root of the record now.
	Head() (Head, error)
	// Prove makes the proof of one event against the record as it is now, without a
	// checkpoint. NotFound.
	Prove(seq uint64) (Proof, error)
}

// Head is the state of the tamper-evident record: how many events, and the Merkle
// root (RFC 6962) over them, in hex.
type Head struct {
	Size uint64 `json:"size"`
	Root string `json:"root"`
}

// Table keeps the records of one kind by key. A record's key is its ID; a Token's is
// its Hash, a Cell's its Sandbox, an Outcome's its Trial, a Receipt's its Lease, an
// Answer's its Key, that of Rules their Department, a Measurement's its Lease, a Mailbox's its Person,
// a Repository's its Name.
type Table[T any] interface {
	// Get reads one. NotFound.
	Get(key ID) (T, error)
	// Put writes one and keeps every index of it. Its Rev must be that of the
	// stored record, or 0 for a new one: otherwise Stale. It returns the record
	// with its new Rev.
	Put(T) (T, error)
	// Delete removes one; deleting what is not there succeeds.
	Delete(key ID) error
	// List reads a page. Without an index it goes by key, which is the order of
	// making. Invalid for a cursor that is not of this list.
	List(Query) (Page[T], error)
	// Count says how many a List of q would give, without a limit.
	Count(q Query) (int, error)
}

// Query says what to list.
type Query struct {
	Index  Index
	Key    string    // what the index is asked for; empty for time-ordered ones
	Any    []Ask     // instead of Index and Key: what any of these lists has, each record once, in the order of making; a cursor holds for all keys of the same indexes
	Past   time.Time // time-ordered ones: only what is due later than that
	Until  time.Time // time-ordered ones: only what is due by then
	Newest bool      // latest first
	After  string    // cursor: Page.Next of the page before
	Limit  int       // 0: 50; at most 1,000
}

// Ask is one list that a Query is made of: an index by key, and what it is asked for.
type Ask struct {
	Index Index
	Key   string
}

// Page is one stretch of a list. Next is empty at its end.
type Page[T any] struct {
	Items    []T
	Next     string
	LookedTo Stamp // events of a use case: that of the last one looked at, where it looked at no more for this page; else zero
}

// Index names an index. All of one key go in the order of making, unless said
// otherwise.
type Index string

// The indexes.
const (
	ProductsBySupplier  Index = "products_by_supplier"
	ReleasesByProduct   Index = "releases_by_product"
	ReleasesByImage     Index = "releases_by_image"
	TrialsByDepartment  Index = "trials_by_department"
	TrialsByState       Index = "trials_by_state"
	TrialsByEvaluator   Index = "trials_by_evaluator"
	TrialsByReader      Index = "trials_by_reader"   // ReaderKey of its department, of itself and of each evaluator
	TrialsByScenario    Index = "trials_by_scenario" // hash of its data
	TrialsByTried       Index = "trials_by_tried"    // each product of Tried
	LeasesByTrial       Index = "leases_by_trial"
	LeasesByDepartment  Index = "leases_by_department"
	LeasesBySupplier    Index = "leases_by_supplier"
	LeasesByPhase       Index = "leases_by_phase"
	LeasesByName        Index = "leases_by_name"
	LeasesBySandbox     Index = "leases_by_sandbox"
	LeasesByDue         Index = "leases_by_due"     // time-ordered by DueAt; final ones are not in it
	LeasesByHolding     Index = "leases_by_holding" // size, of those that hold a sandbox or are about to
	LeasesByOpen        Index = "leases_by_open"    // department, of those that are not over
	ReceiptsByTrial     Index = "receipts_by_trial"
	ReceiptsByLog       Index = "receipts_by_log" // time-ordered by EndedAt; those whose log was removed are not in it
	AssessmentsByTrial  Index = "assessments_by_trial"
	AssessmentsByWriter Index = "assessments_by_writer" // evaluator id
	AssessmentsByFile   Index = "assessments_by_file"   // hash of each piece of evidence
	DeclarationsByTrial Index = "declarations_by_trial"
	PublicationsByTime  Index = "publications_by_time"  // time-ordered by At; withdrawn ones are not in it
	PublicationsByCited Index = "publications_by_cited" // trials that a published decision stands on; withdrawn ones are not in it
	RepliesByTrial      Index = "replies_by_trial"
	TokensByPerson      Index = "tokens_by_person"
	JoinLinksByHash     Index = "join_links_by_hash"
	JoinLinksByIn       Index = "join_links_by_in"
	IdentitiesByPerson  Index = "identities_by_person"
	LoginsByName        Index = "logins_by_name"
	NoticesByDue        Index = "notices_by_due" // time-ordered by DueAt; sent ones are not in it
	NoticesByTo         Index = "notices_by_to"
	EventsBySubject     Index = "events_by_subject" // Subject and About
	EventsByActor       Index = "events_by_actor"
	LoadsByTrial        Index = "loads_by_trial"
	LoadsByState        Index = "loads_by_state"
	SharesByTrial       Index = "shares_by_trial"
	SharesByGuest       Index = "shares_by_guest" // With; links are not in it
	SharesByHash        Index = "shares_by_hash"  // of links
	AnswersByTime       Index = "answers_by_time" // time-ordered by At

	RequestsByState        Index = "requests_by_state"
	RequestsByDepartment   Index = "requests_by_department"
	RequestsByTrial        Index = "requests_by_trial"
	RequestsByLapse        Index = "requests_by_lapse" // time-ordered by LapsesAt; only open ones are in it
	DeliveriesByDue        Index = "deliveries_by_due" // time-ordered by DueAt; only waiting ones are in it
	DeliveriesByState      Index = "deliveries_by_state"
	DeliveriesByNotice     Index = "deliveries_by_notice"
	ChallengesByDepartment Index = "challenges_by_department"
	ChallengesByState      Index = "challenges_by_state"
	ChallengesByDue        Index = "challenges_by_due" // time-ordered by DueAt
	QuestionsByChallenge   Index = "questions_by_challenge"
	InterestsByChallenge   Index = "interests_by_challenge"
	InterestsBySupplier    Index = "interests_by_supplier"

	ReleasesByPushed       Index = "releases_by_pushed" // repository@digest of each image that was pushed
	RepositoriesByProduct  Index = "repositories_by_product"
	RepositoriesBySupplier Index = "repositories_by_supplier"
	RepositoriesByOwner    Index = "repositories_by_owner" // the first part of the name
	PreflightsByRelease    Index = "preflights_by_release"
	PreflightsByState      Index = "preflights_by_state"
)

// Answer remembers what a repeated request was answered, so that the same key and
// body give the same thing and the same key with another body is refused.
type Answer struct {
	Key  string // actor and Idempotency-Key
	Body string // hex SHA-256 of the request
	ID   ID     // what was made
	At   Stamp
	Rev  int64
}
