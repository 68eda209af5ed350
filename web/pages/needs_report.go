package pages

import (
	"context"

	"innovationden/orchestrator/den"
)

// Reports is what the pages need of the standard document.
type Reports interface {
	Report(ctx context.Context, a den.Actor, trial den.ID) (den.Report, error)
	ReportAs(ctx context.Context, a den.Actor, trial den.ID, form den.Form) (den.Document, error)
}
