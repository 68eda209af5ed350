package orchestrator_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

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
		if who, err := r.o.SignInByLogin(ctx, login, ""); err != nil || who.ID != grace.ID {
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
		if _, err := r.o.SignInByLogin(ctx, before, ""); den.KindOf(err) != den.Unknown {
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
		if _, err := r.o.SignInByLogin(ctx, now, ""); den.KindOf(err) != den.Unknown {
			t.Errorf("somebody who left in the meantime: %v", err)
		}
	})
}

// The secret and the times are those of RFC 6238, appendix B, cut to six digits.
func TestTimeCodesAreThoseOfTheStandard(t *testing.T) {
	const secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
	for at, want := range map[int64]string{59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037", 20000000000: "353130"} {
		if got := den.TimeCode(secret, den.StepOf(time.Unix(at, 0))); got != want {
			t.Errorf("%d: %s, want %s", at, got, want)
		}
	}
	if got := den.TimeCode("SHORT", 1); got != "" {
		t.Errorf("a short secret has the code %q", got)
	}
}

func TestACodeIsAskedForAndCountsOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		ctx := t.Context()
		_, link, err := r.invite(r.member, r.department.ID, den.Member)
		r.must(err)
		grace, err := r.o.JoinAs(ctx, den.NewAccount{Link: link, Name: "Grace", Email: "grace@example.com", Password: kept})
		r.must(err)
		const secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
		code := func(steps int64) string { return den.TimeCode(secret, den.StepOf(time.Now())+steps) }
		login := func() den.Login {
			l, err := r.o.OwnLogin(ctx, grace.Act())
			r.must(err)
			return l
		}
		if err := r.o.AddCodes(ctx, r.member, den.NewCodes{Secret: secret, Code: code(0)}); den.KindOf(err) != den.Conflict {
			t.Errorf("codes without a password: %v", err)
		}
		in := den.NewCodes{Secret: secret, Code: code(3), Recovery: []string{"AAAA-BBBB-CCCC-DDDD", "EEEE-FFFF-GGGG-HHHH"}, Rev: login().Rev}
		if err := r.o.AddCodes(ctx, grace.Act(), in); den.KindOf(err) != den.Invalid {
			t.Errorf("a code of later: %v", err)
		}
		in.Code = code(0)
		r.must(r.o.AddCodes(ctx, grace.Act(), in))
		for _, c := range []struct {
			what, code string
			want       den.Refusal
		}{
			{"no code", "", den.Invalid},
			{"the code of the beginning again", code(0), den.Invalid},
			{"one step late is used by then", code(-1), den.Invalid},
			{"one step early", code(1)[:3] + " " + code(1)[3:], ""},
			{"the same again", code(1), den.Invalid},
			{"two steps early", code(2), den.Invalid},
			{"a recovery code", "aaaa bbbb cccc dddd", ""},
			{"the same recovery code", "AAAA-BBBB-CCCC-DDDD", den.Invalid},
		} {
			if _, err := r.o.SignInByLogin(ctx, login(), c.code); den.KindOf(err) != c.want {
				t.Errorf("%s: %v", c.what, err)
			}
		}
		elapse(2 * time.Minute)
		if _, err := r.o.SignInByLogin(ctx, login(), code(-1)); err != nil {
			t.Errorf("one step late: %v", err)
		}
		for _, one := range login().Recovery {
			if strings.Contains(one, "EEEE") {
				t.Error("a recovery code is kept as it is")
			}
		}
		if err := r.o.DropCodes(ctx, grace.Act(), "000", false); den.KindOf(err) != den.Invalid {
			t.Errorf("dropped without a code: %v", err)
		}
		r.must(r.o.DropCodes(ctx, grace.Act(), code(0), false))
		if _, err := r.o.SignInByLogin(ctx, login(), ""); err != nil || login().Secret != "" {
			t.Errorf("without codes: %v", err)
		}
	})
}
