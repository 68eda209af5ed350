package view

import (
	"errors"
	"fmt"
	"html/template"
	"text/template/parse"
)

// gather makes a page's set of templates: what its file defines, and of the shared
// ones a copy of those that it reaches by name. html/template rewrites the templates of
// a set when it first shows them, so that no two pages can have one in common; what a
// page does not name is not copied for it. Components that are put are shown from the
// shared set itself.
func gather(page, shared *template.Template, roots ...string) error {
	seen := make(map[string]bool)
	todo := append([]string{}, roots...)
	for _, one := range page.Templates() {
		todo = append(todo, one.Name())
	}
	for len(todo) > 0 {
		name := todo[0]
		todo = todo[1:]
		if seen[name] {
			continue
		}
		seen[name] = true
		shows, err := choose(page, shared, name)
		if err != nil {
			return err
		}
		todo = append(todo, shows...)
	}
	return nil
}

// choose leaves the page its own template of a name, or else adds a copy of the shared
// one, and gives the names that the template shows. As with a Clone, an empty template of
// a page does not replace a shared one.
func choose(page, shared *template.Template, name string) (shows []string, err error) {
	if own := page.Lookup(name); own != nil && own.Tree != nil && !parse.IsEmptyTree(own.Tree.Root) {
		return namesIn(own.Tree.Root), nil
	}
	common := shared.Lookup(name)
	switch {
	case common != nil && common.Tree != nil:
		tree := common.Tree.Copy()
		_, err := page.AddParseTree(name, tree)
		return namesIn(tree.Root), err
	case page.Lookup(name) != nil:
		return nil, nil
	}
	return nil, fmt.Errorf("there is no template %q", name)
}

// namesIn are the templates that a node shows by their names.
func namesIn(node parse.Node) []string {
	var names []string
	walk(node, func(n parse.Node) {
		switch n := n.(type) {
		case *parse.TemplateNode:
			names = append(names, n.Name)
		case *parse.CommandNode:
			if called, ok := n.Args[0].(*parse.IdentifierNode); !ok || called.Ident != "part" || len(n.Args) < 2 {
				return
			}
			if text, ok := n.Args[1].(*parse.StringNode); ok {
				names = append(names, text.Text)
			}
		}
	})
	return names
}

// checkParts finds every part whose name is not written out: gather could not find it.
func checkParts(set *template.Template) error {
	var wrong []error
	for _, one := range set.Templates() {
		if one.Tree == nil {
			continue
		}
		walk(one.Tree.Root, func(n parse.Node) {
			command, ok := n.(*parse.CommandNode)
			if !ok {
				return
			}
			if called, ok := command.Args[0].(*parse.IdentifierNode); !ok || called.Ident != "part" {
				return
			}
			if len(command.Args) > 1 {
				if _, ok := command.Args[1].(*parse.StringNode); ok {
					return
				}
			}
			wrong = append(wrong, fmt.Errorf("%s: \"part\" takes its name as a plain string", one.Name()))
		})
	}
	return errors.Join(wrong...)
}
