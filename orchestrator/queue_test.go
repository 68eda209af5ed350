package orchestrator_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"innovationden/orchestrator"
	"innovationden/orchestrator/den"
	"innovationden/sandbox/fake"
)

// stand puts requests into the queue of a den, behind what is there: of another trial, and
// of other people. Every odd one waits for an approver.
func (r *rig) stand(n int, ends den.Stamp) {
	r.t.Helper()
	r.must(r.db.Update(r.t.Context(), func(tx den.Tx) error {
		release, err := tx.Releases().Get(r.releases["one"])
		if err != nil {
			return err
		}
		d, err := tx.Departments().Put(den.Department{ID: r.id(den.KindDepartment), Name: fmt.Sprintf("Department %d", r.ids.Add(1))})
		if err != nil {
			return err
		}
		t, err := tx.Trials().Put(den.Trial{ID: r.id(den.KindTrial), Department: d.ID, State: den.TrialRunning, Scheme: den.SchemeRef{ID: "standard", Version: 1}, Size: small.Name})
		for i := 0; i < n && err == nil; i++ {
			id := r.id(den.KindLease)
			l := den.Lease{
				ID: id, Trial: t.ID, Department: d.ID, Supplier: r.supplier.ID, Product: r.product.ID, Release: release.ID, Name: "waits-" + string(id), Size: small.Name,
				Phase: den.Requested, RequestedAt: time.Now(), AgreedAt: time.Now(), EndsAt: ends, DueAt: ends, LatestEnd: ends,
			}
			if i%2 == 1 {
				l.AgreedAt, l.LapsesAt = den.Stamp{}, ends
			}
			_, err = tx.Leases().Put(l)
		}
		return err
	}))
}

// However many wait for an approver, a start reads few of them. It is let in at once where
// it reads all of them, by the pass that follows where it does not, and behind whoever waits
// for room.
func TestAStartDoesNotReadAllWhoWaitForAnApprover(t *testing.T) {
	const most = 250
	for _, waiting := range []int{20, 3000} {
		for _, isAhead := range []bool{false, true} {
			synctest.Test(t, func(t *testing.T) {
				var n *reads
				r := newRig(t, func(c *orchestrator.Config) {
					if c.Room = 2; isAhead {
						c.Room = 1
					}
				}, countReads(&n))
				one := r.release("one", fake.Behaviour{})
				held := r.start(time.Hour, one).Entries[0].Lease
				r.stand(waiting, time.Now().Add(5*time.Hour))
				r.must(r.db.Update(t.Context(), func(tx den.Tx) error {
					seen := 0
					for q := (den.Query{Index: den.LeasesByPhase, Key: string(den.Requested)}); ; {
						page, err := tx.Leases().List(q)
						for _, l := range page.Items {
							if seen++; isAhead && seen == waiting || err != nil {
								continue
							}
							l.AgreedAt, l.LapsesAt = den.Stamp{}, l.EndsAt
							_, err = tx.Leases().Put(l)
						}
						if q.After = page.Next; q.After == "" || err != nil {
							return err
						}
					}
				}))
				r.run()
				r.phase(held, den.Live, time.Minute)
				draft := r.draft(3*time.Hour, one)
				inTurn, _ := n.of(func() {
					_, err := r.o.StartTrial(t.Context(), r.member, draft.ID, 0, den.Once{})
					r.must(err)
				})
				if inTurn["leases"] > most {
					t.Errorf("with %d waiting it read in its turn %v", waiting, inTurn)
				}
				v, err := r.o.Trial(t.Context(), r.member, draft.ID)
				r.must(err)
				if lease := v.Entries[0].Lease; isAhead {
					elapse(time.Minute)
					r.phase(lease, den.Requested, time.Second)
				} else {
					r.phase(lease, den.Live, time.Minute)
				}
			})
		}
	}
}

// However many wait, a place in the queue, a start and a pass read the same.
func TestTheQueueIsNotReadForEachPlace(t *testing.T) {
	const most = 200 // leases: for a trial, its page, the page at the beginning and a minute
	for _, waiting := range []int{20, 1500} {
		synctest.Test(t, func(t *testing.T) {
			var n *reads
			r := newRig(t, func(c *orchestrator.Config) { c.Room = 1 }, countReads(&n))
			one := r.release("one", fake.Behaviour{})
			held := r.start(time.Hour, one).Entries[0].Lease
			r.stand(waiting, time.Now().Add(5*time.Hour))
			r.run()
			r.phase(held, den.Live, time.Minute)
			elapse(90 * time.Second)
			boss := r.person("Olu", den.Operator, "")
			draft := r.draft(3*time.Hour, one, r.release("two", fake.Behaviour{}))
			var trial den.TrialView
			inTurn, beside := n.of(func() {
				var err error
				trial, err = r.o.StartTrial(t.Context(), r.member, draft.ID, 0, den.Once{})
				r.must(err)
				for i, e := range trial.Entries {
					if want := (waiting+1)/2 + 1 + i; e.Sandbox.Place != want {
						t.Errorf("of %d: place %d instead of %d in the answer", waiting, e.Sandbox.Place, want)
					}
				}
				again, err := r.o.Trial(t.Context(), r.member, trial.ID)
				r.must(err)
				for i, e := range again.Entries {
					if want := (waiting+1)/2 + 1 + i; e.Sandbox.Place != want {
						t.Errorf("of %d: place %d instead of %d", waiting, e.Sandbox.Place, want)
					}
				}
				h, err := r.o.Home(t.Context(), boss)
				r.must(err)
				if len(h.Ending) != 20 || h.Ending[0].ID != held || h.Ending[1].ID != trial.Entries[0].Lease {
					t.Errorf("of %d end soon: %d", waiting, len(h.Ending))
				}
				elapse(time.Minute)
			})
			if inTurn["leases"] > most/2 || beside["leases"] > most {
				t.Errorf("with %d waiting: in turn %v, beside %v", waiting, inTurn, beside)
			}
		})
	}
}

// What is over, or has room, leaves the queue in its order, also when the den begins with a
// long one.
func TestALongQueueGoesInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, func(c *orchestrator.Config) { c.Room = 1 })
		one := r.release("one", fake.Behaviour{})
		held := r.start(time.Hour, one).Entries[0].Lease
		r.stand(60, time.Now().Add(30*time.Minute)) // over before there is room
		next := r.start(3*time.Hour, one).Entries[0].Lease
		last := r.start(3*time.Hour, one).Entries[0].Lease
		r.run()
		r.phase(held, den.Live, time.Minute)
		elapse(31 * time.Minute)
		left := 0
		r.must(r.db.View(t.Context(), func(tx den.Tx) (err error) {
			left, err = tx.Leases().Count(den.Query{Index: den.LeasesByPhase, Key: string(den.Requested)})
			return err
		}))
		if left != 2 {
			t.Errorf("%d wait after the time of 60 was over", left)
		}
		if v, err := r.o.Sandbox(t.Context(), r.member, next); err != nil || v.Place != 1 {
			t.Errorf("place %d, %v", v.Place, err)
		}
		r.phase(next, den.Live, time.Hour)
		if v, err := r.o.Sandbox(t.Context(), r.member, last); err != nil || v.Place != 1 || v.Phase != den.Requested {
			t.Errorf("place %d, %s, %v", v.Place, v.Phase, err)
		}
	})
}
