package orchestrator

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"innovationden/orchestrator/den"
)

// lookAtOnce is how many records one transaction of a search reads at most, so that a den
// of a million records is searched in a memory of a few hundred and nobody waits for it.
const lookAtOnce = 250

// Mentions are the texts in which a person is named, for operators: before their data is
// removed by what they are known by now, afterwards as they were left. NotFound; Busy
// while another search is under way.
func (o *Orchestrator) Mentions(ctx context.Context, actor den.Actor, person den.ID) (found den.Mentions, err error) {
	if err := allow(actor, den.ManagePeople, den.ReadPeople, den.Owner{}); err != nil {
		return found, err
	}
	var who den.Person
	err = o.Store.View(ctx, func(tx den.Tx) error {
		who, err = tx.People().Get(cmp.Or(person, actor.ID))
		return missing(err)
	})
	if err != nil || !who.RemovedAt.IsZero() {
		return who.Mentioned(), err
	}
	all, err := o.mentionsOf(ctx, actor, who.ID)
	return all[who.ID], err
}

// mentionsOf looks through every record for some people at once, in transactions of a
// bounded size. What is typed meanwhile may be missed.
func (o *Orchestrator) mentionsOf(ctx context.Context, actor den.Actor, people ...den.ID) (map[den.ID]den.Mentions, error) {
	if !o.looking.TryLock() {
		return nil, den.Refuse(den.Busy, "The den is looking for somebody else’s name in its texts. Try again in a minute.")
	}
	defer o.looking.Unlock()
	l := &look{o: o, actor: actor, known: identifiers{}, names: map[string]bool{}, found: map[den.ID]*den.Mentions{}}
	for _, person := range people {
		l.found[person] = &den.Mentions{}
		if err := l.know(ctx, person); err != nil {
			return nil, err
		}
	}
	for _, table := range append(slices.Clone(searched), searchedEvents(l.isLeftIn)) {
		if err := l.through(ctx, table); err != nil {
			return nil, err
		}
	}
	out := map[den.ID]den.Mentions{}
	for person, m := range l.found {
		inPart := func(one den.Mention) bool { return one.Part }
		m.Items = append(slices.DeleteFunc(slices.Clone(m.Items), inPart), slices.DeleteFunc(m.Items, func(one den.Mention) bool { return !inPart(one) })...)
		out[person] = *m
	}
	return out, nil
}

// look is one search.
type look struct {
	o     *Orchestrator
	actor den.Actor
	known identifiers
	names map[string]bool // whole, in lower case: of those who are looked for
	found map[den.ID]*den.Mentions
	words []stretch // room for those of a text
}

// know gathers what somebody is known by: their name and those that they had before, and
// their addresses.
func (l *look) know(ctx context.Context, person den.ID) error {
	name := func(name string) {
		if name != "" && name != den.RemovedPerson && !l.names[strings.ToLower(name)] {
			l.names[strings.ToLower(name)] = true
		}
		if name != den.RemovedPerson {
			l.known.name(person, name)
		}
	}
	err := l.o.Store.View(ctx, func(tx den.Tx) error {
		who, err := tx.People().Get(person)
		if err != nil {
			return missing(err)
		}
		name(who.Name)
		l.known.address(person, who.Email)
		login, err := tx.Logins().Get(person)
		if den.KindOf(err) == den.NotFound {
			err = nil
		}
		if err != nil {
			return err
		}
		l.known.address(person, login.Name)
		identities, err := every(tx.Identities(), den.Query{Index: den.IdentitiesByPerson, Key: string(person)})
		for _, i := range identities {
			l.known.address(person, i.Subject)
		}
		return err
	})
	for q := (den.Query{Index: den.EventsByActor, Key: string(person), Limit: lookAtOnce}); err == nil; {
		var page den.Page[den.Event]
		err = l.o.Store.View(ctx, func(tx den.Tx) error {
			page, err = tx.Events(q)
			return err
		})
		for _, e := range page.Items {
			for _, s := range e.Sealed {
				if s.Of == person {
					name(s.Value)
				}
			}
		}
		if q.After = page.Next; page.Next == "" {
			break
		}
	}
	return err
}

// isLeftIn says that a sealed name is to be found in a line all the same: that of somebody
// else who is called as one who is looked for. Whose it really is, is for a human to say.
func (l *look) isLeftIn(of den.ID, name string) bool {
	return l.found[of] == nil && l.names[strings.ToLower(name)]
}

// through looks through one table.
func (l *look) through(ctx context.Context, table searchedTable) error {
	for after := ""; ; {
		var looked int
		var hits []hit
		var next string
		err := l.o.Store.View(ctx, func(tx den.Tx) (err error) {
			hits = nil // a reading may be done again
			looked, next, err = table.page(tx, after, func(t foundText) {
				var seen []sighting
				seen, l.words = l.known.in(t.text, l.words)
				for _, s := range seen {
					if t.spot.gone != s.of {
						hits = append(hits, hit{t, s, false})
					}
				}
			})
			if err != nil {
				return err
			}
			for i := range hits {
				if hits[i].hidden, err = l.hides(tx, hits[i].foundText); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		for _, h := range hits {
			l.add(h)
		}
		for _, m := range l.found {
			m.Looked += looked
		}
		if next == "" {
			return nil
		}
		after = next
	}
}

// hit is a text that names somebody.
type hit struct {
	foundText
	sighting
	hidden bool
}

// hides says that the reader may not see a text: a secret, prices and marks of others
// before marks are locked, and what a blind trial hides from those who assess it.
func (l *look) hides(tx den.Tx, t foundText) (bool, error) {
	if t.spot.secret || secretTexts[t.field] {
		return true, nil
	}
	if t.spot.trial == "" {
		return false, nil
	}
	trial, err := tx.Trials().Get(t.spot.trial)
	if den.KindOf(err) == den.NotFound {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if hidden, err := veiled(tx, l.actor, trial); err != nil || hidden {
		return hidden, err
	}
	isPrice := strings.HasPrefix(t.field, "Consensus.Prices")
	if !isPrice && (t.spot.by == "" || t.spot.by == l.actor.ID) {
		return false, nil
	}
	c, err := consensusOf(tx, trial.ID)
	return !c.Locked(), err
}

// add keeps what was found, as far as there is room, and counts it.
func (l *look) add(h hit) {
	m := l.found[h.of]
	count, most := &m.Whole, den.MostMentions
	if h.part {
		count, most = &m.Parts, den.MostParts
	}
	if *count++; *count > most {
		return
	}
	what, _ := whatIs(h.field)
	one := den.Mention{
		Kind: h.kind, What: what, Field: h.field, Record: h.spot.id, Path: h.spot.path, Part: h.part,
		Do: cmp.Or(h.spot.do, itStays), Change: h.spot.change, Withheld: h.hidden,
	}
	if !h.hidden {
		one.Found, one.Excerpt = h.text[h.from:h.to], excerpt(h.text, h.stretch)
	}
	m.Items = append(m.Items, one)
}
