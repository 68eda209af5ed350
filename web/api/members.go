package api

import (
	"context"
	"slices"
	"time"

	"innovationden/orchestrator/den"
	"innovationden/web/actor"
	"innovationden/web/api/contract"
)

// wholeDen is how the contract names the organisation that operators and auditors
// belong to; inside it has no name.
const wholeDen = "den"

// usualInvitation is how long an invitation lasts where nobody says.
const usualInvitation = 7 * 24 * time.Hour

func organisation(word string) den.ID {
	if word == wholeDen {
		return ""
	}
	return den.ID(word)
}

func organisationWord(id den.ID) string {
	if id == "" {
		return wholeDen
	}
	return string(id)
}

// ListMembers lists who belongs to an organisation.
func (a *API) ListMembers(ctx context.Context, r contract.ListMembersRequestObject) (contract.ListMembersResponseObject, error) {
	v, err := a.den.Members(ctx, actor.From(ctx), organisation(r.Organisation), peopleNamed(r.Params.Text, r.Params.After, r.Params.Limit))
	return contract.ListMembers200JSONResponse(members(v)), err
}

// ChangeMember gives somebody roles in an organisation, or takes some away.
func (a *API) ChangeMember(ctx context.Context, r contract.ChangeMemberRequestObject) (contract.ChangeMemberResponseObject, error) {
	in := organisation(r.Organisation)
	held := func(roles *[]contract.MemberRole) []den.Membership {
		return list(value(roles), func(r contract.MemberRole) den.Membership { return den.Membership{Role: den.Role(r), In: in} })
	}
	who, err := matched(r.Params.IfMatch, func(rev int64) (den.Person, error) {
		return a.den.ChangeRoles(ctx, actor.From(ctx), den.RoleChange{
			Person: den.ID(r.Person), Add: held(r.Body.Add), Remove: held(r.Body.Remove), Why: value(r.Body.Why), Rev: rev,
		})
	})
	return contract.ChangeMember200JSONResponse(member(in)(who)), err
}

// RemoveMember takes somebody out of an organisation, or lets them leave it.
func (a *API) RemoveMember(ctx context.Context, r contract.RemoveMemberRequestObject) (contract.RemoveMemberResponseObject, error) {
	in, person := organisation(r.Organisation), den.ID(r.Person)
	who, err := a.den.RemoveMember(ctx, actor.From(ctx), in, person, "")
	return contract.RemoveMember200JSONResponse{Id: r.Person, Name: who.Name}, err
}

// InviteMember invites somebody to an organisation by a link.
func (a *API) InviteMember(ctx context.Context, r contract.InviteMemberRequestObject) (contract.InviteMemberResponseObject, error) {
	lasts := usualInvitation
	if r.Body.LastsSeconds != nil {
		lasts = span(r.Body.LastsSeconds)
	}
	made, secret, err := a.den.InviteMember(ctx, actor.From(ctx), den.NewJoinLink{
		In: organisation(r.Organisation), For: r.Body.For, Role: den.Role(r.Body.Role), Lasts: lasts,
		Once: once(r.Params.IdempotencyKey, "member", r.Organisation, r.Body),
	})
	if err != nil {
		return nil, err
	}
	return contract.InviteMember201JSONResponse{
		Body:    contract.MadeInvitation{Invitation: invitation(made), Secret: secret, Url: a.link("/join", secret)},
		Headers: contract.InviteMember201ResponseHeaders{Location: at("/organisations/" + r.Organisation + "/members")},
	}, nil
}

// WithdrawInvitation takes an invitation back that nobody has used.
func (a *API) WithdrawInvitation(ctx context.Context, r contract.WithdrawInvitationRequestObject) (contract.WithdrawInvitationResponseObject, error) {
	who, in, id := actor.From(ctx), organisation(r.Organisation), den.ID(r.Invitation)
	v, err := a.den.Members(ctx, who, in, den.Filter{})
	if err != nil {
		return nil, err
	}
	isThere := slices.ContainsFunc(v.Links, func(j den.JoinLink) bool { return j.ID == id })
	if mayManage(v) && !isThere {
		return nil, den.Missing()
	}
	if err := a.den.TakeBackInvitation(ctx, who, id); err != nil {
		return nil, err
	}
	v, err = a.den.Members(ctx, who, in, den.Filter{})
	return contract.WithdrawInvitation200JSONResponse(members(v)), err
}

// AcceptInvitation uses an invitation up for who is asking.
func (a *API) AcceptInvitation(ctx context.Context, r contract.AcceptInvitationRequestObject) (contract.AcceptInvitationResponseObject, error) {
	who, err := a.den.Join(ctx, actor.From(ctx), r.Body.Secret)
	if den.KindOf(err) == den.Unknown && actor.From(ctx).Known() {
		return nil, den.Bad("secret", "This invitation has been used or is out of date. Ask for a new one.") // who asks is known: it is the link that is not
	}
	return contract.AcceptInvitation200JSONResponse(me(who.Act())), err
}

// ListEverybody lists all people of the den.
func (a *API) ListEverybody(ctx context.Context, r contract.ListEverybodyRequestObject) (contract.ListEverybodyResponseObject, error) {
	all, err := a.den.Everybody(ctx, actor.From(ctx), peopleNamed(r.Params.Text, r.Params.After, r.Params.Limit))
	return contract.ListEverybody200JSONResponse{Items: list(all.Items, everyone), Next: some(all.Next)}, err
}

// SetLeft says that somebody has left, or has come back.
func (a *API) SetLeft(ctx context.Context, r contract.SetLeftRequestObject) (contract.SetLeftResponseObject, error) {
	who, err := a.den.SetLeft(ctx, actor.From(ctx), den.ID(r.Id), r.Body.Left, value(r.Body.Why))
	return contract.SetLeft200JSONResponse(everyone(who)), err
}

func mayManage(v den.MembersView) bool { return v.May[den.ManageMembers] || v.May[den.ManagePeople] }

func members(v den.MembersView) contract.Members {
	return contract.Members{
		Id: organisationWord(v.ID), Name: some(v.Name), Roles: list(v.Roles, memberRole), Members: list(v.People, member(v.ID)), Next: some(v.Next),
		Invitations: list(v.Links, invitation), MayManage: mayManage(v),
	}
}

func memberRole(r den.Role) contract.MemberRole { return contract.MemberRole(r) }

// member is somebody with the roles that they hold in an organisation.
func member(in den.ID) func(den.Person) contract.OneMember {
	return func(p den.Person) contract.OneMember {
		one := contract.OneMember{Id: string(p.ID), Name: p.Name, Roles: []contract.MemberRole{}, Revision: p.Rev}
		for _, m := range p.Memberships {
			if m.In == in {
				one.Roles = append(one.Roles, memberRole(m.Role))
			}
		}
		return one
	}
}

func invitation(j den.JoinLink) contract.Invitation {
	return contract.Invitation{
		Id: string(j.ID), In: organisationWord(j.In), Role: memberRole(j.Role), For: j.For, MadeByName: j.ByName, MadeAt: j.CreatedAt, EndsAt: j.ExpiresAt,
	}
}

func everyone(p den.Person) contract.Everyone {
	return contract.Everyone{Id: string(p.ID), Name: p.Name, Memberships: list(p.Memberships, membership), Left: p.Left}
}
