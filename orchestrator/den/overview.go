package den

// Overview is everything of one supplier's in the den that its people look after. It
// holds nothing that a department keeps to itself: no notes, no scores before the
// decision, nobody's answers but its own.
type Overview struct {
	Supplier   Supplier
	Products   []OverviewProduct
	Sandboxes  []SandboxView       // in trials and not over, the first to end first
	Challenges []OverviewChallenge // that take answers and fit, or to which it was invited, or which it answered or asked about
	Trials     []OverviewTrial     // the latest first
	May        map[Action]bool
}

// OverviewProduct is a product with its newest releases.
type OverviewProduct struct {
	Product
	Tried    int               // finished trials here
	Releases []OverviewRelease // the newest first, a few
	More     int               // releases that are not listed
}

// OverviewRelease is a release and what its last preflight found.
type OverviewRelease struct {
	Release
	Flight *Preflight // nil: none
}

// OverviewChallenge is a challenge as far as it is for one supplier.
type OverviewChallenge struct {
	Challenge      ID
	Title          string
	DepartmentName string
	State          ChallengeState
	AnswersUntil   Stamp
	TakesQuestions bool
	TakesAnswers   bool
	Fits           []OverviewFit
	Invited        bool
	Answered       bool
	Questions      []QuestionView // the actor's own
}

// ToAnswer says that the supplier's answer is still wanted.
func (c OverviewChallenge) ToAnswer() bool { return c.TakesAnswers && !c.Answered }

// OverviewFit is a product of the supplier's that can do what a challenge wants.
type OverviewFit struct {
	Product  ID
	Name     string
	InCommon []string // capabilities, by id
}

// OverviewTrial is one entry of the supplier's in a trial, and what came of it. Before
// the decision was recorded it holds nothing of how the product did.
type OverviewTrial struct {
	Trial          ID
	Entry          ID
	TrialName      string
	DepartmentName string
	Product        ID
	ProductName    string
	Version        string
	IsOver         bool
	ClosedAt       Stamp // zero: it is not over
	Decision       Decision
	Chosen         bool
	Total          float64 // of 100; 0 where Rank is 0
	Rank           int     // 0: not ranked, or not decided
	Ranked         int     // how many products were
	Published      bool    // the report is in the register: a reply can stand beside it
	Reply          string
}
