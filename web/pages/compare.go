package pages

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/view"
)

// comparePage shows chosen products side by side: first what trials found, then what
// their suppliers say.
type comparePage struct {
	view.Frame
	Products []den.ProductView
	Known    []compareRow
	Said     []compareRow
	IsCut    bool // more were chosen than can be shown
}

// compareRow is one fact of every product, in their order.
type compareRow struct {
	Title string
	Cells [][]string
}

const mostCompared = 4

// Compare is GET /techmap/compare.
func (p *Pages) Compare(c *gin.Context) error {
	page := comparePage{Frame: p.frame(c, p.words.Say("compare.title"))}
	page.Path = "/techmap"
	page.Crumbs = p.crumbs(view.Crumb{Href: "/techmap", Text: p.words.Say("nav.products")}, view.Crumb{Text: page.Title})
	chosen := slices.Compact(c.QueryArray("product"))
	page.IsCut = len(chosen) > mostCompared
	for _, id := range chosen[:min(len(chosen), mostCompared)] {
		one, err := p.Den.Product(c, asking(c), den.ID(id))
		if err != nil {
			return err
		}
		page.Products = append(page.Products, one)
	}
	var names []string
	for _, one := range page.Products {
		names = append(names, one.Name)
	}
	page.Frame = page.Of(p.narrowed(c, names...))
	if len(page.Products) == 0 { // the use case says whether there is anything to choose from
		if _, err := p.Den.Find(c, asking(c), den.Search{Limit: 1}); err != nil {
			return err
		}
	}
	for _, one := range page.Products {
		page.Known = beside(page.Known, p.knownRows(one.Known))
		rows := []compareRow{}
		for _, fact := range p.productFacts(one.Product) {
			rows = append(rows, compareRow{Title: fact.Key, Cells: [][]string{fact.Lines}})
		}
		page.Said = beside(page.Said, rows)
	}
	return p.show(c, http.StatusOK, "compare", page)
}

// beside adds one product's cells to the rows of those before it.
func beside(rows, more []compareRow) []compareRow {
	if rows == nil {
		return more
	}
	for n := range rows {
		rows[n].Cells = append(rows[n].Cells, more[n].Cells...)
	}
	return rows
}

// knownRows is what trials found of one product: how often it was tried, and where the
// reader may see more, the facts of each trial, the latest first.
func (p *Pages) knownRows(k den.Known) []compareRow {
	tried := p.words.Say("compare.not-tried")
	if k.Tried > 0 {
		tried = p.words.Count("techmap.tried", k.Tried)
	}
	var where, launch, restarts, reached, score []string
	for _, t := range k.Trials {
		where = append(where, t.Name+", "+t.Department)
		if t.Measured {
			launch = append(launch, p.brief(t.Launch))
			restarts = append(restarts, p.words.Count("compare.times", t.Restarts))
			reached = append(reached, p.words.Count("compare.addresses", t.Reached))
		}
		switch {
		case t.Ranked && t.Chosen:
			score = append(score, strconv.FormatFloat(t.Total, 'f', 0, 64)+"/100, "+p.words.Say("known.chosen"))
		case t.Ranked:
			score = append(score, strconv.FormatFloat(t.Total, 'f', 0, 64)+"/100")
		case t.Chosen:
			score = append(score, p.words.Say("known.chosen"))
		}
	}
	row := func(key string, lines []string) compareRow {
		return compareRow{Title: p.words.Say(key), Cells: [][]string{lines}}
	}
	return []compareRow{
		row("compare.tried", []string{tried}), row("compare.yours", where), row("compare.launch", launch),
		row("compare.restarts", restarts), row("compare.reached", reached), row("compare.score", score),
	}
}

// knownRow is a trial as the page of a product shows it.
type knownRow struct {
	den.KnownTrial
	Ready string
	Href  string // of the published report; empty: there is none for this reader
}

// known is what trials found, for the page of one product.
type known struct {
	Tried  int
	Trials []knownRow
}

func (p *Pages) known(k den.Known) known {
	out := known{Tried: k.Tried}
	for _, t := range k.Trials {
		row := knownRow{KnownTrial: t, Ready: p.brief(t.Launch)}
		if t.Published {
			row.Href = registerPath(t.Trial)
		}
		out.Trials = append(out.Trials, row)
	}
	return out
}
