package view_test

import (
	"net/http/httptest"
	"os"
	"testing"
	"time"

	"innovationden/web/form"
	"innovationden/web/view"
)

func BenchmarkAPageWithEveryComponent(b *testing.B) {
	v, err := view.New(view.Config{Pages: os.DirFS("testdata"), Zone: time.UTC, Now: now})
	if err != nil {
		b.Fatal(err)
	}
	page := gallery{Frame: view.Frame{Title: "Gallery", Who: view.Who{ID: "u1", Name: "Ada"}}, Products: []string{"1", "2", "3"}, Table: costs(), Form: form.Blank(v.Words("en"))}
	for b.Loop() {
		if err := v.Render(httptest.NewRecorder(), 200, "gallery", page); err != nil {
			b.Fatal(err)
		}
	}
}
