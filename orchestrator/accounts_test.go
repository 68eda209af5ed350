package orchestrator_test

import (
	"strings"
	"testing"
	"testing/synctest"

	"innovationden/orchestrator/den"
)

const kept = "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0c2E$aGFzaA"

func TestSomebodyNewJoinsByAnInvitation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		ctx := t.Context()
		_, secret, err := r.invite(r.member, r.department.ID, den.Member)
		r.must(err)
		for name, in := range map[string]den.NewAccount{
			"no name":      {Link: secret, Email: "grace@example.com", Password: kept},
			"no address":   {Link: secret, Name: "Grace", Email: "grace", Password: kept},
			"no hash":      {Link: secret, Name: "Grace", Email: "grace@example.com", Password: "as it was typed"},
			"no such link": {Link: "den_none", Name: "Grace", Email: "grace@example.com", Password: kept},
		} {
			if _, err := r.o.JoinAs(ctx, in); den.KindOf(err) != den.Invalid && den.KindOf(err) != den.Unknown {
				t.Errorf("%s: %v", name, err)
			}
		}
		grace, err := r.o.JoinAs(ctx, den.NewAccount{Link: secret, Name: "Grace", Email: "Grace@Example.com", Password: kept})
		if err != nil || !grace.Act().Is(den.Member, r.department.ID) || len(grace.Memberships) != 1 {
			t.Fatalf("joined: %+v %v", grace, err)
		}
		if _, err := r.o.JoinAs(ctx, den.NewAccount{Link: secret, Name: "Eve", Email: "eve@example.com", Password: kept}); den.KindOf(err) != den.Unknown {
			t.Errorf("the link again: %v", err)
		}
		_, second, err := r.invite(r.member, r.department.ID, den.Member)
		r.must(err)
		if _, err := r.o.JoinAs(ctx, den.NewAccount{Link: second, Name: "Eve", Email: "GRACE@example.com", Password: kept}); den.KindOf(err) != den.Conflict {
			t.Errorf("the same address: %v", err)
		}
		if _, err := r.o.Invitation(ctx, second); err != nil {
			t.Errorf("an invitation that was refused is used up: %v", err)
		}

		login, err := r.o.LoginNamed(ctx, " grace@EXAMPLE.com")
		if err != nil || login.Person != grace.ID || login.Password != kept {
			t.Fatalf("the login: %+v %v", login, err)
		}
		if who, err := r.o.SignInByLogin(ctx, login); err != nil || who.ID != grace.ID {
			t.Errorf("signed in: %+v %v", who, err)
		}
		if none, err := r.o.LoginNamed(ctx, "nobody@example.com"); err != nil || none.Person != "" || none.Password != "" {
			t.Errorf("nobody's login: %+v %v", none, err)
		}
		events, err := r.o.Events(ctx, den.System(), den.Filter{Subject: grace.ID, Limit: 50})
		r.must(err)
		acts := map[string]int{}
		for _, e := range events.Items {
			acts[e.Act]++
			if strings.Contains(e.Say+string(e.Before)+string(e.After), "argon2id") {
				t.Errorf("the record has the password: %+v", e)
			}
		}
		if acts["person.added"] != 1 || acts["person.signed_in"] != 2 || acts["person.roles_changed"] != 1 {
			t.Errorf("the record: %v", acts)
		}
	})
}

func TestAPasswordIsSetByWhoHasIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		ctx := t.Context()
		_, secret, err := r.invite(r.member, r.department.ID, den.Member)
		r.must(err)
		grace, err := r.o.JoinAs(ctx, den.NewAccount{Link: secret, Name: "Grace", Email: "grace@example.com", Password: kept})
		r.must(err)
		before, err := r.o.OwnLogin(ctx, grace.Act())
		r.must(err)
		r.must(r.o.SetPassword(ctx, grace.Act(), den.NewPassword{Password: kept + "x", Rev: before.Rev}))
		if err := r.o.SetPassword(ctx, grace.Act(), den.NewPassword{Password: kept, Rev: before.Rev}); den.KindOf(err) != den.Stale {
			t.Errorf("twice from the same page: %v", err)
		}
		if _, err := r.o.SignInByLogin(ctx, before); den.KindOf(err) != den.Unknown {
			t.Errorf("by the password of before: %v", err)
		}
		if err := r.o.SetPassword(ctx, r.member, den.NewPassword{Email: "GRACE@example.com", Password: kept}); den.KindOf(err) != den.Conflict {
			t.Errorf("by the address of another: %v", err)
		}
		r.must(r.o.SetPassword(ctx, r.member, den.NewPassword{Email: "ada@example.com", Password: kept}))

		now, err := r.o.LoginNamed(ctx, "grace@example.com")
		r.must(err)
		_, err = r.o.SetLeft(ctx, den.System(), grace.ID, true, "New job")
		r.must(err)
		if l, err := r.o.LoginNamed(ctx, "grace@example.com"); err != nil || l.Person != "" {
			t.Errorf("somebody who left: %+v %v", l, err)
		}
		if _, err := r.o.SignInByLogin(ctx, now); den.KindOf(err) != den.Unknown {
			t.Errorf("somebody who left in the meantime: %v", err)
		}
	})
}
