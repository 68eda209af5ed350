package api

import (
	"context"

	"innovationden/web/actor"
	"innovationden/web/api/contract"
)

// GetHost reads the state of the host.
func (a *API) GetHost(ctx context.Context, _ contract.GetHostRequestObject) (contract.GetHostResponseObject, error) {
	h, err := a.den.Host(ctx, actor.From(ctx))
	if err != nil {
		return nil, err
	}
	return contract.GetHost200JSONResponse(host(h)), nil
}

// Sweep finds, and removes unless it is a dry run, what no record asks for.
func (a *API) Sweep(ctx context.Context, r contract.SweepRequestObject) (contract.SweepResponseObject, error) {
	dry := r.Params.DryRun == nil || *r.Params.DryRun
	found, err := a.den.Sweep(ctx, actor.From(ctx), dry)
	if err != nil {
		return nil, err
	}
	return contract.Sweep200JSONResponse{Items: list(found.Orphans, orphan), Images: list(found.Images, idleImage)}, nil
}
