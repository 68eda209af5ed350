package search

import (
	"fmt"
	"testing"

	"innovationden/orchestrator/den"
)

// A supplier that names other frameworks again and again makes the index no larger, and
// those that nobody names any more are found no more.
func TestValuesThatNobodyHasAreForgotten(t *testing.T) {
	x := New(den.Vocabulary{Areas: []den.ServiceArea{{ID: "health", Title: "Health"}}})
	other := den.FoundEntry{Supplier: den.Supplier{ID: "sup_2", Name: "Slotwise", SupplierProfile: den.SupplierProfile{Frameworks: []string{"Spark", "spark"}}}}
	x.Put(other)
	for n := range 1000 {
		one := den.FoundEntry{Supplier: den.Supplier{ID: "sup_1", Name: "Bookwell"}}
		one.Supplier.Frameworks = []string{fmt.Sprintf("Framework %d", n), "Spark"}
		x.Put(one)
	}
	if n := len(x.facet[den.FacetFramework].all); n > 3 {
		t.Errorf("%d values are kept for two frameworks", n)
	}
	counts := func() string { return fmt.Sprint(x.Find(den.Search{}).Counts[den.FacetFramework]) }
	if got := counts(); got != "[{spark Spark 2 false} {framework 999 Framework 999 1 false}]" {
		t.Errorf("counted: %s", got)
	}
	x.Remove("sup_1")
	if got := counts(); got != "[{spark Spark 1 false}]" {
		t.Errorf("with one gone: %s", got)
	}
	if found := x.Find(den.Search{Only: map[den.Facet][]string{den.FacetFramework: {"framework 999", ""}}}); found.Total != 0 || len(found.Counts[den.FacetFramework]) != 1 {
		t.Errorf("what nobody has finds %+v", found)
	}
	if n := len(x.facet[den.FacetArea].all); n != 1 {
		t.Errorf("the vocabulary has %d areas", n)
	}
}
