package view

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html/template"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// fixture is one example that the Design System ships: options, and the markup
// that they must give.
type fixture struct {
	Name    string         `json:"name"`
	Options map[string]any `json:"options"`
	HTML    string         `json:"html"`
}

func TestPartialsGiveTheMarkupOfTheDesignSystem(t *testing.T) {
	folder := "../assets/node_modules/govuk-frontend/dist/govuk/components"
	files, err := filepath.Glob(folder + "/*/fixtures.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("the Design System is not here (%v). Run: npm ci --prefix web/assets", err)
	}
	set := partials(t)
	compared, left := 0, unsupported()
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var all struct {
			Component string    `json:"component"`
			Fixtures  []fixture `json:"fixtures"`
		}
		if err := json.Unmarshal(text, &all); err != nil {
			t.Fatal(err)
		}
		if _, ok := left[all.Component]; ok {
			delete(left, all.Component)
			continue
		}
		kind, ok := kinds()[all.Component]
		if !ok {
			t.Errorf("there is no partial for the component %s, and no reason why not", all.Component)
			continue
		}
		for _, one := range all.Fixtures {
			name := all.Component + ": " + one.Name
			t.Run(name, func(t *testing.T) {
				differs := compare(t, set, all.Component, kind, one)
				_, excused := left[name]
				delete(left, name)
				switch {
				case excused && differs == "":
					t.Error("it is on the list of what we do not support, and equals")
				case !excused && differs != "":
					t.Error(differs)
				case !excused:
					compared++
				}
			})
		}
	}
	for name := range left {
		t.Errorf("%q is on the list of what we do not support, and is no fixture", name)
	}
	if compared < 400 {
		t.Errorf("%d fixtures were compared: too few to mean anything", compared)
	}
	t.Logf("%d fixtures are equal, %d are not supported", compared, len(unsupported()))
}

func partials(t *testing.T) *template.Template {
	t.Helper()
	words, err := ReadWords()
	if err != nil {
		t.Fatal(err)
	}
	k := tools{static: &Static{}, words: words["en"], zone: zone(t), now: clock}
	set := template.New("fixtures")
	return template.Must(set.Funcs(k.funcs(set)).ParseFS(partFiles, "parts/*.html"))
}

// compare says how the partial's markup differs from the fixture's.
func compare(t *testing.T, set *template.Template, component string, kind reflect.Type, one fixture) string {
	t.Helper()
	data := reflect.New(kind).Elem()
	if err := fill(data, any(one.Options), ""); err != nil {
		return err.Error()
	}
	var got bytes.Buffer
	if err := set.ExecuteTemplate(&got, component, data.Interface()); err != nil {
		return err.Error()
	}
	return cmp.Diff(normal(t, one.HTML), normal(t, got.String()))
}

// fill puts a fixture's options into a component's struct: the names are the
// same but for capitals. An option that has no field is an error.
func fill(target reflect.Value, option any, at string) error {
	if option == nil || (option == false && (target.Kind() == reflect.Struct || strings.HasSuffix(at, ".html"))) {
		return nil
	}
	wrong := func() error { return fmt.Errorf("%s: %T does not go into %s", at, option, target.Type()) }
	switch target.Kind() {
	case reflect.Pointer:
		inner := reflect.New(target.Type().Elem())
		if err := fill(inner.Elem(), option, at); err != nil {
			return err
		}
		target.Set(inner)
	case reflect.String:
		switch option.(type) {
		case string, float64, bool:
			target.SetString(fmt.Sprint(option))
		default:
			return wrong()
		}
	case reflect.Bool:
		truth, ok := option.(bool)
		if !ok {
			return wrong()
		}
		target.SetBool(truth)
	case reflect.Int:
		switch n := option.(type) {
		case float64:
			target.SetInt(int64(n))
		case string:
			var whole int64
			if _, err := fmt.Sscan(n, &whole); err != nil {
				return wrong()
			}
			target.SetInt(whole)
		default:
			return wrong()
		}
	case reflect.Slice:
		items, ok := option.([]any)
		if !ok {
			return wrong()
		}
		for n, item := range items {
			if empty, _ := json.Marshal(item); slices.Contains([]string{"null", "false", `""`}, string(empty)) {
				continue
			}
			one := reflect.New(target.Type().Elem()).Elem()
			if err := fill(one, item, fmt.Sprintf("%s[%d]", at, n)); err != nil {
				return err
			}
			target.Set(reflect.Append(target, one))
		}
	case reflect.Map:
		entries, ok := option.(map[string]any)
		if !ok {
			return wrong()
		}
		target.Set(reflect.MakeMap(target.Type()))
		for key, value := range entries {
			one := reflect.New(target.Type().Elem()).Elem()
			if err := fill(one, value, at+"."+key); err != nil {
				return err
			}
			target.SetMapIndex(reflect.ValueOf(key), one)
		}
	case reflect.Struct:
		if markup := target.FieldByName("HTML"); markup.IsValid() && reflect.TypeOf(option).Kind() == reflect.String {
			return fill(markup, option, at)
		}
		entries, ok := option.(map[string]any)
		if !ok {
			return wrong()
		}
		for key, value := range entries {
			field := target.FieldByNameFunc(func(name string) bool { return strings.EqualFold(name, key) })
			if !field.IsValid() {
				return fmt.Errorf("the option %s.%s is unknown", at, key)
			}
			if err := fill(field, value, at+"."+key); err != nil {
				return err
			}
		}
	default:
		return wrong()
	}
	return nil
}
