package form

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Date is a day, typed into three boxes <Name>-day, <Name>-month and <Name>-year.
type Date struct {
	Name, What string
	Zone       *time.Location // where the day begins
	From, To   time.Time      // the first and the last day allowed; zero: no such bound
	Optional   bool
}

// Read gives the beginning of the day; the zero time where there is none.
func (f Date) Read(v *Values) time.Time {
	day, month, year := v.read(f.Name+"-day"), v.read(f.Name+"-month"), v.read(f.Name+"-year")
	for _, part := range []string{"-day", "-month", "-year"} {
		delete(v.anchors, f.Name+part)
	}
	v.anchors[f.Name] = f.Name + "-day"
	if day == "" && month == "" && year == "" {
		if !f.Optional {
			f.wrong(v, nil, "form.missing")
		}
		return time.Time{}
	}
	for _, part := range []struct{ name, typed, key string }{
		{"day", day, "form.date.day"}, {"month", month, "form.date.month"}, {"year", year, "form.date.year"},
	} {
		if part.typed == "" {
			f.wrong(v, []string{part.name}, part.key)
			return time.Time{}
		}
	}
	if !regexp.MustCompile(`^[0-9]{4}$`).MatchString(year) {
		f.wrong(v, []string{"year"}, "form.date.figures")
		return time.Time{}
	}
	date, ok := dateOf(day, month, year, f.Zone)
	if !ok {
		f.wrong(v, nil, "form.date.real")
		return time.Time{}
	}
	return f.within(v, date)
}

func (f Date) within(v *Values, date time.Time) time.Time {
	first, last := startOf(f.From, f.Zone), startOf(f.To, f.Zone)
	isEarly, isLate := !f.From.IsZero() && date.Before(first), !f.To.IsZero() && date.After(last)
	switch {
	case !isEarly && !isLate:
		return date
	case f.To.IsZero():
		f.wrong(v, nil, "form.date.from", "From", v.date(first))
	case f.From.IsZero():
		f.wrong(v, nil, "form.date.to", "To", v.date(last))
	default:
		f.wrong(v, nil, "form.between", "Min", v.date(first), "Max", v.date(last))
	}
	return time.Time{}
}

// wrong marks the given boxes, or all; the summary links to the first of them.
func (f Date) wrong(v *Values, boxes []string, key string, pairs ...any) {
	anchor := f.Name + "-day"
	if len(boxes) > 0 {
		anchor = f.Name + "-" + boxes[0]
	}
	said := v.sentence(key, append(pairs, "What", v.sentence(f.What))...)
	v.add(problem{field: f.Name, anchor: anchor, say: said, parts: boxes})
}

func (v *Values) date(at time.Time) string {
	month := v.sentence("time.month." + strconv.Itoa(int(at.Month())))
	return strconv.Itoa(at.Day()) + " " + month + " " + strconv.Itoa(at.Year())
}

func dateOf(day, month, year string, zone *time.Location) (time.Time, bool) {
	d, dayErr := strconv.Atoi(day)
	y, yearErr := strconv.Atoi(year)
	m, ok := monthOf(month)
	if dayErr != nil || yearErr != nil || !ok {
		return time.Time{}, false
	}
	date := time.Date(y, m, d, 0, 0, 0, 0, zone)
	return date, date.Day() == d && date.Month() == m
}

// monthOf takes a number, or the month's English name or its first letters.
func monthOf(text string) (time.Month, bool) {
	if n, err := strconv.Atoi(text); err == nil {
		return time.Month(n), n >= 1 && n <= 12
	}
	for month := time.January; month <= time.December; month++ {
		if len(text) >= 3 && strings.HasPrefix(strings.ToLower(month.String()), strings.ToLower(text)) {
			return month, true
		}
	}
	return 0, false
}

func startOf(at time.Time, zone *time.Location) time.Time {
	year, month, day := at.In(zone).Date()
	return time.Date(year, month, day, 0, 0, 0, 0, zone)
}

// Clock is a time of day: "9am", "9:30am", "17:00", "midday", "midnight", and "24:00",
// which is midnight at the end of the day.
type Clock struct {
	Name, What string
	Optional   bool
}

// Read gives the hours and minutes since midnight, as the clock on the wall shows
// them; 0 where there is none.
func (f Clock) Read(v *Values) time.Duration {
	text := strings.ReplaceAll(strings.ToLower(v.read(f.Name)), " ", "")
	if text == "" {
		if !f.Optional {
			v.refuse(f.Name, "form.missing", f.What)
		}
		return 0
	}
	at, ok := clockOf(text)
	if !ok {
		v.refuse(f.Name, "form.clock.form", f.What)
	}
	return at
}

func clockOf(text string) (time.Duration, bool) {
	switch text {
	case "midday", "noon":
		return 12 * time.Hour, true
	case "midnight":
		return 0, true
	case "24:00":
		return 24 * time.Hour, true
	}
	parts := regexp.MustCompile(`^([0-9]{1,2})(?:[:.]([0-9]{2}))?(am|pm)?$`).FindStringSubmatch(text)
	if parts == nil || (parts[2] == "" && parts[3] == "") {
		return 0, false
	}
	hour, err := strconv.Atoi(parts[1])
	if err != nil {
		return 0, false
	}
	minute, err := strconv.Atoi("0" + parts[2])
	if err != nil || minute > 59 {
		return 0, false
	}
	if parts[3] == "" {
		return time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute, hour < 24
	}
	if hour < 1 || hour > 12 {
		return 0, false
	}
	hour %= 12
	if parts[3] == "pm" {
		hour += 12
	}
	return time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute, true
}
