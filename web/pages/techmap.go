package pages

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/view"
)

// techmapPage is the search of the techmap. It is all in its address: reading it changes
// nothing, and it can be sent to somebody else.
type techmapPage struct {
	view.Frame
	Text     string
	Total    int
	Read     string // how misspelt words were read
	Facets   []facetBoxes
	Chosen   []chosenFilter
	Results  []result
	First    int
	Last     int
	Pages    *view.Pagination // nil: all are on this page
	Clear    string
	Instead  string // what may have been meant, where nothing is found
	Meant    string // where that is found
	Besides  int    // found without the filters
	MayOffer bool
	MayAdd   bool
	Sheets   string // where the techmap is to be had as CSV
}

// facetBoxes is one filter with its values and how many have each.
type facetBoxes struct {
	Name  string
	Title string
	Items []facetBox
}

type facetBox struct {
	ID, Value, Title string
	Count            int
	Chosen           bool
}

// chosenFilter is a value that was chosen, with the address without it.
type chosenFilter struct{ Title, Without string }

// result is one entry that was found.
type result struct {
	den.FoundEntry
	Href  string
	Can   string
	Facts string
}

// mostBoxes is how many values of a filter are shown besides those chosen.
const mostBoxes = 14

// Techmap is GET /techmap, and /products.
func (p *Pages) Techmap(c *gin.Context) error {
	q := searchOf(c.Request.URL.Query())
	found, err := p.Den.Find(c, asking(c), q)
	if err != nil {
		return err
	}
	who := asking(c)
	page := techmapPage{
		Frame: p.frame(c, p.words.Say("techmap.title")), Text: q.Text, Total: found.Total, Read: strings.Join(found.Read, ", "),
		MayOffer: writes(who), MayAdd: adds(who, "supplier"),
	}
	page.Path = "/techmap"
	if page.MayOffer {
		page.Sheets = "/techmap/import"
	}
	for _, f := range den.Facets {
		if boxes := p.filterBoxes(f, found.Counts[f]); len(boxes.Items) > 0 {
			page.Facets = append(page.Facets, boxes)
		}
		for _, one := range found.Counts[f] {
			if one.Chosen {
				page.Chosen = append(page.Chosen, chosenFilter{Title: p.facetTitle(f, one), Without: searchPath(without(q, f, one.Value))})
			}
		}
	}
	for _, e := range found.Items {
		page.Results = append(page.Results, p.resultOf(e))
	}
	by := []string{p.quoted(q.Text)}
	for _, one := range page.Chosen {
		by = append(by, one.Title)
	}
	if q.From > 0 {
		by = append(by, p.words.Say("list.further"))
	}
	page.Frame = page.Of(p.narrowed(c, by...))
	page.First, page.Last = q.From+1, q.From+len(found.Items)
	before, after := q, q
	before.From, after.From = max(0, q.From-pageOf), q.From+pageOf
	var links view.Pagination
	if q.From > 0 {
		links.Previous = &view.PageLink{Href: searchPath(before)}
	}
	if after.From < found.Total {
		links.Next = &view.PageLink{Href: searchPath(after)}
	}
	if links.Previous != nil || links.Next != nil {
		page.Pages = &links
	}
	if found.Instead != "" {
		page.Instead, page.Meant = found.Instead, searchPath(den.Search{Text: found.Instead, Only: q.Only})
	}
	page.Besides = found.Besides
	page.Clear = searchPath(den.Search{Text: q.Text})
	return p.show(c, http.StatusOK, "techmap", page)
}

// searchOf reads a search out of an address. What is not of a search is passed over.
func searchOf(asked url.Values) den.Search {
	q := den.Search{Text: beginning(strings.TrimSpace(asked.Get("q")), 200), Limit: pageOf, Only: map[den.Facet][]string{}}
	if n, err := strconv.Atoi(asked.Get("page")); err == nil && n > 1 && n < 1_000_000 {
		q.From = (n - 1) * pageOf
	}
	for _, f := range den.Facets {
		for _, value := range asked[string(f)] {
			if value != "" && len(q.Only[f]) < 50 && !slices.Contains(q.Only[f], value) {
				q.Only[f] = append(q.Only[f], value)
			}
		}
	}
	return q
}

// beginning is the beginning of a text.
func beginning(text string, most int) string {
	all := []rune(text)
	return string(all[:min(len(all), most)])
}

// searchPath is the address of a search.
func searchPath(q den.Search) string {
	asked := url.Values{}
	if q.Text != "" {
		asked.Set("q", q.Text)
	}
	for f, values := range q.Only {
		asked[string(f)] = values
	}
	if q.From > 0 {
		asked.Set("page", strconv.Itoa(q.From/pageOf+1))
	}
	if len(asked) == 0 {
		return "/techmap"
	}
	return "/techmap?" + asked.Encode()
}

// without is a search without one value of a filter, from its first page.
func without(q den.Search, f den.Facet, value string) den.Search {
	only := map[den.Facet][]string{}
	for name, values := range q.Only {
		for _, one := range values {
			if name != f || one != value {
				only[name] = append(only[name], one)
			}
		}
	}
	return den.Search{Text: q.Text, Only: only}
}

func (p *Pages) filterBoxes(f den.Facet, counts []den.Counted) facetBoxes {
	boxes := facetBoxes{Name: string(f), Title: p.words.Say("facet." + string(f))}
	for n, one := range counts {
		if n < mostBoxes || one.Chosen {
			boxes.Items = append(boxes.Items, facetBox{
				ID: string(f) + "-" + strconv.Itoa(n), Value: one.Value, Title: p.facetTitle(f, one), Count: one.Count, Chosen: one.Chosen,
			})
		}
	}
	return boxes
}

// facetTitle is what a value of a filter is called.
func (p *Pages) facetTitle(f den.Facet, one den.Counted) string {
	key := map[den.Facet]string{
		den.FacetEvidence: "facet-evidence.", den.FacetSME: "facet-sme.", den.FacetHosting: "hosting.", den.FacetData: "location.",
		den.FacetOpenSource: "facet-open.", den.FacetPrice: "basis.",
	}[f] + one.Value
	switch {
	case one.Title != "":
		return one.Title
	case p.words.Has(key):
		return p.words.Say(key)
	}
	return one.Value
}

func (p *Pages) resultOf(e den.FoundEntry) result {
	r := result{FoundEntry: e, Href: supplierPath(e.Supplier.ID)}
	if e.Product.ID == "" {
		return r
	}
	r.Href = productPath(e.Product.ID)
	r.Can = strings.Join(p.capabilityTitles(e.Product.Capabilities), ", ")
	var facts []string
	if price := p.price(e.Product.Price); price != "" {
		facts = append(facts, price)
	}
	for _, h := range e.Product.Hosting {
		facts = append(facts, p.words.Say("hosting."+string(h)))
	}
	if e.Product.OpenSource == den.Yes {
		facts = append(facts, p.words.Say("facet-open.yes"))
	}
	r.Facts = strings.Join(facts, " · ")
	return r
}
