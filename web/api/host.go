package api

import (
	"context"

	"innovationden/orchestrator/den"
	"innovationden/web/actor"
	"innovationden/web/api/contract"
)

// ListEvents reads the record.
func (a *API) ListEvents(ctx context.Context, r contract.ListEventsRequestObject) (contract.ListEventsResponseObject, error) {
	f := filter(r.Params.After, r.Params.Limit)
	f.Subject, f.Actor, f.Newest = den.ID(value(r.Params.Subject)), den.ID(value(r.Params.Actor)), value(r.Params.Newest)
	page, err := a.den.Events(ctx, actor.From(ctx), f)
	if err != nil {
		return nil, err
	}
	return contract.ListEvents200JSONResponse{Items: list(page.Items, event), Next: some(page.Next)}, nil
}

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
	return contract.Sweep200JSONResponse{Items: list(found, orphan)}, nil
}
