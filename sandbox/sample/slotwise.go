package sample

import (
	"errors"
	"net/http"
	"time"
)

// wiseTimeForm writes a time in an address: local, by the office's clock.
const wiseTimeForm = "2006-01-02T15:04"

// slotwise is the product of Harbour & Finch.
type slotwise struct {
	calendar *wiseCalendar
	pages    pages
	setting  Setting
}

func newSlotwise(s Setting) (http.Handler, error) {
	p, err := parsePages("slotwise", map[string]any{"clock": clock, "longDate": longDate}, s.Log)
	if err != nil {
		return nil, err
	}
	x := &slotwise{newWiseCalendar(s.Now, s.Random), p, s}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", healthz)
	mux.HandleFunc("GET /{$}", x.home)
	mux.HandleFunc("GET /choose/{service}", x.days)
	mux.HandleFunc("GET /choose/{service}/{date}", x.hours)
	mux.HandleFunc("GET /book/{service}/{from}", x.form)
	mux.HandleFunc("POST /book/{service}/{from}", x.book)
	mux.HandleFunc("GET /mine", x.mine)
	mux.HandleFunc("GET /appointment/{reference}", x.ticket)
	mux.HandleFunc("GET /appointment/{reference}/reminder.ics", x.reminder)
	mux.HandleFunc("POST /appointment/{reference}/move", x.move)
	mux.HandleFunc("POST /appointment/{reference}/cancel", x.cancel)
	x.routeAPI(mux)
	mux.HandleFunc("/", x.missing)
	return mux, nil
}

// wisePage is what every page of Slotwise has.
type wisePage struct {
	Title string
	Oops  string
}

type wiseHome struct {
	wisePage
	Services []wiseOffer
}

type wiseOffer struct {
	service
	Next time.Time
}

func (x *slotwise) home(w http.ResponseWriter, _ *http.Request) {
	page := wiseHome{wisePage: wisePage{Title: "Welcome"}}
	for _, s := range wiseServices() {
		page.Services = append(page.Services, wiseOffer{s, soonest(x.calendar.available(s))})
	}
	x.pages.show(w, http.StatusOK, "home", page)
}

func soonest(all []opening) time.Time {
	var first time.Time
	for _, o := range all {
		if first.IsZero() || o.From.Before(first) {
			first = o.From
		}
	}
	return first
}

type wiseCell struct {
	Date  time.Time
	Count int
}

type wiseDaysPage struct {
	wisePage
	Service     service
	Move        string // reference of the appointment that is being moved
	Month       string
	Weeks       [][]wiseCell
	Back, Ahead string // first days of the pages before and after, or ""
}

// days shows four weeks as a calendar with the number of free times each day.
func (x *slotwise) days(w http.ResponseWriter, r *http.Request) {
	what, ok := serviceByID(wiseServices(), r.PathValue("service"))
	if !ok {
		x.missing(w, r)
		return
	}
	first := monday(x.setting.Now())
	from := first
	if asked, err := time.ParseInLocation(time.DateOnly, r.FormValue("from"), first.Location()); err == nil &&
		asked.After(first) && asked.Before(first.AddDate(0, 0, wiseDays)) {
		from = monday(asked)
	}
	page := wiseDaysPage{wisePage: wisePage{Title: what.Name}, Service: what, Move: tidyReference(wisePrefix, r.FormValue("move"))}
	counts := make(map[string]int)
	for _, o := range x.calendar.available(what) {
		counts[o.From.Format(time.DateOnly)]++
	}
	for week := range 4 {
		var row []wiseCell
		for day := range 7 {
			date := from.AddDate(0, 0, 7*week+day)
			row = append(row, wiseCell{date, counts[date.Format(time.DateOnly)]})
		}
		page.Weeks = append(page.Weeks, row)
	}
	page.Month = from.Format("January") + " – " + from.AddDate(0, 0, 27).Format("January 2006")
	if from.Month() == from.AddDate(0, 0, 27).Month() {
		page.Month = from.Format("January 2006")
	}
	if from.After(first) {
		page.Back = from.AddDate(0, 0, -28).Format(time.DateOnly)
	}
	if ahead := from.AddDate(0, 0, 28); ahead.Before(first.AddDate(0, 0, wiseDays)) {
		page.Ahead = ahead.Format(time.DateOnly)
	}
	x.pages.show(w, http.StatusOK, "days", page)
}

type wiseHour struct {
	From   time.Time
	Office office
}

func (h wiseHour) At() string { return h.From.Format(wiseTimeForm) }

type wiseHoursPage struct {
	wisePage
	Service service
	Move    string
	Date    time.Time
	Places  []wisePlace
}

type wisePlace struct {
	Office office
	Hours  []wiseHour
}

func (x *slotwise) hours(w http.ResponseWriter, r *http.Request) {
	what, ok := serviceByID(wiseServices(), r.PathValue("service"))
	date, err := time.ParseInLocation(time.DateOnly, r.PathValue("date"), x.setting.Now().Location())
	if !ok || err != nil {
		x.missing(w, r)
		return
	}
	x.showHours(w, http.StatusOK, wiseHoursPage{Service: what, Date: date, Move: tidyReference(wisePrefix, r.FormValue("move"))})
}

// showHours shows the hours that are free on the date of the page.
func (x *slotwise) showHours(w http.ResponseWriter, status int, page wiseHoursPage) {
	page.Title = longDate(page.Date)
	seen := make(map[string]int)
	once := make(map[string]bool)
	for _, o := range x.calendar.available(page.Service) {
		where := x.calendar.advisers[o.Adviser].Office
		key := where.ID + o.From.Format(wiseTimeForm)
		if !midnight(o.From).Equal(page.Date) || once[key] {
			continue
		}
		once[key] = true
		if _, known := seen[where.ID]; !known {
			seen[where.ID] = len(page.Places)
			page.Places = append(page.Places, wisePlace{Office: where})
		}
		place := &page.Places[seen[where.ID]]
		place.Hours = inOrder(place.Hours, wiseHour{o.From, where})
	}
	x.pages.show(w, status, "hours", page)
}

func inOrder(hours []wiseHour, next wiseHour) []wiseHour {
	hours = append(hours, next)
	for i := len(hours) - 1; i > 0 && hours[i].From.Before(hours[i-1].From); i-- {
		hours[i], hours[i-1] = hours[i-1], hours[i]
	}
	return hours
}

type wiseForm struct {
	wisePage
	Service  service
	Office   office
	From     time.Time
	Person   person
	Reminder int
}

func (f wiseForm) At() string { return f.From.Format(wiseTimeForm) }

// asked reads the service, place and time in an address; it answers the request
// itself when they cannot be used.
func (x *slotwise) asked(w http.ResponseWriter, r *http.Request) (wiseForm, bool) {
	what, known := serviceByID(wiseServices(), r.PathValue("service"))
	from, err := time.ParseInLocation(wiseTimeForm, r.PathValue("from"), x.setting.Now().Location())
	where, placed := x.office(r.FormValue("office"))
	if !known || err != nil || !placed {
		x.missing(w, r)
		return wiseForm{}, false
	}
	return wiseForm{wisePage{Title: "Almost there"}, what, where, from, person{}, 1440}, true
}

func (x *slotwise) office(id string) (office, bool) {
	for _, a := range x.calendar.advisers {
		if a.Office.ID == id {
			return a.Office, true
		}
	}
	return office{}, false
}

func (x *slotwise) form(w http.ResponseWriter, r *http.Request) {
	if page, ok := x.asked(w, r); ok {
		x.pages.show(w, http.StatusOK, "form", page)
	}
}

func (x *slotwise) book(w http.ResponseWriter, r *http.Request) {
	page, ok := x.asked(w, r)
	if !ok {
		return
	}
	page.Person = personFrom(r)
	page.Reminder = reminderFrom(r.PostFormValue("reminder"))
	if faults := page.Person.faults(); len(faults) > 0 {
		page.Oops = faults[0].Say
		x.pages.show(w, http.StatusUnprocessableEntity, "form", page)
		return
	}
	made, err := x.calendar.book(page.Service, page.Office.ID, page.From, page.Person, page.Reminder)
	switch {
	case errors.Is(err, errNotFree):
		x.showHours(w, http.StatusConflict, wiseHoursPage{
			wisePage: wisePage{Oops: "Sorry, " + clock(page.From) + " has just gone. Pick another time"},
			Service:  page.Service, Date: midnight(page.From),
		})
	case err != nil:
		x.problem(w, err)
	default:
		x.setting.Log.Info("appointment made", "service", made.Service.ID, "from", made.From)
		http.Redirect(w, r, "/appointment/"+made.Reference, http.StatusSeeOther)
	}
}

func (x *slotwise) missing(w http.ResponseWriter, _ *http.Request) {
	x.pages.show(w, http.StatusNotFound, "missing", wisePage{Title: "Hmm, nothing here"})
}

func (x *slotwise) problem(w http.ResponseWriter, err error) {
	if !errors.Is(err, errDiaryFull) {
		x.setting.Log.Error("booking failed", "error", err)
	}
	x.pages.show(w, http.StatusServiceUnavailable, "missing", wisePage{Title: "We can't book you in right now"})
}
