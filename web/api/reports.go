package api

import (
	"bytes"
	"context"
	"encoding/json"
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

// GetMeasured reads what was measured so far.
func (a *API) GetMeasured(ctx context.Context, r contract.GetMeasuredRequestObject) (contract.GetMeasuredResponseObject, error) {
	m, err := a.den.Measured(ctx, actor.From(ctx), den.ID(r.Id))
	if err != nil {
		return nil, err
	}
	shown, err := object(m)
	return contract.GetMeasured200JSONResponse(shown), err
}

// StartLoad starts the load test of a trial.
func (a *API) StartLoad(ctx context.Context, r contract.StartLoadRequestObject) (contract.StartLoadResponseObject, error) {
	l, err := a.den.StartLoad(ctx, actor.From(ctx), den.ID(r.Id))
	if err != nil {
		return nil, err
	}
	return contract.StartLoad202JSONResponse{
		Id: string(l.ID), Trial: string(l.Trial), State: string(l.State), RunsExpected: int32(l.Expected()), StartedAt: l.StartedAt,
	}, nil
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

// PublishReport shows the report of a trial in the register.
func (a *API) PublishReport(ctx context.Context, r contract.PublishReportRequestObject) (contract.PublishReportResponseObject, error) {
	in := den.NewPublication{Why: r.Body.Why}
	for _, part := range r.Body.Parts {
		in.Parts = append(in.Parts, den.Part(part))
	}
	pub, err := matched(r.Params.IfMatch, func(rev int64) (den.Publication, error) {
		in.Rev = rev
		return a.den.Publish(ctx, actor.From(ctx), den.ID(r.Id), in)
	})
	if err != nil {
		return nil, err
	}
	shown, err := object(pub.Report)
	return contract.PublishReport200JSONResponse(shown), err
}

// object is a document as the JSON object that it is.
func object(r any) (out map[string]any, err error) {
	text, err := json.Marshal(r)
	if err == nil {
		err = json.Unmarshal(text, &out)
	}
	return out, err
}
