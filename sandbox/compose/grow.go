package compose

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v4"

	"innovationden/sandbox/policy"
)

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
