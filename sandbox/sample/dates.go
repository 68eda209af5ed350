package sample

import "time"

// midnight returns the start of a moment's day, in the moment's own place.
func midnight(t time.Time) time.Time {
	year, month, day := t.Date()
	return time.Date(year, month, day, 0, 0, 0, 0, t.Location())
}

// monday returns the start of a moment's week.
func monday(t time.Time) time.Time {
	return midnight(t).AddDate(0, 0, -(int(t.Weekday())+6)%7)
}

// at returns a clock time of a day, so many minutes after midnight by the clock on
// the wall, also on the days when the clocks change.
func at(day time.Time, minutes int) time.Time {
	year, month, date := day.Date()
	return time.Date(year, month, date, minutes/60, minutes%60, 0, 0, day.Location())
}

func isWeekend(t time.Time) bool { return t.Weekday() == time.Saturday || t.Weekday() == time.Sunday }

// longDate writes a date in full: "Monday 7 June 2027".
func longDate(t time.Time) string { return t.Format("Monday 2 January 2006") }

// clock writes a time of day: "9am", "2:30pm", "midday".
func clock(t time.Time) string {
	if t.Hour() == 12 && t.Minute() == 0 {
		return "midday"
	}
	if t.Minute() == 0 {
		return t.Format("3pm")
	}
	return t.Format("3:04pm")
}
