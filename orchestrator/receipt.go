package orchestrator

import (
	"context"

	"innovationden/orchestrator/den"
)

// Receipt reads the proof that a sandbox was removed. NotYet before it was.
func (o *Orchestrator) Receipt(ctx context.Context, actor den.Actor, id den.ID) (r den.Receipt, err error) {
	err = o.Store.View(ctx, func(tx den.Tx) error {
		_, t, err := mayLease(tx, actor, id, den.ReadSandbox)
		if err != nil {
			return err
		}
		r, err = tx.Receipts().Get(id)
		if den.KindOf(err) == den.NotFound {
			return den.Refuse(den.NotYet, "There is no receipt yet. It is written when the sandbox is gone.")
		}
		if err != nil {
			return err
		}
		r, err = receiptSeen(tx, actor, t, r)
		return err
	})
	return r, err
}

func receiptSeen(tx den.Tx, actor den.Actor, t den.Trial, r den.Receipt) (den.Receipt, error) {
	hides, err := veilOf(tx, actor, t)
	if err != nil || hides == nil {
		return r, err
	}
	return hides.receipt(r), nil
}

// Receipts lists the receipts that the actor may see, of one trial where the filter
// names one.
func (o *Orchestrator) Receipts(ctx context.Context, actor den.Actor, f den.Filter) (page den.Page[den.Receipt], err error) {
	if !actor.Known() {
		return page, allowNothing(actor)
	}
	q := den.Query{Newest: f.Newest, After: f.After, Limit: f.Limit}
	if f.Trial != "" {
		q.Index, q.Key = den.ReceiptsByTrial, string(f.Trial)
	}
	err = o.Store.View(ctx, func(tx den.Tx) error {
		page, err = gather(tx.Receipts(), q, func(r den.Receipt) (den.Receipt, bool, error) {
			t, err := trialOf(tx, r.Trial)
			owner := t.Owner()
			owner.Suppliers = []den.ID{r.Supplier}
			if err != nil || !den.May(actor, den.ReadSandbox, owner) {
				return r, false, err
			}
			r, err = receiptSeen(tx, actor, t, r)
			return r, err == nil, err
		})
		return err
	})
	return page, err
}
