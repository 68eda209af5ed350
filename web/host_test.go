package web_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"innovationden/orchestrator/den"
)

// clockPutBack makes the clock of the host go two hours behind, by which a sandbox ends
// that much earlier.
func (r *rig) clockPutBack(lease den.ID) {
	const back = 2 * time.Hour
	r.must(r.raw.Update(context.Background(), func(tx den.Tx) error {
		if _, err := tx.Clocks().Put(den.Clock{ID: den.ClockID, At: time.Now(), Behind: back}); err != nil {
			return err
		}
		l, err := tx.Leases().Get(lease)
		if err == nil {
			l.Sooner = back
			_, err = tx.Leases().Put(l)
		}
		return err
	}))
}

// The operator reads of a clock that is wrong, and which sandboxes end earlier by it.
func TestTheHostPageNamesWhatEndsEarlierByTheClock(t *testing.T) {
	r := newRig(t)
	v := r.trial()
	page := r.visitor("operator").get("/host")
	if strings.Contains(page.Text, "clock of the host") || strings.Contains(page.Text, "earlier, because") {
		t.Error("it warns of a clock that is right")
	}
	r.clockPutBack(v.Entries[0].Sandbox.ID)
	for path, n := range map[string]int{"/host": 1, "/host/sandboxes": 1} {
		page := r.visitor("operator").get(path)
		if got := strings.Count(page.said(), "2 hours earlier, because the clock was put back"); got != n {
			t.Errorf("%s says it of %d sandboxes, want %d", path, got, n)
		}
	}
	r.visitor("operator").get("/host").shows(".govuk-warning-text", "The clock of the host was put back. That makes 1 sandbox end")
}

// However many sandboxes there are, the host page leads to each of them, once.
func TestTheHostPageLeadsToEverySandbox(t *testing.T) {
	r := newRig(t)
	trial := r.trial() // two that are live
	want := map[string]bool{}
	r.must(r.raw.Update(context.Background(), func(tx den.Tx) error {
		like, err := tx.Leases().Get(trial.Entries[0].Lease)
		if err != nil {
			return err
		}
		for phase, many := range map[den.Phase]int{den.Paused: 98, den.Ending: 5} {
			for n := range many {
				l := like
				l.Name = fmt.Sprintf("%s-%03d", phase, n)
				l.ID, l.Rev, l.Phase, l.Sandbox, l.DueAt = den.ID("lea_"+l.Name), 0, phase, "", time.Now().Add(time.Hour)
				if _, err := tx.Leases().Put(l); err != nil {
					return err
				}
				want["/sandboxes/"+string(l.ID)] = true
			}
		}
		return nil
	}))
	pages, seen := 0, map[string]bool{}
	for path := "/host"; path != ""; pages++ {
		page := r.visitor("operator").get(path)
		if path = ""; page.Status != http.StatusOK {
			t.Fatalf("it says %d: %s", page.Status, page.said())
		}
		for _, link := range page.all("main a[href]") {
			to := attribute(link, "href")
			switch {
			case want[to] && seen[to]:
				t.Errorf("%s stands there twice", to)
			case want[to]:
				seen[to] = true
			case strings.HasPrefix(to, "/host/sandboxes?"):
				path = to
			}
		}
	}
	if len(seen) != len(want) || pages != 3 {
		t.Errorf("%d pages lead to %d sandboxes, want 3 and %d", pages, len(seen), len(want))
	}
}
