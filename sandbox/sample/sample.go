package sample

import (
	"io"
	"log/slog"
	"net/http"
	"time"
)

// Setting is what a product is given to work with.
type Setting struct {
	Now    func() time.Time    // its location is the one that appointments are in
	Random io.Reader           // for references
	Getenv func(string) string // DESK_KEY opens Bookwell's cancelling by the office
	Log    *slog.Logger
}

// Product is one example product.
type Product struct {
	Name     string // as in "den sample serve NAME": lower-case letters
	Title    string
	Supplier string
	Summary  string
	Version  string
	Port     int    // where it listens in its image
	Path     string // answers 200 when it is ready
	// Handler makes the product with data of its own. It may take a while: a
	// product is ready when it returned.
	Handler func(Setting) (http.Handler, error)
	// Log makes the product's log in the way its supplier writes logs.
	Log func(io.Writer) *slog.Logger
}

// Products returns the example products, in the order of their names.
func Products() []Product {
	return []Product{
		{
			Name:     "bookwell",
			Title:    "Bookwell",
			Supplier: "Northbridge Software",
			Summary:  "Appointment booking that is quick and works for everyone, with a documented API. Cancelling is by phone.",
			Version:  "3.2.0",
			Port:     8080,
			Path:     "/healthz",
			Handler:  newBookwell,
			Log:      func(w io.Writer) *slog.Logger { return slog.New(slog.NewJSONHandler(w, nil)) },
		},
		{
			Name:     "slotwise",
			Title:    "Slotwise",
			Supplier: "Harbour & Finch",
			Summary:  "Appointments with a calendar, reminders, rescheduling and cancelling online.",
			Version:  "1.9.4",
			Port:     8080,
			Path:     "/healthz",
			Handler:  newSlotwise,
			Log:      func(w io.Writer) *slog.Logger { return slog.New(slog.NewTextHandler(w, nil)) },
		},
	}
}

// Find returns the product of a name.
func Find(name string) (Product, bool) {
	for _, p := range Products() {
		if p.Name == name {
			return p, true
		}
	}
	return Product{}, false
}

// Task is something an evaluator tries in each product, in plain language.
type Task struct {
	Title string
	Steps string
	Done  string // how to tell that it is done
}

// Tasks returns what evaluators do in every example product, in order.
func Tasks() []Task {
	return []Task{
		{
			Title: "Find a free time next week",
			Steps: "You need to register a birth. Find a time that is free in the morning, any day next week.",
			Done:  "You can see at least one free morning time next week.",
		},
		{
			Title: "Book it",
			Steps: "Book that time for an invented person, with an invented email address and phone number.",
			Done:  "You have a booking reference.",
		},
		{
			Title: "See the booking again",
			Steps: "Go back to the first page, and find your booking again with its reference.",
			Done:  "You can see the day, the time and the place.",
		},
		{
			Title: "Cancel it",
			Steps: "You cannot go after all. Cancel the appointment without speaking to anyone.",
			Done:  "The product says that the appointment is cancelled, and the time is free again.",
		},
	}
}
