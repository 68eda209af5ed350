package storetest

import (
	"fmt"
	"slices"
	"testing"

	"innovationden/orchestrator/den"
)

// collect reads a list to its end, page by page; between runs after each page.
func collect(t *testing.T, s den.Store, q den.Query, between func(page int)) []den.ID {
	t.Helper()
	var all []den.ID
	for page := 0; ; page++ {
		var next string
		view(t, s, func(tx den.Tx) error {
			got, err := tx.Leases().List(q)
			for _, l := range got.Items {
				all = append(all, l.ID)
			}
			next = got.Next
			return err
		})
		if next == "" {
			return all
		}
		if page > 2000 {
			t.Fatal("the list does not end")
		}
		q.After = next
		between(page)
	}
}

func ids(from, to, by int) []den.ID {
	var out []den.ID
	for n := from; n != to; n += by {
		out = append(out, lease(n).ID)
	}
	return out
}

func fill(t *testing.T, s den.Store, n int) {
	t.Helper()
	update(t, s, func(tx den.Tx) error {
		for i := range n {
			if _, err := tx.Leases().Put(lease(i)); err != nil {
				return err
			}
		}
		return nil
	})
}

func pagesJoin(t *testing.T, s den.Store) {
	fill(t, s, 1203)
	nothing := func(int) {}
	for _, index := range []den.Query{{}, {Index: den.LeasesByTrial, Key: "tri_1"}, {Index: den.LeasesByDue}} {
		for _, limit := range []int{0, 1, 50, 401, 1203, 5000} {
			q := index
			q.Limit = limit
			if limit == 1 { // a page each is slow: only the beginning
				q.Limit = 200
			}
			if got := collect(t, s, q, nothing); !slices.Equal(got, ids(0, 1203, 1)) {
				t.Errorf("%q by %d: %d records, or in another order", q.Index, limit, len(got))
			}
			q.Newest = true
			if got := collect(t, s, q, nothing); !slices.Equal(got, ids(1202, -1, -1)) {
				t.Errorf("%q by %d, newest first: %d records, or in another order", q.Index, limit, len(got))
			}
		}
	}
	view(t, s, func(tx den.Tx) error {
		page, err := tx.Leases().List(den.Query{})
		if len(page.Items) != 50 || page.Next == "" {
			t.Errorf("a page without a limit has %d records", len(page.Items))
		}
		if most, _ := tx.Leases().List(den.Query{Limit: 5000}); len(most.Items) != 1000 {
			t.Errorf("the largest page has %d records", len(most.Items))
		}
		exact, _ := tx.Leases().List(den.Query{Index: den.LeasesByDue, Until: lease(9).DueAt, Limit: 10})
		if len(exact.Items) != 10 || exact.Next != "" {
			t.Errorf("due by then: %d records, next %q", len(exact.Items), exact.Next)
		}
		return err
	})
}

func cursorHolds(t *testing.T, s den.Store) {
	update(t, s, func(tx den.Tx) error {
		for n := 100; n < 200; n++ {
			if _, err := tx.Leases().Put(lease(n)); err != nil {
				return err
			}
		}
		return nil
	})
	added := 0
	meanwhile := func(page int) {
		update(t, s, func(tx den.Tx) error { // before, behind, and where the cursor stands
			for _, n := range []int{added, 500 + added} {
				if _, err := tx.Leases().Put(lease(n)); err != nil {
					return err
				}
			}
			added++
			return tx.Leases().Delete(lease(100 + 7*(page+1) - 1).ID)
		})
	}
	for _, index := range []den.Query{{Limit: 7}, {Limit: 7, Index: den.LeasesByPhase, Key: string(den.Live)}} {
		seen := collect(t, s, index, meanwhile)
		for i, id := range seen {
			if slices.Contains(seen[:i], id) {
				t.Fatalf("%s came twice", id)
			}
		}
		view(t, s, func(tx den.Tx) error {
			for n := 100; n < 200; n++ {
				if _, err := tx.Leases().Get(lease(n).ID); err == nil && !slices.Contains(seen, lease(n).ID) {
					t.Errorf("%s was there all the time and did not come", lease(n).ID)
				}
			}
			return nil
		})
	}
}

func cursorBound(t *testing.T, s den.Store) {
	fill(t, s, 20)
	view(t, s, func(tx den.Tx) error {
		first, err := tx.Leases().List(den.Query{Index: den.LeasesByTrial, Key: "tri_1", Limit: 5})
		if err != nil {
			return err
		}
		for _, q := range []den.Query{
			{After: first.Next},
			{Index: den.LeasesByTrial, Key: "tri_2", After: first.Next},
			{Index: den.LeasesByDepartment, Key: "tri_1", After: first.Next},
			{Index: den.LeasesByTrial, Key: "tri_1", Newest: true, After: first.Next},
			{Index: den.LeasesByTrial, Key: "tri_1", After: "x" + first.Next},
			{Index: den.LeasesByTrial, Key: "tri_1", After: first.Next[:5]},
			{Index: den.LeasesByTrial, Key: "tri_1", After: "%%%"},
			{After: "AAAA"},
			{Any: []den.Ask{{Index: den.LeasesByTrial, Key: "tri_1"}}, After: first.Next},
		} {
			_, err := tx.Leases().List(q)
			wantKind(t, err, den.Invalid)
		}
		_, err = tx.Leases().List(den.Query{Index: den.TrialsByState, Key: "draft"})
		if err == nil {
			t.Error("a list by an index of another table was given")
		}
		return nil
	})
}

func eventsKept(t *testing.T, s den.Store) {
	for n := range 30 {
		update(t, s, func(tx den.Tx) error {
			seq, err := tx.Record(den.Event{ID: den.ID(fmt.Sprintf("evt_%d", n)), At: noon(), Actor: "per_1",
				Subject: den.ID(fmt.Sprintf("lea_%d", n%3)), About: []den.ID{"tri_1", "tri_1", ""}, After: []byte(`{"Phase": "live"}`)})
			if seq != uint64(n) {
				t.Errorf("event %d got position %d", n, seq)
			}
			return err
		})
	}
	view(t, s, func(tx den.Tx) error {
		for _, c := range []struct {
			q    den.Query
			want int
		}{
			{den.Query{}, 30}, {den.Query{Index: den.EventsBySubject, Key: "lea_1"}, 10},
			{den.Query{Index: den.EventsBySubject, Key: "tri_1"}, 30}, {den.Query{Index: den.EventsBySubject, Key: "tri"}, 0},
			{den.Query{Index: den.EventsByActor, Key: "per_1"}, 30}, {den.Query{Index: den.EventsByActor, Key: "lea_1"}, 0},
		} {
			for _, newest := range []bool{false, true} {
				c.q.Newest, c.q.Limit, c.q.After = newest, 4, ""
				var got []uint64
				for {
					page, err := tx.Events(c.q)
					if err != nil {
						return err
					}
					for _, e := range page.Items {
						got = append(got, e.Seq)
					}
					if c.q.After = page.Next; page.Next == "" {
						break
					}
				}
				if newest {
					slices.Reverse(got)
				}
				if len(got) != c.want || !slices.IsSorted(got) {
					t.Errorf("events of %q %q: %v, want %d in order", c.q.Index, c.q.Key, got, c.want)
				}
			}
		}
		e, err := tx.Event(7)
		if e.ID != "evt_7" || string(e.After) != `{"Phase":"live"}` {
			t.Errorf("event 7: %+v", e)
		}
		return err
	})
}

func headMoves(t *testing.T, s den.Store) {
	head := func() (h den.Head) {
		view(t, s, func(tx den.Tx) (err error) { h, err = tx.Head(); return err })
		return h
	}
	const empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" // RFC 6962, 2.1
	if h := head(); h.Size != 0 || h.Root != empty {
		t.Errorf("the empty record has the head %+v", h)
	}
	seen := map[string]bool{}
	for n := range 20 {
		update(t, s, func(tx den.Tx) error {
			_, err := tx.Record(den.Event{ID: "evt_1", At: noon(), Subject: "lea_1"})
			return err
		})
		update(t, s, put(lease(n)))
		h := head()
		if h.Size != uint64(n+1) || seen[h.Root] {
			t.Errorf("after event %d the head is %+v", n, h)
		}
		seen[h.Root] = true
	}
}
