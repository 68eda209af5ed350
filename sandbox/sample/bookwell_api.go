package sample

import (
	"crypto/subtle"
	"errors"
	"net/http"
	"strings"
	"time"
)

const problemMedia = "application/problem+json"

// wellProblem is an error by RFC 9457.
type wellProblem struct {
	Title  string  `json:"title"`
	Status int     `json:"status"`
	Detail string  `json:"detail"`
	Errors []fault `json:"errors,omitempty"`
}

type wellSlotJSON struct {
	ID     string    `json:"id"`
	Office string    `json:"office"`
	Start  time.Time `json:"start"`
}

type wellBookingJSON struct {
	Reference string       `json:"reference"`
	Status    string       `json:"status"` // booked, cancelled
	Service   string       `json:"service"`
	Slot      wellSlotJSON `json:"slot"`
	Address   string       `json:"address"`
	Person    person       `json:"person"`
}

type wellOrder struct {
	Service string `json:"service"`
	Slot    string `json:"slot"`
	person
}

func (b *bookwell) routeAPI(mux *http.ServeMux) {
	mux.HandleFunc("GET /api", b.apiHelp)
	mux.HandleFunc("GET /api/services", b.apiServices)
	mux.HandleFunc("GET /api/slots", b.apiSlots)
	mux.HandleFunc("POST /api/bookings", b.apiBook)
	mux.HandleFunc("GET /api/bookings/{reference}", b.apiBooking)
	mux.HandleFunc("DELETE /api/bookings/{reference}", b.apiCancel)
	mux.HandleFunc("/api/", func(w http.ResponseWriter, _ *http.Request) {
		refuse(w, http.StatusNotFound, "There is nothing at this address. See /api for what there is")
	})
}

func refuse(w http.ResponseWriter, status int, detail string, faults ...fault) {
	sendJSON(w, status, problemMedia, wellProblem{http.StatusText(status), status, detail, faults})
}

type wellHelp struct {
	wellPage
	Services []service
	Offices  []office
	Slot     string
	Week     string
}

func (b *bookwell) apiHelp(w http.ResponseWriter, _ *http.Request) {
	week := b.diary.weeks()[1]
	example := wellSlot{wellOffices()[0], at(week, 10*60)}
	b.pages.show(w, http.StatusOK, "api", wellHelp{wellTitle("API"), wellServices(), wellOffices(), example.ID(), week.Format(time.DateOnly)})
}

func (b *bookwell) apiServices(w http.ResponseWriter, _ *http.Request) {
	type item struct {
		ID      string `json:"id"`
		Name    string `json:"name"`
		Minutes int    `json:"minutes,omitempty"`
		Address string `json:"address,omitempty"`
	}
	var answer struct {
		Services []item   `json:"services"`
		Offices  []item   `json:"offices"`
		Weeks    []string `json:"weeks"`
	}
	for _, s := range wellServices() {
		answer.Services = append(answer.Services, item{ID: s.ID, Name: s.Name, Minutes: s.Length})
	}
	for _, o := range wellOffices() {
		answer.Offices = append(answer.Offices, item{ID: o.ID, Name: o.Name, Address: o.Address})
	}
	for _, week := range b.diary.weeks() {
		answer.Weeks = append(answer.Weeks, week.Format(time.DateOnly))
	}
	sendJSON(w, http.StatusOK, "application/json", answer)
}

func (b *bookwell) apiSlots(w http.ResponseWriter, r *http.Request) {
	var faults []fault
	where, known := officeByID(wellOffices(), r.FormValue("office"))
	if !known {
		faults = append(faults, fault{"office", "Give an office from /api/services"})
	}
	week, known := b.diary.week(r.FormValue("week"))
	if !known {
		faults = append(faults, fault{"week", "Give a week from /api/services, as the date of its Monday"})
	}
	if len(faults) > 0 {
		refuse(w, http.StatusUnprocessableEntity, "The question cannot be answered", faults...)
		return
	}
	answer := struct {
		Slots []wellSlotJSON `json:"slots"`
	}{Slots: []wellSlotJSON{}}
	for _, slot := range b.diary.free(where, week) {
		answer.Slots = append(answer.Slots, wellSlotJSON{slot.ID(), slot.Office.ID, slot.Start})
	}
	sendJSON(w, http.StatusOK, "application/json", answer)
}

func (b *bookwell) apiBook(w http.ResponseWriter, r *http.Request) {
	var order wellOrder
	if err := readJSON(r, &order); err != nil {
		refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	who := order.trimmed()
	var faults []fault
	what, known := serviceByID(wellServices(), order.Service)
	if !known {
		faults = append(faults, fault{"service", "Give a service from /api/services"})
	}
	slot, known := b.diary.slot(order.Slot)
	if !known {
		faults = append(faults, fault{"slot", "Give a slot from /api/slots"})
	}
	if faults = append(faults, who.faults()...); len(faults) > 0 {
		refuse(w, http.StatusUnprocessableEntity, "Nothing was booked", faults...)
		return
	}
	made, err := b.diary.book(what, slot, who)
	switch {
	case errors.Is(err, errNotFree):
		refuse(w, http.StatusConflict, "Nothing was booked", fault{"slot", "That time is no longer free. Choose another"})
	case errors.Is(err, errDiaryFull):
		refuse(w, http.StatusServiceUnavailable, "The diary is full. Try again later")
	case err != nil:
		b.setting.Log.Error("booking failed", "error", err)
		refuse(w, http.StatusInternalServerError, "Nothing was booked. Try again later")
	default:
		b.setting.Log.Info("booked", "service", made.Service.ID, "slot", made.Slot.ID(), "from", "api")
		w.Header().Set("Location", "/api/bookings/"+made.Reference)
		sendJSON(w, http.StatusCreated, "application/json", made.asJSON())
	}
}

func (b *bookwell) apiBooking(w http.ResponseWriter, r *http.Request) {
	found, ok := b.diary.find(tidyReference(wellPrefix, r.PathValue("reference")))
	if !ok {
		refuse(w, http.StatusNotFound, "There is no booking with that reference")
		return
	}
	sendJSON(w, http.StatusOK, "application/json", found.asJSON())
}

// apiCancel is for the office alone: citizens phone. Without DESK_KEY in the
// environment nobody holds the key.
func (b *bookwell) apiCancel(w http.ResponseWriter, r *http.Request) {
	key := b.setting.Getenv("DESK_KEY")
	given, bearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if key == "" || !bearer || subtle.ConstantTimeCompare([]byte(given), []byte(key)) != 1 {
		refuse(w, http.StatusForbidden, "Only the office can cancel. Phone "+wellPhone)
		return
	}
	gone, err := b.diary.cancel(tidyReference(wellPrefix, r.PathValue("reference")))
	if err != nil {
		refuse(w, http.StatusNotFound, "There is no booking with that reference")
		return
	}
	b.setting.Log.Info("cancelled", "slot", gone.Slot.ID(), "from", "api")
	sendJSON(w, http.StatusOK, "application/json", gone.asJSON())
}

func (b wellBooking) asJSON() wellBookingJSON {
	status := "booked"
	if b.Cancelled {
		status = "cancelled"
	}
	return wellBookingJSON{
		b.Reference, status, b.Service.ID,
		wellSlotJSON{b.Slot.ID(), b.Slot.Office.ID, b.Slot.Start}, b.Slot.Office.Address, b.Person,
	}
}
