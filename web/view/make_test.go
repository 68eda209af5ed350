package view

import (
	"html/template"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMakePutsValuesWhereTheyBelong(t *testing.T) {
	for name, test := range map[string]struct {
		kind  string
		pairs []any
		want  any
	}{
		"a text into a label":         {"input", []any{"Label", "Name"}, Input{Label: Label{Text: "Name"}}},
		"markup into a hint":          {"input", []any{"Hint", template.HTML("<b>x</b>")}, Input{Hint: Hint{HTML: "<b>x</b>"}}},
		"a legend into a fieldset":    {"radios", []any{"Fieldset", Legend{Text: "Which?"}}, Radios{Fieldset: Fieldset{Legend: Legend{Text: "Which?"}}}},
		"a truth into a pointer":      {"input", []any{"Spellcheck", false}, Input{Spellcheck: new(false)}},
		"a struct into a pointer":     {"summary-list", []any{"Card", SummaryCard{Classes: "x"}}, SummaryList{Card: &SummaryCard{Classes: "x"}}},
		"a list of anything":          {"breadcrumbs", []any{"Items", []any{Crumb{Text: "Home"}, "Here"}}, Breadcrumbs{Items: []Crumb{{Text: "Home"}, {Text: "Here"}}}},
		"rows of cells":               {"table", []any{"Rows", []any{[]any{"a", Cell{Text: "b"}}}}, Table{Rows: [][]Cell{{{Text: "a"}, {Text: "b"}}}}},
		"a number into a text":        {"page", []any{"Number", 3}, PageItem{Number: "3"}},
		"nothing":                     {"input", []any{"Label", nil}, Input{}},
		"a text of a type of its own": {"input", []any{"Value", kind("live")}, Input{Value: "live"}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := makeOf(test.kind, test.pairs...)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

type kind string

func TestMakeRefusesWhatDoesNotBelong(t *testing.T) {
	for name, test := range map[string]struct {
		kind  string
		pairs []any
	}{
		"a text as markup":                 {"button", []any{"HTML", "<script>"}},
		"a text of another type as markup": {"button", []any{"HTML", kind("<script>")}},
		"a number as markup":               {"button", []any{"HTML", 3}},
		"a name without a value":           {"button", []any{"Text"}},
		"a name that is no text":           {"button", []any{3, "x"}},
		"a list in place of a text":        {"button", []any{"Text", []any{"x"}, "Href", Cell{}, "Disabled", "x"}},
		"a component that is not there":    {"buton", nil},
		"an item that does not belong":     {"breadcrumbs", []any{"Items", []any{3}}},
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := makeOf(test.kind, test.pairs...); err == nil {
				t.Errorf("got %+v", got)
			}
		})
	}
}

func TestAttributesCannotRunOrLead(t *testing.T) {
	for _, name := range []string{"onclick", "OnClick", "style", "href", "src", "formaction", "class", "a b", `x"`, "", "1"} {
		if got, err := attrs(Attributes{name: "x"}); err == nil {
			t.Errorf("%q was let through: %s", name, got)
		}
	}
	got, err := attrs(Attributes{"data-b": `"><script>`, "aria-label": "x", "data-i18n.a-b.one": "y"})
	if want := ` aria-label="x" data-b="&#34;&gt;&lt;script&gt;" data-i18n.a-b.one="y"`; err != nil || string(got) != want {
		t.Errorf("got %s %v, want %s", got, err, want)
	}
}

func TestEveryPartialNamesOnlyFieldsThatAreThere(t *testing.T) {
	set := partials(t)
	count := 0
	for name, kind := range kinds() {
		if set.Lookup(name) == nil {
			continue
		}
		count++
		check := &kindCheck{set: set, funcs: tools{words: Words{}}.funcs(nil), seen: make(map[visit]bool)}
		if check.template(name, kind); len(check.wrong) > 0 {
			t.Errorf("%s: %v", name, check.wrong)
		}
	}
	if count < 30 {
		t.Errorf("%d partials were looked at", count)
	}
}

func TestTheNavigationIsMarked(t *testing.T) {
	nav := []NavItem{{Href: "/", Text: "Home"}, {Href: "/trials", Text: "Trials"}, {Href: "/trialsome", Text: "Other"}}
	for path, want := range map[string]string{
		"/": "page - -", "/trials": "- page -", "/trials/1": "- below -", "/trialsome": "- - page", "/help": "- - -",
	} {
		var got []string
		for _, item := range (Frame{Path: path, Nav: nav}).Marked() {
			switch {
			case item.Current:
				got = append(got, "page")
			case item.Active:
				got = append(got, "below")
			default:
				got = append(got, "-")
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: got %v, want %s", path, got, want)
		}
	}
}

func TestAPartIsRenderedAlone(t *testing.T) {
	v, err := viewOf(t, map[string]string{
		"_entry.html": `{{define "entry"}}<p>{{.Name}}</p>{{end}}`,
		"hello.html":  `{{define "content"}}{{template "entry" .}}{{end}}`,
	}, map[string]Page{"hello": hello{}})
	if err != nil {
		t.Fatal(err)
	}
	got, err := v.Part("en", "hello", "entry", hello{Name: "<Ada>"})
	if err != nil || string(got) != "<p>&lt;Ada&gt;</p>" {
		t.Errorf("got %s %v", got, err)
	}
	if _, err := v.Part("en", "none", "entry", nil); err == nil {
		t.Error("a page that is not there was rendered")
	}
}

func TestAPageCanBeShownToManyAtOnce(t *testing.T) {
	v, err := viewOf(t,
		map[string]string{"hello.html": `{{define "content"}}{{put (make "input" "Name" "n" "Label" .Name)}}{{end}}`},
		map[string]Page{"hello": hello{}})
	if err != nil {
		t.Fatal(err)
	}
	for range 8 {
		t.Run("one of many", func(t *testing.T) {
			t.Parallel()
			for range 20 {
				if _, err := v.Part("en", "hello", "layout", hello{Name: "Ada"}); err != nil {
					t.Error(err)
				}
			}
		})
	}
}
