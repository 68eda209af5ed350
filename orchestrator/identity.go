package orchestrator

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"innovationden/orchestrator/den"
)

// SignInAs says who somebody is that a provider vouches for, by issuer and subject and
// nothing else, and makes their roles what its groups say now: what it gave before and
// gives no more is gone, what an invitation gave stays. Whom nobody knows yet is added,
// without a role unless a group gives one. Unknown for somebody who has left.
func (o *Orchestrator) SignInAs(ctx context.Context, word den.Word) (who den.Person, err error) {
	if word.Issuer == "" || word.Subject == "" {
		return who, den.Refuse(den.Unknown, "Your organisation did not say who you are.")
	}
	err = o.update(ctx, den.System(), func(tx den.Tx, p *pen) error {
		one, err := tx.Identities().Get(den.IdentityID(word.Issuer, word.Subject))
		if den.KindOf(err) == den.NotFound {
			one, err = den.Identity{ID: den.IdentityID(word.Issuer, word.Subject), Issuer: word.Issuer, Subject: word.Subject}, nil
		}
		if err != nil {
			return err
		}
		if who, err = p.vouched(tx, one, word); err != nil {
			return err
		}
		given, err := p.given(tx, word.Given)
		if err != nil {
			return err
		}
		change := den.RoleChange{Why: "By the groups of " + word.Issuer + "."}
		var gave []den.Membership // by the provider, and not by an invitation too
		for _, m := range given {
			if !slices.Contains(who.Memberships, m) || slices.Contains(one.Given, m) {
				change.Add, gave = append(change.Add, m), append(gave, m)
			}
		}
		for _, m := range one.Given {
			if !slices.Contains(given, m) {
				change.Remove = append(change.Remove, m)
			}
		}
		if who, err = p.roles(tx, who, change); err != nil {
			return err
		}
		one.Person, one.Given, one.SeenAt = who.ID, gave, p.now
		if _, err := tx.Identities().Put(one); err != nil {
			return err
		}
		_, err = p.record(tx, den.Event{Act: "person.signed_in", Subject: who.ID, Say: who.Name + " was confirmed by their organisation."})
		return err
	})
	return who, err
}

// vouched finds the person of an identity, or adds one.
func (p *pen) vouched(tx den.Tx, one den.Identity, word den.Word) (den.Person, error) {
	name := strings.TrimSpace(word.Name)
	if len(name) > nameLength {
		name = strings.ToValidUTF8(name[:nameLength], "")
	}
	if one.Person == "" {
		if name == "" {
			name = "Somebody new"
		}
		who, err := tx.People().Put(den.Person{ID: p.id(den.KindPerson), Name: name, Email: word.Email})
		if err != nil {
			return who, err
		}
		_, err = p.record(tx, den.Event{Act: "person.added", Subject: who.ID, Say: fmt.Sprintf("%s came by %s.", who.Name, word.Issuer)})
		return who, err
	}
	who, err := tx.People().Get(one.Person)
	if err != nil {
		return who, missing(err)
	}
	if who.Left {
		return who, den.Refuse(den.Unknown, "You can no longer sign in here. Ask the operator.")
	}
	if name == "" || name == who.Name && word.Email == who.Email {
		return who, nil
	}
	who.Name, who.Email = name, word.Email
	return tx.People().Put(who)
}

// given finds the organisations that the provider's groups lead to, and adds those that
// the operator named in the settings and that are not there yet.
func (p *pen) given(tx den.Tx, list []den.Given) ([]den.Membership, error) {
	var all []den.Membership
	for _, g := range list {
		m := den.Membership{Role: g.Role}
		var err error
		switch {
		case g.Department != "":
			m.In, err = p.department(tx, g.Department)
		case g.Supplier != "":
			m.In, err = p.supplier(tx, g.Supplier)
		}
		if err != nil {
			return nil, err
		}
		if !slices.Contains(den.HeldIn(m.In), m.Role) {
			continue // the settings were checked; what cannot be is given to nobody
		}
		if !slices.Contains(all, m) {
			all = append(all, m)
		}
	}
	return all, nil
}

// named is the organisation that a name led to before; empty: none is known. Whether it is
// called so still is for the caller to see.
func (o *Orchestrator) named(kind, name string) den.ID {
	id, _ := o.groups.Load(kind + " " + name)
	found, _ := id.(den.ID)
	return found
}

func (p *pen) department(tx den.Tx, name string) (den.ID, error) {
	if id := p.o.named("department", name); id != "" {
		if d, err := tx.Departments().Get(id); err == nil && (d.Name == name || d.ID == den.ID(name)) {
			return d.ID, nil
		}
	}
	all, err := every(tx.Departments(), den.Query{})
	if err != nil {
		return "", err
	}
	for _, d := range all {
		if d.Name == name || d.ID == den.ID(name) {
			p.o.groups.Store("department "+name, d.ID)
			return d.ID, nil
		}
	}
	d, err := tx.Departments().Put(den.Department{ID: p.id(den.KindDepartment), Name: name, CreatedAt: p.now})
	if err != nil {
		return "", err
	}
	_, err = p.record(tx, den.Event{Act: "department.added", Subject: d.ID, Say: fmt.Sprintf("The department %s was added.", name)})
	return d.ID, err
}

func (p *pen) supplier(tx den.Tx, name string) (den.ID, error) {
	if id := p.o.named("supplier", name); id != "" {
		if s, err := tx.Suppliers().Get(id); err == nil && (s.Name == name || s.ID == den.ID(name)) {
			return s.ID, nil
		}
	}
	all, err := every(tx.Suppliers(), den.Query{})
	if err != nil {
		return "", err
	}
	for _, s := range all {
		if s.Name == name || s.ID == den.ID(name) {
			p.o.groups.Store("supplier "+name, s.ID)
			return s.ID, nil
		}
	}
	s, err := tx.Suppliers().Put(den.Supplier{ID: p.id(den.KindSupplier), Name: name, CreatedAt: p.now})
	if err != nil {
		return "", err
	}
	_, err = p.record(tx, den.Event{Act: "supplier.added", Subject: s.ID, Say: fmt.Sprintf("The supplier %s was added.", name)})
	return s.ID, err
}
