package orchestrator_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"innovationden/orchestrator"
	"innovationden/orchestrator/den"
	"innovationden/sandbox/fake"
)

// contestRounds is how often each contest is held in make test; make chaos holds 10,000.
const contestRounds = 500

func TestExtendAgainstExpiryIsDecidedOnce(t *testing.T) { extendAgainstExpiry(t, t, contestRounds) }
func TestTenRemovalsAreOne(t *testing.T)                { tenRemovals(t, t, contestRounds) }
func TestOfFiftyLaunchesOneGetsThePlace(t *testing.T)   { fiftyLaunches(t, t, contestRounds) }
func TestARoleRevokedStopsTheLaunch(t *testing.T)       { revokedAgainstLaunch(t, t, contestRounds) }

// judge hears what is wrong: the test itself, or a control that wants to hear it.
type judge interface {
	Error(args ...any)
	Errorf(format string, args ...any)
	Failed() bool
}

// contest holds rounds inside one bubble of time, on one den.
func contest(t *testing.T, found judge, rounds int, hold func(*testing.T, *rig, int), change ...func(*orchestrator.Config)) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, change...)
		r.release("one", fake.Behaviour{})
		r.run()
		for n := range rounds {
			hold(t, r, n)
			if found.Failed() {
				found.Errorf("in round %d of %s. Again: go test -tags nomsgpack,chaos -count=1 -run '^%s$' ./orchestrator", n, t.Name(), t.Name())
				break
			}
		}
		r.stop()
		if bad := r.engine.Violations(); len(bad) > 0 {
			t.Error(bad)
		}
	})
}

func failures(found judge) int {
	if found.Failed() {
		return 1
	}
	return 0
}

// acts are the acts in the record about something, oldest first.
func (r *rig) acts(subject den.ID) (acts []string) {
	r.t.Helper()
	r.must(r.store.View(context.Background(), func(tx den.Tx) error {
		page, err := tx.Events(den.Query{Index: den.EventsBySubject, Key: string(subject), Limit: 1000})
		for _, e := range page.Items {
			if e.Subject == subject {
				acts = append(acts, e.Act)
			}
		}
		return err
	}))
	return acts
}

func howMany(acts []string, act string) (n int) {
	for _, a := range acts {
		if a == act {
			n++
		}
	}
	return n
}

// At the moment a sandbox ends somebody extends it. One of the two happens, and the
// record, the lease and the answer say the same.
func extendAgainstExpiry(t *testing.T, found judge, rounds int, change ...func(*orchestrator.Config)) {
	const length = 10 * time.Second
	won, lost := 0, 0
	contest(t, found, rounds, func(t *testing.T, r *rig, n int) {
		v := r.start(length, r.releases["one"])
		l := r.phase(v.Entries[0].Lease, den.Live, time.Minute)
		elapse(time.Until(l.EndsAt.Add(time.Duration(n%3-1) * time.Nanosecond)))
		_, err := r.o.Extend(t.Context(), r.member, l.ID, den.Extension{By: length})
		synctest.Wait()
		now, acts := r.lease(l.ID), r.acts(l.ID)
		extended, ending := howMany(acts, "lease.extended"), howMany(acts, "lease.ending")
		switch {
		case err == nil:
			won++
			if extended != 1 || ending != 0 || now.Phase != den.Live || !now.EndsAt.Equal(l.EndsAt.Add(length)) {
				found.Errorf("it was extended, and then: %s until %s, %v", now.Phase, now.EndsAt, acts)
			}
			_, err := r.o.End(t.Context(), r.member, l.ID, "", 0)
			r.must(err)
		case den.KindOf(err) == den.Conflict:
			lost++
			if extended != 0 || !now.EndsAt.Equal(l.EndsAt) {
				found.Errorf("it was refused and extended: %v", acts)
			}
		default:
			found.Error(err)
		}
		if l = r.phase(l.ID, den.Ended, time.Minute); err != nil && l.Reason != den.ByTime {
			found.Errorf("it ended for the reason %s", l.Reason)
		}
	}, change...)
	if won == 0 || lost == 0 {
		found.Errorf("%d won and %d lost: the contest does not meet the moment", won, lost)
	}
	t.Logf("figure: %d contests, %d violations", rounds, failures(found))
}

// Ten people remove one sandbox at once: it is asked for once, removed once, receipted once.
func tenRemovals(t *testing.T, found judge, rounds int, change ...func(*orchestrator.Config)) {
	contest(t, found, rounds, func(t *testing.T, r *rig, _ int) {
		v := r.start(time.Hour, r.releases["one"])
		l := r.phase(v.Entries[0].Lease, den.Live, time.Minute)
		for _, err := range atOnce(10, func(int) error {
			_, err := r.o.End(t.Context(), r.member, l.ID, "Enough.", 0)
			return err
		}) {
			if err != nil {
				found.Error(err)
			}
		}
		r.phase(l.ID, den.Ended, time.Minute)
		acts := r.acts(l.ID)
		for _, act := range []string{"lease.end_asked", "lease.ending", "lease.ended"} {
			if n := howMany(acts, act); n != 1 {
				found.Errorf("%d times %s: %v", n, act, acts)
			}
		}
		if _, err := r.o.Receipt(t.Context(), r.member, l.ID); err != nil {
			found.Error(err)
		}
	}, change...)
	t.Logf("figure: %d contests, %d violations", rounds, failures(found))
}

// Fifty trials are started at once where the department has one place left.
func fiftyLaunches(t *testing.T, found judge, rounds int, change ...func(*orchestrator.Config)) {
	const many = 50
	var drafts []den.ID
	contest(t, found, rounds, func(t *testing.T, r *rig, n int) {
		if n == 0 {
			_, err := r.o.SetRules(t.Context(), den.System(), den.Rules{Department: r.department.ID, Most: 1}, 0)
			r.must(err)
			for range many {
				drafts = append(drafts, r.draft(time.Hour, r.releases["one"]).ID)
			}
		}
		winner := -1
		for i, err := range atOnce(many, func(i int) error {
			_, err := r.o.StartTrial(t.Context(), r.member, drafts[i], 0, den.Once{})
			return err
		}) {
			switch {
			case err == nil && winner >= 0:
				found.Errorf("%d and %d both got the one place", winner, i)
			case err == nil:
				winner = i
			case den.KindOf(err) != den.Conflict:
				found.Error(err)
			}
		}
		if winner < 0 {
			t.Fatal("nobody got the place")
		}
		v, err := r.o.Trial(t.Context(), r.member, drafts[winner])
		r.must(err)
		_, err = r.o.EndTrial(t.Context(), r.member, v.ID, "", 0)
		r.must(err)
		r.phase(v.Entries[0].Lease, den.Ended, time.Minute)
		drafts[winner] = r.draft(time.Hour, r.releases["one"]).ID
	}, change...)
	t.Logf("figure: %d contests, %d violations", rounds, failures(found))
}

// A launch and the end of the role it needs meet. Who starts had the role when it did:
// in the record every start stands before the end of the role.
func revokedAgainstLaunch(t *testing.T, found judge, rounds int, change ...func(*orchestrator.Config)) {
	won, lost := 0, 0
	contest(t, found, rounds, func(t *testing.T, r *rig, n int) {
		who, err := r.o.AddPerson(t.Context(), den.System(), den.Person{Name: "Bo", Memberships: []den.Membership{{Role: den.Member, In: r.department.ID}}})
		r.must(err)
		draft := r.draft(time.Hour, r.releases["one"])
		errs := atOnce(2, func(i int) error {
			if i == n%2 {
				return r.revoke(who.ID)
			}
			_, err := r.o.StartTrial(t.Context(), who.Act(), draft.ID, 0, den.Once{})
			return err
		})
		r.must(errs[n%2])
		started, ended := r.seqOf(draft.ID, "trial.started"), r.seqOf(who.ID, "person.left")
		switch err := errs[1-n%2]; {
		case err == nil:
			won++
			if started < 0 || started > ended {
				found.Errorf("the start is event %d, the end of the role %d", started, ended)
			}
			_, err := r.o.EndTrial(t.Context(), r.member, draft.ID, "", 0)
			r.must(err)
		case started >= 0:
			found.Errorf("the start was refused and happened: %v", err)
		default:
			lost++
			if kind := den.KindOf(err); kind != den.NotFound && kind != den.Denied && kind != den.Busy && kind != den.Unknown {
				found.Errorf("refused as %s: %v", kind, err)
			}
		}
		elapse(10 * time.Second)
	}, change...)
	if won == 0 || lost == 0 {
		found.Errorf("%d won and %d lost: the contest does not meet the moment", won, lost)
	}
	t.Logf("figure: %d contests, %d violations", rounds, failures(found))
}

// revoke takes every role of somebody away, with an event in the same transaction.
func (r *rig) revoke(id den.ID) error {
	event := r.id(den.KindEvent)
	return r.store.Update(context.Background(), func(tx den.Tx) error {
		p, err := tx.People().Get(id)
		if err != nil {
			return err
		}
		p.Memberships = nil
		if _, err := tx.People().Put(p); err != nil {
			return err
		}
		_, err = tx.Record(den.Event{ID: event, At: time.Now(), Actor: "den", Act: "person.left", Subject: id, Say: "Bo has left."})
		return err
	})
}

// seqOf is the position of an act about something in the record; -1: it is not there.
func (r *rig) seqOf(subject den.ID, act string) int {
	r.t.Helper()
	at := -1
	r.must(r.store.View(context.Background(), func(tx den.Tx) error {
		page, err := tx.Events(den.Query{Index: den.EventsBySubject, Key: string(subject), Limit: 1000})
		for _, e := range page.Items {
			if e.Act == act {
				at = int(e.Seq)
			}
		}
		return err
	}))
	return at
}

// atOnce does one thing in several goroutines that set off together.
func atOnce(n int, do func(int) error) []error {
	errs := make([]error, n)
	var all sync.WaitGroup
	off := make(chan struct{})
	for i := range n {
		all.Go(func() {
			<-off
			errs[i] = do(i)
		})
	}
	close(off)
	all.Wait()
	return errs
}
