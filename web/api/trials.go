package api

import (
	"context"

	"innovationden/orchestrator/den"
	"innovationden/web/actor"
	"innovationden/web/api/contract"
)

// ListTrials lists trials.
func (a *API) ListTrials(ctx context.Context, r contract.ListTrialsRequestObject) (contract.ListTrialsResponseObject, error) {
	f := filter(r.Params.After, r.Params.Limit)
	f.Department, f.State, f.Newest = den.ID(value(r.Params.Department)), den.TrialState(value(r.Params.State)), value(r.Params.Newest)
	page, err := a.den.Trials(ctx, actor.From(ctx), f)
	if err != nil {
		return nil, err
	}
	return contract.ListTrials200JSONResponse{Items: list(page.Items, trial), Next: some(page.Next)}, nil
}

// GetTrial reads a trial.
func (a *API) GetTrial(ctx context.Context, r contract.GetTrialRequestObject) (contract.GetTrialResponseObject, error) {
	t, err := a.den.Trial(ctx, actor.From(ctx), den.ID(r.Id))
	if err != nil {
		return nil, err
	}
	return contract.GetTrial200JSONResponse{Body: trial(t), Headers: contract.GetTrial200ResponseHeaders{ETag: etag(t.Rev)}}, nil
}

// AddTrial sets a trial up as a draft.
func (a *API) AddTrial(ctx context.Context, r contract.AddTrialRequestObject) (contract.AddTrialResponseObject, error) {
	n, err := newTrial(*r.Body)
	if err != nil {
		return nil, err
	}
	n.Once = once(r.Params.IdempotencyKey, "trial", r.Body)
	t, err := a.den.AddTrial(ctx, actor.From(ctx), n)
	if err != nil {
		return nil, err
	}
	return contract.AddTrial201JSONResponse{
		Body:    trial(t),
		Headers: contract.AddTrial201ResponseHeaders{ETag: etag(t.Rev), Location: at("/trials/" + string(t.ID))},
	}, nil
}

// ChangeTrial changes a draft.
func (a *API) ChangeTrial(ctx context.Context, r contract.ChangeTrialRequestObject) (contract.ChangeTrialResponseObject, error) {
	t, err := matched(r.Params.IfMatch, func(rev int64) (den.TrialView, error) {
		n, err := newTrial(*r.Body)
		if err != nil {
			return den.TrialView{}, err
		}
		n.Rev = rev
		return a.den.ChangeTrial(ctx, actor.From(ctx), den.ID(r.Id), n)
	})
	if err != nil {
		return nil, err
	}
	return contract.ChangeTrial200JSONResponse{Body: trial(t), Headers: contract.ChangeTrial200ResponseHeaders{ETag: etag(t.Rev)}}, nil
}

// StartTrial locks the protocol and asks for the sandboxes.
func (a *API) StartTrial(ctx context.Context, r contract.StartTrialRequestObject) (contract.StartTrialResponseObject, error) {
	t, err := matched(r.Params.IfMatch, func(rev int64) (den.TrialView, error) {
		return a.den.StartTrial(ctx, actor.From(ctx), den.ID(r.Id), rev, once(r.Params.IdempotencyKey, "start", r.Id))
	})
	if err != nil {
		return nil, err
	}
	return contract.StartTrial202JSONResponse{Body: trial(t), Headers: contract.StartTrial202ResponseHeaders{ETag: etag(t.Rev)}}, nil
}

// CancelTrial cancels a draft.
func (a *API) CancelTrial(ctx context.Context, r contract.CancelTrialRequestObject) (contract.CancelTrialResponseObject, error) {
	t, err := matched(r.Params.IfMatch, func(rev int64) (den.TrialView, error) {
		return a.den.CancelTrial(ctx, actor.From(ctx), den.ID(r.Id), why(r.Body), rev)
	})
	if err != nil {
		return nil, err
	}
	return contract.CancelTrial200JSONResponse{Body: trial(t), Headers: contract.CancelTrial200ResponseHeaders{ETag: etag(t.Rev)}}, nil
}

// EndTrial asks for the end of every sandbox of a trial.
func (a *API) EndTrial(ctx context.Context, r contract.EndTrialRequestObject) (contract.EndTrialResponseObject, error) {
	t, err := matched(r.Params.IfMatch, func(rev int64) (den.TrialView, error) {
		return a.den.EndTrial(ctx, actor.From(ctx), den.ID(r.Id), why(r.Body), rev)
	})
	if err != nil {
		return nil, err
	}
	return contract.EndTrial202JSONResponse{Body: trial(t), Headers: contract.EndTrial202ResponseHeaders{ETag: etag(t.Rev)}}, nil
}

// ExtendTrial lets every sandbox of a trial live longer.
func (a *API) ExtendTrial(ctx context.Context, r contract.ExtendTrialRequestObject) (contract.ExtendTrialResponseObject, error) {
	t, err := matched(r.Params.IfMatch, func(rev int64) (den.TrialView, error) {
		return a.den.ExtendTrial(ctx, actor.From(ctx), den.ID(r.Id), extension(r.Body, rev))
	})
	if err != nil {
		return nil, err
	}
	return contract.ExtendTrial200JSONResponse{Body: trial(t), Headers: contract.ExtendTrial200ResponseHeaders{ETag: etag(t.Rev)}}, nil
}

// ListReceipts lists the receipts of a trial.
func (a *API) ListReceipts(ctx context.Context, r contract.ListReceiptsRequestObject) (contract.ListReceiptsResponseObject, error) {
	f := filter(r.Params.After, r.Params.Limit)
	f.Trial = den.ID(r.Id)
	page, err := a.den.Receipts(ctx, actor.From(ctx), f)
	if err != nil {
		return nil, err
	}
	return contract.ListReceipts200JSONResponse{Items: list(page.Items, receipt), Next: some(page.Next)}, nil
}
