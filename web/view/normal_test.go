package view

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// normal writes markup one element to a line: attributes and classes in order,
// blanks as a browser shows them.
func normal(t *testing.T, markup string) string {
	t.Helper()
	nodes, err := html.ParseFragment(strings.NewReader(markup), &html.Node{Type: html.ElementNode, Data: "body", DataAtom: atom.Body})
	if err != nil {
		t.Fatal(err)
	}
	root := &html.Node{Type: html.ElementNode, Data: "body"}
	for _, node := range nodes {
		root.AppendChild(node)
	}
	var out strings.Builder
	for node := root.FirstChild; node != nil; node = node.NextSibling {
		write(&out, node, 0)
	}
	return out.String()
}

func write(out *strings.Builder, node *html.Node, depth int) {
	indent := strings.Repeat("  ", depth)
	switch node.Type {
	case html.TextNode:
		text := node.Data
		if node.Parent == nil || node.Parent.Data != "textarea" {
			text = blanks(node)
		}
		if text != "" {
			fmt.Fprintf(out, "%s%q\n", indent, text)
		}
	case html.ElementNode:
		var attributes []string
		for _, one := range node.Attr {
			value := one.Val
			if one.Key == "class" {
				classes := strings.Fields(value)
				slices.Sort(classes)
				value = strings.Join(classes, " ")
			}
			attributes = append(attributes, fmt.Sprintf(" %s=%q", one.Key, value))
		}
		slices.Sort(attributes)
		fmt.Fprintf(out, "%s<%s%s>\n", indent, node.Data, strings.Join(attributes, ""))
		for child := node.FirstChild; child != nil; child = child.NextSibling {
			write(out, child, depth+1)
		}
	}
}

// blanks runs together the blanks of a text, and drops those at the edge of a
// block, where no browser shows them.
func blanks(node *html.Node) string {
	text := regexp.MustCompile(`\s+`).ReplaceAllString(node.Data, " ")
	if edge(node.PrevSibling) {
		text = strings.TrimPrefix(text, " ")
	}
	if edge(node.NextSibling) {
		text = strings.TrimSuffix(text, " ")
	}
	return text
}

func edge(sibling *html.Node) bool {
	if sibling == nil {
		return true
	}
	inline := []string{"a", "b", "strong", "em", "i", "span", "code", "kbd"}
	return sibling.Type == html.ElementNode && !slices.Contains(inline, sibling.Data)
}

func TestMarkupThatDiffersIsSeenToDiffer(t *testing.T) {
	for name, pair := range map[string][2]string{
		"an attribute":             {`<p id="a">x</p>`, `<p id="b">x</p>`},
		"a class":                  {`<p class="a b">x</p>`, `<p class="a">x</p>`},
		"a text":                   {`<p>x</p>`, `<p>y</p>`},
		"an element":               {`<p>x</p>`, `<div>x</div>`},
		"a blank between words":    {`<p>a <b>b</b></p>`, `<p>a<b>b</b></p>`},
		"the nesting":              {`<div><p></p></div>`, `<div></div><p></p>`},
		"a boolean attribute":      {`<input disabled>`, `<input>`},
		"what a text field starts": {`<textarea> a</textarea>`, `<textarea>a</textarea>`},
	} {
		t.Run(name, func(t *testing.T) {
			if normal(t, pair[0]) == normal(t, pair[1]) {
				t.Error("the two look equal")
			}
		})
	}
	if normal(t, "<p  class='b a'\n id=x>\n a\n b </p>") != normal(t, `<p id="x" class="a b">a b</p>`) {
		t.Error("equal markup looks different")
	}
}
