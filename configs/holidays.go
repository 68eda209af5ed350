package configs

import (
	"embed"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"innovationden/orchestrator/den"
)

//go:embed holidays/*.yaml
var builtInHolidays embed.FS

// NoHolidays is the setting of a den in which every weekday is a working day.
const NoHolidays = "none"

type holidaysFile struct {
	Version int    `yaml:"version"`
	Title   string `yaml:"title"`
	Dates   []struct {
		Name  string `yaml:"name"`
		Month int    `yaml:"month"`
		Day   int    `yaml:"day"`
	} `yaml:"dates"`
	Easter []struct {
		Name string `yaml:"name"`
		Days int    `yaml:"days"`
	} `yaml:"easter"`
	Weekdays []struct {
		Name    string `yaml:"name"`
		Month   int    `yaml:"month"`
		Weekday string `yaml:"weekday"`
		Which   int    `yaml:"which"`
	} `yaml:"weekdays"`
	Listed []struct {
		Date string `yaml:"date"`
		Name string `yaml:"name"`
	} `yaml:"listed"`
	Moved []string `yaml:"moved"`
}

// loadHolidays reads a calendar by the name of a built-in one, or by its file. An error
// names the file and what to write there.
func loadHolidays(setting string) (den.Holidays, error) {
	if setting == NoHolidays || setting == "" {
		return den.Holidays{}, nil
	}
	name := setting + ".yaml (built in)"
	text, err := builtInHolidays.ReadFile("holidays/" + setting + ".yaml")
	if err != nil {
		name = setting
		if text, err = os.ReadFile(setting); err != nil {
			return den.Holidays{}, fmt.Errorf("holidays: %q is neither a calendar that is built in (england-and-wales, none) nor a file that can be read: %w", setting, err)
		}
	}
	var f holidaysFile
	if err := decode(name, text, &f); err != nil {
		return den.Holidays{}, err
	}
	h, err := f.holidays()
	if err != nil {
		return den.Holidays{}, fmt.Errorf("%s: %w", name, err)
	}
	return h, nil
}

func (f holidaysFile) holidays() (den.Holidays, error) {
	h := den.Holidays{Title: f.Title, Listed: map[time.Time]string{}, Moved: map[time.Time]bool{}}
	if f.Version != 1 {
		return h, fmt.Errorf("write version: 1, which is the form this den reads, not %d", f.Version)
	}
	for _, one := range f.Dates {
		day := time.Date(2000, time.Month(one.Month), one.Day, 0, 0, 0, 0, time.UTC)
		if one.Name == "" || int(day.Month()) != one.Month || day.Day() != one.Day {
			return h, fmt.Errorf("dates: %q needs a name, a month from 1 to 12 and a day of that month", one.Name)
		}
		h.Dates = append(h.Dates, den.HolidayDate{Name: one.Name, Month: day.Month(), Day: one.Day})
	}
	for _, one := range f.Easter {
		h.Easter = append(h.Easter, den.HolidayEaster{Name: one.Name, Days: one.Days})
	}
	for _, one := range f.Weekdays {
		weekday := slices.Index(weekdayNames, strings.ToLower(one.Weekday))
		if weekday < 0 || one.Month < 1 || one.Month > 12 || one.Which == 0 || one.Which < -4 || one.Which > 4 {
			return h, fmt.Errorf("weekdays: %q needs a month from 1 to 12, a weekday such as monday, and which of them: 1 to 4, or -1 for the last", one.Name)
		}
		h.Weekdays = append(h.Weekdays, den.HolidayWeekday{Name: one.Name, Month: time.Month(one.Month), Weekday: time.Weekday(weekday), Which: one.Which})
	}
	for _, one := range f.Listed {
		day, err := time.Parse(time.DateOnly, one.Date)
		if err != nil || one.Name == "" {
			return h, fmt.Errorf("listed: write a date such as 2022-06-03 and a name, not %q %q", one.Date, one.Name)
		}
		h.Listed[day] = one.Name
	}
	for _, one := range f.Moved {
		day, err := time.Parse(time.DateOnly, one)
		if err != nil {
			return h, fmt.Errorf("moved: write a date such as 2022-05-30, not %q", one)
		}
		h.Moved[day] = true
	}
	return h, nil
}

var weekdayNames = []string{"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"}
