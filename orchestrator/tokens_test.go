package orchestrator_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"innovationden/orchestrator/den"
	"innovationden/sandbox/fake"
)

// with makes a token of somebody and gives who it stands for, and its secret.
func (r *rig) with(a den.Actor, lasts time.Duration, grants ...den.Grant) (den.Actor, den.Token, string) {
	r.t.Helper()
	made, secret, err := r.o.AddToken(context.Background(), a, den.NewToken{Name: "a script", Grants: grants, Lasts: lasts})
	r.must(err)
	who, err := r.o.Who(context.Background(), secret)
	r.must(err)
	return who, made, secret
}

func TestATokenDoesWhatItGrantsAndNoMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		ctx := t.Context()
		r.run()
		v := r.start(time.Hour, r.release("one", fake.Behaviour{}))
		supplier := r.person("Sam", den.SupplierMember, r.supplier.ID)
		acts := map[string]func(den.Actor) error{
			"reads a trial": func(a den.Actor) error { _, err := r.o.Trial(ctx, a, v.Trial.ID); return err },
			"reads home":    func(a den.Actor) error { _, err := r.o.Home(ctx, a); return err },
			"reads products": func(a den.Actor) error {
				_, err := r.o.Products(ctx, a, den.Filter{})
				return err
			},
			"adds a trial":   func(a den.Actor) error { _, err := r.o.AddTrial(ctx, a, den.NewTrial{Name: "x"}); return err },
			"ends a sandbox": func(a den.Actor) error { _, err := r.o.End(ctx, a, "lea_none", "", 0); return err },
			"makes a token":  func(a den.Actor) error { _, _, err := r.o.AddToken(ctx, a, den.NewToken{}); return err },
			"brings a release": func(a den.Actor) error {
				_, err := r.o.AddRelease(ctx, a, den.NewRelease{Product: r.product.ID})
				return err
			},
		}
		for _, c := range []struct {
			who    den.Actor
			grants []den.Grant
			act    string
			want   den.Refusal
		}{
			{r.member, []den.Grant{den.GrantRead}, "reads a trial", ""},
			{r.member, []den.Grant{den.GrantRead}, "reads home", ""},
			{r.member, []den.Grant{den.GrantRead}, "adds a trial", den.Denied},
			{r.member, []den.Grant{den.GrantRead}, "makes a token", den.Denied},
			{supplier, []den.Grant{den.GrantRead}, "brings a release", den.Denied},
			{supplier, []den.Grant{den.GrantRead}, "reads products", ""},
			{r.member, []den.Grant{den.GrantAct}, "reads a trial", ""},
			{r.member, []den.Grant{den.GrantAct}, "adds a trial", ""},
			{r.member, []den.Grant{den.GrantAct}, "makes a token", den.Invalid}, // it may: the token has no name
			{supplier, []den.Grant{den.GrantAct}, "brings a release", den.Invalid},
			{supplier, []den.Grant{den.GrantAct}, "adds a trial", den.Invalid}, // in no department: a token adds no rights
			{supplier, []den.Grant{den.GrantPush}, "brings a release", den.Invalid},
			{supplier, []den.Grant{den.GrantPush}, "reads products", ""},
			{supplier, []den.Grant{den.GrantPush}, "reads home", den.Denied},
			{r.member, []den.Grant{den.GrantPush}, "reads a trial", den.Denied},
			{r.member, []den.Grant{den.GrantPush}, "adds a trial", den.Denied},
			{r.member, []den.Grant{den.GrantRead, den.GrantPush}, "reads a trial", ""},
			{r.member, []den.Grant{den.GrantRead, den.GrantPush}, "adds a trial", den.Denied},
		} {
			who, _, _ := r.with(c.who, time.Hour, c.grants...)
			if got := den.KindOf(acts[c.act](who)); got != c.want {
				t.Errorf("%s with %v %s: %q, not %q", c.who.Name, c.grants, c.act, got, c.want)
			}
		}
	})
}

// Even a use case that forgot to ask cannot change anything for who may only read: the
// floor is where every change goes through.
func TestNoActionThatChangesIsNamedLikeOneThatReads(t *testing.T) {
	reader := den.Actor{ID: "per_1", Grants: []den.Grant{den.GrantRead}, Memberships: []den.Membership{{Role: den.Operator}}}
	for _, do := range []den.Action{den.OfferProduct, den.AddOrganisation, den.SetUpTrial, den.DecideTrial, den.AssessTrial, den.OpenSandbox, den.RunSandbox, den.RestartSandbox, den.RunHost, den.ChangeOwn} {
		if reader.Granted(do) {
			t.Errorf("a token that may only read may %s", do)
		}
	}
	if reader.Changes() || !reader.Granted(den.ReadHost) {
		t.Error("a token that may only read changes something, or cannot read")
	}
}

func TestATokenEndsAndIsTakenBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		ctx := t.Context()
		short, _, secret := r.with(r.member, time.Hour, den.GrantAct)
		child, _, childSecret := r.with(short, 24*time.Hour, den.GrantAct)
		if !child.Until.Equal(short.Until) {
			t.Errorf("a token made with one that ends at %s ends at %s", short.Until, child.Until)
		}
		long, made, longSecret := r.with(r.member, 24*time.Hour, den.GrantAct)
		elapse(time.Hour)
		for name, s := range map[string]string{"its own": secret, "its child's": childSecret} {
			if _, err := r.o.Who(ctx, s); den.KindOf(err) != den.Unknown {
				t.Errorf("after %s end: %v", name, err)
			}
		}
		if _, err := r.o.AddTrial(ctx, short, den.NewTrial{Name: "late"}); den.KindOf(err) != den.Unknown {
			t.Errorf("a change that began with a token that ended: %v", err)
		}
		eve := r.person("Eve", den.Member, r.department.ID)
		if err := r.o.RevokeToken(ctx, eve, made.ID); den.KindOf(err) != den.NotFound {
			t.Errorf("somebody else's token: %v", err)
		}
		if _, err := r.o.Still(ctx, long); err != nil {
			t.Error(err)
		}
		r.must(r.o.RevokeToken(ctx, r.member, made.ID))
		if _, err := r.o.Who(ctx, longSecret); den.KindOf(err) != den.Unknown {
			t.Errorf("taken back: %v", err)
		}
		if _, err := r.o.Still(ctx, long); den.KindOf(err) != den.Unknown {
			t.Errorf("what it held open: %v", err)
		}
		if left, err := r.o.Tokens(ctx, r.member); err != nil || len(left) != 0 {
			t.Errorf("left: %+v %v", left, err)
		}
	})
}

func TestATokenSignsNobodyIn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		_, _, secret := r.with(r.member, time.Hour, den.GrantRead)
		if _, err := r.o.SignIn(t.Context(), secret); den.KindOf(err) != den.Unknown {
			t.Errorf("a token that may read became a session that may all: %v", err)
		}
	})
}

func TestATokenIsWrittenOnceAndChecked(t *testing.T) {
	const body = "abcdefghijklmnopqrstuvwxyz234567"
	secret := den.TokenText(body)
	if len(secret) != 43 || den.Mistyped(secret) {
		t.Errorf("%s is not whole", secret)
	}
	for _, wrong := range []string{secret[:42] + "0", "den_b" + secret[5:], secret[:20] + "x" + secret[21:]} {
		if !den.Mistyped(wrong) {
			t.Errorf("%s passes for a token", wrong)
		}
	}
	for _, other := range []string{"", "den_short", "secret-1"} {
		if den.Mistyped(other) {
			t.Errorf("%q is no mistyped token", other)
		}
	}
}

// What a person may is asked again in the transaction of each change: a role that was
// lost meanwhile changes nothing any more.
func TestARoleLostMeanwhileChangesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		ctx := t.Context()
		before := r.member
		lose := func(change func(*den.Person)) {
			r.must(r.db.Update(ctx, func(tx den.Tx) error {
				p, err := tx.People().Get(before.ID)
				if err == nil {
					change(&p)
					_, err = tx.People().Put(p)
				}
				return err
			}))
		}
		if _, err := r.o.AddTrial(ctx, before, den.NewTrial{Name: "control"}); err != nil {
			t.Fatal(err)
		}
		lose(func(p *den.Person) { p.Memberships = nil })
		if _, err := r.o.AddTrial(ctx, before, den.NewTrial{Name: "late"}); den.KindOf(err) != den.Busy {
			t.Errorf("with a role that is gone: %v", err)
		}
		lose(func(p *den.Person) { p.Left, p.Memberships = true, before.Memberships })
		if _, err := r.o.AddTrial(ctx, before, den.NewTrial{Name: "late"}); den.KindOf(err) != den.Unknown {
			t.Errorf("of somebody who has left: %v", err)
		}
	})
}

// What is a person's own is not for a token that may only push: a build server has it.
func TestATokenThatMayPushNeitherReadsNorChangesWhatIsOnesOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		ctx := t.Context()
		r.run()
		v := decidedTrial(t, r)
		_, err := r.o.Publish(ctx, r.member, v.Trial.ID, den.NewPublication{Parts: den.Parts, Why: "x"})
		r.must(err)
		supplier := r.person("Sam", den.SupplierMember, r.supplier.ID)
		_, _, err = r.o.AddToken(ctx, supplier, den.NewToken{Name: "makes an event of hers", Grants: []den.Grant{den.GrantRead}, Lasts: time.Hour})
		r.must(err)
		own, err := r.o.Events(ctx, supplier, den.Filter{Actor: supplier.ID})
		r.must(err)
		if len(own.Items) == 0 {
			t.Fatal("she did nothing")
		}
		for name, act := range map[string]func(den.Actor) error{
			"reads notices":        func(a den.Actor) error { _, err := r.o.Notices(ctx, a, den.Filter{}); return err },
			"reads the mailbox":    func(a den.Actor) error { _, err := r.o.Mailbox(ctx, a); return err },
			"reads her record":     func(a den.Actor) error { _, err := r.o.Events(ctx, a, den.Filter{Actor: a.ID}); return err },
			"reads what is hers":   func(a den.Actor) error { _, err := r.o.Events(ctx, a, den.Filter{Subject: a.ID}); return err },
			"reads a line of it":   func(a den.Actor) error { _, err := r.o.Event(ctx, a, own.Items[0].Seq); return err },
			"takes a proof":        func(a den.Actor) error { _, err := r.o.Proof(ctx, a, own.Items[0].Seq); return err },
			"reads what is shared": func(a den.Actor) error { _, err := r.o.SharedWith(ctx, a); return err },
			"! has read notices":   func(a den.Actor) error { _, err := r.o.ReadNotices(ctx, a, nil); return err },
			"! sets the mailbox": func(a den.Actor) error {
				_, err := r.o.SetMailbox(ctx, a, den.Mailbox{Off: []den.Channel{den.ByMail}}, 0)
				return err
			},
			"! replies to a report": func(a den.Actor) error {
				_, err := r.o.ReplyTo(ctx, a, v.Trial.ID, den.NewReply{Entry: v.Entries[0].ID, Text: "Ours is better."})
				return err
			},
		} {
			for grant, is := range map[den.Grant]bool{den.GrantPush: false, den.GrantRead: name[0] != '!', den.GrantAct: true} {
				who, _, _ := r.with(supplier, time.Hour, grant)
				switch err := act(who); {
				case is:
					r.must(err)
				case den.KindOf(err) != den.Denied && den.KindOf(err) != den.NotFound:
					t.Errorf("with a token for %s she %s: %v", grant, name, err)
				}
			}
		}
		pusher, _, _ := r.with(supplier, time.Hour, den.GrantPush)
		if n, err := r.o.Unread(ctx, pusher); err != nil || n != 0 {
			t.Errorf("a token that may push counts %d notices: %v", n, err)
		}
	})
}

// The den takes back the tokens that it made itself, not one that somebody called the same.
func TestATokenThatIsCalledLikeOneOfTheDensStays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		ctx := t.Context()
		_, err := r.o.OperatorToken(ctx)
		r.must(err)
		found, err := r.o.People(ctx, den.System(), den.Filter{})
		r.must(err)
		people := found.Items
		operator := people[slices.IndexFunc(people, func(p den.Person) bool { return p.Act().Is(den.Operator, "") })].Act()
		_, secret, err := r.o.AddToken(ctx, operator, den.NewToken{Name: "token for the command line", Grants: []den.Grant{den.GrantRead}, Lasts: time.Hour})
		r.must(err)
		_, err = r.o.OperatorToken(ctx)
		r.must(err)
		if _, err := r.o.Who(ctx, secret); err != nil {
			t.Errorf("a start of the den took it back: %v", err)
		}
	})
}
