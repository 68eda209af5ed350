package evaluation

import (
	"math"
	"strconv"
	"strings"
)

// Formula turns a measured fact into a mark: full marks at Full and better, none at Zero and worse,
// on a straight line between. It is written
//
//	startup_ms: linear 5 at ≤1000, 0 at ≥30000
//	answered_share: linear 5 at ≥0.999, 0 at ≤0.9
//
// The name is the fact's, with its unit at the end where it has one.
type Formula struct {
	Fact string  `json:"fact"`
	Top  float64 `json:"top"` // the mark at Full
	Full float64 `json:"full"`
	Zero float64 `json:"zero"`
}

// Mark is the mark for a value, from 0 to Top, not rounded. A value that is not a number was not
// tested.
func (f Formula) Mark(value float64) Mark {
	if math.IsNaN(value) {
		return Mark{}
	}
	share := (value - f.Zero) / (f.Full - f.Zero)
	return At(f.Top * math.Min(1, math.Max(0, share)))
}

// String writes the formula as ParseFormula reads it.
func (f Formula) String() string {
	full, zero := "≤", "≥"
	if f.Full > f.Zero {
		full, zero = zero, full
	}
	return f.Fact + ": linear " + plain(f.Top) + " at " + full + plain(f.Full) + ", 0 at " + zero + plain(f.Zero)
}

func plain(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// ParseFormula reads the form above. Returns a Problem that says what is missing.
func ParseFormula(text string) (Formula, error) {
	fact, rest, ok := strings.Cut(text, ":")
	fact = strings.TrimSpace(fact)
	rest, linear := strings.CutPrefix(strings.TrimSpace(rest), "linear ")
	first, second, two := strings.Cut(rest, ",")
	if !ok || !linear || !two || !isFact(fact) {
		return Formula{}, say("Write the formula as \"startup_ms: linear 5 at ≤1000, 0 at ≥30000\", not %q", text)
	}
	top, fullSign, full, err := parsePoint(first)
	if err != nil {
		return Formula{}, err
	}
	none, zeroSign, zero, err := parsePoint(second)
	if err != nil {
		return Formula{}, err
	}
	switch {
	case none != 0 || top <= 0:
		return Formula{}, say("In %q, give a mark above 0 first and the mark 0 second", text)
	case full == zero:
		return Formula{}, say("In %q, enter two values that differ", text)
	case (full < zero) != (fullSign == "≤") || fullSign == zeroSign:
		return Formula{}, say("In %q, point the signs away from each other: ≤ at the lower value and ≥ at the higher", text)
	}
	return Formula{Fact: fact, Top: top, Full: full, Zero: zero}, nil
}

func parsePoint(text string) (mark float64, sign string, value float64, err error) {
	left, right, ok := strings.Cut(text, " at ")
	right = strings.TrimSpace(right)
	for _, s := range []string{"≤", "≥"} {
		if after, found := strings.CutPrefix(right, s); found {
			sign, right = s, after
		}
	}
	mark, good := number(strings.TrimSpace(left))
	value, goodValue := number(strings.TrimSpace(right))
	if !ok || sign == "" || !good || !goodValue {
		return 0, "", 0, say("Write %q as a mark, \"at\", ≤ or ≥ and a number, such as \"5 at ≤1000\"", strings.TrimSpace(text))
	}
	return mark, sign, value, nil
}

// Measured is the mark that a formula gives for the measured facts of an entry. Without the
// fact, or with a formula that cannot be read, it was not tested: the scheme's rule for
// missing data says what that counts.
func Measured(formula string, facts map[string]float64) Mark {
	f, err := ParseFormula(formula)
	if err != nil {
		return Mark{}
	}
	value, ok := facts[f.Fact]
	if !ok {
		return Mark{}
	}
	return f.Mark(value)
}

func isFact(s string) bool {
	for _, r := range s {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '_' {
			return false
		}
	}
	return s != ""
}
