package evaluation

import (
	"fmt"
	"math"
)

// Figure is a number that may not exist, and then says why. In JSON the value is a number or null.
type Figure struct {
	Value *float64 `json:"value"`
	Why   string   `json:"why,omitempty"`
}

// Get returns the number, and whether there is one.
func (f Figure) Get() (float64, bool) {
	if f.Value == nil {
		return 0, false
	}
	return *f.Value, true
}

func figure(v float64) Figure {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return none("The figure cannot be computed from these numbers.")
	}
	return Figure{Value: &v}
}

func none(why string) Figure { return Figure{Why: why} }

// Problem is a sentence for the person who gave the input.
type Problem string

func (p Problem) Error() string { return string(p) }

func say(format string, args ...any) error { return Problem(fmt.Sprintf(format, args...)) }
