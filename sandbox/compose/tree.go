package compose

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"

	"innovationden/sandbox/policy"
)

// Bounds of a tree, after anchors are put in their places.
const (
	maxDepth   = 24
	maxNodes   = 10_000
	maxAliases = 200
)

type kind int

const (
	scalar kind = iota
	mapping
	list
)

// spot is a place in the file, from 1.
type spot struct{ line, column int }

// node is a part of the file, with no anchors, tags or merges left in it.
type node struct {
	spot
	kind    kind
	text    string // of a scalar
	null    bool
	entries []entry // of a mapping, in the order of the file
	items   []*node // of a list
}

type entry struct {
	spot
	name  string
	value *node
}

// get gives the value of a name, or nil. It may be asked of nil.
func (n *node) get(name string) *node {
	if n == nil {
		return nil
	}
	for _, e := range n.entries {
		if e.name == name {
			return e.value
		}
	}
	return nil
}

// tree reads the text. What it cannot accept is refused in r, and the tree is then
// not to be used.
func (r *reading) tree(content []byte) *node {
	start := spot{1, 1}
	switch {
	case len(content) > MaxBytes:
		r.refuseAt(start, "", fmt.Sprintf("The file is longer than %d KiB.", MaxBytes>>10), "Put large contents into the images.")
		return nil
	case !utf8.Valid(content):
		r.refuseAt(badByte(content), "", "The file is not UTF-8 text.", "Save it as UTF-8.")
		return nil
	}
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	document, err := decode(decoder)
	switch {
	case errors.Is(err, io.EOF), err == nil && len(document.Content) == 0:
		r.refuseAt(start, "", "The file is empty.", "Write at least one service under services.")
		return nil
	case err != nil:
		r.refuseAt(lineOf(err), "", "It is not YAML: "+reason(err)+".", "Put the text right at this line.")
		return nil
	}
	root := (&grower{r: r, open: map[*yaml.Node]bool{}}).grow(document.Content[0], 0)
	if len(r.refused) > 0 {
		return nil
	}
	if second, err := decode(decoder); !errors.Is(err, io.EOF) {
		at := start
		if err == nil {
			at = spot{second.Line, max(second.Column, 1)}
		} else {
			at = lineOf(err)
		}
		r.refuseAt(at, "", "A second document begins here.", "Write everything into one document.")
		return nil
	}
	if root.kind != mapping {
		r.refuseAt(root.spot, "", "The file is not a list of attributes and values.", "Begin with services: and name the services below it.")
		return nil
	}
	return root
}

// decode reads one document. A panic of the library is an error: no text that a
// stranger writes may end the den.
func decode(d *yaml.Decoder) (n *yaml.Node, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the text cannot be read (%v)", p)
		}
	}()
	n = &yaml.Node{}
	return n, d.Decode(n)
}

// grower copies a document, with anchors put in their places, within the bounds.
type grower struct {
	r       *reading
	nodes   int
	aliases int
	full    bool
	open    map[*yaml.Node]bool
}

func (g *grower) refuse(y *yaml.Node, why, instead string) *node {
	at := spot{max(y.Line, 1), max(y.Column, 1)}
	if !g.full {
		g.r.refuseAt(at, "", why, instead)
	}
	return &node{spot: at, null: true}
}

func (g *grower) grow(y *yaml.Node, depth int) *node {
	g.nodes++
	switch {
	case g.nodes > maxNodes:
		n := g.refuse(y, fmt.Sprintf("With its anchors put in their places the file has more than %d parts.", maxNodes), "Make it shorter.")
		g.full = true
		return n
	case depth > maxDepth:
		return g.refuse(y, fmt.Sprintf("It is nested more than %d deep.", maxDepth), "Write it flatter.")
	case y.Style&yaml.TaggedStyle != 0:
		return g.refuse(y, "It carries the tag "+policy.Shown(y.Tag)+".", "Write the value without a tag.")
	}
	n := &node{spot: spot{max(y.Line, 1), max(y.Column, 1)}}
	switch y.Kind {
	case yaml.AliasNode:
		return g.alias(y, depth)
	case yaml.MappingNode:
		n.kind = mapping
		g.within(y, func() { g.mapping(n, y, depth) })
	case yaml.SequenceNode:
		n.kind = list
		g.within(y, func() {
			for _, item := range y.Content {
				if g.full {
					return
				}
				n.items = append(n.items, g.grow(item, depth+1))
			}
		})
	case yaml.ScalarNode:
		n.text, n.null = y.Value, y.ShortTag() == "!!null"
		if strings.ContainsRune(n.text, 0) {
			return g.refuse(y, "It holds a zero byte.", "Write text.")
		}
	case yaml.DocumentNode, yaml.StreamNode:
		return g.refuse(y, "A document cannot stand here.", "Write everything into one document.")
	default:
		return g.refuse(y, "It is not YAML that the den knows.", "Write a mapping, a list or a value.")
	}
	return n
}

func (g *grower) within(y *yaml.Node, do func()) {
	g.open[y] = true
	do()
	delete(g.open, y)
}

func (g *grower) alias(y *yaml.Node, depth int) *node {
	g.aliases++
	switch {
	case g.aliases > maxAliases:
		n := g.refuse(y, fmt.Sprintf("It uses anchors more than %d times.", maxAliases), "Write the values out.")
		g.full = true
		return n
	case y.Alias == nil:
		return g.refuse(y, "It uses an anchor that is not there.", "Write the value out.")
	case g.open[y.Alias]:
		return g.refuse(y, "The anchor "+policy.Shown(y.Value)+" contains itself.", "Write the value out.")
	}
	return g.grow(y.Alias, depth+1)
}

func (g *grower) mapping(n *node, y *yaml.Node, depth int) {
	seen := map[string]spot{}
	var merged []*node
	for i := 0; i+1 < len(y.Content) && !g.full; i += 2 {
		key, value := y.Content[i], y.Content[i+1]
		if key.Kind == yaml.AliasNode && key.Alias != nil {
			key = key.Alias
		}
		at := spot{max(y.Content[i].Line, 1), max(y.Content[i].Column, 1)}
		if key.Kind != yaml.ScalarNode || key.Style&yaml.TaggedStyle != 0 || key.ShortTag() == "!!null" || len(key.Value) > 512 || strings.ContainsRune(key.Value, 0) {
			g.refuse(y.Content[i], "The name of an attribute must be a plain word.", "Write name: value.")
			continue
		}
		if first, ok := seen[key.Value]; ok {
			g.refuse(y.Content[i], fmt.Sprintf("The name %s is already given in line %d.", policy.Shown(key.Value), first.line), "Keep one of the two.")
			continue
		}
		seen[key.Value] = at
		if key.Value == "<<" && key.Style == 0 {
			merged = append(merged, g.sources(value, depth+1)...)
			continue
		}
		n.entries = append(n.entries, entry{spot: at, name: key.Value, value: g.grow(value, depth+1)})
	}
	for _, source := range merged { // what is given here wins over what is merged, and the first source over the next
		for _, e := range source.entries {
			if n.get(e.name) == nil {
				n.entries = append(n.entries, e)
			}
		}
	}
}

// sources gives the mappings that a merge key names.
func (g *grower) sources(y *yaml.Node, depth int) []*node {
	n := g.grow(y, depth)
	all := n.items
	if n.kind == mapping {
		all = []*node{n}
	}
	for _, one := range all {
		if one.kind != mapping {
			all = nil
			break
		}
	}
	if len(all) == 0 && !g.full {
		g.refuse(y, "A merge needs a mapping, or a list of mappings.", "Write <<: *name, where &name marks a mapping.")
	}
	return all
}

func badByte(content []byte) spot {
	at := spot{1, 1}
	for len(content) > 0 {
		c, size := utf8.DecodeRune(content)
		if c == utf8.RuneError && size == 1 {
			return at
		}
		if at.column++; c == '\n' {
			at = spot{at.line + 1, 1}
		}
		content = content[size:]
	}
	return at
}

var lineForm = regexp.MustCompile(`line (\d+)(?:, column (\d+))?`)

// lineOf finds the line in an error of the YAML library.
func lineOf(err error) spot {
	at := spot{1, 1}
	if m := lineForm.FindStringSubmatch(err.Error()); m != nil {
		at.line, _ = strconv.Atoi(m[1])
		if m[2] != "" {
			at.column, _ = strconv.Atoi(m[2])
		}
	}
	return spot{max(at.line, 1), max(at.column, 1)}
}

// reason is what the YAML library says, without the parts that lineOf shows.
func reason(err error) string {
	text := err.Error()
	if i := strings.LastIndex(text, ": "); i >= 0 {
		text = text[i+2:]
	}
	return strings.TrimSuffix(printable(text), ".")
}

func printable(text string) string {
	if len(text) > 120 {
		text = text[:120]
	}
	return strings.Map(func(c rune) rune {
		if c < ' ' || c > '~' {
			return '?'
		}
		return c
	}, text)
}
