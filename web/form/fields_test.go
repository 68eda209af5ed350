package form_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"innovationden/web/form"
	"innovationden/web/view"
)

func words(t *testing.T) view.Words {
	t.Helper()
	all, err := view.ReadWords()
	if err != nil {
		t.Fatal(err)
	}
	return all["en"]
}

func typed(t *testing.T, pairs ...string) *form.Values {
	t.Helper()
	values := url.Values{}
	for n := 0; n < len(pairs); n += 2 {
		values.Add(pairs[n], pairs[n+1])
	}
	return form.Typed(words(t), values)
}

// The keys that fields take for What say themselves where the catalogue has none.
func TestATextIsReadOrRefused(t *testing.T) {
	for name, test := range map[string]struct {
		field       form.Text
		typed, want string
		say         string
	}{
		"a name":                     {form.Text{Max: 10}, "  Ada  Byron ", "Ada Byron", ""},
		"ten characters of many":     {form.Text{Max: 3}, "äöü", "äöü", ""},
		"too long":                   {form.Text{Max: 3}, "abcd", "", "Enter a name in 3 characters or fewer"},
		"nothing":                    {form.Text{}, " \n ", "", "Enter a name"},
		"nothing, if one likes":      {form.Text{Optional: true}, "", "", ""},
		"lines, run together":        {form.Text{}, "a\r\nb", "a b", ""},
		"lines, kept":                {form.Text{Lines: true}, "a\r\n\r\nb\r", "a\n\nb", ""},
		"a character nobody can see": {form.Text{}, "a\x00b", "", "Enter a name without characters that cannot be shown"},
		"broken text":                {form.Text{}, "a\xffb", "", "Enter a name without characters that cannot be shown"},
	} {
		t.Run(name, func(t *testing.T) {
			test.field.Name, test.field.What = "name", "a name"
			v := typed(t, "name", test.typed)
			if got := test.field.Read(v); got != test.want || v.Wrong("name") != test.say {
				t.Errorf("got %q, %q; want %q, %q", got, v.Wrong("name"), test.want, test.say)
			}
		})
	}
}

func TestANumberIsReadOrRefused(t *testing.T) {
	for text, want := range map[string]string{
		"5": "5", " 1 ": "1", "30": "30", "+7": "7", "1 0": "10",
		"":                     "Enter a number of days",
		"0":                    "Enter a number of days between 1 and 30",
		"31":                   "Enter a number of days between 1 and 30",
		"-3":                   "Enter a number of days between 1 and 30",
		"99999999999999999999": "Enter a number of days between 1 and 30",
		"2.5":                  "Enter a number of days as a whole number, such as 5",
		"2,5":                  "Enter a number of days as a whole number, such as 5",
		"1,2":                  "Enter a number of days as a whole number, such as 5",
		"five":                 "Enter a number of days as a whole number, such as 5",
		"1e1":                  "Enter a number of days as a whole number, such as 5",
		"0x10":                 "Enter a number of days as a whole number, such as 5",
	} {
		v := typed(t, "days", text)
		got := fmt.Sprint(form.Int{Name: "days", What: "a number of days", Min: 1, Max: 30}.Read(v))
		if v.Bad() {
			if got != "0" {
				t.Errorf("%q was refused and gave %s", text, got)
			}
			got = v.Wrong("days")
		}
		if got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func TestANumberMayHaveFiguresAfterThePoint(t *testing.T) {
	for text, want := range map[string]string{
		"5": "5", " 12.5 ": "12.5", "0": "0", "100": "100", "33.3333": "33.3333", "1 0": "10",
		"":      "Enter a share",
		"101":   "Enter a share between 0 and 100",
		"-1":    "Enter a share between 0 and 100",
		"half":  "Enter a share as a number, such as 5 or 12.5",
		"1,5":   "Enter a share as a number, such as 5 or 12.5",
		"NaN":   "Enter a share as a number, such as 5 or 12.5",
		"inf":   "Enter a share as a number, such as 5 or 12.5",
		"1e2":   "Enter a share as a number, such as 5 or 12.5",
		"0x1p4": "Enter a share as a number, such as 5 or 12.5",
		"5.":    "Enter a share as a number, such as 5 or 12.5",
		"1.2.3": "Enter a share as a number, such as 5 or 12.5",
	} {
		v := typed(t, "share", text)
		got := form.Figure(form.Number{Name: "share", What: "a share", Max: 100}.Read(v))
		if v.Bad() {
			if got != "0" {
				t.Errorf("%q was refused and gave %s", text, got)
			}
			got = v.Wrong("share")
		}
		if got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func TestMoneyIsReadInPence(t *testing.T) {
	for text, want := range map[string]string{
		"12": "1200", "12.4": "1240", "£12.40": "1240", "1,000.05": "100005", "0": "0",
		"":                     "Enter a budget",
		"12.405":               "Enter a budget in pounds and pence, such as 12 or 12.40",
		"12,40":                "Enter a budget in pounds and pence, such as 12 or 12.40",
		"1,2000":               "Enter a budget in pounds and pence, such as 12 or 12.40",
		"-1":                   "Enter a budget in pounds and pence, such as 12 or 12.40",
		"12p":                  "Enter a budget in pounds and pence, such as 12 or 12.40",
		"2000.50":              "Enter a budget between £0 and £2,000",
		"99999999999999999999": "Enter a budget between £0 and £2,000",
	} {
		v := typed(t, "budget", text)
		got := fmt.Sprint(form.Money{Name: "budget", What: "a budget", Max: 2000_00}.Read(v))
		if v.Bad() {
			got = v.Wrong("budget")
		}
		if got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
	for pence, want := range map[int64]string{1240: "12.40", 1200: "12", 5: "0.05"} {
		if got := form.Pounds(pence); got != want {
			t.Errorf("%d: got %q, want %q", pence, got, want)
		}
		v := typed(t, "budget", form.Pounds(pence))
		if got := (form.Money{Name: "budget", Max: 2000_00}).Read(v); got != pence {
			t.Errorf("%d went into a field and came out as %d", pence, got)
		}
	}
}

func TestALengthIsReadInDaysAndHours(t *testing.T) {
	for text, want := range map[string]string{
		"5": "120h0m0s", "5 days": "120h0m0s", "1 Day": "24h0m0s", "2 days 4 hours": "52h0m0s", "2 days and 4 hours": "52h0m0s",
		"36h": "36h0m0s", "4 hours 30 minutes": "4h30m0s", "1 day and 1 min": "24h1m0s", "1d 1h": "25h0m0s", "90 hrs": "90h0m0s",
		"":           "Enter a length",
		"5 weeks":    "Enter a length in days and hours, such as 5 days or 36 hours",
		"days":       "Enter a length in days and hours, such as 5 days or 36 hours",
		"-1":         "Enter a length in days and hours, such as 5 days or 36 hours",
		"999999":     "Enter a length in days and hours, such as 5 days or 36 hours",
		"31 days":    "Enter a length between 4 hours and 30 days",
		"1 hour":     "Enter a length between 4 hours and 30 days",
		"99999 days": "Enter a length between 4 hours and 30 days",
	} {
		v := typed(t, "length", text)
		got := form.Duration{Name: "length", What: "a length", Min: 4 * time.Hour, Max: 30 * form.Day}.Read(v).String()
		if v.Bad() {
			got = v.Wrong("length")
		}
		if got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func TestOnlyWhatIsOfferedCanBeChosen(t *testing.T) {
	size := form.Choice{Name: "size", What: "a size", From: []string{"s", "l"}}
	for text, want := range map[string]string{"s": "s", "l": "l", "": "Select a size", "xl": "Select a size"} {
		v := typed(t, "size", text)
		got := size.Read(v)
		if v.Bad() {
			got = v.Wrong("size")
		}
		if got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
	who := form.Several{Name: "who", What: "who takes part", From: []string{"a", "b", "c"}, Min: 1}
	v := typed(t, "who", "c", "who", "a", "who", "a")
	if got := who.Read(v); !slices.Equal(got, []string{"a", "c"}) || v.Bad() {
		t.Errorf("got %v, %q", got, v.Wrong("who"))
	}
	for _, none := range []*form.Values{typed(t), typed(t, "who", "a", "who", "z")} {
		if got := who.Read(none); got != nil || none.Wrong("who") != "Select who takes part" {
			t.Errorf("got %v, %q", got, none.Wrong("who"))
		}
	}
}

func TestABoxIsTickedOrHasToBe(t *testing.T) {
	must := form.Bool{Name: "ok", Must: "Confirm that no real data is used"}
	if v := typed(t, "ok", "yes"); !must.Read(v) || v.Bad() {
		t.Error("a ticked box was refused")
	}
	if v := typed(t); must.Read(v) || v.Wrong("ok") != must.Must {
		t.Error("an empty box was let through")
	}
	if v := typed(t, "ok", "false"); (form.Bool{Name: "ok"}).Read(v) || v.Bad() {
		t.Error("a box that need not be ticked was read as ticked, or refused")
	}
}

func TestADateIsReadOrItsBoxesAreMarked(t *testing.T) {
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	from := time.Date(2026, 6, 3, 15, 0, 0, 0, time.UTC)
	field := form.Date{Name: "start", What: "the first day", Zone: london, From: from, To: from.AddDate(0, 0, 30)}
	for text, want := range map[string]string{
		"7 6 2026":      "2026-06-07T00:00:00+01:00",
		"3 June 2026":   "2026-06-03T00:00:00+01:00",
		"03 jul 2026":   "2026-07-03T00:00:00+01:00",
		"| |":           "start-day: Enter the first day",
		"7 | 2026":      "start-month: Enter the first day with a month, such as 3 or March",
		"| 6 2026":      "start-day: Enter the first day with a day, such as 27",
		"7 6 |":         "start-year: Enter the first day with a year, such as 2026",
		"7 6 26":        "start-year: Enter the first day with the four figures of the year, such as 2026",
		"31 6 2026":     "start-day: Enter the first day as a real date, such as 27 3 2026",
		"0 6 2026":      "start-day: Enter the first day as a real date, such as 27 3 2026",
		"7 13 2026":     "start-day: Enter the first day as a real date, such as 27 3 2026",
		"7 ju 2026":     "start-day: Enter the first day as a real date, such as 27 3 2026",
		"2 6 2026":      "start-day: Enter the first day between 3 June 2026 and 3 July 2026",
		"4 7 2026":      "start-day: Enter the first day between 3 June 2026 and 3 July 2026",
		"1e0 June 2026": "start-day: Enter the first day as a real date, such as 27 3 2026",
	} {
		parts := append(strings.Fields(text), "", "", "")
		for n := range parts {
			parts[n] = strings.Trim(parts[n], "|")
		}
		v := typed(t, "start-day", parts[0], "start-month", parts[1], "start-year", parts[2])
		got := field.Read(v).Format(time.RFC3339)
		if v.Bad() {
			link := v.Summary().ErrorList[0]
			got = strings.TrimPrefix(link.Href, "#") + ": " + link.Text
		}
		if got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
	open := field
	open.To = time.Time{}
	v := typed(t, "start-day", "1", "start-month", "1", "start-year", "2026")
	if open.Read(v); v.Wrong("start") != "Enter the first day, 3 June 2026 or later" {
		t.Error(v.Wrong("start"))
	}
	closed := field
	closed.From = time.Time{}
	v = typed(t, "start-day", "1", "start-month", "1", "start-year", "2027")
	if closed.Read(v); v.Wrong("start") != "Enter the first day, 3 July 2026 or earlier" {
		t.Error(v.Wrong("start"))
	}
}

func TestATimeOfDayIsReadAsPeopleWriteIt(t *testing.T) {
	for text, want := range map[string]string{
		"9am": "9h0m0s", "9:30 am": "9h30m0s", "12am": "0s", "12:05pm": "12h5m0s", "17:00": "17h0m0s", "5.15pm": "17h15m0s",
		"midday": "12h0m0s", "Midnight": "0s", "24:00": "24h0m0s",
		"":      "Enter a time of day",
		"9":     "Enter a time of day as a time, such as 9:30am or 17:00",
		"25:00": "Enter a time of day as a time, such as 9:30am or 17:00",
		"9:75":  "Enter a time of day as a time, such as 9:30am or 17:00",
		"13pm":  "Enter a time of day as a time, such as 9:30am or 17:00",
		"0am":   "Enter a time of day as a time, such as 9:30am or 17:00",
	} {
		v := typed(t, "at", text)
		got := form.Clock{Name: "at", What: "a time of day"}.Read(v).String()
		if v.Bad() {
			got = v.Wrong("at")
		}
		if got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}
