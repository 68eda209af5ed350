package api

import (
	"context"

	"innovationden/orchestrator/den"
	"innovationden/web/actor"
	"innovationden/web/api/contract"
)

// ListCitable lists what the decision on a trial may cite.
func (a *API) ListCitable(ctx context.Context, r contract.ListCitableRequestObject) (contract.ListCitableResponseObject, error) {
	page, err := a.den.Citable(ctx, actor.From(ctx), den.ID(r.Id), value(r.Params.Text), value(r.Params.After))
	if err != nil {
		return nil, err
	}
	return contract.ListCitable200JSONResponse{Items: list(page.Items, citable), Next: some(page.Next)}, nil
}

// Cite cites the result of another trial.
func (a *API) Cite(ctx context.Context, r contract.CiteRequestObject) (contract.CiteResponseObject, error) {
	o, err := a.den.Cite(ctx, actor.From(ctx), den.ID(r.Id), den.NewCitation{Trial: den.ID(r.Cited), Why: r.Body.Why})
	if err != nil {
		return nil, err
	}
	return contract.Cite200JSONResponse{Body: outcome(o), Headers: contract.Cite200ResponseHeaders{ETag: etag(o.Rev)}}, nil
}

// Uncite cites it no more.
func (a *API) Uncite(ctx context.Context, r contract.UnciteRequestObject) (contract.UnciteResponseObject, error) {
	o, err := a.den.Uncite(ctx, actor.From(ctx), den.ID(r.Id), den.ID(r.Cited), r.Body.Why)
	if err != nil {
		return nil, err
	}
	return contract.Uncite200JSONResponse{Body: outcome(o), Headers: contract.Uncite200ResponseHeaders{ETag: etag(o.Rev)}}, nil
}

func citable(c den.Citable) contract.Citable {
	return contract.Citable{
		Trial: string(c.Trial), Name: c.Name, Department: c.Department, Finding: some(c.Finding), Published: c.Published,
		Shared: list(c.Shared, same[string]), Differs: list(c.Differs, same[string]),
	}
}

func citation(c den.Citation) contract.Citation {
	return contract.Citation{
		Trial: some(string(c.Trial)), Name: c.Name, Department: some(c.Department), Finding: some(c.Finding), Why: some(c.Why),
		Differs: list(c.Differs, same[string]), CitedAt: c.At,
	}
}
