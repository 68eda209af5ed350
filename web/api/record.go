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
	f.Act, f.Since, f.Before = value(r.Params.Act), value(r.Params.Since), value(r.Params.Before)
	page, err := a.den.Events(ctx, actor.From(ctx), f)
	if err != nil {
		return nil, err
	}
	return contract.ListEvents200JSONResponse{Items: list(page.Items, event), Next: some(page.Next), LookedTo: some(page.LookedTo)}, nil
}

// GetEvent reads one event.
func (a *API) GetEvent(ctx context.Context, r contract.GetEventRequestObject) (contract.GetEventResponseObject, error) {
	e, err := a.den.Event(ctx, actor.From(ctx), uint64(r.Seq))
	if err != nil {
		return nil, err
	}
	return contract.GetEvent200JSONResponse(event(e)), nil
}

// GetProof proves one event.
func (a *API) GetProof(ctx context.Context, r contract.GetProofRequestObject) (contract.GetProofResponseObject, error) {
	p, err := a.den.Proof(ctx, actor.From(ctx), uint64(r.Seq))
	if err != nil {
		return nil, err
	}
	return contract.GetProof200JSONResponse(proof(p)), nil
}

// GetRecordKey reads the record's public key.
func (a *API) GetRecordKey(context.Context, contract.GetRecordKeyRequestObject) (contract.GetRecordKeyResponseObject, error) {
	key := a.den.RecordKey()
	return contract.GetRecordKey200JSONResponse{Public: key.Public, Fingerprint: key.Fingerprint}, nil
}

// GetCheckpoint signs the state of the record.
func (a *API) GetCheckpoint(ctx context.Context, _ contract.GetCheckpointRequestObject) (contract.GetCheckpointResponseObject, error) {
	signed, err := a.den.Checkpoint(ctx, actor.From(ctx))
	if err != nil {
		return nil, err
	}
	return contract.GetCheckpoint200JSONResponse{Note: signed}, nil
}
