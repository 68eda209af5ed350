package pages

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode"

	"innovationden/web/view"
)

// bytes says an amount of memory or disk: "512 MB", "1.5 GB".
func (w words) bytes(n int64) string {
	const kilo = 1024
	for _, unit := range []struct {
		key string
		of  float64
	}{{"unit.gb", kilo * kilo * kilo}, {"unit.mb", kilo * kilo}} {
		if amount := float64(n) / unit.of; amount >= 1 {
			return w.Say(unit.key, "N", short(amount))
		}
	}
	return w.Say("unit.kb", "N", short(float64(n)/kilo))
}

// short is a number with one decimal below 10 and none above.
func short(n float64) string {
	if n >= 10 {
		return strconv.FormatFloat(math.Round(n), 'f', 0, 64)
	}
	return strings.TrimSuffix(strconv.FormatFloat(n, 'f', 1, 64), ".0")
}

// rounded is a measured number as people read it: whole from 10, with one decimal from 1
// and two below, with commas between thousands.
func rounded(n float64) string {
	digits := 10.0
	switch {
	case n >= 10:
		digits = 1
	case n < 1:
		digits = 100
	}
	return view.Figure(math.Round(n*digits) / digits)
}

// mark is a mark or a weight without needless noughts: "3", "3.67".
func mark(n float64) string {
	text := strconv.FormatFloat(n, 'f', 2, 64)
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
}

// total is a mark out of 100.
func total(n float64) string { return fmt.Sprintf("%.1f", n) }

// printable is a stranger's text without what steers a terminal.
func printable(text []byte) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' || !unicode.IsControl(r) && r != unicode.ReplacementChar {
			return r
		}
		return -1
	}, strings.ToValidUTF8(string(text), ""))
}
