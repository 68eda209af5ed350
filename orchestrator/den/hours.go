package den

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Hours are when a sandbox runs: on some days of the week, from one time of the local
// day to another. Outside them it is paused. They are data: nothing has to wake up for
// them to be right.
type Hours struct {
	Days []time.Weekday
	From int    // minutes after midnight
	To   int    // minutes after midnight, after From; at most 24:00
	Zone string // "Europe/London"
}

const minutesADay = 24 * 60

// Check says what is wrong with hours; nil: nothing.
func (h Hours) Check() *Error {
	switch {
	case len(h.Days) == 0:
		return Bad("hours", "Choose at least one day of the week.")
	case h.From < 0 || h.To > minutesADay || h.From >= h.To:
		return Bad("hours", "Enter an opening time before the closing time, such as 9:00 and 17:00.")
	}
	for _, d := range h.Days {
		if d < time.Sunday || d > time.Saturday {
			return Bad("hours", "Choose days of the week.")
		}
	}
	return nil
}

// Open says that a moment lies within the hours. The calendar's zone is what Zone names; a
// holiday of it counts as a Sunday.
func (h Hours) Open(at Stamp, by Calendar) bool {
	from, to, is := h.window(at.In(by.Zone), 0, by)
	return is && !at.Before(from) && at.Before(to)
}

// Turn is the next moment after at when the hours begin or end. On a day on which the
// clocks change they begin and end once, like on any other: a time that the clocks leave
// out is the moment they change, a time that comes twice is the first of the two. Zero:
// they never do.
func (h Hours) Turn(at Stamp, by Calendar) Stamp {
	const weeks = 6 // more holidays than that do not follow each other on one weekday
	local := at.In(by.Zone)
	for day := range 7*weeks + 1 {
		from, to, is := h.window(local, day, by)
		switch {
		case !is:
		case from.After(at):
			return from.UTC()
		case to.After(at):
			return to.UTC()
		}
	}
	return Stamp{}
}

// Within is how much of a time lies within the hours.
func (h Hours) Within(from, to Stamp, by Calendar) Span {
	var sum Span
	for at := from; at.Before(to); {
		next := h.Turn(at, by)
		if next.IsZero() || next.After(to) {
			next = to
		}
		if h.Open(at, by) {
			sum += next.Sub(at)
		}
		at = next
	}
	return sum
}

// window is when the hours of the local day some days after a moment begin and end;
// false: there are none that day.
func (h Hours) window(local time.Time, days int, by Calendar) (from, to time.Time, is bool) {
	y, m, d := local.Date()
	noon := time.Date(y, m, d+days, 12, 0, 0, 0, time.UTC)
	weekday, zone := noon.Weekday(), by.Zone
	if _, isOff := by.Holidays.On(noon.Date()); isOff {
		weekday = time.Sunday
	}
	if !slices.Contains(h.Days, weekday) {
		return from, to, false
	}
	midnight := noon.Add(-12 * time.Hour)
	from, to = firstAt(midnight.Add(Span(h.From)*time.Minute), zone), firstAt(midnight.Add(Span(h.To)*time.Minute), zone)
	if !from.Before(to) { // the clocks leave all of it out: it runs as long, from the moment they change
		to = from.Add(Span(h.To-h.From) * time.Minute)
	}
	return from, to, true
}

// firstAt is the first moment at which the clocks of a zone show what wall shows in UTC,
// or, where they never do, the moment they jump over it.
func firstAt(wall time.Time, zone *time.Location) time.Time {
	guess := time.Date(wall.Year(), wall.Month(), wall.Day(), wall.Hour(), wall.Minute(), 0, 0, zone)
	start, end := guess.ZoneBounds()
	var first time.Time
	for _, near := range []time.Time{guess, start.Add(-1), end} {
		if near.IsZero() || near.Year() < 1 {
			continue
		}
		_, offset := near.In(zone).Zone()
		at := wall.Add(-Span(offset) * time.Second)
		if shows(at, zone).Equal(wall) && (first.IsZero() || at.Before(first)) {
			first = at
		}
	}
	if !first.IsZero() {
		return first
	}
	for _, jump := range []time.Time{start, end} {
		if !jump.IsZero() && shows(jump.Add(-1), zone).Before(wall) && !shows(jump, zone).Before(wall) {
			return jump.UTC()
		}
	}
	return guess.UTC()
}

// shows is what the clocks of a zone show at a moment, as if it were UTC.
func shows(at time.Time, zone *time.Location) time.Time {
	_, offset := at.In(zone).Zone()
	return at.UTC().Add(Span(offset) * time.Second)
}

// Say writes hours as people do: "9:00am to 5:00pm on Monday to Friday".
func (h Hours) Say() string {
	return fmt.Sprintf("%s to %s %s", TimeOfDay(h.From), TimeOfDay(h.To), h.days())
}

// Week lists the days of a week, Monday first.
var Week = []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday, time.Saturday, time.Sunday}

func (h Hours) days() string {
	var names []string
	run := true // they follow each other without a gap
	last := -1
	for i, d := range Week {
		if !slices.Contains(h.Days, d) {
			continue
		}
		run = run && (last == -1 || i == last+1)
		last = i
		names = append(names, d.String())
	}
	switch n := len(names); {
	case n == 7:
		return "every day"
	case n > 2 && run:
		return "on " + names[0] + " to " + names[n-1]
	case n > 1:
		return "on " + strings.Join(names[:n-1], ", ") + " and " + names[n-1]
	}
	return "on " + strings.Join(names, "")
}
