package api

import (
	"context"

	"innovationden/orchestrator/den"
	"innovationden/web/actor"
	"innovationden/web/api/contract"
)

// ListApprovals lists what waits, or waited, for an approver.
func (a *API) ListApprovals(ctx context.Context, r contract.ListApprovalsRequestObject) (contract.ListApprovalsResponseObject, error) {
	f := filter(r.Params.After, r.Params.Limit)
	f.Newest, f.Department, f.Trial = value(r.Params.Newest), den.ID(value(r.Params.Department)), den.ID(value(r.Params.Trial))
	f.Request = den.RequestState(value(r.Params.State))
	page, err := a.den.Requests(ctx, actor.From(ctx), f)
	if err != nil {
		return nil, err
	}
	return contract.ListApprovals200JSONResponse{Items: list(page.Items, approval), Next: some(page.Next)}, nil
}

// GetApproval reads a request.
func (a *API) GetApproval(ctx context.Context, r contract.GetApprovalRequestObject) (contract.GetApprovalResponseObject, error) {
	v, err := a.den.Request(ctx, actor.From(ctx), den.ID(r.Id))
	if err != nil {
		return nil, err
	}
	return contract.GetApproval200JSONResponse{Body: approval(v), Headers: contract.GetApproval200ResponseHeaders{ETag: etag(v.Rev)}}, nil
}

// Agree lets what was asked for go ahead.
func (a *API) Agree(ctx context.Context, r contract.AgreeRequestObject) (contract.AgreeResponseObject, error) {
	v, err := matched(r.Params.IfMatch, func(rev int64) (den.RequestView, error) {
		return a.den.Agree(ctx, actor.From(ctx), den.ID(r.Id), r.Body.Why, rev)
	})
	if err != nil {
		return nil, err
	}
	return contract.Agree200JSONResponse{Body: approval(v), Headers: contract.Agree200ResponseHeaders{ETag: etag(v.Rev)}}, nil
}

// Refuse turns down what was asked for.
func (a *API) Refuse(ctx context.Context, r contract.RefuseRequestObject) (contract.RefuseResponseObject, error) {
	v, err := matched(r.Params.IfMatch, func(rev int64) (den.RequestView, error) {
		return a.den.Refuse(ctx, actor.From(ctx), den.ID(r.Id), r.Body.Why, rev)
	})
	if err != nil {
		return nil, err
	}
	return contract.Refuse200JSONResponse{Body: approval(v), Headers: contract.Refuse200ResponseHeaders{ETag: etag(v.Rev)}}, nil
}

// AskForMore asks an approver for more time than one may take oneself.
func (a *API) AskForMore(ctx context.Context, r contract.AskForMoreRequestObject) (contract.AskForMoreResponseObject, error) {
	v, err := matched(r.Params.IfMatch, func(rev int64) (den.RequestView, error) {
		return a.den.AskForMore(ctx, actor.From(ctx), den.ID(r.Id), extension(r.Body, rev), once(r.Params.IdempotencyKey, "more", r.Id, r.Body))
	})
	if err != nil {
		return nil, err
	}
	return contract.AskForMore201JSONResponse{
		Body:    approval(v),
		Headers: contract.AskForMore201ResponseHeaders{ETag: etag(v.Rev), Location: at("/approvals/" + string(v.ID))},
	}, nil
}

// GetRules reads what a department may start.
func (a *API) GetRules(ctx context.Context, r contract.GetRulesRequestObject) (contract.GetRulesResponseObject, error) {
	v, err := a.den.Rules(ctx, actor.From(ctx), den.ID(r.Id))
	if err != nil {
		return nil, err
	}
	return contract.GetRules200JSONResponse{Body: rules(v), Headers: contract.GetRules200ResponseHeaders{ETag: etag(v.Rev)}}, nil
}

// SetRules changes what a department may start.
func (a *API) SetRules(ctx context.Context, r contract.SetRulesRequestObject) (contract.SetRulesResponseObject, error) {
	v, err := matched(r.Params.IfMatch, func(rev int64) (den.RulesView, error) {
		return a.den.SetRules(ctx, actor.From(ctx), newRules(r.Id, *r.Body), rev)
	})
	if err != nil {
		return nil, err
	}
	return contract.SetRules200JSONResponse{Body: rules(v), Headers: contract.SetRules200ResponseHeaders{ETag: etag(v.Rev)}}, nil
}

// GetBudget reads what a department has used this month.
func (a *API) GetBudget(ctx context.Context, r contract.GetBudgetRequestObject) (contract.GetBudgetResponseObject, error) {
	v, err := a.den.Budget(ctx, actor.From(ctx), den.ID(r.Id))
	if err != nil {
		return nil, err
	}
	return contract.GetBudget200JSONResponse(budget(v)), nil
}
