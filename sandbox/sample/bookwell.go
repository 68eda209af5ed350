package sample

import (
	"errors"
	"net/http"
	"time"
)

// bookwell is the product of Northbridge Software.
type bookwell struct {
	diary   *wellDiary
	pages   pages
	setting Setting
}

// wellPhone is from the numbers that Ofcom keeps for drama, so nobody answers.
const wellPhone = "01632 960 017"

func newBookwell(s Setting) (http.Handler, error) {
	p, err := parsePages("bookwell", map[string]any{"clock": clock, "longDate": longDate, "weekOf": monday}, s.Log)
	if err != nil {
		return nil, err
	}
	b := &bookwell{newWellDiary(s.Now, s.Random), p, s}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", healthz)
	mux.HandleFunc("GET /style.css", sendFile("bookwell/style.css", "text/css; charset=utf-8"))
	mux.HandleFunc("GET /mark.svg", sendFile("bookwell/mark.svg", "image/svg+xml"))
	mux.HandleFunc("GET /{$}", b.start)
	mux.HandleFunc("GET /times", b.times)
	mux.HandleFunc("GET /details", b.details)
	mux.HandleFunc("POST /bookings", b.book)
	mux.HandleFunc("GET /bookings/{reference}", b.booking)
	mux.HandleFunc("GET /find", b.find)
	mux.HandleFunc("POST /find", b.found)
	mux.HandleFunc("GET /cancelling", b.cancelling)
	b.routeAPI(mux)
	mux.HandleFunc("/", b.missing)
	return wellGuard(mux), nil
}

// wellGuard sends the headers that keep a page to itself.
func wellGuard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		next.ServeHTTP(w, r)
	})
}

// wellPage is what every page of Bookwell has.
type wellPage struct {
	Title  string
	Phone  string
	Faults []fault
}

// Fault returns what is wrong with a field, or "".
func (p wellPage) Fault(field string) string {
	for _, f := range p.Faults {
		if f.Field == field {
			return f.Say
		}
	}
	return ""
}

func wellTitle(title string, faults ...fault) wellPage {
	return wellPage{Title: title, Phone: wellPhone, Faults: faults}
}

type wellChoice struct {
	wellPage
	Services []service
	Offices  []office
	Weeks    []time.Time
	Service  string
	Office   string
	Week     string
}

func (b *bookwell) choice(r *http.Request, faults ...fault) wellChoice {
	return wellChoice{
		wellTitle("Book an appointment at the register office", faults...),
		wellServices(), wellOffices(), b.diary.weeks(),
		r.FormValue("service"), r.FormValue("office"), r.FormValue("week"),
	}
}

func (b *bookwell) start(w http.ResponseWriter, r *http.Request) {
	b.pages.show(w, http.StatusOK, "start", b.choice(r))
}

type wellDay struct {
	Name  string
	Slots []wellSlot
}

type wellTimes struct {
	wellPage
	Service service
	Office  office
	Week    time.Time
	Days    []wellDay
	Count   int
}

func (b *bookwell) times(w http.ResponseWriter, r *http.Request) {
	var faults []fault
	what, known := serviceByID(wellServices(), r.FormValue("service"))
	if !known {
		faults = append(faults, fault{"service", "Select what the appointment is for"})
	}
	where, known := officeByID(wellOffices(), r.FormValue("office"))
	if !known {
		faults = append(faults, fault{"office", "Select an office"})
	}
	week, known := b.diary.week(r.FormValue("week"))
	if !known {
		faults = append(faults, fault{"week", "Select a week from the list"})
	}
	if len(faults) > 0 {
		b.pages.show(w, http.StatusUnprocessableEntity, "start", b.choice(r, faults...))
		return
	}
	b.showTimes(w, http.StatusOK, wellTimes{Service: what, Office: where, Week: week})
}

func (b *bookwell) showTimes(w http.ResponseWriter, status int, page wellTimes, faults ...fault) {
	page.wellPage = wellTitle("Choose a time", faults...)
	slots := b.diary.free(page.Office, page.Week)
	page.Count = len(slots)
	for _, slot := range slots {
		last := len(page.Days) - 1
		if last < 0 || page.Days[last].Name != slot.Day() {
			page.Days = append(page.Days, wellDay{Name: slot.Day()})
			last++
		}
		page.Days[last].Slots = append(page.Days[last].Slots, slot)
	}
	b.pages.show(w, status, "times", page)
}

type wellDetails struct {
	wellPage
	Service service
	Slot    wellSlot
	Person  person
}

// chosen reads the service and time that a visitor came with. It answers the
// request itself when they cannot be used.
func (b *bookwell) chosen(w http.ResponseWriter, r *http.Request) (wellDetails, bool) {
	what, known := serviceByID(wellServices(), r.FormValue("service"))
	if !known {
		b.pages.show(w, http.StatusUnprocessableEntity, "start", b.choice(r, fault{"service", "Select what the appointment is for"}))
		return wellDetails{}, false
	}
	slot, known := b.diary.slot(r.FormValue("slot"))
	if known {
		return wellDetails{wellTitle("Your details"), what, slot, person{}}, true
	}
	where, atKnown := officeByID(wellOffices(), r.FormValue("office"))
	week, inWeek := b.diary.week(r.FormValue("week"))
	if !atKnown || !inWeek {
		b.pages.show(w, http.StatusUnprocessableEntity, "start", b.choice(r, fault{"week", "Select a week, then choose a time"}))
		return wellDetails{}, false
	}
	b.showTimes(w, http.StatusUnprocessableEntity, wellTimes{Service: what, Office: where, Week: week}, fault{"slot", "Select a time"})
	return wellDetails{}, false
}

func (b *bookwell) details(w http.ResponseWriter, r *http.Request) {
	if page, ok := b.chosen(w, r); ok {
		b.pages.show(w, http.StatusOK, "details", page)
	}
}

func (b *bookwell) book(w http.ResponseWriter, r *http.Request) {
	page, ok := b.chosen(w, r)
	if !ok {
		return
	}
	page.Person = personFrom(r)
	if page.Faults = page.Person.faults(); len(page.Faults) > 0 {
		b.pages.show(w, http.StatusUnprocessableEntity, "details", page)
		return
	}
	made, err := b.diary.book(page.Service, page.Slot, page.Person)
	switch {
	case errors.Is(err, errNotFree):
		again := wellTimes{Service: page.Service, Office: page.Slot.Office, Week: monday(page.Slot.Start)}
		b.showTimes(w, http.StatusConflict, again, fault{"slot", clock(page.Slot.Start) + " on " + page.Slot.Day() + " is no longer free. Select another time"})
	case err != nil:
		b.problem(w, err)
	default:
		b.setting.Log.Info("booked", "service", made.Service.ID, "slot", made.Slot.ID(), "from", "page")
		http.Redirect(w, r, "/bookings/"+made.Reference+"?new=yes", http.StatusSeeOther)
	}
}

type wellShown struct {
	wellPage
	Booking wellBooking
	New     bool
}

func (b *bookwell) booking(w http.ResponseWriter, r *http.Request) {
	found, ok := b.diary.find(tidyReference(wellPrefix, r.PathValue("reference")))
	if !ok {
		b.missing(w, r)
		return
	}
	page := wellShown{wellTitle("Your appointment"), found, r.FormValue("new") == "yes" && !found.Cancelled}
	switch {
	case page.New:
		page.Title = "Appointment booked"
	case found.Cancelled:
		page.Title = "Appointment cancelled"
	}
	b.pages.show(w, http.StatusOK, "booking", page)
}

type wellFind struct {
	wellPage
	Reference string
}

func (b *bookwell) find(w http.ResponseWriter, _ *http.Request) {
	b.pages.show(w, http.StatusOK, "find", wellFind{wellTitle("Find your appointment"), ""})
}

func (b *bookwell) found(w http.ResponseWriter, r *http.Request) {
	typed := r.PostFormValue("reference")
	reference := tidyReference(wellPrefix, typed)
	if _, ok := b.diary.find(reference); ok {
		http.Redirect(w, r, "/bookings/"+reference, http.StatusSeeOther)
		return
	}
	say := "Enter the booking reference you were given, like BW-7K3MX-9PQR2"
	if reference != "" {
		say = "There is no appointment with that reference. Check it and enter it again"
	}
	b.pages.show(w, http.StatusUnprocessableEntity, "find", wellFind{wellTitle("Find your appointment", fault{"reference", say}), typed})
}

func (b *bookwell) cancelling(w http.ResponseWriter, _ *http.Request) {
	b.pages.show(w, http.StatusOK, "cancelling", wellTitle("Change or cancel an appointment"))
}

func (b *bookwell) missing(w http.ResponseWriter, _ *http.Request) {
	b.pages.show(w, http.StatusNotFound, "missing", wellTitle("Page not found"))
}

func (b *bookwell) problem(w http.ResponseWriter, err error) {
	if !errors.Is(err, errDiaryFull) {
		b.setting.Log.Error("booking failed", "error", err)
	}
	b.pages.show(w, http.StatusServiceUnavailable, "problem", wellTitle("Sorry, you cannot book online at the moment"))
}
