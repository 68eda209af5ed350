package view

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	tree "text/template/parse"
)

// used is what the rooms of the web say: keys, and prefixes under which all is said.
type used struct {
	keys, prefixes map[string]bool
	must           map[string]string // key → where it has to be
}

// usedIn reads every template and every Go file.
func usedIn(t *testing.T, files fs.FS) used {
	t.Helper()
	all := used{keys: map[string]bool{}, prefixes: map[string]bool{}, must: map[string]string{}}
	err := fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && (entry.Name() == "node_modules" || entry.Name() == "testdata") {
			return fs.SkipDir
		}
		text, isTemplate, isCode := "", strings.HasSuffix(name, ".html"), strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go")
		if isTemplate || isCode {
			read, err := fs.ReadFile(files, name)
			if err != nil {
				return err
			}
			text = string(read)
		}
		switch {
		case isTemplate:
			all.template(t, name, text)
		case isCode:
			all.code(t, name, text)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func (u used) template(t *testing.T, name, text string) {
	t.Helper()
	sets := map[string]*tree.Tree{}
	one := tree.New(name)
	one.Mode = tree.SkipFuncCheck
	if _, err := one.Parse(text, "", "", sets); err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	for _, set := range sets {
		for _, use := range usesOf(set.Root) {
			if use.fn == "word" {
				u.prefixes[use.key+"."] = true
				continue
			}
			u.keys[use.key] = true
			u.must[use.key] = name
		}
	}
}

func (u used) code(t *testing.T, name, text string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), name, text, parser.SkipObjectResolution)
	if err != nil {
		// Another room may be half written; its own build says so.
		t.Logf("%s: %v", name, err)
		return
	}
	isKey := regexp.MustCompile(`^[a-z][a-z-]*(\.[a-z0-9-]+)+$`)
	literal := func(node ast.Expr) string {
		if one, ok := node.(*ast.BasicLit); ok && one.Kind == token.STRING {
			if text, err := strconv.Unquote(one.Value); err == nil {
				return text
			}
		}
		return ""
	}
	ast.Inspect(file, func(node ast.Node) bool {
		switch n := node.(type) {
		case *ast.BasicLit:
			text := literal(n)
			u.keys[text] = true
			if isKey.MatchString(strings.TrimSuffix(text, ".")+".x") && strings.HasSuffix(text, ".") && strings.Count(text, ".") > 0 {
				u.prefixes[text] = true
			}
		case *ast.CallExpr:
			if fn, ok := n.Fun.(*ast.SelectorExpr); ok && slices.Contains([]string{"Say", "Count"}, fn.Sel.Name) {
				for _, arg := range n.Args[:min(2, len(n.Args))] {
					if text := literal(arg); isKey.MatchString(text) {
						u.must[text] = name
					}
				}
			}
		case *ast.KeyValueExpr:
			if field, ok := n.Key.(*ast.Ident); ok && slices.Contains([]string{"What", "Must"}, field.Name) {
				if text := literal(n.Value); isKey.MatchString(text) {
					u.must[text] = name
				}
			}
		}
		return true
	})
}

// faults are the keys that are missing, and those that nobody uses.
func faults(words Words, all used) []string {
	var wrong []string
	for key, where := range all.must {
		if !words.Has(key) {
			wrong = append(wrong, where+": the words "+key+" are missing in "+words.Lang)
		}
	}
	for _, key := range words.Keys() {
		isUnder := false
		for prefix := range all.prefixes {
			isUnder = isUnder || strings.HasPrefix(key, prefix)
		}
		if !all.keys[key] && !isUnder {
			wrong = append(wrong, "nobody uses the words "+key)
		}
	}
	slices.Sort(wrong)
	return wrong
}

func TestEveryKeyIsThereAndUsed(t *testing.T) {
	all, err := ReadWords()
	if err != nil {
		t.Fatal(err)
	}
	web := usedIn(t, os.DirFS(".."))
	for _, words := range all {
		for _, fault := range faults(words, web) {
			t.Error(fault)
		}
		if got, want := words.Keys(), all["en"].Keys(); !slices.Equal(got, want) {
			t.Errorf("%s has other keys than en", words.Lang)
		}
	}
}

func TestAKeyThatIsMissingOrUnusedIsSeen(t *testing.T) {
	files := fstest.MapFS{
		"words/en/a.json": {Data: []byte(`{"a.used": "x", "a.unused": "y", "a.phase.live": "z", "a.code": "c"}`)},
		"page.html":       {Data: []byte(`{{define "content"}}{{t "a.used"}}{{word "a.phase" .X}}{{if .Y}}{{printf "%s" (t "a.gone" "N" 1)}}{{end}}{{end}}`)},
		"page.go":         {Data: []byte("package a\nfunc f() { w.Say(\"a.code\"); w.Say(\"a.absent\"); _ = form.Int{What: \"a.what\"} }")},
	}
	all, err := readWords(files)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"nobody uses the words a.unused",
		"page.go: the words a.absent are missing in en",
		"page.go: the words a.what are missing in en",
		"page.html: the words a.gone are missing in en",
	}
	if got := faults(all["en"], usedIn(t, files)); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestAKeyThatStandsTwiceIsRefused(t *testing.T) {
	for name, files := range map[string]fstest.MapFS{
		"in one file":  {"words/en/a.json": {Data: []byte(`{"a.b": "x", "a.b": "y"}`)}},
		"in two files": {"words/en/a.json": {Data: []byte(`{"a.b": "x"}`)}, "words/en/b.json": {Data: []byte(`{"a.b": "y"}`)}},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := readWords(files); err == nil || !strings.Contains(err.Error(), "twice") {
				t.Errorf("got %v, want an error", err)
			}
		})
	}
}

func TestEveryKeyCanBeSaid(t *testing.T) {
	all, err := ReadWords()
	if err != nil {
		t.Fatal(err)
	}
	for _, words := range all {
		for _, key := range words.Keys() {
			if err := words.add(key); err != nil || !words.made[key] {
				t.Errorf("%s: %v", key, err)
			}
		}
	}
}

func TestManyMaySayNewWordsAtOnce(t *testing.T) {
	all, err := ReadWords()
	if err != nil {
		t.Fatal(err)
	}
	keys := all["en"].Keys()
	var readers sync.WaitGroup
	for range 4 {
		readers.Go(func() {
			for _, key := range keys {
				if key == "time.days" {
					if got, err := all["en"].Count(key, 2); err != nil || got != "2 days" {
						t.Errorf("%q %v", got, err)
					}
				} else if _, err := all["en"].Say("time.month.6"); err != nil {
					t.Error(err)
				}
			}
		})
	}
	readers.Wait()
	if _, err := all["en"].Say("no.such"); err == nil {
		t.Error("words that are not there were said")
	}
}

func TestPluralsFollowTheNumber(t *testing.T) {
	all, err := ReadWords()
	if err != nil {
		t.Fatal(err)
	}
	for n, want := range map[int]string{0: "0 days", 1: "1 day", 2: "2 days"} {
		if got, err := all["en"].Count("time.days", n); err != nil || got != want {
			t.Errorf("got %q %v, want %q", got, err, want)
		}
	}
}
