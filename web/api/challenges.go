package api

import (
	"context"

	"innovationden/orchestrator/den"
	"innovationden/web/actor"
	"innovationden/web/api/contract"
	"innovationden/web/pack"
)

// challengeNames are what the contract calls fields of a challenge that the den calls otherwise.
var challengeNames = map[string]string{"budget": "budget_low_pence"}

// ListChallenges lists challenges.
func (a *API) ListChallenges(ctx context.Context, r contract.ListChallengesRequestObject) (contract.ListChallengesResponseObject, error) {
	page, err := a.den.Challenges(ctx, actor.From(ctx), den.ChallengeFilter{
		State: den.ChallengeState(value(r.Params.State)), Department: den.ID(value(r.Params.Department)), Capability: value(r.Params.Capability),
		After: value(r.Params.After), Limit: int(value(r.Params.Limit)),
	})
	if err != nil {
		return nil, err
	}
	return contract.ListChallenges200JSONResponse{Items: list(page.Items, challengeLine), Next: some(page.Next)}, nil
}

// GetChallenge reads a challenge.
func (a *API) GetChallenge(ctx context.Context, r contract.GetChallengeRequestObject) (contract.GetChallengeResponseObject, error) {
	v, err := a.den.Challenge(ctx, actor.From(ctx), den.ID(r.Id))
	if err != nil {
		return nil, err
	}
	return contract.GetChallenge200JSONResponse{Body: challenge(v), Headers: contract.GetChallenge200ResponseHeaders{ETag: etag(v.Rev)}}, nil
}

// AddChallenge writes a challenge as a draft.
func (a *API) AddChallenge(ctx context.Context, r contract.AddChallengeRequestObject) (contract.AddChallengeResponseObject, error) {
	in := newChallenge(*r.Body)
	in.Once = once(r.Params.IdempotencyKey, "challenge", r.Body)
	v, err := a.den.AddChallenge(ctx, actor.From(ctx), in)
	if err != nil {
		return nil, renamed(err, challengeNames)
	}
	return contract.AddChallenge201JSONResponse{
		Body:    challenge(v),
		Headers: contract.AddChallenge201ResponseHeaders{ETag: etag(v.Rev), Location: at("/challenges/" + string(v.ID))},
	}, nil
}

// ChangeChallenge changes what a challenge says.
func (a *API) ChangeChallenge(ctx context.Context, r contract.ChangeChallengeRequestObject) (contract.ChangeChallengeResponseObject, error) {
	v, err := matched(r.Params.IfMatch, func(rev int64) (den.ChallengeView, error) {
		in := newChallenge(*r.Body)
		in.Rev = rev
		return a.den.ChangeChallenge(ctx, actor.From(ctx), den.ID(r.Id), in)
	})
	if err != nil {
		return nil, renamed(err, challengeNames)
	}
	return contract.ChangeChallenge200JSONResponse{Body: challenge(v), Headers: contract.ChangeChallenge200ResponseHeaders{ETag: etag(v.Rev)}}, nil
}

// PublishChallenge shows a draft to every supplier.
func (a *API) PublishChallenge(ctx context.Context, r contract.PublishChallengeRequestObject) (contract.PublishChallengeResponseObject, error) {
	v, err := matched(r.Params.IfMatch, func(rev int64) (den.ChallengeView, error) {
		return a.den.PublishChallenge(ctx, actor.From(ctx), den.ID(r.Id), rev)
	})
	if err != nil {
		return nil, err
	}
	return contract.PublishChallenge200JSONResponse{Body: challenge(v), Headers: contract.PublishChallenge200ResponseHeaders{ETag: etag(v.Rev)}}, nil
}

// CloseChallenge takes no more questions and answers.
func (a *API) CloseChallenge(ctx context.Context, r contract.CloseChallengeRequestObject) (contract.CloseChallengeResponseObject, error) {
	v, err := matched(r.Params.IfMatch, func(rev int64) (den.ChallengeView, error) {
		return a.den.CloseChallenge(ctx, actor.From(ctx), den.ID(r.Id), why(r.Body), rev)
	})
	if err != nil {
		return nil, err
	}
	return contract.CloseChallenge200JSONResponse{Body: challenge(v), Headers: contract.CloseChallenge200ResponseHeaders{ETag: etag(v.Rev)}}, nil
}

// WithdrawChallenge gives a challenge up.
func (a *API) WithdrawChallenge(ctx context.Context, r contract.WithdrawChallengeRequestObject) (contract.WithdrawChallengeResponseObject, error) {
	v, err := matched(r.Params.IfMatch, func(rev int64) (den.ChallengeView, error) {
		return a.den.WithdrawChallenge(ctx, actor.From(ctx), den.ID(r.Id), why(r.Body), rev)
	})
	if err != nil {
		return nil, err
	}
	return contract.WithdrawChallenge200JSONResponse{Body: challenge(v), Headers: contract.WithdrawChallenge200ResponseHeaders{ETag: etag(v.Rev)}}, nil
}

// AskChallenge asks a question for a supplier.
func (a *API) AskChallenge(ctx context.Context, r contract.AskChallengeRequestObject) (contract.AskChallengeResponseObject, error) {
	q, err := a.den.Ask(ctx, actor.From(ctx), den.NewQuestion{
		Challenge: den.ID(r.Id), Supplier: den.ID(value(r.Body.Supplier)), Text: r.Body.Text, Once: once(r.Params.IdempotencyKey, "question", r.Id, r.Body),
	})
	if err != nil {
		return nil, err
	}
	return contract.AskChallenge201JSONResponse(asked(q)), nil
}

// AnswerQuestion answers a question to everybody.
func (a *API) AnswerQuestion(ctx context.Context, r contract.AnswerQuestionRequestObject) (contract.AnswerQuestionResponseObject, error) {
	q, err := matched(r.Params.IfMatch, func(rev int64) (den.QuestionView, error) {
		return a.den.AnswerQuestion(ctx, actor.From(ctx), den.ID(r.Id), den.NewAnswer{Said: value(r.Body.Said), Answer: r.Body.Answer, Rev: rev})
	})
	if err != nil {
		return nil, err
	}
	return contract.AnswerQuestion200JSONResponse(asked(q)), nil
}

// ShowInterest answers a challenge for a supplier.
func (a *API) ShowInterest(ctx context.Context, r contract.ShowInterestRequestObject) (contract.ShowInterestResponseObject, error) {
	i, err := matched(r.Params.IfMatch, func(rev int64) (den.InterestView, error) {
		return a.den.ShowInterest(ctx, actor.From(ctx), den.NewInterest{
			Challenge: den.ID(r.Id), Supplier: den.ID(value(r.Body.Supplier)), Products: ids(value(r.Body.Products)), Advice: value(r.Body.Advice), Rev: rev,
		})
	})
	if err != nil {
		return nil, err
	}
	return contract.ShowInterest200JSONResponse(interest(i)), nil
}

// TakeBackInterest takes a supplier's answer back.
func (a *API) TakeBackInterest(ctx context.Context, r contract.TakeBackInterestRequestObject) (contract.TakeBackInterestResponseObject, error) {
	v, err := matched(r.Params.IfMatch, func(rev int64) (v den.ChallengeView, err error) {
		if err := a.den.TakeBackInterest(ctx, actor.From(ctx), den.ID(r.Id), den.ID(value(r.Params.Supplier)), rev); err != nil {
			return v, err
		}
		return a.den.Challenge(ctx, actor.From(ctx), den.ID(r.Id))
	})
	if err != nil {
		return nil, err
	}
	return contract.TakeBackInterest200JSONResponse(challenge(v)), nil
}

// ThankSupplier thanks a supplier before everybody.
func (a *API) ThankSupplier(ctx context.Context, r contract.ThankSupplierRequestObject) (contract.ThankSupplierResponseObject, error) {
	i, err := matched(r.Params.IfMatch, func(rev int64) (den.InterestView, error) {
		return a.den.Thank(ctx, actor.From(ctx), den.ID(r.Id), r.Body.Say, rev)
	})
	if err != nil {
		return nil, err
	}
	return contract.ThankSupplier200JSONResponse(interest(i)), nil
}

// ListFits lists the products that may help.
func (a *API) ListFits(ctx context.Context, r contract.ListFitsRequestObject) (contract.ListFitsResponseObject, error) {
	fits, err := a.den.Fits(ctx, actor.From(ctx), den.ID(r.Id))
	if err != nil {
		return nil, err
	}
	return contract.ListFits200JSONResponse{Items: list(fits, fit)}, nil
}

// InviteSupplier invites a supplier to look at a challenge.
func (a *API) InviteSupplier(ctx context.Context, r contract.InviteSupplierRequestObject) (contract.InviteSupplierResponseObject, error) {
	v, err := a.den.Invite(ctx, actor.From(ctx), den.ID(r.Id), den.ID(r.Body.Supplier))
	if err != nil {
		return nil, err
	}
	return contract.InviteSupplier200JSONResponse(challenge(v)), nil
}

// TryChallenge sets up a trial of products that were offered.
func (a *API) TryChallenge(ctx context.Context, r contract.TryChallengeRequestObject) (contract.TryChallengeResponseObject, error) {
	t, err := a.den.TryChallenge(ctx, actor.From(ctx), den.NewAttempt{
		Challenge: den.ID(r.Id), Products: ids(r.Body.Products), Once: once(r.Params.IdempotencyKey, "attempt", r.Id, r.Body),
	})
	if err != nil {
		return nil, err
	}
	return contract.TryChallenge201JSONResponse{
		Body:    trial(t),
		Headers: contract.TryChallenge201ResponseHeaders{ETag: etag(t.Rev), Location: at("/trials/" + string(t.ID))},
	}, nil
}

// GetPack reads everything that any supplier was told.
func (a *API) GetPack(ctx context.Context, r contract.GetPackRequestObject) (contract.GetPackResponseObject, error) {
	told, err := a.den.ChallengePack(ctx, actor.From(ctx), den.ID(r.Id))
	if err != nil {
		return nil, err
	}
	return contract.GetPack200JSONResponse(packed(told)), nil
}

// GetPackText reads the pack as text.
func (a *API) GetPackText(ctx context.Context, r contract.GetPackTextRequestObject) (contract.GetPackTextResponseObject, error) {
	told, err := a.den.ChallengePack(ctx, actor.From(ctx), den.ID(r.Id))
	if err != nil {
		return nil, err
	}
	return contract.GetPackText200TextResponse(pack.Text(told, a.zone)), nil
}

// GetEngagementNotice drafts a preliminary market engagement notice, for those who read
// all of a challenge.
func (a *API) GetEngagementNotice(ctx context.Context, r contract.GetEngagementNoticeRequestObject) (contract.GetEngagementNoticeResponseObject, error) {
	if _, err := a.den.Fits(ctx, actor.From(ctx), den.ID(r.Id)); err != nil {
		return nil, err
	}
	told, err := a.den.ChallengePack(ctx, actor.From(ctx), den.ID(r.Id))
	if err != nil {
		return nil, err
	}
	return contract.GetEngagementNotice200TextResponse(pack.Notice(told, a.zone)), nil
}
