package api_test

import (
	"slices"
	"strings"

	"innovationden/web/api/contract"
)

// members invites a guest to the department, makes them an approver, and lets them
// leave; takes an invitation back, takes somebody out, and lets nobody in who has left.
func (s *story) members() {
	w, ctx := s.w, s.ctx
	home, guest := string(w.department.ID), string(w.people[stranger].ID)
	invite := func(whom string) contract.MadeInvitation {
		in, err := s.official.InviteMemberWithResponse(ctx, home, nil, contract.NewMember{For: whom, Role: contract.Member})
		return told(w, in.JSON201, err, in.Body)
	}
	made, spare := invite("Sam"), invite("Nobody")
	if made.Url != public+"/join?link="+made.Secret {
		s.t.Errorf("the link is %s", made.Url)
	}
	left, err := s.official.WithdrawInvitationWithResponse(ctx, home, spare.Invitation.Id)
	if got := told(w, left.JSON200, err, left.Body); len(got.Invitations) != 1 || got.Invitations[0].Id != made.Invitation.Id || strings.Contains(string(left.Body), made.Secret) {
		s.t.Errorf("left: %s", left.Body)
	}
	join := func(secret string) *contract.AcceptInvitationResponse {
		got, err := s.guest.AcceptInvitationWithResponse(ctx, contract.AcceptedInvitation{Secret: secret})
		w.must(err)
		return got
	}
	if got := join(spare.Secret); got.StatusCode() != 422 {
		s.t.Errorf("an invitation that was taken back answers %s", got.Body)
	}
	if got := join(made.Secret); got.JSON200 == nil || len(got.JSON200.Memberships) != 1 || *got.JSON200.Memberships[0].In != home {
		s.t.Errorf("the guest is %s", got.Body)
	}
	if got := join(made.Secret); got.StatusCode() != 422 {
		s.t.Errorf("an invitation that was used answers %s", got.Body)
	}
	roles := []contract.MemberRole{contract.Approver}
	promote := func(by *contract.ClientWithResponses) *contract.ChangeMemberResponse {
		got, err := by.ChangeMemberWithResponse(ctx, home, guest, nil, contract.MemberChange{Add: &roles})
		w.must(err)
		return got
	}
	if got := promote(s.official); got.StatusCode() != 403 {
		s.t.Errorf("a member makes an approver: %s", got.Body)
	}
	if got := promote(s.ops); got.JSON200 == nil || len(got.JSON200.Roles) != 2 {
		s.t.Errorf("the guest is %s", got.Body)
	}
	isIn := func() bool {
		got, err := s.official.ListMembersWithResponse(ctx, home, nil)
		return slices.ContainsFunc(told(w, got.JSON200, err, got.Body).Members, func(m contract.OneMember) bool { return m.Id == guest })
	}
	if !isIn() {
		s.t.Error("the guest is not among the members")
	}
	out := func(by *contract.ClientWithResponses) int {
		got, err := by.RemoveMemberWithResponse(ctx, home, guest)
		w.must(err)
		return got.StatusCode()
	}
	if by, own, again := out(s.official), out(s.guest), out(s.guest); by != 403 || own != 200 || again != 404 || isIn() {
		s.t.Errorf("a member takes an approver out: %d; they leave: %d, and again: %d", by, own, again)
	}
	for _, gone := range []bool{true, false} {
		set, err := s.ops.SetLeftWithResponse(ctx, guest, contract.Leaving{Left: gone})
		told(w, set.JSON200, err, set.Body)
		all, err := s.ops.ListEverybodyWithResponse(ctx, nil)
		everybody := told(w, all.JSON200, err, all.Body).Items
		at := slices.IndexFunc(everybody, func(p contract.Everyone) bool { return p.Id == guest })
		if at < 0 || everybody[at].Left != gone {
			s.t.Errorf("left %v: %s", gone, all.Body)
		}
	}
}
