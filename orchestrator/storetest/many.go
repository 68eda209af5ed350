package storetest

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"innovationden/orchestrator/den"
)

func oneMoment(t *testing.T, s den.Store) {
	update(t, s, put(lease(1)))
	view(t, s, func(tx den.Tx) error {
		done := make(chan error)
		go func() {
			l := lease(1)
			l.Rev, l.Name = 1, "renamed"
			done <- s.Update(t.Context(), put(l))
		}()
		if err := <-done; err != nil {
			return err
		}
		l, err := tx.Leases().Get(lease(1).ID)
		if l.Name != lease(1).Name {
			t.Errorf("the reading saw %q", l.Name)
		}
		return err
	})
}

// manyWriters counts in one record from many goroutines. Each add is answered once, so
// the sum tells whether one was lost or kept without an answer.
func manyWriters(t *testing.T, s den.Store) {
	const writers, rounds = 16, 25
	update(t, s, put(lease(0)))
	var all sync.WaitGroup
	var failed sync.Map
	for w := range writers {
		all.Go(func() {
			for round := range rounds {
				err := s.Update(t.Context(), func(tx den.Tx) error {
					l, err := tx.Leases().Get(lease(0).ID)
					if err != nil {
						return err
					}
					l.Restarts++
					if _, err := tx.Leases().Put(l); err != nil {
						return err
					}
					_, err = tx.Record(den.Event{ID: den.ID(fmt.Sprintf("evt_%d_%d", w, round)), At: noon(), Subject: "lea_0000"})
					return err
				})
				if err != nil {
					failed.Store(fmt.Sprint(w, round), err)
				}
			}
		})
	}
	all.Wait()
	failed.Range(func(at, err any) bool { t.Errorf("writer %v: %v", at, err); return true })
	view(t, s, func(tx den.Tx) error {
		l, err := tx.Leases().Get(lease(0).ID)
		head, _ := tx.Head()
		if l.Restarts != writers*rounds || head.Size != writers*rounds {
			t.Errorf("counted to %d with %d events, want %d", l.Restarts, head.Size, writers*rounds)
		}
		return err
	})
}

// failingWriters lets every second writer fail after it wrote, by an error or a panic,
// while the others go on: what they wrote must be nowhere.
func failingWriters(t *testing.T, s den.Store) {
	const writers, rounds = 16, 20
	cause := errors.New("no")
	var all sync.WaitGroup
	var mu sync.Mutex
	want := map[den.ID]bool{}
	for w := range writers {
		all.Go(func() {
			for round := range rounds {
				n := w*rounds + round
				err := attempt(s, t, func(tx den.Tx) error {
					if _, err := tx.Leases().Put(lease(n)); err != nil {
						return err
					}
					if _, err := tx.Record(den.Event{ID: "evt_1", At: noon(), Subject: lease(n).ID}); err != nil {
						return err
					}
					switch n % 4 {
					case 1:
						return cause
					case 3:
						panic(cause)
					}
					return nil
				})
				mu.Lock()
				want[lease(n).ID] = err == nil
				mu.Unlock()
				if (n%2 == 0) != (err == nil) {
					t.Errorf("writer %d: %v", n, err)
				}
			}
		})
	}
	all.Wait()
	view(t, s, func(tx den.Tx) error {
		head, err := tx.Head()
		if head.Size != writers*rounds/2 {
			t.Errorf("%d events, want %d", head.Size, writers*rounds/2)
		}
		for id, kept := range want {
			_, err := tx.Leases().Get(id)
			events, _ := tx.Events(den.Query{Index: den.EventsBySubject, Key: string(id)})
			if kept != (err == nil) || kept != (len(events.Items) == 1) {
				t.Errorf("%s: answered %v, there %v, %d events", id, kept, err == nil, len(events.Items))
			}
		}
		if n, _ := tx.Leases().Count(den.Query{Index: den.LeasesByPhase, Key: string(den.Live)}); n != writers*rounds/2 {
			t.Errorf("%d counted, want %d", n, writers*rounds/2)
		}
		return err
	})
}

// attempt is an Update that gives a panic as an error.
func attempt(s den.Store, t *testing.T, change func(den.Tx) error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = p.(error)
		}
	}()
	return s.Update(t.Context(), change)
}
