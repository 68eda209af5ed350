package main

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"innovationden/orchestrator/den"
	"innovationden/web/api/contract"
)

func testRoot() *cobra.Command {
	return newRoot(func(string) string { return "" }, streams{in: strings.NewReader(""), out: &strings.Builder{}, err: &strings.Builder{}})
}

// Whatever field a den refuses, no command names a flag for it that it does not have.
func TestARefusalNamesNoFlagThatIsNotThere(t *testing.T) {
	every(testRoot(), func(c *cobra.Command) {
		for _, pointer := range []string{"/version", "/asks/out/0", "/pushed", "/why", "/length_seconds", "/name", "/no_such_field"} {
			p := &problem{kind: den.Invalid, title: "x", place: flagPlace, fields: []contract.FieldProblem{{Pointer: pointer, Detail: "No."}}}
			for _, word := range strings.Fields(of(c, p).Error()) {
				if name, ok := strings.CutPrefix(strings.TrimSuffix(word, ":"), "--"); ok && c.Flag(name) == nil {
					t.Errorf("%s names the flag --%s, which is not there", c.CommandPath(), name)
				}
			}
		}
	})
	s := newScripted(t)
	s.products = []contract.Product{{Id: "prd_1", Name: "Bookwell"}}
	doc := problemDoc(422, "There are problems.")
	doc.Errors = &[]contract.FieldProblem{{Pointer: "/version", Detail: "Enter another version."}, {Pointer: "/port", Detail: "Enter the port."}}
	s.refuse["POST /products/prd_1/releases"] = doc
	s.play(t, "release", "add", "prd_1", "1.0", "--image", "x").want(t, exitFailed, "\n  VERSION: Enter another version.", "\n  --port: Enter the port.")
}

// quotedCommand finds where in a text a command of this program is quoted, with its words and flags.
var quotedCommand = regexp.MustCompile("(?:[\"“`]|<code>)den ((?:[^\"”`<%\\n]|\\\\\\n)+)")

// Texts that people read, in the program, in its guides and on its pages, quote commands and
// flags that there are.
func TestEveryCommandThatIsSpokenOfIsThere(t *testing.T) {
	root, looked := testRoot(), 0
	root.InitDefaultHelpCmd()
	saying := func(where, text string) {
		for _, m := range quotedCommand.FindAllStringSubmatch(text, -1) {
			words := strings.Fields(strings.Trim(m[1], " .,"))
			if words[0] == "help" {
				words = words[1:]
			}
			c, rest, err := root.Find(words)
			if err != nil || c == root && !strings.HasPrefix(words[0], "-") {
				t.Errorf("%s: there is no command %q", where, "den "+m[1])
				continue
			}
			looked++
			for _, word := range rest {
				name, isFlag := strings.CutPrefix(word, "--")
				name, _, _ = strings.Cut(name, "=")
				if isFlag && name != "help" && c.Flag(name) == nil && c.InheritedFlags().Lookup(name) == nil {
					t.Errorf("%s: %q has no flag --%s", where, c.CommandPath(), name)
				}
			}
		}
	}
	flags := map[string]bool{"help": true}
	every(root, func(c *cobra.Command) {
		for _, word := range strings.Fields(c.LocalFlags().FlagUsages()) {
			if name, ok := strings.CutPrefix(word, "--"); ok {
				flags[name] = true
			}
		}
	})
	ours := regexp.MustCompile(`(?:^|[\s("])--([a-z][a-z-]+)`)
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "node_modules" || d.Name() == "vendor" || d.Name() == "testdata" || d.Name() == ".git" || d.Name() == "bin"):
			return fs.SkipDir
		case d.IsDir() || strings.HasSuffix(path, "_test.go") || strings.HasSuffix(path, ".gen.go"):
			return nil
		}
		switch filepath.Ext(path) {
		case ".go":
			for _, text := range literals(t, path) {
				saying(path, `"`+text+`"`)
				saying(path, text)
				if filepath.Dir(path) != "../../cmd/den" || strings.Contains(text, "docker ") {
					continue
				}
				for _, m := range ours.FindAllStringSubmatch(text, -1) {
					if !flags[strings.TrimRight(m[1], "-")] {
						t.Errorf("%s: no command has the flag --%s: %q", path, m[1], text)
					}
				}
			}
		case ".md", ".html":
			text, err := os.ReadFile(path)
			saying(path, string(text))
			return err
		case ".json":
			text, err := os.ReadFile(path)
			if err != nil || !strings.Contains(path, "view/words") {
				return err
			}
			words := map[string]any{}
			if err := json.Unmarshal(text, &words); err != nil {
				return err
			}
			for key, one := range words {
				if s, ok := one.(string); ok {
					saying(path+" "+key, s)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if looked < 100 {
		t.Errorf("only %d commands were found in texts", looked)
	}
}

// literals are the texts that stand in a file of Go, with those joined that are written in
// pieces.
func literals(t *testing.T, path string) (all []string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		if text, ok := joined(n); ok {
			all = append(all, text)
			return false
		}
		return true
	})
	return all
}

func joined(n ast.Node) (string, bool) {
	switch n := n.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(n.Value)
		return text, err == nil && n.Kind == token.STRING
	case *ast.BinaryExpr:
		left, ok := joined(n.X)
		right, also := joined(n.Y)
		return left + right, ok && also && n.Op == token.ADD
	}
	return "", false
}
