package bolt

import (
	"time"

	"innovationden/orchestrator/den"
)

// The whole file. Every record is a value (value.go) under its key. An index row is
// (row.go) what the index is asked for, then what orders it; it holds the record's key.
//
//	meta                      "schema" → version, 8 bytes big-endian
//	                          "step" → how far the step to that version is; none: it is whole
//	departments               id → Department
//	suppliers                 id → Supplier
//	products                  id → Product
//	releases                  id → Release
//	trials                    id → Trial
//	leases                    id → Lease
//	cells                     sandbox id → Cell
//	receipts                  lease id → Receipt
//	assessments               id → Assessment
//	outcomes                  trial id → Outcome
//	schemes                   "standard/2" → KeptScheme
//	declarations              id → Declaration
//	publications              trial id → Publication
//	replies                   id → Reply
//	consensuses               trial id → Consensus
//	people                    id → Person
//	tokens                    hash → Token
//	join_links                id → JoinLink
//	identities                SHA-256 of issuer and subject → Identity
//	logins                    person id → Login
//	notices                   id → Notice
//	answers                   key → Answer
//	shares                    id → Share
//	rules                     department id → Rules
//	requests                  id → Request
//	spendings                 department id, "/", month → Spending
//	mailboxes                 person id → Mailbox
//	deliveries                id → Delivery
//	challenges                id → Challenge
//	questions                 id → Question
//	interests                 id → Interest
//	repositories              name → Repository
//	preflights                id → Preflight
//	measurements              lease id → Measurement
//	loads                     id → LoadTest
//	clocks                    "clock" → Clock
//	index
//	├── products_by_supplier  … one bucket for each den.Index
//	├── leases_by_due         time-ordered ones: 8 bytes of time, then the key
//	├── events_by_subject     subject, position → nothing
//	└── events_by_actor       actor, position → nothing
//	counts                    table or index, 0, what it is asked for → how many, 8 bytes
//	record                    package ledger draws what is inside
//	├── leaves
//	├── hashes
//	├── head
//	└── values
//	sessions                  SHA-256 of the token → expiry, 8 bytes, then the data
//	sessions_by_expiry        expiry, 8 bytes, SHA-256 of the token → nothing

// version is the schema that this code writes.
const version = 3

var (
	metaBucket     = []byte("meta")
	schemaKey      = []byte("schema")
	indexBucket    = []byte("index")
	countsBucket   = []byte("counts")
	recordBucket   = []byte("record")
	leavesBucket   = []byte("leaves")
	hashesBucket   = []byte("hashes")
	headBucket     = []byte("head")
	valuesBucket   = []byte("values")
	sessionsBucket = []byte("sessions")
	expiryBucket   = []byte("sessions_by_expiry")
)

// kind says how the records of one table are kept.
type kind[T any] struct {
	name    string
	key     func(*T) den.ID
	rev     func(*T) *int64
	ends    func(*T) bool // writing it ends something, and so goes on when the disk is full
	indexes []index[T]
}

// index says what one index holds of a record: keys for one that is asked by key, at
// for a time-ordered one. Empty keys and zero times have no row.
type index[T any] struct {
	name    den.Index
	keys    func(*T) []string
	at      func(*T) time.Time
	order   func(*T) string // before the record's key; nil: nothing
	unique  string          // what to say when another record has the same key; empty: many may
	counted bool            // many records a key: the count is kept
}

// schema is every kind of record.
type schema struct {
	departments  kind[den.Department]
	suppliers    kind[den.Supplier]
	products     kind[den.Product]
	releases     kind[den.Release]
	trials       kind[den.Trial]
	leases       kind[den.Lease]
	cells        kind[den.Cell]
	receipts     kind[den.Receipt]
	assessments  kind[den.Assessment]
	outcomes     kind[den.Outcome]
	schemes      kind[den.KeptScheme]
	declarations kind[den.Declaration]
	publications kind[den.Publication]
	replies      kind[den.Reply]
	consensuses  kind[den.Consensus]
	people       kind[den.Person]
	tokens       kind[den.Token]
	joinLinks    kind[den.JoinLink]
	identities   kind[den.Identity]
	logins       kind[den.Login]
	notices      kind[den.Notice]
	answers      kind[den.Answer]
	shares       kind[den.Share]
	rules        kind[den.Rules]
	requests     kind[den.Request]
	spendings    kind[den.Spending]
	mailboxes    kind[den.Mailbox]
	deliveries   kind[den.Delivery]
	challenges   kind[den.Challenge]
	questions    kind[den.Question]
	interests    kind[den.Interest]

	repositories kind[den.Repository]
	preflights   kind[den.Preflight]

	measurements kind[den.Measurement]
	loads        kind[den.LoadTest]
	clocks       kind[den.Clock]
}

func newSchema() *schema {
	return &schema{
		departments: kind[den.Department]{name: "departments",
			key: func(d *den.Department) den.ID { return d.ID },
			rev: func(d *den.Department) *int64 { return &d.Rev }},
		suppliers: kind[den.Supplier]{name: "suppliers",
			key: func(s *den.Supplier) den.ID { return s.ID },
			rev: func(s *den.Supplier) *int64 { return &s.Rev }},
		products: kind[den.Product]{name: "products",
			key:     func(p *den.Product) den.ID { return p.ID },
			rev:     func(p *den.Product) *int64 { return &p.Rev },
			indexes: []index[den.Product]{by(den.ProductsBySupplier, func(p *den.Product) den.ID { return p.Supplier })}},
		releases: kind[den.Release]{name: "releases",
			key: func(r *den.Release) den.ID { return r.ID },
			rev: func(r *den.Release) *int64 { return &r.Rev },
			indexes: []index[den.Release]{
				by(den.ReleasesByProduct, func(r *den.Release) den.ID { return r.Product }),
				{name: den.ReleasesByImage, keys: func(r *den.Release) []string { return r.EveryImage() }},
				{name: den.ReleasesByPushed, keys: func(r *den.Release) []string { return r.EveryPushed() }}}},
		trials: kind[den.Trial]{name: "trials",
			key:  func(t *den.Trial) den.ID { return t.ID },
			rev:  func(t *den.Trial) *int64 { return &t.Rev },
			ends: func(t *den.Trial) bool { return t.State == den.TrialFinished || t.State == den.TrialCancelled },
			indexes: []index[den.Trial]{
				counted(by(den.TrialsByDepartment, func(t *den.Trial) den.ID { return t.Department })),
				counted(by(den.TrialsByState, func(t *den.Trial) den.TrialState { return t.State })),
				{name: den.TrialsByEvaluator, keys: func(t *den.Trial) []string { return words(t.Evaluators) }},
				{name: den.TrialsByReader, keys: readerKeys},
				by(den.TrialsByScenario, func(t *den.Trial) string { return t.Scenario.Hash }),
				counted(index[den.Trial]{name: den.TrialsByTried, keys: func(t *den.Trial) []string { return words(t.Tried) }})}},
		leases: leases(),
		cells: kind[den.Cell]{name: "cells",
			key: func(c *den.Cell) den.ID { return den.ID(c.Sandbox) },
			rev: func(c *den.Cell) *int64 { return &c.Rev }},
		receipts: kind[den.Receipt]{name: "receipts",
			key:  func(r *den.Receipt) den.ID { return r.Lease },
			rev:  func(r *den.Receipt) *int64 { return &r.Rev },
			ends: func(*den.Receipt) bool { return true },
			indexes: []index[den.Receipt]{
				by(den.ReceiptsByTrial, func(r *den.Receipt) den.ID { return r.Trial }),
				{name: den.ReceiptsByLog, at: loggedUntil}}},
		assessments: kind[den.Assessment]{name: "assessments",
			key: func(a *den.Assessment) den.ID { return a.ID },
			rev: func(a *den.Assessment) *int64 { return &a.Rev },
			indexes: []index[den.Assessment]{
				by(den.AssessmentsByTrial, func(a *den.Assessment) den.ID { return a.Trial }),
				by(den.AssessmentsByWriter, func(a *den.Assessment) den.ID { return a.Evaluator }),
				{name: den.AssessmentsByFile, keys: func(a *den.Assessment) []string { return a.Files() }}}},
		outcomes: kind[den.Outcome]{name: "outcomes",
			key: func(o *den.Outcome) den.ID { return o.Trial },
			rev: func(o *den.Outcome) *int64 { return &o.Rev }},
		schemes: kind[den.KeptScheme]{name: "schemes",
			key: func(s *den.KeptScheme) den.ID { return s.Key },
			rev: func(s *den.KeptScheme) *int64 { return &s.Rev }},
		publications: kind[den.Publication]{name: "publications",
			key:  func(p *den.Publication) den.ID { return p.Trial },
			rev:  func(p *den.Publication) *int64 { return &p.Rev },
			ends: func(p *den.Publication) bool { return !p.WithdrawnAt.IsZero() },
			indexes: []index[den.Publication]{
				{name: den.PublicationsByTime, at: publishedAt},
				{name: den.PublicationsByCited, keys: func(p *den.Publication) []string { return words(p.Cited()) }}}},
		replies: kind[den.Reply]{name: "replies",
			key:     func(r *den.Reply) den.ID { return r.ID },
			rev:     func(r *den.Reply) *int64 { return &r.Rev },
			indexes: []index[den.Reply]{by(den.RepliesByTrial, func(r *den.Reply) den.ID { return r.Trial })}},
		declarations: kind[den.Declaration]{name: "declarations",
			key:     func(d *den.Declaration) den.ID { return d.ID },
			rev:     func(d *den.Declaration) *int64 { return &d.Rev },
			indexes: []index[den.Declaration]{by(den.DeclarationsByTrial, func(d *den.Declaration) den.ID { return d.Trial })}},
		consensuses: kind[den.Consensus]{name: "consensuses",
			key: func(c *den.Consensus) den.ID { return c.Trial },
			rev: func(c *den.Consensus) *int64 { return &c.Rev }},
		people: kind[den.Person]{name: "people",
			key:  func(p *den.Person) den.ID { return p.ID },
			rev:  func(p *den.Person) *int64 { return &p.Rev },
			ends: func(p *den.Person) bool { return p.Left }},
		tokens: kind[den.Token]{name: "tokens",
			key: func(t *den.Token) den.ID { return den.ID(t.Hash) },
			rev: func(t *den.Token) *int64 { return &t.Rev },
			indexes: []index[den.Token]{{name: den.TokensByPerson,
				keys:  func(t *den.Token) []string { return words([]den.ID{t.Person}) },
				order: func(t *den.Token) string { return string(t.ID) }}}},
		joinLinks: kind[den.JoinLink]{name: "join_links",
			key: func(j *den.JoinLink) den.ID { return j.ID },
			rev: func(j *den.JoinLink) *int64 { return &j.Rev },
			indexes: []index[den.JoinLink]{
				by(den.JoinLinksByHash, func(j *den.JoinLink) string { return j.Hash }),
				by(den.JoinLinksByIn, func(j *den.JoinLink) den.ID { return j.Place() })}},
		identities: kind[den.Identity]{name: "identities",
			key:     func(i *den.Identity) den.ID { return i.ID },
			rev:     func(i *den.Identity) *int64 { return &i.Rev },
			indexes: []index[den.Identity]{by(den.IdentitiesByPerson, func(i *den.Identity) den.ID { return i.Person })}},
		logins: logins(),
		notices: kind[den.Notice]{name: "notices",
			key: func(n *den.Notice) den.ID { return n.ID },
			rev: func(n *den.Notice) *int64 { return &n.Rev },
			indexes: []index[den.Notice]{
				{name: den.NoticesByDue, at: func(n *den.Notice) time.Time { return n.DueAt }},
				by(den.NoticesByTo, func(n *den.Notice) den.ID { return n.To })}},
		shares: kind[den.Share]{name: "shares",
			key:  func(s *den.Share) den.ID { return s.ID },
			rev:  func(s *den.Share) *int64 { return &s.Rev },
			ends: func(s *den.Share) bool { return !s.TakenAt.IsZero() },
			indexes: []index[den.Share]{
				by(den.SharesByTrial, func(s *den.Share) den.ID { return s.Trial }),
				by(den.SharesByGuest, func(s *den.Share) den.ID { return s.With }),
				by(den.SharesByHash, func(s *den.Share) string { return s.Hash })}},
		answers: kind[den.Answer]{name: "answers",
			key:     func(a *den.Answer) den.ID { return den.ID(a.Key) },
			rev:     func(a *den.Answer) *int64 { return &a.Rev },
			indexes: []index[den.Answer]{{name: den.AnswersByTime, at: func(a *den.Answer) time.Time { return a.At }}}},
		rules: kind[den.Rules]{name: "rules",
			key: func(r *den.Rules) den.ID { return r.Department },
			rev: func(r *den.Rules) *int64 { return &r.Rev }},
		requests: requests(),
		spendings: kind[den.Spending]{name: "spendings",
			key:  func(s *den.Spending) den.ID { return s.ID },
			rev:  func(s *den.Spending) *int64 { return &s.Rev },
			ends: func(*den.Spending) bool { return true }}, // written when a sandbox stops running
		mailboxes: kind[den.Mailbox]{name: "mailboxes",
			key: func(m *den.Mailbox) den.ID { return m.Person },
			rev: func(m *den.Mailbox) *int64 { return &m.Rev }},
		deliveries: deliveries(),
		challenges: kind[den.Challenge]{name: "challenges",
			key: func(c *den.Challenge) den.ID { return c.ID },
			rev: func(c *den.Challenge) *int64 { return &c.Rev },
			indexes: []index[den.Challenge]{
				by(den.ChallengesByDepartment, func(c *den.Challenge) den.ID { return c.Department }),
				by(den.ChallengesByState, func(c *den.Challenge) den.ChallengeState { return c.State }),
				{name: den.ChallengesByDue, at: func(c *den.Challenge) time.Time { return c.DueAt }}}},
		questions: kind[den.Question]{name: "questions",
			key:     func(q *den.Question) den.ID { return q.ID },
			rev:     func(q *den.Question) *int64 { return &q.Rev },
			indexes: []index[den.Question]{by(den.QuestionsByChallenge, func(q *den.Question) den.ID { return q.Challenge })}},
		interests: kind[den.Interest]{name: "interests",
			key: func(i *den.Interest) den.ID { return i.ID },
			rev: func(i *den.Interest) *int64 { return &i.Rev },
			indexes: []index[den.Interest]{
				by(den.InterestsByChallenge, func(i *den.Interest) den.ID { return i.Challenge }),
				by(den.InterestsBySupplier, func(i *den.Interest) den.ID { return i.Supplier })}},
		repositories: kind[den.Repository]{name: "repositories",
			key: func(r *den.Repository) den.ID { return r.Name },
			rev: func(r *den.Repository) *int64 { return &r.Rev },
			indexes: []index[den.Repository]{
				by(den.RepositoriesByProduct, func(r *den.Repository) den.ID { return r.Product }),
				by(den.RepositoriesBySupplier, func(r *den.Repository) den.ID { return r.Supplier }),
				by(den.RepositoriesByOwner, func(r *den.Repository) string { return r.Owner() })}},
		preflights: kind[den.Preflight]{name: "preflights",
			key:  func(p *den.Preflight) den.ID { return p.ID },
			rev:  func(p *den.Preflight) *int64 { return &p.Rev },
			ends: func(p *den.Preflight) bool { return p.State != den.PreflightRunning },
			indexes: []index[den.Preflight]{
				by(den.PreflightsByRelease, func(p *den.Preflight) den.ID { return p.Release }),
				by(den.PreflightsByState, func(p *den.Preflight) den.PreflightState { return p.State })}},
		measurements: kind[den.Measurement]{name: "measurements",
			key: func(m *den.Measurement) den.ID { return m.Lease },
			rev: func(m *den.Measurement) *int64 { return &m.Rev }},
		loads: kind[den.LoadTest]{name: "loads",
			key: func(l *den.LoadTest) den.ID { return l.ID },
			rev: func(l *den.LoadTest) *int64 { return &l.Rev },
			indexes: []index[den.LoadTest]{
				by(den.LoadsByTrial, func(l *den.LoadTest) den.ID { return l.Trial }),
				by(den.LoadsByState, func(l *den.LoadTest) den.LoadState { return l.State })}},
		clocks: kind[den.Clock]{name: "clocks",
			key: func(c *den.Clock) den.ID { return c.ID },
			rev: func(c *den.Clock) *int64 { return &c.Rev }},
	}
}

func requests() kind[den.Request] {
	return kind[den.Request]{name: "requests",
		key:  func(r *den.Request) den.ID { return r.ID },
		rev:  func(r *den.Request) *int64 { return &r.Rev },
		ends: func(r *den.Request) bool { return r.State != den.RequestOpen && r.State != den.RequestAgreed },
		indexes: []index[den.Request]{
			counted(by(den.RequestsByState, func(r *den.Request) den.RequestState { return r.State })),
			by(den.RequestsByDepartment, func(r *den.Request) den.ID { return r.Department }),
			by(den.RequestsByTrial, func(r *den.Request) den.ID { return r.Trial }),
			{name: den.RequestsByLapse, at: func(r *den.Request) time.Time {
				if r.State != den.RequestOpen {
					return time.Time{}
				}
				return r.LapsesAt
			}},
		}}
}

func deliveries() kind[den.Delivery] {
	return kind[den.Delivery]{name: "deliveries",
		key: func(d *den.Delivery) den.ID { return d.ID },
		rev: func(d *den.Delivery) *int64 { return &d.Rev },
		indexes: []index[den.Delivery]{
			{name: den.DeliveriesByDue, at: func(d *den.Delivery) time.Time {
				if d.State != den.DeliveryWaits {
					return time.Time{}
				}
				return d.DueAt
			}},
			counted(by(den.DeliveriesByState, func(d *den.Delivery) den.DeliveryState { return d.State })),
			by(den.DeliveriesByNotice, func(d *den.Delivery) den.ID { return d.Notice }),
		}}
}

func logins() kind[den.Login] {
	name := by(den.LoginsByName, func(l *den.Login) string { return l.Name })
	name.unique = "Somebody signs in with this email address already. Enter another."
	return kind[den.Login]{name: "logins",
		key:     func(l *den.Login) den.ID { return l.Person },
		rev:     func(l *den.Login) *int64 { return &l.Rev },
		indexes: []index[den.Login]{name}}
}

func leases() kind[den.Lease] {
	name := by(den.LeasesByName, func(l *den.Lease) string { return l.Name })
	name.unique = "Another sandbox has this name already. Choose a different name."
	return kind[den.Lease]{name: "leases",
		key: func(l *den.Lease) den.ID { return l.ID },
		rev: func(l *den.Lease) *int64 { return &l.Rev },
		ends: func(l *den.Lease) bool {
			return l.EndAsked != nil || l.Phase == den.Ending || l.Phase == den.Ended || l.Phase == den.Refused
		},
		indexes: []index[den.Lease]{
			by(den.LeasesByTrial, func(l *den.Lease) den.ID { return l.Trial }),
			counted(by(den.LeasesByDepartment, func(l *den.Lease) den.ID { return l.Department })),
			counted(by(den.LeasesBySupplier, func(l *den.Lease) den.ID { return l.Supplier })),
			counted(by(den.LeasesByPhase, func(l *den.Lease) den.Phase { return l.Phase })),
			name,
			by(den.LeasesBySandbox, func(l *den.Lease) string { return l.Sandbox }),
			{name: den.LeasesByDue, at: dueAt},
			counted(by(den.LeasesByHolding, heldSize)),
			by(den.LeasesByOpen, openDepartment),
		}}
}

// each visits every table.
func (s *schema) each(visit func(checked)) {
	for _, k := range []checked{s.departments, s.suppliers, s.products, s.releases, s.trials, s.leases, s.cells,
		s.receipts, s.assessments, s.outcomes, s.schemes, s.declarations, s.publications, s.replies, s.consensuses, s.people, s.tokens, s.joinLinks, s.identities, s.logins, s.notices, s.answers, s.shares,
		s.rules, s.requests, s.spendings, s.mailboxes, s.deliveries,
		s.challenges, s.questions, s.interests,
		s.repositories, s.preflights, s.measurements, s.loads, s.clocks} {
		visit(k)
	}
}
