package view

import (
	"math"
	"testing"
	"time"
)

func sayer(t *testing.T) Say {
	t.Helper()
	words, err := ReadWords()
	if err != nil {
		t.Fatal(err)
	}
	return Say{Words: words["en"], Zone: zone(t)}
}

func TestTimesAreSaidInTheZoneOfThePeople(t *testing.T) {
	say := sayer(t)
	for at, want := range map[string]string{
		"2026-06-03T15:30:00Z": "3 June 2026, 4:30pm",
		"2026-12-03T16:30:00Z": "3 December 2026, 4:30pm",
		"2026-06-03T23:05:00Z": "4 June 2026, 12:05am",
		"2026-01-31T12:00:00Z": "31 January 2026, midday",
		"2026-01-31T12:01:00Z": "31 January 2026, 12:01pm",
		"2026-06-03T23:00:00Z": "4 June 2026, midnight at the start of the day",
	} {
		moment, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := say.DateTime(moment); err != nil || got != want {
			t.Errorf("%s: got %q %v, want %q", at, got, err, want)
		}
	}
	if got, err := say.Day(clock()); err != nil || got != "Wednesday 3 June 2026" {
		t.Errorf("got %q %v", got, err)
	}
}

func TestSpansAreSaidInTwoParts(t *testing.T) {
	say := sayer(t)
	for span, want := range map[time.Duration]string{
		52*time.Hour + 59*time.Minute: "2 days 4 hours",
		24 * time.Hour:                "1 day",
		25 * time.Hour:                "1 day 1 hour",
		24*time.Hour + time.Minute:    "1 day",
		3*time.Hour + 10*time.Minute:  "3 hours 10 minutes",
		60 * time.Minute:              "1 hour",
		time.Minute + 59*time.Second:  "1 minute",
		59 * time.Second:              "less than a minute",
		-time.Hour:                    "less than a minute",
	} {
		if got, err := say.Span(span); err != nil || got != want {
			t.Errorf("%s: got %q %v, want %q", span, got, err, want)
		}
	}
}

func TestMoneyIsSaidInPounds(t *testing.T) {
	say := sayer(t)
	for pence, want := range map[int64]string{
		0: "£0", 5: "£0.05", 1240: "£12.40", 1200: "£12", 123456789: "£1,234,567.89", 100000: "£1,000", -1240: "−£12.40",
		math.MinInt64: "−£92,233,720,368,547,758.08",
	} {
		if got := say.Money(pence); got != want {
			t.Errorf("%d: got %q, want %q", pence, got, want)
		}
	}
}

func TestTimeLeftDoesNotTrustTheReadersClock(t *testing.T) {
	left, err := sayer(t).Left(clock().Add(90*time.Minute), clock())
	if err != nil || left != (TimeLeft{Until: "2026-06-03T17:00:00Z", Seconds: 5400, Text: "1 hour 30 minutes"}) {
		t.Errorf("%+v %v", left, err)
	}
	if over, err := sayer(t).Left(clock(), clock().Add(time.Hour)); err != nil || over.Seconds != 0 {
		t.Errorf("%+v %v", over, err)
	}
}
