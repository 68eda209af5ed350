package api

import (
	"context"

	"innovationden/orchestrator/den"
)

// Challenges is what the API needs of challenges. Nothing that they answer says who asked.
type Challenges interface {
	Challenges(context.Context, den.Actor, den.ChallengeFilter) (den.Page[den.ChallengeLine], error)
	Challenge(context.Context, den.Actor, den.ID) (den.ChallengeView, error)
	AddChallenge(context.Context, den.Actor, den.NewChallenge) (den.ChallengeView, error)
	ChangeChallenge(context.Context, den.Actor, den.ID, den.NewChallenge) (den.ChallengeView, error)
	PublishChallenge(ctx context.Context, a den.Actor, id den.ID, rev int64) (den.ChallengeView, error)
	CloseChallenge(ctx context.Context, a den.Actor, id den.ID, why string, rev int64) (den.ChallengeView, error)
	WithdrawChallenge(ctx context.Context, a den.Actor, id den.ID, why string, rev int64) (den.ChallengeView, error)
	Ask(context.Context, den.Actor, den.NewQuestion) (den.QuestionView, error)
	Question(context.Context, den.Actor, den.ID) (den.QuestionView, error)
	AnswerQuestion(context.Context, den.Actor, den.ID, den.NewAnswer) (den.QuestionView, error)
	ShowInterest(context.Context, den.Actor, den.NewInterest) (den.InterestView, error)
	Interest(context.Context, den.Actor, den.ID) (den.InterestView, error)
	TakeBackInterest(ctx context.Context, a den.Actor, challenge, supplier den.ID, rev int64) error
	Thank(ctx context.Context, a den.Actor, interest den.ID, say string, rev int64) (den.InterestView, error)
	Fits(ctx context.Context, a den.Actor, challenge den.ID) ([]den.Fit, error)
	Invite(ctx context.Context, a den.Actor, challenge, supplier den.ID) (den.ChallengeView, error)
	TryChallenge(context.Context, den.Actor, den.NewAttempt) (den.TrialView, error)
	ChallengePack(ctx context.Context, a den.Actor, id den.ID) (den.Pack, error)
}
