package api

import (
	"context"

	"innovationden/orchestrator/den"
	"innovationden/web/actor"
	"innovationden/web/api/contract"
)

// GetSupplier reads a supplier's entry.
func (a *API) GetSupplier(ctx context.Context, r contract.GetSupplierRequestObject) (contract.GetSupplierResponseObject, error) {
	s, err := a.den.Supplier(ctx, actor.From(ctx), den.ID(r.Id))
	if err != nil {
		return nil, err
	}
	return contract.GetSupplier200JSONResponse{Body: supplier(s.Supplier), Headers: contract.GetSupplier200ResponseHeaders{ETag: etag(s.Rev)}}, nil
}

// ChangeSupplier changes a supplier's entry.
func (a *API) ChangeSupplier(ctx context.Context, r contract.ChangeSupplierRequestObject) (contract.ChangeSupplierResponseObject, error) {
	s, err := matched(r.Params.IfMatch, func(rev int64) (den.SupplierView, error) {
		return a.den.ChangeSupplier(ctx, actor.From(ctx), den.ID(r.Id), supplierChange(*r.Body, rev))
	})
	if err != nil {
		return nil, err
	}
	return contract.ChangeSupplier200JSONResponse{Body: supplier(s.Supplier), Headers: contract.ChangeSupplier200ResponseHeaders{ETag: etag(s.Rev)}}, nil
}

// HandOverSupplier hands an entry over to its supplier.
func (a *API) HandOverSupplier(ctx context.Context, r contract.HandOverSupplierRequestObject) (contract.HandOverSupplierResponseObject, error) {
	s, err := matched(r.Params.IfMatch, func(rev int64) (den.SupplierView, error) {
		return a.den.HandOver(ctx, actor.From(ctx), den.ID(r.Id), rev)
	})
	if err != nil {
		return nil, err
	}
	return contract.HandOverSupplier200JSONResponse{Body: supplier(s.Supplier), Headers: contract.HandOverSupplier200ResponseHeaders{ETag: etag(s.Rev)}}, nil
}

// ChangeProduct changes a product's entry.
func (a *API) ChangeProduct(ctx context.Context, r contract.ChangeProductRequestObject) (contract.ChangeProductResponseObject, error) {
	p, err := matched(r.Params.IfMatch, func(rev int64) (den.ProductView, error) {
		return a.den.ChangeProduct(ctx, actor.From(ctx), den.ID(r.Id), productChange(*r.Body, rev))
	})
	if err != nil {
		return nil, err
	}
	return contract.ChangeProduct200JSONResponse{Body: product(p), Headers: contract.ChangeProduct200ResponseHeaders{ETag: etag(p.Rev)}}, nil
}

// GetCapabilities reads the words in which products are described.
func (a *API) GetCapabilities(context.Context, contract.GetCapabilitiesRequestObject) (contract.GetCapabilitiesResponseObject, error) {
	return contract.GetCapabilities200JSONResponse(vocabulary(a.den.Vocabulary())), nil
}
