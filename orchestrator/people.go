package orchestrator

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"innovationden/orchestrator/den"
)

// People lists who can be invited as evaluators, for those who set trials up.
func (o *Orchestrator) People(ctx context.Context, actor den.Actor, f den.Filter) (people den.Page[den.Person], err error) {
	if !seesAll(actor) && !actor.Has(den.Member) && !actor.Has(den.Approver) {
		return people, allowNothing(actor)
	}
	if err := allowSelf(actor, den.ReadOwn); err != nil {
		return people, err
	}
	err = o.Store.View(ctx, func(tx den.Tx) error {
		people, err = gather(tx.People(), den.Query{After: f.After, Limit: f.Limit}, func(p den.Person) (den.Person, bool, error) {
			return p, !p.Left && isCalled(p, f.Text, actor), nil
		})
		return err
	})
	return people, err
}

// AddPerson adds somebody who can sign in, with the roles that the operator gives.
func (o *Orchestrator) AddPerson(ctx context.Context, actor den.Actor, in den.Person) (who den.Person, err error) {
	if err := allow(actor, den.RunHost, den.ReadHost, den.Owner{}); err != nil {
		return who, err
	}
	in.Name, in.Email = strings.TrimSpace(in.Name), strings.TrimSpace(in.Email)
	var faults den.Faults
	faults.Add(wants("name", "the name of the person", in.Name, nameLength))
	for _, m := range in.Memberships {
		wholeDen := m.Role == den.Operator || m.Role == den.Auditor
		if !slices.Contains(den.Roles, m.Role) || wholeDen != (m.In == "") {
			faults.Add(den.Bad("memberships", "Give each role its department, supplier or trial; operator and auditor have none."))
			break
		}
	}
	if err := faults.Err(); err != nil {
		return who, err
	}
	err = o.update(ctx, actor, func(tx den.Tx, p *pen) error {
		one := in
		one.ID, one.Rev = p.id(den.KindPerson), 0
		if who, err = tx.People().Put(one); err != nil {
			return err
		}
		if _, err := p.record(tx, den.Event{Act: "person.added", Subject: who.ID, Say: fmt.Sprintf("%s was added.", who.Name)}); err != nil {
			return err
		}
		return p.takenOver(tx, who)
	})
	return who, err
}

// DemoPeople lists who a demo offers on its sign-in page; nobody outside a demo.
func (o *Orchestrator) DemoPeople(ctx context.Context) (people []den.Person, err error) {
	if !o.Demo {
		return nil, nil
	}
	err = o.Store.View(ctx, func(tx den.Tx) error {
		people, err = every(tx.People(), den.Query{})
		return err
	})
	return slices.DeleteFunc(people, func(p den.Person) bool { return !p.Demo || p.Left }), err
}
