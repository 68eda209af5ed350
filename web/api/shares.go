package api

import (
	"context"
	"net/url"

	"innovationden/orchestrator/den"
	"innovationden/web/actor"
	"innovationden/web/api/contract"
)

// ListShares lists whom a trial's sandboxes are shared with.
func (a *API) ListShares(ctx context.Context, r contract.ListSharesRequestObject) (contract.ListSharesResponseObject, error) {
	page, err := a.shares(ctx, den.ID(r.Id))
	return contract.ListShares200JSONResponse(page), err
}

// AddShare shares a sandbox, or all of a trial.
func (a *API) AddShare(ctx context.Context, r contract.AddShareRequestObject) (contract.AddShareResponseObject, error) {
	b := r.Body
	made, secret, err := a.den.AddShare(ctx, actor.From(ctx), den.NewShare{
		Trial: den.ID(r.Id), Lease: den.ID(value(b.Sandbox)), With: den.ID(value(b.With)), Link: value(b.Link), For: value(b.For),
		Passcode: value(b.Passcode), EndsAt: value(b.EndsAt), Once: once(r.Params.IdempotencyKey, "share", []any{r.Id, b}),
	})
	if err != nil {
		return nil, err
	}
	body := contract.MadeShare{Share: share(den.ShareView{Share: made}), Secret: some(secret)}
	if secret != "" {
		body.Url = new(a.public + "/visit/" + url.PathEscape(secret))
	}
	return contract.AddShare201JSONResponse{
		Body:    body,
		Headers: contract.AddShare201ResponseHeaders{Location: at("/trials/" + r.Id + "/shares")},
	}, nil
}

// TakeShare takes back what was shared.
func (a *API) TakeShare(ctx context.Context, r contract.TakeShareRequestObject) (contract.TakeShareResponseObject, error) {
	if _, err := a.den.TakeShare(ctx, actor.From(ctx), den.ID(r.Id), den.ID(r.Share), ""); err != nil {
		return nil, err
	}
	page, err := a.shares(ctx, den.ID(r.Id))
	return contract.TakeShare200JSONResponse(page), err
}

// ListShared lists what others share with the actor.
func (a *API) ListShared(ctx context.Context, _ contract.ListSharedRequestObject) (contract.ListSharedResponseObject, error) {
	all, err := a.den.SharedWith(ctx, actor.From(ctx))
	if err != nil {
		return nil, err
	}
	return contract.ListShared200JSONResponse{Items: list(all, shared)}, nil
}

func (a *API) shares(ctx context.Context, trial den.ID) (contract.SharePage, error) {
	all, err := a.den.Shares(ctx, actor.From(ctx), trial)
	return contract.SharePage{Items: list(all, share)}, err
}

func share(v den.ShareView) contract.Share {
	return contract.Share{
		Id: string(v.ID), Trial: string(v.Trial), Sandbox: some(string(v.Lease)), With: some(string(v.With)), WithName: some(v.Name),
		Link: v.IsLink(), Passcode: some(v.Passcode != ""), For: some(v.For), MadeBy: string(v.MadeBy), MadeAt: v.MadeAt, EndsAt: v.EndsAt,
		TakenAt: moment(v.TakenAt), Over: v.Over,
	}
}

func shared(v den.SharedView) contract.Shared {
	return contract.Shared{
		Id: string(v.Share), Question: v.Trial, For: some(v.For), EndsAt: v.EndsAt,
		Sandboxes: list(v.Products, func(p den.Invited) contract.SharedSandbox {
			return contract.SharedSandbox{Id: string(p.Lease), Product: p.Name, Ready: p.Ready}
		}),
	}
}
