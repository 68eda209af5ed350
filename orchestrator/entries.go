package orchestrator

import (
	"fmt"
	"slices"

	"innovationden/orchestrator/den"
)

// fillEntries makes an entry of each release; entries that stay keep their ids. It
// returns the names of the products.
func (o *Orchestrator) fillEntries(tx den.Tx, p *pen, t *den.Trial, in den.NewTrial, faults *den.Faults) ([]string, error) {
	if len(in.Releases) > mostReleases {
		faults.Add(den.Bad("releases", "Choose at most %d products.", mostReleases))
		return nil, nil
	}
	before := map[den.ID]den.Entry{}
	for _, e := range t.Entries {
		before[e.Release] = e
	}
	t.Entries = nil
	var names []string
	seen := map[den.ID]bool{}
	for i, id := range in.Releases {
		r, err := tx.Releases().Get(id)
		switch {
		case den.KindOf(err) == den.NotFound:
			faults.Add(den.Bad("releases", "Choose products from the techmap. There is no release %q.", id))
			continue
		case err != nil:
			return nil, err
		case seen[id]:
			faults.Add(den.Bad("releases", "Choose each release once."))
			continue
		}
		seen[id] = true
		product, err := tx.Products().Get(r.Product)
		if err != nil {
			return nil, err
		}
		names = append(names, product.Name)
		e := before[id]
		if e.ID == "" {
			e = den.Entry{ID: p.id(den.KindEntry), Release: id, Product: r.Product, Supplier: r.Supplier}
		}
		if e.Agreed = in.Agreed[id]; !e.Agreed.Within(r.Asks) {
			faults.Add(den.Bad("agreed", "Agree to what %s asks for, and to nothing else.", product.Name))
		}
		e.Label = fmt.Sprintf("Product %d", i+1)
		t.Entries = append(t.Entries, e)
	}
	for id := range in.Agreed {
		if !slices.Contains(in.Releases, id) {
			faults.Add(den.Bad("agreed", "Agree to ways out of chosen products only. %q is not chosen.", id))
		}
	}
	return names, nil
}
