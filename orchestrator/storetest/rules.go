package storetest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"runtime"
	"testing"
	"time"

	"innovationden/orchestrator/den"
)

func noon() time.Time { return time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC) }

func lease(n int) den.Lease {
	return den.Lease{
		ID: den.ID(fmt.Sprintf("lea_%04d", n)), Name: fmt.Sprintf("name-%d", n), Phase: den.Live,
		Trial: "tri_1", Department: "dep_1", Supplier: "sup_1", DueAt: noon().Add(time.Duration(n) * time.Second),
		EndAsked: &den.Asked{By: "per_1", At: noon(), Why: "done"}, Looks: []den.Stamp{noon()},
	}
}

func update(t *testing.T, s den.Store, change func(den.Tx) error) {
	t.Helper()
	if err := s.Update(t.Context(), change); err != nil {
		t.Fatalf("update: %v", err)
	}
}

func view(t *testing.T, s den.Store, read func(den.Tx) error) {
	t.Helper()
	if err := s.View(t.Context(), read); err != nil {
		t.Fatalf("view: %v", err)
	}
}

func put(l den.Lease) func(den.Tx) error {
	return func(tx den.Tx) error {
		_, err := tx.Leases().Put(l)
		return err
	}
}

func wantKind(t *testing.T, err error, kind den.Refusal) {
	t.Helper()
	if den.KindOf(err) != kind {
		t.Errorf("got %v, want a refusal of kind %q", err, kind)
	}
}

func wantNothing(t *testing.T, s den.Store) {
	t.Helper()
	view(t, s, func(tx den.Tx) error {
		for _, q := range []den.Query{{}, {Index: den.LeasesByPhase, Key: string(den.Live)}, {Index: den.LeasesByDue}} {
			if n, err := tx.Leases().Count(q); n != 0 || err != nil {
				t.Errorf("count of %q: %d, %v; want nothing", q.Index, n, err)
			}
			if page, err := tx.Leases().List(q); len(page.Items) != 0 || err != nil {
				t.Errorf("list of %q: %v, %v; want nothing", q.Index, page.Items, err)
			}
		}
		if head, err := tx.Head(); head.Size != 0 || err != nil {
			t.Errorf("head: %v, %v; want no event", head, err)
		}
		return nil
	})
}

func notFound(t *testing.T, s den.Store) {
	view(t, s, func(tx den.Tx) error {
		_, err := tx.Trials().Get("tri_none")
		wantKind(t, err, den.NotFound)
		_, err = tx.Event(0)
		wantKind(t, err, den.NotFound)
		return nil
	})
	update(t, s, func(tx den.Tx) error { return tx.Cells().Delete("none") })
	wantNothing(t, s)
}

func comesBack(t *testing.T, s den.Store) {
	want := lease(1)
	update(t, s, func(tx den.Tx) error {
		saved, err := tx.Leases().Put(want)
		want.Rev = 1
		if !reflect.DeepEqual(saved, want) {
			t.Errorf("put gave %+v, want %+v", saved, want)
		}
		return err
	})
	view(t, s, func(tx den.Tx) error {
		got, err := tx.Leases().Get(want.ID)
		if !reflect.DeepEqual(got, want) {
			t.Errorf("got %+v, want %+v", got, want)
		}
		return err
	})
}

func onlyNewest(t *testing.T, s den.Store) {
	l := lease(1)
	l.Rev = 3
	wantKind(t, s.Update(t.Context(), put(l)), den.Stale)
	l.Rev = 0
	update(t, s, put(l))
	wantKind(t, s.Update(t.Context(), put(l)), den.Stale)
	l.Rev = 1
	update(t, s, put(l))
	wantKind(t, s.Update(t.Context(), put(l)), den.Stale)
	update(t, s, func(tx den.Tx) error { return tx.Leases().Delete(l.ID) })
	l.Rev = 2
	wantKind(t, s.Update(t.Context(), put(l)), den.Stale)
	l.Rev = 0
	update(t, s, put(l))
}

func change(tx den.Tx) error {
	if _, err := tx.Leases().Put(lease(1)); err != nil {
		return err
	}
	_, err := tx.Record(den.Event{ID: "evt_1", At: noon(), Subject: "lea_0001"})
	return err
}

func errorUndoes(t *testing.T, s den.Store) {
	cause := errors.New("no")
	err := s.Update(t.Context(), func(tx den.Tx) error { return errors.Join(change(tx), cause) })
	if !errors.Is(err, cause) {
		t.Errorf("got %v, want the function's own error", err)
	}
	wantNothing(t, s)
	update(t, s, change)
}

func panicUndoes(t *testing.T, s den.Store) {
	func() {
		defer func() {
			if p := recover(); p != "oh" {
				t.Errorf("recovered %v, want the function's own panic", p)
			}
		}()
		_ = s.Update(t.Context(), func(tx den.Tx) error {
			_ = change(tx)
			panic("oh")
		})
	}()
	wantNothing(t, s)
	func() {
		defer func() { _ = recover() }()
		_ = s.View(t.Context(), func(den.Tx) error { panic("oh") })
	}()
	update(t, s, change)
}

func exitUndoes(t *testing.T, s den.Store) {
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		_ = s.Update(context.Background(), func(tx den.Tx) error {
			_ = change(tx)
			runtime.Goexit()
			return nil
		})
	}()
	<-gone
	wantNothing(t, s)
	update(t, s, change)
}

func refusedPut(t *testing.T, s den.Store) {
	update(t, s, put(lease(1)))
	update(t, s, func(tx den.Tx) error {
		thief := lease(2)
		thief.Name = lease(1).Name
		_, err := tx.Leases().Put(thief)
		wantKind(t, err, den.Conflict)
		old := lease(1)
		old.Phase = den.Paused
		_, err = tx.Leases().Put(old)
		wantKind(t, err, den.Stale)
		return nil // what was refused is passed over: nothing of it may stay
	})
	view(t, s, func(tx den.Tx) error {
		for _, q := range []den.Query{{}, {Index: den.LeasesByTrial, Key: "tri_1"}, {Index: den.LeasesByDue}, {Index: den.LeasesByPhase, Key: string(den.Live)}} {
			page, err := tx.Leases().List(q)
			if err != nil || len(page.Items) != 1 || page.Items[0].ID != lease(1).ID {
				t.Errorf("list of %q: %v, %v; want the first lease alone", q.Index, page.Items, err)
			}
		}
		return nil
	})
}

func nameOnce(t *testing.T, s den.Store) {
	first, second := lease(1), lease(2)
	second.Name = first.Name
	update(t, s, put(first))
	wantKind(t, s.Update(t.Context(), put(second)), den.Conflict)
	second.Name = "other"
	update(t, s, put(second))
	second.Name, second.Rev = first.Name, 1
	wantKind(t, s.Update(t.Context(), put(second)), den.Conflict)
	first.Rev = 1
	update(t, s, put(first)) // its own name again
	longer := lease(3)
	longer.Name = first.Name + "-and-more"
	update(t, s, put(longer))
}

func finalNotDue(t *testing.T, s den.Store) {
	l := lease(1)
	update(t, s, put(l))
	l.Rev, l.Phase = 1, den.Ended
	update(t, s, put(l))
	view(t, s, func(tx den.Tx) error {
		n, err := tx.Leases().Count(den.Query{Index: den.LeasesByDue})
		if n != 0 || err != nil {
			t.Errorf("%d due, %v; want none", n, err)
		}
		return nil
	})
}

func endedContext(t *testing.T, s den.Store) {
	ctx, end := context.WithCancel(t.Context())
	end()
	if err := s.Update(ctx, change); !errors.Is(err, context.Canceled) {
		t.Errorf("update: %v", err)
	}
	if err := s.View(ctx, func(den.Tx) error { t.Error("it was read"); return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("view: %v", err)
	}
	wantNothing(t, s)
}

func usedLate(t *testing.T, s den.Store) {
	var late den.Tx
	for _, run := range []func(*testing.T, den.Store, func(den.Tx) error){update, view} {
		run(t, s, func(tx den.Tx) error { late = tx; return nil })
		_, err := late.Leases().Put(lease(1))
		wantKind(t, err, den.Internal)
		_, err = late.Leases().Get("lea_0001")
		wantKind(t, err, den.Internal)
		_, err = late.Record(den.Event{})
		wantKind(t, err, den.Internal)
	}
	view(t, s, func(tx den.Tx) error {
		_, err := tx.Leases().Put(lease(1))
		wantKind(t, err, den.Internal)
		return nil
	})
	wantNothing(t, s)
}
