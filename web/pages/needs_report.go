package pages

import (
	"context"

	"innovationden/orchestrator/den"
)

// Reports is what the pages need of the standard document.
type Reports interface {
	Report(ctx context.Context, a den.Actor, trial den.ID) (den.Report, error)
	ReportAs(ctx context.Context, a den.Actor, trial den.ID, form den.Form) (den.Document, error)
	Measured(ctx context.Context, a den.Actor, trial den.ID) (den.Measured, error)
	StartLoad(ctx context.Context, a den.Actor, trial den.ID) (den.LoadTest, error)
}

// Register is what the pages need of published reports.
type Register interface {
	Preview(ctx context.Context, a den.Actor, trial den.ID, parts []den.Part) (den.Report, error)
	Publication(ctx context.Context, a den.Actor, trial den.ID) (den.Publication, error)
	Publish(ctx context.Context, a den.Actor, trial den.ID, in den.NewPublication) (den.Publication, error)
	WithdrawReport(ctx context.Context, a den.Actor, trial den.ID, why string, rev int64) (den.Publication, error)
	Register(ctx context.Context, a den.Actor, f den.Filter) (den.Page[den.Publication], error)
	Published(ctx context.Context, a den.Actor, trial den.ID) (den.PublicationView, error)
	PublishedAs(ctx context.Context, a den.Actor, trial den.ID, form den.Form) (den.Document, error)
	CompareTrials(ctx context.Context, a den.Actor, trials []den.ID) (den.Comparison, error)
	Citable(ctx context.Context, a den.Actor, trial den.ID, text, after string) (den.Page[den.Citable], error)
	Cite(ctx context.Context, a den.Actor, trial den.ID, in den.NewCitation) (den.Outcome, error)
	Uncite(ctx context.Context, a den.Actor, trial, other den.ID, why string) (den.Outcome, error)
	ReplyTo(ctx context.Context, a den.Actor, trial den.ID, in den.NewReply) (den.Reply, error)
}
