package orchestrator

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"innovationden/orchestrator/den"
)

const (
	nameLength = 120
	textLength = 4000
)

// Departments lists departments by when they were added.
func (o *Orchestrator) Departments(ctx context.Context, actor den.Actor, f den.Filter) (page den.Page[den.Department], err error) {
	err = o.readTechmap(ctx, actor, func(tx den.Tx) error {
		page, err = tx.Departments().List(den.Query{Newest: f.Newest, After: f.After, Limit: f.Limit})
		return err
	})
	return page, err
}

// Suppliers lists suppliers by when they were added.
func (o *Orchestrator) Suppliers(ctx context.Context, actor den.Actor, f den.Filter) (page den.Page[den.Supplier], err error) {
	err = o.readTechmap(ctx, actor, func(tx den.Tx) error {
		page, err = tx.Suppliers().List(den.Query{Newest: f.Newest, After: f.After, Limit: f.Limit})
		return err
	})
	return page, err
}

// Products lists products, of one supplier where the filter names one.
func (o *Orchestrator) Products(ctx context.Context, actor den.Actor, f den.Filter) (page den.Page[den.ProductView], err error) {
	q := den.Query{Newest: f.Newest, After: f.After, Limit: f.Limit}
	if f.Supplier != "" {
		q.Index, q.Key = den.ProductsBySupplier, string(f.Supplier)
	}
	err = o.readTechmap(ctx, actor, func(tx den.Tx) error {
		page, err = gather(tx.Products(), q, func(p den.Product) (den.ProductView, bool, error) {
			v, err := productView(tx, actor, p)
			return v, err == nil, err
		})
		return err
	})
	return page, err
}

// Product reads one. NotFound.
func (o *Orchestrator) Product(ctx context.Context, actor den.Actor, id den.ID) (v den.ProductView, err error) {
	if err := o.mayTechmap(actor); err != nil {
		return v, err
	}
	err = o.Store.View(ctx, func(tx den.Tx) error {
		p, err := tx.Products().Get(id)
		if err != nil {
			return missing(err)
		}
		if v, err = productView(tx, actor, p); err != nil {
			return err
		}
		v.Known, err = o.knownOf(tx, actor, p)
		return err
	})
	if !actor.Known() {
		v.Releases, v.Repository = nil, ""
	}
	return v, err
}

// Releases lists the releases of the filter's product.
func (o *Orchestrator) Releases(ctx context.Context, actor den.Actor, f den.Filter) (page den.Page[den.Release], err error) {
	q := den.Query{Newest: f.Newest, After: f.After, Limit: f.Limit}
	if f.Product != "" {
		q.Index, q.Key = den.ReleasesByProduct, string(f.Product)
	}
	err = o.readTechmap(ctx, actor, func(tx den.Tx) error {
		page, err = tx.Releases().List(q)
		return err
	})
	return page, err
}

// Release reads one. NotFound.
func (o *Orchestrator) Release(ctx context.Context, actor den.Actor, id den.ID) (r den.Release, err error) {
	err = o.readTechmap(ctx, actor, func(tx den.Tx) error {
		r, err = tx.Releases().Get(id)
		return missing(err)
	})
	return r, err
}

// AddDepartment adds a department to the den.
func (o *Orchestrator) AddDepartment(ctx context.Context, actor den.Actor, in den.NewOrganisation) (d den.Department, err error) {
	if err := allow(actor, den.AddOrganisation, den.ReadTechmap, den.Owner{}); err != nil {
		return d, err
	}
	name := strings.TrimSpace(in.Name)
	if fault := wants("name", "the name of the organisation", name, nameLength); fault != nil {
		return d, fault
	}
	err = o.update(ctx, actor, func(tx den.Tx, p *pen) error {
		id, err := p.answered(tx, in.Once)
		if err != nil {
			return err
		}
		if id != "" {
			d, err = tx.Departments().Get(id)
			return err
		}
		d, err = tx.Departments().Put(den.Department{ID: p.id(den.KindDepartment), Name: name, CreatedAt: p.now})
		if err != nil {
			return err
		}
		return p.added(tx, in.Once, den.Event{Act: "department.added", Subject: d.ID, Say: fmt.Sprintf("The department %s was added.", name)})
	})
	return d, err
}

// added writes the event of something new and remembers the answer.
func (p *pen) added(tx den.Tx, once den.Once, e den.Event) error {
	if _, err := p.record(tx, e); err != nil {
		return err
	}
	return p.answer(tx, once, e.Subject)
}

// wants demands a text of at most so many characters.
func wants(field, what, text string, longest int) *den.Error {
	switch {
	case text == "":
		return den.Bad(field, "Enter %s.", what)
	case isLonger(text, longest):
		return den.Bad(field, "Shorten %s to %d characters.", what, longest)
	}
	return nil
}

// isLonger says that a text has more than so many characters: as people, the pages and
// the API count them.
func isLonger(text string, most int) bool { return utf8.RuneCountInString(text) > most }

// readTechmap reads from the techmap, which everybody may who is known.
func (o *Orchestrator) readTechmap(ctx context.Context, actor den.Actor, read func(den.Tx) error) error {
	if err := allow(actor, den.ReadTechmap, den.ReadTechmap, den.Owner{}); err != nil {
		return err
	}
	return o.Store.View(ctx, read)
}

// missing gives what is not there the same words as what is not yours.
func missing(err error) error {
	if den.KindOf(err) == den.NotFound {
		return den.Missing()
	}
	return err
}

// chosen makes a fault of a field of a choice that is not there.
func chosen(err error, field, say string) error {
	if den.KindOf(err) == den.NotFound {
		return den.Bad(field, "%s", say)
	}
	return err
}

func productView(tx den.Tx, actor den.Actor, p den.Product) (den.ProductView, error) {
	s, err := tx.Suppliers().Get(p.Supplier)
	if err != nil {
		return den.ProductView{}, err
	}
	releases, err := every(tx.Releases(), den.Query{Index: den.ReleasesByProduct, Key: string(p.ID), Newest: true})
	if err != nil {
		return den.ProductView{}, err
	}
	repository, err := repositoryOf(tx, p.ID)
	if err != nil {
		return den.ProductView{}, err
	}
	flown := map[den.ID]den.Preflight{}
	for _, r := range releases {
		last, err := lastPreflight(tx, r.ID)
		if err != nil {
			return den.ProductView{}, err
		}
		if last != nil {
			flown[r.ID] = *last
		}
	}
	return den.ProductView{
		Product: p, SupplierName: s.Name, Releases: releases, Repository: repository, Flown: flown,
		May: rights(actor, s.Owner(), den.OfferProduct, den.EditEntry),
	}, nil
}
