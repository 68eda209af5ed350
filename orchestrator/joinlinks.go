package orchestrator

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"innovationden/orchestrator/den"
)

const (
	joinLasts = 30 * 24 * time.Hour
	joinMost  = 200 // open ones of one organisation
)

// InviteMember makes a one-time link by which somebody gets a role. Its secret is told once.
func (o *Orchestrator) InviteMember(ctx context.Context, actor den.Actor, in den.NewJoinLink) (j den.JoinLink, secret string, err error) {
	manage, read := membersActions(in.In)
	if err := allow(actor, manage, read, den.OwnerOf(in.In)); err != nil {
		return j, "", err
	}
	in.For = strings.TrimSpace(in.For)
	var faults den.Faults
	faults.Add(wants("for", "whom the invitation is for", in.For, nameLength))
	switch {
	case !slices.Contains(den.HeldIn(in.In), in.Role):
		faults.Add(den.Bad("role", "Choose what they will be."))
	case !mayGive(actor, den.Membership{Role: in.Role, In: in.In}):
		faults.Add(den.Bad("role", "Only an approver of the department, or the operator, can invite an approver."))
	}
	if in.Lasts < time.Hour || in.Lasts > joinLasts {
		faults.Add(den.Bad("lasts_seconds", "Choose how long the invitation can be used, at most 30 days."))
	}
	if err := faults.Err(); err != nil {
		return j, "", err
	}
	secret = o.Secret()
	err = o.update(ctx, actor, func(tx den.Tx, p *pen) error {
		if err := p.mayInvite(tx, in); err != nil {
			return err
		}
		j, err = tx.JoinLinks().Put(den.JoinLink{
			ID: p.id(den.KindJoinLink), Hash: hashed(secret), In: in.In, Role: in.Role, For: in.For,
			By: actor.ID, ByName: actor.Name, CreatedAt: p.now, ExpiresAt: p.now.Add(in.Lasts),
		})
		if err != nil {
			return err
		}
		say := fmt.Sprintf("%s invited %s.", actor.Name, in.For)
		if err := p.added(tx, in.Once, den.Event{Act: "member.invited", Subject: j.ID, About: place(in.In), Say: say}); err != nil {
			return err
		}
		return p.notice(tx, den.Notice{To: in.In, Subject: j.ID, Kind: den.NoticePeople, Title: "Somebody was invited", Say: say})
	})
	return j, secret, err
}

func (p *pen) mayInvite(tx den.Tx, in den.NewJoinLink) error {
	if _, err := organisationName(tx, in.In); err != nil {
		return err
	}
	id, err := p.answered(tx, in.Once)
	if err != nil {
		return err
	}
	if id != "" {
		return den.Refuse(den.Conflict, "This invitation was made already, and its link is shown only once. Take it back, then make a new one.")
	}
	open, err := p.o.openLinks(tx, in.In)
	if err == nil && len(open) >= joinMost {
		return den.Refuse(den.Conflict, "There are %d invitations that nobody has used, which is the most. Take some back first.", joinMost)
	}
	return err
}

func place(in den.ID) []den.ID {
	if in == "" {
		return nil
	}
	return []den.ID{in}
}

func (o *Orchestrator) openLinks(tx den.Tx, in den.ID) ([]den.JoinLink, error) {
	now := o.now()
	all, err := every(tx.JoinLinks(), den.Query{Index: den.JoinLinksByIn, Key: string(den.JoinLink{In: in}.Place())})
	return slices.DeleteFunc(all, func(j den.JoinLink) bool { return j.In != in || !j.ExpiresAt.After(now) }), err
}

// TakeBackInvitation takes an invitation back that nobody has used: one's own, or one to a
// role that one could give. NotFound; Denied.
func (o *Orchestrator) TakeBackInvitation(ctx context.Context, actor den.Actor, id den.ID) error {
	return o.update(ctx, actor, func(tx den.Tx, p *pen) error {
		j, err := tx.JoinLinks().Get(id)
		if err != nil {
			return missing(err)
		}
		manage, read := membersActions(j.In)
		if err := allow(actor, manage, read, den.OwnerOf(j.In)); err != nil {
			return err
		}
		if j.By != actor.ID && !mayGive(actor, den.Membership{Role: j.Role, In: j.In}) {
			return den.Refuse(den.Denied, "Only an approver of the department, or the operator, can take back the invitation of an approver.")
		}
		if err := tx.JoinLinks().Delete(id); err != nil {
			return err
		}
		_, err = p.record(tx, den.Event{
			Act: "member.invitation_taken_back", Subject: id, About: place(j.In), Say: fmt.Sprintf("%s took back the invitation of %s.", actor.Name, j.For),
		})
		return err
	})
}

// Invitation is what a link invites to, for its bearer, whoever that is. Unknown.
func (o *Orchestrator) Invitation(ctx context.Context, secret string) (v den.JoinView, err error) {
	err = o.Store.View(ctx, func(tx den.Tx) error {
		v, err = o.invitation(tx, secret)
		return err
	})
	return v, err
}

func (o *Orchestrator) invitation(tx den.Tx, secret string) (v den.JoinView, err error) {
	page, err := tx.JoinLinks().List(den.Query{Index: den.JoinLinksByHash, Key: hashed(secret), Limit: 1})
	if err != nil {
		return v, err
	}
	if len(page.Items) == 0 || page.Items[0].Hash != hashed(secret) || !page.Items[0].ExpiresAt.After(o.now()) {
		return v, den.Refuse(den.Unknown, "This invitation has been used or is out of date. Ask for a new one.")
	}
	v.JoinLink = page.Items[0]
	v.InName, err = organisationName(tx, v.In)
	return v, err
}

// Join uses an invitation up for the actor. Unknown.
func (o *Orchestrator) Join(ctx context.Context, actor den.Actor, secret string) (who den.Person, err error) {
	if err := allowSelf(actor, den.ChangeOwn); err != nil {
		return who, err
	}
	err = o.update(ctx, actor, func(tx den.Tx, p *pen) error {
		who, err = tx.People().Get(actor.ID)
		if err != nil {
			return missing(err)
		}
		who, err = p.join(tx, who, secret)
		return err
	})
	return who, err
}

// join uses an invitation up for somebody.
func (p *pen) join(tx den.Tx, who den.Person, secret string) (den.Person, error) {
	v, err := p.o.invitation(tx, secret)
	if err != nil {
		return who, err
	}
	if err := tx.JoinLinks().Delete(v.ID); err != nil {
		return who, err
	}
	if err := p.owned(tx, who.ID, den.Membership{Role: v.Role, In: v.In}); err != nil {
		return who, err
	}
	if who, err = p.roles(tx, who, den.RoleChange{Add: []den.Membership{{Role: v.Role, In: v.In}}, Why: fmt.Sprintf("Invited by %s.", v.ByName)}); err != nil {
		return who, err
	}
	_, err = p.record(tx, den.Event{
		Act: "member.invitation_used", Subject: v.ID, About: append(place(v.In), who.ID), Say: fmt.Sprintf("%s used the invitation of %s.", who.Name, v.For),
	})
	if err != nil {
		return who, err
	}
	return who, p.notice(tx, den.Notice{To: v.By, Subject: who.ID, Kind: den.NoticePeople, Title: "Your invitation was used", Say: fmt.Sprintf("%s used the invitation that you made for %s.", who.Name, v.For)})
}

// owned makes a role a person's own that their provider gave until now: the provider no
// longer takes it away.
func (p *pen) owned(tx den.Tx, person den.ID, m den.Membership) error {
	all, err := every(tx.Identities(), den.Query{Index: den.IdentitiesByPerson, Key: string(person)})
	if err != nil {
		return err
	}
	for _, one := range all {
		at := slices.Index(one.Given, m)
		if at < 0 {
			continue
		}
		one.Given = slices.Delete(slices.Clone(one.Given), at, at+1)
		if _, err := tx.Identities().Put(one); err != nil {
			return err
		}
	}
	return nil
}
