package sample

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func TestReferencesAreReadAsPeopleTypeThem(t *testing.T) {
	for typed, want := range map[string]string{
		"BW-7K3MX-9PQR2":           "BW-7K3MX-9PQR2",
		" bw 7k3mx 9pqr2 ":         "BW-7K3MX-9PQR2",
		"7K3MX9PQR2":               "BW-7K3MX-9PQR2",
		"SW-7K3MX-9PQR2":           "",
		"BW-7K3MX-9PQR":            "",
		"BW-7K3MX-9PQRA":           "", // no vowels
		"":                         "",
		strings.Repeat("B", 10000): "",
	} {
		if got := tidyReference("BW", typed); got != want {
			t.Errorf("%.20q is read as %q, want %q", typed, got, want)
		}
	}
	if _, err := newReference("BW", strings.NewReader("short")); err == nil {
		t.Error("a reference was made without enough randomness")
	}
}

// A full memory forgets cancelled bookings first, and never a live one.
func TestDiariesAreBounded(t *testing.T) {
	d := newWellDiary(fixed, zeros{})
	d.byRef["live"] = wellBooking{}
	for n := range wellKeeps - 1 {
		d.byRef[string(rune(n+1000))] = wellBooking{}
	}
	week := d.weeks()[1]
	slot := d.free(wellOffices()[0], week)[0]
	if _, err := d.book(wellServices()[0], slot, person{}); !errors.Is(err, errDiaryFull) {
		t.Fatalf("a full diary: %v, want errDiaryFull", err)
	}
	if _, err := d.cancel("live"); err != nil {
		t.Fatal(err)
	}
	if _, err := d.book(wellServices()[0], slot, person{}); err != nil {
		t.Fatalf("after cancelling one: %v", err)
	}
	if len(d.byRef) != wellKeeps {
		t.Errorf("%d bookings kept, want %d", len(d.byRef), wellKeeps)
	}

	c := newWiseCalendar(fixed, zeros{})
	open := c.available(wiseServices()[0])[0]
	for len(c.list) < wiseKeeps {
		c.list = append(c.list, appointment{Reference: "other", Adviser: -1, To: fixed().Add(time.Hour)})
	}
	if _, err := c.book(wiseServices()[0], "", open.From, person{}, 0); !errors.Is(err, errDiaryFull) {
		t.Fatalf("a full calendar: %v, want errDiaryFull", err)
	}
	if _, err := c.cancel("other"); err != nil {
		t.Fatal(err)
	}
	if _, err := c.book(wiseServices()[0], "", open.From, person{}, 0); err != nil {
		t.Fatalf("after cancelling one: %v", err)
	}
	if len(c.list) != wiseKeeps {
		t.Errorf("%d appointments kept, want %d", len(c.list), wiseKeeps)
	}
}

// Times of a day are the clock's on the wall, also when the clocks change.
func TestTimesFollowTheClockOnTheWall(t *testing.T) {
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	march := time.Date(2027, 3, 26, 7, 0, 0, 0, london) // the clocks change on the 28th
	d := newWellDiary(func() time.Time { return march }, zeros{})
	for _, slot := range d.free(wellOffices()[0], d.weeks()[1]) {
		if minute := slot.Start.Hour()*60 + slot.Start.Minute(); minute < wellOpens || minute%wellLength != 0 {
			t.Errorf("%s is offered", slot.ID())
		}
		if same, ok := d.slot(slot.ID()); !ok || !same.Start.Equal(slot.Start) {
			t.Errorf("%s is read as %v", slot.ID(), same.Start)
		}
	}
}

// An appointment does not stand in its own way.
func TestAnAppointmentMovesByAQuarterOfAnHour(t *testing.T) {
	c := newWiseCalendar(fixed, zeros{})
	c.list = nil
	from := at(monday(fixed()).AddDate(0, 0, 9), 10*60)
	var last error
	for n := 0; last == nil; n++ {
		if _, last = c.book(wiseServices()[0], "", from, person{}, 0); last == nil {
			c.list[n].Reference = string(rune('a' + n))
		}
	}
	later := from.Add(wiseGrid * time.Minute)
	if _, err := c.book(wiseServices()[0], "", later, person{}, 0); !errors.Is(err, errNotFree) {
		t.Fatalf("control: somebody is free: %v", err)
	}
	moved, err := c.move("a", "", later)
	if err != nil || !moved.From.Equal(later) || moved.Reference != "a" {
		t.Errorf("moved to %v: %v", moved.From, err)
	}
	if _, err := c.move("b", "", later.AddDate(0, 0, 365)); !errors.Is(err, errNotFree) || !c.list[1].From.Equal(from) {
		t.Errorf("a refused move: %v, and the appointment is at %v", err, c.list[1].From)
	}
}
