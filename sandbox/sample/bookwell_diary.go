package sample

import (
	"errors"
	"io"
	"strings"
	"sync"
	"time"
)

// Opening hours and reach of Bookwell's diary.
const (
	wellOpens    = 9 * 60
	wellCloses   = 16*60 + 30
	wellLength   = 30 // minutes
	wellWeeks    = 6
	wellBusy     = 35   // of a hundred times, so many were booked by others before
	wellKeeps    = 5000 // bookings remembered, cancelled ones included
	wellPrefix   = "BW"
	wellSlotForm = "2006-01-02-1504"
)

var (
	errNotFree   = errors.New("that time is not free")
	errNoSuch    = errors.New("there is no such booking")
	errDiaryFull = errors.New("the diary is full")
)

type office struct{ ID, Name, Address string }

type service struct {
	ID, Name string
	Length   int // minutes
}

func wellOffices() []office {
	return []office{
		{"riverside", "Riverside House", "14 Quay Street, Elmbridge EB1 4RS"},
		{"hilltop", "Hilltop Centre", "2 Chapel Rise, Elmbridge EB3 9HT"},
	}
}

func wellServices() []service {
	return []service{
		{"birth", "Register a birth", wellLength},
		{"death", "Register a death", wellLength},
		{"marriage", "Give notice of marriage or civil partnership", wellLength},
	}
}

func officeByID(all []office, id string) (office, bool) {
	for _, o := range all {
		if o.ID == id {
			return o, true
		}
	}
	return office{}, false
}

func serviceByID(all []service, id string) (service, bool) {
	for _, s := range all {
		if s.ID == id {
			return s, true
		}
	}
	return service{}, false
}

// wellSlot is one bookable time at one office.
type wellSlot struct {
	Office office
	Start  time.Time
}

func (s wellSlot) ID() string    { return s.Office.ID + "-" + s.Start.Format(wellSlotForm) }
func (s wellSlot) Day() string   { return longDate(s.Start) }
func (s wellSlot) Clock() string { return clock(s.Start) }

// others says that somebody booked this time before the diary was opened. It is a
// property of the slot, so that the diary is the same on every look.
func (s wellSlot) others() bool { return lot(s.ID())%100 < wellBusy }

// wellBooking is one booking. A cancelled one keeps its reference and frees its time.
type wellBooking struct {
	Reference string
	Service   service
	Slot      wellSlot
	Person    person
	Cancelled bool
}

// wellDiary holds every booking of a Bookwell. Each time has at most one booking.
// It is safe for use by many goroutines.
type wellDiary struct {
	now    func() time.Time
	random io.Reader

	mu     sync.RWMutex
	taken  map[string]string // slot id → reference
	byRef  map[string]wellBooking
	closed []string // cancelled references, oldest first
}

func newWellDiary(now func() time.Time, random io.Reader) *wellDiary {
	return &wellDiary{now: now, random: random, taken: make(map[string]string), byRef: make(map[string]wellBooking)}
}

// weeks returns the Mondays that can be looked at.
func (d *wellDiary) weeks() []time.Time {
	first := monday(d.now())
	var all []time.Time
	for i := range wellWeeks {
		all = append(all, first.AddDate(0, 0, 7*i))
	}
	return all
}

// week reads the Monday of a week that can be looked at.
func (d *wellDiary) week(text string) (time.Time, bool) {
	for _, week := range d.weeks() {
		if week.Format(time.DateOnly) == text {
			return week, true
		}
	}
	return time.Time{}, false
}

// free returns the free times of one office in one week, earliest first.
func (d *wellDiary) free(at office, week time.Time) []wellSlot {
	now := d.now()
	d.mu.RLock()
	defer d.mu.RUnlock()
	var all []wellSlot
	for day := range 5 {
		for minute := wellOpens; minute <= wellCloses-wellLength; minute += wellLength {
			slot := wellSlot{at, atDay(week, day, minute)}
			if slot.Start.After(now) && !slot.others() && d.taken[slot.ID()] == "" {
				all = append(all, slot)
			}
		}
	}
	return all
}

func atDay(week time.Time, day, minute int) time.Time { return at(week.AddDate(0, 0, day), minute) }

// slot reads a slot id. It is false for what no diary ever offered: another place,
// a weekend, a time out of hours, or too far ahead.
func (d *wellDiary) slot(id string) (wellSlot, bool) {
	name, when, found := strings.Cut(id, "-")
	where, known := officeByID(wellOffices(), name)
	if !found || !known {
		return wellSlot{}, false
	}
	start, err := time.ParseInLocation(wellSlotForm, when, d.now().Location())
	if err != nil || isWeekend(start) {
		return wellSlot{}, false
	}
	minute := start.Hour()*60 + start.Minute()
	inHours := minute >= wellOpens && minute <= wellCloses-wellLength && minute%wellLength == 0
	first := monday(d.now())
	inReach := !start.Before(first) && start.Before(first.AddDate(0, 0, 7*wellWeeks))
	return wellSlot{where, start}, inHours && inReach
}

// book takes a time for a person. errNotFree when it went to somebody else or has
// begun, errDiaryFull when no more can be remembered.
func (d *wellDiary) book(what service, slot wellSlot, who person) (wellBooking, error) {
	reference, err := newReference(wellPrefix, d.random)
	if err != nil {
		return wellBooking{}, err
	}
	now := d.now()
	d.mu.Lock()
	defer d.mu.Unlock()
	if !slot.Start.After(now) || slot.others() || d.taken[slot.ID()] != "" {
		return wellBooking{}, errNotFree
	}
	if !d.makeRoom() {
		return wellBooking{}, errDiaryFull
	}
	b := wellBooking{Reference: reference, Service: what, Slot: slot, Person: who}
	d.taken[slot.ID()] = reference
	d.byRef[reference] = b
	return b, nil
}

// makeRoom forgets the oldest cancelled booking when the memory is full.
func (d *wellDiary) makeRoom() bool {
	if len(d.byRef) < wellKeeps {
		return true
	}
	if len(d.closed) == 0 {
		return false
	}
	delete(d.byRef, d.closed[0])
	d.closed = d.closed[1:]
	return true
}

// find returns the booking of a reference.
func (d *wellDiary) find(reference string) (wellBooking, bool) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	b, ok := d.byRef[reference]
	return b, ok
}

// cancel frees a booking's time. Cancelling twice is the same as once.
func (d *wellDiary) cancel(reference string) (wellBooking, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	b, ok := d.byRef[reference]
	if !ok {
		return wellBooking{}, errNoSuch
	}
	if b.Cancelled {
		return b, nil
	}
	b.Cancelled = true
	d.byRef[reference] = b
	d.closed = append(d.closed, reference)
	delete(d.taken, b.Slot.ID())
	return b, nil
}
