package api

import (
	"context"

	"innovationden/orchestrator/den"
	"innovationden/web/actor"
	"innovationden/web/api/contract"
)

// SetTrialData gives a draft the data that every product finds.
func (a *API) SetTrialData(ctx context.Context, r contract.SetTrialDataRequestObject) (contract.SetTrialDataResponseObject, error) {
	t, err := matched(r.Params.IfMatch, func(rev int64) (den.TrialView, error) {
		return a.den.SetScenario(ctx, actor.From(ctx), den.ID(r.Id), den.NewScenario{Name: r.Params.Name, From: r.Body, Rev: rev})
	})
	if err != nil {
		return nil, err
	}
	return contract.SetTrialData200JSONResponse{Body: trial(t), Headers: contract.SetTrialData200ResponseHeaders{ETag: etag(t.Rev)}}, nil
}

// DropTrialData takes the data of a draft away.
func (a *API) DropTrialData(ctx context.Context, r contract.DropTrialDataRequestObject) (contract.DropTrialDataResponseObject, error) {
	t, err := matched(r.Params.IfMatch, func(rev int64) (den.TrialView, error) {
		return a.den.DropScenario(ctx, actor.From(ctx), den.ID(r.Id), rev)
	})
	if err != nil {
		return nil, err
	}
	return contract.DropTrialData200JSONResponse{Body: trial(t), Headers: contract.DropTrialData200ResponseHeaders{ETag: etag(t.Rev)}}, nil
}

func scenario(s den.Scenario) *contract.TrialData {
	if s.Hash == "" {
		return nil
	}
	return &contract.TrialData{Name: s.Name, Sha256: s.Hash, Files: int32(s.Files), SizeBytes: s.Size}
}
