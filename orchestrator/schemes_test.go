package orchestrator_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"innovationden/orchestrator"
	"innovationden/orchestrator/den"
	"innovationden/sandbox/fake"
)

// uncommitted is a store whose changes run to their end and are then not kept, as often
// as it is told.
type uncommitted struct {
	den.Store
	left int
}

func (u *uncommitted) Update(ctx context.Context, change func(den.Tx) error) error {
	return u.Store.Update(ctx, func(tx den.Tx) error {
		err := change(tx)
		if err == nil && u.left > 0 {
			u.left--
			err = errors.New("the disk went away")
		}
		return err
	})
}

// What a start found out about its scheme is believed by the next one only once it is
// committed: else a trial could run by a scheme that nobody keeps.
func TestASchemeIsKeptByTheFirstStartThatIsCommitted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		store := &uncommitted{Store: r.store}
		r.config.Store = store
		r.o = orchestrator.New(r.config)
		one := r.release("one", fake.Behaviour{})
		draft := r.draft(time.Hour, one)
		store.left = 1
		if _, err := r.o.StartTrial(t.Context(), r.member, draft.ID, 0, den.Once{}); err == nil {
			t.Fatal("a start that was not kept was said to be done")
		}
		kept := func() (n int) {
			r.must(r.store.View(t.Context(), func(tx den.Tx) (err error) {
				n, err = tx.Schemes().Count(den.Query{})
				return err
			}))
			return n
		}
		if n := kept(); n != 0 {
			t.Fatalf("%d schemes are kept by a start that was not", n)
		}
		first := r.start(time.Hour, one)
		if n := kept(); n != 1 {
			t.Errorf("%d schemes are kept once a trial started, not its one", n)
		}
		second := r.start(time.Hour, one)
		if n := kept(); n != 1 {
			t.Errorf("%d schemes are kept after another start by the same, not one", n)
		}
		if a, b := sealedScheme(r, first.ID), sealedScheme(r, second.ID); a == "" || a != b {
			t.Errorf("two trials by one scheme locked %q and %q", a, b)
		}
	})
}

// sealedScheme is the hash of the scheme that a trial's start locked.
func sealedScheme(r *rig, trial den.ID) string {
	r.t.Helper()
	var found string
	r.must(r.store.View(context.Background(), func(tx den.Tx) error {
		page, err := tx.Events(den.Query{Index: den.EventsBySubject, Key: string(trial)})
		for _, e := range page.Items {
			if _, rest, ok := strings.Cut(string(e.After), `"SchemeHash":"`); ok {
				found, _, _ = strings.Cut(rest, `"`)
			}
		}
		return err
	}))
	return found
}

// A record that is written again and again in one change stands in the event as it was
// before the change and after it, and so does one that is removed in the end.
func TestWhatIsWrittenTwiceInOneChangeIsToldFromItsBeginning(t *testing.T) {
	r := newRig(t)
	change := func(do func(den.Tx) error) []den.FieldChange {
		var seq uint64
		r.must(r.store.Update(t.Context(), func(under den.Tx) error {
			tx := den.Track(under, func() string { return "salt" })
			if err := do(tx); err != nil {
				return err
			}
			var err error
			if seq, err = tx.Record(den.Event{ID: r.id(den.KindEvent), At: den.Stamp{}, Act: "product.changed", Subject: r.product.ID, Say: "It changed."}); err != nil {
				return err
			}
			return tx.Close()
		}))
		var e den.Event
		r.must(r.store.View(t.Context(), func(tx den.Tx) (err error) {
			e, err = tx.Event(seq)
			return err
		}))
		return e.Changes
	}
	put := func(tx den.Tx, names ...string) error {
		one, err := tx.Products().Get(r.product.ID)
		for _, name := range names {
			if err == nil {
				one.Name = name
				one, err = tx.Products().Put(one)
			}
		}
		return err
	}
	named := func(list []den.FieldChange) (before, after string) {
		for _, c := range list {
			if c.Field == "Name" {
				return c.Before, c.After
			}
		}
		return "", ""
	}
	list := change(func(tx den.Tx) error { return put(tx, "Second", "Third") })
	if before, after := named(list); before != "Bookwell" || after != "Third" {
		t.Errorf("written twice: from %q to %q: %+v", before, after, list)
	}
	list = change(func(tx den.Tx) error { return errors.Join(put(tx, "Fourth"), tx.Products().Delete(r.product.ID)) })
	if before, after := named(list); before != "Third" || after != "" {
		t.Errorf("written and removed: from %q to %q: %+v", before, after, list)
	}
}
