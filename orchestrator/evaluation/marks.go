package evaluation

import (
	"encoding/json"
	"math"
)

// Tolerance is how close two totals (as shares of 1) must be to count as the same. It is far below
// anything a person can tell apart and far above the error of adding a thousand numbers.
const Tolerance = 1e-9

// Bounds of a table, so that one sheet cannot keep a machine busy: who beats whom is computed for every
// pair of entries, and rank reversal for every price.
const (
	MaxEntries  = 200
	MaxCriteria = 200
	MaxPrices   = 5
)

// MaxMagnitude bounds every number taken in, so that no sum of them can overflow.
const MaxMagnitude = 1e12

// Kind says how the marks of a criterion are read.
type Kind string

const (
	// ByMark reads a mark on the scale from Worst to Best.
	ByMark Kind = "marks"
	// ByPrice reads a price: the lowest price divided by this price.
	ByPrice Kind = "price"
)

// Rule says what a missing mark ("not tested") counts as.
type Rule string

const (
	// Exclude leaves the criterion out for that entry and shares its weight among the entry's others.
	Exclude Rule = "exclude"
	// Zero counts it as the worst mark.
	Zero Rule = "zero"
	// Interval carries both ends: the worst and the best mark it could have been.
	Interval Rule = "interval"
)

// Mark is one number given to one entry on one criterion, or by one rater to one unit. The zero Mark
// means "not tested". In JSON it is a number or null.
type Mark struct {
	Value  float64
	Tested bool
}

// At returns a tested mark.
func At(v float64) Mark { return Mark{Value: v, Tested: true} }

// MarshalJSON writes a number, or null where nothing was tested.
func (m Mark) MarshalJSON() ([]byte, error) {
	if !m.Tested {
		return []byte("null"), nil
	}
	return json.Marshal(m.Value)
}

// UnmarshalJSON reads what MarshalJSON writes.
func (m *Mark) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		*m = Mark{}
		return nil
	}
	m.Tested = true
	return json.Unmarshal(b, &m.Value)
}

// Criterion is one column of the table of marks.
type Criterion struct {
	ID   string `json:"id"`
	Name string `json:"name,omitempty"` // said in sentences; the ID where empty
	// Weight is relative to the other weights; they need not add up to 100.
	Weight float64 `json:"weight"`
	Kind   Kind    `json:"kind,omitempty"` // ByMark where empty
	// Worst and Best are the ends of the scale. Worst above Best means that less is better.
	// Both zero means 0 to 5. Not used by price.
	Worst float64 `json:"worst"`
	Best  float64 `json:"best"`
	// Minimum, where set, screens out an entry whose mark is worse. Not used by price.
	Minimum *float64 `json:"minimum,omitempty"`
	Missing Rule     `json:"missing,omitempty"` // Interval where empty
}

// Label is what sentences call the criterion.
func (c Criterion) Label() string {
	if c.Name != "" {
		return c.Name
	}
	return c.ID
}

func (c Criterion) kind() Kind {
	if c.Kind == "" {
		return ByMark
	}
	return c.Kind
}

func (c Criterion) missing() Rule {
	if c.Missing == "" {
		return Interval
	}
	return c.Missing
}

func (c Criterion) scale() (worst, best float64) {
	if c.Worst == 0 && c.Best == 0 {
		return 0, 5
	}
	return c.Worst, c.Best
}

// share is where a mark stands between worst (0) and best (1).
func (c Criterion) share(v float64) float64 {
	worst, best := c.scale()
	return (v - worst) / (best - worst)
}

// Entry is one row: marks in the order of the criteria. For price the mark is the price.
type Entry struct {
	ID    string `json:"id"`
	Name  string `json:"name,omitempty"`
	Marks []Mark `json:"marks"`
}

// Label is what sentences call the entry.
func (e Entry) Label() string {
	if e.Name != "" {
		return e.Name
	}
	return e.ID
}

// Marks is the whole table: entries × criteria.
type Marks struct {
	Criteria []Criterion `json:"criteria"`
	Entries  []Entry     `json:"entries"`
}

// Check returns the first thing wrong with the table, in a sentence that says what to do.
func (m Marks) Check() error {
	if len(m.Criteria) == 0 {
		return say("Add at least one criterion")
	}
	if len(m.Entries) == 0 {
		return say("Add at least one entry")
	}
	if len(m.Criteria) > MaxCriteria {
		return say("Use at most %d criteria, not %d", MaxCriteria, len(m.Criteria))
	}
	if len(m.Entries) > MaxEntries {
		return say("Use at most %d entries, not %d", MaxEntries, len(m.Entries))
	}
	if err := m.checkCriteria(); err != nil {
		return err
	}
	return m.checkEntries()
}

func (m Marks) checkCriteria() error {
	seen := map[string]bool{}
	sum, prices := 0.0, 0
	for _, c := range m.Criteria {
		if c.ID == "" {
			return say("Give every criterion a name")
		}
		if seen[c.ID] {
			return say("Name the criterion %q once only", c.ID)
		}
		seen[c.ID] = true
		if !sane(c.Weight) || c.Weight < 0 {
			return say("Enter a weight of 0 or more for %q", c.Label())
		}
		sum += c.Weight
		if c.kind() == ByPrice {
			prices++
		}
		if err := c.check(); err != nil {
			return err
		}
	}
	if prices > MaxPrices {
		return say("Use at most %d price criteria, not %d", MaxPrices, prices)
	}
	if sum <= 0 {
		return say("Give at least one criterion a weight above 0")
	}
	return nil
}

func (c Criterion) check() error {
	switch c.missing() {
	case Exclude, Zero, Interval:
	default:
		return say("For marks that are missing on %q, choose exclude, zero or interval", c.Label())
	}
	switch c.kind() {
	case ByPrice:
		return nil
	case ByMark:
	default:
		return say("For %q, choose marks or price as its kind", c.Label())
	}
	worst, best := c.scale()
	if !sane(worst) || !sane(best) || worst == best {
		return say("For %q, enter a worst and a best mark that differ", c.Label())
	}
	if c.Minimum != nil && !within(*c.Minimum, worst, best) {
		return say("For %q, enter a minimum between %g and %g", c.Label(), worst, best)
	}
	return nil
}

func (m Marks) checkEntries() error {
	seen := map[string]bool{}
	for _, e := range m.Entries {
		if e.ID == "" {
			return say("Give every entry a name")
		}
		if seen[e.ID] {
			return say("Name the entry %q once only", e.ID)
		}
		seen[e.ID] = true
		if len(e.Marks) != len(m.Criteria) {
			return say("Give %q one mark for each criterion: %d, not %d", e.Label(), len(m.Criteria), len(e.Marks))
		}
		for i, mk := range e.Marks {
			if err := m.Criteria[i].checkMark(e, mk); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c Criterion) checkMark(e Entry, mk Mark) error {
	if !mk.Tested {
		return nil
	}
	if c.kind() == ByPrice {
		if !sane(mk.Value) || mk.Value < 0 {
			return say("For %q on %q, enter a price of 0 or more", e.Label(), c.Label())
		}
		return nil
	}
	worst, best := c.scale()
	if !sane(mk.Value) || !within(mk.Value, worst, best) {
		return say("For %q on %q, enter a mark between %g and %g", e.Label(), c.Label(), worst, best)
	}
	return nil
}

func within(v, a, b float64) bool { return v >= math.Min(a, b) && v <= math.Max(a, b) }

func sane(v float64) bool { return !math.IsNaN(v) && math.Abs(v) <= MaxMagnitude }

// weights returns the criteria's weights as shares of 1.
func (m Marks) weights() []float64 {
	sum := 0.0
	for _, c := range m.Criteria {
		sum += c.Weight
	}
	w := make([]float64, len(m.Criteria))
	for i, c := range m.Criteria {
		w[i] = c.Weight / sum
	}
	return w
}
