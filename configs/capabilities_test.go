package configs

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestTheBuiltInCapabilitiesAreWholeAndOfTwoLevels(t *testing.T) {
	v, err := loadCapabilities("")
	if err != nil {
		t.Fatal(err)
	}
	if len(v.Groups) < 12 || len(v.Areas) < 10 || v.Version != 1 {
		t.Errorf("%d groups, %d areas, version %d", len(v.Groups), len(v.Areas), v.Version)
	}
	for _, g := range v.Groups {
		if n := len(g.Capabilities); n < 5 || n > 8 {
			t.Errorf("%s has %d capabilities, want 5 to 8", g.ID, n)
		}
		for _, c := range g.Capabilities {
			if !strings.HasSuffix(c.About, ".") || len(c.Also) == 0 {
				t.Errorf("%s needs a sentence and other words", c.ID)
			}
		}
	}
	if c, ok := v.Capability("appointments"); !ok || c.Title != "Booking of appointments" || v.Title("gone") != "gone" || len(v.IDs()) < 80 {
		t.Errorf("%+v %v, %d ids", c, ok, len(v.IDs()))
	}
}

func TestCapabilitiesThatCannotBeUsedAreSaid(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"no version":         {"groups: [{id: a, title: A, capabilities: [{id: b, title: B}]}]", "version"},
		"no group":           {"version: 1", "at least one group"},
		"an id twice":        {"version: 1\ngroups: [{id: a, title: A, capabilities: [{id: b, title: B}, {id: b, title: C}]}]", `capability "b"`},
		"an empty group":     {"version: 1\ngroups: [{id: a, title: A}]", `group "a"`},
		"an unknown area":    {"version: 1\ngroups: [{id: a, title: A, capabilities: [{id: b, title: B, areas: [moon]}]}]", `"moon"`},
		"an area twice":      {"version: 1\nareas: [{id: x, title: X}, {id: x, title: Y}]\ngroups: [{id: a, title: A, capabilities: [{id: b, title: B}]}]", `area "x"`},
		"a lonely synonym":   {"version: 1\ngroups: [{id: a, title: A, capabilities: [{id: b, title: B}]}]\nsynonyms: [[ai]]", "two words"},
		"a key that is not":  {"version: 1\ngruops: []", "gruops"},
		"nothing but a word": {"hello", "capabilities"},
	} {
		file := filepath.Join(t.TempDir(), "capabilities.yaml")
		if err := os.WriteFile(file, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := loadCapabilities(file); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want it to say %q", name, err, c.want)
		}
	}
	if _, err := loadCapabilities(filepath.Join(t.TempDir(), "none.yaml")); err == nil {
		t.Error("a file that is not there was read")
	}
}
