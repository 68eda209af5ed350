package den

import "slices"

// ChallengeState says how far a challenge has come.
type ChallengeState string

// The states of a challenge. Closed: to questions and answers.
const (
	ChallengeDraft     ChallengeState = "draft"
	ChallengePublished ChallengeState = "published"
	ChallengeClosed    ChallengeState = "closed"
	ChallengeInTrial   ChallengeState = "trial"
	ChallengeOutcome   ChallengeState = "outcome"
	ChallengeWithdrawn ChallengeState = "withdrawn"
)

// ChallengeStates lists the states in the order in which people look for them.
var ChallengeStates = []ChallengeState{
	ChallengePublished, ChallengeClosed, ChallengeInTrial, ChallengeOutcome, ChallengeDraft, ChallengeWithdrawn,
}

// ChallengeStep is something that happens to a challenge.
type ChallengeStep string

// The steps. Close happens when the department says so, and by itself when the time
// for answers is over. Try: a trial of it starts. Decide: such a trial is decided.
const (
	StepPublish  ChallengeStep = "publish"
	StepClose    ChallengeStep = "close"
	StepTry      ChallengeStep = "try"
	StepDecide   ChallengeStep = "decide"
	StepWithdraw ChallengeStep = "withdraw"
)

// ChallengeSteps says what may happen to a challenge in which state, and where it
// leads. A state without steps is final.
var ChallengeSteps = map[ChallengeState]map[ChallengeStep]ChallengeState{
	ChallengeDraft:     {StepPublish: ChallengePublished, StepWithdraw: ChallengeWithdrawn},
	ChallengePublished: {StepClose: ChallengeClosed, StepWithdraw: ChallengeWithdrawn},
	ChallengeClosed:    {StepTry: ChallengeInTrial, StepWithdraw: ChallengeWithdrawn},
	ChallengeInTrial:   {StepTry: ChallengeInTrial, StepDecide: ChallengeOutcome, StepWithdraw: ChallengeWithdrawn},
	ChallengeOutcome:   {StepTry: ChallengeInTrial, StepDecide: ChallengeOutcome},
	ChallengeWithdrawn: {},
}

// After says where a step leads; false: it may not happen now.
func (s ChallengeState) After(step ChallengeStep) (ChallengeState, bool) {
	to, ok := ChallengeSteps[s][step]
	return to, ok
}

// Final says that nothing follows s.
func (s ChallengeState) Final() bool { return len(ChallengeSteps[s]) == 0 }

// Next says which states may follow s, in the order of the picture.
func (s ChallengeState) Next() []ChallengeState {
	var next []ChallengeState
	for _, step := range []ChallengeStep{StepPublish, StepClose, StepTry, StepDecide, StepWithdraw} {
		if to, ok := s.After(step); ok && to != s && !slices.Contains(next, to) {
			next = append(next, to)
		}
	}
	return next
}

// Take is a challenge after a step at a time; false: the step may not happen now. Every
// state and date that a step moves is moved here, and nowhere else.
func (c Challenge) Take(step ChallengeStep, now Stamp) (Challenge, bool) {
	to, ok := c.State.After(step)
	if !ok {
		return c, false
	}
	c.State = to
	switch step {
	case StepPublish:
		c.PublishedAt, c.DueAt = now, c.Timetable.AnswersUntil
	case StepClose:
		c.ClosedAt, c.DueAt = now, Stamp{}
	case StepWithdraw:
		c.DueAt = Stamp{}
		if c.ClosedAt.IsZero() {
			c.ClosedAt = now
		}
	case StepTry, StepDecide:
	}
	return c, true
}

// IsOver says that a published challenge must close now: the time for answers is over.
func (c Challenge) IsOver(now Stamp) bool {
	return c.State == ChallengePublished && passed(c.Timetable.AnswersUntil, now)
}
