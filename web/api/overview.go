package api

import (
	"context"

	"innovationden/orchestrator/den"
	"innovationden/web/actor"
	"innovationden/web/api/contract"
)

// GetOverview reads what a supplier has in the den.
func (a *API) GetOverview(ctx context.Context, r contract.GetOverviewRequestObject) (contract.GetOverviewResponseObject, error) {
	v, err := a.den.Overview(ctx, actor.From(ctx), den.ID(r.Id))
	if err != nil {
		return nil, err
	}
	return contract.GetOverview200JSONResponse{
		Supplier: string(v.Supplier.ID), SupplierName: v.Supplier.Name, Products: list(v.Products, overviewProduct), Sandboxes: list(v.Sandboxes, sandbox),
		Challenges: list(v.Challenges, overviewChallenge), Trials: list(v.Trials, overviewTrial),
	}, nil
}

// ReplyToReport keeps what a supplier says to a published report.
func (a *API) ReplyToReport(ctx context.Context, r contract.ReplyToReportRequestObject) (contract.ReplyToReportResponseObject, error) {
	said, err := a.den.ReplyTo(ctx, actor.From(ctx), den.ID(r.Id), den.NewReply{Entry: den.ID(r.Entry), Text: r.Body.Text})
	if err != nil {
		return nil, err
	}
	return contract.ReplyToReport200JSONResponse{Trial: r.Id, Entry: r.Entry, Text: r.Body.Text, At: moment(said.At)}, nil
}

func overviewProduct(p den.OverviewProduct) contract.OverviewProduct {
	return contract.OverviewProduct{
		Id: string(p.ID), Name: p.Name, Capabilities: append([]string{}, p.Capabilities...), Tried: int32(p.Tried), MoreReleases: int32(p.More),
		Releases: list(p.Releases, func(r den.OverviewRelease) contract.OverviewRelease {
			out := contract.OverviewRelease{Id: string(r.ID), Version: r.Version, CreatedAt: r.CreatedAt}
			if r.Flight != nil {
				out.Preflight, out.PreflightState = new(string(r.Flight.ID)), new(contract.PreflightState(r.Flight.State))
			}
			return out
		}),
	}
}

func overviewChallenge(c den.OverviewChallenge) contract.OverviewChallenge {
	return contract.OverviewChallenge{
		Id: string(c.Challenge), Title: c.Title, DepartmentName: c.DepartmentName, State: contract.ChallengeState(c.State), AnswersUntil: moment(c.AnswersUntil),
		TakesQuestions: c.TakesQuestions, TakesAnswers: c.TakesAnswers, Invited: c.Invited, Answered: c.Answered, Questions: list(c.Questions, asked),
		Fits: list(c.Fits, func(f den.OverviewFit) contract.OverviewFit {
			return contract.OverviewFit{Product: string(f.Product), Name: f.Name, InCommon: f.InCommon}
		}),
	}
}

func overviewTrial(t den.OverviewTrial) contract.OverviewTrial {
	out := contract.OverviewTrial{
		Trial: string(t.Trial), Entry: string(t.Entry), TrialName: t.TrialName, DepartmentName: t.DepartmentName, Product: string(t.Product), ProductName: t.ProductName,
		Version: some(t.Version), IsOver: t.IsOver, ClosedAt: moment(t.ClosedAt), Decision: some(contract.Decision(t.Decision)), Chosen: t.Chosen,
		Published: t.Published, Reply: some(t.Reply),
	}
	if t.Rank > 0 {
		out.Total, out.Rank, out.Ranked = &t.Total, new(int32(t.Rank)), new(int32(t.Ranked))
	}
	return out
}
