package orchestrator

import (
	"context"
	"sync"

	"innovationden/orchestrator/den"
	"innovationden/orchestrator/search"
)

// finder is the index of the techmap. It is made of the store when it is first asked
// for, and kept current from commits: what a commit touched is read again under the
// lock, so that of two commits the later one is what stays.
type finder struct {
	mu    sync.Mutex
	index *search.Index // nil: to be made
}

// Find answers a question to the techmap.
func (o *Orchestrator) Find(ctx context.Context, actor den.Actor, q den.Search) (den.Found, error) {
	if err := o.mayTechmap(actor); err != nil {
		return den.Found{}, err
	}
	index, err := o.searching(ctx)
	if err != nil {
		return den.Found{}, err
	}
	found := index.Find(q)
	for n := range found.Items {
		if !actor.Known() {
			found.Items[n].Supplier = public(found.Items[n].Supplier)
		}
	}
	return found, nil
}

// Coverage says which supplier offers what, and what was tried here.
func (o *Orchestrator) Coverage(ctx context.Context, actor den.Actor) (den.Coverage, error) {
	if err := o.mayTechmap(actor); err != nil {
		return den.Coverage{}, err
	}
	index, err := o.searching(ctx)
	if err != nil {
		return den.Coverage{}, err
	}
	return index.Coverage(), nil
}

// mayTechmap says whether somebody may read the techmap: everybody may who holds a role,
// and anybody where the operator has opened it.
func (o *Orchestrator) mayTechmap(actor den.Actor) error {
	if o.OpenTechmap && !actor.Known() {
		return nil
	}
	return allow(actor, den.ReadTechmap, den.ReadTechmap, den.Owner{})
}

// public is what anybody may see of a supplier: nothing of people.
func public(s den.Supplier) den.Supplier {
	s.Contacts, s.AddedBy = nil, ""
	return s
}

// searching gives the index, made where it is not there yet.
func (o *Orchestrator) searching(ctx context.Context) (*search.Index, error) {
	o.finder.mu.Lock()
	defer o.finder.mu.Unlock()
	if o.finder.index != nil {
		return o.finder.index, nil
	}
	index := search.New(o.Config.Vocabulary)
	err := o.Store.View(ctx, func(tx den.Tx) error {
		suppliers, err := every(tx.Suppliers(), den.Query{})
		if err != nil {
			return err
		}
		for _, s := range suppliers {
			if err := put(tx, index, s); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	o.finder.index = index
	return index, nil
}

// put writes every product of a supplier into the index, or the supplier itself where it
// has none.
func put(tx den.Tx, index *search.Index, s den.Supplier) error {
	products, err := every(tx.Products(), den.Query{Index: den.ProductsBySupplier, Key: string(s.ID)})
	if err != nil {
		return err
	}
	tried, err := triedCounts(tx, s.ID)
	if err != nil {
		return err
	}
	if len(products) == 0 {
		index.Put(den.FoundEntry{Supplier: s})
		return nil
	}
	index.Remove(s.ID)
	for _, p := range products {
		index.Put(den.FoundEntry{Product: p, Supplier: s, Tried: tried[p.ID]})
	}
	return nil
}

// touches says whether an event changes what the techmap shows: the entry of its
// subject, or the evidence of a trial that has ended.
func touches(e den.Event) bool {
	switch e.Subject.Kind() {
	case den.KindSupplier, den.KindProduct:
		return true
	case den.KindTrial:
		return e.Act == "trial.finished" || e.Act == "consensus.locked"
	}
	return false
}

// refind brings the index up to date with what a commit touched. Where that cannot be
// read the index is made anew when it is next asked for.
func (o *Orchestrator) refind(ctx context.Context, ids []den.ID) {
	if len(ids) == 0 {
		return
	}
	o.finder.mu.Lock()
	defer o.finder.mu.Unlock()
	if o.finder.index == nil {
		return
	}
	err := o.Store.View(context.WithoutCancel(ctx), func(tx den.Tx) error {
		suppliers := map[den.ID]bool{}
		for _, id := range ids {
			if err := o.suppliersOf(tx, id, suppliers); err != nil {
				return err
			}
		}
		for id := range suppliers {
			s, err := tx.Suppliers().Get(id)
			if err == nil {
				err = put(tx, o.finder.index, s)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		o.finder.index = nil
		o.Log.Warn("the index of the techmap is to be made anew", "error", err)
	}
}

// suppliersOf collects the suppliers that something on the techmap belongs to. A product
// that is gone leaves the index.
func (o *Orchestrator) suppliersOf(tx den.Tx, id den.ID, into map[den.ID]bool) error {
	switch id.Kind() {
	case den.KindSupplier:
		into[id] = true
	case den.KindProduct:
		p, err := tx.Products().Get(id)
		if den.KindOf(err) == den.NotFound {
			o.finder.index.Remove(id)
			return nil
		}
		if err != nil {
			return err
		}
		into[p.Supplier] = true
	case den.KindTrial:
		t, err := tx.Trials().Get(id)
		if err != nil {
			return err
		}
		for _, e := range t.Entries {
			into[e.Supplier] = true
		}
	}
	return nil
}
