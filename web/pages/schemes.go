package pages

import (
	"cmp"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/form"
	"innovationden/web/view"
)

// schemesPage lists every version of every scheme.
type schemesPage struct {
	view.Frame
	All []den.Scheme
}

// Schemes is GET /schemes.
func (p *Pages) Schemes(c *gin.Context) error {
	page := schemesPage{Frame: p.frame(c, p.words.Say("schemes.title")), All: p.Den.Schemes()}
	page.Crumbs = p.crumbs(view.Crumb{Text: p.words.Say("schemes.title")})
	return p.show(c, http.StatusOK, "schemes", page)
}

// schemeViewPage is one version with its anchors and the points that it answers.
type schemeViewPage struct {
	view.Frame
	den.Scheme
	MayEdit bool
	Points  map[string]string // by criterion
}

func schemeAt(c *gin.Context) den.SchemeRef {
	version, err := strconv.Atoi(c.Param("version"))
	if err != nil || version < 1 {
		version = -1
	}
	return den.SchemeRef{ID: c.Param("scheme"), Version: version}
}

func schemeHref(s den.Scheme) string {
	return fmt.Sprintf("/schemes/%s/%d", url.PathEscape(s.ID), s.Version)
}

// Scheme is GET /schemes/:scheme/:version.
func (p *Pages) Scheme(c *gin.Context) error {
	s, err := p.Den.Scheme(schemeAt(c))
	if err != nil {
		return err
	}
	page := schemeViewPage{Frame: p.frame(c, s.Title), Scheme: s, MayEdit: den.May(asking(c), den.EditScheme, den.Owner{}), Points: map[string]string{}}
	for _, one := range s.Criteria() {
		page.Points[one.ID] = p.points(one)
	}
	page.Crumbs = p.crumbs(view.Crumb{Href: "/schemes", Text: p.words.Say("schemes.title")}, view.Crumb{Text: s.Title})
	return p.show(c, http.StatusOK, "scheme", page)
}

func (p *Pages) points(c den.Criterion) string {
	var said []string
	if len(c.TechnologyCode) > 0 {
		said = append(said, p.words.Say("scheme.tcop", "Points", commas(c.TechnologyCode)))
	}
	if len(c.ServiceStandard) > 0 {
		said = append(said, p.words.Say("scheme.standard", "Points", commas(c.ServiceStandard)))
	}
	return strings.Join(said, " ")
}

func commas(points []int) string {
	var all []string
	for _, n := range points {
		all = append(all, strconv.Itoa(n))
	}
	return strings.Join(all, ", ")
}

// schemeEditPage makes the next version of a scheme. A criterion with an empty id is
// left out, so that one can be taken out and one added.
type schemeEditPage struct {
	view.Frame
	den.Scheme
	Rows   []schemeEditRow
	Scored []view.Option
	Rules  []view.Option
	Once   string
	Form   *form.Values
}

type schemeEditRow struct {
	den.Criterion
	N       int
	Theme   string
	Heading string
	Anchor  []schemeAnchor
	Tcop    string
	Points  string
	Least   string
	Open    bool // something in it is wrong
}

type schemeAnchor struct {
	Field string
	Mark  int
	Text  string
}

// EditScheme is GET /schemes/:scheme/:version/edit.
func (p *Pages) EditScheme(c *gin.Context) error {
	if !den.May(asking(c), den.EditScheme, den.Owner{}) {
		return p.mayNot()
	}
	s, err := p.Den.Scheme(schemeAt(c))
	if err != nil {
		return err
	}
	return p.showEditScheme(c, http.StatusOK, s, p.blank())
}

// AddScheme is POST /schemes/:scheme/:version/edit: the next version.
func (p *Pages) AddScheme(c *gin.Context) error {
	if !den.May(asking(c), den.EditScheme, den.Owner{}) {
		return p.mayNot()
	}
	s, err := p.Den.Scheme(schemeAt(c))
	if err != nil {
		return err
	}
	v, err := p.typed(c)
	if err != nil {
		return err
	}
	in := den.NewScheme{Scheme: p.readScheme(s, v), Why: form.Text{Name: "why", What: "scheme.what-why", Max: maxReason, Lines: true}.Read(v), Once: once(c)}
	status := http.StatusUnprocessableEntity
	if !v.Bad() {
		made, err := p.Den.AddScheme(c, asking(c), in)
		if err == nil {
			return to(c, schemeHref(made), "scheme")
		}
		if status, err = p.refused(c, v, err, schemeFields(c, s)); err != nil {
			return err
		}
	}
	return p.showEditScheme(c, status, s, v)
}

// editRows are the criteria of a scheme and an empty one at the end.
func editRows(s den.Scheme) []schemeEditRow {
	var rows []schemeEditRow
	add := func(theme string, c den.Criterion) {
		n := len(rows)
		row := schemeEditRow{Criterion: c, N: n, Theme: theme, Heading: c.Title, Tcop: commas(c.TechnologyCode), Points: commas(c.ServiceStandard)}
		if c.Minimum != nil {
			row.Least = strconv.Itoa(*c.Minimum)
		}
		for mark := range den.TopMark + 1 {
			a := schemeAnchor{Field: fmt.Sprintf("anchor-%d-%d", n, mark), Mark: mark}
			if mark < len(c.Anchors) {
				a.Text = c.Anchors[mark]
			}
			row.Anchor = append(row.Anchor, a)
		}
		rows = append(rows, row)
	}
	theme := ""
	for _, t := range s.Themes {
		theme = t.Title
		for _, c := range t.Criteria {
			add(t.Title, c)
		}
	}
	add(theme, den.Criterion{ScoredBy: den.ByPeople, Missing: den.MissingInterval})
	return rows
}

// isWrong says whether something is said about one of the row's fields, which must then
// be seen.
func (r schemeEditRow) isWrong(v *form.Values) bool {
	for _, a := range r.Anchor {
		if v.Wrong(a.Field) != "" {
			return true
		}
	}
	for _, name := range []string{"id", "theme", "title", "question", "help", "scored", "formula", "weight", "least", "most", "minimum", "missing", "evidence", "tcop", "standard"} {
		if v.Wrong(fmt.Sprintf("%s-%d", name, r.N)) != "" {
			return true
		}
	}
	return false
}

// schemeFields are the fields of what a scheme is refused for, by the ids as they were typed.
func schemeFields(c *gin.Context, s den.Scheme) map[string]string {
	names := map[string]string{"themes": "title"}
	for _, row := range editRows(s) {
		field := fmt.Sprintf("id-%d", row.N)
		names["criteria."+strings.TrimSpace(c.PostForm(field))] = field
	}
	return names
}

// readScheme reads the whole form. Criteria go into the theme that is typed, in the
// order in which themes are first named.
func (p *Pages) readScheme(before den.Scheme, v *form.Values) den.Scheme {
	s := den.Scheme{
		ID: before.ID, Title: form.Text{Name: "title", What: "scheme.what-title", Max: 200}.Read(v),
		Summary: form.Text{Name: "summary", What: "scheme.what-summary", Max: maxReason, Lines: true, Optional: true}.Read(v),
	}
	for _, row := range editRows(before) {
		at := func(name string) string { return fmt.Sprintf("%s-%d", name, row.N) }
		text := func(name string) string {
			return form.Text{Name: at(name), What: "scheme.what-text", Max: maxReason, Lines: true, Optional: true}.Read(v)
		}
		called := cmp.Or(text("title"), row.Heading, p.words.Say("scheme.add"))
		number := func(name, label string) float64 { return p.decimal(v, at(name), text(name), label, called) }
		wholes := func(name, label string) []int { return p.wholes(v, at(name), text(name), label, called) }
		c := den.Criterion{
			ID: form.Text{Name: at("id"), What: "scheme.what-text", Max: 63, Optional: true}.Read(v), Title: text("title"), Question: text("question"),
			Help: text("help"), Formula: text("formula"), Evidence: text("evidence"), ScoredBy: den.ScoredBy(text("scored")), Missing: den.MissingRule(text("missing")),
			Weight: number("weight", "scheme.weights"), WeightMin: number("least", "scheme.least"), WeightMax: number("most", "scheme.most"),
			TechnologyCode: wholes("tcop", "scheme.tcop-points"), ServiceStandard: wholes("standard", "scheme.standard-points"),
		}
		if least := text("minimum"); least != "" {
			n, err := strconv.Atoi(least)
			if err != nil || n < 0 || n > den.TopMark {
				v.Say(at("minimum"), "scheme.whole", "Field", p.words.Say("scheme.min-mark"), "Title", called)
			}
			c.Minimum = &n
		}
		for _, a := range row.Anchor {
			c.Anchors = append(c.Anchors, form.Text{Name: a.Field, What: "scheme.what-text", Max: maxReason, Lines: true, Optional: true}.Read(v))
		}
		if c.ID == "" && row.ID == "" && (c.Title+c.Question+c.Help+c.Formula+c.Evidence+strings.Join(c.Anchors, "")) != "" {
			v.Say(at("id"), "scheme.no-id")
		}
		if c.ID != "" {
			s.Themes = intoTheme(s.Themes, text("theme"), before, c)
		}
	}
	return s
}

func intoTheme(themes []den.Theme, title string, before den.Scheme, c den.Criterion) []den.Theme {
	for i := range themes {
		if themes[i].Title == title {
			themes[i].Criteria = append(themes[i].Criteria, c)
			return themes
		}
	}
	id := fmt.Sprintf("theme-%d", len(themes)+1)
	for _, t := range before.Themes {
		if t.Title == title {
			id = t.ID
		}
	}
	return append(themes, den.Theme{ID: id, Title: title, Criteria: []den.Criterion{c}})
}

func (p *Pages) decimal(v *form.Values, field, text, label, title string) float64 {
	if text == "" {
		return 0
	}
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(n) || math.IsInf(n, 0) {
		v.Say(field, "scheme.number", "Field", p.words.Say(label), "Title", title)
	}
	return n
}

func (p *Pages) wholes(v *form.Values, field, text, label, title string) []int {
	var all []int
	for _, one := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' }) {
		n, err := strconv.Atoi(one)
		if err != nil {
			v.Say(field, "scheme.numbers", "Field", p.words.Say(label), "Title", title)
			return nil
		}
		all = append(all, n)
	}
	return all
}

func (p *Pages) showEditScheme(c *gin.Context, status int, s den.Scheme, v *form.Values) error {
	page := schemeEditPage{Frame: p.frame(c, p.words.Say("scheme.edit-title", "Title", s.Title)), Scheme: s, Rows: editRows(s), Once: fresh(c), Form: v}
	for i := range page.Rows {
		page.Rows[i].Open = page.Rows[i].isWrong(v)
	}
	for _, by := range []den.ScoredBy{den.ByPeople, den.ByMeasurement, den.ByPrice} {
		page.Scored = append(page.Scored, view.Option{Value: string(by), Text: p.words.Say("scored." + string(by))})
	}
	for _, rule := range []den.MissingRule{den.MissingInterval, den.MissingZero, den.MissingExclude} {
		page.Rules = append(page.Rules, view.Option{Value: string(rule), Text: p.words.Say("if-missing." + string(rule))})
	}
	page.Back, page.Errors = back(schemeHref(s)), v.Summary()
	return p.show(c, status, "scheme-edit", page)
}
