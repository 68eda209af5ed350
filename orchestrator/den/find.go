package den

// Facet is a fact by which a search of the techmap can be narrowed.
type Facet string

// The facets. Each is asked for by the ids or words that Counted gives.
const (
	FacetCapability Facet = "capability"
	FacetArea       Facet = "area"
	FacetEvidence   Facet = "evidence" // "yes": tried in a trial of this den
	FacetSME        Facet = "sme"
	FacetHosting    Facet = "hosting"
	FacetData       Facet = "data"
	FacetFramework  Facet = "framework" // in lower case
	FacetOpenSource Facet = "open_source"
	FacetPrice      Facet = "price" // the basis
)

// Facets lists every facet, in the order in which people are asked.
var Facets = []Facet{FacetEvidence, FacetCapability, FacetArea, FacetSME, FacetFramework, FacetHosting, FacetData, FacetOpenSource, FacetPrice}

// Search is a question to the techmap. Words may be misspelt.
type Search struct {
	Text  string
	Only  map[Facet][]string // any of these values, of every facet that has some
	From  int                // so many are passed over
	Limit int                // 0: 20; at most 100
}

// Found is the answer: the best first, and how many there would be with each value.
type Found struct {
	Total  int
	Items  []FoundEntry
	Counts map[Facet][]Counted
	Read   []string // words that were read as others: "apointments" as "appointments"
	// Instead is a question that finds something where this one finds nothing; empty:
	// there is none, or it is not needed.
	Instead string
	// Besides is how many entries the words find without the filters, where they find
	// nothing with them.
	Besides int
}

// FoundEntry is one entry that was found: a product, or a supplier without products.
type FoundEntry struct {
	Product  Product // its ID is empty for a supplier without products
	Supplier Supplier
	Tried    int // in how many finished trials
}

// Counted is a value of a facet, and how many entries have it among those that fit
// everything else.
type Counted struct {
	Value  string
	Title  string // as it was written; empty: it is an id that has words of its own
	Count  int
	Chosen bool
}

// Coverage says who offers what: the map of the techmap.
type Coverage struct {
	Suppliers []CoverageSupplier     // who offers most first, then by name
	Does      map[string]map[ID]bool // capability → supplier → whether it was tried in a trial here
}

// CoverageSupplier is one column of the map.
type CoverageSupplier struct {
	ID   ID
	Name string
	Does int // capabilities
}

// Sheet names a part of the techmap that can be had and given as CSV.
type Sheet string

// The sheets.
const (
	SupplierSheet Sheet = "suppliers"
	ProductSheet  Sheet = "products"
)

// Imported says what an import did.
type Imported struct{ Added, Changed int }
