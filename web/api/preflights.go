package api

import (
	"context"
	"time"

	"innovationden/orchestrator/den"
	"innovationden/web/actor"
	"innovationden/web/api/contract"
)

// ListPreflights lists the preflights of a release.
func (a *API) ListPreflights(ctx context.Context, r contract.ListPreflightsRequestObject) (contract.ListPreflightsResponseObject, error) {
	found, err := a.den.Preflights(ctx, actor.From(ctx), den.ID(r.Id))
	if err != nil {
		return nil, err
	}
	return contract.ListPreflights200JSONResponse{Items: list(found, preflight)}, nil
}

// StartPreflight tries a release.
func (a *API) StartPreflight(ctx context.Context, r contract.StartPreflightRequestObject) (contract.StartPreflightResponseObject, error) {
	made, err := matched(r.Params.IfMatch, func(rev int64) (den.PreflightView, error) {
		return a.den.Preflight(ctx, actor.From(ctx), den.NewPreflight{Release: den.ID(r.Id), Rev: rev, Once: once(r.Params.IdempotencyKey, "preflight", r.Id)})
	})
	if err != nil {
		return nil, err
	}
	return contract.StartPreflight201JSONResponse{
		Body:    preflight(made),
		Headers: contract.StartPreflight201ResponseHeaders{Location: at("/preflights/" + string(made.ID))},
	}, nil
}

// GetPreflight reads a preflight.
func (a *API) GetPreflight(ctx context.Context, r contract.GetPreflightRequestObject) (contract.GetPreflightResponseObject, error) {
	found, err := a.den.PreflightOf(ctx, actor.From(ctx), den.ID(r.Id))
	if err != nil {
		return nil, err
	}
	return contract.GetPreflight200JSONResponse(preflight(found)), nil
}

func preflight(v den.PreflightView) contract.Preflight {
	out := contract.Preflight{
		Id: string(v.ID), Release: string(v.Release), Product: string(v.Product), Version: some(v.Version),
		State: contract.PreflightState(v.State), Checks: list(v.Checks, check), Sandbox: string(v.Lease), Log: some(v.Log),
		StartedAt: v.StartedAt, EndedAt: moment(v.EndedAt),
	}
	if v.Measured {
		out.MemoryBytes, out.LaunchSeconds = &v.Memory, new(time.Duration(v.Launch).Seconds())
	}
	return out
}

func check(c den.Checked) contract.Check {
	return contract.Check{Check: contract.CheckCheck(c.Check), State: contract.CheckState(c.State), Say: some(c.Say)}
}
