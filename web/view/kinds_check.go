package view

import (
	"errors"
	"fmt"
	"html/template"
	"reflect"
	"text/template/parse"
)

// checkKinds follows a page's templates through all branches, those that the
// sample does not take too, and finds what names a field that is not there. What
// has no kind that can be known beforehand, it lets pass.
func checkKinds(set *template.Template, funcs template.FuncMap, data reflect.Type) error {
	c := &kindCheck{set: set, funcs: funcs, seen: make(map[visit]bool)}
	c.template("layout", data)
	return errors.Join(c.wrong...)
}

type visit struct {
	name string
	kind reflect.Type
}

type kindCheck struct {
	set   *template.Template
	funcs template.FuncMap
	tree  *parse.Tree
	seen  map[visit]bool
	wrong []error
}

// scope is what the names in a piece of a template stand for; an unknown kind is nil.
type scope struct {
	dot  reflect.Type
	vars map[string]reflect.Type
}

func (s scope) inside(dot reflect.Type) scope {
	vars := make(map[string]reflect.Type, len(s.vars))
	for name, kind := range s.vars {
		vars[name] = kind
	}
	return scope{dot: dot, vars: vars}
}

func (c *kindCheck) template(name string, data reflect.Type) {
	one := c.set.Lookup(name)
	if one == nil || one.Tree == nil {
		c.wrong = append(c.wrong, fmt.Errorf("there is no template %q", name))
		return
	}
	if c.seen[visit{name, data}] {
		return
	}
	c.seen[visit{name, data}] = true
	before := c.tree
	c.tree = one.Tree
	c.list(one.Tree.Root, scope{dot: data, vars: map[string]reflect.Type{"$": data}})
	c.tree = before
}

func (c *kindCheck) list(list *parse.ListNode, s scope) {
	if list == nil {
		return
	}
	for _, node := range list.Nodes {
		switch n := node.(type) {
		case *parse.ActionNode:
			c.pipe(n.Pipe, s)
		case *parse.IfNode:
			inner := s.inside(s.dot)
			c.pipe(n.Pipe, inner)
			c.list(n.List, inner)
			c.list(n.ElseList, s.inside(s.dot))
		case *parse.WithNode:
			inner := s.inside(s.dot)
			inner.dot = c.pipe(n.Pipe, inner)
			c.list(n.List, inner)
			c.list(n.ElseList, s.inside(s.dot))
		case *parse.RangeNode:
			c.rangeOver(n, s)
		case *parse.TemplateNode:
			var data reflect.Type
			if n.Pipe != nil {
				data = c.pipe(n.Pipe, s)
			}
			c.template(n.Name, data)
		}
	}
}

func (c *kindCheck) rangeOver(n *parse.RangeNode, s scope) {
	inner := s.inside(s.dot)
	over := deref(c.pipe(n.Pipe, inner))
	var key, item reflect.Type
	if over != nil {
		switch over.Kind() {
		case reflect.Slice, reflect.Array:
			key, item = reflect.TypeFor[int](), over.Elem()
		case reflect.Map:
			key, item = over.Key(), over.Elem()
		case reflect.Int, reflect.Int64:
			item = over
		default:
		}
	}
	switch len(n.Pipe.Decl) {
	case 1:
		inner.vars[n.Pipe.Decl[0].Ident[0]] = item
	case 2:
		inner.vars[n.Pipe.Decl[0].Ident[0]] = key
		inner.vars[n.Pipe.Decl[1].Ident[0]] = item
	}
	inner.dot = item
	c.list(n.List, inner)
	c.list(n.ElseList, s.inside(s.dot))
}

// pipe gives the kind of what a pipeline ends with.
func (c *kindCheck) pipe(pipe *parse.PipeNode, s scope) reflect.Type {
	if pipe == nil {
		return nil
	}
	var kind reflect.Type
	for _, command := range pipe.Cmds {
		kind = c.command(command, s)
	}
	for _, variable := range pipe.Decl {
		s.vars[variable.Ident[0]] = kind
	}
	return kind
}

func (c *kindCheck) command(command *parse.CommandNode, s scope) reflect.Type {
	kinds := make([]reflect.Type, len(command.Args))
	for n, arg := range command.Args {
		kinds[n] = c.arg(arg, s)
	}
	name, ok := command.Args[0].(*parse.IdentifierNode)
	if !ok {
		return kinds[0]
	}
	switch name.Ident {
	case "make":
		return c.made(command)
	case "part":
		if len(command.Args) == 3 {
			if text, ok := command.Args[1].(*parse.StringNode); ok {
				c.template(text.Text, kinds[2])
			}
		}
	case "index":
		if over := deref(kinds[1]); len(kinds) == 3 && over != nil && (over.Kind() == reflect.Slice || over.Kind() == reflect.Map) {
			return over.Elem()
		}
		return nil
	}
	if fn, ok := c.funcs[name.Ident]; ok {
		return reflect.TypeOf(fn).Out(0)
	}
	return nil
}

// made checks the fields that a make names, and gives the kind of the component.
func (c *kindCheck) made(command *parse.CommandNode) reflect.Type {
	if len(command.Args) < 2 {
		return nil
	}
	name, ok := command.Args[1].(*parse.StringNode)
	if !ok {
		return nil
	}
	kind, ok := kinds()[name.Text]
	if !ok {
		c.say(command, "there is no component %q", name.Text)
		return nil
	}
	if len(command.Args)%2 != 0 {
		c.say(command, "names and values must come in pairs")
	}
	for n := 2; n < len(command.Args); n += 2 {
		field, ok := command.Args[n].(*parse.StringNode)
		if !ok {
			continue
		}
		if _, ok := kind.FieldByName(field.Text); !ok {
			c.say(command, "the component %s has no field %s", name.Text, field.Text)
		}
	}
	return kind
}

func (c *kindCheck) arg(node parse.Node, s scope) reflect.Type {
	switch n := node.(type) {
	case *parse.DotNode:
		return s.dot
	case *parse.FieldNode:
		return c.fields(n, s.dot, n.Ident)
	case *parse.VariableNode:
		return c.fields(n, s.vars[n.Ident[0]], n.Ident[1:])
	case *parse.ChainNode:
		return c.fields(n, c.arg(n.Node, s), n.Field)
	case *parse.PipeNode:
		return c.pipe(n, s)
	case *parse.StringNode:
		return reflect.TypeFor[string]()
	default:
		return nil
	}
}

func (c *kindCheck) fields(node parse.Node, kind reflect.Type, names []string) reflect.Type {
	for _, name := range names {
		if kind == nil || kind.Kind() == reflect.Interface {
			return nil
		}
		next, ok := member(kind, name)
		if !ok {
			c.say(node, "a %s has no %s", kind, name)
			return nil
		}
		kind = next
	}
	return kind
}

// member is the kind of a field, of a method's answer, or of a map's entries.
func member(kind reflect.Type, name string) (reflect.Type, bool) {
	pointer := kind
	if kind.Kind() != reflect.Pointer {
		pointer = reflect.PointerTo(kind)
	}
	if method, ok := pointer.MethodByName(name); ok && method.Type.NumOut() > 0 {
		return method.Type.Out(0), true
	}
	switch kind = deref(kind); kind.Kind() {
	case reflect.Struct:
		field, ok := kind.FieldByName(name)
		return field.Type, ok && field.IsExported()
	case reflect.Map:
		return kind.Elem(), true
	case reflect.Interface:
		return nil, true
	default:
		return nil, false
	}
}

func deref(kind reflect.Type) reflect.Type {
	for kind != nil && kind.Kind() == reflect.Pointer {
		kind = kind.Elem()
	}
	return kind
}

func (c *kindCheck) say(node parse.Node, format string, args ...any) {
	place, text := c.tree.ErrorContext(node)
	c.wrong = append(c.wrong, fmt.Errorf("%s: %s: %s", place, text, fmt.Sprintf(format, args...)))
}
