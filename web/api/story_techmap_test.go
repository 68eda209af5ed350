package api_test

import (
	"strings"

	"innovationden/web/api/contract"
)

// describe says what a supplier and a product are, in the words of the den.
func (s *story) describe(added string) {
	w, ctx := s.w, s.ctx
	words, err := s.vendor.GetCapabilitiesWithResponse(ctx)
	first := told(w, words.JSON200, err, words.Body).Groups[0].Capabilities[0].Id
	chs, err := s.ops.ChangeSupplierWithResponse(ctx, added, nil, contract.SupplierEntry{Name: "Tryware", Place: new("Leeds"), Contacts: &[]contract.Contact{{Name: "Sales"}}})
	told(w, chs.JSON200, err, chs.Body)
	han, err := s.ops.HandOverSupplierWithResponse(ctx, added, nil)
	told(w, han.JSON200, err, han.Body)
	sup, err := s.official.GetSupplierWithResponse(ctx, added)
	if got := told(w, sup.JSON200, err, sup.Body); *got.Place != "Leeds" || (*got.Contacts)[0].Name != "Sales" || got.HandedOverAt == nil || sup.HTTPResponse.Header.Get("ETag") == "" {
		s.t.Errorf("the supplier is %+v", got)
	}
	own := string(w.products[0].ID)
	chp, err := s.vendor.ChangeProductWithResponse(ctx, own, nil, contract.ProductEntry{
		Name: w.products[0].Name, Capabilities: &[]string{first}, Price: &contract.StatedPrice{Basis: contract.UserMonth, Pence: new(int64(1240))},
	})
	told(w, chp.JSON200, err, chp.Body)
	pro, err := s.official.GetProductWithResponse(ctx, own)
	if got := told(w, pro.JSON200, err, pro.Body); (*got.Capabilities)[0] != first || *got.Price.Pence != 1240 {
		s.t.Errorf("the product is %+v", got)
	}
}

// sheets gives and takes the techmap as CSV, and searches it.
func (s *story) sheets() {
	w, ctx := s.w, s.ctx
	exp, err := s.ops.ExportSheetWithResponse(ctx, contract.ExportSheetParamsSheetProducts)
	if s.w.must(err); exp.HTTPResponse.StatusCode != 200 || !strings.HasPrefix(string(exp.Body), "id,supplier,name,") {
		s.t.Errorf("the sheet is %d %s", exp.HTTPResponse.StatusCode, exp.Body)
	}
	imp, err := s.ops.ImportSheetWithResponse(ctx, contract.ImportSheetParamsSheetProducts, contract.NewSheet{Csv: string(exp.Body)})
	if got := told(w, imp.JSON200, err, imp.Body); got.Added != 0 || got.Changed == 0 {
		s.t.Errorf("the import did %+v", got)
	}
	fnd, err := s.official.FindEntriesWithResponse(ctx, &contract.FindEntriesParams{Text: new("northbrige"), Sme: &[]string{"no-such"}})
	if got := told(w, fnd.JSON200, err, fnd.Body); got.Total != 0 {
		s.t.Errorf("found %+v", got)
	}
	fnd, err = s.official.FindEntriesWithResponse(ctx, &contract.FindEntriesParams{Text: new("northbrige")})
	if got := told(w, fnd.JSON200, err, fnd.Body); got.Total == 0 || got.Items[0].SupplierName != "Northbridge Software" {
		s.t.Errorf("found %+v", got)
	}
}
