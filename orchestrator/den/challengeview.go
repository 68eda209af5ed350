package den

// NewChallenge is the input of AddChallenge and ChangeChallenge. A draft may be
// incomplete. After the publication Why is said to everybody, and Because may name
// the interest whose advice led to the change.
type NewChallenge struct {
	Department   ID // empty: the actor's own, where there is one
	Title        string
	Problem      string
	People       string
	Success      string
	Constraints  string
	Data         DataUse // empty: synthetic
	Agreed       string
	Timetable    Timetable
	Budget       Budget
	Capabilities []string
	Why          string
	Because      ID
	Rev          int64
	Once         Once
}

// NewQuestion is the input of Ask. Supplier may be empty where the actor is in one.
type NewQuestion struct {
	Challenge ID
	Supplier  ID
	Text      string
	Once      Once
}

// NewAnswer is the input of AnswerQuestion. Said is the question as everybody reads
// it, in other words where it says who asked; empty: as it was typed.
type NewAnswer struct {
	Said   string
	Answer string
	Rev    int64
}

// NewInterest is the input of ShowInterest: a supplier has one answer to a challenge,
// which it can change while answers are taken.
type NewInterest struct {
	Challenge ID
	Supplier  ID // empty: the actor's own, where there is one
	Products  []ID
	Advice    string
	Rev       int64
}

// NewAttempt is the input of TryChallenge: the products whose newest releases become
// the entries of a draft trial.
type NewAttempt struct {
	Challenge ID
	Products  []ID
	Once      Once
}

// ChallengeFilter narrows a list of challenges. Empty fields do not narrow.
type ChallengeFilter struct {
	State      ChallengeState
	Department ID
	Capability string
	After      string
	Limit      int
}

// ChallengeLine is a challenge in a list.
type ChallengeLine struct {
	Challenge
	DepartmentName string
	Waiting        int      // questions to be answered; for its department
	Interests      int      // for its department
	Fits           []string // names of the actor's products that fit
	Answered       bool     // the actor's supplier has answered it
}

// ChallengeView is a challenge as one actor may see it. Nothing in it says who asked.
type ChallengeView struct {
	Challenge
	DepartmentName string
	Questions      []QuestionView // answered ones; all for the department; and the actor's own
	Changes        []Change       // what everybody was told, oldest first
	Thanks         []Thanks
	Interests      []InterestView // all for the department; else those of the actor's suppliers
	Suppliers      []Supplier     // those that the actor may answer for
	Tried          []ChallengeTrial
	TakesQuestions bool
	TakesAnswers   bool
	May            map[Action]bool
}

// QuestionView is a question without its asker.
type QuestionView struct {
	ID         ID
	Challenge  ID
	Asked      string // for the department, and for who asked
	Said       string
	Answer     string
	At         Stamp // for the department, and for who asked
	AnsweredAt Stamp
	Mine       bool // the actor asked it
	Rev        int64
}

// Answered says that everybody can read it.
func (q QuestionView) Answered() bool { return !q.AnsweredAt.IsZero() }

// Change is something that everybody was told. Was is what the challenge said before, and
// Is what it said then, where that is what changed.
type Change struct {
	At  Stamp
	Act string
	Say string
	Why string
	Was *ChallengeText
	Is  *ChallengeText
}

// ChallengeText is what a challenge says, as it stands in the record.
type ChallengeText struct {
	Title, Problem, People, Success, Constraints string
	Data                                         DataUse
	Agreed                                       string
	Timetable                                    Timetable
	Budget                                       Budget
	Capabilities                                 []string // ids; in a Change in words
}

// Text is what a challenge says now.
func (c Challenge) Text() ChallengeText {
	return ChallengeText{c.Title, c.Problem, c.People, c.Success, c.Constraints, c.Data, c.Agreed, c.Timetable, c.Budget, c.Capabilities}
}

// Thanks is what a department said to a supplier that helped, before everybody.
type Thanks struct {
	SupplierName string
	At           Stamp
	Say          string
}

// InterestView is an interest with its names.
type InterestView struct {
	Interest
	SupplierName string
	Products     []InterestProduct
}

// InterestProduct is a product that a supplier answered with.
type InterestProduct struct {
	ID      ID
	Name    string
	Release ID // the newest; empty: there is none yet
	Version string
}

// ChallengeTrial is a trial made from a challenge, for those who may read it.
type ChallengeTrial struct {
	ID    ID
	Name  string
	State TrialState
}

// Fit is a product that may help, and why.
type Fit struct {
	Product      ID
	ProductName  string
	Supplier     ID
	SupplierName string
	Summary      string
	InCommon     []string // capabilities that it offers and the challenge asks for
	Missing      []string // capabilities that the challenge asks for besides
	Trials       int      // finished trials here, as everybody may know
	Invited      bool
	Answered     bool
}

// Pack is everything that any supplier was told of a challenge: the same for all.
type Pack struct {
	At             Stamp
	Challenge      Challenge
	DepartmentName string
	Questions      []QuestionView
	Changes        []Change
	Thanks         []Thanks
	Capabilities   []string // in words
	Invited        []Stamp  // when suppliers were asked to look at it, without saying which
}
