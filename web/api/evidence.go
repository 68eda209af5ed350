package api

import (
	"context"

	"innovationden/orchestrator/den"
	"innovationden/web/actor"
	"innovationden/web/api/contract"
)

// ListEvidence lists what the caller keeps about an entry.
func (a *API) ListEvidence(ctx context.Context, r contract.ListEvidenceRequestObject) (contract.ListEvidenceResponseObject, error) {
	found, err := a.den.Assessment(ctx, actor.From(ctx), den.ID(r.Id), den.ID(r.Entry))
	if err != nil {
		return nil, err
	}
	return contract.ListEvidence200JSONResponse{Items: list(found.Evidence, evidence)}, nil
}

// AddEvidence keeps a picture, a file or a stretch of the log. A repeat with the same
// key is recognised by its parameters.
func (a *API) AddEvidence(ctx context.Context, r contract.AddEvidenceRequestObject) (contract.AddEvidenceResponseObject, error) {
	p := r.Params
	x, err := a.den.AddEvidence(ctx, actor.From(ctx), den.NewEvidence{
		Trial: den.ID(r.Id), Entry: den.ID(r.Entry), Criterion: value(p.Criterion), Kind: den.EvidenceKind(p.Kind), Name: value(p.Name), Content: r.Body,
		From: int(value(p.From)), To: int(value(p.To)), Once: once(p.IdempotencyKey, "evidence", r.Id, r.Entry, p.Kind, p.Name, p.Criterion, p.From, p.To),
	})
	if err != nil {
		return nil, err
	}
	return contract.AddEvidence201JSONResponse{
		Body: evidence(x), Headers: contract.AddEvidence201ResponseHeaders{Location: at("/trials/" + r.Id + "/evidence/" + string(x.ID))},
	}, nil
}

// RemoveEvidence removes a piece of the caller's evidence.
func (a *API) RemoveEvidence(ctx context.Context, r contract.RemoveEvidenceRequestObject) (contract.RemoveEvidenceResponseObject, error) {
	who := actor.From(ctx)
	in := den.EvidenceRemoval{Trial: den.ID(r.Id), Entry: den.ID(r.Entry), Evidence: den.ID(r.Evidence), Why: r.Body.Why}
	if err := a.den.RemoveEvidence(ctx, who, in); err != nil {
		return nil, err
	}
	left, err := a.den.Assessment(ctx, who, in.Trial, in.Entry)
	if err != nil {
		return nil, err
	}
	return contract.RemoveEvidence200JSONResponse{Items: list(left.Evidence, evidence)}, nil
}

// GetEvidence reads a piece of evidence.
func (a *API) GetEvidence(ctx context.Context, r contract.GetEvidenceRequestObject) (contract.GetEvidenceResponseObject, error) {
	x, content, err := a.den.Exhibit(ctx, actor.From(ctx), den.ID(r.Id), den.ID(r.Evidence))
	if err != nil {
		return nil, err
	}
	return exhibit{x.Name, content}, nil
}

func evidence(x den.Evidence) contract.Evidence {
	out := contract.Evidence{
		Id: string(x.ID), Kind: contract.EvidenceKind(x.Kind), Name: x.Name, Sha256: x.Hash, SizeBytes: x.Size, AddedAt: x.AddedAt,
	}
	if x.Criterion != "" {
		out.Criterion = &x.Criterion
	}
	return out
}
