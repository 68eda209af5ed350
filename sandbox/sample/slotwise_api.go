package sample

import (
	"errors"
	"net/http"
	"time"
)

type wiseJSON struct {
	Reference string    `json:"reference"`
	State     string    `json:"state"` // booked, cancelled
	Service   string    `json:"service"`
	Office    string    `json:"office"`
	From      time.Time `json:"from"`
	To        time.Time `json:"to"`
	Reminder  int       `json:"reminder_minutes"`
	Person    person    `json:"person"`
}

type wiseOrder struct {
	Service  string `json:"service"`
	Office   string `json:"office"`
	From     string `json:"from"`
	Reminder int    `json:"reminder_minutes"`
	person
}

func (x *slotwise) routeAPI(mux *http.ServeMux) {
	mux.HandleFunc("GET /api/v1/availability", x.apiAvailability)
	mux.HandleFunc("POST /api/v1/appointments", x.apiBook)
	mux.HandleFunc("GET /api/v1/appointments/{reference}", x.apiFind)
	mux.HandleFunc("PATCH /api/v1/appointments/{reference}", x.apiMove)
	mux.HandleFunc("DELETE /api/v1/appointments/{reference}", x.apiCancel)
	mux.HandleFunc("/api/", func(w http.ResponseWriter, _ *http.Request) { oops(w, http.StatusNotFound, "not found") })
}

func oops(w http.ResponseWriter, status int, message string) {
	sendJSON(w, status, "application/json", map[string]string{"error": message})
}

func (x *slotwise) send(w http.ResponseWriter, status int, a appointment) {
	state := "booked"
	if a.Cancelled {
		state = "cancelled"
	}
	sendJSON(w, status, "application/json", wiseJSON{
		a.Reference, state, a.Service.ID, x.calendar.advisers[a.Adviser].Office.ID, a.From, a.To, a.Reminder, a.Person,
	})
}

func (x *slotwise) apiAvailability(w http.ResponseWriter, r *http.Request) {
	what, known := serviceByID(wiseServices(), r.FormValue("service"))
	date, err := time.ParseInLocation(time.DateOnly, r.FormValue("date"), x.setting.Now().Location())
	if !known || err != nil {
		oops(w, http.StatusBadRequest, "service and date (YYYY-MM-DD) are needed")
		return
	}
	type free struct {
		From   string `json:"from"`
		Office string `json:"office"`
	}
	answer := []free{}
	once := make(map[free]bool)
	for _, o := range x.calendar.available(what) {
		f := free{o.From.Format(wiseTimeForm), x.calendar.advisers[o.Adviser].Office.ID}
		if midnight(o.From).Equal(date) && !once[f] {
			once[f] = true
			answer = append(answer, f)
		}
	}
	sendJSON(w, http.StatusOK, "application/json", map[string]any{"free": answer})
}

func (x *slotwise) apiBook(w http.ResponseWriter, r *http.Request) {
	var order wiseOrder
	if err := readJSON(r, &order); err != nil {
		oops(w, http.StatusBadRequest, err.Error())
		return
	}
	what, known := serviceByID(wiseServices(), order.Service)
	_, placed := x.office(order.Office)
	from, err := time.ParseInLocation(wiseTimeForm, order.From, x.setting.Now().Location())
	if !known || !placed || err != nil {
		oops(w, http.StatusBadRequest, "service, office and from are needed")
		return
	}
	who := order.trimmed()
	if faults := who.faults(); len(faults) > 0 {
		oops(w, http.StatusBadRequest, faults[0].Say)
		return
	}
	switch order.Reminder {
	case 0, 120, 1440:
	default:
		oops(w, http.StatusBadRequest, "reminder_minutes is 0, 120 or 1440")
		return
	}
	made, err := x.calendar.book(what, order.Office, from, who, order.Reminder)
	if err != nil {
		x.apiRefuse(w, err)
		return
	}
	x.setting.Log.Info("appointment made", "service", made.Service.ID, "from", made.From)
	x.send(w, http.StatusCreated, made)
}

func (x *slotwise) apiRefuse(w http.ResponseWriter, err error) {
	switch {
	case errors.Is(err, errNotFree):
		oops(w, http.StatusConflict, "that time is not free")
	case errors.Is(err, errNoSuch):
		oops(w, http.StatusNotFound, "not found")
	case errors.Is(err, errDiaryFull):
		oops(w, http.StatusServiceUnavailable, "the calendar is full")
	default:
		x.setting.Log.Error("booking failed", "error", err)
		oops(w, http.StatusInternalServerError, "something went wrong")
	}
}

func (x *slotwise) apiFind(w http.ResponseWriter, r *http.Request) {
	found, ok := x.calendar.find(tidyReference(wisePrefix, r.PathValue("reference")))
	if !ok {
		oops(w, http.StatusNotFound, "not found")
		return
	}
	x.send(w, http.StatusOK, found)
}

func (x *slotwise) apiMove(w http.ResponseWriter, r *http.Request) {
	var change struct {
		From   string `json:"from"`
		Office string `json:"office"`
	}
	if err := readJSON(r, &change); err != nil {
		oops(w, http.StatusBadRequest, err.Error())
		return
	}
	from, err := time.ParseInLocation(wiseTimeForm, change.From, x.setting.Now().Location())
	if err != nil {
		oops(w, http.StatusBadRequest, "from is needed")
		return
	}
	moved, err := x.calendar.move(tidyReference(wisePrefix, r.PathValue("reference")), change.Office, from)
	if err != nil {
		x.apiRefuse(w, err)
		return
	}
	x.send(w, http.StatusOK, moved)
}

func (x *slotwise) apiCancel(w http.ResponseWriter, r *http.Request) {
	gone, err := x.calendar.cancel(tidyReference(wisePrefix, r.PathValue("reference")))
	if err != nil {
		x.apiRefuse(w, err)
		return
	}
	x.send(w, http.StatusOK, gone)
}
