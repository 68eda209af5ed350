package main

import (
	"context"

	"innovationden/configs"
	"innovationden/orchestrator/den"
	"innovationden/orchestrator/report"
)

// forms hands reports to the room that writes them.
type forms struct{ publisher report.Publisher }

func newForms(c configs.Config) forms {
	return forms{publisher: report.Publisher{Name: c.Publishing.Name, Prefix: c.Publishing.Prefix, Public: c.Public()}}
}

// Make implements orchestrator.Forms.
func (f forms) Make(_ context.Context, form den.Form, r den.Report, _ den.Enclosed) (den.Document, error) {
	return report.Write(form, r, f.publisher)
}
