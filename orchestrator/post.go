package orchestrator

import (
	"context"
	"errors"
	"time"

	"innovationden/orchestrator/den"
)

const (
	sendPatience  = 20 * time.Second // one message
	sendTries     = 12               // failures in a row before a delivery is given up
	deliverAtOnce = 200              // of what is due, in one go
)

// SendBackoff is how long a delivery waits after so many failures in a row: a minute,
// doubled each time, at most six hours. Twelve tries take about two days.
func SendBackoff(tries int) time.Duration {
	const first, most = time.Minute, 6 * time.Hour
	if tries > 9 {
		return most
	}
	return min(first<<max(tries-1, 0), most)
}

// mail wakes the post.
func (o *Orchestrator) mail() {
	select {
	case o.posted <- struct{}{}:
	default:
	}
}

// runPost makes deliveries of what was committed and sends them, until ctx ends. It
// stands beside the pass: neither waits for the other.
func (o *Orchestrator) runPost(ctx context.Context) {
	if len(o.Senders) == 0 {
		return
	}
	ticker := time.NewTicker(o.PassEvery)
	defer ticker.Stop()
	for {
		if err := guarded(func() error { return o.post(ctx) }); err != nil && ctx.Err() == nil {
			o.Log.Error("notices were not sent", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		case <-o.posted:
		}
	}
}

// post makes the deliveries that are wanted and begins to send those that are due: one
// hand for each address's channel, so that none waits for another.
func (o *Orchestrator) post(ctx context.Context) error {
	if err := o.sort(ctx); err != nil {
		return err
	}
	byHand, err := o.due(ctx)
	for hand, ids := range byHand {
		if _, busy := o.hands.LoadOrStore(hand, true); busy {
			continue
		}
		o.group.Go(func() {
			defer o.hands.Delete(hand)
			for _, id := range ids {
				if ctx.Err() != nil {
					return
				}
				o.send(ctx, id, hand)
			}
		})
	}
	return err
}

// due lists the deliveries that are due, by the hand that sends them. Those of a hand that
// is busy are passed over, so that they do not stand before what others can send.
func (o *Orchestrator) due(ctx context.Context) (byHand map[string][]den.ID, err error) {
	err = o.Store.View(ctx, func(tx den.Tx) error {
		byHand = map[string][]den.ID{}
		q := den.Query{Index: den.DeliveriesByDue, Until: o.now(), Limit: deliverAtOnce}
		for n := 0; n < deliverAtOnce; {
			page, err := tx.Deliveries().List(q)
			if err != nil {
				return err
			}
			for _, d := range page.Items {
				hand, err := handOf(tx, d)
				if err != nil {
					return err
				}
				if _, busy := o.hands.Load(hand); !busy {
					byHand[hand], n = append(byHand[hand], d.ID), n+1
				}
			}
			if q.After = page.Next; page.Next == "" {
				return nil
			}
		}
		return nil
	})
	return byHand, err
}

// handOf is who sends a delivery: one for all mail, one for each address of a hook.
func handOf(tx den.Tx, d den.Delivery) (string, error) {
	if d.Channel != den.ByHook {
		return string(d.Channel), nil
	}
	box, err := mailboxOf(tx, d.Person)
	return string(d.Channel) + " " + box.Hook.URL, err
}

// letter is a delivery with everything that sending it needs.
type letter struct {
	den.Delivery
	message den.Message
	gone    string // why it cannot be sent any more; empty: it can
}

func (o *Orchestrator) letter(tx den.Tx, d den.Delivery) (l letter, err error) {
	l.Delivery = d
	who, err := tx.People().Get(d.Person)
	if den.KindOf(err) == den.NotFound || err == nil && who.Left {
		l.gone = "The person has left."
		return l, nil
	}
	if err != nil {
		return l, err
	}
	n, err := tx.Notices().Get(d.Notice)
	if den.KindOf(err) == den.NotFound {
		l.gone = "The notice is out of date."
		return l, nil
	}
	if err != nil {
		return l, err
	}
	box, err := mailboxOf(tx, d.Person)
	if err != nil {
		return l, err
	}
	l.message = den.Message{
		ID: d.ID, To: reach(d.Channel, who, box), Name: who.Name, Hook: box.Hook, Kind: n.Kind, Title: n.Title, Say: n.Say, At: n.At,
	}
	if path := pageOf(n); path != "" && o.Link != nil {
		l.message.Link = o.Link(path)
	}
	switch {
	case l.message.To == "":
		l.gone = "The person has no address there any more."
	case !n.For(who.Act()):
		l.gone = "It is not for this person any more."
	case o.Senders[d.Channel] == nil:
		l.gone = "This den sends nothing that way any more."
	}
	return l, nil
}

// send hands one delivery over and notes how that went. It is read anew just before: it
// may have waited long behind others, and be for nobody any more.
func (o *Orchestrator) send(ctx context.Context, id den.ID, hand string) {
	var l letter
	err := o.Store.View(ctx, func(tx den.Tx) error {
		l = letter{}
		d, err := tx.Deliveries().Get(id)
		if err != nil || d.State != den.DeliveryWaits || d.DueAt.After(o.now()) {
			return err
		}
		if is, err := handOf(tx, d); err != nil || is != hand {
			return err // another's by now, who comes to it with the next round
		}
		l, err = o.letter(tx, d)
		return err
	})
	if err != nil && den.KindOf(err) != den.NotFound && ctx.Err() == nil {
		o.Log.Error("a delivery could not be read", "delivery", id, "error", err)
	}
	if err != nil || l.ID == "" {
		return
	}
	if l.gone == "" {
		err = guarded(func() error {
			own, cancel := context.WithTimeout(ctx, sendPatience)
			defer cancel()
			return o.Senders[l.Channel].Send(own, l.message)
		})
		if ctx.Err() != nil {
			return // the den stops: it is sent again, with the same id
		}
		if err != nil {
			o.Log.Warn("a notice was not sent", "delivery", id, "channel", l.Channel, "tries", l.Tries+1, "error", err)
		}
	}
	noted := o.update(context.WithoutCancel(ctx), den.System(), func(tx den.Tx, p *pen) error {
		d, gone := tx.Deliveries().Get(l.ID)
		if gone != nil || d.State != den.DeliveryWaits {
			return missing(gone)
		}
		_, putting := tx.Deliveries().Put(p.tried(d, l.gone, err))
		return putting
	})
	if noted != nil && den.KindOf(noted) != den.NotFound {
		o.Log.Error("a delivery could not be noted", "delivery", l.ID, "error", noted)
	}
}

// tried is a delivery after a try.
func (p *pen) tried(d den.Delivery, gone string, failed error) den.Delivery {
	d.DueAt, d.Said = den.Stamp{}, gone
	switch {
	case gone != "":
		d.State, d.DoneAt = den.DeliveryDead, p.now
	case failed == nil:
		d.State, d.DoneAt = den.DeliverySent, p.now
	default:
		d.Tries++
		d.Said = oneLine(said(failed))
		d.DueAt = p.now.Add(SendBackoff(d.Tries))
		var e *den.Error
		if d.Tries >= sendTries || errors.As(failed, &e) && e.Kind == den.Invalid {
			d.State, d.DueAt, d.DoneAt = den.DeliveryDead, den.Stamp{}, p.now
		}
	}
	return d
}
