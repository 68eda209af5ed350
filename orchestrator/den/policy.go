package den

import "slices"

// Action is something an actor may want to do.
type Action string

// The actions. Techmap things (suppliers, products, releases) can be read by
// everybody who holds a role: who was only invited to assess sees the trial alone.
const (
	ReadTechmap     Action = "read_techmap"
	OfferProduct    Action = "offer_product"    // add a release of a supplier's product
	ReadSBOM        Action = "read_sbom"        // what a release is built of
	AddOrganisation Action = "add_organisation" // add a department, hand an entry over
	AddEntry        Action = "add_entry"        // add a supplier's entry to the techmap
	EditEntry       Action = "edit_entry"       // change the words of a supplier and its products, add a product
	ReadTrial       Action = "read_trial"
	SetUpTrial      Action = "set_up_trial"     // make, change, start, cancel
	DecideTrial     Action = "decide_trial"     // record the decision
	EditScheme      Action = "edit_scheme"      // add a version of a scheme
	ReadSummary     Action = "read_summary"     // the assessment summary of one's own entry
	AssessTrial     Action = "assess_trial"     // where a trial names evaluators, theirs alone: see May
	ReadAssessments Action = "read_assessments" // of others, once submitted
	ReadSandbox     Action = "read_sandbox"     // state, log, receipt
	OpenSandbox     Action = "open_sandbox"     // through its address
	RunSandbox      Action = "run_sandbox"      // end, extend, pause, resume
	RestartSandbox  Action = "restart_sandbox"
	ReadRecord      Action = "read_record" // events of what is read
	ReadHost        Action = "read_host"
	ReadMembers     Action = "read_members"   // who belongs to an organisation
	ManageMembers   Action = "manage_members" // invite, change roles, take out
	ReadPeople      Action = "read_people"    // everybody, and what they are
	ManagePeople    Action = "manage_people"  // make operators and auditors, let nobody in who has left
	RunHost         Action = "run_host"       // sweep, remove now, backup
	ReadRules       Action = "read_rules"     // a department's rules, budget and requests
	SetRules        Action = "set_rules"
	DecideRequest   Action = "decide_request" // agree to or refuse what somebody else asked for

	ShareSandbox Action = "share_sandbox" // let people open it who could not otherwise

	ReadChallenge   Action = "read_challenge"   // once it is published
	SetUpChallenge  Action = "set_up_challenge" // write, publish, answer questions, invite, thank, close
	AnswerChallenge Action = "answer_challenge" // ask, and show interest, for a supplier
	ReadInterest    Action = "read_interest"    // drafts of challenges, and what suppliers answered
)

// Actions lists every action that a role can give, for the help page and the tests.
// ReadOwn and ChangeOwn are not among them: everybody may, of their own things.
var Actions = []Action{
	ReadTechmap, OfferProduct, ReadSBOM, AddOrganisation, AddEntry, EditEntry, ReadTrial, SetUpTrial, DecideTrial, EditScheme, ReadSummary,
	AssessTrial, ReadAssessments, ReadSandbox, OpenSandbox, RunSandbox, RestartSandbox, ReadRecord, ReadHost, RunHost,
	ReadMembers, ManageMembers, ReadPeople, ManagePeople,
	ReadRules, SetRules, DecideRequest, ShareSandbox,
	ReadChallenge, SetUpChallenge, AnswerChallenge, ReadInterest,
}

// Roles lists every role, for the help page and the tests.
var Roles = []Role{Operator, Auditor, Member, Approver, SupplierMember, Evaluator}

// Scope is how far a role's right goes.
type Scope string

// The scopes. Own: what belongs to the department, supplier or trial the role is
// held in. The empty Scope is no right.
const (
	Own Scope = "own"
	Any Scope = "any"
)

// Rights is the whole policy: who may do what, and how far. What is not here is
// denied.
var Rights = map[Action]map[Role]Scope{
	ReadTechmap:     {Operator: Any, Auditor: Any, Member: Any, Approver: Any, SupplierMember: Any, Evaluator: Any},
	OfferProduct:    {Operator: Any, SupplierMember: Own},
	ReadSBOM:        {Operator: Any, Auditor: Any, Member: Any, Approver: Any, SupplierMember: Own},
	AddOrganisation: {Operator: Any},
	AddEntry:        {Operator: Any, Member: Own, Approver: Own},
	EditEntry:       {Operator: Any, Member: Own, Approver: Own, SupplierMember: Own},
	ReadTrial:       {Operator: Any, Auditor: Any, Member: Own, Approver: Own, Evaluator: Own},
	SetUpTrial:      {Operator: Any, Member: Own, Approver: Own},
	DecideTrial:     {Operator: Any, Member: Own, Approver: Own},
	EditScheme:      {Operator: Any},
	ReadSummary:     {Operator: Any, Auditor: Any, Member: Own, Approver: Own, SupplierMember: Own},
	AssessTrial:     {Operator: Any, Member: Own, Approver: Own, Evaluator: Own},
	ReadAssessments: {Operator: Any, Auditor: Any, Member: Own, Approver: Own, Evaluator: Own},
	ReadSandbox:     {Operator: Any, Auditor: Any, Member: Own, Approver: Own, SupplierMember: Own, Evaluator: Own},
	OpenSandbox:     {Operator: Any, Member: Own, Approver: Own, SupplierMember: Own, Evaluator: Own},
	RunSandbox:      {Operator: Any, Member: Own, Approver: Own},
	ShareSandbox:    {Operator: Any, Member: Own, Approver: Own},
	RestartSandbox:  {Operator: Any, Member: Own, Approver: Own, SupplierMember: Own},
	ReadRecord:      {Operator: Any, Auditor: Any, Member: Own, Approver: Own, SupplierMember: Own},
	ReadHost:        {Operator: Any, Auditor: Any},
	RunHost:         {Operator: Any},
	ReadMembers:     {Operator: Any, Auditor: Any, Member: Own, Approver: Own, SupplierMember: Own},
	ManageMembers:   {Operator: Any, Member: Own, Approver: Own, SupplierMember: Own},
	ReadPeople:      {Operator: Any, Auditor: Any},
	ManagePeople:    {Operator: Any},
	ReadRules:       {Operator: Any, Auditor: Any, Member: Own, Approver: Own},
	SetRules:        {Operator: Any, Approver: Own},
	DecideRequest:   {Operator: Any, Approver: Own},

	ReadChallenge:   {Operator: Any, Auditor: Any, Member: Any, Approver: Any, SupplierMember: Any, Evaluator: Any},
	SetUpChallenge:  {Operator: Any, Member: Own, Approver: Own},
	AnswerChallenge: {SupplierMember: Own},
	ReadInterest:    {Operator: Any, Auditor: Any, Member: Own, Approver: Own, SupplierMember: Own},
}

// Owner says whom a thing belongs to, as far as it belongs to anybody.
type Owner struct {
	Department ID
	Suppliers  []ID
	Trial      ID
	Evaluators []ID // people who assess in it
	Guests     []ID // people and organisations whom it was shared with
}

// May says whether an actor may do something to what belongs to owner. Beside Rights it
// knows two rules: what was shared with somebody they may open, and where a trial names
// its evaluators, nobody else scores in it.
func May(a Actor, do Action, owner Owner) bool {
	if !a.Known() || !a.Granted(do) {
		return false
	}
	if a.ID == System().ID {
		return true
	}
	if do == OpenSandbox && owner.isGuest(a) { // a share is no role: it gives this and nothing else
		return true
	}
	if do == AssessTrial && len(owner.Evaluators) > 0 {
		return owns(a, Evaluator, owner)
	}
	for role, scope := range Rights[do] {
		if scope == Any && a.Has(role) {
			return true
		}
		if scope == Own && owns(a, role, owner) {
			return true
		}
	}
	return false
}

func owns(a Actor, role Role, owner Owner) bool {
	switch role {
	case Member, Approver:
		return owner.Department != "" && a.Is(role, owner.Department)
	case SupplierMember:
		return slices.ContainsFunc(owner.Suppliers, func(s ID) bool { return s != "" && a.Is(role, s) })
	case Evaluator:
		return slices.Contains(owner.Evaluators, a.ID) || owner.Trial != "" && a.Is(role, owner.Trial)
	case Operator, Auditor:
		return a.Is(role, "")
	}
	return false
}

// Owner says whom a trial belongs to. Its suppliers have rights in their own leases,
// not in the trial.
func (t Trial) Owner() Owner {
	return Owner{Department: t.Department, Trial: t.ID, Evaluators: t.Evaluators}
}

// LeftToOthers says that somebody would score a trial, if it did not name others who do.
func (t Trial) LeftToOthers(a Actor) bool {
	open := t.Owner()
	open.Evaluators = nil
	return !May(a, AssessTrial, t.Owner()) && May(a, AssessTrial, open)
}

// NotNamed refuses scores of somebody whom the trial leaves to others. Denied.
func (t Trial) NotNamed() error {
	if t.State == TrialDraft {
		return Refuse(Denied, "Only the evaluators who are chosen in the set-up of this trial score its products. Choose yourself there to score them, too.")
	}
	return Refuse(Denied, "Only the evaluators whom the protocol of this trial names score its products. You can look at everything. Until the marks are locked, the protocol can be amended to name you, too.")
}
