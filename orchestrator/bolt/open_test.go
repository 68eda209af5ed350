package bolt

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.etcd.io/bbolt"

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

func TestASecondDenIsToldSo(t *testing.T) {
	path := filepath.Join(t.TempDir(), "den.db")
	first := openedAt(t, path, Options{})
	_, err := Open(path, Options{Now: noon, Wait: 100 * time.Millisecond})
	if den.KindOf(err) != den.Busy || !strings.HasPrefix(err.Error(), "Another den is using this data directory: "+filepath.Dir(path)) {
		t.Errorf("the second: %v", err)
	}
	must(t, first.Close())
	openedAt(t, path, Options{Wait: 100 * time.Millisecond})
}

func TestManyFirstStartsMakeOneFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "den.db")
	var mu sync.Mutex
	var opened []*DB
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			db, err := Open(path, Options{Now: noon, Wait: 200 * time.Millisecond})
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				opened = append(opened, db)
			} else if den.KindOf(err) != den.Busy {
				t.Errorf("refused with %v", err)
			}
		})
	}
	all.Wait()
	if len(opened) != 1 {
		t.Fatalf("%d dens opened one directory", len(opened))
	}
	must(t, opened[0].Close())
	if left, _ := filepath.Glob(path + "*"); len(left) != 1 {
		t.Errorf("in the directory: %v", left)
	}
}

func TestWhatAnInterruptedFirstStartLeftIsPassedOver(t *testing.T) {
	path := filepath.Join(t.TempDir(), "den.db")
	must(t, os.WriteFile(path+".new-123", []byte("half"), 0o600))
	must(t, openedAt(t, path, Options{}).Close())
	if _, err := os.Stat(path + ".new-123"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the half file is still there: %v", err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}

func TestWhatCannotBeOpenedIsRefusedInWordsAndUntouched(t *testing.T) {
	whole := filepath.Join(t.TempDir(), "den.db")
	db := openedAt(t, whole, Options{Reserve: -1})
	for n := range 200 {
		must(t, db.Update(t.Context(), begin(n)))
	}
	must(t, db.Close())
	good, err := os.ReadFile(whole)
	must(t, err)
	newer := filepath.Join(t.TempDir(), "den.db")
	must(t, os.WriteFile(newer, good, 0o600))
	b, err := bbolt.Open(newer, 0o600, nil)
	must(t, err)
	must(t, b.Update(func(b *bbolt.Tx) error { return putSchema(b.Bucket(metaBucket), version+1) }))
	must(t, b.Close())
	future, err := os.ReadFile(newer)
	must(t, err)
	for name, c := range map[string]struct {
		file []byte
		say  string
	}{
		"empty":              {nil, "torn or damaged"},
		"short":              {good[:3000], "torn or damaged"},
		"two pages":          {good[:8192], "torn or damaged"},
		"cut in the middle":  {good[:160<<10], "torn or damaged"},
		"not a data file":    {bytes.Repeat([]byte("den "), 10000), "torn or damaged"},
		"both heads flipped": {flipped(good, 40, 4096+40), "torn or damaged"},
		"of a newer den":     {future, "newer den"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "den.db")
			must(t, os.WriteFile(path, c.file, 0o600))
			_, err := Open(path, Options{Now: noon})
			var said *den.Error
			if !errors.As(err, &said) || !strings.Contains(said.Say, c.say) {
				t.Fatalf("got %v, want a sentence about %q", err, c.say)
			}
			if now, _ := os.ReadFile(path); !bytes.Equal(now, c.file) {
				t.Error("the file was changed")
			}
			if names, _ := filepath.Glob(path + "*"); len(names) != 1 {
				t.Errorf("in the directory: %v", names)
			}
		})
	}
	_, err = Open(filepath.Join(t.TempDir(), "none", "den.db"), Options{Now: noon})
	if den.KindOf(err) != den.NotFound {
		t.Errorf("no directory: %v", err)
	}
}

func TestAFileOpenedForReadingIsNotChanged(t *testing.T) {
	path := filepath.Join(t.TempDir(), "den.db")
	if _, err := Open(path, Options{Now: noon, ReadOnly: true}); den.KindOf(err) != den.NotFound {
		t.Errorf("no file: %v", err)
	}
	db := openedAt(t, path, Options{Reserve: -1})
	must(t, db.Update(t.Context(), begin(1)))
	must(t, db.Close())
	before, _ := os.ReadFile(path)
	db = openedAt(t, path, Options{ReadOnly: true})
	if err := db.Update(t.Context(), begin(2)); den.KindOf(err) != den.Internal {
		t.Errorf("update: %v", err)
	}
	wholeAndClosed(t, db)
	if after, _ := os.ReadFile(path); !bytes.Equal(before, after) {
		t.Error("the file was changed")
	}
}

func flipped(b []byte, at ...int) []byte {
	b = bytes.Clone(b)
	for _, n := range at {
		b[n] ^= 0xff
	}
	return b
}
