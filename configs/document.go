package configs

import (
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// Document is YAML that a person wrote. It knows on which line each value stands, so
// that a fault found later, by whoever, can still be shown where it is.
type Document struct {
	name string
	root ast.Node
}

// ReadDocument decodes text into a struct with yaml tags and is strict: an unknown key,
// a key that stands there twice and a value of the wrong kind are errors of the form
// "trial.yaml:7: …". name is what the document is called in them.
func ReadDocument(name string, text []byte, into any) (Document, error) {
	d := Document{name: name}
	file, err := parser.ParseBytes(text, 0)
	if err != nil {
		return d, d.explain(err)
	}
	if err := d.single(file); err != nil {
		return d, err
	}
	if isBlank(file) {
		return d, fmt.Errorf("%s: write something into it. It is empty", name)
	}
	d.root = file.Docs[0].Body
	plain := &plainness{}
	ast.Walk(plain, d.root)
	if plain.line > 0 {
		return d, fmt.Errorf("%s:%d: write plain keys and values. Tags (!), anchors (&), aliases (*) and merges (<<) are not understood here", name, plain.line)
	}
	return d, d.decode(text, d.root, into)
}

// decode reads the text of a tree into a struct.
func (d Document) decode(text []byte, root ast.Node, into any) error {
	err := yaml.UnmarshalWithOptions(text, into, yaml.Strict())
	if err == nil {
		err = cut(root, reflect.TypeOf(into))
	}
	if err != nil {
		return d.explain(err)
	}
	return nil
}

// single refuses a file of several documents, of which the library reads the first only.
func (d Document) single(file *ast.File) error {
	if len(file.Docs) > 1 {
		return fmt.Errorf("%s: write one document. This file has %d, divided by ---", d.name, len(file.Docs))
	}
	return nil
}

// isBlank says that a file holds nothing but comments. The library takes that for a wish
// to have everything empty.
func isBlank(file *ast.File) bool {
	if len(file.Docs) == 0 || file.Docs[0].Body == nil {
		return true
	}
	kind := file.Docs[0].Body.Type()
	return kind == ast.CommentType || kind == ast.NullType
}

// Name is what the document is called.
func (d Document) Name() string { return d.name }

// Place is where the value of a path of keys stands, "trial.yaml:7"; a number is a
// position in a list. Where it is not there, the nearest thing around it is named, or
// the document alone.
func (d Document) Place(keys ...string) string {
	line := 0
	at := d.root
	for _, key := range keys {
		node, inside := step(at, key)
		if node == nil {
			break
		}
		line, at = node.GetToken().Position.Line, inside
	}
	if line == 0 {
		return d.name
	}
	return fmt.Sprintf("%s:%d", d.name, line)
}

// Has says whether a top-level key is there.
func (d Document) Has(key string) bool {
	node, _ := step(d.root, key)
	return node != nil
}

// step finds a key of a mapping, or an element of a list, and what is inside it.
func step(in ast.Node, key string) (at, inside ast.Node) {
	switch in := in.(type) {
	case *ast.MappingNode:
		for _, pair := range in.Values {
			if text(pair.Key) == key {
				return pair.Key, pair.Value
			}
		}
	case *ast.SequenceNode:
		for i, value := range in.Values {
			if fmt.Sprint(i) == key {
				return value, value
			}
		}
	}
	return nil, nil
}

// plainness looks for what a person does not need and the library does not always
// survive.
type plainness struct{ line int }

// Visit implements ast.Visitor.
func (p *plainness) Visit(node ast.Node) ast.Visitor {
	switch node.(type) {
	case *ast.TagNode, *ast.AnchorNode, *ast.AliasNode, *ast.MergeKeyNode:
		p.line = node.GetToken().Position.Line
	}
	if p.line > 0 {
		return nil
	}
	return p
}

// text is a key without its quotes.
func text(key ast.MapKeyNode) string {
	if s, ok := key.(*ast.StringNode); ok {
		return s.Value
	}
	return key.String()
}

// explain says what to do about a fault that the library found.
func (d Document) explain(err error) error {
	var off misread
	if errors.As(err, &off) {
		return fmt.Errorf("%s:%d: %w", d.name, off.line, off.error)
	}
	var found yaml.Error
	if !errors.As(err, &found) {
		return fmt.Errorf("%s: %w", d.name, err)
	}
	place := d.name
	if token := found.GetToken(); token != nil && token.Position != nil {
		place = fmt.Sprintf("%s:%d", d.name, token.Position.Line)
	}
	var unknown *yaml.UnknownFieldError
	var twice *yaml.DuplicateKeyError
	var wrong *yaml.TypeError
	var other *yaml.UnexpectedNodeTypeError
	var large *yaml.OverflowError
	switch {
	case errors.As(err, &unknown):
		return fmt.Errorf("%s: there is no key %s here. Check its spelling", place, strings.TrimPrefix(unknown.GetMessage(), "unknown field "))
	case errors.As(err, &twice), strings.Contains(found.GetMessage(), "already defined at"):
		return fmt.Errorf("%s: this key stands there twice. Remove one", place)
	case errors.As(err, &wrong) && wrong.DstType != nil:
		return fmt.Errorf("%s: write %s here", place, kindOf(wrong.DstType))
	case errors.As(err, &large):
		return fmt.Errorf("%s: write a smaller number than %s here", place, large.SrcNum)
	case errors.As(err, &other):
		return fmt.Errorf("%s: write %s here, not %s", place, called(other.Expected), called(other.Actual))
	}
	return fmt.Errorf("%s: this is not valid YAML: %s", place, found.GetMessage())
}

// misread is a value that is of the right kind, and still cannot be read.
type misread struct {
	error
	line int
}

// readAs reads the text of a value; what is not there is left as it is.
func readAs[T any](value ast.Node, into *T, read func(string) (T, error)) error {
	if value.Type() == ast.NullType {
		return nil
	}
	v, err := read(strings.Trim(value.String(), "\"'"))
	if err != nil {
		return misread{err, value.GetToken().Position.Line}
	}
	*into = v
	return nil
}

// called is what people call a kind of value.
func called(kind ast.NodeType) string {
	switch name := strings.ToLower(kind.YAMLName()); name {
	case "sequence":
		return "a list"
	case "mapping":
		return "keys with values"
	case "string":
		return "text"
	case "int", "float":
		return "a number"
	default:
		return name
	}
}

func kindOf(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Pointer:
		return kindOf(t.Elem())
	case reflect.Int, reflect.Int32, reflect.Int64:
		return "a whole number"
	case reflect.Float64:
		return "a number"
	case reflect.Bool:
		return "true or false"
	case reflect.Slice:
		return "a list"
	case reflect.Map, reflect.Struct:
		return "keys with values"
	}
	return "text"
}
