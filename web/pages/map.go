package pages

import (
	"cmp"
	"net/http"
	"net/url"
	"strings"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/view"
)

// mapPage is the techmap as a picture, with a table that says the same: all groups of
// capabilities, or the capabilities of one.
type mapPage struct {
	view.Frame
	Heading string
	Group   string // empty: all of them
	Grid    grid
	Rows    []mapRow
	More    int // suppliers that the picture has no room for
}

// mapRow is one line of the table.
type mapRow struct {
	Title string
	Href  string
	Gap   bool
	Count int
	Names string
	Gaps  int // of a group: what nobody offers
	Tried int // suppliers whose product for this was tried here
}

// grid is the picture: lines and columns with their places.
type grid struct {
	Width, Height int
	Title, Desc   string
	Lines         []gridLine
	Columns       []gridColumn
	Key           int // y of the legend
}

type gridLine struct {
	Y, Text, Rule int // middle, base line of the text, and the rule below
	Title         string
	Gap           bool
	Marks         []gridMark
}

type gridMark struct {
	X, Y  int
	Tried bool
	Say   string
}

type gridColumn struct {
	X    int
	Name string
}

const (
	gridLabel   = 300 // room for what a line is called
	gridHead    = 190 // room for the names of suppliers, which stand upright
	gridCell    = 28
	gridLean    = 110 // by which the last name leans over the last column
	gridColumns = 20
	mapNames    = 6 // suppliers named in one line of the table
)

// Map is GET /techmap/map.
func (p *Pages) Map(c *gin.Context) error {
	covered, err := p.Den.Coverage(c, asking(c))
	if err != nil {
		return err
	}
	words := p.Den.Vocabulary()
	page := mapPage{Heading: p.words.Say("map.title"), Group: c.Query("group")}
	lines := groupLines(words, covered)
	if g, ok := groupOf(words, page.Group); ok {
		page.Heading, lines = g.Title, capabilityLines(g, covered)
	} else {
		page.Group = ""
	}
	page.Frame = p.frame(c, page.Heading)
	page.Path = "/techmap"
	page.Crumbs = p.crumbs(view.Crumb{Href: "/techmap", Text: p.words.Say("nav.products")}, view.Crumb{Text: page.Heading})
	shown := columnsFor(covered.Suppliers, lines)
	about := page.Heading
	if page.Group == "" {
		about = p.words.Say("map.all")
	}
	page.Grid = p.grid(about, shown[:min(len(shown), gridColumns)], lines)
	page.More = max(0, len(shown)-gridColumns)
	for _, l := range lines {
		page.Rows = append(page.Rows, p.mapRow(l, shown))
	}
	return p.show(c, http.StatusOK, "techmap-map", page)
}

// line is something that products can do, or a group of such, with who offers it.
type line struct {
	title string
	href  string
	by    map[den.ID]bool // whether it was tried
	gaps  int
}

func groupOf(words den.Vocabulary, id string) (den.CapabilityGroup, bool) {
	for _, g := range words.Groups {
		if g.ID == id {
			return g, true
		}
	}
	return den.CapabilityGroup{}, false
}

func capabilityLines(g den.CapabilityGroup, covered den.Coverage) []line {
	var lines []line
	for _, can := range g.Capabilities {
		lines = append(lines, line{title: can.Title, href: "/techmap?" + url.Values{"capability": {can.ID}}.Encode(), by: covered.Does[can.ID]})
	}
	return lines
}

func groupLines(words den.Vocabulary, covered den.Coverage) []line {
	var lines []line
	for _, g := range words.Groups {
		l := line{title: g.Title, href: "/techmap/map?" + url.Values{"group": {g.ID}}.Encode(), by: map[den.ID]bool{}}
		for _, can := range g.Capabilities {
			if len(covered.Does[can.ID]) == 0 {
				l.gaps++
			}
			for id, tried := range covered.Does[can.ID] {
				l.by[id] = l.by[id] || tried
			}
		}
		lines = append(lines, l)
	}
	return lines
}

// columnsFor are the suppliers that offer any of the lines.
func columnsFor(all []den.CoverageSupplier, lines []line) []den.CoverageSupplier {
	var shown []den.CoverageSupplier
	for _, s := range all {
		for _, l := range lines {
			if _, ok := l.by[s.ID]; ok {
				shown = append(shown, s)
				break
			}
		}
	}
	return shown
}

func (p *Pages) mapRow(l line, suppliers []den.CoverageSupplier) mapRow {
	row := mapRow{Title: l.title, Href: l.href, Gap: len(l.by) == 0, Count: len(l.by), Gaps: l.gaps}
	var names []string
	for _, s := range suppliers {
		tried, offers := l.by[s.ID]
		if !offers {
			continue
		}
		if tried {
			row.Tried++
		}
		if len(names) < mapNames {
			names = append(names, s.Name)
		}
	}
	row.Names = strings.Join(names, ", ")
	if more := row.Count - len(names); more > 0 {
		row.Names += " " + p.words.Say("map.and", "N", more)
	}
	return row
}

// grid places everything.
func (p *Pages) grid(title string, suppliers []den.CoverageSupplier, lines []line) grid {
	g := grid{
		Title: p.words.Say("map.picture", "Title", title), Desc: p.words.Say("map.desc", "Rows", len(lines), "Columns", len(suppliers)),
		Width: gridLabel + gridCell*max(len(suppliers), 6) + gridLean, Key: gridHead + gridCell*len(lines) + gridCell,
	}
	g.Height = g.Key + gridCell
	for n, s := range suppliers {
		g.Columns = append(g.Columns, gridColumn{X: gridLabel + gridCell*n + gridCell/2, Name: beginning(s.Name, 24)})
	}
	for n, l := range lines {
		top := gridHead + gridCell*n
		one := gridLine{Y: top + gridCell/2, Text: top + gridCell/2 + 5, Rule: top + gridCell, Title: beginning(l.title, 38), Gap: len(l.by) == 0}
		for m, s := range suppliers {
			if tried, offers := l.by[s.ID]; offers {
				say := p.words.Say("map.offered")
				if tried {
					say = p.words.Say("map.tried")
				}
				one.Marks = append(one.Marks, gridMark{X: gridLabel + gridCell*m + gridCell/2, Y: one.Y, Tried: tried, Say: cmp.Or(s.Name, string(s.ID)) + ", " + l.title + ": " + say})
			}
		}
		g.Lines = append(g.Lines, one)
	}
	return g
}
