package web_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"innovationden/orchestrator/den"
)

// A page of the record that found nothing yet says how far it looked, and leads to the
// file that looks through all of it; the next page finds what is there.
func TestARecordPageThatFoundNothingYetSaysHowFarItLooked(t *testing.T) {
	r := newRig(t)
	began := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	r.must(r.store.Update(t.Context(), func(tx den.Tx) error {
		for i := range 2600 {
			act, say := "trial.seen", fmt.Sprintf("Number %d.", i)
			if i == 3 {
				act, say = "rare.seen", "It was seen once."
			}
			at := began.AddDate(0, 0, i/100)
			if _, err := tx.Record(den.Event{ID: den.ID(fmt.Sprintf("evt_rare%04d", i)), At: at, Actor: "den", Act: act, Subject: "den", Say: say}); err != nil {
				return err
			}
		}
		return nil
	}))
	auditor := r.visitor("auditor")
	page := auditor.get("/record?act=rare.")
	page.shows("p", "Nothing that fits was found so far. This page looked back to 3 March 2026")
	if !strings.Contains(page.Text, "/record/export?act=rare.") || strings.Contains(page.Text, "It was seen once.") {
		t.Error("it does not lead to the file, or found what is further back")
	}
	if file := auditor.get("/record/export?act=rare.&format=csv").Text; !strings.Contains(file, "It was seen once.") {
		t.Errorf("the file has not what is rare: %s", file)
	}
	if all := auditor.get("/record").Text; strings.Contains(all, "looked back") {
		t.Error("a list that is not narrowed says how far it looked")
	}
	if api := auditor.get("/api/v1/events?act=rare.&newest=true").Text; !strings.Contains(api, `"looked_to":"2026-03-`) {
		t.Errorf("the API does not say how far it looked: %s", api)
	}
}
