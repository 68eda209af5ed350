package configs

import (
	"strings"
	"testing"
)

type letter struct {
	Name    string             `yaml:"name"`
	Pages   int                `yaml:"pages"`
	Sheets  []int              `yaml:"sheets"`
	Urgent  bool               `yaml:"urgent"`
	To      []string           `yaml:"to"`
	Weights map[string]float64 `yaml:"weights"`
	Inside  map[string]struct {
		Mark *int `yaml:"mark"`
	} `yaml:"inside"`
}

func TestADocumentKnowsWhereEachValueStands(t *testing.T) {
	const written = `# a letter
name: Booking
to:
  - Tom
  - Ellen
inside:
  "Product 1":
    mark: 4
  Product 2: {mark: 0}
`
	var l letter
	d, err := ReadDocument("letter.yaml", []byte(written), &l)
	if err != nil {
		t.Fatal(err)
	}
	if l.Name != "Booking" || len(l.To) != 2 || *l.Inside["Product 1"].Mark != 4 || *l.Inside["Product 2"].Mark != 0 {
		t.Errorf("it was read as %+v", l)
	}
	for want, keys := range map[string][]string{
		"letter.yaml:2": {"name"},
		"letter.yaml:5": {"to", "1"},
		"letter.yaml:3": {"to", "7"}, // the nearest thing around
		"letter.yaml:8": {"inside", "Product 1", "mark"},
		"letter.yaml:7": {"inside", "Product 1", "reason"},
		"letter.yaml:9": {"inside", "Product 2", "mark"},
		"letter.yaml":   {"pages"},
	} {
		if got := d.Place(keys...); got != want {
			t.Errorf("%v stands at %s, want %s", keys, got, want)
		}
	}
	if !d.Has("to") || d.Has("pages") {
		t.Error("it does not know which keys are there")
	}
}

func TestADocumentThatCannotBeUnderstoodSaysWhereAndWhatToDo(t *testing.T) {
	for written, want := range map[string]string{
		"name: a\nlenght: 3\n":          `letter.yaml:2: there is no key "lenght" here. Check its spelling`,
		"name: a\nname: b\n":            "letter.yaml:2: this key stands there twice. Remove one",
		"name: a\npages: many\n":        "letter.yaml:2: write a whole number here",
		"name: a\npages: 40.7\n":        "letter.yaml:2: write a whole number here",
		"inside: {a: {mark: 3.5}}":      "letter.yaml:1: write a whole number here",
		"sheets: [1,\n 2.5]\n":          "letter.yaml:2: write a whole number here",
		"pages: 99999999999999999999\n": "letter.yaml:1: write a smaller number than",
		"urgent: perhaps\n":             "letter.yaml:1: write true or false here",
		"weights:\n  a: heavy\n":        "letter.yaml:2: write a number here",
		"inside:\n  a: 4\n":             "letter.yaml:2: write ",
		"to: Tom\n":                     "letter.yaml:1: write ",
		"name: a\nto: !x a\n":           "letter.yaml:2: write plain keys",
		"name: &a a\n":                  "letter.yaml:1: write plain keys",
		"<<: {name: a}\n":               "letter.yaml:1: write plain keys",
		"name: [a\n":                    "letter.yaml:1: this is not valid YAML",
		"- a\n":                         "letter.yaml:1: write ",
		"":                              "letter.yaml: write something into it. It is empty",
		"# nothing\n":                   "letter.yaml: write something into it. It is empty",
		"name: a\n---\nname: b\n":       "letter.yaml: write one document",
	} {
		var l letter
		_, err := ReadDocument("letter.yaml", []byte(written), &l)
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q gives %v, want %q", written, err, want)
		}
		if err != nil && strings.Contains(err.Error(), "\n") {
			t.Errorf("%q gives more than a line: %v", written, err)
		}
	}
}
