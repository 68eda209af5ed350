package search

import (
	"strings"

	"innovationden/orchestrator/den"
)

// instead is what may have been meant by a question that finds nothing, and how many
// entries it finds without its filters. Words that nobody has, even with the slips that
// are always forgiven, are read as the nearest with one slip more; those that are near
// nothing are left out.
func (x *Index) instead(q den.Search, fits []bool) (text string, besides int) {
	for n := range x.docs {
		if x.docs[n].live && fits[n] {
			besides++
		}
	}
	if besides > 0 {
		return "", besides
	}
	var kept []string
	for _, raw := range split(q.Text) {
		if quiet[raw] {
			continue
		}
		if as := x.nearestTo(stem(raw)); as != "" {
			kept = append(kept, as)
		}
	}
	text = strings.Join(kept, " ")
	if text == "" {
		return "", 0
	}
	want, counts := x.wanted(q.Only), make([][]int, len(den.Facets))
	for n, f := range den.Facets {
		counts[n] = make([]int, len(x.facet[f].all))
	}
	slots, _ := x.slots(text)
	_, fits = x.score(slots)
	for n := range x.docs {
		if x.docs[n].live && fits[n] && x.docs[n].count(want, counts) {
			return text, 0
		}
	}
	return "", 0
}

// nearestTo is the word that is nearest to one that nobody has, within a slip more than
// is forgiven, the more usual one of equals; empty: none.
func (x *Index) nearestTo(w string) string {
	most := allowed(len(w)) + 1
	if len(w) < 5 {
		return ""
	}
	best, fewest, often := "", most+1, 0
	for text, t := range x.terms {
		if t.said == "" {
			continue
		}
		n := Slips(w, text, most)
		if n > most || n > fewest {
			continue
		}
		if n < fewest || len(t.in) > often || len(t.in) == often && t.said < best {
			best, fewest, often = t.said, n, len(t.in)
		}
	}
	return best
}
