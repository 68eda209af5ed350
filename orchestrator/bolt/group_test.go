package bolt

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"

	"go.etcd.io/bbolt"

	"innovationden/orchestrator/den"
)

var errNo = errors.New("no")

// together runs functions so that all of them are waiting before the first one ends,
// and gives their errors. A panic counts as its error.
func together(t *testing.T, db *DB, changes ...func(den.Tx) error) []error {
	t.Helper()
	errs := make([]error, len(changes))
	first := make(chan struct{})
	var all sync.WaitGroup
	for n, change := range changes {
		all.Go(func() {
			defer func() {
				if p := recover(); p != nil {
					errs[n] = p.(error)
				}
			}()
			errs[n] = db.Update(context.Background(), func(tx den.Tx) error {
				<-first
				return change(tx)
			})
		})
		for n > 0 && db.waiting.Load() < int64(n) { // the first one holds the turn
			runtime.Gosched()
		}
		for n == 0 && db.turn.TryLock() {
			db.turn.Unlock()
			runtime.Gosched()
		}
	}
	close(first)
	all.Wait()
	return errs
}

func lastTx(t *testing.T, db *DB) (id int) {
	t.Helper()
	must(t, db.b.View(func(b *bbolt.Tx) error { id = b.ID(); return nil }))
	return id
}

func TestCallersShareACommitAndOnlyTheirOwnFailures(t *testing.T) {
	db := opened(t, Options{})
	before := lastTx(t, db)
	var changes []func(den.Tx) error
	for n := range 40 {
		changes = append(changes, func(tx den.Tx) error {
			if err := begin(n)(tx); err != nil {
				return err
			}
			if n > 0 && n%5 == 2 { // overwrite and remove what others wrote, then fail
				l, err := tx.Leases().Get("lea_000000")
				if err == nil {
					l.Name, l.Phase, l.Trial = "stolen", den.Ended, "tri_2"
					_, err = tx.Leases().Put(l)
				}
				if err := errors.Join(err, tx.Leases().Delete("lea_000000")); err != nil {
					return err
				}
				return errNo
			}
			if n%5 == 4 {
				panic(errNo)
			}
			return nil
		})
	}
	for n, err := range together(t, db, changes...) {
		if fails := n%5 == 2 || n%5 == 4; fails != errors.Is(err, errNo) || !fails && err != nil {
			t.Errorf("caller %d: %v", n, err)
		}
	}
	if commits := lastTx(t, db) - before; commits > 2 {
		t.Errorf("%d commits for 40 callers", commits)
	}
	must(t, db.View(t.Context(), func(tx den.Tx) error {
		first, err := tx.Leases().Get("lea_000000")
		if first.Name != "name-0" || err != nil {
			t.Errorf("the first lease is %+v, %v", first, err)
		}
		for n := range 40 {
			_, err := tx.Leases().Get(den.ID(fmt.Sprintf("lea_%06d", n)))
			if there, want := err == nil, n%5 != 2 && n%5 != 4; there != want {
				t.Errorf("lease %d is there: %v, want %v", n, there, want)
			}
		}
		head, err := tx.Head()
		if head.Size != 24 {
			t.Errorf("%d events, want 24", head.Size)
		}
		return err
	}))
	wholeAndClosed(t, db)
}

// A refusal may rest on what another member of the group wrote. If the group is not
// kept, it was not true, and the caller must not have been told.
func TestNobodyIsToldWhatWasNotKept(t *testing.T) {
	if !inPrivate(t) {
		return
	}
	dir := tmpfs(t, 4<<20)
	db := openedAt(t, dir+"/den.db", Options{Reserve: -1})
	must(t, db.Update(t.Context(), begin(0)))
	fill(t, dir+"/filler")
	var saw []string
	big := func(tx den.Tx) error {
		l := lease("lea_big", "big")
		for range 1 << 12 {
			l.Say += "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
		}
		_, err := tx.Leases().Put(l)
		return err
	}
	second := func(tx den.Tx) error { // says no because of the first
		_, err := tx.Leases().Get("lea_big")
		if err == nil {
			saw = append(saw, "there")
			return den.Refuse(den.Conflict, "It is there already.")
		}
		saw = append(saw, "not there")
		return nil
	}
	errs := together(t, db, big, second)
	wantFull(t, errs[0])
	if errs[1] != nil {
		t.Errorf("the second was told %v", errs[1])
	}
	if fmt.Sprint(saw) != "[there not there]" {
		t.Errorf("the second saw %v; it must run again", saw)
	}
	wholeAndClosed(t, db)
}
