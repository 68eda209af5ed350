package orchestrator

import (
	"context"
	"slices"
	"time"

	"innovationden/orchestrator/den"
)

const (
	tooOld       = 3 * 24 * time.Hour // what is told no more by then is only shown
	sortedAtOnce = 100                // steps in one change, so that others have their turn
)

// sorting is one step of making deliveries of notices: one for a person by a channel, or,
// where there is no person, the note that all of a notice are made.
type sorting struct {
	notice  den.ID
	person  den.ID
	channel den.Channel
}

// sort makes a delivery of each notice for each person and channel that wants it. Whom
// that is is found out beside the writer's turn, where only those are looked at again.
func (o *Orchestrator) sort(ctx context.Context) error {
	steps, more, err := o.sortings(ctx)
	for some := range slices.Chunk(steps, sortedAtOnce) {
		if err != nil {
			return err
		}
		err = o.update(ctx, den.System(), func(tx den.Tx, p *pen) error {
			d := sorter{tx: tx, p: p, notices: map[den.ID]*den.Notice{}, boxes: boxes{tx: tx, known: map[den.ID]recipient{}}}
			for _, step := range some {
				if err := d.take(step); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if more && err == nil {
		o.mail()
	}
	return err
}

// sortings finds out what is to be made of the notices that are due, and whether more are.
// What was made before a stop of the den is not made again.
func (o *Orchestrator) sortings(ctx context.Context) (steps []sorting, more bool, err error) {
	err = o.Store.View(ctx, func(tx den.Tx) error {
		page, err := tx.Notices().List(den.Query{Index: den.NoticesByDue, Until: o.now(), Limit: deliverAtOnce})
		if err != nil {
			return err
		}
		more = page.Next != ""
		to, err := recipients(tx, page.Items)
		if err != nil {
			return err
		}
		known := boxes{tx: tx, known: map[den.ID]recipient{}}
		for _, n := range page.Items {
			made, err := every(tx.Deliveries(), den.Query{Index: den.DeliveriesByNotice, Key: string(n.ID)})
			if err != nil {
				return err
			}
			for _, person := range to[n.ID] {
				box, err := known.of(person)
				if err != nil {
					return err
				}
				for _, c := range o.wantedBy(n, box) {
					isMade := slices.ContainsFunc(made, func(d den.Delivery) bool { return d.Person == person && d.Channel == c })
					if !isMade {
						steps = append(steps, sorting{n.ID, person, c})
					}
				}
			}
			steps = append(steps, sorting{notice: n.ID})
		}
		return nil
	})
	return steps, more, err
}

// recipients are the people whom notices are for. All people are read only where a notice
// is to an organisation, and then once.
func recipients(tx den.Tx, notices []den.Notice) (map[den.ID][]den.ID, error) {
	to, isOf := map[den.ID][]den.ID{}, map[den.ID][]den.Notice{}
	for _, n := range notices {
		if n.To.Kind() == den.KindPerson {
			to[n.ID] = []den.ID{n.To}
		} else {
			isOf[n.To] = append(isOf[n.To], n)
		}
	}
	if len(isOf) == 0 {
		return to, nil
	}
	people, err := every(tx.People(), den.Query{})
	for _, who := range people {
		seen := map[den.ID]bool{}
		for _, m := range who.Memberships {
			if seen[m.In] || who.Left {
				continue
			}
			seen[m.In] = true
			for _, n := range isOf[m.In] {
				if n.For(who.Act()) {
					to[n.ID] = append(to[n.ID], who.ID)
				}
			}
		}
	}
	return to, err
}

// sorter takes the steps of one change. It reads each record once.
type sorter struct {
	tx      den.Tx
	p       *pen
	notices map[den.ID]*den.Notice // nil: there is nothing to do for it any more
	boxes   boxes
}

func (s sorter) take(step sorting) error {
	n, err := s.notice(step.notice)
	if err != nil || n == nil {
		return err
	}
	if step.person == "" {
		n.DueAt, n.SentAt = den.Stamp{}, s.p.now
		_, err := s.tx.Notices().Put(*n)
		return err
	}
	to, err := s.boxes.of(step.person)
	if err != nil || !slices.Contains(s.p.o.wantedBy(*n, to), step.channel) {
		return err
	}
	_, err = s.tx.Deliveries().Put(den.Delivery{
		ID: s.p.id(den.KindDelivery), Notice: n.ID, Person: to.who.ID, Channel: step.channel, State: den.DeliveryWaits, DueAt: s.p.now, MadeAt: s.p.now,
	})
	return err
}

func (s sorter) notice(id den.ID) (*den.Notice, error) {
	if n, ok := s.notices[id]; ok {
		return n, nil
	}
	n, err := s.tx.Notices().Get(id)
	if den.KindOf(err) == den.NotFound || err == nil && n.DueAt.IsZero() {
		s.notices[id] = nil
		return nil, nil //nolint:nilnil // there is nothing to do for it any more
	}
	s.notices[id] = &n
	return &n, err
}

// recipient is a person, and how they want to be told.
type recipient struct {
	who den.Person
	box den.Mailbox
}

// wantedBy are the channels by which somebody is sent a notice.
func (o *Orchestrator) wantedBy(n den.Notice, to recipient) (by []den.Channel) {
	if to.who.Left || !n.For(to.who.Act()) || o.now().Sub(n.At) >= tooOld {
		return nil
	}
	for _, c := range den.Channels {
		if o.Senders[c] != nil && reach(c, to.who, to.box) != "" && to.box.Wants(c, n.Kind) {
			by = append(by, c)
		}
	}
	return by
}

// boxes reads recipients, each once.
type boxes struct {
	tx    den.Tx
	known map[den.ID]recipient
}

// of reads one; nobody for somebody who is not there.
func (b boxes) of(person den.ID) (to recipient, err error) {
	if to, ok := b.known[person]; ok {
		return to, nil
	}
	to.who, err = b.tx.People().Get(person)
	if err == nil {
		to.box, err = mailboxOf(b.tx, person)
	}
	if den.KindOf(err) == den.NotFound {
		to, err = recipient{who: den.Person{Left: true}}, nil
	}
	b.known[person] = to
	return to, err
}
