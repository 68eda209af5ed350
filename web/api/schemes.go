package api

import (
	"context"

	"innovationden/orchestrator/den"
	"innovationden/web/api/contract"
)

// ListSchemes lists the schemes.
func (a *API) ListSchemes(context.Context, contract.ListSchemesRequestObject) (contract.ListSchemesResponseObject, error) {
	return contract.ListSchemes200JSONResponse{Items: list(a.den.Schemes(), scheme)}, nil
}

// GetScheme reads one version of a scheme.
func (a *API) GetScheme(_ context.Context, r contract.GetSchemeRequestObject) (contract.GetSchemeResponseObject, error) {
	s, err := a.den.Scheme(den.SchemeRef{ID: r.Scheme, Version: int(r.Version)})
	if err != nil {
		return nil, err
	}
	return contract.GetScheme200JSONResponse(scheme(s)), nil
}

// ListSizes lists the sizes of sandboxes.
func (a *API) ListSizes(context.Context, contract.ListSizesRequestObject) (contract.ListSizesResponseObject, error) {
	return contract.ListSizes200JSONResponse{Items: list(a.den.Sizes(), size)}, nil
}
