package api

import (
	"bytes"
	"context"
	"mime"
	"net/http"

	"innovationden/orchestrator/den"
	"innovationden/web/actor"
	"innovationden/web/api/contract"
)

// GetReport reads the standard document of a trial.
func (a *API) GetReport(ctx context.Context, r contract.GetReportRequestObject) (contract.GetReportResponseObject, error) {
	d, err := a.den.ReportAs(ctx, actor.From(ctx), den.ID(r.Id), den.FormJSON)
	return file{d}, err
}

// GetReportFile reads it in one of its forms.
func (a *API) GetReportFile(ctx context.Context, r contract.GetReportFileRequestObject) (contract.GetReportFileResponseObject, error) {
	d, err := a.den.ReportAs(ctx, actor.From(ctx), den.ID(r.Id), den.Form(r.Form))
	return file{d}, err
}

// file is a document as it is sent.
type file struct{ den.Document }

// VisitGetReportResponse writes the document itself.
func (f file) VisitGetReportResponse(w http.ResponseWriter) error {
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		return err
	}
	w.Header().Set("Content-Type", f.Type)
	w.WriteHeader(http.StatusOK)
	_, err := b.WriteTo(w)
	return err
}

// VisitGetReportFileResponse writes a file to be kept. One that fails on its way ends
// without its end, so that nobody takes a part for the whole.
func (f file) VisitGetReportFileResponse(w http.ResponseWriter) error {
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": f.Name}))
	w.WriteHeader(http.StatusOK)
	if err := f.Write(w); err != nil {
		panic(http.ErrAbortHandler)
	}
	return nil
}
