package orchestrator_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"innovationden/orchestrator"
	"innovationden/orchestrator/den"
	"innovationden/orchestrator/storetest"
	"innovationden/sandbox/fake"
)

func TestPersonalDataIsRemovedAndTheRecordHolds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, withWords)
		ctx, root := t.Context(), den.System()
		bea := r.person("Bea Okafor", den.Member, r.department.ID)
		_, err := r.o.AddChallenge(ctx, bea, problem())
		r.must(err)
		all, err := r.o.PersonalData(ctx, bea, "")
		r.must(err)
		if all.Name != "Bea Okafor" || len(all.Did) == 0 || len(all.Happened) == 0 {
			t.Fatalf("what is kept of Bea: %+v", all)
		}
		if _, err := r.o.PersonalData(ctx, r.member, bea.ID); den.KindOf(err) != den.NotFound {
			t.Errorf("a colleague reads it: %v", err)
		}
		if _, err := r.o.RemovePersonalData(ctx, r.member, den.RemovalOrder{Person: bea.ID, Sure: true}); den.KindOf(err) != den.NotFound {
			t.Errorf("a colleague removes it: %v", err)
		}
		if _, err := r.o.RemovePersonalData(ctx, bea, den.RemovalOrder{}); den.KindOf(err) != den.Invalid {
			t.Errorf("it was removed without being sure: %v", err)
		}
		gone, err := r.o.RemovePersonalData(ctx, bea, den.RemovalOrder{Sure: true})
		r.must(err)
		if gone.Names == 0 {
			t.Error("no name was taken out of the record")
		}
		again, err := r.o.RemovePersonalData(ctx, root, den.RemovalOrder{Person: bea.ID, Sure: true})
		if err != nil || again.Names != 0 || !again.At.Equal(gone.At) {
			t.Errorf("the second time: %+v, %v", again, err)
		}
		r.must(r.store.View(ctx, func(tx den.Tx) error {
			page, err := tx.Events(den.Query{Limit: 1000})
			if err != nil {
				return err
			}
			var isSaid bool
			for _, e := range page.Items {
				text, err := json.Marshal(e)
				if err != nil {
					return err
				}
				if strings.Contains(string(text), "Bea") || strings.Contains(string(text), "Okafor") {
					t.Errorf("event %d still names her: %s", e.Seq, text)
				}
				isSaid = isSaid || strings.Contains(e.Name, "[removed on ")
			}
			if !isSaid {
				t.Error("no event says that a name was removed")
			}
			who, err := tx.People().Get(bea.ID)
			if who.Name != den.RemovedPerson || !who.Left || who.Email != "" || len(who.Memberships) != 0 {
				t.Errorf("she is %+v", who)
			}
			return err
		}))
		found, err := r.db.Check(ctx)
		r.must(err)
		if len(found) > 0 {
			t.Errorf("the file has faults: %v", found)
		}
		if _, err := r.o.SetLeft(ctx, root, bea.ID, false, ""); den.KindOf(err) != den.Conflict {
			t.Errorf("she comes back: %v", err)
		}
	})
}

func TestEventsSayWhatChanged(t *testing.T) {
	r := newRig(t)
	ctx := t.Context()
	bea := r.person("Bea", den.Approver, r.department.ID)
	_, err := r.o.SetRules(ctx, bea, den.Rules{Department: r.department.ID, Most: 7}, 0)
	r.must(err)
	page, err := r.o.Events(ctx, bea, den.Filter{Subject: r.department.ID, Act: "rules.changed"})
	r.must(err)
	if len(page.Items) != 1 || len(page.Items[0].Changes) == 0 {
		t.Fatalf("the change of rules: %+v", page.Items)
	}
	if c := page.Items[0].Changes[0]; c != (den.FieldChange{Of: r.department.ID, Field: "Most", After: "7"}) {
		t.Errorf("what changed: %+v", c)
	}
}

func TestRetentionRemovesWhatIsOlderAndSaysSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, func(c *orchestrator.Config) {
			usual := den.UsualRetention()
			c.Keeps = &usual
		})
		ctx, root := t.Context(), den.System()
		cem, bea := r.person("Cem Arslan", den.Member, r.department.ID), r.person("Bea Okafor", den.Member, r.department.ID)
		_, err := r.o.SetLeft(ctx, root, cem.ID, true, "")
		r.must(err)
		_, _, err = r.o.AddToken(ctx, bea, den.NewToken{Name: "old", Grants: []den.Grant{den.GrantRead}, Lasts: 24 * time.Hour})
		r.must(err)
		due := func() map[string]int {
			v, err := r.o.Retention(ctx, root)
			r.must(err)
			return v.Due
		}
		<-time.After(92 * 24 * time.Hour)
		if d := due(); d["tokens"] != 1 || d["people"] != 0 {
			t.Errorf("after 92 days these are due: %v", d)
		}
		<-time.After(2 * 365 * 24 * time.Hour)
		if d := due(); d["people"] != 1 {
			t.Errorf("after two years these are due: %v", d)
		}
		r.o.Retain(ctx)
		for name, n := range due() {
			if n > 0 {
				t.Errorf("%s: %d are left", name, n)
			}
		}
		v, err := r.o.Retention(ctx, root)
		r.must(err)
		if v.Last.IsZero() || !strings.Contains(v.Said, "tokens: 1") || !strings.Contains(v.Said, "people: 1") {
			t.Errorf("the record says %q", v.Said)
		}
		r.must(r.store.View(context.Background(), func(tx den.Tx) error {
			left, err := tx.People().Get(bea.ID)
			if left.Name != "Bea Okafor" {
				t.Errorf("somebody who is here is %q", left.Name)
			}
			return err
		}))
	})
}

// outpost is an address outside that answers as it is told.
type outpost struct {
	last  den.Posted
	err   error
	taken []string
}

func (o *outpost) Send(_ context.Context, signed string) error {
	if o.err == nil {
		o.taken = append(o.taken, signed)
	}
	return o.err
}
func (o *outpost) Last() den.Posted        { return o.last }
func (o *outpost) Keep(p den.Posted) error { o.last = p; return nil }

func TestTheCheckpointIsPostedWithBackOffAndGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := &outpost{last: den.Posted{URL: "https://witness.example.org"}}
		r := newRig(t, func(c *orchestrator.Config) {
			c.Witness = out
			c.Sign = func(h den.Head, _ time.Time) (string, error) { return h.Root, nil }
		})
		ctx := t.Context()
		minutes := func(n int) {
			for range n {
				<-time.After(time.Minute)
				r.o.PostCheckpoint(ctx)
			}
		}
		r.o.PostCheckpoint(ctx)
		minutes(30)
		if len(out.taken) != 1 || out.last.At.IsZero() || out.last.Size == 0 {
			t.Fatalf("in the first half hour %d were posted: %+v", len(out.taken), out.last)
		}
		out.err = den.Refuse(den.Down, "The web address does not answer.")
		for n, want := range []int{30: 1, 31: 2, 32: 2, 33: 3} {
			if n > 0 {
				minutes(1)
			}
			if want > 0 && out.last.Tries != want {
				t.Errorf("%d minutes later there were %d failures, want %d", n, out.last.Tries, want)
			}
		}
		if out.last.Said == "" || out.last.Dead {
			t.Errorf("after three failures: %+v", out.last)
		}
		minutes(60 * 48)
		if !out.last.Dead {
			t.Errorf("after two days of failures: %+v", out.last)
		}
		tries := out.last.Tries
		out.err = nil
		minutes(60)
		minutes(60 * 24)
		if out.last.Dead || out.last.Tries != 0 || len(out.taken) < 2 || tries < 12 {
			t.Errorf("a day later it answers again: %+v", out.last)
		}
	})
}

// listing is a store that says of which tables whole lists were read.
type listing struct {
	den.Store
	whole *[]string
}

func (s listing) View(ctx context.Context, read func(den.Tx) error) error {
	return s.Store.View(ctx, func(tx den.Tx) error { return read(declared{tx, s.whole}) })
}

type declared struct {
	den.Tx
	whole *[]string
}

func (d declared) Declarations() den.Table[den.Declaration] {
	return listed{d.Tx.Declarations(), d.whole}
}

type listed struct {
	den.Table[den.Declaration]
	whole *[]string
}

func (l listed) List(q den.Query) (den.Page[den.Declaration], error) {
	if q.Index == "" {
		*l.whole = append(*l.whole, "declarations")
	}
	return l.Table.List(q)
}

// What somebody declared is found by what they did, not among what everybody declared.
func TestPersonalDataHoldsOnesOwnDeclarations(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var whole []string
		r := newRig(t, func(c *orchestrator.Config) { c.Store = listing{c.Store, &whole} })
		r.run()
		v := r.start(time.Hour, r.release("one", fake.Behaviour{}))
		ann, bob := r.person("Ann", den.Evaluator, v.Trial.ID), r.person("Bob", den.Evaluator, v.Trial.ID)
		r.declare(v.Trial.ID, ann, bob)
		_, err := r.o.Declare(t.Context(), ann, v.Trial.ID, den.NewDeclaration{Stake: den.PotentialStake, Text: "I know them."})
		r.must(err)
		all, err := r.o.PersonalData(t.Context(), ann, "")
		r.must(err)
		if len(all.Declared) != 1 || all.Declared[0].Stake != den.PotentialStake || all.Declared[0].Trial != v.Trial.ID || len(whole) > 0 {
			t.Errorf("%+v, with all of %v read", all.Declared, whole)
		}
	})
}

// A den that sends nothing keeps notices no longer than its rules say.
func TestRetentionRemovesNoticesThatNobodySends(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		ctx := t.Context()
		r.run()
		r.living(time.Hour, r.release("one", fake.Behaviour{}))
		r.stop()
		<-time.After(181 * 24 * time.Hour)
		r.o.Retain(ctx)
		page, err := r.o.Notices(ctx, r.member, den.Filter{})
		r.must(err)
		if len(page.Items) != 0 {
			t.Errorf("after 181 days %d are kept", len(page.Items))
		}
	})
}

// The copy of somebody's data says what they are not sent, also where it is everything.
func TestTheCopyOfOnesDataSaysWhatIsNotSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		ctx := t.Context()
		_, err := r.o.SetMailbox(ctx, r.member, den.Mailbox{Off: []den.Channel{den.ByMail}, Quiet: map[den.Channel][]den.NoticeKind{den.ByHook: {den.NoticeReady}}}, 0)
		r.must(err)
		all, err := r.o.PersonalData(ctx, r.member, "")
		r.must(err)
		if len(all.NotSent["mail"]) != len(den.NoticeKinds) || len(all.NotSent["hook"]) != 1 {
			t.Errorf("not sent: %v", all.NotSent)
		}
	})
}

// Who may do less is told so even where the store could not say that the change was kept.
func TestWhoMayDoLessIsOutAlsoWhenTheAnswerOfTheStoreIsLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var narrowed []den.ID
		r := newRig(t, func(c *orchestrator.Config) { c.Narrow = func(who den.ID) { narrowed = append(narrowed, who) } })
		failing := &storetest.Failing{Store: r.store}
		r.config.Store = failing
		r.o = orchestrator.New(r.config)
		cem := r.person("Cem", den.Member, r.department.ID)
		failing.Fail(1, storetest.Lost)
		if _, err := r.o.SetLeft(t.Context(), den.System(), cem.ID, true, ""); den.KindOf(err) != den.Internal {
			t.Fatalf("the answer was not lost: %v", err)
		}
		if !slices.Contains(narrowed, cem.ID) {
			t.Error("what they have open stays open")
		}
	})
}
