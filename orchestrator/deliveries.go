package orchestrator

import (
	"context"

	"innovationden/orchestrator/den"
)

// Deliveries lists deliveries for the operator: those that were given up, unless told
// otherwise, the latest first.
func (o *Orchestrator) Deliveries(ctx context.Context, actor den.Actor, state den.DeliveryState, f den.Filter) (page den.Page[den.DeliveryView], err error) {
	if err := allow(actor, den.ReadHost, den.ReadHost, den.Owner{}); err != nil {
		return page, err
	}
	if state == "" {
		state = den.DeliveryDead
	}
	q := den.Query{Index: den.DeliveriesByState, Key: string(state), Newest: true, After: f.After, Limit: f.Limit}
	err = o.Store.View(ctx, func(tx den.Tx) error {
		page, err = gather(tx.Deliveries(), q, func(d den.Delivery) (den.DeliveryView, bool, error) {
			v, err := deliveryView(tx, d)
			return v, err == nil, err
		})
		return err
	})
	return page, err
}

func deliveryView(tx den.Tx, d den.Delivery) (v den.DeliveryView, err error) {
	v.Delivery = d
	who, err := tx.People().Get(d.Person)
	if err != nil && den.KindOf(err) != den.NotFound {
		return v, err
	}
	n, err := tx.Notices().Get(d.Notice)
	if err != nil && den.KindOf(err) != den.NotFound {
		return v, err
	}
	v.PersonName, v.Title, v.Kind = who.Name, n.Title, n.Kind
	return v, nil
}

// RetryDelivery tries once more to send what was given up. Conflict for any other.
func (o *Orchestrator) RetryDelivery(ctx context.Context, actor den.Actor, id den.ID) (v den.DeliveryView, err error) {
	if err := allow(actor, den.RunHost, den.ReadHost, den.Owner{}); err != nil {
		return v, err
	}
	err = o.update(ctx, actor, func(tx den.Tx, p *pen) error {
		d, err := tx.Deliveries().Get(id)
		if err != nil {
			return missing(err)
		}
		if d.State != den.DeliveryDead {
			return den.Refuse(den.Conflict, "Only what was given up can be tried again. This one %s.", map[den.DeliveryState]string{den.DeliveryWaits: "waits already", den.DeliverySent: "was sent"}[d.State])
		}
		d.State, d.Tries, d.DueAt, d.DoneAt = den.DeliveryWaits, 0, p.now, den.Stamp{}
		if d, err = tx.Deliveries().Put(d); err != nil {
			return err
		}
		_, err = p.record(tx, den.Event{Act: "delivery.retried", Subject: d.ID, About: []den.ID{d.Person}, Say: "A notice that could not be sent is tried again."})
		if err != nil {
			return err
		}
		v, err = deliveryView(tx, d)
		return err
	})
	if err == nil {
		o.mail()
	}
	return v, err
}
