package orchestrator_test

import (
	"fmt"
	"testing"
	"time"

	"innovationden/orchestrator/den"
)

// What is rare in a long record is found page by page, and each page that found less than
// it may show says how far it looked; the last one has looked at everything.
func TestARareActIsFoundAndEachPageSaysHowFarItLooked(t *testing.T) {
	r := newRig(t)
	began := time.Now().Round(0)
	r.must(r.store.Update(t.Context(), func(tx den.Tx) error {
		for i := range 6000 {
			act := "trial.seen"
			if i == 10 {
				act = "rare.seen"
			}
			_, err := tx.Record(den.Event{ID: r.id("evt"), At: began.Add(time.Duration(i) * time.Second), Actor: "den", Act: act, Subject: "den", Say: fmt.Sprintf("Number %d.", i)})
			if err != nil {
				return err
			}
		}
		return nil
	}))
	f := den.Filter{Act: "rare.", Newest: true, Limit: 50}
	var found []den.Event
	for pages := 1; ; pages++ {
		page, err := r.o.Events(t.Context(), den.System(), f)
		r.must(err)
		found = append(found, page.Items...)
		if page.Next == "" {
			if pages != 3 || !page.LookedTo.IsZero() {
				t.Errorf("page %d is the last one and says that it looked to %s", pages, page.LookedTo)
			}
			break
		}
		if want := began.Add(time.Duration(6000-2500*pages) * time.Second); !page.LookedTo.Equal(want) {
			t.Errorf("page %d says that it looked to %s, want %s", pages, page.LookedTo, want)
		}
		f.After = page.Next
	}
	if len(found) != 1 || found[0].Say != "Number 10." {
		t.Errorf("found %+v", found)
	}
	page, err := r.o.Events(t.Context(), den.System(), den.Filter{Act: "trial.seen", Newest: true, Limit: 50})
	r.must(err)
	if len(page.Items) != 50 || page.Next == "" || !page.LookedTo.IsZero() {
		t.Errorf("a full page has %d lines and says that it looked to %s", len(page.Items), page.LookedTo)
	}
}
