package api

import (
	"context"
	"errors"
	"io"
	"mime"
	"net/http"

	"innovationden/orchestrator/den"
	"innovationden/web/actor"
	"innovationden/web/api/contract"
)

// AddSBOM keeps what a release is built of.
func (a *API) AddSBOM(ctx context.Context, r contract.AddSBOMRequestObject) (contract.AddSBOMResponseObject, error) {
	v, err := a.den.AddSBOM(ctx, actor.From(ctx), den.NewSBOM{Release: den.ID(r.Id), Name: value(r.Params.Name), From: r.Body})
	if err != nil {
		return nil, err
	}
	return contract.AddSBOM201JSONResponse{Body: sbomParts(v), Headers: contract.AddSBOM201ResponseHeaders{Location: at("/releases/" + r.Id + "/sbom")}}, nil
}

// GetSBOM reads what a release is built of.
func (a *API) GetSBOM(ctx context.Context, r contract.GetSBOMRequestObject) (contract.GetSBOMResponseObject, error) {
	v, err := a.den.SBOM(ctx, actor.From(ctx), den.ID(r.Id))
	if err != nil {
		return nil, err
	}
	return contract.GetSBOM200JSONResponse(sbomParts(v)), nil
}

// GetSBOMFile sends the SBOM as its supplier gave it.
func (a *API) GetSBOMFile(ctx context.Context, r contract.GetSBOMFileRequestObject) (contract.GetSBOMFileResponseObject, error) {
	v, content, err := a.den.SBOMFile(ctx, actor.From(ctx), den.ID(r.Id))
	if err != nil {
		return nil, err
	}
	return exhibit{v.Name, content}, nil
}

// exhibit is a stranger's file as it is sent: whatever it is, a download.
type exhibit struct {
	name    string
	content io.ReadCloser
}

// VisitGetEvidenceResponse writes it.
func (e exhibit) VisitGetEvidenceResponse(w http.ResponseWriter) error { return e.send(w) }

// VisitGetSBOMFileResponse writes it.
func (e exhibit) VisitGetSBOMFileResponse(w http.ResponseWriter) error { return e.send(w) }

// send writes it. One that fails on its way ends without its end, so that nobody takes a
// part for the whole.
func (e exhibit) send(w http.ResponseWriter) error {
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": e.name}))
	w.WriteHeader(http.StatusOK)
	_, err := io.Copy(w, e.content)
	if err = errors.Join(err, e.content.Close()); err != nil {
		panic(http.ErrAbortHandler)
	}
	return nil
}

func sbom(s den.SBOM) contract.SBOM {
	return contract.SBOM{Name: s.Name, Sha256: s.Hash, SizeBytes: s.Size, Format: s.Format, Components: int32(s.Components), AddedAt: s.AddedAt}
}

func sbomParts(v den.SBOMView) contract.SBOMParts {
	return contract.SBOMParts{Release: string(v.Release.ID), Sbom: sbom(v.SBOM), Items: list(v.Parts, component)}
}

func component(c den.Component) contract.Component {
	return contract.Component{Name: c.Name, Version: some(c.Version), Licence: some(c.Licence), Purl: some(c.Address)}
}
