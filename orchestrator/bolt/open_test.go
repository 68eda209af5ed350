package bolt

import (
	"path/filepath"
	"testing"
	"time"

	"innovationden/orchestrator/den"
)

func noon() time.Time { return time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC) }

func opened(t *testing.T, o Options) *DB {
	t.Helper()
	return openedAt(t, filepath.Join(t.TempDir(), "den.db"), o)
}

func openedAt(t *testing.T, path string, o Options) *DB {
	t.Helper()
	if o.Now == nil {
		o.Now = noon
	}
	db, err := Open(path, o)
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func lease(id, name string) den.Lease {
	return den.Lease{ID: den.ID(id), Name: name, Phase: den.Requested, Trial: "tri_1", Department: "dep_1", Supplier: "sup_1", DueAt: noon(), RequestedAt: noon()}
}

func TestWhatWasPutIsThereAfterTheNextStart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "den.db")
	db := openedAt(t, path, Options{})
	must(t, db.Update(t.Context(), func(tx den.Tx) error {
		if _, err := tx.Leases().Put(lease("lea_1", "blue")); err != nil {
			return err
		}
		_, err := tx.Record(den.Event{ID: "evt_1", At: noon(), Actor: "per_1", Subject: "lea_1", Act: "lease.requested"})
		return err
	}))
	must(t, db.Close())
	db = openedAt(t, path, Options{})
	must(t, db.View(t.Context(), func(tx den.Tx) error {
		page, err := tx.Leases().List(den.Query{Index: den.LeasesByDue, Until: noon()})
		if err != nil {
			return err
		}
		if len(page.Items) != 1 || page.Items[0].Name != "blue" || page.Items[0].Rev != 1 {
			t.Errorf("due: %+v", page)
		}
		events, err := tx.Events(den.Query{Index: den.EventsBySubject, Key: "lea_1"})
		if err != nil {
			return err
		}
		if len(events.Items) != 1 || events.Items[0].Act != "lease.requested" {
			t.Errorf("events: %+v", events)
		}
		return nil
	}))
	faults, err := db.Check(t.Context())
	if err != nil || len(faults) != 0 {
		t.Fatalf("check: %v %v", faults, err)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
