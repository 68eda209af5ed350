package orchestrator

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"innovationden/orchestrator/den"
)

// Members reads a page of who belongs to an organisation, or holds a role in the whole den
// where the id is empty, and every invitation that nobody has used. NotFound.
func (o *Orchestrator) Members(ctx context.Context, actor den.Actor, in den.ID, f den.Filter) (v den.MembersView, err error) {
	if v, err = o.Organisation(ctx, actor, in); err != nil {
		return v, err
	}
	manage, _ := membersActions(in)
	err = o.Store.View(ctx, func(tx den.Tx) error {
		page, err := gather(tx.People(), den.Query{After: f.After, Limit: f.Limit}, func(p den.Person) (den.Person, bool, error) {
			is := !p.Left && slices.ContainsFunc(p.Memberships, func(m den.Membership) bool { return m.In == in })
			return p, is && isCalled(p, f.Text, actor), nil
		})
		if err != nil {
			return err
		}
		v.People, v.Next = page.Items, page.Next
		if v.May[manage] {
			v.Links, err = o.openLinks(tx, in)
		}
		return err
	})
	return v, err
}

// Organisation is Members without who they are, and without invitations: what it is called,
// and what the actor may do about its people. NotFound.
func (o *Orchestrator) Organisation(ctx context.Context, actor den.Actor, in den.ID) (v den.MembersView, err error) {
	manage, read := membersActions(in)
	if err := allow(actor, read, read, den.OwnerOf(in)); err != nil {
		return v, err
	}
	v = den.MembersView{ID: in, Roles: den.HeldIn(in), May: rights(actor, den.OwnerOf(in), manage, read), Approve: mayGive(actor, den.Membership{Role: den.Approver, In: in})}
	err = o.Store.View(ctx, func(tx den.Tx) error {
		v.Name, err = organisationName(tx, in)
		return err
	})
	return v, err
}

// isCalled says whether somebody is found by a text: each of its words is in their name, or
// it is their whole address. Who may read all people finds them by parts of the address
// too; for others that would spell out an address that they do not see.
func isCalled(p den.Person, text string, actor den.Actor) bool {
	text = strings.ToLower(strings.TrimSpace(text))
	if text != "" && text == strings.ToLower(p.Email) {
		return true
	}
	known := strings.ToLower(p.Name)
	if den.May(actor, den.ReadPeople, den.Owner{}) {
		known += "\n" + strings.ToLower(p.Email)
	}
	return !slices.ContainsFunc(strings.Fields(text), func(word string) bool { return !strings.Contains(known, word) })
}

func membersActions(in den.ID) (manage, read den.Action) {
	if in == "" {
		return den.ManagePeople, den.ReadPeople
	}
	return den.ManageMembers, den.ReadMembers
}

// organisationName is missing for what is no organisation of this den.
func organisationName(tx den.Tx, in den.ID) (string, error) {
	switch in.Kind() {
	case den.KindDepartment:
		d, err := tx.Departments().Get(in)
		return d.Name, missing(err)
	case den.KindSupplier:
		s, err := tx.Suppliers().Get(in)
		return s.Name, missing(err)
	case "":
		if in == "" {
			return "", nil
		}
	}
	return "", den.Missing()
}

// mayGive says whether somebody may give or take a role. Members let members in; only
// an approver makes approvers, so that nobody approves what they asked for themselves.
func mayGive(a den.Actor, m den.Membership) bool {
	manage, _ := membersActions(m.In)
	if !slices.Contains(den.HeldIn(m.In), m.Role) || !den.May(a, manage, den.OwnerOf(m.In)) {
		return false
	}
	return m.Role != den.Approver || den.May(a, den.ManagePeople, den.Owner{}) || a.Is(den.Approver, m.In)
}

// ChangeRoles gives somebody roles and takes others away. What was taken opens nothing
// from then on: streams, tunnels and visits that stood on it end within a second.
// NotFound; Stale; Conflict where the den would be left without an operator.
func (o *Orchestrator) ChangeRoles(ctx context.Context, actor den.Actor, in den.RoleChange) (who den.Person, err error) {
	if len(in.Add)+len(in.Remove) == 0 {
		return who, den.Bad("role", "Name a role to give or to take away.")
	}
	for _, m := range append(slices.Clone(in.Add), in.Remove...) {
		manage, read := membersActions(m.In)
		if err := allow(actor, manage, read, den.OwnerOf(m.In)); err != nil {
			return who, err
		}
		isOwn := in.Person == actor.ID && slices.Contains(in.Remove, m)
		if !slices.Contains(den.HeldIn(m.In), m.Role) {
			return who, den.Bad("role", "Choose a role that can be held there.")
		}
		if !isOwn && !mayGive(actor, m) {
			return who, den.Refuse(den.Denied, "Only an approver of the department, or the operator, can change who approves.")
		}
	}
	err = o.update(ctx, actor, func(tx den.Tx, p *pen) error {
		before, err := tx.People().Get(in.Person)
		if err != nil {
			return missing(err)
		}
		if err := fresh(in.Rev, before.Rev); err != nil {
			return err
		}
		if err := seesMember(actor, before, in); err != nil {
			return err
		}
		for _, m := range in.Add {
			if _, err := organisationName(tx, m.In); err != nil {
				return err
			}
		}
		who, err = p.roles(tx, before, in)
		return err
	})
	return who, err
}

// seesMember keeps people whom the actor does not see from being told from nobody.
func seesMember(actor den.Actor, who den.Person, in den.RoleChange) error {
	if who.ID == actor.ID || den.May(actor, den.ReadPeople, den.Owner{}) {
		return nil
	}
	for _, m := range append(slices.Clone(in.Add), in.Remove...) {
		if !slices.ContainsFunc(who.Memberships, func(has den.Membership) bool { return has.In == m.In }) {
			return den.Missing()
		}
	}
	return nil
}

// roles writes a change of somebody's roles, with its event, its notice, and word to
// everything that stands on the roles that are gone.
func (p *pen) roles(tx den.Tx, who den.Person, in den.RoleChange) (den.Person, error) {
	var gone, came []den.Membership
	who.Memberships = slices.DeleteFunc(slices.Clone(who.Memberships), func(m den.Membership) bool {
		isGone := slices.Contains(in.Remove, m) && !slices.Contains(in.Add, m)
		if isGone {
			gone = append(gone, m)
		}
		return isGone
	})
	for _, m := range in.Add {
		if !slices.Contains(who.Memberships, m) {
			who.Memberships, came = append(who.Memberships, m), append(came, m)
		}
	}
	if len(gone)+len(came) == 0 {
		return who, nil
	}
	if slices.ContainsFunc(gone, func(m den.Membership) bool { return m.Role == den.Operator }) {
		if err := notTheLast(tx, who.ID); err != nil {
			return who, err
		}
	}
	if len(gone) > 0 {
		p.narrowed = append(p.narrowed, who.ID)
	}
	who, err := tx.People().Put(who)
	if err == nil {
		err = p.takenOver(tx, who)
	}
	if err != nil {
		return who, err
	}
	say, about, err := changeInWords(tx, who, came, gone)
	if err != nil {
		return who, err
	}
	if _, err = p.record(tx, den.Event{Act: "person.roles_changed", Subject: who.ID, About: about, Say: say, Why: in.Why}); err != nil {
		return who, err
	}
	return who, p.notice(tx, den.Notice{To: who.ID, Subject: who.ID, Kind: den.NoticePeople, Title: "What you may do has changed", Say: say})
}

func changeInWords(tx den.Tx, who den.Person, came, gone []den.Membership) (say string, about []den.ID, err error) {
	var parts []string
	for n, list := range [][]den.Membership{came, gone} {
		for _, m := range list {
			name, err := organisationName(tx, m.In)
			if den.KindOf(err) == den.NotFound {
				name, err = string(m.In), nil
			}
			if err != nil {
				return "", nil, err
			}
			text := []string{"is now ", "is no longer "}[n] + strings.ReplaceAll(string(m.Role), "_", " ")
			if m.In != "" {
				text += " of " + name
				about = append(about, m.In)
			}
			parts = append(parts, text)
		}
	}
	return fmt.Sprintf("%s %s.", who.Name, strings.Join(parts, ", ")), about, nil
}

// notTheLast keeps a den from being left without an operator.
func notTheLast(tx den.Tx, leaves den.ID) error {
	_, found, err := operatorBut(tx, leaves)
	if err != nil || found {
		return err
	}
	return den.Refuse(den.Conflict, "This is the only operator. Make somebody else an operator first.")
}

// operatorBut finds an operator who has not left, and is not somebody. It reads no further
// than to the first: operators are mostly among the first people of a den.
func operatorBut(tx den.Tx, but den.ID) (who den.Person, found bool, err error) {
	for q := (den.Query{}); ; {
		page, err := tx.People().List(q)
		if err != nil {
			return who, false, err
		}
		for _, one := range page.Items {
			if one.ID != but && !one.Left && one.Act().Is(den.Operator, "") {
				return one, true, nil
			}
		}
		if q.After = page.Next; page.Next == "" {
			return who, false, nil
		}
	}
}

// RemoveMember takes somebody out of an organisation, with every role there. People may
// leave by themselves. NotFound.
func (o *Orchestrator) RemoveMember(ctx context.Context, actor den.Actor, in, person den.ID, why string) (who den.Person, err error) {
	_, read := membersActions(in)
	if err := allow(actor, read, read, den.OwnerOf(in)); err != nil {
		return who, err
	}
	if who, err = o.member(ctx, in, person); err != nil {
		return who, err
	}
	change := den.RoleChange{Person: person, Why: why, Rev: who.Rev}
	for _, m := range who.Memberships {
		if m.In == in {
			change.Remove = append(change.Remove, m)
		}
	}
	return o.ChangeRoles(ctx, actor, change)
}

func (o *Orchestrator) member(ctx context.Context, in, person den.ID) (who den.Person, err error) {
	err = o.Store.View(ctx, func(tx den.Tx) error {
		who, err = tx.People().Get(person)
		if err == nil && !slices.ContainsFunc(who.Memberships, func(m den.Membership) bool { return m.In == in }) {
			return den.Missing()
		}
		return missing(err)
	})
	return who, err
}

// Everybody lists all people, those who have left included, for who runs the den.
func (o *Orchestrator) Everybody(ctx context.Context, actor den.Actor, f den.Filter) (people den.Page[den.Person], err error) {
	if err := allow(actor, den.ReadPeople, den.ReadPeople, den.Owner{}); err != nil {
		return people, err
	}
	err = o.Store.View(ctx, func(tx den.Tx) error {
		people, err = gather(tx.People(), den.Query{After: f.After, Limit: f.Limit}, func(p den.Person) (den.Person, bool, error) {
			return p, isCalled(p, f.Text, actor), nil
		})
		return err
	})
	return people, err
}

// SetLeft says that somebody has left, and may no longer sign in, or has come back.
// Their roles are kept for the record and count for nothing while they are away.
func (o *Orchestrator) SetLeft(ctx context.Context, actor den.Actor, person den.ID, left bool, why string) (who den.Person, err error) {
	if err := allow(actor, den.ManagePeople, den.ReadPeople, den.Owner{}); err != nil {
		return who, err
	}
	err = o.update(ctx, actor, func(tx den.Tx, p *pen) error {
		who, err = tx.People().Get(person)
		if err != nil || who.Left == left {
			return missing(err)
		}
		if !who.RemovedAt.IsZero() {
			return den.Refuse(den.Conflict, "The personal data of this person was removed, so they cannot come back. Invite them anew.")
		}
		say := fmt.Sprintf("%s may sign in again.", who.Name)
		if left {
			say = fmt.Sprintf("%s has left and may no longer sign in.", who.Name)
			p.narrowed = append(p.narrowed, who.ID)
			if who.Act().Is(den.Operator, "") {
				if err := notTheLast(tx, who.ID); err != nil {
					return err
				}
			}
		}
		who.Left = left
		if who, err = tx.People().Put(who); err != nil {
			return err
		}
		_, err = p.record(tx, den.Event{Act: "person.left", Subject: who.ID, Say: say, Why: why})
		return err
	})
	return who, err
}
