package orchestrator

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"

	"innovationden/orchestrator/den"
)

// pen writes the changes of one transaction. A function given to a transaction may
// run twice: the pen then hands out the same ids, names and time again, and forgets
// what the first run wanted told.
type pen struct {
	o   *Orchestrator
	now den.Stamp
	by  den.Actor

	ids    map[den.Kind][]den.ID
	used   map[den.Kind]int
	labels []string
	label  int
	salts  []string
	salted int

	called  map[den.ID]string   // what the product of a lease is called in this transaction
	warm    map[den.ID]den.Cell // the warm instances that leases take in this transaction
	hits    int
	misses  int
	ceiling den.Span // how long what is asked for may last at most

	topics []den.ID        // who is poked after the commit
	leases map[den.ID]bool // what Routes hears of after the commit
	starts []start         // launches that the commit began
	mails  bool            // the post is woken after the commit
	nudges []den.ID        // leases to be looked at again after the commit
	visits []Visit         // who has to leave after the commit
	found  []den.ID        // what the index of the techmap reads again after the commit

	proved   []lockedScheme // schemes that are kept once this is committed
	narrowed []den.ID       // people who may do less after the commit
}

// start is a launch that a commit began, and what is known of its sandbox.
type start struct {
	lease den.ID
	sight den.Sight
}

// update makes one change of the store, and tells of it once it is committed. Where
// the store could not say whether it is, Routes hears what is true, and the pass does
// the rest.
func (o *Orchestrator) update(ctx context.Context, by den.Actor, change func(den.Tx, *pen) error) error {
	p := &pen{o: o, now: o.now(), by: by, ids: map[den.Kind][]den.ID{}}
	ctx, cancel := context.WithTimeout(ctx, storePatience)
	defer cancel()
	err := o.alter(ctx, func(under den.Tx) error {
		tx := den.Track(under, p.salt)
		p.used, p.label, p.salted = map[den.Kind]int{}, 0, 0
		p.topics, p.leases, p.starts, p.nudges, p.found = nil, map[den.ID]bool{}, nil, nil, nil
		p.mails, p.warm, p.hits, p.misses = false, nil, 0, 0
		p.narrowed, p.visits = nil, nil
		p.called, p.proved = map[den.ID]string{}, nil
		if err := p.stands(tx); err != nil {
			return err
		}
		if err := change(tx, p); err != nil {
			return err
		}
		return tx.Close()
	})
	if err != nil {
		if den.KindOf(err) == den.Internal && !errors.Is(err, errMoved) {
			o.tell(ctx, p.leases)
			p.out(ctx)
			o.refind(ctx, p.found)
			o.poke()
		}
		return err
	}
	o.hits.Add(int64(p.hits))
	for _, s := range p.proved {
		o.proved.Store(s.ref, s)
	}
	o.misses.Add(int64(p.misses))
	o.refind(ctx, p.found)
	for _, s := range p.starts {
		o.spawn(s.lease, &sight{Seen: den.Seen{Sight: s.sight}})
	}
	o.tell(ctx, p.leases)
	p.out(ctx)
	for _, id := range p.nudges {
		o.nudge(id)
	}
	o.topics.poke(p.topics...)
	if len(p.leases) > 0 {
		o.poke()
	}
	if p.mails {
		o.mail()
	}
	return nil
}

// out has those leave who may be somewhere no more, or may do less.
func (p *pen) out(ctx context.Context) {
	for _, v := range p.o.visitors(ctx, p.visits) {
		p.o.Visits.Leave(v)
	}
	for _, person := range p.narrowed {
		if p.o.Narrow != nil {
			p.o.Narrow(person)
		}
	}
}

// stands refuses a change whose actor may not be who it was when it was allowed: the
// roles it was allowed by are those of this transaction, whatever happened meanwhile.
func (p *pen) stands(tx den.Tx) error {
	if p.by.ID == den.System().ID {
		return nil
	}
	if !p.by.Changes() {
		return den.Refuse(den.Denied, "%s", beyond)
	}
	now, err := p.o.still(tx, p.by)
	if err == nil && !slices.Equal(now.Memberships, p.by.Memberships) {
		err = den.Refuse(den.Busy, "What you may do here changed a moment ago. Load the page again, then try again.")
	}
	return err
}

// id makes an id; the nth id of a kind is the same in each run of a change.
func (p *pen) id(kind den.Kind) den.ID {
	n := p.used[kind]
	if n == len(p.ids[kind]) {
		p.ids[kind] = append(p.ids[kind], p.o.NewID(kind))
	}
	p.used[kind] = n + 1
	return p.ids[kind][n]
}

// salt makes an unguessable text; the nth one is the same in each run of a change.
func (p *pen) salt() string {
	if p.salted == len(p.salts) {
		p.salts = append(p.salts, p.o.Secret())
	}
	p.salted++
	return p.salts[p.salted-1]
}

// sandbox makes the id of a sandbox: never used before, never used again.
func (p *pen) sandbox() string {
	sum := sha256.Sum256([]byte(p.id("sbx")))
	return hex.EncodeToString(sum[:10])
}

// name finds a host label that no lease ever had.
func (p *pen) name(tx den.Tx) (string, error) {
	const tries = 8
	for range tries {
		if p.label == len(p.labels) {
			p.labels = append(p.labels, p.o.Name())
		}
		name := p.labels[p.label]
		p.label++
		n, err := tx.Leases().Count(den.Query{Index: den.LeasesByName, Key: name})
		if err != nil {
			return "", err
		}
		if n == 0 {
			return name, nil
		}
	}
	return "", den.Refuse(den.Busy, "No free address was found for the sandbox. Try again.")
}

// record writes an event with the time and the actor of the change.
func (p *pen) record(tx den.Tx, e den.Event) (uint64, error) {
	e.ID, e.At, e.Actor, e.Name = p.id(den.KindEvent), p.now, p.by.ID, p.by.Name
	e.Say = den.Sentence(e.Say)
	p.topics = append(p.topics, e.Subject)
	p.topics = append(p.topics, e.About...)
	if touches(e) {
		p.found = append(p.found, e.Subject)
	}
	return tx.Record(e)
}

// notice puts something to tell into the outbox, in the transaction of what it tells of.
// To is a person, or a department, supplier or trial: then it is for everybody who has
// a role in it now or while it is kept, and with Role set for those of that role alone.
// Kind is one of den.NoticeKinds, by which each person chooses what to be sent; Subject
// is what the notice links to. After the commit one den.Delivery is made for each person
// and channel that they want; the den's own pages show it whatever they chose.
func (p *pen) notice(tx den.Tx, n den.Notice) error {
	if n.To == "" {
		return nil
	}
	if n.ID == "" {
		n.ID = p.id(den.KindNotice)
	}
	n.At, n.DueAt, n.Title, n.Say = p.now, p.now, den.Sentence(n.Title), den.Sentence(n.Say)
	p.mails = true
	_, err := tx.Notices().Put(n)
	return err
}

// put writes a lease and has its route told.
func (p *pen) put(tx den.Tx, l den.Lease) (den.Lease, error) {
	p.leases[l.ID] = true
	return tx.Leases().Put(l)
}
