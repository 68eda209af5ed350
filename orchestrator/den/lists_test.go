package den

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Who adds a word to a fixed set, such as a reason or a kind of notice, finds here that the
// list of them lacks it. What asks for every word of a list then asks for the new one too.
func TestEveryListNamesAllItsConstants(t *testing.T) {
	everybodys := []string{"ReadOwn", "ChangeOwn"} // no role gives them
	constants, lists := fixedSets(t)
	if len(lists) < 15 {
		t.Errorf("only %d lists were found: the room has more, so the check does not see them", len(lists))
	}
	for of, listed := range lists {
		if len(constants[of]) == 0 {
			t.Errorf("no constant of %s was found", of)
		}
		for _, one := range constants[of] {
			if !slices.Contains(listed, one) && !slices.Contains(everybodys, one) {
				t.Errorf("%s is not in the list of every %s", one, of)
			}
		}
	}
}

// fixedSets reads this room: the constants of each named type, and what its exported list,
// var All = []Type{…}, names.
func fixedSets(t *testing.T) (constants, lists map[string][]string) {
	t.Helper()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	constants, lists = map[string][]string{}, map[string][]string{}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, declared := range file.Decls {
			group, ok := declared.(*ast.GenDecl)
			if !ok {
				continue
			}
			add, to := addList, lists
			if group.Tok == token.CONST {
				add, to = addConstants, constants
			}
			for _, spec := range group.Specs {
				if values, ok := spec.(*ast.ValueSpec); ok {
					add(to, values)
				}
			}
		}
	}
	return constants, lists
}

// addConstants leaves out those that are empty: they say that there is none.
func addConstants(to map[string][]string, spec *ast.ValueSpec) {
	of, ok := spec.Type.(*ast.Ident)
	if !ok {
		return
	}
	for i, name := range spec.Names {
		if literal, ok := spec.Values[i].(*ast.BasicLit); ok && literal.Value != `""` {
			to[of.Name] = append(to[of.Name], name.Name)
		}
	}
}

func addList(to map[string][]string, spec *ast.ValueSpec) {
	if len(spec.Values) != 1 || !spec.Names[0].IsExported() {
		return
	}
	literal, ok := spec.Values[0].(*ast.CompositeLit)
	if !ok {
		return
	}
	list, ok := literal.Type.(*ast.ArrayType)
	if !ok {
		return
	}
	of, ok := list.Elt.(*ast.Ident)
	if !ok || !of.IsExported() {
		return
	}
	for _, one := range literal.Elts {
		if name, ok := one.(*ast.Ident); ok {
			to[of.Name] = append(to[of.Name], name.Name)
		}
	}
}
