package orchestrator

import (
	"context"
	"fmt"
	"strings"

	"innovationden/orchestrator/den"
)

// AddProduct adds a product of a supplier.
func (o *Orchestrator) AddProduct(ctx context.Context, actor den.Actor, in den.NewProduct) (one den.Product, err error) {
	var faults den.Faults
	name, summary := strings.TrimSpace(in.Name), strings.TrimSpace(in.Summary)
	faults.Add(wants("name", "the name of the product", name, nameLength))
	faults.Add(within("summary", "the summary", summary, textLength))
	err = o.update(ctx, actor, func(tx den.Tx, p *pen) error {
		s, err := tx.Suppliers().Get(in.Supplier)
		if den.KindOf(err) == den.NotFound {
			s, err = den.Supplier{ID: in.Supplier, HandedOver: p.now}, nil
		}
		if err != nil {
			return err
		}
		if err := allow(actor, den.EditEntry, den.ReadTechmap, s.Owner()); err != nil {
			return err
		}
		if err := faults.Err(); err != nil {
			return err
		}
		id, err := p.answered(tx, in.Once)
		if err != nil {
			return err
		}
		if id != "" {
			one, err = tx.Products().Get(id)
			return err
		}
		if s.Name == "" {
			return den.Bad("supplier", "Choose a supplier from the techmap.")
		}
		one, err = tx.Products().Put(den.Product{
			ID: p.id(den.KindProduct), Supplier: in.Supplier, Name: name, Summary: summary, CreatedAt: p.now,
		})
		if err != nil {
			return err
		}
		if err := p.nameRepository(tx, one); err != nil {
			return err
		}
		return p.added(tx, in.Once, den.Event{
			Act: "product.added", Subject: one.ID, About: []den.ID{in.Supplier}, Say: fmt.Sprintf("The product %s was added.", name),
		})
	})
	return one, err
}

// ChangeProduct changes what a product's entry says.
func (o *Orchestrator) ChangeProduct(ctx context.Context, actor den.Actor, id den.ID, in den.ProductChange) (v den.ProductView, err error) {
	change, faults := o.tidyProduct(in)
	err = o.update(ctx, actor, func(tx den.Tx, p *pen) error {
		one, err := tx.Products().Get(id)
		if den.KindOf(err) == den.NotFound {
			if err := allow(actor, den.ReadTechmap, den.ReadTechmap, den.Owner{}); err != nil {
				return err
			}
		}
		if err != nil {
			return missing(err)
		}
		if _, err := readSupplier(tx, actor, one.Supplier); err != nil {
			return err
		}
		if err := fresh(in.Rev, one.Rev); err != nil {
			return err
		}
		if err := faults.Err(); err != nil {
			return err
		}
		one.Name, one.Summary, one.ProductProfile, one.ChangedAt = change.Name, change.Summary, change.ProductProfile, p.now
		if one, err = tx.Products().Put(one); err != nil {
			return err
		}
		if _, err := p.record(tx, den.Event{
			Act: "product.changed", Subject: one.ID, About: []den.ID{one.Supplier}, Say: fmt.Sprintf("The entry of %s was changed.", one.Name),
		}); err != nil {
			return err
		}
		v, err = productView(tx, actor, one)
		return err
	})
	return v, err
}

// Vocabulary is the words in which products are described.
func (o *Orchestrator) Vocabulary() den.Vocabulary { return o.Config.Vocabulary }
