package den

import "time"

// Spending is what a department's sandboxes have used up in one month of local time. It
// is written whenever a sandbox stops running; what runs now is counted on top of it.
type Spending struct {
	ID         ID // SpendingOf the department and the month
	Department ID
	Month      string          // "2026-06"
	Ran        Span            // of all sandboxes together
	Milli      int64           // thousandths of a penny
	BySize     map[string]Span // of Ran
	Warned     int             // the highest part of the budget, in percent, that was warned of
	Used       bool            // the budget was used up, and what was to be done then was begun
	Rev        int64
}

// SpendingOf is the key of what a department spent in a month.
func SpendingOf(department ID, month string) ID { return department + "/" + ID(month) }

// Month names the month of a moment in a zone: "2026-06".
func Month(at Stamp, zone *time.Location) string { return at.In(zone).Format("2006-01") }

// MonthEnd is when the month of a moment ends in a zone.
func MonthEnd(at Stamp, zone *time.Location) Stamp {
	local := at.In(zone)
	return time.Date(local.Year(), local.Month()+1, 1, 0, 0, 0, 0, zone).UTC()
}

// Add counts a stretch of running.
func (s *Spending) Add(size string, price int64, ran Span) {
	s.Ran += ran
	s.Milli += MilliOf(price, ran)
	if s.BySize == nil {
		s.BySize = map[string]Span{}
	}
	s.BySize[size] += ran
}

// Pence is what was spent, rounded up to a penny.
func (s Spending) Pence() int64 { return PenceOf(s.Milli) }

// MilliOf is what a length of running costs at a price for an hour, both in thousandths
// of a penny.
func MilliOf(price int64, ran Span) int64 {
	return int64(float64(price) * ran.Hours())
}

// PenceOf rounds thousandths of a penny up.
func PenceOf(milli int64) int64 { return (milli + 999) / 1000 }

// Stretch is a part of a time that lies within one month.
type Stretch struct {
	Month string
	Ran   Span
}

// Months cuts a time into the months of a zone. A time that never began has none.
func Months(from, to Stamp, zone *time.Location) []Stretch {
	var all []Stretch
	for !from.IsZero() && from.Before(to) {
		until := MonthEnd(from, zone)
		if until.After(to) || !until.After(from) {
			until = to
		}
		all = append(all, Stretch{Month: Month(from, zone), Ran: until.Sub(from)})
		from = until
	}
	return all
}

// BudgetSteps are the parts of a budget, in percent, that people are told of.
var BudgetSteps = []int{50, 80, 100}

// Step is the highest of BudgetSteps that was reached; 0: none, or no budget.
func Step(pence, budget int64) int {
	reached := 0
	for _, step := range BudgetSteps {
		if budget > 0 && pence*100 >= budget*int64(step) {
			reached = step
		}
	}
	return reached
}

// Since says since when a lease has been running without having been counted; zero: it
// does not run.
func (l Lease) Since() Stamp {
	switch l.Phase {
	case Starting, Live:
		if l.RunsSince.IsZero() {
			return l.StartingAt
		}
		return l.RunsSince
	case Paused, Requested, Ending, Ended, Refused:
	}
	return Stamp{}
}
