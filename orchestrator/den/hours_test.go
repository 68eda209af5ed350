package den

import (
	"fmt"
	"testing"
	"time"
)

var everyDay = []time.Weekday{0, 1, 2, 3, 4, 5, 6}

// windows are hours that lie around the times at which clocks change, and one that does not.
var windows = []Hours{
	{Days: everyDay, From: 9 * 60, To: 17 * 60},
	{Days: everyDay, From: 1*60 + 30, To: 2*60 + 45},
	{Days: everyDay, From: 2*60 + 10, To: 3 * 60},
	{Days: everyDay, From: 0, To: 24 * 60},
	{Days: everyDay, From: 0, To: 30},
	{Days: everyDay, From: 23*60 + 15, To: 24 * 60},
}

// Through every change of the clocks from 2026 to 2036 hours begin and end once each local
// day, at their time by the clocks on the wall, or, where the clocks leave it out, at the
// moment they change.
func TestHoursAreKeptOnceEachLocalDay(t *testing.T) {
	for _, name := range []string{"Europe/London", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "America/Santiago"} {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		changes := 0
		for _, h := range windows {
			t.Run(fmt.Sprintf("%s %s", name, h.Say()), func(t *testing.T) { changes += keptOnce(t, h, zone) })
		}
		if want := 2 * 11 * len(windows); name != "Asia/Kolkata" && changes != want || name == "Asia/Kolkata" && changes != 0 {
			t.Errorf("%s: %d changes of the clocks were seen", name, changes)
		}
	}
}

// keptOnce walks from turn to turn and counts what each local day had. It returns how many
// days were not 24 hours long.
func keptOnce(t *testing.T, h Hours, zone *time.Location) (changes int) {
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, zone).Add(-time.Nanosecond)
	over := time.Date(2037, 1, 1, 0, 0, 0, 0, zone)
	type found struct{ opened, closed []time.Time }
	days := map[string]*found{}
	of := func(at time.Time) *found {
		key := at.In(zone).Format(time.DateOnly)
		if days[key] == nil {
			days[key] = &found{}
		}
		return days[key]
	}
	for {
		next := h.Turn(at, Calendar{Zone: zone})
		if !next.After(at) {
			t.Fatalf("after %s comes %s", at, next)
		}
		if !next.Before(over) {
			break
		}
		isOpen, wasOpen := h.Open(next, Calendar{Zone: zone}), h.Open(next.Add(-1), Calendar{Zone: zone})
		switch {
		case isOpen && wasOpen: // one day's end is the next one's beginning
			of(next.Add(-1)).closed = append(of(next.Add(-1)).closed, next)
			of(next).opened = append(of(next).opened, next)
		case isOpen:
			of(next).opened = append(of(next).opened, next)
		case wasOpen:
			of(next.Add(-1)).closed = append(of(next.Add(-1)).closed, next)
		default:
			t.Errorf("at %s nothing turns", next.In(zone))
		}
		at = next
	}
	for noon := time.Date(2026, 1, 1, 12, 0, 0, 0, zone); noon.Year() < 2037; noon = noon.AddDate(0, 0, 1) {
		y, m, d := noon.Date()
		begins, ends := firstAt(time.Date(y, m, d, 0, 0, 0, 0, time.UTC), zone), firstAt(time.Date(y, m, d+1, 0, 0, 0, 0, time.UTC), zone)
		if ends.Sub(begins) != 24*time.Hour {
			changes++
		}
		got := days[noon.Format(time.DateOnly)]
		if got == nil || len(got.opened) != 1 || (len(got.closed) != 1 && !(noon.Month() == 12 && d == 31 && h.To == 24*60)) {
			t.Errorf("%s: %+v", noon.Format(time.DateOnly), got)
			continue
		}
		onTheWall(t, zone, got.opened[0], noon, h.From)
	}
	return changes
}

// onTheWall wants a turn at its time by the clock, or at the change that left it out.
func onTheWall(t *testing.T, zone *time.Location, at, noon time.Time, minutes int) {
	t.Helper()
	y, m, d := noon.Date()
	wall := time.Date(y, m, d, 0, minutes, 0, 0, time.UTC)
	if shows(at, zone).Equal(wall) {
		if before := at.Add(-time.Nanosecond); !shows(before, zone).Before(wall) {
			t.Errorf("%s is not the first time that the clocks show it", at.In(zone))
		}
		return
	}
	if !shows(at.Add(-1), zone).Before(wall) || shows(at, zone).Before(wall) {
		t.Errorf("%s is neither %s nor the change that left it out", at.In(zone), wall.Format("2006-01-02 15:04"))
	}
}

// Asking for every minute gives what walking from turn to turn gives: neither is blind.
func TestHoursByTheMinute(t *testing.T) {
	zone, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	h := Hours{Days: []time.Weekday{time.Saturday, time.Sunday, time.Monday}, From: 1*60 + 30, To: 9 * 60}
	for _, first := range []time.Time{time.Date(2026, 3, 27, 0, 0, 0, 0, time.UTC), time.Date(2026, 10, 23, 0, 0, 0, 0, time.UTC)} {
		opened := 0
		turn, was := h.Turn(first, Calendar{Zone: zone}), h.Open(first, Calendar{Zone: zone})
		var open Span
		for at := first; at.Before(first.AddDate(0, 0, 7)); at = at.Add(time.Minute) {
			is := h.Open(at, Calendar{Zone: zone})
			if is != was {
				if !at.Equal(turn) {
					t.Errorf("it turned at %s, not at %s", at.In(zone), turn.In(zone))
				}
				turn = h.Turn(at, Calendar{Zone: zone})
			}
			if is && !was {
				opened++
			}
			if is {
				open += time.Minute
			}
			was = is
		}
		if opened != 3 {
			t.Errorf("it opened %d times in a week", opened)
		}
		if got := h.Within(first, first.AddDate(0, 0, 7), Calendar{Zone: zone}); got != open {
			t.Errorf("within a week it runs %s, by the minute %s", got, open)
		}
	}
}

func TestHoursAreSaidAsPeopleSayThem(t *testing.T) {
	for want, h := range map[string]Hours{
		"9:00am to 5:00pm on Monday to Friday":  {Days: []time.Weekday{1, 2, 3, 4, 5}, From: 540, To: 1020},
		"midnight to midnight every day":        {Days: everyDay, From: 0, To: 1440},
		"midday to 1:30pm on Monday and Sunday": {Days: []time.Weekday{0, 1}, From: 720, To: 810},
		"8:00am to 9:00am on Tuesday":           {Days: []time.Weekday{2}, From: 480, To: 540},
	} {
		if got := h.Say(); got != want {
			t.Errorf("said %q, want %q", got, want)
		}
	}
	for _, h := range []Hours{{}, {Days: everyDay, From: 600, To: 600}, {Days: everyDay, From: -1, To: 5}, {Days: everyDay, From: 0, To: 1441}, {Days: []time.Weekday{9}, From: 0, To: 1}} {
		if h.Check() == nil {
			t.Errorf("%+v is taken", h)
		}
	}
}
