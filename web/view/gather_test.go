package view

import (
	"html/template"
	"strings"
	"testing"
	"testing/fstest"
)

func readOne(t *testing.T, text string) (*template.Template, error) {
	t.Helper()
	words, err := ReadWords()
	if err != nil {
		t.Fatal(err)
	}
	pages, err := readPages(fstest.MapFS{"one.html": {Data: []byte(text)}}, tools{static: &Static{}, words: words["en"], zone: zone(t), now: clock})
	if err != nil {
		return nil, err
	}
	return pages["one"]()
}

func TestAPageHoldsWhatItNamesAndNoMore(t *testing.T) {
	page, err := readOne(t, `{{define "content"}}{{template "tag" .}}{{part "own" .}}{{end}}{{define "own"}}{{template "warning-text" .}}{{end}}{{define "before"}} {{end}}`)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"layout", "signed-in", "content", "own", "tag", "warning-text"} {
		if page.Lookup(name) == nil {
			t.Errorf("it lacks %q", name)
		}
	}
	for _, name := range []string{"accordion", "date-input", "radios", "table"} {
		if page.Lookup(name) != nil {
			t.Errorf("it has a copy of %q, which it never names", name)
		}
	}
	if before := page.Lookup("before"); before == nil || !strings.Contains(before.Tree.Root.String(), "breadcrumbs") {
		t.Error("an empty template of the page replaced the shared one")
	}
}

func TestAPartWithoutAPlainNameIsRefused(t *testing.T) {
	if _, err := readOne(t, `{{define "content"}}{{part .Name .}}{{end}}`); err == nil || !strings.Contains(err.Error(), `"part" takes its name as a plain string`) {
		t.Errorf("it says %v", err)
	}
	if _, err := readOne(t, `{{define "content"}}{{part "missing" .}}{{end}}`); err == nil || !strings.Contains(err.Error(), `there is no template "missing"`) {
		t.Errorf("it says %v", err)
	}
}
