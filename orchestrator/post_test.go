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

// mailed adds somebody of the department who is sent mail.
func (r *rig) mailed(name string) den.Person {
	r.t.Helper()
	p, err := r.o.AddPerson(r.t.Context(), den.System(), den.Person{
		Name: name, Email: name + "@example.org", Memberships: []den.Membership{{Role: den.Member, In: r.department.ID}},
	})
	r.must(err)
	return p
}

func postRig(t *testing.T, mail, hook orchestrator.Sender) *rig {
	return newRig(t, func(c *orchestrator.Config) {
		c.Senders = map[den.Channel]orchestrator.Sender{den.ByMail: mail, den.ByHook: hook}
		c.Link = func(path string) string { return "https://den.example" + path }
	})
}

// A letter may wait for long behind others. What happened to whom it is for meanwhile counts.
func TestWhoHasLeftIsSentNothingThatWaitedBehindOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mail := &letterbox{hangs: true}
		r := postRig(t, mail, &letterbox{})
		r.run()
		ann, bea := r.mailed("ann"), r.mailed("bea")
		r.living(time.Hour, r.release("one", fake.Behaviour{}))
		elapse(6 * time.Second)
		if mail.tried() != 1 {
			t.Fatalf("%d letters are on their way, not the first of two", mail.tried())
		}
		for _, who := range []den.Person{ann, bea} {
			_, err := r.o.SetLeft(t.Context(), den.System(), who.ID, true, "")
			r.must(err)
		}
		mail.fix()
		elapse(10 * time.Minute)
		for _, m := range mail.messages() {
			t.Errorf("%s was sent %q after they had left", m.To, m.Title)
		}
		left, err := r.o.Deliveries(t.Context(), den.System(), den.DeliveryWaits, den.Filter{})
		r.must(err)
		if len(left.Items) != 0 {
			t.Errorf("these wait still: %+v", left.Items)
		}
	})
}

// A relay that hangs has more letters before it than are looked at in one go; somebody's
// hook is told at once all the same.
func TestALongQueueOfOneChannelStandsBeforeNoOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hook := &letterbox{}
		r := postRig(t, &letterbox{hangs: true}, hook)
		r.run()
		for n := range 450 {
			r.mailed(fmt.Sprintf("person-%d", n))
		}
		last := r.person("Uma", den.Member, r.department.ID)
		_, err := r.o.SetMailbox(t.Context(), last, den.Mailbox{Hook: den.Hook{URL: "https://hook.example/1"}}, 0)
		r.must(err)
		r.living(time.Hour, r.release("one", fake.Behaviour{}))
		elapse(time.Minute)
		if n := len(hook.messages()); n != 1 {
			t.Errorf("within a minute the hook got %d", n)
		}
	})
}

// Who chooses anew while hooks are switched off in the settings still has theirs when they
// are switched on again.
func TestAHookIsKeptWhileThisDenPostsNone(t *testing.T) {
	hook := &letterbox{}
	r := postRig(t, &letterbox{}, hook)
	chosen, err := r.o.SetMailbox(t.Context(), r.member, den.Mailbox{Hook: den.Hook{URL: "https://hook.example/1", Shape: den.HookSlack}}, 0)
	r.must(err)
	delete(r.config.Senders, den.ByHook)
	r.o = orchestrator.New(r.config)
	after, err := r.o.SetMailbox(t.Context(), r.member, den.Mailbox{Off: []den.Channel{den.ByMail}}, chosen.Rev)
	r.must(err)
	if after.Hook != chosen.Hook || len(after.Off) != 1 {
		t.Errorf("it was %+v and is %+v", chosen.Mailbox, after.Mailbox)
	}
	r.config.Senders[den.ByHook] = hook
	r.o = orchestrator.New(r.config)
	none, err := r.o.SetMailbox(t.Context(), r.member, den.Mailbox{}, after.Rev)
	r.must(err)
	if none.Hook != (den.Hook{}) {
		t.Errorf("taken back, it is still %+v", none.Hook)
	}
}

// A notice leads to a page that those may see whom it is to.
func TestANoticeLeadsWhereItsReaderMayGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hook := &letterbox{}
		r := postRig(t, &letterbox{}, hook)
		ctx := t.Context()
		r.run()
		supplier := r.person("Sam", den.SupplierMember, r.supplier.ID)
		v := decidedTrial(t, r)
		_, err := r.o.Publish(ctx, r.member, v.Trial.ID, den.NewPublication{Parts: den.Parts, Why: "x"})
		r.must(err)
		_, _, err = r.o.AddShare(ctx, r.member, den.NewShare{Trial: v.Trial.ID, With: supplier.ID})
		r.must(err)
		flight := r.flown(r.release("three", fake.Behaviour{}))
		page, err := r.o.Notices(ctx, supplier, den.Filter{})
		r.must(err)
		want := map[den.NoticeKind]string{
			den.NoticePublished: "/register/" + string(v.Trial.ID), den.NoticeInvited: "/shared", den.NoticePreflight: "/preflights/" + string(flight.ID),
		}
		for _, n := range page.Items {
			if to, ok := want[n.Kind]; ok && n.Path != to {
				t.Errorf("a notice of the kind %s leads to %q, not %q", n.Kind, n.Path, to)
			}
			delete(want, n.Kind)
		}
		if len(want) > 0 {
			t.Errorf("there is no notice for %v in %+v", want, page.Items)
		}
	})
}

// Pages of notices go on to the oldest, however many there are; a cursor that no page gave
// is refused.
func TestNoticesArePagedToTheOldest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		ctx := t.Context()
		const all = 1130
		r.must(r.store.Update(ctx, func(tx den.Tx) error {
			for n := range all {
				_, err := tx.Notices().Put(den.Notice{ID: den.ID(fmt.Sprintf("not_%06d", n)), To: r.department.ID, Kind: den.NoticeReady, At: time.Now().Add(time.Duration(n) * time.Second)})
				if err != nil {
					return err
				}
			}
			return nil
		}))
		seen, f := map[den.ID]bool{}, den.Filter{Limit: 300}
		for {
			page, err := r.o.Notices(ctx, r.member, f)
			r.must(err)
			for _, n := range page.Items {
				seen[n.ID] = true
			}
			if f.After = page.Next; page.Next == "" {
				break
			}
		}
		if len(seen) != all {
			t.Errorf("%d of %d are found", len(seen), all)
		}
		for _, after := range []string{"9223372036854775807", "9223372036854775000", "-1", "x", "007"} {
			if _, err := r.o.Notices(ctx, r.member, den.Filter{After: after}); den.KindOf(err) != den.Invalid {
				t.Errorf("after %s: %v", after, err)
			}
		}
	})
}

// Whom a notice is for is found out beside the writer's turn: in it nobody is read whom it
// does not concern, however many people there are.
func TestSortingNoticesReadsInTurnOnlyWhomTheyAreFor(t *testing.T) {
	for _, strangers := range []int{10, 600} {
		synctest.Test(t, func(t *testing.T) {
			var n *reads
			mail := &letterbox{}
			r := newRig(t, countReads(&n), func(c *orchestrator.Config) {
				c.Senders = map[den.Channel]orchestrator.Sender{den.ByMail: mail}
			})
			r.must(r.db.Update(t.Context(), func(tx den.Tx) (err error) {
				for i := 0; i < strangers && err == nil; i++ {
					_, err = tx.People().Put(den.Person{ID: r.id(den.KindPerson), Name: fmt.Sprintf("Stranger %d", i), Email: fmt.Sprintf("s%d@example.org", i)})
				}
				return err
			}))
			r.mailed("ann")
			gone := r.mailed("bea")
			_, err := r.o.SetLeft(t.Context(), den.System(), gone.ID, true, "")
			r.must(err)
			r.run()
			inTurn, beside := n.of(func() {
				r.living(time.Hour, r.release("one", fake.Behaviour{}))
				elapse(time.Minute)
			})
			if got := mail.messages(); len(got) != 1 || got[0].To != "ann@example.org" {
				t.Errorf("of %d strangers: %+v", strangers, got)
			}
			if inTurn["people"] > 20 || beside["people"] < strangers {
				t.Errorf("with %d strangers: in turn %v, beside %v", strangers, inTurn, beside)
			}
		})
	}
}
