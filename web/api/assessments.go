package api

import (
	"context"

	"innovationden/orchestrator/den"
	"innovationden/web/actor"
	"innovationden/web/api/contract"
)

// GetAssessment reads the caller's assessment of an entry.
func (a *API) GetAssessment(ctx context.Context, r contract.GetAssessmentRequestObject) (contract.GetAssessmentResponseObject, error) {
	found, err := a.den.Assessment(ctx, actor.From(ctx), den.ID(r.Id), den.ID(r.Entry))
	if err != nil {
		return nil, err
	}
	return contract.GetAssessment200JSONResponse{Body: assessment(found), Headers: contract.GetAssessment200ResponseHeaders{ETag: etag(found.Rev)}}, nil
}

// SaveAssessment saves or submits the caller's assessment of an entry.
func (a *API) SaveAssessment(ctx context.Context, r contract.SaveAssessmentRequestObject) (contract.SaveAssessmentResponseObject, error) {
	saved, err := matched(r.Params.IfMatch, func(rev int64) (den.Assessment, error) {
		n, err := newAssessment(*r.Body)
		if err != nil {
			return den.Assessment{}, err
		}
		n.Trial, n.Entry, n.Rev = den.ID(r.Id), den.ID(r.Entry), rev
		return a.den.SaveAssessment(ctx, actor.From(ctx), n)
	})
	if err != nil {
		return nil, renamed(err, map[string]string{"tasks": "task_notes"})
	}
	return contract.SaveAssessment200JSONResponse{Body: assessment(saved), Headers: contract.SaveAssessment200ResponseHeaders{ETag: etag(saved.Rev)}}, nil
}

// GetOutcome reads the outcome of a trial.
func (a *API) GetOutcome(ctx context.Context, r contract.GetOutcomeRequestObject) (contract.GetOutcomeResponseObject, error) {
	o, err := a.den.Outcome(ctx, actor.From(ctx), den.ID(r.Id))
	if err != nil {
		return nil, err
	}
	return contract.GetOutcome200JSONResponse{Body: outcome(o), Headers: contract.GetOutcome200ResponseHeaders{ETag: etag(o.Rev)}}, nil
}

// Decide records the decision.
func (a *API) Decide(ctx context.Context, r contract.DecideRequestObject) (contract.DecideResponseObject, error) {
	o, err := matched(r.Params.IfMatch, func(rev int64) (den.Outcome, error) {
		return a.den.Decide(ctx, actor.From(ctx), den.ID(r.Id), den.NewDecision{
			Decision: den.Decision(r.Body.Decision), Why: r.Body.Why,
			Chosen: den.ID(value(r.Body.Chosen)), Route: den.Route(value(r.Body.Route)), Rev: rev,
		})
	})
	if err != nil {
		return nil, err
	}
	return contract.Decide200JSONResponse{Body: outcome(o), Headers: contract.Decide200ResponseHeaders{ETag: etag(o.Rev)}}, nil
}
