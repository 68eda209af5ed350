package orchestrator

import (
	"context"
	"slices"

	"innovationden/orchestrator/den"
)

// Forms makes the standard document in its forms. Invalid for one that is not in
// den.Forms.
type Forms interface {
	Make(ctx context.Context, form den.Form, r den.Report, e den.Enclosed) (den.Document, error)
}

// ReportAs is the standard document of a trial as a file.
func (o *Orchestrator) ReportAs(ctx context.Context, actor den.Actor, trial den.ID, form den.Form) (d den.Document, err error) {
	var r den.Report
	var with den.Enclosed
	err = o.Store.View(ctx, func(tx den.Tx) error {
		t, err := mayTrial(tx, actor, trial, den.ReadTrial)
		if err != nil {
			return err
		}
		if r, err = o.reportOf(tx, actor, t); err != nil || form != den.FormBundle {
			return err
		}
		switch hidden, err := veiled(tx, actor, t); {
		case err != nil:
			return err
		case hidden:
			return den.Refuse(den.NotYet, "The bundle says which products took part. You can have it once the marks are locked.")
		}
		with, err = enclosed(tx, t, r)
		return err
	})
	if err != nil {
		return d, err
	}
	return o.made(ctx, form, r, with)
}

func (o *Orchestrator) made(ctx context.Context, form den.Form, r den.Report, with den.Enclosed) (den.Document, error) {
	if !slices.Contains(den.Forms, form) {
		return den.Document{}, den.Bad("form", "Choose a form: json, csv, ods, ocds or bundle.")
	}
	if o.Forms == nil {
		return den.Document{}, den.Refuse(den.Conflict, "This den gives reports as pages only.")
	}
	return o.Forms.Make(ctx, form, r, with)
}

// enclosed gathers what a bundle holds besides the document.
func enclosed(tx den.Tx, t den.Trial, r den.Report) (e den.Enclosed, err error) {
	if e.Receipts, err = every(tx.Receipts(), den.Query{Index: den.ReceiptsByTrial, Key: string(t.ID)}); err != nil {
		return e, err
	}
	for _, one := range r.Record.Events {
		if one.Act != "trial.started" {
			continue
		}
		event, err := tx.Event(one.Seq)
		if err != nil {
			return e, err
		}
		if event.Subject == t.ID {
			e.Protocol = event.After
		}
	}
	given, err := counting(tx, t)
	for _, a := range given {
		if a.Submitted() {
			e.Evidence = append(e.Evidence, a.Files()...) // about one question, or about the whole
		}
	}
	slices.Sort(e.Evidence)
	e.Evidence = slices.Compact(e.Evidence)
	return e, err
}
