package orchestrator_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"innovationden/orchestrator"
	"innovationden/orchestrator/den"
	"innovationden/sandbox/fake"
)

func inLondon(t *testing.T) func(*orchestrator.Config) {
	zone, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	return func(c *orchestrator.Config) { c.Zone = zone }
}

func (r *rig) rules(change func(*den.Rules)) {
	r.t.Helper()
	in := den.Rules{Department: r.department.ID}
	change(&in)
	_, err := r.o.SetRules(context.Background(), den.System(), in, 0)
	r.must(err)
}

func (r *rig) approver() den.Actor {
	r.t.Helper()
	p, err := r.o.AddPerson(context.Background(), den.System(), den.Person{Name: "Uma", Email: "uma@example.org", Memberships: []den.Membership{{Role: den.Approver, In: r.department.ID}}})
	r.must(err)
	return p.Act()
}

func (r *rig) told(a den.Actor, kind den.NoticeKind) (n int) {
	r.t.Helper()
	page, err := r.o.Notices(context.Background(), a, den.Filter{Limit: 1000})
	r.must(err)
	for _, one := range page.Items {
		if one.Kind == kind {
			n++
		}
	}
	return n
}

func TestAStartThatNeedsAnApproverWaitsAndIsAgreedOrRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, inLondon(t))
		r.run()
		boss, release := r.approver(), r.release("one", fake.Behaviour{})
		r.rules(func(in *den.Rules) { in.Length = time.Hour })
		draft := r.draft(2*time.Hour, release)
		seen, err := r.o.Trial(t.Context(), r.member, draft.ID)
		r.must(err)
		if seen.Ruling == nil || seen.Ruling.Verdict != den.NeedsApprover || seen.Ruling.Rule != den.RuleLength {
			t.Errorf("before the start it is said %+v", seen.Ruling)
		}
		v := r.start(2*time.Hour, release)
		l := r.lease(v.Entries[0].Lease)
		elapse(time.Hour)
		if now := r.lease(l.ID); now.Phase != den.Requested || !now.AgreedAt.IsZero() || now.Request == "" {
			t.Fatalf("it does not wait: %+v", now)
		}
		if r.told(boss, den.NoticeApprovalWanted) != 1 || r.told(r.member, den.NoticeApprovalWanted) != 0 {
			t.Error("not the approver alone was told")
		}
		if _, err := r.o.Agree(t.Context(), r.member, l.Request, "Yes.", 0); den.KindOf(err) != den.Denied {
			t.Errorf("a member agrees: %v", err)
		}
		if _, err := r.o.Agree(t.Context(), boss, l.Request, " ", 0); den.KindOf(err) != den.Invalid {
			t.Errorf("agreed without a reason: %v", err)
		}
		agreed := time.Now()
		_, err = r.o.Agree(t.Context(), boss, l.Request, "Go ahead.", 0)
		r.must(err)
		l = r.phase(l.ID, den.Live, time.Minute)
		if !l.EndsAt.Equal(agreed.Add(2 * time.Hour)) {
			t.Errorf("its time did not begin when it was agreed: it ends %s", l.EndsAt.Sub(agreed))
		}
		if _, err := r.o.Refuse(t.Context(), boss, l.Request, "No.", 0); den.KindOf(err) != den.Conflict {
			t.Errorf("decided twice: %v", err)
		}
		other := r.start(2*time.Hour, release)
		no := r.lease(other.Entries[0].Lease)
		_, err = r.o.Refuse(t.Context(), boss, no.Request, "Not this month.", 0)
		r.must(err)
		no = r.lease(no.ID)
		if no.Phase != den.Refused || no.Reason != den.ByRefusal || !strings.Contains(no.Say, "Not this month.") {
			t.Errorf("refused it is %s for %s: %s", no.Phase, no.Reason, no.Say)
		}
		if r.told(r.member, den.NoticeApprovalDecided) != 2 {
			t.Error("the one who asked was not told twice")
		}
	})
}

func TestARequestLapsesAfterFiveWorkingDays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, inLondon(t), func(c *orchestrator.Config) { c.PassEvery, c.SweepEvery = time.Minute, 10*time.Minute })
		r.run() // it is midnight on Saturday 1 January 2000
		r.rules(func(in *den.Rules) { in.AskAlways = true })
		v := r.start(time.Hour, r.release("one", fake.Behaviour{}))
		l := r.lease(v.Entries[0].Lease)
		if want := time.Date(2000, 1, 7, 0, 0, 0, 0, time.UTC); !l.LapsesAt.Equal(want) {
			t.Errorf("it lapses %s, want %s", l.LapsesAt, want)
		}
		elapse(time.Until(l.LapsesAt) - time.Second)
		if now := r.lease(l.ID); now.Phase != den.Requested {
			t.Errorf("it is %s before its time", now.Phase)
		}
		l = r.phase(l.ID, den.Refused, 5*time.Minute)
		q, err := r.o.Request(t.Context(), r.member, l.Request)
		r.must(err)
		if l.Reason != den.ByLapse || q.State != den.RequestLapsed {
			t.Errorf("it ended for %s, and the request is %s", l.Reason, q.State)
		}
		if _, err := r.o.Agree(t.Context(), den.System(), l.Request, "Late.", 0); den.KindOf(err) != den.Conflict {
			t.Errorf("agreed too late: %v", err)
		}
	})
}

func TestMoreTimeBeyondTheCeilingIsAskedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.run()
		boss := r.approver()
		r.rules(func(in *den.Rules) { in.Longest = 2 * time.Hour })
		v := r.start(time.Hour, r.release("one", fake.Behaviour{}))
		l := r.phase(v.Entries[0].Lease, den.Live, time.Minute)
		back, err := r.o.Extend(t.Context(), r.member, l.ID, den.Extension{Most: true})
		r.must(err)
		if !back.EndsAt.Equal(l.LatestEnd) || !l.LatestEnd.Equal(l.RequestedAt.Add(2*time.Hour)) {
			t.Errorf("until I am back is until %s, the ceiling is %s", back.EndsAt, l.LatestEnd)
		}
		if _, err := r.o.Extend(t.Context(), r.member, l.ID, den.Extension{By: time.Minute}); den.KindOf(err) != den.Invalid {
			t.Errorf("beyond the ceiling without an approver: %v", err)
		}
		if _, err := r.o.AskForMore(t.Context(), r.member, l.ID, den.Extension{By: time.Hour}, den.Once{}); den.KindOf(err) != den.Invalid {
			t.Errorf("asked without a reason: %v", err)
		}
		q, err := r.o.AskForMore(t.Context(), r.member, l.ID, den.Extension{By: time.Hour, Why: "A second session."}, den.Once{})
		r.must(err)
		if _, err := r.o.AskForMore(t.Context(), r.member, l.ID, den.Extension{By: time.Hour, Why: "Again."}, den.Once{}); den.KindOf(err) != den.Conflict {
			t.Errorf("asked twice: %v", err)
		}
		_, err = r.o.Agree(t.Context(), boss, q.ID, "Fine.", 0)
		r.must(err)
		if now := r.lease(l.ID); !now.EndsAt.Equal(q.Until) || !now.LatestEnd.Equal(q.Until) {
			t.Errorf("it ends %s, agreed was %s", now.EndsAt, q.Until)
		}
		again, err := r.o.AskForMore(t.Context(), r.member, l.ID, den.Extension{By: time.Hour, Why: "A third."}, den.Once{})
		r.must(err)
		r.phase(l.ID, den.Ended, 4*time.Hour)
		if q, err := r.o.Request(t.Context(), r.member, again.ID); err != nil || q.State == den.RequestOpen {
			t.Errorf("the request is %s when its sandbox is gone, %v", q.State, err)
		}
	})
}

// Hosts are named as releases ask for them, whoever writes the rules; what is no name of a
// host would never let anything out.
func TestHostsOfRulesAreWrittenAsReleasesAskForThem(t *testing.T) {
	r := newRig(t)
	ctx := t.Context()
	v, err := r.o.SetRules(ctx, den.System(), den.Rules{Department: r.department.ID, WaysOut: []string{" API.Example.org ", "api.example.org", "", "b.example.org"}}, 0)
	r.must(err)
	if !slices.Equal(v.WaysOut, []string{"api.example.org", "b.example.org"}) {
		t.Errorf("the rules name %q", v.WaysOut)
	}
	for _, host := range []string{"https://api.example.org", "api.example.org:443", "10.0.0.1", "*.example.org", "localhost"} {
		_, err := r.o.SetRules(ctx, den.System(), den.Rules{Department: r.department.ID, WaysOut: []string{host}}, 0)
		if got := fields(t, err); !slices.Equal(got, []string{"ways_out"}) {
			t.Errorf("%s: %v", host, got)
		}
	}
}

// Who belongs to no department reads no request, and who belongs to one its own.
func TestRequestsAreListedByDepartment(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		ctx := t.Context()
		r.run()
		boss := r.approver()
		_, err := r.o.SetRules(ctx, den.System(), den.Rules{Department: r.department.ID, AskAlways: true}, 0)
		r.must(err)
		r.start(time.Hour, r.release("one", fake.Behaviour{}))
		second := r.start(time.Hour, r.release("one", fake.Behaviour{}))
		outside := r.person("Sam", den.SupplierMember, r.supplier.ID)
		open, err := r.o.Requests(ctx, boss, den.Filter{Request: den.RequestOpen})
		r.must(err)
		_, err = r.o.Refuse(ctx, boss, open.Items[0].ID, "No.", 0)
		r.must(err)
		for name, c := range map[string]struct {
			who  den.Actor
			f    den.Filter
			want int
		}{
			"all of a member's":    {r.member, den.Filter{Newest: true}, 2},
			"page by page":         {r.member, den.Filter{Limit: 1}, 2},
			"the refused":          {r.member, den.Filter{Request: den.RequestRefused}, 1},
			"the open":             {r.member, den.Filter{Request: den.RequestOpen}, 1},
			"of a trial":           {r.member, den.Filter{Trial: second.Trial.ID}, 1},
			"the operator's":       {den.System(), den.Filter{}, 2},
			"somebody's elsewhere": {outside, den.Filter{}, 0},
			"the open, elsewhere":  {outside, den.Filter{Request: den.RequestOpen}, 0},
			"the refused of all":   {outside, den.Filter{Request: den.RequestRefused}, 0},
		} {
			n := 0
			for {
				page, err := r.o.Requests(ctx, c.who, c.f)
				r.must(err)
				n += len(page.Items)
				if c.f.After = page.Next; page.Next == "" {
					break
				}
			}
			if n != c.want {
				t.Errorf("%s: %d, not %d", name, n, c.want)
			}
		}
	})
}
