package evaluation

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

func conditions() Conditions {
	return Conditions{
		Scheme: "standard/1", Weights: map[string]float64{"ease": .6, "fit": .4}, Tasks: []string{"Book"}, Data: "ab", Length: 60, Size: "small",
		Locked: true, Digests: true, Evaluators: 3, Reasons: true, Declared: true, Agreement: true, Sure: true, PriceShared: true,
	}
}

// Each difference makes two trials incomparable, is named, and is named alone.
func TestWhatMakesTwoTrialsIncomparable(t *testing.T) {
	if got := Differences(conditions(), conditions()); len(got) > 0 || NotComparable(got) != "" {
		t.Errorf("the same trial differs from itself: %v", got)
	}
	for says, change := range map[string]func(*Conditions){
		"different schemes":         func(c *Conditions) { c.Scheme, c.Weights = "standard/2", nil },
		"weigh differently":         func(c *Conditions) { c.Weights = map[string]float64{"ease": .5, "fit": .5} },
		"different tasks":           func(c *Conditions) { c.Tasks = append(slices.Clone(c.Tasks), "Cancel") },
		"different data":            func(c *Conditions) { c.Data = "" },
		"different lengths":         func(c *Conditions) { c.Length++ },
		"different sizes":           func(c *Conditions) { c.Size = "large" },
		"only one of them compares": func(c *Conditions) { c.PriceShared = false },
		"was not locked":            func(c *Conditions) { c.Locked = false },
		"changed after the start":   func(c *Conditions) { c.Amended = true },
		"what exactly ran":          func(c *Conditions) { c.Digests = false },
		"fewer than two":            func(c *Conditions) { c.Evaluators = 1 },
		"reasons are missing":       func(c *Conditions) { c.Reasons = false },
		"what evaluators declared":  func(c *Conditions) { c.Declared = false },
		"how far evaluators agree":  func(c *Conditions) { c.Agreement = false },
		"how sure the ranking":      func(c *Conditions) { c.Sure = false },
	} {
		other := conditions()
		other.Weights = maps.Clone(other.Weights)
		change(&other)
		for _, pair := range [][2]Conditions{{conditions(), other}, {other, conditions()}} {
			got := Differences(pair[0], pair[1])
			if len(got) != 1 || !strings.Contains(got[0], says) || !strings.HasPrefix(NotComparable(got), "Not comparable, because ") {
				t.Errorf("%s: %v", says, got)
			}
		}
	}
	near := conditions()
	near.Weights = map[string]float64{"ease": .6 + 1e-12, "fit": .4}
	if got := Differences(conditions(), near); len(got) > 0 {
		t.Errorf("a rounding is a difference: %v", got)
	}
}
