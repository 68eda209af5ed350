package orchestrator

import (
	"slices"

	"innovationden/orchestrator/den"
)

func (o *Orchestrator) renewalsView(tx den.Tx, actor den.Actor, id den.ID) (v den.RenewalsView, err error) {
	l, t, err := mayLease(tx, actor, id, den.ReadSandbox)
	if err != nil {
		return v, err
	}
	if v.Sandbox, err = o.sandboxViewOf(tx, actor, l, t); err != nil {
		return v, err
	}
	e, ok := t.Entry(l.Entry)
	v.Current, v.Rev, v.Veiled, v.May = l.ID, t.Rev, v.Sandbox.Veiled, map[den.Action]bool{}
	if !ok {
		return v, nil
	}
	v.Current = e.Lease
	if v.Veiled {
		for _, r := range slices.Backward(renewed(e.Renewals)) {
			v.Items = append(v.Items, den.RenewalItem{Renewal: r})
		}
		return v, nil
	}
	at := &renewing{lease: l, trial: t, entry: e}
	for _, r := range slices.Backward(e.Renewals) {
		one, err := at.item(tx, r)
		if err != nil {
			return v, err
		}
		v.Items = append(v.Items, one)
	}
	v.Replaceable = e.Lease == l.ID && at.replaceable(tx, &pen{now: o.now()}) == nil
	v.May = rights(actor, leaseOwner(l, t), den.OfferProduct, den.SetUpTrial)
	if !v.Replaceable || !v.May[den.OfferProduct] || e.Proposed() >= 0 {
		return v, nil
	}
	all, err := every(tx.Releases(), den.Query{Index: den.ReleasesByProduct, Key: string(e.Product)})
	for _, r := range slices.Backward(all) {
		if _, fault := at.offered(tx, r.ID); fault == nil {
			v.Offers = append(v.Offers, r)
		}
	}
	return v, err
}

// item adds to a renewal what differs, and what stands against it.
func (at *renewing) item(tx den.Tx, r den.Renewal) (one den.RenewalItem, err error) {
	one.Renewal = r
	if one.AskedName, err = personName(tx, r.AskedBy); err != nil {
		return one, err
	}
	if one.DecidedName, err = personName(tx, r.DecidedBy); err != nil {
		return one, err
	}
	if one.Was, err = tx.Releases().Get(r.From); err != nil {
		return one, err
	}
	if one.Now, err = tx.Releases().Get(r.Release); err != nil {
		return one, err
	}
	if one.Flown, err = lastPreflight(tx, r.Release); err != nil || !r.Open() {
		return one, err
	}
	one.ToOpen = one.Now.Asks.Beyond(at.entry.Agreed)
	one.Fault, err = flownFault(tx, one.Now)
	return one, err
}
