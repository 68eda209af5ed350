package den

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// Spell writes a length of time in its two largest units: "2 days 4 hours".
func Spell(d Span) string {
	units := []struct {
		of        Span
		one, many string
	}{{24 * time.Hour, "day", "days"}, {time.Hour, "hour", "hours"}, {time.Minute, "minute", "minutes"}, {time.Second, "second", "seconds"}}
	var words []string
	for _, u := range units {
		n := d / u.of
		d -= n * u.of
		if n > 0 {
			words = append(words, some(int(n), u.one, u.many))
		}
		if len(words) == 2 || len(words) == 1 && n == 0 {
			break
		}
	}
	if len(words) == 0 {
		return "less than a second"
	}
	return strings.Join(words, " ")
}

// SpellExactly writes a length of time as Spell does where nothing is lost by that, and
// otherwise to the last digit, as programs do.
func SpellExactly(d Span) string {
	const twoUnits = 24 * time.Hour // from here they are days and hours
	if d > 0 && d%time.Minute == 0 && (d < twoUnits || d%time.Hour == 0) {
		return Spell(d)
	}
	return d.String()
}

// SpellShort writes a length of time that was measured: "3.7 milliseconds", "12 milliseconds",
// "1.3 seconds", and from a minute on as Spell does. Nothing at all is "0 seconds".
func SpellShort(d Span) string {
	switch {
	case d > 0 && d < 100*time.Microsecond:
		return "less than a millisecond"
	case d > 0 && d.Round(time.Millisecond) < time.Second:
		return short(float64(d)/float64(time.Millisecond), "millisecond")
	case d < time.Minute:
		return short(d.Seconds(), "second")
	}
	return Spell(d)
}

// short is an amount with one decimal below 10 and none above.
func short(n float64, unit string) string {
	digits := 1.0
	if n < 10 {
		digits = 10
	}
	said := strconv.FormatFloat(math.Round(n*digits)/digits, 'f', -1, 64)
	if said == "1" {
		return "1 " + unit
	}
	return said + " " + unit + "s"
}
