package evaluation

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

// The schemes that ship, as far as this room's arithmetic concerns them.
type shipped struct {
	ID     string
	Themes []struct {
		Criteria []struct {
			ID, Question, Help, Formula, Evidence, Missing string
			Anchors                                        []string
			TechnologyCode                                 []int  `yaml:"technology_code"`
			ServiceStandard                                []int  `yaml:"service_standard"`
			ScoredBy                                       string `yaml:"scored_by"`
			Weight                                         float64
			WeightMin                                      float64 `yaml:"weight_min"`
			WeightMax                                      float64 `yaml:"weight_max"`
			Minimum                                        *float64
		}
	}
}

func ships(t *testing.T) map[string]shipped {
	t.Helper()
	files, err := filepath.Glob("../../configs/schemes/*.yaml")
	if err != nil || len(files) < 3 {
		t.Fatalf("found schemes %v, %v; want three or more", files, err)
	}
	out := map[string]shipped{}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		var s shipped
		if err := yaml.Unmarshal(text, &s); err != nil {
			t.Fatalf("%s: %v", f, err)
		}
		out[filepath.Base(f)] = s
	}
	return out
}

func TestSchemesThatShipCanBeComputed(t *testing.T) {
	for name, s := range ships(t) {
		var m Marks
		best, worst := Entry{ID: "best"}, Entry{ID: "worst"}
		social, disclosed, sum, least, most := 0.0, false, 0.0, 0.0, 0.0
		for _, theme := range s.Themes {
			for _, c := range theme.Criteria {
				k := Criterion{ID: c.ID, Weight: c.Weight, Minimum: c.Minimum, Missing: Rule(c.Missing)}
				top, bottom := At(5), At(0)
				switch c.ScoredBy {
				case "price":
					k.Kind, top, bottom = ByPrice, At(10), At(1000)
				case "measurement":
					f, err := ParseFormula(c.Formula)
					if err != nil {
						t.Errorf("%s: %s: %v", name, c.ID, err)
						continue
					}
					top, bottom = f.Mark(f.Full), f.Mark(f.Zero)
				}
				m.Criteria = append(m.Criteria, k)
				best.Marks, worst.Marks = append(best.Marks, top), append(worst.Marks, bottom)
				sum, least, most = sum+c.Weight, least+c.WeightMin, most+c.WeightMax
				disclosed = disclosed || c.ID == "ai-disclosure"
				if c.ID == "social-value" {
					social = c.WeightMin
				}
			}
		}
		if sum != 100 || least > 100 || most < 100 {
			t.Errorf("%s: weights add up to %v, from %v to %v", name, sum, least, most)
		}
		if social < 10 || !disclosed {
			t.Errorf("%s: social value may weigh %v, want 10 or more; use of AI asked: %v", name, social, disclosed)
		}
		m.Entries = []Entry{best, worst}
		got, err := Totals(m)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		near(t, name+" best", got[0].Low, 100)
		if got[1].Low > 1 {
			t.Errorf("%s: the worst marks come to %v", name, got[1].Low)
		}
	}
}

func TestEveryMarkOfEverySchemeHasAnAnchorOfItsOwn(t *testing.T) {
	for name, s := range ships(t) {
		for _, theme := range s.Themes {
			for _, c := range theme.Criteria {
				if len(c.Anchors) != 6 || c.Question == "" || c.Help == "" || c.Evidence == "" {
					t.Errorf("%s: %s has %d anchors, question %q, help %q, evidence %q", name, c.ID, len(c.Anchors), c.Question, c.Help, c.Evidence)
				}
				seen := map[string]bool{}
				for mark, a := range c.Anchors {
					if key := strings.ToLower(strings.TrimSpace(a)); key == "" || seen[key] {
						t.Errorf("%s: %s has no anchor of its own for %d", name, c.ID, mark)
					} else {
						seen[key] = true
					}
				}
				for _, p := range c.TechnologyCode {
					if p < 1 || p > 13 {
						t.Errorf("%s: %s names point %d of the Technology Code of Practice, which has 13", name, c.ID, p)
					}
				}
				for _, p := range c.ServiceStandard {
					if p < 1 || p > 14 {
						t.Errorf("%s: %s names point %d of the Service Standard, which has 14", name, c.ID, p)
					}
				}
				if len(c.TechnologyCode)+len(c.ServiceStandard) == 0 {
					t.Errorf("%s: %s answers no point of either", name, c.ID)
				}
			}
		}
	}
}
