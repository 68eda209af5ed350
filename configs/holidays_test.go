package configs

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"innovationden/orchestrator/den"
)

// The bank holidays of England and Wales by year, as https://www.gov.uk/bank-holidays
// and its archive list them; those before 2012 as the London Gazette proclaimed them.
var knownYears = map[int]string{
	1999: "01-01 04-02 04-05 05-03 05-31 08-30 12-27 12-28 12-31",
	2002: "01-01 03-29 04-01 05-06 06-03 06-04 08-26 12-25 12-26",
	2010: "01-01 04-02 04-05 05-03 05-31 08-30 12-27 12-28",
	2011: "01-03 04-22 04-25 04-29 05-02 05-30 08-29 12-26 12-27",
	2012: "01-02 04-06 04-09 05-07 06-04 06-05 08-27 12-25 12-26",
	2015: "01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28",
	2016: "01-01 03-25 03-28 05-02 05-30 08-29 12-26 12-27",
	2017: "01-02 04-14 04-17 05-01 05-29 08-28 12-25 12-26",
	2018: "01-01 03-30 04-02 05-07 05-28 08-27 12-25 12-26",
	2019: "01-01 04-19 04-22 05-06 05-27 08-26 12-25 12-26",
	2020: "01-01 04-10 04-13 05-08 05-25 08-31 12-25 12-28",
	2021: "01-01 04-02 04-05 05-03 05-31 08-30 12-27 12-28",
	2022: "01-03 04-15 04-18 05-02 06-02 06-03 08-29 09-19 12-26 12-27",
	2023: "01-02 04-07 04-10 05-01 05-08 05-29 08-28 12-25 12-26",
	2024: "01-01 03-29 04-01 05-06 05-27 08-26 12-25 12-26",
	2025: "01-01 04-18 04-21 05-05 05-26 08-25 12-25 12-26",
	2026: "01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28",
	2027: "01-01 03-26 03-29 05-03 05-31 08-30 12-27 12-28",
}

func TestBankHolidaysOfKnownYears(t *testing.T) {
	h, err := loadHolidays("england-and-wales")
	if err != nil {
		t.Fatal(err)
	}
	for year, want := range knownYears {
		var got []string
		for day := time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC); day.Year() == year; day = day.AddDate(0, 0, 1) {
			if _, is := h.On(day.Date()); is {
				got = append(got, day.Format("01-02"))
			}
		}
		if text := strings.Join(got, " "); text != want {
			t.Errorf("%d:\n%s, not\n%s", year, text, want)
		}
	}
}

// What waits for an approver over Christmas and Easter lapses after five days on which
// somebody is at work, and office hours count a holiday as a Sunday.
func TestHolidaysAreNoWorkingDays(t *testing.T) {
	h, err := loadHolidays("england-and-wales")
	if err != nil {
		t.Fatal(err)
	}
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	by := den.Calendar{Zone: london, Holidays: h}
	for asked, want := range map[string]string{
		"2026-12-22 16:00": "2026-12-31 16:00", // 25 and 28 December are off
		"2026-04-01 09:00": "2026-04-10 09:00", // Good Friday and Easter Monday
		"2026-03-25 18:30": "2026-04-01 18:30", // the clocks change, no holiday
		"2027-12-31 10:00": "2028-01-10 10:00", // New Year's Day is kept on Monday 3 January
	} {
		from, err := time.ParseInLocation("2006-01-02 15:04", asked, london)
		if err != nil {
			t.Fatal(err)
		}
		if got := by.WorkingDays(from, den.RequestPatience).In(london).Format("2006-01-02 15:04"); got != want {
			t.Errorf("asked %s it lapses %s, not %s", asked, got, want)
		}
	}
	office := den.Hours{Days: []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday}, From: 9 * 60, To: 17 * 60}
	christmas := time.Date(2026, 12, 25, 12, 0, 0, 0, london)
	if office.Open(christmas, by) {
		t.Error("office hours run at Christmas")
	}
	if got := office.Turn(christmas, by).In(london); !got.Equal(time.Date(2026, 12, 29, 9, 0, 0, 0, london)) { // Monday 28 is kept for Boxing Day
		t.Errorf("they begin again at %s", got)
	}
	always := den.Hours{Days: append(slices.Clone(office.Days), time.Saturday, time.Sunday), From: 0, To: 24 * 60}
	if !always.Open(christmas, by) {
		t.Error("what runs on Sundays too is shut at Christmas")
	}
}

func TestAnotherCalendarCanBeNamed(t *testing.T) {
	file := filepath.Join(t.TempDir(), "own.yaml")
	write := func(text string) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("version: 1\ntitle: Ours\ndates: [{name: St Andrew's Day, month: 11, day: 30}]\n")
	c, err := Load("", func(name string) string { return map[string]string{"DEN_HOLIDAYS": file}[name] })
	if err != nil {
		t.Fatal(err)
	}
	if name, is := c.Calendar.On(2026, 11, 30); !is || name != "St Andrew's Day" {
		t.Errorf("30 November is %q", name)
	}
	if _, is := c.Calendar.On(2026, 12, 25); is {
		t.Error("Christmas is off in a calendar that does not have it")
	}
	none, err := loadHolidays(NoHolidays)
	if _, is := none.On(2026, 12, 25); err != nil || is {
		t.Errorf("a den without holidays has them: %v", err)
	}
	for text, want := range map[string]string{
		"version: 2\n": "write version: 1", "version: 1\ndates: [{name: x, month: 2, day: 30}]\n": "a day of that month",
		"version: 1\nweekdays: [{name: x, month: 5, weekday: noday, which: 1}]\n": "a weekday such as monday",
		"version: 1\nlisted: [{date: 3 June 2022, name: x}]\n":                    "write a date such as 2022-06-03", "version: 1\nwhen: now\n": "when",
	} {
		write(text)
		if _, err := loadHolidays(file); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
	if _, err := loadHolidays("atlantis"); err == nil || !strings.Contains(err.Error(), "england-and-wales") {
		t.Errorf("a calendar that is not there: %v", err)
	}
}
