package view

import (
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

type hello struct {
	Frame
	Name string
}

func zone(t *testing.T) *time.Location {
	t.Helper()
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	return london
}

func clock() time.Time { return time.Date(2026, 6, 3, 15, 30, 0, 0, time.UTC) }

func viewOf(t *testing.T, pages map[string]string, samples map[string]Page) (*View, error) {
	t.Helper()
	files := fstest.MapFS{}
	for name, text := range pages {
		files[name] = &fstest.MapFile{Data: []byte(text)}
	}
	v, err := New(Config{Pages: files, Zone: zone(t), Now: clock})
	if err != nil {
		return nil, err
	}
	return v, v.Try(samples)
}

func TestAPageIsRenderedInItsFrame(t *testing.T) {
	v, err := viewOf(t,
		map[string]string{"hello.html": `{{define "content"}}<h1>Hello {{.Name}}</h1>{{put (make "button" "Text" "Go")}}{{end}}`},
		map[string]Page{"hello": hello{}})
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	data := hello{Frame: Frame{Title: "Hello", Path: "/trials/1", Nav: []NavItem{{Href: "/trials", Text: "Trials"}}, Who: Who{ID: "u1", Name: "Ada"}}, Name: "<b>"}
	if err := v.Render(w, 201, "hello", data); err != nil {
		t.Fatal(err)
	}
	if w.Code != 201 {
		t.Errorf("status %d, want 201", w.Code)
	}
	for _, want := range []string{"<title>Hello - Innovation Den</title>", "<h1>Hello &lt;b&gt;</h1>", `aria-current="true"`, "Ada", `class="govuk-button"`} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("the page lacks %s:\n%s", want, w.Body)
		}
	}
}

func TestAPageThatFailsWritesNothing(t *testing.T) {
	v, err := viewOf(t,
		map[string]string{"hello.html": `{{define "content"}}<h1>Hello</h1>{{if .Name}}{{index .Name 99}}{{end}}{{end}}`},
		map[string]Page{"hello": hello{}})
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	if err := v.Render(w, 200, "hello", hello{Name: "x"}); err == nil {
		t.Fatal("the page rendered")
	}
	if w.Body.Len() > 0 || len(w.Result().Header) > 0 {
		t.Errorf("something was written: %v %s", w.Result().Header, w.Body)
	}
}

func TestAMistakeInAPageIsFoundWhenItIsTried(t *testing.T) {
	for name, test := range map[string]struct{ page, want string }{
		"a template that does not parse": {`{{define "content"}}{{if}}{{end}}`, "missing value for if"},
		"a page without content":         {`<p>x</p>`, "content"},
		"words that are missing":         {`{{define "content"}}{{t "no.such.words"}}{{end}}`, "no.such.words"},
		"words named by a variable":      {`{{define "content"}}{{t .Name}}{{end}}`, "plain string"},
		"a field that is not there":      {`{{define "content"}}{{.Nmae}}{{end}}`, "Nmae"},
		"a component that is not there":  {`{{define "content"}}{{put (make "buton" "Text" "x")}}{{end}}`, "buton"},
		"a component's field":            {`{{define "content"}}{{put (make "button" "Txt" "x")}}{{end}}`, "Txt"},
		"a field in a branch not taken":  {`{{define "content"}}{{if .Name}}{{.Nmae}}{{end}}{{end}}`, "Nmae"},
		"a field in a list":              {`{{define "content"}}{{range .Nav}}{{.Hrf}}{{end}}{{end}}`, "Hrf"},
		"a field of a variable":          {`{{define "content"}}{{$f := .Framed}}{{with $f.Back}}{{.Hrf}}{{end}}{{end}}`, "Hrf"},
		"a field in another template":    {`{{define "a"}}{{with .Back}}{{.Hrf}}{{end}}{{end}}{{define "content"}}{{template "a" .Framed}}{{end}}`, "Hrf"},
		"a field of a part":              {`{{define "a"}}{{with .Back}}{{.Hrf}}{{end}}{{end}}{{define "content"}}{{if .Name}}{{part "a" .Frame}}{{end}}{{end}}`, "Hrf"},
		"a component in a branch":        {`{{define "content"}}{{if .Name}}{{put (make "button" "Txt" "x")}}{{end}}{{end}}`, "Txt"},
		"a wrong component's data":       {`{{define "content"}}{{with .Back}}{{template "button" .}}{{end}}{{end}}`, "view.BackLink has no"},
		"a field of what make made":      {`{{define "content"}}{{if .Name}}{{(make "button").Txt}}{{end}}{{end}}`, "Txt"},
		"a static file":                  {`{{define "content"}}{{asset "no.css"}}{{end}}`, "no.css"},
		"an unsafe context":              {`{{define "content"}}<a href={{if .Name}}"x{{end}}>{{end}}`, "branches"},
		"markup from a text":             {`{{define "content"}}{{put (make "button" "HTML" "<b>")}}{{end}}`, "HTML"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := viewOf(t, map[string]string{"hello.html": test.page}, map[string]Page{"hello": hello{}})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want an error about %s", err, test.want)
			}
		})
	}
}
