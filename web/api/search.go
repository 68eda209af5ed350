package api

import (
	"bytes"
	"context"
	"strings"

	"innovationden/orchestrator/den"
	"innovationden/web/actor"
	"innovationden/web/api/contract"
)

// FindEntries searches the techmap.
func (a *API) FindEntries(ctx context.Context, r contract.FindEntriesRequestObject) (contract.FindEntriesResponseObject, error) {
	p := r.Params
	q := den.Search{Text: value(p.Text), From: int(value(p.From)), Limit: int(value(p.Most)), Only: map[den.Facet][]string{
		den.FacetEvidence: value(p.Evidence), den.FacetCapability: value(p.Capability), den.FacetArea: value(p.Area), den.FacetSME: value(p.Sme),
		den.FacetFramework: value(p.Framework), den.FacetHosting: value(p.Hosting), den.FacetData: value(p.Data), den.FacetOpenSource: value(p.OpenSource),
		den.FacetPrice: value(p.Price),
	}}
	found, err := a.den.Find(ctx, actor.From(ctx), q)
	if err != nil {
		return nil, err
	}
	out := contract.FindEntries200JSONResponse{Total: int32(found.Total), Items: list(found.Items, foundEntry), Counts: []contract.FoundCount{}, Read: text(found.Read), Instead: some(found.Instead), Besides: some(int32(found.Besides))}
	for _, f := range den.Facets {
		for _, c := range found.Counts[f] {
			out.Counts = append(out.Counts, contract.FoundCount{Filter: string(f), Value: c.Value, Title: some(c.Title), Count: int32(c.Count)})
		}
	}
	return out, nil
}

func foundEntry(e den.FoundEntry) contract.FoundEntry {
	out := contract.FoundEntry{
		Product: some(string(e.Product.ID)), Supplier: string(e.Supplier.ID), SupplierName: e.Supplier.Name, Name: e.Product.Name,
		Summary: e.Product.Summary, Capabilities: several(e.Product.Capabilities), Tried: int32(e.Tried),
	}
	if e.Product.ID == "" {
		out.Name, out.Summary = e.Supplier.Name, e.Supplier.Summary
	}
	return out
}

// ExportSheet reads suppliers or products as CSV.
func (a *API) ExportSheet(ctx context.Context, r contract.ExportSheetRequestObject) (contract.ExportSheetResponseObject, error) {
	var out bytes.Buffer
	if err := a.den.ExportTechmap(ctx, actor.From(ctx), den.Sheet(r.Sheet), &out); err != nil {
		return nil, err
	}
	return contract.ExportSheet200TextcsvResponse{Body: &out, ContentLength: int64(out.Len())}, nil
}

// ImportSheet adds and changes suppliers or products from CSV.
func (a *API) ImportSheet(ctx context.Context, r contract.ImportSheetRequestObject) (contract.ImportSheetResponseObject, error) {
	done, err := a.den.ImportTechmap(ctx, actor.From(ctx), den.Sheet(r.Sheet), strings.NewReader(r.Body.Csv))
	if err != nil {
		return nil, err
	}
	return contract.ImportSheet200JSONResponse{Added: int32(done.Added), Changed: int32(done.Changed)}, nil
}
