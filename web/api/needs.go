package api

import (
	"context"
	"io"

	"innovationden/orchestrator/den"
)

// Techmap is what the API needs of suppliers and products.
type Techmap interface {
	Departments(context.Context, den.Actor, den.Filter) (den.Page[den.Department], error)
	Suppliers(context.Context, den.Actor, den.Filter) (den.Page[den.Supplier], error)
	Find(context.Context, den.Actor, den.Search) (den.Found, error)
	ExportTechmap(ctx context.Context, a den.Actor, of den.Sheet, to io.Writer) error
	ImportTechmap(ctx context.Context, a den.Actor, of den.Sheet, from io.Reader) (den.Imported, error)
	Supplier(context.Context, den.Actor, den.ID) (den.SupplierView, error)
	ChangeSupplier(context.Context, den.Actor, den.ID, den.SupplierChange) (den.SupplierView, error)
	Overview(ctx context.Context, a den.Actor, supplier den.ID) (den.Overview, error)
	HandOver(ctx context.Context, a den.Actor, id den.ID, rev int64) (den.SupplierView, error)
	Products(context.Context, den.Actor, den.Filter) (den.Page[den.ProductView], error)
	ChangeProduct(context.Context, den.Actor, den.ID, den.ProductChange) (den.ProductView, error)
	Product(context.Context, den.Actor, den.ID) (den.ProductView, error)
	Releases(context.Context, den.Actor, den.Filter) (den.Page[den.Release], error)
	Release(context.Context, den.Actor, den.ID) (den.Release, error)
	People(context.Context, den.Actor, den.Filter) (den.Page[den.Person], error)
	AddDepartment(context.Context, den.Actor, den.NewOrganisation) (den.Department, error)
	AddSupplier(context.Context, den.Actor, den.NewOrganisation) (den.Supplier, error)
	AddProduct(context.Context, den.Actor, den.NewProduct) (den.Product, error)
	AddRelease(context.Context, den.Actor, den.NewRelease) (den.Release, error)
	Pushed(context.Context, den.Actor, den.ID) ([]den.Push, error)
	Preflight(context.Context, den.Actor, den.NewPreflight) (den.PreflightView, error)
	PreflightOf(ctx context.Context, a den.Actor, preflight den.ID) (den.PreflightView, error)
	Preflights(ctx context.Context, a den.Actor, release den.ID) ([]den.PreflightView, error)
	AddSBOM(context.Context, den.Actor, den.NewSBOM) (den.SBOMView, error)
	SBOM(ctx context.Context, a den.Actor, release den.ID) (den.SBOMView, error)
	// SBOMFile is for its caller to close.
	SBOMFile(ctx context.Context, a den.Actor, release den.ID) (den.SBOMView, io.ReadCloser, error)
}

// Accounts is what the API needs of people and what is their own.
type Accounts interface {
	Tokens(context.Context, den.Actor) ([]den.Token, error)
	AddToken(context.Context, den.Actor, den.NewToken) (t den.Token, secret string, err error)
	RevokeToken(context.Context, den.Actor, den.ID) error
	PersonalData(ctx context.Context, a den.Actor, person den.ID) (den.PersonalData, error)
	RemovePersonalData(context.Context, den.Actor, den.RemovalOrder) (den.Removal, error)
	Mentions(ctx context.Context, a den.Actor, person den.ID) (den.Mentions, error)
	Retention(context.Context, den.Actor) (den.RetentionView, error)
	SignInLink(ctx context.Context, a den.Actor, person den.ID) (secret string, err error)
	// Still is an actor with the roles of now, while its credential stands. Unknown
	// for one that may no longer sign in.
	Still(context.Context, den.Actor) (den.Actor, error)
}

// Members is what the API needs of who belongs where. An empty organisation is the whole
// den.
type Members interface {
	Members(ctx context.Context, a den.Actor, organisation den.ID, f den.Filter) (den.MembersView, error)
	ChangeRoles(context.Context, den.Actor, den.RoleChange) (den.Person, error)
	RemoveMember(ctx context.Context, a den.Actor, organisation, person den.ID, why string) (den.Person, error)
	// InviteMember gives the secret of a link, which no other call tells.
	InviteMember(context.Context, den.Actor, den.NewJoinLink) (j den.JoinLink, secret string, err error)
	TakeBackInvitation(context.Context, den.Actor, den.ID) error
	Join(ctx context.Context, a den.Actor, secret string) (den.Person, error)
	Everybody(context.Context, den.Actor, den.Filter) (den.Page[den.Person], error)
	SetLeft(ctx context.Context, a den.Actor, person den.ID, left bool, why string) (den.Person, error)
}

// Settings are the configured things that a trial is made of.
type Settings interface {
	Schemes() []den.Scheme
	Scheme(den.SchemeRef) (den.Scheme, error)
	Vocabulary() den.Vocabulary
	Sizes() []den.Size
}

// Trials is what the API needs of trials.
type Trials interface {
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
	Receipts(context.Context, den.Actor, den.Filter) (den.Page[den.Receipt], error)
}

// Sandboxes is what the API needs of sandboxes, addressed by lease.
type Sandboxes interface {
	Sandboxes(context.Context, den.Actor, den.Filter) (den.Page[den.SandboxView], error)
	Sandbox(context.Context, den.Actor, den.ID) (den.SandboxView, error)
	// ServiceLogs is of the service that answers where none is named.
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

// Renewals is what the API needs of new releases in running trials. Each is addressed by the
// sandbox that it would replace.
type Renewals interface {
	Renewals(ctx context.Context, a den.Actor, sandbox den.ID) (den.RenewalsView, error)
	Propose(ctx context.Context, a den.Actor, sandbox den.ID, in den.NewRenewal) (den.RenewalsView, error)
	WithdrawRenewal(ctx context.Context, a den.Actor, sandbox den.ID, rev int64) (den.RenewalsView, error)
	AgreeRenewal(ctx context.Context, a den.Actor, sandbox den.ID, in den.RenewalDecision) (den.RenewalsView, error)
	RefuseRenewal(ctx context.Context, a den.Actor, sandbox den.ID, in den.RenewalDecision) (den.RenewalsView, error)
}

// Shares is what the API needs to let in who could not come otherwise.
type Shares interface {
	Shares(ctx context.Context, a den.Actor, trial den.ID) ([]den.ShareView, error)
	// AddShare gives the secret of a link, which no other call tells.
	AddShare(context.Context, den.Actor, den.NewShare) (made den.Share, secret string, err error)
	TakeShare(ctx context.Context, a den.Actor, trial, id den.ID, why string) (den.Share, error)
	SharedWith(context.Context, den.Actor) ([]den.SharedView, error)
}

// Assessments is what the API needs of scores and outcomes.
type Assessments interface {
	Assessment(ctx context.Context, a den.Actor, trial, entry den.ID) (den.Assessment, error)
	SaveAssessment(context.Context, den.Actor, den.NewAssessment) (den.Assessment, error)
	RemoveEvidence(ctx context.Context, a den.Actor, in den.EvidenceRemoval) error
	AddEvidence(context.Context, den.Actor, den.NewEvidence) (den.Evidence, error)
	Exhibit(ctx context.Context, a den.Actor, trial, evidence den.ID) (den.Evidence, io.ReadCloser, error)
	Outcome(ctx context.Context, a den.Actor, trial den.ID) (den.Outcome, error)
	Protocol(ctx context.Context, a den.Actor, trial den.ID) (den.ProtocolView, error)
	Amend(ctx context.Context, a den.Actor, trial den.ID, in den.NewAmendment) (den.TrialView, error)
	Declare(ctx context.Context, a den.Actor, trial den.ID, in den.NewDeclaration) (den.Declaration, error)
	Declarations(ctx context.Context, a den.Actor, trial den.ID) ([]den.DeclarationView, error)
	DecideInterest(ctx context.Context, a den.Actor, trial, evaluator den.ID, in den.NewConsequence) (den.Declaration, error)
	SetPrice(ctx context.Context, a den.Actor, trial den.ID, in den.NewPrice) (den.TrialView, error)
	Summary(ctx context.Context, a den.Actor, trial, entry den.ID) (den.Summary, error)
	ReplyTo(ctx context.Context, a den.Actor, trial den.ID, in den.NewReply) (den.Reply, error)
	Consensus(ctx context.Context, a den.Actor, trial den.ID) (den.ConsensusView, error)
	SaveConsensus(ctx context.Context, a den.Actor, trial den.ID, in den.NewConsensus) (den.ConsensusView, error)
	LockConsensus(ctx context.Context, a den.Actor, trial den.ID, in den.NewLock) (den.ConsensusView, error)
	Dissent(ctx context.Context, a den.Actor, trial den.ID, in den.NewDissent) (den.ConsensusView, error)
	AddScheme(ctx context.Context, a den.Actor, in den.NewScheme) (den.Scheme, error)
	Decide(ctx context.Context, a den.Actor, trial den.ID, d den.NewDecision) (den.Outcome, error)
}

// Reports is what the API needs of the standard document.
type Reports interface {
	Report(ctx context.Context, a den.Actor, trial den.ID) (den.Report, error)
	ReportAs(ctx context.Context, a den.Actor, trial den.ID, form den.Form) (den.Document, error)
	Measured(ctx context.Context, a den.Actor, trial den.ID) (den.Measured, error)
	StartLoad(ctx context.Context, a den.Actor, trial den.ID) (den.LoadTest, error)
	Publish(ctx context.Context, a den.Actor, trial den.ID, in den.NewPublication) (den.Publication, error)
	Register(ctx context.Context, a den.Actor, f den.Filter) (den.Page[den.Publication], error)
	Published(ctx context.Context, a den.Actor, trial den.ID) (den.PublicationView, error)
	PublishedAs(ctx context.Context, a den.Actor, trial den.ID, form den.Form) (den.Document, error)
	CompareTrials(ctx context.Context, a den.Actor, trials []den.ID) (den.Comparison, error)
	Citable(ctx context.Context, a den.Actor, trial den.ID, text, after string) (den.Page[den.Citable], error)
	Cite(ctx context.Context, a den.Actor, trial den.ID, in den.NewCitation) (den.Outcome, error)
	Uncite(ctx context.Context, a den.Actor, trial, other den.ID, why string) (den.Outcome, error)
}

// Approvals is what the API needs of rules, requests and budgets.
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

// Notices is what the API needs of what people are told.
type Notices interface {
	Notices(context.Context, den.Actor, den.Filter) (den.Page[den.NoticeView], error)
	ReadNotices(context.Context, den.Actor, []den.ID) (left int, err error)
	Mailbox(context.Context, den.Actor) (den.MailboxView, error)
	SetMailbox(ctx context.Context, a den.Actor, m den.Mailbox, rev int64) (den.MailboxView, error)
	Deliveries(ctx context.Context, a den.Actor, state den.DeliveryState, f den.Filter) (den.Page[den.DeliveryView], error)
	RetryDelivery(context.Context, den.Actor, den.ID) (den.DeliveryView, error)
}

// Host is what the API needs of the record and the machine.
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
	// CopyOut writes a backup to somebody who keeps it elsewhere.
	CopyOut(context.Context, den.Actor, io.Writer) error
	// Watch pokes when anything about a trial, lease or person changed; call the function
	// to stop it.
	Watch(context.Context, ...den.ID) (<-chan struct{}, func())
}

// Den is all of it.
type Den interface {
	Techmap
	Accounts
	Members
	Settings
	Trials
	Sandboxes
	Shares
	Renewals
	Assessments
	Challenges
	Reports
	Approvals
	Notices
	Host
}
