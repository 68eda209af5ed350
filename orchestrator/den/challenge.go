package den

import "slices"

// Challenge is a department's problem, published before any tender. What it says is
// read by every supplier alike.
type Challenge struct {
	ID           ID
	Department   ID
	State        ChallengeState
	Title        string
	Problem      string
	People       string // who is affected, and how
	Success      string // what success looks like
	Constraints  string
	Data         DataUse
	Agreed       string // what was agreed about data that is not synthetic
	Timetable    Timetable
	Budget       Budget
	Capabilities []string // ids of the capability vocabulary
	Invited      []Invitation
	Trials       []ID // made from it, oldest first
	Outcome      string
	CreatedBy    ID
	CreatedAt    Stamp
	PublishedAt  Stamp
	ClosedAt     Stamp // to questions and answers
	DueAt        Stamp // when it closes by itself; zero: nothing is due
	Rev          int64
}

// DataUse says what data a product may be tried with.
type DataUse string

// What data may be used. Synthetic unless a department and its data protection people
// have agreed to something else, and said what.
const (
	DataSynthetic DataUse = "synthetic"
	DataAgreed    DataUse = "agreed"
)

// Timetable is what suppliers can plan by. A zero Stamp is not known yet.
type Timetable struct {
	QuestionsUntil Stamp
	AnswersUntil   Stamp
	TrialFrom      Stamp
	TrialFor       Span // 0: the usual length
}

// Budget is a guide, in pence. Zero on both sides: nothing is said.
type Budget struct{ Low, High int64 }

// Invitation is a supplier whom the department asked to look at a challenge.
type Invitation struct {
	Supplier ID
	At       Stamp
}

// Interest is a supplier's answer to a challenge: products, advice, or both. The
// department reads it; other suppliers do not.
type Interest struct {
	ID        ID
	Challenge ID
	Supplier  ID
	By        ID // the person who sent it last
	Products  []ID
	Advice    string
	At        Stamp
	ChangedAt Stamp
	TakenBack Stamp // zero: it stands
	ThankedAt Stamp
	Thanks    string // said to everybody
	Rev       int64
}

// Stands says that the supplier has not taken its answer back.
func (i Interest) Stands() bool { return i.TakenBack.IsZero() }

// Question is what a supplier wants to know of a challenge. Its answer goes to
// everybody. Who asked is in the record, for an auditor, and is never shown: nothing
// that leaves the orchestrator carries Asker or Supplier.
type Question struct {
	ID         ID
	Challenge  ID
	Asker      ID
	Supplier   ID
	Asked      string // as it was typed
	Said       string // as everybody reads it; empty before the answer
	Answer     string
	At         Stamp
	AnsweredAt Stamp // zero: not answered yet
	Rev        int64
}

// Answered says that everybody can read the question and its answer.
func (q Question) Answered() bool { return !q.AnsweredAt.IsZero() }

// TakesQuestions says whether a supplier may ask now.
func (c Challenge) TakesQuestions(now Stamp) bool {
	return c.State == ChallengePublished && !passed(c.Timetable.QuestionsUntil, now) && !passed(c.Timetable.AnswersUntil, now)
}

// TakesAnswers says whether a supplier may show interest now.
func (c Challenge) TakesAnswers(now Stamp) bool {
	return c.State == ChallengePublished && !passed(c.Timetable.AnswersUntil, now)
}

// IsPublic says that everybody who may read challenges may read this one. What was
// withdrawn before anybody could see it stays with its department.
func (c Challenge) IsPublic() bool { return c.State != ChallengeDraft && !c.PublishedAt.IsZero() }

// Owner says whom a challenge belongs to.
func (c Challenge) Owner() Owner { return Owner{Department: c.Department} }

// WasInvited says that the department asked a supplier to look at the challenge.
func (c Challenge) WasInvited(supplier ID) bool {
	for _, i := range c.Invited {
		if i.Supplier == supplier {
			return true
		}
	}
	return false
}

// Lacking lists, in the challenge's order, which of its capabilities something does not
// have.
func (c Challenge) Lacking(has []string) []string {
	var lacking []string
	for _, wanted := range c.Capabilities {
		if !slices.Contains(has, wanted) {
			lacking = append(lacking, wanted)
		}
	}
	return lacking
}

// InCommon lists, in the challenge's order, which of its capabilities something has.
func (c Challenge) InCommon(has []string) []string {
	var common []string
	for _, wanted := range c.Capabilities {
		if slices.Contains(has, wanted) {
			common = append(common, wanted)
		}
	}
	return common
}
