package api

import (
	"context"
	"fmt"

	"innovationden/orchestrator/den"
	"innovationden/web/actor"
	"innovationden/web/api/contract"
)

// GetProtocol reads the protocol of a trial.
func (a *API) GetProtocol(ctx context.Context, r contract.GetProtocolRequestObject) (contract.GetProtocolResponseObject, error) {
	v, err := a.den.Protocol(ctx, actor.From(ctx), den.ID(r.Id))
	if err != nil {
		return nil, err
	}
	return contract.GetProtocol200JSONResponse(protocol(v)), nil
}

// AmendTrial amends the protocol of a trial that has started.
func (a *API) AmendTrial(ctx context.Context, r contract.AmendTrialRequestObject) (contract.AmendTrialResponseObject, error) {
	t, err := matched(r.Params.IfMatch, func(rev int64) (den.TrialView, error) {
		return a.den.Amend(ctx, actor.From(ctx), den.ID(r.Id), newAmendment(*r.Body, rev))
	})
	if err != nil {
		return nil, err
	}
	return contract.AmendTrial200JSONResponse{Body: trial(t), Headers: contract.AmendTrial200ResponseHeaders{ETag: etag(t.Rev)}}, nil
}

// Declare records the caller's interests in a trial.
func (a *API) Declare(ctx context.Context, r contract.DeclareRequestObject) (contract.DeclareResponseObject, error) {
	who := actor.From(ctx)
	d, err := a.den.Declare(ctx, who, den.ID(r.Id), den.NewDeclaration{Stake: den.Stake(r.Body.Interest), Text: value(r.Body.Text)})
	if err != nil {
		return nil, renamed(err, map[string]string{"stake": "interest"})
	}
	return contract.Declare200JSONResponse(declaration(den.DeclarationView{Declaration: d, EvaluatorName: who.Name})), nil
}

// ListDeclarations lists what was declared in a trial.
func (a *API) ListDeclarations(ctx context.Context, r contract.ListDeclarationsRequestObject) (contract.ListDeclarationsResponseObject, error) {
	all, err := a.den.Declarations(ctx, actor.From(ctx), den.ID(r.Id))
	if err != nil {
		return nil, err
	}
	return contract.ListDeclarations200JSONResponse{Items: list(all, declaration)}, nil
}

// DecideInterest records what the department makes of a declared interest.
func (a *API) DecideInterest(ctx context.Context, r contract.DecideInterestRequestObject) (contract.DecideInterestResponseObject, error) {
	d, err := matched(r.Params.IfMatch, func(rev int64) (den.Declaration, error) {
		return a.den.DecideInterest(ctx, actor.From(ctx), den.ID(r.Id), den.ID(r.Person),
			den.NewConsequence{Consequence: den.Consequence(r.Body.Decision), Why: r.Body.Why, Rev: rev})
	})
	if err != nil {
		return nil, renamed(err, map[string]string{"consequence": "decision"})
	}
	return contract.DecideInterest200JSONResponse(declaration(den.DeclarationView{Declaration: d})), nil
}

// SetPrice enters the price of an entry.
func (a *API) SetPrice(ctx context.Context, r contract.SetPriceRequestObject) (contract.SetPriceResponseObject, error) {
	t, err := a.den.SetPrice(ctx, actor.From(ctx), den.ID(r.Id), den.NewPrice{Entry: den.ID(r.Entry), Pence: r.Body.Pence, Basis: r.Body.Basis})
	if err != nil {
		return nil, err
	}
	return contract.SetPrice200JSONResponse(trial(t)), nil
}

// GetSummary reads the assessment summary of an entry.
func (a *API) GetSummary(ctx context.Context, r contract.GetSummaryRequestObject) (contract.GetSummaryResponseObject, error) {
	s, err := a.den.Summary(ctx, actor.From(ctx), den.ID(r.Id), den.ID(r.Entry))
	if err != nil {
		return nil, err
	}
	return contract.GetSummary200JSONResponse(summary(s)), nil
}

// GetConsensus reads every score side by side.
func (a *API) GetConsensus(ctx context.Context, r contract.GetConsensusRequestObject) (contract.GetConsensusResponseObject, error) {
	v, err := a.den.Consensus(ctx, actor.From(ctx), den.ID(r.Id))
	if err != nil {
		return nil, err
	}
	return contract.GetConsensus200JSONResponse{Body: consensus(v), Headers: contract.GetConsensus200ResponseHeaders{ETag: etag(v.Consensus.Rev)}}, nil
}

// SaveConsensus records agreed scores.
func (a *API) SaveConsensus(ctx context.Context, r contract.SaveConsensusRequestObject) (contract.SaveConsensusResponseObject, error) {
	v, err := matched(r.Params.IfMatch, func(rev int64) (den.ConsensusView, error) {
		return a.den.SaveConsensus(ctx, actor.From(ctx), den.ID(r.Id), newConsensus(*r.Body, rev))
	})
	if err != nil {
		return nil, err
	}
	return contract.SaveConsensus200JSONResponse{Body: consensus(v), Headers: contract.SaveConsensus200ResponseHeaders{ETag: etag(v.Consensus.Rev)}}, nil
}

// LockConsensus locks the marks of a trial.
func (a *API) LockConsensus(ctx context.Context, r contract.LockConsensusRequestObject) (contract.LockConsensusResponseObject, error) {
	v, err := matched(r.Params.IfMatch, func(rev int64) (den.ConsensusView, error) {
		return a.den.LockConsensus(ctx, actor.From(ctx), den.ID(r.Id), den.NewLock{ByMeans: value(r.Body.ByMeans), Why: value(r.Body.Why), Rev: rev})
	})
	if err != nil {
		return nil, err
	}
	return contract.LockConsensus200JSONResponse{Body: consensus(v), Headers: contract.LockConsensus200ResponseHeaders{ETag: etag(v.Consensus.Rev)}}, nil
}

// Dissent records that the caller does not share an agreed score.
func (a *API) Dissent(ctx context.Context, r contract.DissentRequestObject) (contract.DissentResponseObject, error) {
	v, err := a.den.Dissent(ctx, actor.From(ctx), den.ID(r.Id), den.NewDissent{
		Entry: den.ID(r.Body.Entry), Criterion: r.Body.Criterion, Text: value(r.Body.Text),
	})
	if err != nil {
		return nil, err
	}
	return contract.Dissent200JSONResponse{Body: consensus(v), Headers: contract.Dissent200ResponseHeaders{ETag: etag(v.Consensus.Rev)}}, nil
}

// AddScheme adds the next version of a scheme.
func (a *API) AddScheme(ctx context.Context, r contract.AddSchemeRequestObject) (contract.AddSchemeResponseObject, error) {
	in := newScheme(*r.Body)
	in.Once = once(r.Params.IdempotencyKey, "scheme", r.Body)
	s, err := a.den.AddScheme(ctx, actor.From(ctx), in)
	if err != nil {
		return nil, err
	}
	return contract.AddScheme201JSONResponse{
		Body: scheme(s), Headers: contract.AddScheme201ResponseHeaders{Location: at(fmt.Sprintf("/schemes/%s/%d", s.ID, s.Version))},
	}, nil
}
