package evaluation

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Conditions is what two trials must share for their figures to stand on one scale.
type Conditions struct {
	Called      string // in the sentences; empty: "the first" and "the second"
	Scheme      string // with its version
	Weights     map[string]float64
	Tasks       []string
	Data        string // hash of the scenario data
	Length      float64
	Size        string
	Locked      bool // the protocol was locked before the start
	Digests     bool // what ran is on record by digest
	Evaluators  int
	Reasons     bool // every score has a reason
	Declared    bool // what evaluators declared is known
	Amended     bool
	Agreement   bool // a statistic of agreement is there
	Sure        bool // how robust the ranking is, is there
	PriceShared bool // cost is on one basis: both compare prices, or neither
}

// Differences names everything for which two trials cannot be compared, each as the end
// of a sentence that begins with "not comparable, because". None: they can.
func Differences(a, b Conditions) []string {
	var out []string
	differs := func(is bool, say string, args ...any) {
		if is {
			out = append(out, fmt.Sprintf(say, args...))
		}
	}
	differs(a.Scheme != b.Scheme, "they were scored by different schemes: %s and %s", a.Scheme, b.Scheme)
	if a.Scheme == b.Scheme {
		differs(!sameWeights(a.Weights, b.Weights), "the same questions weigh differently")
	}
	differs(!slices.Equal(a.Tasks, b.Tasks), "evaluators did different tasks")
	differs(a.Data != b.Data, "the products were given different data")
	differs(a.Length != b.Length, "they ran for different lengths of time")
	differs(a.Size != b.Size, "the sandboxes had different sizes: %s and %s", a.Size, b.Size)
	differs(a.PriceShared != b.PriceShared, "only one of them compares prices")
	for _, one := range []struct {
		of   Conditions
		name string
	}{{a, cmp.Or(a.Called, "the first")}, {b, cmp.Or(b.Called, "the second")}} {
		differs(!one.of.Locked, "the protocol of %s was not locked before it started", one.name)
		differs(one.of.Amended, "the protocol of %s was changed after the start", one.name)
		differs(!one.of.Digests, "it is not on record what exactly ran in %s", one.name)
		differs(one.of.Evaluators < 2, "fewer than two evaluators scored in %s", one.name)
		differs(!one.of.Reasons, "reasons are missing or not shown in %s", one.name)
		differs(!one.of.Declared, "it is not known what evaluators declared in %s", one.name)
		differs(!one.of.Agreement, "it cannot be said how far evaluators agree in %s", one.name)
		differs(!one.of.Sure, "it is not shown how sure the ranking of %s is", one.name)
	}
	return out
}

func sameWeights(a, b map[string]float64) bool {
	return maps.EqualFunc(a, b, func(x, y float64) bool { return x-y < Tolerance && y-x < Tolerance })
}

// NotComparable says the differences as one sentence; empty where there are none.
func NotComparable(differences []string) string {
	if len(differences) == 0 {
		return ""
	}
	return "Not comparable, because " + strings.Join(differences, "; ") + "."
}
