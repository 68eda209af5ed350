package form

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"innovationden/web/view"
)

// Text is a line, or several where Lines is set, of at most Max characters.
type Text struct {
	Name, What string
	Max        int // 0: as long as the request may be
	Lines      bool
	Optional   bool
}

// Read gives the text without the blanks around it.
func (f Text) Read(v *Values) string {
	text := v.read(f.Name)
	if !f.Lines {
		text = strings.Join(strings.Fields(text), " ")
	}
	switch {
	case !utf8.ValidString(text) || !isShown(text):
		v.refuse(f.Name, "form.text.characters", f.What)
	case text == "" && !f.Optional:
		v.refuse(f.Name, "form.missing", f.What)
	case f.Max > 0 && utf8.RuneCountInString(text) > f.Max:
		v.refuse(f.Name, "form.text.long", f.What, "Max", f.Max)
	default:
		return text
	}
	return ""
}

// Email is an email address.
type Email struct{ Name, What string }

// Read gives the address without the blanks around it.
func (f Email) Read(v *Values) string {
	const longest = 120
	text := Text{Name: f.Name, What: f.What, Max: longest}.Read(v)
	before, after, _ := strings.Cut(text, "@")
	if text != "" && (before == "" || after == "" || strings.ContainsAny(text, " <>,;") || strings.Contains(after, "@")) {
		v.refuse(f.Name, "form.email", f.What)
		return ""
	}
	return text
}

// Password is a secret as it was typed, blanks and all: what is chosen has Min to Max
// characters. No form shows it again.
type Password struct {
	Name, What string
	Min, Max   int // 0: any
}

// Read gives the password.
func (f Password) Read(v *Values) string {
	v.read(f.Name)
	text := v.typed.Get(f.Name)
	length := utf8.RuneCountInString(text)
	switch {
	case text == "":
		v.refuse(f.Name, "form.missing", f.What)
	case length < f.Min:
		v.refuse(f.Name, "form.password.short", f.What, "Min", f.Min)
	case f.Max > 0 && length > f.Max:
		v.refuse(f.Name, "form.text.long", f.What, "Max", f.Max)
	default:
		return text
	}
	return ""
}

// Same says whether two texts are the same to people: whatever is a capital letter.
func Same(a, b string) bool {
	return strings.EqualFold(strings.TrimSpace(a), strings.TrimSpace(b))
}

// Int is a whole number from Min to Max, both included.
type Int struct {
	Name, What string
	Min, Max   int
	Optional   bool
}

// Read gives the number; 0 where there is none.
func (f Int) Read(v *Values) int {
	text := figures(strings.ReplaceAll(v.read(f.Name), "−", "-"))
	if text == "" {
		if !f.Optional {
			v.refuse(f.Name, "form.missing", f.What)
		}
		return 0
	}
	if !regexp.MustCompile(`^[+-]?[0-9]+$`).MatchString(text) {
		v.refuse(f.Name, "form.int.whole", f.What)
		return 0
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < f.Min || n > f.Max {
		v.refuse(f.Name, "form.between", f.What, "Min", f.Min, "Max", f.Max)
		return 0
	}
	return n
}

// grouped is a number with a comma before every three figures: "1,200", "-1,000,000.5".
var grouped = regexp.MustCompile(`^[+-]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?$`)

// figures takes away blanks, and commas between thousands. Any other comma stays, so that
// the number is refused: "12,40" is twelve pounds forty to who typed it, not 1,240.
func figures(text string) string {
	text = strings.ReplaceAll(text, " ", "")
	if grouped.MatchString(text) {
		return strings.ReplaceAll(text, ",", "")
	}
	return text
}

// Number is a number from Min to Max, both included, with figures after the point where
// it needs them.
type Number struct {
	Name, What string
	Min, Max   float64
	Optional   bool
}

// Read gives the number; 0 where there is none.
func (f Number) Read(v *Values) float64 {
	text := figures(v.read(f.Name))
	if text == "" {
		if !f.Optional {
			v.refuse(f.Name, "form.missing", f.What)
		}
		return 0
	}
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || !regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?$`).MatchString(text) {
		v.refuse(f.Name, "form.number", f.What)
		return 0
	}
	if n < f.Min || n > f.Max {
		v.refuse(f.Name, "form.between", f.What, "Min", Figure(f.Min), "Max", Figure(f.Max))
		return 0
	}
	return n
}

// Figure is how a number stands in a Number field: "5", "12.5".
func Figure(n float64) string { return strconv.FormatFloat(n, 'f', -1, 64) }

// Money is an amount in pence from Min to Max, both included, typed in pounds:
// "12", "£12.40", "1,200".
type Money struct {
	Name, What string
	Min, Max   int64 // pence
	Optional   bool
}

// Read gives the amount in pence; 0 where there is none.
func (f Money) Read(v *Values) int64 {
	text := figures(strings.ReplaceAll(v.read(f.Name), "£", ""))
	if text == "" {
		if !f.Optional {
			v.refuse(f.Name, "form.missing", f.What)
		}
		return 0
	}
	parts := regexp.MustCompile(`^([0-9]+)(?:\.([0-9]{1,2}))?$`).FindStringSubmatch(text)
	if parts == nil {
		v.refuse(f.Name, "form.money.pounds", f.What)
		return 0
	}
	pence, err := strconv.ParseInt(parts[1]+(parts[2] + "00")[:2], 10, 64)
	if err != nil || pence < f.Min || pence > f.Max {
		v.refuse(f.Name, "form.between", f.What, "Min", view.Say{}.Money(f.Min), "Max", view.Say{}.Money(f.Max))
		return 0
	}
	return pence
}

// Pounds is how an amount of pence stands in a Money field: "12.40".
func Pounds(pence int64) string {
	text := strconv.FormatInt(pence/100, 10)
	if pence%100 != 0 {
		text += "." + strconv.FormatInt(100+pence%100, 10)[1:]
	}
	return text
}

// Duration is a length from Min to Max, both included, in days and hours: "5
// days", "2 days 4 hours", "36h". A number alone counts in Unit. Minutes are read, for
// a program may have set some, and what a page shows can be sent again.
type Duration struct {
	Name, What string
	Unit       time.Duration // Day, unless given
	Min, Max   time.Duration
	Optional   bool
}

// Day is 24 hours: a length counts hours, whatever the clocks do meanwhile.
const Day = 24 * time.Hour

// Read gives the length; 0 where there is none.
func (f Duration) Read(v *Values) time.Duration {
	text := strings.ToLower(v.read(f.Name))
	if text == "" {
		if !f.Optional {
			v.refuse(f.Name, "form.missing", f.What)
		}
		return 0
	}
	length, ok := lengthOf(text, f.Unit)
	if !ok {
		v.refuse(f.Name, "form.duration.form", f.What)
		return 0
	}
	if length < f.Min || length > f.Max {
		v.refuse(f.Name, "form.between", f.What, "Min", v.length(f.Min), "Max", v.length(f.Max))
		return 0
	}
	return length
}

func lengthOf(text string, unit time.Duration) (time.Duration, bool) {
	if unit == 0 {
		unit = Day
	}
	if regexp.MustCompile(`^[0-9]{1,5}$`).MatchString(text) {
		n, err := strconv.Atoi(text)
		return time.Duration(n) * unit, err == nil
	}
	parts := regexp.MustCompile(`^(?:([0-9]{1,5}) ?d(?:ays?)?)?(?:,? ?(?:and )?([0-9]{1,5}) ?h(?:(?:ou)?rs?)?)?(?:,? ?(?:and )?([0-9]{1,5}) ?min(?:ute)?s?)?$`).FindStringSubmatch(text)
	if parts == nil {
		return 0, false
	}
	var length time.Duration
	for n, size := range []time.Duration{Day, time.Hour, time.Minute} {
		if parts[n+1] == "" {
			continue
		}
		count, err := strconv.Atoi(parts[n+1])
		if err != nil {
			return 0, false
		}
		length += time.Duration(count) * size
	}
	return length, true
}

// length says a limit: "1 day", "36 hours".
func (v *Values) length(length time.Duration) string {
	key, n := "time.hours", int(length/time.Hour)
	if length%Day == 0 && length > 0 {
		key, n = "time.days", int(length/Day)
	}
	text, err := v.words.Count(key, n)
	if err != nil {
		return length.String()
	}
	return text
}

// Choice is one of a set of values: radios or a select.
type Choice struct {
	Name, What string
	From       []string
	Optional   bool
}

// Read gives the value that was chosen.
func (f Choice) Read(v *Values) string {
	chosen := v.read(f.Name)
	if chosen == "" && f.Optional {
		return ""
	}
	if !slices.Contains(f.From, chosen) || chosen == "" {
		v.refuse(f.Name, "form.choice.missing", f.What)
		return ""
	}
	return chosen
}

// Several are any of a set of values, at least Min of them: checkboxes.
type Several struct {
	Name, What string
	From       []string
	Min        int
}

// Read gives the values that were chosen, in the order of From, each once.
func (f Several) Read(v *Values) []string {
	typed := v.readAll(f.Name)
	var chosen []string
	for _, one := range f.From {
		if slices.Contains(typed, one) {
			chosen = append(chosen, one)
		}
	}
	isStrange := slices.ContainsFunc(typed, func(one string) bool { return !slices.Contains(f.From, one) })
	if isStrange || len(chosen) < f.Min {
		v.refuse(f.Name, "form.choice.missing", f.What)
		return nil
	}
	return chosen
}

// Bool is a single checkbox. Must is the key of what to say where it has to be
// ticked and is not.
type Bool struct {
	Name string
	Must string
}

// Read says whether the box is ticked.
func (f Bool) Read(v *Values) bool {
	typed := v.read(f.Name)
	ticked := typed != "" && typed != "false" && typed != "no" && typed != "off" && typed != "0"
	if !ticked && f.Must != "" {
		v.add(problem{field: f.Name, anchor: f.Name, say: v.sentence(f.Must)})
	}
	return ticked
}
