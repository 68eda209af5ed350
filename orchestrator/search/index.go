package search

import (
	"cmp"
	"slices"
	"strings"
	"sync"

	"innovationden/orchestrator/den"
)

// Index answers questions about the entries that were put into it. It is safe for use
// by many goroutines; a Put waits for the questions under way.
type Index struct {
	mu     sync.RWMutex
	vocab  den.Vocabulary
	also   map[string]string // capability id → all words for it
	areas  map[string][]string
	phrase map[string][]phrase // by their first stem, the longest first

	docs  []doc
	free  []int32
	at    map[den.ID]int32
	terms map[string]*term
	facet map[den.Facet]*values
}

type doc struct {
	entry den.FoundEntry
	name  string // for the order of equals
	exact string // its name in stems
	terms []*term
	has   [][]int32 // by facet, in the order of den.Facets
	live  bool
}

type term struct {
	text    string
	said    string // the shortest word that it stands for, as people write it
	letters uint32
	in      []posting // by document
}

type posting struct {
	doc    int32
	weight float32
}

// What a word is worth by where it stands. A word counts once, at its best place: saying
// it again and again gains nothing.
const (
	inName        = 6
	inCapability  = 4
	inSupplier    = 4
	inSummary     = 3.5
	inAlso        = 2
	inFact        = 1.5
	inDescription = 1

	again  = 0.25 // of what a word is worth at its other places
	spread = 0.2  // by so much more is said of a product that does one thing only, for each
)

// doing is a term that no text has: that a product does something.
func doing(id string) string { return "=" + id }

// New makes an empty index that knows the words of a vocabulary.
func New(v den.Vocabulary) *Index {
	x := &Index{
		vocab: v, also: map[string]string{}, areas: map[string][]string{}, phrase: map[string][]phrase{}, at: map[den.ID]int32{}, terms: map[string]*term{}, facet: map[den.Facet]*values{},
	}
	for _, f := range den.Facets {
		x.facet[f] = &values{number: map[string]int32{}}
	}
	var every []string
	for _, a := range v.Areas {
		every = append(every, a.ID)
		x.keep(den.FacetArea, x.number(den.FacetArea, a.ID, a.Title))
	}
	for _, g := range v.Groups {
		for _, c := range g.Capabilities {
			x.keep(den.FacetCapability, x.number(den.FacetCapability, c.ID, c.Title))
			x.also[c.ID] = strings.Join(append(slices.Clone(c.Also), g.Title), " ")
			for _, one := range append([]string{c.Title}, c.Also...) {
				x.means(one, alternative{terms: []string{doing(c.ID)}, factor: 1})
			}
			if x.areas[c.ID] = c.Areas; len(c.Areas) == 0 {
				x.areas[c.ID] = every
			}
		}
	}
	for _, set := range v.Synonyms {
		for n, one := range set {
			for m, other := range set {
				if terms := words(other); m != n && len(terms) > 0 {
					x.means(one, alternative{terms: terms, factor: 0.8})
				}
			}
		}
	}
	return x
}

// phrase is words that stand for something besides themselves.
type phrase struct {
	stems []string
	means []alternative
}

// means notes what a phrase stands for besides.
func (x *Index) means(text string, a alternative) {
	var stems []string
	for _, w := range read(text) {
		stems = append(stems, w.stem)
	}
	if len(stems) == 0 {
		return
	}
	all := x.phrase[stems[0]]
	n := slices.IndexFunc(all, func(p phrase) bool { return slices.Equal(p.stems, stems) })
	if n < 0 {
		n, all = len(all), append(all, phrase{stems: stems})
	}
	all[n].means = append(all[n].means, a)
	slices.SortStableFunc(all, func(a, b phrase) int { return cmp.Compare(len(b.stems), len(a.stems)) })
	x.phrase[stems[0]] = all
}

func keyOf(e den.FoundEntry) den.ID { return cmp.Or(e.Product.ID, e.Supplier.ID) }

// Put adds an entry, or puts it in place of the one of its product, or of its supplier
// where it has no product.
func (x *Index) Put(e den.FoundEntry) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.remove(keyOf(e))
	d := doc{entry: e, live: true, name: strings.ToLower(cmp.Or(e.Product.Name, e.Supplier.Name))}
	d.exact = strings.Join(words(d.name), " ")
	d.has = x.facets(e)
	n := int32(len(x.docs))
	if last := len(x.free) - 1; last >= 0 {
		n, x.free = x.free[last], x.free[:last]
		x.docs[n] = d
	} else {
		x.docs = append(x.docs, d)
	}
	x.at[keyOf(e)] = n
	said := map[string]string{}
	for text, weight := range x.weigh(e, said) {
		t := x.terms[text]
		if t == nil {
			t = &term{text: text, letters: letters(text), said: said[text]}
			x.terms[text] = t
		}
		at, _ := slices.BinarySearchFunc(t.in, n, func(p posting, n int32) int { return cmp.Compare(p.doc, n) })
		t.in = slices.Insert(t.in, at, posting{n, weight})
		x.docs[n].terms = append(x.docs[n].terms, t)
	}
}

// Remove takes an entry out; what is not there is out already.
func (x *Index) Remove(id den.ID) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.remove(id)
}

func (x *Index) remove(id den.ID) {
	n, ok := x.at[id]
	if !ok {
		return
	}
	for _, t := range x.docs[n].terms {
		if at, ok := slices.BinarySearchFunc(t.in, n, func(p posting, n int32) int { return cmp.Compare(p.doc, n) }); ok {
			t.in = slices.Delete(t.in, at, at+1)
		}
		if len(t.in) == 0 {
			delete(x.terms, t.text)
		}
	}
	for at, f := range den.Facets {
		for _, number := range x.docs[n].has[at] {
			x.drop(f, number)
		}
	}
	delete(x.at, id)
	x.docs[n] = doc{}
	x.free = append(x.free, n)
}

// Offering gives the products that have at least one of some capabilities, in no order.
func (x *Index) Offering(capabilities []string) (all []den.FoundEntry) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	for _, d := range x.docs {
		has := func(wanted string) bool { return slices.Contains(d.entry.Product.Capabilities, wanted) }
		if d.live && d.entry.Product.ID != "" && slices.ContainsFunc(capabilities, has) {
			all = append(all, d.entry)
		}
	}
	return all
}

// Size is how many entries there are.
func (x *Index) Size() int {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return len(x.at)
}

// weigh gives every word of an entry with its worth: that of its best place, and a part
// of that of the others. It notes in said how each is written.
func (x *Index) weigh(e den.FoundEntry, said map[string]string) map[string]float32 {
	best, sum := map[string]float32{}, map[string]float32{}
	add := func(weight float32, texts ...string) {
		here := map[string]bool{}
		for _, text := range texts {
			for _, raw := range split(text) {
				if quiet[raw] {
					continue
				}
				w := stem(raw)
				if here[w] = true; said[w] == "" || len(raw) < len(said[w]) {
					said[w] = raw
				}
			}
		}
		for w := range here {
			best[w] = max(best[w], weight)
			sum[w] += weight
		}
	}
	p, s := e.Product, e.Supplier
	thin := 1 / (1 + spread*float32(max(0, len(p.Capabilities)-1)))
	var titles, also []string
	for _, id := range p.Capabilities {
		titles, also = append(titles, x.vocab.Title(id)), append(also, x.also[id])
		best[doing(id)] = inCapability * thin
		sum[doing(id)] = best[doing(id)]
	}
	add(inName, p.Name)
	add(inSupplier, s.Name)
	add(inCapability*thin, titles...)
	add(inAlso*thin, also...)
	add(inSummary, p.Summary)
	add(inFact, facts(e)...)
	add(inDescription, p.Description)
	for w := range best {
		best[w] += again * (sum[w] - best[w])
	}
	return best
}
