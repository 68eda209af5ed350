package orchestrator_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"innovationden/orchestrator"
	"innovationden/orchestrator/den"
)

func (r *rig) invite(a den.Actor, in den.ID, role den.Role) (den.JoinLink, string, error) {
	return r.o.InviteMember(context.Background(), a, den.NewJoinLink{In: in, Role: role, For: "Grace", Lasts: 24 * time.Hour})
}

func TestAnInvitationIsUsedOnceAndInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		ctx := t.Context()
		grace, err := r.o.AddPerson(ctx, den.System(), den.Person{Name: "Grace"})
		r.must(err)
		made, secret, err := r.invite(r.member, r.department.ID, den.Member)
		r.must(err)
		v, err := r.o.Invitation(ctx, secret)
		if err != nil || v.InName != r.department.Name || v.ByName != "Ada" {
			t.Errorf("the invitation says %+v %v", v, err)
		}
		who, err := r.o.Join(ctx, grace.Act(), secret)
		if err != nil || !who.Act().Is(den.Member, r.department.ID) {
			t.Fatalf("joined: %+v %v", who, err)
		}
		if _, err := r.o.Join(ctx, who.Act(), secret); den.KindOf(err) != den.Unknown {
			t.Errorf("used twice: %v", err)
		}
		late, lateSecret, err := r.invite(r.member, r.department.ID, den.Member)
		r.must(err)
		back, backSecret, err := r.invite(r.member, r.department.ID, den.Member)
		r.must(err)
		r.must(r.o.TakeBackInvitation(ctx, r.member, back.ID))
		if _, err := r.o.Join(ctx, who.Act(), backSecret); den.KindOf(err) != den.Unknown {
			t.Errorf("taken back: %v", err)
		}
		if open, err := r.o.Members(ctx, r.member, r.department.ID, den.Filter{}); err != nil || len(open.Links) != 1 || open.Links[0].ID != late.ID {
			t.Errorf("open: %+v %v", open.Links, err)
		}
		elapse(24 * time.Hour)
		if _, err := r.o.Join(ctx, who.Act(), lateSecret); den.KindOf(err) != den.Unknown {
			t.Errorf("too late: %v", err)
		}
		var kinds []den.NoticeKind
		r.must(r.db.View(ctx, func(tx den.Tx) error {
			page, err := tx.Notices().List(den.Query{})
			for _, n := range page.Items {
				kinds = append(kinds, n.Kind)
			}
			return err
		}))
		if n := len(slices.DeleteFunc(kinds, func(k den.NoticeKind) bool { return k != den.NoticePeople })); n != 5 {
			t.Errorf("%d notices, want three of being invited, one of the use, one of the role", n)
		}
		if made.Hash == secret || made.Hash == "" {
			t.Error("the secret is kept")
		}
	})
}

func TestWhoMayInviteAndChangeWhom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		ctx := t.Context()
		elsewhere, err := r.o.AddDepartment(ctx, den.System(), den.NewOrganisation{Name: "Elsewhere"})
		r.must(err)
		here := r.department.ID
		approver := r.person("App", den.Approver, here)
		colleague := r.person("Col", den.Member, here)
		outsider := r.person("Out", den.Member, elsewhere.ID)
		seller := r.person("Sel", den.SupplierMember, r.supplier.ID)
		operator := r.person("Opa", den.Operator, "")
		auditor := r.person("Aud", den.Auditor, "")
		for _, c := range []struct {
			who  den.Actor
			in   den.ID
			role den.Role
			want den.Refusal
		}{
			{r.member, here, den.Member, ""}, {r.member, here, den.Approver, den.Invalid}, {approver, here, den.Approver, ""},
			{operator, here, den.Approver, ""}, {operator, "", den.Operator, ""}, {operator, "", den.Auditor, ""},
			{r.member, "", den.Operator, den.NotFound}, {approver, "", den.Auditor, den.NotFound}, {auditor, "", den.Operator, den.Denied},
			{auditor, here, den.Member, den.Denied}, {outsider, here, den.Member, den.NotFound}, {seller, here, den.Member, den.NotFound},
			{seller, r.supplier.ID, den.SupplierMember, ""}, {r.member, r.supplier.ID, den.SupplierMember, den.NotFound},
			{r.member, here, den.Operator, den.Invalid}, {operator, r.supplier.ID, den.Member, den.Invalid}, {operator, "dep_none", den.Member, den.NotFound},
			{den.Actor{}, here, den.Member, den.Unknown},
		} {
			if _, _, err := r.invite(c.who, c.in, c.role); den.KindOf(err) != c.want {
				t.Errorf("%s invites a %s to %q: %v, not %q", c.who.Name, c.role, c.in, err, c.want)
			}
		}
		for _, c := range []struct {
			name   string
			by     den.Actor
			role   den.Role
			taking den.Actor
			want   den.Refusal
		}{
			{"a member takes back that of a member", approver, den.Member, colleague, ""},
			{"a member takes back that of an approver", approver, den.Approver, colleague, den.Denied},
			{"an approver takes back another's", operator, den.Approver, approver, ""},
			{"an outsider", approver, den.Member, outsider, den.NotFound},
		} {
			j, _, err := r.invite(c.by, here, c.role)
			r.must(err)
			if err := r.o.TakeBackInvitation(ctx, c.taking, j.ID); den.KindOf(err) != c.want {
				t.Errorf("%s: %v, not %q", c.name, err, c.want)
			}
		}
		approve := []den.Membership{{Role: den.Approver, In: here}}
		former := r.person("For", den.Approver, here)
		own, _, err := r.invite(former, here, den.Approver)
		r.must(err)
		now, err := r.o.ChangeRoles(ctx, operator, den.RoleChange{Person: former.ID, Add: colleague.Memberships, Remove: approve})
		r.must(err)
		if err := r.o.TakeBackInvitation(ctx, now.Act(), own.ID); err != nil {
			t.Errorf("who made it and is an approver no more: %v", err)
		}
		if _, err := r.o.ChangeRoles(ctx, operator, den.RoleChange{Person: operator.ID, Remove: operator.Memberships}); den.KindOf(err) != den.Conflict {
			t.Errorf("the only operator stops: %v", err)
		}
		for name, c := range map[string]struct {
			who  den.Actor
			in   den.RoleChange
			want den.Refusal
		}{
			"a member makes an approver":         {r.member, den.RoleChange{Person: colleague.ID, Add: approve}, den.Denied},
			"a member makes itself one":          {r.member, den.RoleChange{Person: r.member.ID, Add: approve}, den.Denied},
			"a member removes an approver":       {r.member, den.RoleChange{Person: approver.ID, Remove: approve}, den.Denied},
			"an approver makes one":              {approver, den.RoleChange{Person: colleague.ID, Add: approve}, ""},
			"who is not of the department":       {approver, den.RoleChange{Person: outsider.ID, Add: approve}, den.NotFound},
			"who is nobody":                      {approver, den.RoleChange{Person: "per_none", Add: approve}, den.NotFound},
			"an outsider":                        {outsider, den.RoleChange{Person: colleague.ID, Remove: colleague.Memberships}, den.NotFound},
			"an auditor":                         {auditor, den.RoleChange{Person: colleague.ID, Remove: colleague.Memberships}, den.Denied},
			"the operator makes an operator":     {operator, den.RoleChange{Person: seller.ID, Add: operator.Memberships}, ""},
			"a member makes itself the operator": {r.member, den.RoleChange{Person: r.member.ID, Add: operator.Memberships}, den.NotFound},
		} {
			if _, err := r.o.ChangeRoles(ctx, c.who, c.in); den.KindOf(err) != c.want {
				t.Errorf("%s: %v, not %q", name, err, c.want)
			}
		}
	})
}

func TestLeavingTakesRightsAwayAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var narrowed []den.ID
		r := newRig(t, func(c *orchestrator.Config) { c.Narrow = func(id den.ID) { narrowed = append(narrowed, id) } })
		ctx := t.Context()
		colleague := r.person("Col", den.Member, r.department.ID)
		v, err := r.o.AddTrial(ctx, colleague, den.NewTrial{Name: "x"})
		r.must(err)
		_, _, secret := r.with(colleague, time.Hour, den.GrantAct)
		_, err = r.o.RemoveMember(ctx, colleague, r.department.ID, colleague.ID, "") // by oneself
		r.must(err)
		if !slices.Contains(narrowed, colleague.ID) {
			t.Error("nobody was told")
		}
		now, err := r.o.Who(ctx, secret)
		if err != nil || len(now.Memberships) != 0 {
			t.Errorf("the token stands for %+v %v", now, err)
		}
		if _, err := r.o.Trial(ctx, now, v.Trial.ID); den.KindOf(err) != den.NotFound {
			t.Errorf("reads on: %v", err)
		}
		if _, err := r.o.RemoveMember(ctx, r.member, r.department.ID, colleague.ID, ""); den.KindOf(err) != den.NotFound {
			t.Errorf("taken out twice: %v", err)
		}
		if _, err := r.o.SetLeft(ctx, r.member, colleague.ID, true, ""); den.KindOf(err) != den.NotFound {
			t.Errorf("a member lets somebody leave: %v", err)
		}
		_, err = r.o.SetLeft(ctx, den.System(), colleague.ID, true, "New job")
		r.must(err)
		if _, err := r.o.Who(ctx, secret); den.KindOf(err) != den.Unknown {
			t.Errorf("the token of somebody who left: %v", err)
		}
		_, err = r.o.SetLeft(ctx, den.System(), colleague.ID, false, "")
		r.must(err)
		if _, err := r.o.Who(ctx, secret); err != nil {
			t.Errorf("back again: %v", err)
		}
	})
}
