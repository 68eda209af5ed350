package bolt

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"innovationden/orchestrator/den"
)

func TestAFullDiskRefusesNewThingsAndKeepsEndings(t *testing.T) {
	if !inPrivate(t) {
		return
	}
	for name, dir := range map[string]string{
		"tmpfs": tmpfs(t, 24<<20),
		"ext4":  newDisk(t, 48<<20, "mkfs.ext4", "-q", "-F").dir,
	} {
		t.Run(name, func(t *testing.T) { fullDisk(t, dir) })
	}
	if !t.Failed() {
		t.Log("figure: 2 full disks, 0 violations")
	}
}

func fullDisk(t *testing.T, dir string) {
	db := openedAt(t, filepath.Join(dir, "den.db"), Options{Reserve: 4 << 20})
	const live = 100
	for n := range live {
		must(t, db.Update(t.Context(), begin(n)))
	}
	filler := fill(t, filepath.Join(dir, "filler"))
	n := live
	for ; n < 20000; n++ {
		if err := db.Update(t.Context(), begin(n)); err != nil {
			wantFull(t, err)
			break
		}
	}
	wantFull(t, db.Update(t.Context(), begin(20001)))
	wantFull(t, db.Sessions().Commit("token", []byte("x"), noon().AddDate(0, 0, 1)))
	must(t, db.View(t.Context(), func(tx den.Tx) error {
		_, err := tx.Leases().Get("lea_000000")
		return err
	}))
	for n := range live { // every sandbox of before can end, with its receipt
		must(t, db.Update(t.Context(), ask(n)))
		must(t, db.Update(t.Context(), ended(n)))
	}
	must(t, db.Sessions().Delete("token"))
	wantFull(t, db.Update(t.Context(), begin(20002)))
	must(t, os.Remove(filler))
	must(t, db.Update(t.Context(), begin(20003)))
	wholeAndClosed(t, db)
	db = openedAt(t, filepath.Join(dir, "den.db"), Options{})
	must(t, db.View(t.Context(), func(tx den.Tx) error {
		n, err := tx.Receipts().Count(den.Query{})
		if n != live {
			t.Errorf("%d receipts, want %d", n, live)
		}
		return err
	}))
	must(t, db.Close())
}

// Whoever lost a right, and whatever was taken back, is kept on a full disk too.
func TestWhatTakesARightAwayIsAnEnding(t *testing.T) {
	db := opened(t, Options{Reserve: -1})
	for says, c := range map[string]struct {
		put  func(*tx) error
		ends bool
	}{
		"a share":                     {puts((*tx).Shares, den.Share{ID: "sha_1"}), false},
		"a share that was taken":      {puts((*tx).Shares, den.Share{ID: "sha_2", TakenAt: noon()}), true},
		"a person":                    {puts((*tx).People, den.Person{ID: "per_1"}), false},
		"a person who left":           {puts((*tx).People, den.Person{ID: "per_2", Left: true}), true},
		"a report in the register":    {puts((*tx).Publications, den.Publication{Trial: "tri_1", At: noon()}), false},
		"a report that was withdrawn": {puts((*tx).Publications, den.Publication{Trial: "tri_2", At: noon(), WithdrawnAt: noon()}), true},
	} {
		must(t, db.update(t.Context(), func(x *tx) error {
			err := c.put(x)
			if x.ends != c.ends {
				t.Errorf("%s is an ending: %v", says, x.ends)
			}
			return err
		}))
	}
}

func puts[T any](table func(*tx) den.Table[T], rec T) func(*tx) error {
	return func(x *tx) error {
		_, err := table(x).Put(rec)
		return err
	}
}

// The control: without the reserve the endings do not fit either. The store stays whole
// and goes on when there is room.
func TestWithoutTheReserveEndingsAreRefusedToo(t *testing.T) {
	if !inPrivate(t) {
		return
	}
	dir := tmpfs(t, 24<<20)
	db := openedAt(t, filepath.Join(dir, "den.db"), Options{Reserve: -1})
	const live = 100
	for n := range live {
		must(t, db.Update(t.Context(), begin(n)))
	}
	filler := fill(t, filepath.Join(dir, "filler"))
	refused := 0
	for n := range live {
		if err := db.Update(t.Context(), ask(n)); err != nil {
			wantFull(t, err)
			refused++
			continue
		}
		if err := db.Update(t.Context(), ended(n)); err != nil {
			wantFull(t, err)
			refused++
		}
	}
	t.Logf("figure: %d endings, %d violations", live, refused)
	if refused == 0 {
		t.Error("everything could end without the reserve: the test fills no disk")
	}
	must(t, os.Remove(filler))
	must(t, db.Update(t.Context(), begin(20003)))
	wholeAndClosed(t, db)
}

func begin(n int) func(den.Tx) error {
	return func(tx den.Tx) error {
		l := lease(fmt.Sprintf("lea_%06d", n), fmt.Sprintf("name-%d", n))
		l.Say = strings.Repeat("x", 2000)
		if _, err := tx.Leases().Put(l); err != nil {
			return err
		}
		_, err := tx.Record(den.Event{ID: "evt_1", At: noon(), Subject: l.ID, Act: "lease.requested"})
		return err
	}
}

func ask(n int) func(den.Tx) error {
	return func(tx den.Tx) error {
		l, err := tx.Leases().Get(den.ID(fmt.Sprintf("lea_%06d", n)))
		if err != nil {
			return err
		}
		l.EndAsked = &den.Asked{By: "per_1", At: noon()}
		if _, err = tx.Leases().Put(l); err != nil {
			return err
		}
		_, err = tx.Record(den.Event{ID: "evt_1", At: noon(), Subject: l.ID, Act: "lease.end_asked"})
		return err
	}
}

func ended(n int) func(den.Tx) error {
	return func(tx den.Tx) error {
		l, err := tx.Leases().Get(den.ID(fmt.Sprintf("lea_%06d", n)))
		if err != nil {
			return err
		}
		l.Phase = den.Ended
		if _, err = tx.Leases().Put(l); err != nil {
			return err
		}
		if _, err = tx.Receipts().Put(den.Receipt{Lease: l.ID, Trial: l.Trial, LogTail: strings.Repeat("y", 4000)}); err != nil {
			return err
		}
		_, err = tx.Record(den.Event{ID: "evt_1", At: noon(), Subject: l.ID, Act: "lease.ended"})
		return err
	}
}

// fill writes a file until the disk has no room left.
func fill(t *testing.T, path string) string {
	t.Helper()
	f, err := os.Create(path)
	must(t, err)
	defer f.Close()
	for size := 1 << 20; size > 0; {
		if _, err := f.Write(make([]byte, size)); errors.Is(err, syscall.ENOSPC) {
			size /= 2
		} else {
			must(t, err)
		}
	}
	_ = f.Sync()
	return path
}

func wantFull(t *testing.T, err error) {
	t.Helper()
	if den.KindOf(err) != den.Full {
		t.Fatalf("got %v, want a refusal because the disk is full", err)
	}
}

func wholeAndClosed(t *testing.T, db *DB) {
	t.Helper()
	faults, err := db.Check(t.Context())
	if err != nil || len(faults) > 0 {
		t.Errorf("the file is not sound: %v %v", faults, err)
	}
	must(t, db.Close())
}
