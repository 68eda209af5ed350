package main_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
)

const module = "innovationden"

// inspect reads every Go file of the tree that is not a test, whatever its build tags, and returns how many it read and a
// sentence for each breach of the walls.
func inspect(tree fs.FS) (read int, broken []string) {
	unnamed := map[string]bool{}
	err := fs.WalkDir(tree, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if base := entry.Name(); name != "." && (strings.HasPrefix(base, ".") || slices.Contains([]string{"testdata", "node_modules", "bin", "data"}, base)) {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		read++
		room := path.Dir(name)
		w, named := wallOf(room)
		if !named {
			if !unnamed[room] {
				broken = append(broken, room+" is not in the table of walls: name it, with what it may know")
			}
			unnamed[room] = true
			return nil
		}
		source, err := fs.ReadFile(tree, name)
		if err != nil {
			return err
		}
		broken = append(broken, w.breaches(name, source)...)
		return nil
	})
	if err != nil {
		broken = append(broken, "the tree cannot be read: "+err.Error())
	}
	return read, broken
}

// wallOf finds the line of a room: its own, else the one with the longest /** that covers it.
func wallOf(room string) (wall, bool) {
	var found wall
	for _, w := range walls {
		if w.room == room {
			return w, true
		}
		if covers(w.room, room) && len(w.room) > len(found.room) {
			found = w
		}
	}
	return found, found.room != ""
}

func (w wall) breaches(name string, source []byte) (broken []string) {
	room := path.Dir(name)
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, name, source, parser.SkipObjectResolution)
	if err != nil {
		return []string{name + " cannot be parsed: " + err.Error()}
	}
	clock := "" // the name under which this file knows package time
	for _, spec := range file.Imports {
		imported, _ := strconv.Unquote(spec.Path.Value)
		if !w.mayImport(room, imported) {
			broken = append(broken, fmt.Sprintf("%s may not import %s (%s)", room, imported, files.Position(spec.Pos())))
		}
		if imported == "time" {
			clock = "time"
			if spec.Name != nil {
				clock = spec.Name.Name
			}
		}
	}
	switch {
	case clock == "" || covers(clockKeeper, room):
		return broken
	case clock == ".":
		return append(broken, name+" imports time with a dot, which hides the clock")
	}
	ast.Inspect(file, func(node ast.Node) bool {
		if selected, ok := node.(*ast.SelectorExpr); ok {
			if from, ok := selected.X.(*ast.Ident); ok && from.Name == clock && slices.Contains(clocks, "time."+selected.Sel.Name) {
				at := files.Position(selected.Pos())
				broken = append(broken, fmt.Sprintf("%s:%d reads time.%s: take a clock, func() time.Time, from the caller", name, at.Line, selected.Sel.Name))
			}
		}
		return true
	})
	return broken
}

func (w wall) mayImport(room, imported string) bool {
	if ours, is := strings.CutPrefix(imported, module+"/"); is {
		return coveredByAny(w.ours, ours)
	}
	if first, _, _ := strings.Cut(imported, "/"); strings.Contains(first, ".") || imported == "C" {
		return coveredByAny(w.others, imported)
	}
	if keeper, kept := keepers[imported]; kept && !coveredByAny(keeper, room) {
		return false
	}
	return !slices.Contains(pureRooms, room) || !coveredByAny(impure, imported)
}

func coveredByAny(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return covers(p, name) })
}

// covers says whether name is the pattern, or lies at or below a pattern that ends in /**.
func covers(pattern, name string) bool {
	if pattern == "**" {
		return true
	}
	above, deep := strings.CutSuffix(pattern, "/**")
	return name == above || deep && strings.HasPrefix(name, above+"/")
}
