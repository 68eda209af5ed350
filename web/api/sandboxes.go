package api

import (
	"context"

	"innovationden/orchestrator/den"
	"innovationden/web/actor"
	"innovationden/web/api/contract"
)

// logBytes is how much of a log is given when nobody says otherwise.
const logBytes = 64 << 10

// ListSandboxes lists sandboxes.
func (a *API) ListSandboxes(ctx context.Context, r contract.ListSandboxesRequestObject) (contract.ListSandboxesResponseObject, error) {
	f := filter(r.Params.After, r.Params.Limit)
	f.Trial, f.Phase, f.Newest = den.ID(value(r.Params.Trial)), den.Phase(value(r.Params.Phase)), value(r.Params.Newest)
	page, err := a.den.Sandboxes(ctx, actor.From(ctx), f)
	if err != nil {
		return nil, err
	}
	return contract.ListSandboxes200JSONResponse{Items: list(page.Items, sandbox), Next: some(page.Next)}, nil
}

// GetSandbox reads a sandbox.
func (a *API) GetSandbox(ctx context.Context, r contract.GetSandboxRequestObject) (contract.GetSandboxResponseObject, error) {
	s, err := a.den.Sandbox(ctx, actor.From(ctx), den.ID(r.Id))
	if err != nil {
		return nil, err
	}
	return contract.GetSandbox200JSONResponse{Body: sandbox(s), Headers: contract.GetSandbox200ResponseHeaders{ETag: etag(s.Rev)}}, nil
}

// EndSandbox removes a sandbox now.
func (a *API) EndSandbox(ctx context.Context, r contract.EndSandboxRequestObject) (contract.EndSandboxResponseObject, error) {
	s, err := matched(r.Params.IfMatch, func(rev int64) (den.SandboxView, error) {
		return a.den.End(ctx, actor.From(ctx), den.ID(r.Id), why(r.Body), rev)
	})
	if err != nil {
		return nil, err
	}
	return contract.EndSandbox202JSONResponse{Body: sandbox(s), Headers: contract.EndSandbox202ResponseHeaders{ETag: etag(s.Rev)}}, nil
}

// ExtendSandbox lets a sandbox live longer.
func (a *API) ExtendSandbox(ctx context.Context, r contract.ExtendSandboxRequestObject) (contract.ExtendSandboxResponseObject, error) {
	s, err := matched(r.Params.IfMatch, func(rev int64) (den.SandboxView, error) {
		return a.den.Extend(ctx, actor.From(ctx), den.ID(r.Id), extension(r.Body, rev))
	})
	if err != nil {
		return nil, err
	}
	return contract.ExtendSandbox200JSONResponse{Body: sandbox(s), Headers: contract.ExtendSandbox200ResponseHeaders{ETag: etag(s.Rev)}}, nil
}

// RestartSandbox starts the product again in a fresh sandbox.
func (a *API) RestartSandbox(ctx context.Context, r contract.RestartSandboxRequestObject) (contract.RestartSandboxResponseObject, error) {
	s, err := matched(r.Params.IfMatch, func(rev int64) (den.SandboxView, error) {
		return a.den.Restart(ctx, actor.From(ctx), den.ID(r.Id), why(r.Body), rev)
	})
	if err != nil {
		return nil, err
	}
	return contract.RestartSandbox202JSONResponse{Body: sandbox(s), Headers: contract.RestartSandbox202ResponseHeaders{ETag: etag(s.Rev)}}, nil
}

// PauseSandbox freezes a sandbox.
func (a *API) PauseSandbox(ctx context.Context, r contract.PauseSandboxRequestObject) (contract.PauseSandboxResponseObject, error) {
	s, err := matched(r.Params.IfMatch, func(rev int64) (den.SandboxView, error) {
		return a.den.Pause(ctx, actor.From(ctx), den.ID(r.Id), rev)
	})
	if err != nil {
		return nil, err
	}
	return contract.PauseSandbox202JSONResponse{Body: sandbox(s), Headers: contract.PauseSandbox202ResponseHeaders{ETag: etag(s.Rev)}}, nil
}

// ResumeSandbox lets a frozen sandbox go on.
func (a *API) ResumeSandbox(ctx context.Context, r contract.ResumeSandboxRequestObject) (contract.ResumeSandboxResponseObject, error) {
	s, err := matched(r.Params.IfMatch, func(rev int64) (den.SandboxView, error) {
		return a.den.Resume(ctx, actor.From(ctx), den.ID(r.Id), rev)
	})
	if err != nil {
		return nil, err
	}
	return contract.ResumeSandbox202JSONResponse{Body: sandbox(s), Headers: contract.ResumeSandbox202ResponseHeaders{ETag: etag(s.Rev)}}, nil
}

// GetSandboxUse measures what a sandbox uses now.
func (a *API) GetSandboxUse(ctx context.Context, r contract.GetSandboxUseRequestObject) (contract.GetSandboxUseResponseObject, error) {
	u, err := a.den.Use(ctx, actor.From(ctx), den.ID(r.Id))
	if err != nil {
		return nil, err
	}
	return contract.GetSandboxUse200JSONResponse(use(u)), nil
}

// GetSandboxLog reads the end of a product's log. The text is a stranger's, so it is
// never anything but text.
func (a *API) GetSandboxLog(ctx context.Context, r contract.GetSandboxLogRequestObject) (contract.GetSandboxLogResponseObject, error) {
	text, err := a.den.ServiceLogs(ctx, actor.From(ctx), den.ID(r.Id), value(r.Params.Service), int(or(r.Params.Bytes, logBytes)))
	if err != nil {
		return nil, err
	}
	return printed(text), nil
}

// ListMails lists the mails that a product sent.
func (a *API) ListMails(ctx context.Context, r contract.ListMailsRequestObject) (contract.ListMailsResponseObject, error) {
	all, err := a.den.Mails(ctx, actor.From(ctx), den.ID(r.Id))
	if err != nil {
		return nil, err
	}
	return contract.ListMails200JSONResponse{Items: list(all, mail)}, nil
}

// GetReceipt reads the receipt of a removed sandbox.
func (a *API) GetReceipt(ctx context.Context, r contract.GetReceiptRequestObject) (contract.GetReceiptResponseObject, error) {
	found, err := a.den.Receipt(ctx, actor.From(ctx), den.ID(r.Id))
	if err != nil {
		return nil, err
	}
	return contract.GetReceipt200JSONResponse(receipt(found)), nil
}
