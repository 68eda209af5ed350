package main

import (
	"context"
	"io"
	"slices"
	"time"

	"innovationden/orchestrator/bolt"
	"innovationden/orchestrator/den"
	"innovationden/orchestrator/files"
	"innovationden/orchestrator/ledger"
	"innovationden/orchestrator/report"
)

// forms hands reports to the room that writes them, and a bundle what seals it.
type forms struct {
	publisher report.Publisher
	store     *bolt.DB
	key       *ledger.Key
	files     *files.Shelf
	now       func() time.Time
}

func (h *house) forms() forms {
	p := h.config.Publishing
	return forms{
		publisher: report.Publisher{Name: p.Name, Prefix: p.Prefix, Public: h.config.Public()},
		store:     h.store, key: h.key, files: h.files, now: time.Now,
	}
}

// Make implements orchestrator.Forms.
func (f forms) Make(ctx context.Context, form den.Form, r den.Report, with den.Enclosed) (den.Document, error) {
	if form != den.FormBundle {
		return report.Write(form, r, f.publisher)
	}
	var seqs []uint64
	for _, e := range r.Record.Events {
		seqs = append(seqs, e.Seq)
	}
	for _, one := range with.Receipts {
		seqs = append(seqs, one.Event)
	}
	slices.Sort(seqs)
	proofs, err := f.store.Proofs(ctx, slices.Compact(seqs))
	if err != nil {
		return den.Document{}, err
	}
	name, media := report.BundleName(r)
	return den.Document{Name: name, Type: media, Write: func(w io.Writer) error {
		return report.Bundle(w, r, with, f.publisher, report.Sealing{
			Proofs: proofs, Open: f.files.Read,
			Sign: func(head den.Head) (string, error) { return f.key.Sign(head, f.now()) },
			Seal: func(hash string) (string, error) { return f.key.Seal(hash, f.now()) },
		})
	}}, nil
}

// schemas are what published reports can be held to, by the path of each.
func (h *house) schemas() (map[string][]byte, error) {
	publisher := h.forms().publisher
	document, err := report.Schema(publisher.Public + report.SchemaPath)
	if err != nil {
		return nil, err
	}
	extension, err := report.Extension(publisher)
	if err != nil {
		return nil, err
	}
	return map[string][]byte{report.SchemaPath: document, report.ExtensionPath: extension, report.PatchPath: report.Patch()}, nil
}
