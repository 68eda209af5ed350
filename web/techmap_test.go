package web_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
)

// Where the operator says so, anybody reads what there is, and nothing of people,
// trials or images.
func TestAnybodyReadsAnOpenTechmap(t *testing.T) {
	t.Parallel()
	r := newRigWith(t, true)
	r.described()
	trial := r.trial()
	r.score(trial, "evaluator")
	r.end(trial)
	nobody := r.visitor("")
	for path, want := range map[string]string{
		"/techmap?q=apointments": "Bookwell",
		"/techmap/map":           "Contact with the public",
		"/techmap/compare?product=" + string(r.bookwell.ID): "Bookwell",
		"/products/" + string(r.bookwell.ID):                "Tried in 1 trial",
		"/suppliers/" + string(r.northbridge.ID):            "Hexham",
	} {
		got := nobody.get(path)
		if got.Status != http.StatusOK || !strings.Contains(got.Text, want) {
			t.Errorf("%s: %d without %q", path, got.Status, want)
		}
		for _, secret := range []string{"hello@northbridge.example", "sales team", "Booking appointments", "Department for Local Services", "bookwell:1.0", "sha256:", "/edit"} {
			if strings.Contains(got.Text, secret) {
				t.Errorf("%s shows %q to anybody", path, secret)
			}
		}
	}
	for _, path := range []string{"/techmap/products.csv", "/techmap/import", "/products/new", "/trials", "/suppliers/" + string(r.northbridge.ID) + "/edit"} {
		if got := nobody.get(path); !strings.HasPrefix(got.Header.Get("Location"), "/sign-in") {
			t.Errorf("%s: %d", path, got.Status)
		}
	}
	if got := r.visitor("stranger").get("/suppliers/" + string(r.northbridge.ID)); !strings.Contains(got.Text, "hello@northbridge.example") {
		t.Error("who signed in does not see the contacts")
	}
	nobody.get("/techmap?q=bukwelll").shows(`main a[href="/techmap?q=bookwell"]`, "bookwell")
	nobody.get("/techmap?q=bookwell&hosting=none").shows(`main a[href="/techmap?q=bookwell"]`, "without them")
	closed := newRig(t)
	if got := closed.visitor("").get("/techmap"); !strings.HasPrefix(got.Header.Get("Location"), "/sign-in") {
		t.Errorf("a closed techmap: %d", got.Status)
	}
}

// A file that is refused names each line on the page, and one that is taken says what it
// did: without scripts.
func TestASheetIsTakenAsAFile(t *testing.T) {
	r := newRig(t)
	v := r.visitor("operator")
	send := func(of, text string) *page {
		var body bytes.Buffer
		w := multipart.NewWriter(&body)
		r.must(w.WriteField("of", of))
		if text != "" {
			file, err := w.CreateFormFile("file", "sheet.csv")
			r.must(err)
			_, err = file.Write([]byte(text))
			r.must(err)
		}
		r.must(w.Close())
		q, err := http.NewRequestWithContext(t.Context(), http.MethodPost, r.server.URL+"/techmap/import", &body)
		r.must(err)
		q.Header.Set("Content-Type", w.FormDataContentType())
		q.Header.Set("Accept", "text/html")
		answer, err := v.client.Do(q)
		r.must(err)
		return v.read(answer)
	}
	if got := send("suppliers", "name,size\nGood,small\nBad,huge\nWorse,vast\n"); got.Status != http.StatusUnprocessableEntity ||
		!strings.Contains(got.Text, "Line 3, column size") || !strings.Contains(got.Text, "Line 4, column size") {
		t.Errorf("%d %s", got.Status, got.said())
	}
	if got := send("suppliers", ""); got.Status != http.StatusUnprocessableEntity || !strings.Contains(got.Text, "Choose a CSV file") {
		t.Errorf("%d %s", got.Status, got.said())
	}
	if got := send("suppliers", "name,size\nGood,small\n"); got.Status != http.StatusOK || !strings.Contains(got.Text, "Added: 1. Changed: 0.") {
		t.Errorf("%d %s", got.Status, got.said())
	}
	if got := v.get("/techmap/suppliers.csv"); !strings.Contains(got.Text, ",Good,") || !strings.HasPrefix(got.Header.Get("Content-Disposition"), "attachment") {
		t.Errorf("%v %s", got.Header, got.Text)
	}
}
