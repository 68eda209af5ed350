package den

import "time"

// Calendar is whose days count: the zone in which they begin, and the holidays.
type Calendar struct {
	Zone     *time.Location
	Holidays Holidays
}

// Working says that a local day is neither at a weekend nor a holiday.
func (c Calendar) Working(y int, m time.Month, d int) bool {
	_, isOff := c.Holidays.On(y, m, d)
	return !isOff && !isWeekend(dayOf(y, m, d))
}

// Holidays are the days on which nobody is expected at work: by rules, and those that no
// rule tells of. The zero Holidays have none.
type Holidays struct {
	Title    string
	Dates    []HolidayDate
	Easter   []HolidayEaster
	Weekdays []HolidayWeekday
	Listed   map[time.Time]string // by midnight UTC of the day
	Moved    map[time.Time]bool   // a rule tells of them; that year they were not
}

// HolidayDate is the same date each year. One at a weekend is kept on the next weekday
// that is no other such holiday.
type HolidayDate struct {
	Name  string
	Month time.Month
	Day   int
}

// HolidayEaster is so many days after Easter Sunday.
type HolidayEaster struct {
	Name string
	Days int
}

// HolidayWeekday is a weekday of a month: Which counts from 1; -1 is the last.
type HolidayWeekday struct {
	Name    string
	Month   time.Month
	Weekday time.Weekday
	Which   int
}

// On says which holiday a day is; false: none.
func (h Holidays) On(y int, m time.Month, d int) (name string, is bool) {
	day := dayOf(y, m, d)
	if name, is = h.Listed[day]; is {
		return name, true
	}
	if h.Moved[day] {
		return "", false
	}
	for _, one := range h.Easter {
		if easter(y).AddDate(0, 0, one.Days).Equal(day) {
			return one.Name, true
		}
	}
	for _, one := range h.Weekdays {
		if one.in(y).Equal(day) {
			return one.Name, true
		}
	}
	for _, year := range []int{y - 1, y} { // one at the very end of a year may be kept in the next
		for kept, name := range h.kept(year) {
			if kept.Equal(day) {
				return name, true
			}
		}
	}
	return "", false
}

// kept are the days on which the dates of a year are kept: those on weekdays where they
// are, then the others, in their order, each on the next weekday that is free.
func (h Holidays) kept(year int) map[time.Time]string {
	days := map[time.Time]string{}
	for _, one := range h.Dates {
		if day := dayOf(year, one.Month, one.Day); !isWeekend(day) {
			days[day] = one.Name
		}
	}
	for _, one := range h.Dates {
		day := dayOf(year, one.Month, one.Day)
		if !isWeekend(day) {
			continue
		}
		for _, taken := days[day]; isWeekend(day) || taken; _, taken = days[day] {
			day = day.AddDate(0, 0, 1)
		}
		days[day] = one.Name
	}
	return days
}

func (w HolidayWeekday) in(year int) time.Time {
	if w.Which < 0 {
		day := dayOf(year, w.Month+1, 0)
		for day.Weekday() != w.Weekday {
			day = day.AddDate(0, 0, -1)
		}
		return day.AddDate(0, 0, 7*(w.Which+1))
	}
	day := dayOf(year, w.Month, 1)
	for day.Weekday() != w.Weekday {
		day = day.AddDate(0, 0, 1)
	}
	return day.AddDate(0, 0, 7*(w.Which-1))
}

// easter is Easter Sunday of a year of the Gregorian calendar, by the anonymous algorithm
// of 1876 (Jean Meeus, Astronomical Algorithms, second edition, chapter 8).
func easter(year int) time.Time {
	a, b, c := year%19, year/100, year%100
	d, e := b/4, b%4
	g := (b - (b+8)/25 + 1) / 3
	h := (19*a + b - d - g + 15) % 30
	i, k := c/4, c%4
	l := (32 + 2*e + 2*i - h - k) % 7
	m := (a + 11*h + 22*l) / 451
	n := h + l - 7*m + 114
	return dayOf(year, time.Month(n/31), n%31+1)
}

func dayOf(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, time.UTC) }

func isWeekend(day time.Time) bool {
	return day.Weekday() == time.Saturday || day.Weekday() == time.Sunday
}

// WorkingDays is the same time of day some working days later. Weekends and holidays do
// not count.
func (c Calendar) WorkingDays(from Stamp, days int) Stamp {
	at := from.In(c.Zone)
	y, m, d := at.Date()
	for days > 0 {
		if d++; c.Working(dayOf(y, m, d).Date()) {
			days--
		}
	}
	return time.Date(y, m, d, at.Hour(), at.Minute(), at.Second(), at.Nanosecond(), c.Zone).UTC()
}
