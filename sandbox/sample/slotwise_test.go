package sample_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
)

// firstTile returns the address of the form for the first free time next Monday.
func firstTile(t *testing.T, v visitor) string {
	t.Helper()
	tiles := all(v.page(http.StatusOK, "/choose/birth/"+nextWeek), "a.tile")
	if len(tiles) == 0 {
		t.Fatal("no free time next Monday")
	}
	return attribute(tiles[0], "href")
}

func bookTile(t *testing.T, v visitor, tile string, reminder string) (at string) {
	t.Helper()
	form := asha(hidden(v.page(http.StatusOK, tile)))
	form.Set("reminder", reminder)
	path, _, _ := strings.Cut(tile, "?")
	return v.follow(path, form)
}

func TestSlotwiseBooksMovesAndCancelsByFormsAlone(t *testing.T) {
	v := visit(t, "slotwise", nil)
	if n := len(all(v.page(http.StatusOK, "/"), "a.offer")); n != 3 {
		t.Fatalf("%d services, want 3", n)
	}
	if n := len(all(v.page(http.StatusOK, "/choose/birth"), "a.d[href='/choose/birth/"+nextWeek+"']")); n != 1 {
		t.Fatal("next Monday cannot be chosen in the calendar")
	}
	at := bookTile(t, v, firstTile(t, v), "120")
	ticket := v.page(http.StatusOK, at)
	has(t, ticket, ".hero .shout", "You're booked")
	reference := texts(ticket, ".ref")[0]
	if at != "/appointment/"+reference {
		t.Errorf("reference %q at %q", reference, at)
	}
	file, _ := io.ReadAll(v.do(httptest.NewRequest(http.MethodGet, at+"/reminder.ics", nil)).Body)
	if !strings.Contains(string(file), "TRIGGER:-PT120M\r\n") || !strings.Contains(string(file), "DTSTART:20261130T") {
		t.Errorf("the calendar file has no alarm two hours before:\n%s", file)
	}
	mine := v.do(httptest.NewRequest(http.MethodGet, "/mine?reference="+strings.ToLower(reference), nil))
	if to := mine.Header.Get("Location"); to != at {
		t.Errorf("looking it up leads to %q, want %q", to, at)
	}

	hours := v.page(http.StatusOK, "/choose/birth/2026-12-02?move="+reference)
	move := all(hours, "form[action='/appointment/"+reference+"/move']")[0]
	form := url.Values{}
	for _, field := range all(move, "input") {
		form.Set(attribute(field, "name"), attribute(field, "value"))
	}
	moved := v.page(http.StatusOK, v.follow("/appointment/"+reference+"/move", form))
	has(t, moved, ".when", "Wednesday 2 December 2026")
	has(t, moved, ".ref", reference)

	gone := v.page(http.StatusOK, v.follow(at+"/cancel", nil))
	has(t, gone, ".oops", "This appointment is cancelled")
	refused := v.post("/appointment/"+reference+"/move", form)
	if refused.StatusCode != http.StatusConflict {
		t.Errorf("a cancelled appointment was moved: %d", refused.StatusCode)
	}
}

func TestSlotwiseSaysWhatIsWrong(t *testing.T) {
	v := visit(t, "slotwise", nil)
	tile := firstTile(t, v)
	path, _, _ := strings.Cut(tile, "?")
	form := asha(hidden(v.page(http.StatusOK, tile)))
	form.Set("email", "nobody")
	page := v.parse(http.StatusUnprocessableEntity, v.post(path, form))
	has(t, page, ".oops", "Enter an email address in the correct format")
	if kept := attribute(all(page, "input[name=name]")[0], "value"); kept != "Asha Example" {
		t.Errorf("what was typed is lost: %q", kept)
	}
	has(t, v.page(http.StatusUnprocessableEntity, "/mine?reference=SW-22222-22222"), ".oops", "We don't know that reference")
	for _, path := range []string{
		"/choose/cake", "/choose/birth/soon", "/appointment/SW-22222-22222", "/appointment/-",
		"/book/birth/" + nextWeek + "T09:00", "/book/birth/never?office=hilltop",
	} {
		v.page(http.StatusNotFound, path)
	}
}

func TestSlotwiseRefusesTimesNobodyOffered(t *testing.T) {
	v := visit(t, "slotwise", nil)
	for _, from := range []string{
		"2026-11-29T10:00", // a Sunday
		nextWeek + "T10:07",
		nextWeek + "T07:00",
		nextWeek + "T17:45", // would end after the last adviser left
		"2026-11-20T10:00",  // last week
		"2027-02-22T10:00",  // too far ahead
	} {
		body := fmt.Sprintf(`{"service":"birth","office":"riverside","from":%q,"name":"Asha","email":"a@example.com","phone":"01632960001"}`, from)
		v.call(http.StatusConflict, http.MethodPost, "/api/v1/appointments", body)
	}
}

func TestSlotwiseAPIBooksMovesAndCancels(t *testing.T) {
	v := visit(t, "slotwise", nil)
	free := v.call(http.StatusOK, http.MethodGet, "/api/v1/availability?service=death&date="+nextWeek, "")["free"].([]any)
	first, last := free[0].(map[string]any), free[len(free)-1].(map[string]any)
	body := fmt.Sprintf(`{"service":"death","office":%q,"from":%q,"reminder_minutes":120,"name":"Asha","email":"a@example.com","phone":"01632960001"}`, first["office"], first["from"])
	made := v.call(http.StatusCreated, http.MethodPost, "/api/v1/appointments", body)
	at := "/api/v1/appointments/" + made["reference"].(string)
	move := fmt.Sprintf(`{"office":%q,"from":%q}`, last["office"], last["from"])
	moved := v.call(http.StatusOK, http.MethodPatch, at, move)
	if !strings.HasPrefix(moved["from"].(string), last["from"].(string)) || moved["office"] != last["office"] {
		t.Errorf("moved to %v at %v, want %v", moved["from"], moved["office"], last)
	}
	v.call(http.StatusConflict, http.MethodPatch, at, `{"office":"","from":"2026-11-29T10:00"}`)
	if seen := v.call(http.StatusOK, http.MethodGet, at, ""); seen["from"] != moved["from"] {
		t.Errorf("a refused move changed the time to %v", seen["from"])
	}
	if gone := v.call(http.StatusOK, http.MethodDelete, at, ""); gone["state"] != "cancelled" {
		t.Errorf("state %v, want cancelled", gone["state"])
	}
	v.call(http.StatusNotFound, http.MethodPatch, at, move)
	v.call(http.StatusBadRequest, http.MethodPost, "/api/v1/appointments", `{"service":"death"}`)
	v.call(http.StatusNotFound, http.MethodGet, "/api/v1", "")
}

// An hour that n advisers have free is given n times and no more.
func TestSlotwiseNeverGivesAnAdviserTwoAtOnce(t *testing.T) {
	v := visit(t, "slotwise", nil)
	tile := firstTile(t, v)
	path, query, _ := strings.Cut(tile, "?")
	body := fmt.Sprintf(`{"service":"birth","office":%q,"from":%q,"name":"Asha","email":"a@example.com","phone":"01632960001"}`,
		strings.TrimPrefix(query, "office="), strings.TrimPrefix(path, "/book/birth/"))
	var mu sync.Mutex
	advisers := make(map[string]int)
	var wait sync.WaitGroup
	for range 40 {
		wait.Go(func() {
			r := v.do(jsonRequest(http.MethodPost, "/api/v1/appointments", body))
			switch r.StatusCode {
			case http.StatusCreated:
				var made struct{ Reference string }
				if err := json.NewDecoder(r.Body).Decode(&made); err != nil {
					t.Error(err)
				}
				who := texts(v.page(http.StatusOK, "/appointment/"+made.Reference), ".ticket div:nth-child(4)")[0]
				mu.Lock()
				defer mu.Unlock()
				advisers[who]++
			case http.StatusConflict:
			default:
				t.Errorf("status %d", r.StatusCode)
			}
		})
	}
	wait.Wait()
	if len(advisers) == 0 {
		t.Error("nobody got the time")
	}
	for who, n := range advisers {
		if n != 1 || !strings.HasPrefix(who, "Register a birth with ") {
			t.Errorf("%q has %d appointments at once", who, n)
		}
	}
	for _, left := range all(v.page(http.StatusOK, "/choose/birth/"+nextWeek), "a.tile") {
		if attribute(left, "href") == tile {
			t.Error("a time that nobody has free is offered")
		}
	}
}

// The faults that Differences promises an evaluator can find.
func TestSlotwiseHasItsFaults(t *testing.T) {
	v := visit(t, "slotwise", nil)
	page := v.page(http.StatusOK, firstTile(t, v))
	if n := len(all(page, "input[placeholder]:not([type=hidden])")); n != 3 {
		t.Errorf("%d fields by placeholder, want 3", n)
	}
	if len(all(page, "label, html[lang], .skip, h1")) != 0 {
		t.Error("Slotwise has labels, a page language, a skip link or headings: put Differences right")
	}
	if len(all(page, "meta[name=viewport][content*='user-scalable=no']")) != 1 {
		t.Error("Slotwise can be enlarged: put Differences right")
	}
	has(t, page, ".foot", "Harbour & Finch")
}
