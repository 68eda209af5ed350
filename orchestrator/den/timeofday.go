package den

import (
	"fmt"
	"time"
)

// TimeOfDay says a time of day as people do: "9:30am", "midday", "midnight". "12:00am" and
// "12:00pm" are read as either by half of those who read them. minutes are those since
// midnight, up to 24:00.
func TimeOfDay(minutes int) string {
	hour, half := minutes/60%24, "am"
	switch minutes % minutesADay {
	case 0:
		return "midnight"
	case 12 * 60:
		return "midday"
	}
	if hour >= 12 {
		hour, half = hour-12, "pm"
	}
	if hour == 0 {
		hour = 12
	}
	return fmt.Sprintf("%d:%02d%s", hour, minutes%60, half)
}

// Moment says a moment of a day in the zone that it comes in: "3 June 2026, 4:30pm". Of
// midnight it says which, for a day has two.
func Moment(at time.Time) string { return at.Format("2 January 2006, ") + OnTheDay(at) }

// OnTheDay says a time of a day that stands beside it.
func OnTheDay(at time.Time) string {
	said := TimeOfDay(at.Hour()*60 + at.Minute())
	if said == "midnight" {
		said += " at the start of the day"
	}
	return said
}
