package view_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"sync"
	"testing"
	"time"

	"innovationden/web/form"
	"innovationden/web/view"
)

// gallery is a page with every component, and a server that plays the den.
type gallery struct {
	view.Frame
	Until    time.Time
	Products []string
	Table    view.Table
	Form     *form.Values
}

type desk struct {
	*httptest.Server
	view *view.View

	mu        sync.Mutex
	saved     []url.Values
	autosave  int // the status that autosave answers with; 303 is a redirect
	fragments chan string
}

func now() time.Time { return time.Date(2026, 6, 3, 15, 30, 0, 0, time.UTC) }

func open(t *testing.T) *desk {
	t.Helper()
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	v, err := view.New(view.Config{
		Pages: os.DirFS("testdata"), Zone: london, Now: now,
	})
	if err == nil {
		err = v.Try(map[string]view.Page{"gallery": gallery{}})
	}
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{view: v, autosave: http.StatusNoContent, fragments: make(chan string, 8)}
	mux := http.NewServeMux()
	mux.Handle("GET /static/", v.Static())
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) { d.show(t, w, nil) })
	mux.HandleFunc("POST /save", func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil {
			t.Error(err)
		}
		d.show(t, w, r.PostForm)
	})
	mux.HandleFunc("POST /autosave", d.keep)
	mux.HandleFunc("GET /live", d.live)
	mux.HandleFunc("GET /axe.js", func(w http.ResponseWriter, r *http.Request) {
		http.ServeFile(w, r, "../assets/node_modules/axe-core/axe.min.js")
	})
	d.Server = httptest.NewServer(mux)
	t.Cleanup(func() {
		close(d.fragments)
		d.Close()
	})
	return d
}

// show answers with the gallery; typed values are checked as a page does.
func (d *desk) show(t *testing.T, w http.ResponseWriter, typed url.Values) {
	t.Helper()
	v := form.Typed(d.view.Words("en"), typed)
	page := gallery{
		Frame: view.Frame{
			Title: "Gallery", Path: "/gallery/x", Who: view.Who{ID: "u1", Name: "Ada Byron", Role: "Department"},
			Nav:    []view.NavItem{{Href: "/", Text: "Home"}, {Href: "/gallery", Text: "Gallery"}, {Href: "/trials", Text: "Trials"}},
			Crumbs: &view.Breadcrumbs{Items: []view.Crumb{{Href: "/", Text: "Home"}, {Text: "Gallery"}}},
			Notice: &view.NotificationBanner{Text: "Two trials end today."},
		},
		Until: now().Add(52*time.Hour + 30*time.Second), Products: []string{"Product 1", "Product 2", "Product 3"},
		Form: v, Table: costs(),
	}
	status := http.StatusOK
	if typed != nil {
		form.Text{Name: "name", What: "the name of the trial", Max: 20}.Read(v)
		form.Int{Name: "days", What: "a number of days", Min: 1, Max: 30}.Read(v)
		form.Choice{Name: "size", What: "a size", From: []string{"s", "l"}}.Read(v)
		form.Date{Name: "start", What: "the day on which it starts", Zone: time.UTC}.Read(v)
		if v.Bad() {
			status, page.Errors, page.Notice = http.StatusUnprocessableEntity, v.Summary(), nil
		}
	}
	view.Policy{}.Set(w.Header())
	if err := d.view.Render(w, status, "gallery", page); err != nil {
		t.Error(err)
	}
}

func costs() view.Table {
	table := view.Table{Caption: "What it costs", CaptionClasses: "govuk-table__caption--m", FirstCellIsHeader: true,
		Head: []view.Cell{{Text: "Product"}, {Text: "CPU", Format: "numeric"}, {Text: "Memory", Format: "numeric"}, {Text: "Started"}, {Text: "Cost", Format: "numeric"}}}
	for n := range 3 {
		table.Rows = append(table.Rows, []view.Cell{{Text: fmt.Sprintf("Product %d", n+1)}, {Text: "12%", Format: "numeric"}, {Text: "256 MB", Format: "numeric"}, {Text: "3 June 2026, 4:30pm"}, {Text: "£12.40", Format: "numeric"}})
	}
	return table
}

func (d *desk) keep(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.autosave == http.StatusSeeOther {
		http.Redirect(w, r, "/sign-in", http.StatusSeeOther)
		return
	}
	if d.autosave < 300 {
		d.saved = append(d.saved, r.PostForm)
	}
	w.WriteHeader(d.autosave)
}

func (d *desk) answer(status int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.autosave = status
}

func (d *desk) kept() []url.Values {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]url.Values(nil), d.saved...)
}

func (d *desk) live(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	flush := http.NewResponseController(w)
	if err := flush.Flush(); err != nil {
		return
	}
	for {
		select {
		case <-r.Context().Done():
			return
		case fragment, ok := <-d.fragments:
			if !ok {
				return
			}
			if _, err := io.WriteString(w, fragment); err != nil {
				return
			}
			if err := flush.Flush(); err != nil {
				return
			}
		}
	}
}
