package orchestrator_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
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

func TestHoursPauseASandboxAndLetItGoOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, inLondon(t), func(c *orchestrator.Config) { c.PassEvery = time.Hour })
		r.run()
		hours := den.Hours{Days: []time.Weekday{0, 1, 2, 3, 4, 5, 6}, From: 9 * 60, To: 17 * 60, Zone: "Europe/London"}
		v, err := r.o.AddTrial(t.Context(), r.member, den.NewTrial{Question: "Which?", Releases: []den.ID{r.release("one", fake.Behaviour{})}, Length: 4 * 24 * time.Hour, Hours: &hours})
		r.must(err)
		if want := den.PenceOf(den.MilliOf(small.Price, 4*8*time.Hour)); v.Pence != want {
			t.Errorf("four days in office hours are said to cost %d, want %d", v.Pence, want)
		}
		v, err = r.o.StartTrial(t.Context(), r.member, v.ID, 0, den.Once{})
		r.must(err)
		id := v.Entries[0].Lease
		r.until(id, time.Minute, "paused", func(l den.Lease) bool { return l.Phase == den.Paused })
		if _, err := r.o.Resume(t.Context(), r.member, id, 0); den.KindOf(err) != den.Conflict {
			t.Errorf("resumed outside its hours: %v", err)
		}
		for day := range 3 {
			morning := time.Date(2000, 1, 1+day, 9, 0, 0, 0, time.UTC)
			elapse(time.Until(morning) - time.Second)
			if l := r.lease(id); l.Phase != den.Paused {
				t.Errorf("day %d, before nine it is %s", day, l.Phase)
			}
			elapse(2 * time.Second)
			if l := r.lease(id); l.Phase != den.Live {
				t.Errorf("day %d, after nine it is %s", day, l.Phase)
			}
			elapse(8 * time.Hour)
			if l := r.lease(id); l.Phase != den.Paused || !strings.Contains(l.Say, "9:00am to 5:00pm") {
				t.Errorf("day %d, after five it is %s: %q", day, l.Phase, l.Say)
			}
		}
		l := r.lease(id)
		if off := l.Ran - 24*time.Hour; off < -time.Minute || off > time.Minute {
			t.Errorf("three days of eight hours were counted as %s", l.Ran)
		}
	})
}

// letterbox keeps what it was sent; it fails while it is broken.
type letterbox struct {
	mu     sync.Mutex
	broken error
	hangs  bool
	got    []den.Message
	tries  int
}

func (b *letterbox) Send(ctx context.Context, m den.Message) error {
	b.mu.Lock()
	b.tries++
	broken, hangs := b.broken, b.hangs
	if broken == nil && !hangs {
		b.got = append(b.got, m)
	}
	b.mu.Unlock()
	if hangs {
		<-ctx.Done()
		return ctx.Err()
	}
	return broken
}

func (b *letterbox) fix() { b.mu.Lock(); b.broken, b.hangs = nil, false; b.mu.Unlock() }

func (b *letterbox) messages() []den.Message {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.got)
}

func (b *letterbox) tried() int { b.mu.Lock(); defer b.mu.Unlock(); return b.tries }

func TestABrokenChannelDelaysNoOther(t *testing.T) {
	for name, mail := range map[string]*letterbox{"refuses": {broken: errors.New("the relay is down")}, "hangs": {hangs: true}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				hook := &letterbox{}
				r := newRig(t, func(c *orchestrator.Config) {
					c.Senders = map[den.Channel]orchestrator.Sender{den.ByMail: mail, den.ByHook: hook}
					c.Link = func(path string) string { return "https://den.example" + path }
				})
				r.run()
				boss := r.approver()
				_, err := r.o.SetMailbox(t.Context(), boss, den.Mailbox{Hook: den.Hook{URL: "https://hook.example/1"}, Quiet: map[den.Channel][]den.NoticeKind{den.ByHook: {den.NoticeEnded}}}, 0)
				r.must(err)
				v := r.start(time.Hour, r.release("one", fake.Behaviour{}))
				l := r.phase(v.Entries[0].Lease, den.Live, time.Minute)
				elapse(10 * time.Second)
				got := hook.messages()
				if len(got) != 1 || got[0].Kind != den.NoticeReady || got[0].Link != "https://den.example/sandboxes/"+string(l.ID) || got[0].To != "https://hook.example/1" || got[0].Hook.Secret == "" {
					t.Errorf("the hook got %+v", got)
				}
				if mail.tried() == 0 || len(mail.messages()) != 0 {
					t.Error("the mail was not tried, or not broken")
				}
				mail.fix()
				elapse(5 * time.Minute)
				if n := len(mail.messages()); n != 1 {
					t.Errorf("mended, the mail got %d", n)
				}
				_, err = r.o.End(t.Context(), r.member, l.ID, "", 0)
				r.must(err)
				elapse(time.Minute)
				if n := len(hook.messages()); n != 1 {
					t.Errorf("the hook got what is not wanted: %d", n)
				}
				if last := mail.messages(); last[len(last)-1].Kind != den.NoticeEnded {
					t.Errorf("the mail got %+v", last)
				}
			})
		})
	}
}

func TestWhatCannotBeSentIsGivenUpAndTriedAgainByTheOperator(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mail := &letterbox{broken: errors.New("the relay is down")}
		r := newRig(t, func(c *orchestrator.Config) {
			c.Senders = map[den.Channel]orchestrator.Sender{den.ByMail: mail}
			c.PassEvery, c.SweepEvery = time.Minute, time.Hour
		})
		r.run()
		r.approver()
		r.start(time.Hour, r.release("one", fake.Behaviour{}))
		elapse(2 * time.Minute)
		early := mail.tried()
		elapse(60 * time.Hour)
		dead, err := r.o.Deliveries(t.Context(), den.System(), "", den.Filter{})
		r.must(err)
		if len(dead.Items) == 0 || dead.Items[0].Tries != 12 || dead.Items[0].PersonName != "Uma" {
			t.Fatalf("given up: %+v, %d tries at first", dead.Items, early)
		}
		if early > 8 {
			t.Errorf("%d tries in two minutes is no back-off", early)
		}
		mail.fix()
		_, err = r.o.RetryDelivery(t.Context(), den.System(), dead.Items[0].ID)
		r.must(err)
		elapse(time.Second)
		if n := len(mail.messages()); n != 1 {
			t.Errorf("tried again, %d came", n)
		}
		if _, err := r.o.RetryDelivery(t.Context(), den.System(), dead.Items[0].ID); den.KindOf(err) != den.Conflict {
			t.Errorf("what was sent is tried again: %v", err)
		}
		if _, err := r.o.Deliveries(t.Context(), r.member, "", den.Filter{}); den.KindOf(err) != den.NotFound {
			t.Errorf("a member reads deliveries: %v", err)
		}
	})
}

func TestNoticesAreReadByEachPerson(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.run()
		boss := r.approver()
		v := r.start(time.Hour, r.release("one", fake.Behaviour{}))
		r.phase(v.Entries[0].Lease, den.Live, time.Minute)
		page, err := r.o.Notices(t.Context(), boss, den.Filter{})
		r.must(err)
		if len(page.Items) != 1 || page.Items[0].IsRead {
			t.Fatalf("told %+v", page.Items)
		}
		left, err := r.o.ReadNotices(t.Context(), boss, []den.ID{page.Items[0].ID})
		r.must(err)
		if n, _ := r.o.Unread(t.Context(), r.member); left != 0 || n != 1 {
			t.Errorf("the reader has %d left, the other %d", left, n)
		}
		outsider, err := r.o.AddPerson(t.Context(), den.System(), den.Person{Name: "Eve"})
		r.must(err)
		if _, err := r.o.ReadNotices(t.Context(), outsider.Act(), []den.ID{page.Items[0].ID}); den.KindOf(err) != den.NotFound {
			t.Errorf("somebody else reads it: %v", err)
		}
		elapse(time.Second)
		if left, err := r.o.ReadNotices(t.Context(), r.member, nil); err != nil || left != 0 {
			t.Errorf("all read leaves %d, %v", left, err)
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
