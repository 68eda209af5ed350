package api

import (
	"context"

	"innovationden/orchestrator/den"
	"innovationden/web/actor"
	"innovationden/web/api/contract"
)

// ListRenewals lists what was proposed in place of what runs.
func (a *API) ListRenewals(ctx context.Context, r contract.ListRenewalsRequestObject) (contract.ListRenewalsResponseObject, error) {
	v, err := a.den.Renewals(ctx, actor.From(ctx), den.ID(r.Id))
	if err != nil {
		return nil, err
	}
	return contract.ListRenewals200JSONResponse{Body: renewals(v), Headers: contract.ListRenewals200ResponseHeaders{ETag: etag(v.Rev)}}, nil
}

// ProposeRenewal proposes a release.
func (a *API) ProposeRenewal(ctx context.Context, r contract.ProposeRenewalRequestObject) (contract.ProposeRenewalResponseObject, error) {
	v, err := matched(r.Params.IfMatch, func(rev int64) (den.RenewalsView, error) {
		return a.den.Propose(ctx, actor.From(ctx), den.ID(r.Id), den.NewRenewal{Release: den.ID(r.Body.Release), Why: r.Body.Why, Rev: rev})
	})
	if err != nil {
		return nil, err
	}
	return contract.ProposeRenewal200JSONResponse{Body: renewals(v), Headers: contract.ProposeRenewal200ResponseHeaders{ETag: etag(v.Rev)}}, nil
}

// WithdrawRenewal takes a proposal back.
func (a *API) WithdrawRenewal(ctx context.Context, r contract.WithdrawRenewalRequestObject) (contract.WithdrawRenewalResponseObject, error) {
	v, err := matched(r.Params.IfMatch, func(rev int64) (den.RenewalsView, error) {
		return a.den.WithdrawRenewal(ctx, actor.From(ctx), den.ID(r.Id), rev)
	})
	if err != nil {
		return nil, err
	}
	return contract.WithdrawRenewal200JSONResponse{Body: renewals(v), Headers: contract.WithdrawRenewal200ResponseHeaders{ETag: etag(v.Rev)}}, nil
}

// AgreeRenewal lets a proposed release take the place of the one before.
func (a *API) AgreeRenewal(ctx context.Context, r contract.AgreeRenewalRequestObject) (contract.AgreeRenewalResponseObject, error) {
	opens, err := readWays(r.Body.Opens, "opens")
	if err != nil {
		return nil, err
	}
	v, err := matched(r.Params.IfMatch, func(rev int64) (den.RenewalsView, error) {
		return a.den.AgreeRenewal(ctx, actor.From(ctx), den.ID(r.Id), den.RenewalDecision{Why: r.Body.Why, Opens: opens, Rev: rev})
	})
	if err != nil {
		return nil, err
	}
	return contract.AgreeRenewal200JSONResponse{Body: renewals(v), Headers: contract.AgreeRenewal200ResponseHeaders{ETag: etag(v.Rev)}}, nil
}

// RefuseRenewal turns a proposal down.
func (a *API) RefuseRenewal(ctx context.Context, r contract.RefuseRenewalRequestObject) (contract.RefuseRenewalResponseObject, error) {
	v, err := matched(r.Params.IfMatch, func(rev int64) (den.RenewalsView, error) {
		return a.den.RefuseRenewal(ctx, actor.From(ctx), den.ID(r.Id), den.RenewalDecision{Why: r.Body.Why, Rev: rev})
	})
	if err != nil {
		return nil, err
	}
	return contract.RefuseRenewal200JSONResponse{Body: renewals(v), Headers: contract.RefuseRenewal200ResponseHeaders{ETag: etag(v.Rev)}}, nil
}

func renewals(v den.RenewalsView) contract.RenewalList {
	return contract.RenewalList{Items: list(v.Items, renewal), Offers: list(v.Offers, release), Current: string(v.Current), Revision: v.Rev}
}

func renewal(x den.RenewalItem) contract.Renewal {
	out := contract.Renewal{
		State: contract.ApprovalState(x.State), Opens: ways(x.ToOpen), Fault: some(x.Fault), Why: some(x.Why),
		AskedBy: some(x.AskedName), AskedAt: moment(x.AskedAt), Reason: some(x.Reason), DecidedBy: some(x.DecidedName), DecidedAt: moment(x.DecidedAt),
	}
	if x.Now.ID != "" {
		out.Was, out.Now = new(release(x.Was)), new(release(x.Now))
	}
	if x.Flown != nil {
		out.Preflight = new(contract.PreflightState(x.Flown.State))
	}
	return out
}
