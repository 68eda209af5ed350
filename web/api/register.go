package api

import (
	"context"
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/actor"
	"innovationden/web/api/contract"
)

// readers are the paths of the register: for everybody who is known, and for anybody
// where the operator opens it. The contract says so of the same operations.
var readers = []string{Base + "/register", Base + "/register/:id", Base + "/register/:id/:form", Base + "/comparison"}

// Readers are the routes of the register, such as "GET /api/v1/register".
func Readers() []string {
	return list(readers, func(path string) string { return "GET " + path })
}

// reads says that anybody may ask, whoever they are.
func (a *API) reads(c *gin.Context) bool { return a.open && slices.Contains(readers, c.FullPath()) }

// ListRegister lists what is published.
func (a *API) ListRegister(ctx context.Context, r contract.ListRegisterRequestObject) (contract.ListRegisterResponseObject, error) {
	f := filter(r.Params.After, r.Params.Limit)
	f.Text = value(r.Params.Text)
	page, err := a.den.Register(ctx, actor.From(ctx), f)
	if err != nil {
		return nil, err
	}
	return contract.ListRegister200JSONResponse{Items: list(page.Items, registerLine), Next: some(page.Next)}, nil
}

func registerLine(p den.Publication) contract.Register {
	line := contract.Register{
		Trial: string(p.Trial), Name: p.Report.Trial.Name, Department: string(p.Department), DepartmentName: p.Report.Trial.Department,
		PublishedAt: p.At, Parts: text(p.Parts),
	}
	if len(p.Report.Finding) > 0 {
		line.Finding = some(p.Report.Finding[0])
	}
	return line
}

// GetRegistered reads one published report.
func (a *API) GetRegistered(ctx context.Context, r contract.GetRegisteredRequestObject) (contract.GetRegisteredResponseObject, error) {
	v, err := a.den.Published(ctx, actor.From(ctx), den.ID(r.Id))
	if err != nil {
		return nil, err
	}
	shown, err := object(v.Report)
	return contract.GetRegistered200JSONResponse{
		Trial: string(v.Trial), PublishedAt: v.At, Parts: text(v.Parts), Report: shown, Own: text(v.Own),
		Replies: list(v.Replies, func(one den.ReplyView) contract.RegisteredReply {
			return contract.RegisteredReply{Entry: string(one.Entry), EntryName: one.EntryName, Text: one.Text, At: one.At}
		}),
	}, err
}

// GetRegisteredFile reads it in one of its forms.
func (a *API) GetRegisteredFile(ctx context.Context, r contract.GetRegisteredFileRequestObject) (contract.GetRegisteredFileResponseObject, error) {
	d, err := a.den.PublishedAs(ctx, actor.From(ctx), den.ID(r.Id), den.Form(r.Form))
	return file{d}, err
}

// VisitGetRegisteredFileResponse writes a file to be kept.
func (f file) VisitGetRegisteredFileResponse(w http.ResponseWriter) error {
	return f.VisitGetReportFileResponse(w)
}

// CompareTrials puts reports side by side.
func (a *API) CompareTrials(ctx context.Context, r contract.CompareTrialsRequestObject) (contract.CompareTrialsResponseObject, error) {
	var ids []den.ID
	for _, id := range r.Params.Trials {
		ids = append(ids, den.ID(id))
	}
	found, err := a.den.CompareTrials(ctx, actor.From(ctx), ids)
	if err != nil {
		return nil, err
	}
	out := contract.Comparison{Trials: []contract.Compared{}}
	for _, one := range found.Trials {
		report, err := object(one.Report)
		if err != nil {
			return nil, err
		}
		out.Trials = append(out.Trials, contract.Compared{Report: report, Differs: list(one.Differs, same[string]), Detail: one.Says})
	}
	return contract.CompareTrials200JSONResponse(out), nil
}
