package search

import (
	"slices"
	"strings"

	"innovationden/orchestrator/den"
)

// values are the values of one facet, by number. One that no entry has any more gives its
// number to the next.
type values struct {
	number map[string]int32
	all    []den.Counted
	used   []int // entries that have it, and one for the vocabulary's own
	free   []int32
}

// facts are the plain facts of an entry as words.
func facts(e den.FoundEntry) []string {
	p, s := e.Product, e.Supplier
	all := slices.Concat([]string{s.Summary, s.Place, p.Licence}, p.Standards, s.Frameworks, s.Accreditations)
	if p.OpenSource == den.Yes {
		all = append(all, "open source")
	}
	if s.SME == den.Yes {
		all = append(all, "sme")
	}
	if p.Price.Basis == den.Free {
		all = append(all, "free")
	}
	return all
}

// facets gives the numbers of an entry's values, facet by facet.
func (x *Index) facets(e den.FoundEntry) [][]int32 {
	p, s := e.Product, e.Supplier
	has := make([][]int32, len(den.Facets))
	put := func(f den.Facet, value, title string) {
		if value == "" {
			return
		}
		n := slices.Index(den.Facets, f)
		if number := x.number(f, value, title); !slices.Contains(has[n], number) {
			has[n] = append(has[n], number)
			x.keep(f, number)
		}
	}
	for _, id := range p.Capabilities {
		put(den.FacetCapability, id, x.vocab.Title(id))
		for _, a := range x.areas[id] {
			put(den.FacetArea, a, "")
		}
	}
	for _, h := range p.Hosting {
		put(den.FacetHosting, string(h), "")
	}
	for _, f := range s.Frameworks {
		put(den.FacetFramework, strings.ToLower(f), f)
	}
	put(den.FacetSME, string(s.SME), "")
	put(den.FacetData, string(p.DataLocation), "")
	put(den.FacetOpenSource, string(p.OpenSource), "")
	put(den.FacetPrice, string(p.Price.Basis), "")
	if e.Tried > 0 {
		put(den.FacetEvidence, string(den.Yes), "")
	}
	return has
}

// number is the number of a value of a facet.
func (x *Index) number(f den.Facet, value, title string) int32 {
	v := x.facet[f]
	n, ok := v.number[value]
	if ok {
		return n
	}
	if last := len(v.free) - 1; last >= 0 {
		n, v.free = v.free[last], v.free[:last]
		v.all[n] = den.Counted{Value: value, Title: title}
	} else {
		n = int32(len(v.all))
		v.all, v.used = append(v.all, den.Counted{Value: value, Title: title}), append(v.used, 0)
	}
	v.number[value] = n
	return n
}

// keep says that one more has a value of a facet, and drop that one has it no more.
func (x *Index) keep(f den.Facet, number int32) { x.facet[f].used[number]++ }

func (x *Index) drop(f den.Facet, number int32) {
	v := x.facet[f]
	if v.used[number]--; v.used[number] > 0 {
		return
	}
	delete(v.number, v.all[number].Value)
	v.all[number], v.free = den.Counted{}, append(v.free, number)
}
