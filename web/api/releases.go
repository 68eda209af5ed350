package api

import (
	"context"

	"innovationden/orchestrator/den"
	"innovationden/web/actor"
	"innovationden/web/api/contract"
)

// ListReleases lists the releases of a product.
func (a *API) ListReleases(ctx context.Context, r contract.ListReleasesRequestObject) (contract.ListReleasesResponseObject, error) {
	f := filter(r.Params.After, r.Params.Limit)
	f.Product, f.Newest = den.ID(r.Id), value(r.Params.Newest)
	if _, err := a.den.Product(ctx, actor.From(ctx), f.Product); err != nil {
		return nil, err
	}
	page, err := a.den.Releases(ctx, actor.From(ctx), f)
	if err != nil {
		return nil, err
	}
	return contract.ListReleases200JSONResponse{Items: list(page.Items, release), Next: some(page.Next)}, nil
}

// GetRelease reads a release.
func (a *API) GetRelease(ctx context.Context, r contract.GetReleaseRequestObject) (contract.GetReleaseResponseObject, error) {
	found, err := a.den.Release(ctx, actor.From(ctx), den.ID(r.Id))
	if err != nil {
		return nil, err
	}
	return contract.GetRelease200JSONResponse(release(found)), nil
}

// AddRelease adds a release from an image on the engine.
func (a *API) AddRelease(ctx context.Context, r contract.AddReleaseRequestObject) (contract.AddReleaseResponseObject, error) {
	b := r.Body
	asks, err := readWays(b.Asks, "asks")
	if err != nil {
		return nil, err
	}
	made, err := a.den.AddRelease(ctx, actor.From(ctx), den.NewRelease{
		Product: den.ID(r.Id), Version: b.Version, Image: value(b.Image), Pushed: value(b.Pushed),
		Port: int(value(b.Port)), Path: value(b.Path), Profile: string(value(b.Profile)), Env: value(b.Env), Asks: asks,
		Notes: value(b.Notes), Needs: value(b.Needs),
		Once: once(r.Params.IdempotencyKey, "release", r.Id, b),
	})
	if err != nil {
		return nil, addressed(err)
	}
	return contract.AddRelease201JSONResponse{
		Body:    release(made),
		Headers: contract.AddRelease201ResponseHeaders{Location: at("/releases/" + string(made.ID))},
	}, nil
}

// ListPushes lists what was pushed for a product.
func (a *API) ListPushes(ctx context.Context, r contract.ListPushesRequestObject) (contract.ListPushesResponseObject, error) {
	found, err := a.den.Pushed(ctx, actor.From(ctx), den.ID(r.Id))
	if err != nil {
		return nil, err
	}
	return contract.ListPushes200JSONResponse{Items: list(found, push)}, nil
}

// AddReleaseArchive adds a release from a `docker save` archive. A repeat with the same
// key is recognised by its parameters: the archive is not read a second time.
func (a *API) AddReleaseArchive(ctx context.Context, r contract.AddReleaseArchiveRequestObject) (contract.AddReleaseArchiveResponseObject, error) {
	p := r.Params
	asks, err := waysOf(value(p.Ways), value(p.Mail), "ways")
	if err != nil {
		return nil, err
	}
	made, err := a.den.AddRelease(ctx, actor.From(ctx), den.NewRelease{
		Product: den.ID(r.Id), Version: p.Version, Archive: r.Body, ArchiveSize: sizeOf(ctx),
		Port: int(value(p.Port)), Path: value(p.Path), Profile: string(value(p.Profile)), Asks: asks,
		Notes: value(p.Notes), Needs: value(p.Needs),
		Once: once(p.IdempotencyKey, "archive", r.Id, p.Version, p.Port, p.Path, p.Profile, p.Ways, p.Mail, p.Notes, p.Needs),
	})
	if err != nil {
		return nil, addressed(err)
	}
	return contract.AddReleaseArchive201JSONResponse{
		Body:    release(made),
		Headers: contract.AddReleaseArchive201ResponseHeaders{Location: at("/releases/" + string(made.ID))},
	}, nil
}
