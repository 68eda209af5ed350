package den

import "strings"

// keeping says what the record holds of the records of one kind. What is in none of the
// lists is hidden: that it changed is said, and how is not.
type keeping struct {
	shown  []string // before and after are in the event
	passed []string // the den's own bookkeeping: nobody's change
}

func keeps(shown, passed string) keeping {
	return keeping{shown: strings.Fields(shown), passed: append(strings.Fields(passed), "Rev")}
}

// Never shown, by kind: the secrets and their hashes, what a stranger's product printed
// or reached, contacts and addresses of people, marks, reasons and prices (an event is
// for ever, so there is no time after which it may show them), who asks a question, and
// what one supplier says in an answer to a challenge.
var (
	keepDepartment  = keeps("Name CreatedAt", "ID")
	keepSupplier    = keeps("Name CreatedAt Summary Size SME Place Accreditations Frameworks Website AddedBy HandedOver", "ID ChangedAt")
	keepProduct     = keeps("Supplier Name Summary CreatedAt Description Capabilities Hosting DataLocation Standards Price Accessibility OpenSource Licence", "ID ChangedAt")
	keepRelease     = keeps("Product Supplier Version Image Digest From Port Path Profile Volumes Asks SizeBytes CreatedAt ComposeName Front Services Images Pushed", "ID Places")
	keepTrial       = keeps("Department Challenge Name Question State Scheme Weights Size Length Hours Tasks Entries Evaluators Rule Chair Blind Scenario Protocol CreatedBy CreatedAt StartedAt EndsAt ClosedAt", "ID Amendments")
	keepLease       = keeps("Trial Entry Department Supplier Product Release AskedBy Name Size Port Path Phase Reason RequestedAt AgreedAt LapsesAt StartingAt LiveAt EndsAt LatestEnd EndingAt EndedAt PauseWanted Request Hours Spent Unpaid Lost Data Ways Preflight Services", "ID Sandbox Say StartBy Launch RunsSince Ran Replacing Restarts Looks LogTail Tried Used Mails StopFirst Stopped Found Tries DueAt Sooner")
	keepReceipt     = keeps("Trial Department Supplier Product Sandbox Reason Left LiveAt EndedAt Ways Mails Event", "Lease Say Looks Found")
	keepAssessment  = keeps("Trial Entry Evaluator SubmittedAt", "ID SavedAt")
	keepOutcome     = keeps("Scheme From LockedAt Revealed Decision Chosen Route DecidedBy DecidedAt", "Trial")
	keepScheme      = keeps("AddedBy AddedAt Why", "Key Scheme")
	keepDeclaration = keeps("Trial Evaluator DeclaredAt Consequence DecidedBy DecidedAt", "ID")
	keepPublication = keeps("Department Parts Why By At WithdrawnAt WithdrawnBy Withdrawn", "Trial Report")
	keepReply       = keeps("Trial Entry Supplier Text By At", "ID")
	keepConsensus   = keeps("ByMeans Why LockedAt LockedBy", "Trial")
	keepPerson      = keeps("Name Memberships Left Demo RemovedAt", "ID")
	keepToken       = keeps("Person Name Grants Once Session CreatedAt ExpiresAt", "ID Hash Starts Challenge")
	keepJoinLink    = keeps("In Role By CreatedAt ExpiresAt", "ID Hash ByName")
	keepIdentity    = keeps("Issuer Person Given", "ID SeenAt")
	keepLogin       = keeps("Confirmed ChangedAt", "Person LastStep Known")
	keepMailbox     = keeps("Quiet Off", "Person ReadTo Read")
	keepShare       = keeps("Trial Lease Department With MadeBy MadeAt EndsAt TakenAt", "ID Hash Salt")
	keepRules       = keeps("Most Longest Length Sizes AskSizes WaysOut NoWaysOut AskWaysOut AskAlways AskPence Hours Budget AtBudget", "Department")
	keepRequest     = keeps("Kind State Department Trial Lease Until AskedBy AskedAt Why Rule Pence LapsesAt DecidedBy DecidedAt Reason", "ID AskedName DecidedAs Say")
	keepChallenge   = keeps("Department State Title Problem People Success Constraints Data Agreed Timetable Budget Capabilities Trials Outcome CreatedBy CreatedAt PublishedAt ClosedAt", "ID DueAt")
	keepQuestion    = keeps("Challenge Said Answer AnsweredAt", "ID At")
	keepInterest    = keeps("Challenge Supplier At TakenBack ThankedAt Thanks", "ID ChangedAt")
	keepRepository  = keeps("Product Supplier", "Name")
	keepPreflight   = keeps("Release Product Supplier Lease AskedBy State StartedAt EndedAt", "ID Checks Measured Memory Launch First Again AgainAt")
)
