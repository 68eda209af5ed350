package sample

import (
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// reminderFrom reads how many minutes before an appointment its alarm rings.
func reminderFrom(text string) int {
	switch minutes, err := strconv.Atoi(text); {
	case err == nil && (minutes == 120 || minutes == 1440):
		return minutes
	default:
		return 0
	}
}

type wiseMine struct {
	wisePage
	Reference string
}

func (x *slotwise) mine(w http.ResponseWriter, r *http.Request) {
	typed := r.FormValue("reference")
	page := wiseMine{wisePage{Title: "My appointment"}, typed}
	if !r.URL.Query().Has("reference") {
		x.pages.show(w, http.StatusOK, "mine", page)
		return
	}
	if found, ok := x.calendar.find(tidyReference(wisePrefix, typed)); ok {
		http.Redirect(w, r, "/appointment/"+found.Reference, http.StatusSeeOther)
		return
	}
	page.Oops = "We don't know that reference"
	x.pages.show(w, http.StatusUnprocessableEntity, "mine", page)
}

type wiseTicket struct {
	wisePage
	Appointment appointment
	Adviser     adviser
}

func (x *slotwise) ticket(w http.ResponseWriter, r *http.Request) {
	found, ok := x.calendar.find(tidyReference(wisePrefix, r.PathValue("reference")))
	if !ok {
		x.missing(w, r)
		return
	}
	title := "You're booked"
	if found.Cancelled {
		title = "Cancelled"
	}
	x.pages.show(w, http.StatusOK, "ticket", wiseTicket{wisePage{Title: title}, found, x.calendar.advisers[found.Adviser]})
}

func (x *slotwise) move(w http.ResponseWriter, r *http.Request) {
	reference := tidyReference(wisePrefix, r.PathValue("reference"))
	found, ok := x.calendar.find(reference)
	from, err := time.ParseInLocation(wiseTimeForm, r.PostFormValue("at"), x.setting.Now().Location())
	if !ok || err != nil {
		x.missing(w, r)
		return
	}
	moved, err := x.calendar.move(reference, r.PostFormValue("office"), from)
	if err != nil {
		x.showHours(w, http.StatusConflict, wiseHoursPage{
			wisePage: wisePage{Oops: "Sorry, we couldn't move it to " + clock(from) + ". Pick another time"},
			Service:  found.Service, Date: midnight(from), Move: reference,
		})
		return
	}
	x.setting.Log.Info("appointment moved", "service", moved.Service.ID, "from", moved.From)
	http.Redirect(w, r, "/appointment/"+reference, http.StatusSeeOther)
}

func (x *slotwise) cancel(w http.ResponseWriter, r *http.Request) {
	gone, err := x.calendar.cancel(tidyReference(wisePrefix, r.PathValue("reference")))
	if err != nil {
		x.missing(w, r)
		return
	}
	x.setting.Log.Info("appointment cancelled", "service", gone.Service.ID, "from", gone.From)
	http.Redirect(w, r, "/appointment/"+gone.Reference, http.StatusSeeOther)
}

// reminder answers an iCalendar file (RFC 5545) with an alarm. Its times are
// floating: by the clock of wherever the phone is, as the office's clock is here.
func (x *slotwise) reminder(w http.ResponseWriter, r *http.Request) {
	a, ok := x.calendar.find(tidyReference(wisePrefix, r.PathValue("reference")))
	if !ok || a.Cancelled {
		x.missing(w, r)
		return
	}
	const local = "20060102T150405"
	alarm := ""
	if a.Reminder > 0 {
		alarm = fmt.Sprintf("BEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:%s\r\nTRIGGER:-PT%dM\r\nEND:VALARM\r\n", a.Service.Name, a.Reminder)
	}
	w.Header().Set("Content-Type", "text/calendar; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="appointment.ics"`)
	_, _ = fmt.Fprintf(w, "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Harbour and Finch//Slotwise 1.9//EN\r\nBEGIN:VEVENT\r\n"+
		"UID:%s@slotwise.example\r\nDTSTAMP:%sZ\r\nDTSTART:%s\r\nDTEND:%s\r\nSUMMARY:%s\r\nLOCATION:%s\r\n%sEND:VEVENT\r\nEND:VCALENDAR\r\n",
		a.Reference, x.setting.Now().UTC().Format(local), a.From.Format(local), a.To.Format(local),
		a.Service.Name, x.calendar.advisers[a.Adviser].Office.Name, alarm)
}
