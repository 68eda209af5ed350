package help

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"regexp"
	"strings"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

//go:embed *.md
var files embed.FS

// Rights is the guide that the table of who may do what belongs to.
const Rights = "who-may-do-what"

// Guide is one page of help. Its first line is its title, its first paragraph says what
// it is for.
type Guide struct {
	Name    string // part of its address
	Title   string
	Summary string
	HTML    template.HTML
}

// Group is the guides for one kind of reader.
type Group struct {
	Name   string // "departments", "evaluators", "suppliers", "running" or "everybody": the pages have words for it
	Guides []Guide
}

// Guides are all of them, in the order in which people are to find them.
type Guides struct {
	groups []Group
	find   map[string]Guide
}

// shelf is a group of guides by their names.
type shelf struct {
	name   string
	guides []string
}

// order is how guides are listed; one that is not here is an error at the start.
func order() []shelf {
	return []shelf{
		{"departments", []string{"civil-servant", "find-out-who-can-help", "challenges", "approver", "read-a-report", "load-test"}},
		{"evaluators", []string{"evaluator"}},
		{"suppliers", []string{"ten-minutes", "supplier", "your-entry-on-the-techmap"}},
		{"running", []string{"operator", "auditor"}},
		{"everybody", []string{"signing-in", "sandbox", Rights, "accessibility"}},
	}
}

// New reads and makes all guides.
func New() (*Guides, error) { return read(files, order()) }

func read(files fs.FS, shelves []shelf) (*Guides, error) {
	found, err := fs.Glob(files, "*.md")
	if err != nil {
		return nil, err
	}
	guides := &Guides{find: map[string]Guide{}}
	for _, s := range shelves {
		group := Group{Name: s.name}
		for _, name := range s.guides {
			source, err := fs.ReadFile(files, name+".md")
			if err != nil {
				return nil, fmt.Errorf("reading the guide %s: %w", name, err)
			}
			guide, err := guideOf(name, source)
			if err != nil {
				return nil, err
			}
			group.Guides, guides.find[name] = append(group.Guides, guide), guide
		}
		guides.groups = append(guides.groups, group)
	}
	if listed := len(guides.find); len(found) != listed+others(found) {
		return nil, fmt.Errorf("%d guides are listed and %d are there", listed, len(found))
	}
	return guides, nil
}

// others counts the files that are not guides: the decisions of this room.
func others(found []string) int {
	n := 0
	for _, name := range found {
		if name == "decisions.md" {
			n++
		}
	}
	return n
}

// Groups lists the guides by who they are for.
func (g *Guides) Groups() []Group { return g.groups }

func (g *Guides) all() []Guide {
	var all []Guide
	for _, group := range g.groups {
		all = append(all, group.Guides...)
	}
	return all
}

// Find finds a guide by name.
func (g *Guides) Find(name string) (Guide, bool) {
	guide, ok := g.find[name]
	return guide, ok
}

func guideOf(name string, source []byte) (Guide, error) {
	lines := strings.SplitN(strings.TrimSpace(string(source)), "\n", 4)
	if len(lines) < 3 || !strings.HasPrefix(lines[0], "# ") || lines[1] != "" || lines[2] == "" {
		return Guide{}, fmt.Errorf("the guide %s must begin with a title and a paragraph of one line", name)
	}
	markdown := goldmark.New(
		goldmark.WithExtensions(extension.Table),
		goldmark.WithParserOptions(parser.WithAutoHeadingID(), parser.WithASTTransformers(util.Prioritized(classes{}, 100))),
	)
	// The parts whose renderers take no attributes get their classes afterwards.
	plain := strings.NewReplacer(
		"<pre>", `<pre class="den-block">`, "<p><code>", `<p class="govuk-body"><code class="den-code">`, "<code>", `<code class="den-code">`,
		"<table>", `<table class="govuk-table">`, "<th>", `<th class="govuk-table__header" scope="col">`, "<td>", `<td class="govuk-table__cell">`,
		"<tr>", `<tr class="govuk-table__row">`,
	)
	var out bytes.Buffer
	if err := markdown.Convert(source, &out); err != nil {
		return Guide{}, fmt.Errorf("making the guide %s: %w", name, err)
	}
	return Guide{
		Name: name, Title: strings.TrimPrefix(lines[0], "# "), Summary: lines[2],
		HTML: template.HTML(clean().Sanitize(plain.Replace(out.String()))),
	}, nil
}

// clean lets through what the guides need and nothing that runs.
func clean() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("h1", "h2", "h3", "p", "ul", "ol", "li", "pre", "code", "strong", "em", "a", "table", "thead", "tbody", "tr", "th", "td", "br", "hr", "blockquote", "kbd")
	p.AllowAttrs("class").Matching(regexp.MustCompile(`^(govuk|den)-[a-z0-9_ -]+$`)).Globally()
	p.AllowAttrs("id").Matching(regexp.MustCompile(`^[a-z0-9-]+$`)).OnElements("h1", "h2", "h3")
	p.AllowAttrs("scope").Matching(regexp.MustCompile(`^(col|row)$`)).OnElements("th")
	p.AllowAttrs("href").OnElements("a")
	p.AllowURLSchemes("https", "http", "mailto")
	p.AllowRelativeURLs(true)
	return p
}

// classes gives elements the classes of the Design System.
type classes struct{}

// Transform implements parser.ASTTransformer.
func (classes) Transform(document *ast.Document, _ text.Reader, _ parser.Context) {
	_ = ast.Walk(document, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			if class := classOf(n); class != "" {
				n.SetAttributeString("class", []byte(class))
			}
		}
		return ast.WalkContinue, nil
	})
}

func classOf(n ast.Node) string {
	switch node := n.(type) {
	case *ast.Heading:
		return []string{"", "govuk-heading-l", "govuk-heading-m", "govuk-heading-s", "govuk-heading-s", "govuk-heading-s", "govuk-heading-s"}[node.Level]
	case *ast.Paragraph:
		return "govuk-body"
	case *ast.List:
		if node.IsOrdered() {
			return "govuk-list govuk-list--number govuk-list--spaced"
		}
		return "govuk-list govuk-list--bullet"
	case *ast.Link, *ast.AutoLink:
		return "govuk-link"
	}
	return ""
}
