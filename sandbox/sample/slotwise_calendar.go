package sample

import (
	"hash/fnv"
	"io"
	"strconv"
	"sync"
	"time"
)

// Reach and size of Slotwise's calendar.
const (
	wiseDays   = 84  // that can be looked at, from today's week
	wiseYear   = 366 // of rosters, from the start of today's week
	wiseGrid   = 15  // minutes between possible starts
	wiseKeeps  = 4000
	wisePrefix = "SW"
)

// adviser is somebody who sees people, with the hours they keep.
type adviser struct {
	Name           string
	Office         office
	Starts, Ends   int // minutes after midnight
	LunchFrom      int // for three quarters of an hour
	DayOff         time.Weekday
	AlternateWeeks bool
}

// shift is one stretch of an adviser's working time.
type shift struct{ From, To time.Time }

// opening is a time at which an adviser could see somebody.
type opening struct {
	Adviser int
	From    time.Time
}

// appointment is one in the calendar. A cancelled one stays, and blocks nothing.
type appointment struct {
	Reference string
	Service   service
	Adviser   int
	From, To  time.Time
	Person    person
	Reminder  int // minutes before; 0 for none
	Cancelled bool
}

// wiseCalendar holds every appointment of a Slotwise in one list. An adviser never has
// two at once. It is safe for use by many goroutines.
type wiseCalendar struct {
	now      func() time.Time
	random   io.Reader
	advisers []adviser

	mu   sync.Mutex
	list []appointment
}

func wiseServices() []service {
	return []service{
		{"birth", "Register a birth", 30},
		{"death", "Register a death", 45},
		{"ceremony", "Plan a ceremony", 60},
	}
}

func wiseAdvisers() []adviser {
	quay := office{"riverside", "Riverside House", "14 Quay Street, Elmbridge EB1 4RS"}
	hill := office{"hilltop", "Hilltop Centre", "2 Chapel Rise, Elmbridge EB3 9HT"}
	return []adviser{
		{"Ama", quay, 9 * 60, 17 * 60, 12 * 60, time.Monday, false},
		{"Ben", quay, 8*60 + 30, 16*60 + 30, 12*60 + 45, time.Friday, false},
		{"Carys", quay, 9 * 60, 17 * 60, 13 * 60, time.Wednesday, true},
		{"Dev", quay, 10 * 60, 18 * 60, 14 * 60, time.Tuesday, false},
		{"Ewa", hill, 9 * 60, 17 * 60, 12 * 60, time.Thursday, false},
		{"Femi", hill, 9*60 + 30, 17*60 + 30, 13 * 60, time.Monday, true},
		{"Grace", hill, 8 * 60, 16 * 60, 12 * 60, time.Friday, false},
		{"Huw", hill, 9 * 60, 17 * 60, 12*60 + 30, time.Tuesday, true},
	}
}

// newWiseCalendar opens a calendar in which others have appointments already: more in
// the next four weeks than later, and more on some days than on others. It is the same
// on every start of the same day.
func newWiseCalendar(now func() time.Time, random io.Reader) *wiseCalendar {
	c := &wiseCalendar{now: now, random: random, advisers: wiseAdvisers()}
	services := wiseServices()
	soon := monday(now()).AddDate(0, 0, 28)
	for n, open := range c.openings(now(), services[0], nil) {
		odds := 1 + 14*(lot(longDate(open.From))%4)
		if !open.From.Before(soon) {
			odds = 1
		}
		if lot(open.From.Format(wiseTimeForm)+strconv.Itoa(open.Adviser))%100 >= odds {
			continue
		}
		what := services[n%len(services)]
		to := open.From.Add(time.Duration(what.Length) * time.Minute)
		if c.free(open.Adviser, open.From, to, -1) {
			c.list = append(c.list, appointment{Service: what, Adviser: open.Adviser, From: open.From, To: to})
		}
	}
	return c
}

// lot draws a number that is the same for the same text.
func lot(text string) uint32 {
	h := fnv.New32a()
	_, _ = io.WriteString(h, text)
	return h.Sum32()
}

// roster writes an adviser's working time for a year.
func (a adviser) roster(now time.Time) []shift {
	var all []shift
	first := monday(now)
	for d := range wiseYear {
		day := first.AddDate(0, 0, d)
		_, week := day.ISOWeek()
		off := day.Weekday() == a.DayOff && (!a.AlternateWeeks || week%2 == 0)
		if off || isWeekend(day) {
			continue
		}
		all = append(all,
			shift{at(day, a.Starts), at(day, a.LunchFrom)},
			shift{at(day, a.LunchFrom+45), at(day, a.Ends)})
	}
	return all
}

func covers(roster []shift, from, to time.Time) bool {
	for _, s := range roster {
		if !from.Before(s.From) && !to.After(s.To) {
			return true
		}
	}
	return false
}

func unbooked(list []appointment, adviser int, from, to time.Time, except int) bool {
	for i, a := range list {
		if i != except && !a.Cancelled && a.Adviser == adviser && from.Before(a.To) && a.From.Before(to) {
			return false
		}
	}
	return true
}

// openings works out every time in reach at which any adviser could give a service.
// It keeps no index: it writes each adviser's roster for the year and holds every
// possible start against all of it and against every appointment.
func (c *wiseCalendar) openings(now time.Time, what service, list []appointment) []opening {
	var all []opening
	length := time.Duration(what.Length) * time.Minute
	first := monday(now)
	for n, a := range c.advisers {
		roster := a.roster(now)
		for d := range wiseDays {
			day := first.AddDate(0, 0, d)
			for minute := 8 * 60; minute < 18*60; minute += wiseGrid {
				from := at(day, minute)
				to := from.Add(length)
				if unbooked(list, n, from, to, -1) && covers(roster, from, to) && from.After(now) {
					all = append(all, opening{n, from})
				}
			}
		}
	}
	return all
}

// available returns the openings for a service as they are now.
func (c *wiseCalendar) available(what service) []opening {
	c.mu.Lock()
	list := append([]appointment(nil), c.list...)
	c.mu.Unlock()
	return c.openings(c.now(), what, list)
}

// free says that an adviser works and has nothing else then. The caller holds mu.
func (c *wiseCalendar) free(adviser int, from, to time.Time, except int) bool {
	return unbooked(c.list, adviser, from, to, except) && covers(c.advisers[adviser].roster(c.now()), from, to)
}

// offered says that a time lies on the grid and in reach.
func (c *wiseCalendar) offered(from time.Time) bool {
	now := c.now()
	end := monday(now).AddDate(0, 0, wiseDays)
	return from.After(now) && from.Before(end) && from.Second() == 0 && from.Minute()%wiseGrid == 0
}

// book gives a person a time with any adviser of an office who is free then; any
// office when where is "". errNotFree when nobody is, errDiaryFull when no more can
// be remembered.
func (c *wiseCalendar) book(what service, where string, from time.Time, who person, reminder int) (appointment, error) {
	reference, err := newReference(wisePrefix, c.random)
	if err != nil {
		return appointment{}, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	made := appointment{Reference: reference, Service: what, Person: who, Reminder: reminder}
	if made.Adviser, err = c.pick(what, where, from, -1); err != nil {
		return appointment{}, err
	}
	made.From, made.To = from, from.Add(time.Duration(what.Length)*time.Minute)
	if !c.makeRoom() {
		return appointment{}, errDiaryFull
	}
	c.list = append(c.list, made)
	return made, nil
}

// pick finds an adviser for a time. The caller holds mu.
func (c *wiseCalendar) pick(what service, where string, from time.Time, except int) (int, error) {
	if !c.offered(from) {
		return 0, errNotFree
	}
	to := from.Add(time.Duration(what.Length) * time.Minute)
	for n, a := range c.advisers {
		if (where == "" || a.Office.ID == where) && c.free(n, from, to, except) {
			return n, nil
		}
	}
	return 0, errNotFree
}

// makeRoom forgets the first cancelled or past appointment when the list is full.
func (c *wiseCalendar) makeRoom() bool {
	if len(c.list) < wiseKeeps {
		return true
	}
	for i, a := range c.list {
		if a.Cancelled || a.To.Before(c.now()) {
			c.list = append(c.list[:i], c.list[i+1:]...)
			return true
		}
	}
	return false
}

// place finds an appointment in the list. The caller holds mu.
func (c *wiseCalendar) place(reference string) int {
	for i, a := range c.list {
		if a.Reference == reference && reference != "" {
			return i
		}
	}
	return -1
}

// find returns the appointment of a reference.
func (c *wiseCalendar) find(reference string) (appointment, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	i := c.place(reference)
	if i < 0 {
		return appointment{}, false
	}
	return c.list[i], true
}

// move gives an appointment another time and keeps its reference. When that time is
// not free (errNotFree) the old one stands. errNoSuch for a cancelled one too.
func (c *wiseCalendar) move(reference, where string, from time.Time) (appointment, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	i := c.place(reference)
	if i < 0 || c.list[i].Cancelled {
		return appointment{}, errNoSuch
	}
	a := &c.list[i]
	n, err := c.pick(a.Service, where, from, i)
	if err != nil {
		return appointment{}, err
	}
	a.Adviser, a.From, a.To = n, from, from.Add(time.Duration(a.Service.Length)*time.Minute)
	return *a, nil
}

// cancel frees an appointment's time. Cancelling twice is the same as once.
func (c *wiseCalendar) cancel(reference string) (appointment, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	i := c.place(reference)
	if i < 0 {
		return appointment{}, errNoSuch
	}
	c.list[i].Cancelled = true
	return c.list[i], nil
}
