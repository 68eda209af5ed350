package sample_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"golang.org/x/net/html"
)

const wellTimes = "/times?service=birth&office=riverside&week=" + nextWeek

func firstSlot(t *testing.T, v visitor) string {
	t.Helper()
	radios := all(v.page(http.StatusOK, wellTimes), "input[name=slot]")
	if len(radios) == 0 {
		t.Fatal("no free time next week")
	}
	return attribute(radios[0], "value")
}

func freeSlots(v visitor) []string {
	var ids []string
	for _, radio := range all(v.page(http.StatusOK, wellTimes), "input[name=slot]") {
		ids = append(ids, attribute(radio, "value"))
	}
	return ids
}

func TestBookwellBooksByFormsAlone(t *testing.T) {
	v := visit(t, "bookwell", nil)
	start := v.page(http.StatusOK, "/")
	if n := len(all(start, "form[action='/times'] input[name=service]")); n != 3 {
		t.Fatalf("%d services to choose from, want 3", n)
	}
	if week := all(start, "select[name=week] option"); len(week) != 6 || attribute(week[1], "value") != nextWeek {
		t.Fatalf("next week is not the second of six weeks")
	}
	slot := firstSlot(t, v)
	details := v.page(http.StatusOK, "/details?service=birth&slot="+slot)
	to := v.follow("/bookings", asha(hidden(details)))
	page := v.page(http.StatusOK, to)
	has(t, page, ".panel h1", "Appointment booked")
	reference := texts(page, ".panel .reference")[0]
	if to != "/bookings/"+reference+"?new=yes" || !strings.HasPrefix(reference, "BW-") {
		t.Errorf("reference %q at %q", reference, to)
	}
	for _, taken := range freeSlots(v) {
		if taken == slot {
			t.Error("a booked time is still offered")
		}
	}
	typed := strings.ToLower(strings.ReplaceAll(strings.TrimPrefix(reference, "BW-"), "-", " "))
	again := v.page(http.StatusOK, v.follow("/find", url.Values{"reference": {typed}}))
	has(t, again, ".facts dd", "Asha Example")
	has(t, again, ".facts .status", "Booked")
	has(t, again, "main", "You cannot cancel online")
	if n := len(all(again, "main form")); n != 0 {
		t.Errorf("Bookwell offers %d forms on a booking, though it cannot be cancelled online", n)
	}
}

func TestBookwellSaysWhatIsWrong(t *testing.T) {
	v := visit(t, "bookwell", nil)
	slot := firstSlot(t, v)
	for _, c := range []struct{ field, value, want string }{
		{"name", " ", "Enter your full name"},
		{"name", strings.Repeat("a", 101), "Full name must be 100 characters or less"},
		{"name", "Asha\x00", "Full name must only include letters"},
		{"email", "", "Enter your email address"},
		{"email", "asha@nowhere", "Enter an email address in the correct format"},
		{"email", "Asha <asha@example.com>", "Enter an email address in the correct format"},
		{"phone", "", "Enter your phone number"},
		{"phone", "12345", "Enter a phone number"},
		{"phone", "call me maybe", "Enter a phone number"},
	} {
		t.Run(c.field+" "+c.want, func(t *testing.T) {
			form := asha(url.Values{"service": {"birth"}, "slot": {slot}})
			form.Set(c.field, c.value)
			page := v.parse(http.StatusUnprocessableEntity, v.post("/bookings", form))
			has(t, page, "title", "Error: ")
			has(t, page, ".summary a[href='#"+c.field+"']", c.want)
			has(t, page, "#"+c.field+"-fault .fault", c.want)
			if n := len(all(page, "input[aria-invalid=true]")); n != 1 {
				t.Errorf("%d fields are marked as wrong, want 1", n)
			}
			if c.field != "phone" {
				if kept := attribute(all(page, "#phone")[0], "value"); kept != "01632 960 001" {
					t.Errorf("what was typed is lost: %q", kept)
				}
			}
		})
	}
	page := v.page(http.StatusUnprocessableEntity, "/times")
	if n := len(all(page, ".summary li a")); n != 3 {
		t.Errorf("%d faults for an empty form, want 3", n)
	}
	has(t, v.page(http.StatusUnprocessableEntity, "/details?service=birth&office=riverside&week="+nextWeek), ".summary a[href='#slot']", "Select a time")
	wrong := v.parse(http.StatusUnprocessableEntity, v.post("/find", url.Values{"reference": {"BW-22222-22222"}}))
	has(t, wrong, ".summary a", "There is no appointment with that reference")
	v.page(http.StatusNotFound, "/bookings/BW-22222-22222")
}

func TestBookwellRefusesTimesNobodyOffered(t *testing.T) {
	v := visit(t, "bookwell", nil)
	for _, slot := range []string{
		"riverside-2026-11-29-1000", // a Sunday
		"riverside-2026-11-30-0845",
		"riverside-2026-11-30-0830",
		"riverside-2026-11-30-1630",
		"riverside-2026-11-20-1000", // last week
		"riverside-2027-01-04-1000", // too far ahead
		"moon-2026-11-30-1000",
		"riverside", "",
	} {
		body := fmt.Sprintf(`{"service":"birth","slot":%q,"name":"Asha","email":"a@example.com","phone":"01632960001"}`, slot)
		answer := v.call(http.StatusUnprocessableEntity, http.MethodPost, "/api/bookings", body)
		if fmt.Sprint(answer["errors"]) != "[map[detail:Give a slot from /api/slots field:slot]]" {
			t.Errorf("%q: %v", slot, answer)
		}
	}
}

func TestBookwellNeverOffersThePast(t *testing.T) {
	v := visit(t, "bookwell", nil)
	slot := firstSlot(t, v)
	v.clock.Store(8 * 24 * 3600) // Tuesday of next week, 7am
	for _, offered := range freeSlots(v) {
		if strings.Contains(offered, nextWeek) {
			t.Errorf("%s is offered the day after", offered)
		}
	}
	page := v.parse(http.StatusConflict, v.post("/bookings", asha(url.Values{"service": {"birth"}, "slot": {slot}})))
	has(t, page, ".summary a", "is no longer free")
}

func TestBookwellAPIBooksAndOnlyTheOfficeCancels(t *testing.T) {
	v := visit(t, "bookwell", map[string]string{"DESK_KEY": "quay"})
	slots := v.call(http.StatusOK, http.MethodGet, "/api/slots?office=riverside&week="+nextWeek, "")["slots"].([]any)
	slot := slots[0].(map[string]any)["id"].(string)
	body := fmt.Sprintf(`{"service":"birth","slot":%q,"name":"Asha","email":"a@example.com","phone":"01632960001"}`, slot)
	made := v.call(http.StatusCreated, http.MethodPost, "/api/bookings", body)
	v.call(http.StatusConflict, http.MethodPost, "/api/bookings", body)
	at := "/api/bookings/" + made["reference"].(string)
	if seen := v.call(http.StatusOK, http.MethodGet, at, ""); seen["status"] != "booked" {
		t.Errorf("status %v, want booked", seen["status"])
	}
	for _, key := range []string{"", "Bearer ", "Bearer wrong", "quay"} {
		v.call(http.StatusForbidden, http.MethodDelete, at, "", "Authorization", key)
	}
	for range 2 {
		if gone := v.call(http.StatusOK, http.MethodDelete, at, "", "Authorization", "Bearer quay"); gone["status"] != "cancelled" {
			t.Errorf("status %v, want cancelled", gone["status"])
		}
	}
	v.call(http.StatusCreated, http.MethodPost, "/api/bookings", body)
	keyless := visit(t, "bookwell", nil)
	keyless.call(http.StatusForbidden, http.MethodDelete, "/api/bookings/BW-22222-22222", "", "Authorization", "Bearer ")
	v.call(http.StatusBadRequest, http.MethodPost, "/api/bookings", `{"service":"birth","colour":"red"}`)
	v.call(http.StatusBadRequest, http.MethodPost, "/api/bookings", body+body)
	v.call(http.StatusNotFound, http.MethodGet, "/api/nothing", "")
}

func TestBookwellNeverBooksATimeTwice(t *testing.T) {
	v := visit(t, "bookwell", nil)
	slots := freeSlots(v)[:8]
	const each = 25
	var mu sync.Mutex
	won := make(map[string]int)
	var wait sync.WaitGroup
	for _, slot := range slots {
		for range each {
			wait.Go(func() {
				r := v.post("/bookings", asha(url.Values{"service": {"birth"}, "slot": {slot}}))
				mu.Lock()
				defer mu.Unlock()
				switch r.StatusCode {
				case http.StatusSeeOther:
					won[slot]++
				case http.StatusConflict:
				default:
					t.Errorf("status %d", r.StatusCode)
				}
			})
		}
	}
	wait.Wait()
	for _, slot := range slots {
		if won[slot] != 1 {
			t.Errorf("%s was booked %d times by %d people", slot, won[slot], each)
		}
	}
}

// Everything that Differences says of Bookwell's pages.
func TestBookwellIsAccessible(t *testing.T) {
	v := visit(t, "bookwell", nil)
	slot := firstSlot(t, v)
	faulty := v.parse(http.StatusUnprocessableEntity, v.post("/bookings", url.Values{"service": {"birth"}, "slot": {slot}}))
	pages := map[string]*html.Node{"faulty": faulty}
	for _, path := range []string{"/", wellTimes, "/details?service=birth&slot=" + slot, "/find", "/cancelling", "/api"} {
		pages[path] = v.page(http.StatusOK, path)
	}
	for path, page := range pages {
		for _, field := range all(page, "input:not([type=hidden]), select") {
			if id := attribute(field, "id"); id == "" || len(all(page, "label[for='"+id+"']")) != 1 {
				t.Errorf("%s: field %q has no label", path, attribute(field, "name"))
			}
		}
		if len(all(page, "html[lang=en]")) != 1 || len(all(page, "a.skip[href='#main']")) != 1 || len(all(page, "h1")) != 1 {
			t.Errorf("%s: page language, skip link or its one heading is missing", path)
		}
		for _, link := range all(page, ".summary a") {
			if target := attribute(link, "href"); len(all(page, target)) != 1 {
				t.Errorf("%s: the error links to nothing: %s", path, target)
			}
		}
		has(t, page, "footer", "Northbridge Software")
	}
	r := v.do(httptest.NewRequest(http.MethodGet, "/style.css", nil))
	if r.StatusCode != http.StatusOK || !strings.Contains(r.Header.Get("Cache-Control"), "max-age") {
		t.Errorf("the style sheet is not kept by browsers: %d %v", r.StatusCode, r.Header)
	}
}
