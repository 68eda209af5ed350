package view

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Say puts times, spans and money into words, as the GOV.UK style guide does.
type Say struct {
	Words Words
	Zone  *time.Location
}

// Date is "3 June 2026".
func (s Say) Date(at time.Time) (string, error) {
	at = at.In(s.Zone)
	month, err := s.Words.Say("time.month." + strconv.Itoa(int(at.Month())))
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%d %s %d", at.Day(), month, at.Year()), nil
}

// Day is "Wednesday 3 June 2026".
func (s Say) Day(at time.Time) (string, error) {
	date, err := s.Date(at)
	if err != nil {
		return "", err
	}
	weekday, err := s.Words.Say("time.weekday." + strconv.Itoa(int(at.In(s.Zone).Weekday())))
	if err != nil {
		return "", err
	}
	return weekday + " " + date, nil
}

// Clock is "4:30pm", "midday", or the midnight at the start of the day: "12:00pm" and
// "12:00am" are read as either.
func (s Say) Clock(at time.Time) string {
	switch at = at.In(s.Zone); at.Hour()*60 + at.Minute() {
	case 0:
		return "midnight at the start of the day"
	case 12 * 60:
		return "midday"
	}
	return at.Format("3:04pm")
}

// DateTime is "3 June 2026, 4:30pm".
func (s Say) DateTime(at time.Time) (string, error) {
	date, err := s.Date(at)
	if err != nil {
		return "", err
	}
	return date + ", " + s.Clock(at), nil
}

// Span is "2 days 4 hours", "3 hours 10 minutes", "10 minutes": the two largest
// parts, rounded down. What is under a minute, or negative, is "less than a minute".
func (s Say) Span(span time.Duration) (string, error) {
	if span < time.Minute {
		return s.Words.Say("time.moment")
	}
	minutes := int(span / time.Minute)
	parts := []struct {
		key string
		n   int
	}{
		{"time.days", minutes / (24 * 60)},
		{"time.hours", minutes / 60 % 24},
		{"time.minutes", minutes % 60},
	}
	for parts[0].n == 0 {
		parts = parts[1:]
	}
	var said []string
	for _, part := range parts[:min(2, len(parts))] {
		if part.n == 0 {
			continue
		}
		text, err := s.Words.Count(part.key, part.n)
		if err != nil {
			return "", err
		}
		said = append(said, text)
	}
	return strings.Join(said, " "), nil
}

// Money is "£12.40" for 1240 pence, "£1,200" for whole pounds.
func (s Say) Money(pence int64) string {
	sign, rest := "", uint64(pence)
	if pence < 0 {
		sign, rest = "−", -rest
	}
	pounds := strconv.FormatUint(rest/100, 10)
	for n := len(pounds) - 3; n > 0; n -= 3 {
		pounds = pounds[:n] + "," + pounds[n:]
	}
	if rest%100 == 0 {
		return sign + "£" + pounds
	}
	return fmt.Sprintf("%s£%s.%02d", sign, pounds, rest%100)
}

// TimeLeft is a time that runs down on the page; without JavaScript it says what
// was left when the page was made.
type TimeLeft struct {
	Until   string // RFC 3339, UTC
	Seconds int    // left when the page was made: a wrong clock at the reader's does no harm
	Text    string
}

// Left is the time left until a moment, to be shown by the partial "time-left".
func (s Say) Left(until, now time.Time) (TimeLeft, error) {
	left := until.Sub(now)
	text, err := s.Span(left)
	return TimeLeft{
		Until:   until.UTC().Format(time.RFC3339),
		Seconds: max(0, int(left/time.Second)),
		Text:    text,
	}, err
}
