package view

import (
	"errors"
	"fmt"
	"html/template"
	"text/template/parse"
)

// checkWords finds every key that a set of templates names and the language has
// not, and every key that is not written out.
func checkWords(set *template.Template, words Words) error {
	var wrong []error
	for _, one := range set.Templates() {
		if one.Tree == nil {
			continue
		}
		for _, use := range usesOf(one.Tree.Root) {
			switch {
			case use.key == "":
				wrong = append(wrong, fmt.Errorf("%s: %q takes its key as a plain string", one.Name(), use.fn))
			case use.fn != "word" && !words.Has(use.key):
				wrong = append(wrong, fmt.Errorf("%s: the words %q are missing in %s", one.Name(), use.key, words.Lang))
			}
		}
	}
	return errors.Join(wrong...)
}

// use is one call of t, count or word in a template; key is empty where it is
// not a plain string.
type use struct{ fn, key string }

func usesOf(node parse.Node) []use {
	var found []use
	walk(node, func(n parse.Node) {
		command, ok := n.(*parse.CommandNode)
		if !ok || len(command.Args) == 0 {
			return
		}
		name, ok := command.Args[0].(*parse.IdentifierNode)
		if !ok || (name.Ident != "t" && name.Ident != "count" && name.Ident != "word") {
			return
		}
		one := use{fn: name.Ident}
		if len(command.Args) > 1 {
			if text, ok := command.Args[1].(*parse.StringNode); ok {
				one.key = text.Text
			}
		}
		found = append(found, one)
	})
	return found
}

// walk visits a node of a template and all below it.
func walk(node parse.Node, visit func(parse.Node)) {
	if node == nil {
		return
	}
	visit(node)
	branch := func(b *parse.BranchNode) {
		walk(b.Pipe, visit)
		walk(b.List, visit)
		if b.ElseList != nil {
			walk(b.ElseList, visit)
		}
	}
	switch n := node.(type) {
	case *parse.ListNode:
		if n == nil {
			return
		}
		for _, child := range n.Nodes {
			walk(child, visit)
		}
	case *parse.ActionNode:
		walk(n.Pipe, visit)
	case *parse.PipeNode:
		if n == nil {
			return
		}
		for _, command := range n.Cmds {
			walk(command, visit)
		}
	case *parse.CommandNode:
		for _, arg := range n.Args {
			walk(arg, visit)
		}
	case *parse.ChainNode:
		walk(n.Node, visit)
	case *parse.TemplateNode:
		if n.Pipe != nil {
			walk(n.Pipe, visit)
		}
	case *parse.IfNode:
		branch(&n.BranchNode)
	case *parse.RangeNode:
		branch(&n.BranchNode)
	case *parse.WithNode:
		branch(&n.BranchNode)
	}
}
