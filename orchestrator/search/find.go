package search

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"innovationden/orchestrator/den"
)

// alternative is one way in which something can be said: all of its terms.
type alternative struct {
	terms  []string
	factor float32
	slip   int // of the finger
}

// slot is one thing that is asked for, in all the ways it can be said.
type slot []alternative

const (
	pageOf     = 20
	mostOfPage = 100
	mostSlots  = 12
	enoughOf   = 3 // entries that have a word, from which on it is taken for what was meant
)

// Find answers a question.
func (x *Index) Find(q den.Search) den.Found {
	x.mu.RLock()
	defer x.mu.RUnlock()
	slots, read := x.slots(q.Text)
	scores, fits := x.score(slots)
	want := x.wanted(q.Only)
	found := den.Found{Read: read, Counts: map[den.Facet][]den.Counted{}}
	counts := make([][]int, len(den.Facets))
	for n, f := range den.Facets {
		counts[n] = make([]int, len(x.facet[f].all))
	}
	var hits []int32
	for n := range x.docs {
		if !x.docs[n].live || len(slots) > 0 && !fits[n] {
			continue
		}
		if x.docs[n].count(want, counts) {
			hits = append(hits, int32(n))
		}
	}
	exact := strings.Join(words(q.Text), " ")
	slices.SortFunc(hits, func(a, b int32) int { return x.order(scores, exact, a, b) })
	if found.Total = len(hits); found.Total == 0 {
		found.Instead, found.Besides = x.instead(q, fits)
	}
	limit := min(cmp.Or(max(q.Limit, 0), pageOf), mostOfPage)
	from := min(max(q.From, 0), len(hits))
	for _, n := range hits[from:min(from+limit, len(hits))] {
		found.Items = append(found.Items, x.docs[n].entry)
	}
	for n, f := range den.Facets {
		found.Counts[f] = x.counted(f, counts[n], q.Only[f])
	}
	return found
}

// order puts the better first: an exact name, the score, evidence, the name.
func (x *Index) order(scores []float32, exact string, a, b int32) int {
	one, two := &x.docs[a], &x.docs[b]
	if exact != "" {
		if isA, isB := one.exact == exact, two.exact == exact; isA != isB {
			if isA {
				return -1
			}
			return 1
		}
	}
	return cmp.Or(cmp.Compare(scores[b], scores[a]), cmp.Compare(two.entry.Tried, one.entry.Tried), cmp.Compare(one.name, two.name), cmp.Compare(keyOf(one.entry), keyOf(two.entry)))
}

// slots reads a question. Words that no entry has are read as the nearest that one has.
func (x *Index) slots(text string) (all []slot, corrected []string) {
	q := read(text)
	for n := 0; n < len(q) && len(all) < mostSlots; {
		s, size := x.phraseAt(q[n:])
		if size < 2 {
			if joined, ok := x.compound(q[n:]); ok {
				s, size = joined, 2
			}
		}
		if size > 0 {
			all, n = append(all, s), n+size
			continue
		}
		if q[n].quiet {
			n++
			continue
		}
		s, as := x.word(q[n].stem)
		if all, n = append(all, s), n+1; as != "" {
			corrected = append(corrected, as)
		}
	}
	return all, corrected
}

// word is a word in all the ways it may have been meant, and what it was read as where
// that is something else.
func (x *Index) word(w string) (s slot, as string) {
	own := alternative{terms: []string{w}, factor: 1}
	t := x.terms[w]
	if t != nil && len(t.in) >= enoughOf {
		return slot{own}, ""
	}
	s = x.near(w)
	if t != nil { // it is there, and may still be a slip that somebody else made too
		return append(slot{own}, s...), ""
	}
	if len(s) > 0 && s[0].slip > 0 {
		as = x.terms[s[0].terms[0]].said
	}
	return s, as
}

// compound is two words that somebody writes as one: "book well".
func (x *Index) compound(q []asked) (slot, bool) {
	if len(q) < 2 {
		return nil, false
	}
	one := stem(q[0].raw + q[1].raw)
	if x.terms[one] == nil {
		return nil, false
	}
	return slot{{terms: []string{one}, factor: 1}, {terms: []string{q[0].stem, q[1].stem}, factor: 1}}, true
}

// phraseAt finds the longest phrase at the beginning of a question that stands for
// something besides itself. Of several words each alone counts for a little.
func (x *Index) phraseAt(q []asked) (s slot, size int) {
	for _, p := range x.phrase[q[0].stem] {
		if len(p.stems) > len(q) || !slices.EqualFunc(p.stems, q[:len(p.stems)], func(stem string, w asked) bool { return stem == w.stem }) {
			continue
		}
		var own []string
		for _, w := range q[:len(p.stems)] {
			if !w.quiet {
				own = append(own, w.stem)
			}
		}
		if len(own) == 0 {
			continue
		}
		s = append(slot{{terms: own, factor: 1}}, p.means...)
		for _, w := range own[:len(own)*min(1, len(own)-1)] {
			s = append(s, alternative{terms: []string{w}, factor: 0.3})
		}
		return s, len(p.stems)
	}
	return nil, 0
}

// score adds up what each document has of what was asked. Of a long question a document
// may lack some: fits says whether it has enough.
func (x *Index) score(slots []slot) (scores []float32, fits []bool) {
	scores, fits = make([]float32, len(x.docs)), make([]bool, len(x.docs))
	has, best := make([]uint8, len(x.docs)), make([]float32, len(x.docs))
	for _, s := range slots {
		touched := x.slotScore(s, best)
		for _, n := range touched {
			scores[n] += best[n]
			has[n]++
			best[n] = 0
		}
	}
	most := uint8(0)
	for _, n := range has {
		most = max(most, n)
	}
	enough := min(most, uint8(math.Ceil(0.6*float64(len(slots)))))
	for n := range fits {
		fits[n] = has[n] > 0 && has[n] >= enough
		if len(slots) > 0 {
			part := float32(has[n]) / float32(len(slots))
			scores[n] *= part * part
		}
	}
	return scores, fits
}

// slotScore writes the best of a slot's alternatives for each document that has one,
// and lists those.
func (x *Index) slotScore(s slot, best []float32) (touched []int32) {
	for _, a := range s {
		rarest := x.terms[a.terms[0]]
		for _, w := range a.terms[1:] {
			if t := x.terms[w]; rarest == nil || t == nil || len(t.in) < len(rarest.in) {
				rarest = t
			}
		}
		if rarest == nil {
			continue
		}
		rare := float32(math.Log(1 + float64(len(x.at))/float64(len(rarest.in))))
		for _, p := range rarest.in {
			weight := p.weight
			for _, w := range a.terms {
				weight = min(weight, x.terms[w].weight(p.doc))
			}
			if weight == 0 {
				continue
			}
			if best[p.doc] == 0 {
				touched = append(touched, p.doc)
			}
			best[p.doc] = max(best[p.doc], weight*rare*a.factor)
		}
	}
	return touched
}

// weight is what the term is worth in a document; 0 where it is not in it.
func (t *term) weight(n int32) float32 {
	if t == nil {
		return 0
	}
	at, ok := slices.BinarySearchFunc(t.in, n, func(p posting, n int32) int { return cmp.Compare(p.doc, n) })
	if !ok {
		return 0
	}
	return t.in[at].weight
}

// wanted gives the numbers of the values asked for, facet by facet; nil: all fit.
func (x *Index) wanted(only map[den.Facet][]string) [][]int32 {
	want := make([][]int32, len(den.Facets))
	for n, f := range den.Facets {
		for _, value := range only[f] {
			number, ok := x.facet[f].number[value]
			if !ok {
				number = -1 // nobody has it
			}
			want[n] = append(want[n], number)
		}
	}
	return want
}

// count says whether a document fits every filter, and counts its values where it fits
// every other.
func (d *doc) count(want [][]int32, counts [][]int) bool {
	fails, where := 0, -1
	for n, some := range want {
		if len(some) > 0 && !slices.ContainsFunc(d.has[n], func(v int32) bool { return slices.Contains(some, v) }) {
			if fails++; fails > 1 {
				return false
			}
			where = n
		}
	}
	for n := range counts {
		if fails == 0 || n == where {
			for _, v := range d.has[n] {
				counts[n][v]++
			}
		}
	}
	return fails == 0
}

// counted lists the values of a facet that anybody has, the most frequent first, and
// those that were asked for.
func (x *Index) counted(f den.Facet, counts []int, chosen []string) []den.Counted {
	var all []den.Counted
	for n, v := range x.facet[f].all {
		v.Count, v.Chosen = counts[n], slices.Contains(chosen, v.Value)
		if v.Value != "" && (v.Count > 0 || v.Chosen) {
			all = append(all, v)
		}
	}
	slices.SortStableFunc(all, func(a, b den.Counted) int { return cmp.Compare(b.Count, a.Count) })
	return all
}
