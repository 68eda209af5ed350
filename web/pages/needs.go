package pages

import (
	"context"
	"io"
	"net/http"
	"time"

	"innovationden/orchestrator/den"
	"innovationden/web/gateway"
)

// Techmap is what the pages need of suppliers and products.
type Techmap interface {
	Departments(context.Context, den.Actor, den.Filter) (den.Page[den.Department], error)
	Suppliers(context.Context, den.Actor, den.Filter) (den.Page[den.Supplier], error)
	Find(context.Context, den.Actor, den.Search) (den.Found, error)
	Coverage(context.Context, den.Actor) (den.Coverage, error)
	ExportTechmap(ctx context.Context, a den.Actor, of den.Sheet, to io.Writer) error
	ImportTechmap(ctx context.Context, a den.Actor, of den.Sheet, from io.Reader) (den.Imported, error)
	Supplier(context.Context, den.Actor, den.ID) (den.SupplierView, error)
	ChangeSupplier(context.Context, den.Actor, den.ID, den.SupplierChange) (den.SupplierView, error)
	Overview(ctx context.Context, a den.Actor, supplier den.ID) (den.Overview, error)
	HandOver(ctx context.Context, a den.Actor, id den.ID, rev int64) (den.SupplierView, error)
	Products(context.Context, den.Actor, den.Filter) (den.Page[den.ProductView], error)
	ChangeProduct(context.Context, den.Actor, den.ID, den.ProductChange) (den.ProductView, error)
	Product(context.Context, den.Actor, den.ID) (den.ProductView, error)
	People(context.Context, den.Actor, den.Filter) (den.Page[den.Person], error)
	AddDepartment(context.Context, den.Actor, den.NewOrganisation) (den.Department, error)
	AddSupplier(context.Context, den.Actor, den.NewOrganisation) (den.Supplier, error)
	AddProduct(context.Context, den.Actor, den.NewProduct) (den.Product, error)
	AddRelease(context.Context, den.Actor, den.NewRelease) (den.Release, error)
	Pushed(context.Context, den.Actor, den.ID) ([]den.Push, error)
	Preflight(context.Context, den.Actor, den.NewPreflight) (den.PreflightView, error)
	PreflightOf(ctx context.Context, a den.Actor, preflight den.ID) (den.PreflightView, error)
	Preflights(ctx context.Context, a den.Actor, release den.ID) ([]den.PreflightView, error)
	Release(context.Context, den.Actor, den.ID) (den.Release, error)
	ReleaseOf(context.Context, den.Actor, den.ID) (den.ReleaseView, error)
	AddSBOM(context.Context, den.Actor, den.NewSBOM) (den.SBOMView, error)
	SBOM(ctx context.Context, a den.Actor, release den.ID) (den.SBOMView, error)
	// SBOMFile is for its caller to close.
	SBOMFile(ctx context.Context, a den.Actor, release den.ID) (den.SBOMView, io.ReadCloser, error)
}

// Settings are the configured things that a trial is made of.
type Settings interface {
	Schemes() []den.Scheme
	Scheme(den.SchemeRef) (den.Scheme, error)
	Vocabulary() den.Vocabulary
	Sizes() []den.Size
	Lengths() (def, most den.Span)
}

// Trials is what the pages need of trials.
type Trials interface {
	Home(context.Context, den.Actor) (den.Home, error)
	Trials(context.Context, den.Actor, den.Filter) (den.Page[den.TrialView], error)
	Trial(context.Context, den.Actor, den.ID) (den.TrialView, error)
	AddTrial(context.Context, den.Actor, den.NewTrial) (den.TrialView, error)
	ChangeTrial(context.Context, den.Actor, den.ID, den.NewTrial) (den.TrialView, error)
	StartTrial(ctx context.Context, a den.Actor, id den.ID, rev int64, once den.Once) (den.TrialView, error)
	CancelTrial(ctx context.Context, a den.Actor, id den.ID, why string, rev int64) (den.TrialView, error)
	// SetScenario gives a draft the data that every entry finds; DropScenario takes it away.
	SetScenario(context.Context, den.Actor, den.ID, den.NewScenario) (den.TrialView, error)
	DropScenario(ctx context.Context, a den.Actor, id den.ID, rev int64) (den.TrialView, error)
	EndTrial(ctx context.Context, a den.Actor, id den.ID, why string, rev int64) (den.TrialView, error)
	ExtendTrial(context.Context, den.Actor, den.ID, den.Extension) (den.TrialView, error)
}

// Sandboxes is what the pages need of sandboxes, addressed by lease.
type Sandboxes interface {
	Sandboxes(context.Context, den.Actor, den.Filter) (den.Page[den.SandboxView], error)
	Sandbox(context.Context, den.Actor, den.ID) (den.SandboxView, error)
	Logs(ctx context.Context, a den.Actor, id den.ID, limit int) ([]byte, error)
	// ServiceLogs is Logs of one service of a stack.
	ServiceLogs(ctx context.Context, a den.Actor, id den.ID, service string, limit int) ([]byte, error)
	Use(context.Context, den.Actor, den.ID) (den.SandboxUse, error)
	End(ctx context.Context, a den.Actor, id den.ID, why string, rev int64) (den.SandboxView, error)
	Extend(context.Context, den.Actor, den.ID, den.Extension) (den.SandboxView, error)
	Restart(ctx context.Context, a den.Actor, id den.ID, why string, rev int64) (den.SandboxView, error)
	Pause(ctx context.Context, a den.Actor, id den.ID, rev int64) (den.SandboxView, error)
	Resume(ctx context.Context, a den.Actor, id den.ID, rev int64) (den.SandboxView, error)
	Receipt(context.Context, den.Actor, den.ID) (den.Receipt, error)
	// Mails are the newest that its product sent, oldest first.
	Mails(context.Context, den.Actor, den.ID) ([]den.Mail, error)
}

// Renewals is what the pages need of new releases in running trials. Each is addressed by the
// sandbox that it would replace.
type Renewals interface {
	Renewals(ctx context.Context, a den.Actor, sandbox den.ID) (den.RenewalsView, error)
	Propose(ctx context.Context, a den.Actor, sandbox den.ID, in den.NewRenewal) (den.RenewalsView, error)
	WithdrawRenewal(ctx context.Context, a den.Actor, sandbox den.ID, rev int64) (den.RenewalsView, error)
	AgreeRenewal(ctx context.Context, a den.Actor, sandbox den.ID, in den.RenewalDecision) (den.RenewalsView, error)
	RefuseRenewal(ctx context.Context, a den.Actor, sandbox den.ID, in den.RenewalDecision) (den.RenewalsView, error)
}

// Shares is what the pages need to let in who could not come otherwise.
type Shares interface {
	Shares(ctx context.Context, a den.Actor, trial den.ID) ([]den.ShareView, error)
	// AddShare gives the secret of a link, which no other call tells.
	AddShare(context.Context, den.Actor, den.NewShare) (made den.Share, secret string, err error)
	TakeShare(ctx context.Context, a den.Actor, trial, id den.ID, why string) (den.Share, error)
	SharedWith(context.Context, den.Actor) ([]den.SharedView, error)
	ByLink(ctx context.Context, secret string) (den.SharedView, error)
	EnterByLink(ctx context.Context, secret, passcode, from string, lease den.ID) (den.Entrance, error)
	// Enter is for somebody with whom a sandbox is shared by name.
	Enter(ctx context.Context, a den.Actor, lease den.ID) (den.Entrance, error)
}

// Assessments is what the pages need of scores and outcomes.
type Assessments interface {
	Assessment(ctx context.Context, a den.Actor, trial, entry den.ID) (den.Assessment, error)
	SaveAssessment(context.Context, den.Actor, den.NewAssessment) (den.Assessment, error)
	Outcome(ctx context.Context, a den.Actor, trial den.ID) (den.Outcome, error)
	Protocol(ctx context.Context, a den.Actor, trial den.ID) (den.ProtocolView, error)
	Amend(ctx context.Context, a den.Actor, trial den.ID, in den.NewAmendment) (den.TrialView, error)
	Declare(ctx context.Context, a den.Actor, trial den.ID, in den.NewDeclaration) (den.Declaration, error)
	Declarations(ctx context.Context, a den.Actor, trial den.ID) ([]den.DeclarationView, error)
	DecideInterest(ctx context.Context, a den.Actor, trial, evaluator den.ID, in den.NewConsequence) (den.Declaration, error)
	SetPrice(ctx context.Context, a den.Actor, trial den.ID, in den.NewPrice) (den.TrialView, error)
	Summary(ctx context.Context, a den.Actor, trial, entry den.ID) (den.Summary, error)
	Consensus(ctx context.Context, a den.Actor, trial den.ID) (den.ConsensusView, error)
	SaveConsensus(ctx context.Context, a den.Actor, trial den.ID, in den.NewConsensus) (den.ConsensusView, error)
	LockConsensus(ctx context.Context, a den.Actor, trial den.ID, in den.NewLock) (den.ConsensusView, error)
	Dissent(ctx context.Context, a den.Actor, trial den.ID, in den.NewDissent) (den.ConsensusView, error)
	AddEvidence(context.Context, den.Actor, den.NewEvidence) (den.Evidence, error)
	// Exhibit reads a piece of evidence; the caller closes it.
	Exhibit(ctx context.Context, a den.Actor, trial, id den.ID) (den.Evidence, io.ReadCloser, error)
	RemoveEvidence(ctx context.Context, a den.Actor, in den.EvidenceRemoval) error
	AddScheme(ctx context.Context, a den.Actor, in den.NewScheme) (den.Scheme, error)
	Decide(ctx context.Context, a den.Actor, trial den.ID, d den.NewDecision) (den.Outcome, error)
}

// Approvals is what the pages need of rules, requests and budgets.
type Approvals interface {
	Requests(context.Context, den.Actor, den.Filter) (den.Page[den.RequestView], error)
	Request(context.Context, den.Actor, den.ID) (den.RequestView, error)
	Agree(ctx context.Context, a den.Actor, id den.ID, why string, rev int64) (den.RequestView, error)
	Refuse(ctx context.Context, a den.Actor, id den.ID, why string, rev int64) (den.RequestView, error)
	AskForMore(context.Context, den.Actor, den.ID, den.Extension, den.Once) (den.RequestView, error)
	Rules(ctx context.Context, a den.Actor, department den.ID) (den.RulesView, error)
	SetRules(ctx context.Context, a den.Actor, r den.Rules, rev int64) (den.RulesView, error)
	Budget(ctx context.Context, a den.Actor, department den.ID) (den.BudgetView, error)
}

// Notices is what the pages need of what people are told.
type Notices interface {
	Notices(context.Context, den.Actor, den.Filter) (den.Page[den.NoticeView], error)
	Unread(context.Context, den.Actor) (int, error)
	ReadNotices(context.Context, den.Actor, []den.ID) (left int, err error)
	Mailbox(context.Context, den.Actor) (den.MailboxView, error)
	SetMailbox(ctx context.Context, a den.Actor, m den.Mailbox, rev int64) (den.MailboxView, error)
	Deliveries(ctx context.Context, a den.Actor, state den.DeliveryState, f den.Filter) (den.Page[den.DeliveryView], error)
	RetryDelivery(context.Context, den.Actor, den.ID) (den.DeliveryView, error)
}

// Host is what the pages need of the record and the machine.
type Host interface {
	Events(context.Context, den.Actor, den.Filter) (den.Page[den.Event], error)
	Event(ctx context.Context, a den.Actor, seq uint64) (den.Event, error)
	Proof(ctx context.Context, a den.Actor, seq uint64) (den.Proof, error)
	Checkpoint(context.Context, den.Actor) (signed string, err error)
	RecordKey() den.RecordKey
	Host(context.Context, den.Actor) (den.HostView, error)
	Sweep(ctx context.Context, a den.Actor, dryRun bool) (den.Swept, error)
	// BackUp makes a backup where the settings say.
	BackUp(context.Context, den.Actor) (den.Backup, error)
	// Watch pokes when anything about a trial, lease or person changed; call the function
	// to stop it.
	Watch(context.Context, ...den.ID) (<-chan struct{}, func())
}

// Askers says who somebody is.
type Askers interface {
	// SignIn takes a one-time link or a token; a link is used up. Refuses Unknown.
	SignIn(ctx context.Context, secret string) (den.Person, error)
	// Person is the person now, with the roles now. Refuses NotFound.
	Person(context.Context, den.ID) (den.Person, error)
	// SignInAs is who a provider vouches for. Refuses Unknown.
	SignInAs(context.Context, den.Word) (den.Person, error)
	// LoginNamed is the login of an e-mail address; empty where there is none.
	LoginNamed(ctx context.Context, email string) (den.Login, error)
	// SignInByLogin is whose login was proved by its password. Refuses Unknown, and Invalid
	// for a code that is not right.
	SignInByLogin(ctx context.Context, proved den.Login, code string) (den.Person, error)
	// DemoPeople are those that a demo offers; none outside a demo.
	DemoPeople(context.Context) ([]den.Person, error)
}

// Accounts is what the pages need of what is a person's own.
type Accounts interface {
	Tokens(context.Context, den.Actor) ([]den.Token, error)
	AddToken(context.Context, den.Actor, den.NewToken) (t den.Token, secret string, err error)
	RevokeToken(context.Context, den.Actor, den.ID) error
	Members(context.Context, den.Actor, den.ID, den.Filter) (den.MembersView, error)
	// Organisation is Members without who they are.
	Organisation(context.Context, den.Actor, den.ID) (den.MembersView, error)
	InviteMember(context.Context, den.Actor, den.NewJoinLink) (j den.JoinLink, secret string, err error)
	TakeBackInvitation(context.Context, den.Actor, den.ID) error
	ChangeRoles(context.Context, den.Actor, den.RoleChange) (den.Person, error)
	Everybody(context.Context, den.Actor, den.Filter) (den.Page[den.Person], error)
	// PersonalData and RemovePersonalData are for the person and for operators.
	PersonalData(ctx context.Context, a den.Actor, person den.ID) (den.PersonalData, error)
	RemovePersonalData(context.Context, den.Actor, den.RemovalOrder) (den.Removal, error)
	// Mentions are texts that name a person, for operators.
	Mentions(ctx context.Context, a den.Actor, person den.ID) (den.Mentions, error)
	Retention(context.Context, den.Actor) (den.RetentionView, error)
	SetLeft(ctx context.Context, a den.Actor, person den.ID, left bool, why string) (den.Person, error)
	// Invitation is what a link invites to. Refuses Unknown.
	Invitation(ctx context.Context, secret string) (den.JoinView, error)
	Join(ctx context.Context, a den.Actor, secret string) (den.Person, error)
	// JoinAs uses an invitation up for somebody new. Refuses Unknown, and Conflict.
	JoinAs(context.Context, den.NewAccount) (den.Person, error)
	// OwnLogin is how the actor signs in; empty where it has no password.
	OwnLogin(context.Context, den.Actor) (den.Login, error)
	SetPassword(context.Context, den.Actor, den.NewPassword) error
	AddCodes(context.Context, den.Actor, den.NewCodes) error
	// DropCodes wants a code, unless a sign-in link proved who asks. Refuses Invalid.
	DropCodes(ctx context.Context, a den.Actor, code string, byLink bool) error
	// Still is an actor with the roles of now, while its credential stands. Unknown.
	Still(context.Context, den.Actor) (den.Actor, error)
}

// Den is all of it.
type Den interface {
	Reports
	Register
	Techmap
	Settings
	Trials
	Sandboxes
	Shares
	Renewals
	Assessments
	Challenges
	Approvals
	Notices
	Host
	Accounts
	Askers
}

// Start is how somebody signed in.
type Start struct {
	Person den.ID
	How    string    // "link", "demo", "password" or "provider"
	Where  string    // the address it came from
	With   string    // what the browser calls itself
	Until  time.Time // zero: as long as sessions last; never longer
	Word   Word
}

// Word is what a provider said, and how it is asked to say it again.
type Word struct {
	Refresh string    // empty: it cannot be asked again
	Until   time.Time // when its word runs out; zero: nobody gave one
}

// Session is one that stands.
type Session struct {
	ID    string
	Start Start
	Since time.Time
	Ends  time.Time
}

// Sessions remembers who signed in with which browser. The context is that of a
// request whose session was loaded. A session that ends takes what it holds open, and
// its visits to sandboxes, with it.
type Sessions interface {
	Begin(ctx context.Context, w http.ResponseWriter, s Start) error
	End(ctx context.Context, w http.ResponseWriter) error
	// ID names the session; empty where nobody signed in.
	ID(ctx context.Context) string
	// Ends is when the session ends by itself.
	Ends(ctx context.Context) time.Time
	// Stands says whether the session has not been ended elsewhere.
	Stands(ctx context.Context) bool
	// Of lists the sessions of a person, latest first.
	Of(context.Context, den.ID) ([]Session, error)
	// EndOf ends one session of a person; ending what is not there succeeds.
	EndOf(ctx context.Context, person den.ID, id string) error
}

// Visits are rights at sandboxes' addresses; *gateway.Visits is such.
type Visits interface {
	// Issue makes a ticket for a visit that does not outlast until.
	Issue(r gateway.Right, until time.Time) (ticket string, err error)
}

// Addresses say where a sandbox is found; *gateway.Gateway is such.
type Addresses interface {
	EnterURL(label, ticket, then string) string
	// Address is the URL of a sandbox, and Control that of the den, without a path.
	Address(label string) string
	Control() string
	// Lease is the lease behind the first part of an address.
	Lease(label string) (lease string, ok bool)
}
