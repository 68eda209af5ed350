package orchestrator_test

import (
	"testing"
	"testing/synctest"
	"time"

	"innovationden/orchestrator/den"
	"innovationden/sandbox/fake"
)

func TestABudgetWarnsOnceAndThenEndsOrPauses(t *testing.T) {
	for choice, want := range map[den.AtBudget]den.Phase{den.BudgetEnds: den.Ended, den.BudgetPauses: den.Paused, den.BudgetWarns: den.Live} {
		t.Run(string(choice), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t)
				r.run()
				boss := r.approver()
				r.rules(func(in *den.Rules) { in.Budget, in.AtBudget = 24, choice }) // two hours at 12p
				v := r.start(time.Hour, r.release("one", fake.Behaviour{}))
				l := r.phase(v.Entries[0].Lease, den.Live, time.Minute)
				_, err := r.o.Extend(t.Context(), r.member, l.ID, den.Extension{By: 4 * time.Hour})
				r.must(err)
				for _, step := range []struct {
					after time.Duration
					told  int
				}{{55 * time.Minute, 0}, {10 * time.Minute, 1}, {25 * time.Minute, 1}, {10 * time.Minute, 2}} {
					elapse(step.after)
					if got := r.told(boss, den.NoticeBudget); got != step.told {
						t.Errorf("told %d times, want %d", got, step.told)
					}
				}
				l = r.phase(l.ID, want, time.Hour)
				elapse(30 * time.Minute)
				if now := r.lease(l.ID); now.Phase != want {
					t.Errorf("later it is %s", now.Phase)
				}
				if choice == den.BudgetEnds && l.Reason != den.ByBudget {
					t.Errorf("it ended for %s", l.Reason)
				}
				b, err := r.o.Budget(t.Context(), boss, r.department.ID)
				r.must(err)
				if choice != den.BudgetWarns && (b.Pence < 24 || b.Pence > 25) {
					t.Errorf("%d pence were spent", b.Pence)
				}
				_, err = r.o.StartTrial(t.Context(), r.member, r.draft(time.Hour, r.releases["one"]).ID, 0, den.Once{})
				if den.KindOf(err) != den.Conflict {
					t.Errorf("another starts without budget: %v", err)
				}
				if choice == den.BudgetPauses {
					if _, err := r.o.Resume(t.Context(), r.member, l.ID, 0); den.KindOf(err) != den.Conflict {
						t.Errorf("resumed without budget: %v", err)
					}
					r.rules(func(in *den.Rules) { in.Budget, in.AtBudget = 1000, choice })
					r.phase(l.ID, den.Live, time.Minute)
				}
			})
		})
	}
}
