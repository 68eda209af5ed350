package search

import (
	"cmp"
	"math/bits"
	"slices"
	"strings"
)

// near finds the terms that a word may have been meant as: those it begins, and those
// within a few slips of it. Each has a factor below 1.
func (x *Index) near(w string) []alternative {
	most, mask := allowed(len(w)), letters(w)
	var out []alternative
	for text, t := range x.terms {
		if len(w) >= 3 && len(text) > len(w) && strings.HasPrefix(text, w) {
			out = append(out, alternative{terms: []string{text}, factor: 0.7})
			continue
		}
		if most == 0 || bits.OnesCount32(t.letters^mask) > 2*most {
			continue
		}
		if n := Slips(w, text, most); n <= most && !(n > 1 && w[0] != text[0]) {
			out = append(out, alternative{terms: []string{text}, factor: 0.75 - 0.2*float32(n), slip: n})
		}
	}
	return nearest(out)
}

// nearest keeps the alternatives with the fewest slips, in a fixed order.
func nearest(all []alternative) []alternative {
	fewest := 9
	for _, a := range all {
		if a.slip > 0 {
			fewest = min(fewest, a.slip)
		}
	}
	all = slices.DeleteFunc(all, func(a alternative) bool { return a.slip > fewest })
	slices.SortFunc(all, func(a, b alternative) int { return cmp.Compare(a.terms[0], b.terms[0]) })
	return all
}
