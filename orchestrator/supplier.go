package orchestrator

import (
	"context"
	"fmt"
	"strings"

	"innovationden/orchestrator/den"
)

// Supplier reads one with its products. NotFound.
func (o *Orchestrator) Supplier(ctx context.Context, actor den.Actor, id den.ID) (v den.SupplierView, err error) {
	if err := o.mayTechmap(actor); err != nil {
		return v, err
	}
	err = o.Store.View(ctx, func(tx den.Tx) error {
		s, err := tx.Suppliers().Get(id)
		if err != nil {
			return missing(err)
		}
		if !actor.Known() {
			s = public(s)
		}
		v, err = supplierView(tx, actor, s)
		return err
	})
	return v, err
}

func supplierView(tx den.Tx, actor den.Actor, s den.Supplier) (v den.SupplierView, err error) {
	v = den.SupplierView{Supplier: s, May: rights(actor, s.Owner(), den.EditEntry, den.OfferProduct)}
	v.May[den.AddOrganisation] = s.HandedOver.IsZero() && den.May(actor, den.AddOrganisation, den.Owner{})
	if s.AddedBy != "" && s.HandedOver.IsZero() {
		d, err := tx.Departments().Get(s.AddedBy)
		if err != nil && den.KindOf(err) != den.NotFound {
			return v, err
		}
		v.AddedByName = d.Name
	}
	v.Products, err = every(tx.Products(), den.Query{Index: den.ProductsBySupplier, Key: string(s.ID)})
	return v, err
}

// AddSupplier adds a supplier's entry to the techmap: the operator's work, or that of a
// department that has heard of it. The supplier can take it over later.
func (o *Orchestrator) AddSupplier(ctx context.Context, actor den.Actor, in den.NewOrganisation) (s den.Supplier, err error) {
	by, err := writer(actor, in.By)
	if err != nil {
		return s, err
	}
	name := strings.TrimSpace(in.Name)
	if fault := wants("name", "the name of the organisation", name, nameLength); fault != nil {
		return s, fault
	}
	err = o.update(ctx, actor, func(tx den.Tx, p *pen) error {
		id, err := p.answered(tx, in.Once)
		if err != nil {
			return err
		}
		if id != "" {
			s, err = tx.Suppliers().Get(id)
			return err
		}
		e := den.Event{Act: "supplier.added", Say: fmt.Sprintf("The supplier %s was added.", name)}
		if by != "" {
			if _, err := tx.Departments().Get(by); err != nil {
				return chosen(err, "department", "Choose a department of this den.")
			}
			e.About = []den.ID{by}
		}
		s, err = tx.Suppliers().Put(den.Supplier{ID: p.id(den.KindSupplier), Name: name, AddedBy: by, CreatedAt: p.now})
		if err != nil {
			return err
		}
		e.Subject = s.ID
		return p.added(tx, in.Once, e)
	})
	return s, err
}

// writer is the department for which an actor adds an entry; empty for the operator
// who names none.
func writer(actor den.Actor, by den.ID) (den.ID, error) {
	if by == "" && !den.May(actor, den.AddEntry, den.Owner{}) {
		for _, d := range departments(actor) {
			if by != "" && by != d {
				return "", den.Bad("department", "Choose the department that adds the supplier. You belong to several.")
			}
			by = d
		}
	}
	return by, allow(actor, den.AddEntry, den.ReadTechmap, den.Owner{Department: by})
}

// ChangeSupplier changes what a supplier's entry says.
func (o *Orchestrator) ChangeSupplier(ctx context.Context, actor den.Actor, id den.ID, in den.SupplierChange) (v den.SupplierView, err error) {
	change, faults := tidySupplier(in)
	err = o.update(ctx, actor, func(tx den.Tx, p *pen) error {
		s, err := readSupplier(tx, actor, id)
		if err != nil {
			return err
		}
		if err := fresh(in.Rev, s.Rev); err != nil {
			return err
		}
		if err := faults.Err(); err != nil {
			return err
		}
		s.Name, s.SupplierProfile, s.ChangedAt = change.Name, change.SupplierProfile, p.now
		if s, err = tx.Suppliers().Put(s); err != nil {
			return err
		}
		if _, err := p.record(tx, den.Event{Act: "supplier.changed", Subject: s.ID, Say: fmt.Sprintf("The entry of %s was changed.", s.Name)}); err != nil {
			return err
		}
		v, err = supplierView(tx, actor, s)
		return err
	})
	return v, err
}

// readSupplier reads an entry that the actor wants to change.
func readSupplier(tx den.Tx, actor den.Actor, id den.ID) (den.Supplier, error) {
	s, err := tx.Suppliers().Get(id)
	if den.KindOf(err) == den.NotFound {
		s, err = den.Supplier{}, nil
	}
	if err != nil {
		return s, err
	}
	if s.ID == "" {
		if err := allow(actor, den.ReadTechmap, den.ReadTechmap, den.Owner{}); err != nil {
			return s, err
		}
		return s, den.Missing()
	}
	return s, allow(actor, den.EditEntry, den.ReadTechmap, s.Owner())
}

// HandOver gives a supplier its entry, which a department wrote: from then on the
// department can no longer change it.
func (o *Orchestrator) HandOver(ctx context.Context, actor den.Actor, id den.ID, rev int64) (v den.SupplierView, err error) {
	if err := allow(actor, den.AddOrganisation, den.ReadTechmap, den.Owner{}); err != nil {
		return v, err
	}
	err = o.update(ctx, actor, func(tx den.Tx, p *pen) error {
		s, err := tx.Suppliers().Get(id)
		if err != nil {
			return missing(err)
		}
		if err := fresh(rev, s.Rev); err != nil {
			return err
		}
		if s, err = p.handOver(tx, s); err != nil {
			return err
		}
		v, err = supplierView(tx, actor, s)
		return err
	})
	return v, err
}

// handOver is HandOver within a change, such as the one that makes somebody a member
// of the supplier. What was handed over stays so.
func (p *pen) handOver(tx den.Tx, s den.Supplier) (den.Supplier, error) {
	if !s.HandedOver.IsZero() {
		return s, nil
	}
	s.HandedOver = p.now
	s, err := tx.Suppliers().Put(s)
	if err != nil {
		return s, err
	}
	e := den.Event{Act: "supplier.handed_over", Subject: s.ID, Say: fmt.Sprintf("%s took over its entry on the techmap.", s.Name)}
	if s.AddedBy != "" {
		e.About = []den.ID{s.AddedBy}
	}
	_, err = p.record(tx, e)
	return s, err
}

// takenOver hands the entries of the suppliers over that somebody now belongs to.
func (p *pen) takenOver(tx den.Tx, who den.Person) error {
	for _, m := range who.Memberships {
		if m.Role != den.SupplierMember {
			continue
		}
		s, err := tx.Suppliers().Get(m.In)
		if den.KindOf(err) == den.NotFound {
			continue
		}
		if err == nil && s.AddedBy != "" {
			_, err = p.handOver(tx, s)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
