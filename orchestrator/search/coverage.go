package search

import (
	"cmp"
	"slices"
	"strings"

	"innovationden/orchestrator/den"
)

// Coverage says which supplier offers which capability.
func (x *Index) Coverage() den.Coverage {
	x.mu.RLock()
	defer x.mu.RUnlock()
	c := den.Coverage{Does: map[string]map[den.ID]bool{}}
	names, does := map[den.ID]string{}, map[den.ID]int{}
	for n := range x.docs {
		e := x.docs[n].entry
		if !x.docs[n].live {
			continue
		}
		names[e.Supplier.ID] = e.Supplier.Name
		for _, can := range e.Product.Capabilities {
			if c.Does[can] == nil {
				c.Does[can] = map[den.ID]bool{}
			}
			tried, known := c.Does[can][e.Supplier.ID]
			if !known {
				does[e.Supplier.ID]++
			}
			c.Does[can][e.Supplier.ID] = tried || e.Tried > 0
		}
	}
	for id, name := range names {
		c.Suppliers = append(c.Suppliers, den.CoverageSupplier{ID: id, Name: name, Does: does[id]})
	}
	slices.SortFunc(c.Suppliers, func(a, b den.CoverageSupplier) int {
		return cmp.Or(cmp.Compare(b.Does, a.Does), strings.Compare(a.Name, b.Name), strings.Compare(string(a.ID), string(b.ID)))
	})
	return c
}
