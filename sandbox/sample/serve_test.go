package sample

import (
	"bufio"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"
)

func fixed() time.Time { return time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC) }

func env(pairs ...string) func(string) string {
	return func(key string) string {
		for i := 0; i+1 < len(pairs); i += 2 {
			if pairs[i] == key {
				return pairs[i+1]
			}
		}
		return ""
	}
}

func TestServeAnswersUntilItIsTold(t *testing.T) {
	for _, product := range Products() {
		t.Run(product.Name, func(t *testing.T) {
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			reader, writer := io.Pipe()
			served := make(chan error, 1)
			go func() {
				err := Serve(ctx, product.Name, env("PORT", "0"), fixed, writer)
				_ = writer.Close()
				served <- err
			}()
			log := bufio.NewScanner(reader)
			if !log.Scan() {
				t.Fatalf("no log line: %v", <-served)
			}
			port := regexp.MustCompile(`address"?[=:]"?\[::\]:(\d+)`).FindStringSubmatch(log.Text())
			if port == nil {
				t.Fatalf("the first line does not say where it listens: %s", log.Text())
			}
			answer, err := http.Get("http://127.0.0.1:" + port[1] + product.Path)
			if err != nil {
				t.Fatal(err)
			}
			_ = answer.Body.Close()
			if answer.StatusCode != http.StatusOK {
				t.Errorf("%s answers %d", product.Path, answer.StatusCode)
			}
			stop()
			for log.Scan() {
			}
			if err := <-served; err != nil {
				t.Errorf("told to stop, it returned %v", err)
			}
			if _, err := net.Dial("tcp", "127.0.0.1:"+port[1]); err == nil {
				t.Error("it still listens")
			}
		})
	}
}

func TestServeRefusesWhatItCannotServe(t *testing.T) {
	for _, c := range []struct{ name, port, want string }{
		{"cake", "", "Choose one of: bookwell, slotwise"},
		{"bookwell", "http", "set PORT to a number between 0 and 65535"},
		{"bookwell", "65536", "set PORT to a number between 0 and 65535"},
		{"bookwell", "-1", "set PORT to a number between 0 and 65535"},
	} {
		err := Serve(t.Context(), c.name, env("PORT", c.port), fixed, io.Discard)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s on port %q: %v, want %q", c.name, c.port, err, c.want)
		}
	}
}

func TestServeFinishesTheRequestsUnderWay(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	entered, release := make(chan bool), make(chan bool)
	slow := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(entered)
		<-release
		_, _ = io.WriteString(w, "done")
	})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	reader, writer := io.Pipe()
	served := make(chan error, 1)
	go func() {
		served <- serveUntil(ctx, listener, slow, slog.New(slog.NewTextHandler(writer, nil)))
	}()
	answered := make(chan string, 1)
	go func() {
		answer, err := http.Get("http://" + listener.Addr().String())
		if err != nil {
			answered <- err.Error()
			return
		}
		text, _ := io.ReadAll(answer.Body)
		_ = answer.Body.Close()
		answered <- string(text)
	}()
	<-entered
	stop()
	log := bufio.NewScanner(reader)
	if !log.Scan() || !strings.Contains(log.Text(), "stopping") {
		t.Fatalf("it does not say that it stops: %q", log.Text())
	}
	close(release)
	if text := <-answered; text != "done" {
		t.Errorf("the request under way got %q", text)
	}
	_ = log.Scan()
	if err := <-served; err != nil {
		t.Error(err)
	}
}

func TestRequestsAreBounded(t *testing.T) {
	handler, err := newBookwell(Setting{Now: fixed, Random: strings.NewReader(""), Getenv: env(), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- serveUntil(ctx, listener, handler, slog.New(slog.DiscardHandler)) }()
	send := func(size int) int {
		body := `{"service":"` + strings.Repeat("a", size) + `"}`
		answer, err := http.Post("http://"+listener.Addr().String()+"/api/bookings", "application/json", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		return answer.StatusCode
	}
	if status := send(bodyBytes); status != http.StatusBadRequest {
		t.Errorf("a body over the bound: status %d, want 400", status)
	}
	if status := send(bodyBytes / 2); status != http.StatusUnprocessableEntity {
		t.Errorf("a body under the bound: status %d, want 422", status)
	}
	stop()
	if err := <-served; err != nil {
		t.Error(err)
	}
}

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
	if _, err := d.book(wellServices()[0], slot, person{}); err != errDiaryFull {
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
	if _, err := c.book(wiseServices()[0], "", open.From, person{}, 0); err != errDiaryFull {
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
	if _, err := c.book(wiseServices()[0], "", later, person{}, 0); err != errNotFree {
		t.Fatalf("control: somebody is free: %v", err)
	}
	moved, err := c.move("a", "", later)
	if err != nil || !moved.From.Equal(later) || moved.Reference != "a" {
		t.Errorf("moved to %v: %v", moved.From, err)
	}
	if _, err := c.move("b", "", later.AddDate(0, 0, 365)); err != errNotFree || !c.list[1].From.Equal(from) {
		t.Errorf("a refused move: %v, and the appointment is at %v", err, c.list[1].From)
	}
}
