package orchestrator

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"innovationden/orchestrator/den"
)

// RemovePersonalData takes a person's name, addresses and ways of signing in out of the
// den, for the person themselves and for operators. What they did stays, without their
// name: reports need it, and the record goes on. It cannot be undone, and may be asked
// for again. NotFound; Invalid without in.Sure; Conflict for the only operator.
func (o *Orchestrator) RemovePersonalData(ctx context.Context, actor den.Actor, in den.RemovalOrder) (gone den.Removal, err error) {
	if err := allowPersonal(actor, in.Person, den.ChangeOwn, den.ManagePeople); err != nil {
		return gone, err
	}
	err = o.update(ctx, actor, func(tx den.Tx, p *pen) error {
		gone, err = p.removePersonal(tx, cmp.Or(in.Person, actor.ID), in.Why, in.Sure)
		return err
	})
	return gone, err
}

// allowPersonal lets everybody through for their own data, which no person names, and
// who may do so for everybody.
func allowPersonal(actor den.Actor, person den.ID, own, others den.Action) error {
	if person == "" {
		return allowSelf(actor, own)
	}
	return allow(actor, others, den.ReadPeople, den.Owner{})
}

func (p *pen) removePersonal(tx den.Tx, person den.ID, why string, isSure bool) (gone den.Removal, err error) {
	who, err := tx.People().Get(person)
	if err != nil {
		return gone, missing(err)
	}
	if !isSure {
		return gone, den.Bad("sure", "Say that you are sure. What is removed cannot be brought back.")
	}
	if !who.RemovedAt.IsZero() {
		return den.Removal{Person: who.ID, At: who.RemovedAt}, nil
	}
	if who.Act().Is(den.Operator, "") {
		if err := p.notTheLast(tx, who.ID); err != nil {
			return gone, err
		}
	}
	did, err := everyEvent(tx, den.Query{Index: den.EventsByActor, Key: string(who.ID)})
	if err != nil {
		return gone, err
	}
	about, err := p.unname(tx, who.ID, did)
	if err != nil {
		return gone, err
	}
	seq, err := p.record(tx, den.Event{Act: "person.data_removed", Subject: who.ID, About: about, Why: strings.TrimSpace(why), Say: "The personal data of somebody was removed. What they did stays in the record, without their name."})
	if err != nil {
		return gone, err
	}
	gone = den.Removal{Person: who.ID, At: p.now}
	if gone.Names, err = tx.Forget(who.ID, seq, p.now); err != nil {
		return gone, err
	}
	if err := forgetWays(tx, who.ID); err != nil {
		return gone, err
	}
	who.Name, who.Email, who.Memberships, who.Demo, who.Left, who.RemovedAt = den.RemovedPerson, "", nil, false, true, p.now
	p.narrowed = append(p.narrowed, who.ID)
	_, err = tx.People().Put(who)
	return gone, err
}

// forgetWays removes how somebody signed in and was told of things.
func forgetWays(tx den.Tx, person den.ID) error {
	identities, err := every(tx.Identities(), den.Query{Index: den.IdentitiesByPerson, Key: string(person)})
	if err != nil {
		return err
	}
	tokens, err := every(tx.Tokens(), den.Query{Index: den.TokensByPerson, Key: string(person)})
	if err != nil {
		return err
	}
	notices, err := every(tx.Notices(), den.Query{Index: den.NoticesByTo, Key: string(person)})
	if err != nil {
		return err
	}
	for _, i := range identities {
		if err := tx.Identities().Delete(i.ID); err != nil {
			return err
		}
	}
	for _, t := range tokens {
		if err := tx.Tokens().Delete(den.ID(t.Hash)); err != nil {
			return err
		}
	}
	for _, n := range notices {
		if err := tx.Notices().Delete(n.ID); err != nil {
			return err
		}
	}
	if err := tx.Logins().Delete(person); err != nil {
		return err
	}
	return tx.Mailboxes().Delete(person)
}

// unname takes a person's name out of the records that hold a copy of it, which what
// they did leads to, and says whose records those are.
func (p *pen) unname(tx den.Tx, person den.ID, did []den.Event) (about []den.ID, err error) {
	for _, e := range did {
		if slices.Contains(about, e.Subject) {
			continue
		}
		var isChanged bool
		switch e.Subject.Kind() {
		case den.KindRequest:
			isChanged, err = unnamed(tx.Requests(), e.Subject, func(r *den.Request) bool {
				return blank(r.AskedBy == person, &r.AskedName) || blank(r.DecidedBy == person, &r.DecidedAs)
			})
		case den.KindLease:
			isChanged, err = unnamed(tx.Leases(), e.Subject, func(l *den.Lease) bool {
				if l.EndAsked == nil || l.EndAsked.By != person {
					return false
				}
				asked := *l.EndAsked
				l.EndAsked = &asked
				return blank(true, &asked.Name)
			})
		case den.KindJoinLink:
			isChanged, err = unnamed(tx.JoinLinks(), e.Subject, func(j *den.JoinLink) bool { return blank(j.By == person, &j.ByName) })
		case den.KindTrial:
			isChanged, err = unnameTrial(tx, e.Subject, person)
		}
		if err != nil {
			return nil, err
		}
		if isChanged {
			about = append(about, e.Subject)
		}
	}
	return about, nil
}

func unnameTrial(tx den.Tx, trial, person den.ID) (bool, error) {
	amended, err := unnamed(tx.Trials(), trial, func(t *den.Trial) (found bool) {
		t.Amendments = slices.Clone(t.Amendments)
		for i := range t.Amendments {
			found = blank(t.Amendments[i].By == person, &t.Amendments[i].Name) || found
		}
		return found
	})
	if err != nil {
		return false, err
	}
	dissented, err := unnamed(tx.Consensuses(), trial, func(c *den.Consensus) (found bool) {
		c.Dissents = slices.Clone(c.Dissents)
		for i := range c.Dissents {
			found = blank(c.Dissents[i].Evaluator == person, &c.Dissents[i].Name) || found
		}
		return found
	})
	return amended || dissented, err
}

// blank puts what removed people are called in the place of a name that is theirs.
func blank(isTheirs bool, name *string) bool {
	if !isTheirs || *name == den.RemovedPerson {
		return false
	}
	*name = den.RemovedPerson
	return true
}

// unnamed changes one record where change says that it did; a record that is gone is right.
func unnamed[T any](t den.Table[T], key den.ID, change func(*T) bool) (bool, error) {
	rec, err := t.Get(key)
	switch {
	case den.KindOf(err) == den.NotFound:
		return false, nil
	case err != nil:
		return false, err
	case !change(&rec):
		return false, nil
	}
	_, err = t.Put(rec)
	return true, err
}

// everyEvent reads all events of a query.
func everyEvent(tx den.Tx, q den.Query) ([]den.Event, error) {
	var all []den.Event
	q.Limit = readLimit
	for {
		page, err := tx.Events(q)
		if err != nil {
			return nil, err
		}
		all = append(all, page.Items...)
		if q.After = page.Next; page.Next == "" {
			return all, nil
		}
	}
}
