package orchestrator

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"innovationden/orchestrator/den"
)

// RemovePersonalData takes a person's name, addresses and ways of signing in out of the
// den, for the person themselves and for operators. What they did stays, without their
// name: reports need it, and the record goes on. Texts in which somebody typed the name
// stay, too: they are looked for first, and kept with the person as those that were left.
// It cannot be undone, and may be asked for again. NotFound; Invalid without in.Sure;
// Conflict for the only operator; Busy while another search is under way.
func (o *Orchestrator) RemovePersonalData(ctx context.Context, actor den.Actor, in den.RemovalOrder) (gone den.Removal, err error) {
	if err := allowPersonal(actor, in.Person, den.ChangeOwn, den.ManagePeople); err != nil {
		return gone, err
	}
	person := cmp.Or(in.Person, actor.ID)
	err = o.Store.View(ctx, func(tx den.Tx) error {
		who, err := removable(tx, person, in.Sure)
		gone = den.Removal{Person: who.ID, At: who.RemovedAt, Left: who.Mentioned()}
		return err
	})
	if err == nil && gone.At.IsZero() {
		var left map[den.ID]den.Mentions
		if left, err = o.mentionsOf(ctx, actor, person); err == nil {
			err = o.update(ctx, actor, func(tx den.Tx, p *pen) error {
				gone, err = p.removePersonal(tx, person, in.Why, left[person])
				return err
			})
		}
	}
	if err != nil {
		return den.Removal{}, err
	}
	if !den.May(actor, den.ManagePeople, den.Owner{}) {
		gone.Left = gone.Left.Counted()
	}
	return gone, nil
}

// removable reads a person whose data is to be removed, and refuses what will not be done.
func removable(tx den.Tx, person den.ID, isSure bool) (den.Person, error) {
	who, err := tx.People().Get(person)
	if err != nil {
		return who, missing(err)
	}
	if !isSure {
		return who, den.Bad("sure", "Say that you are sure. What is removed cannot be brought back.")
	}
	if who.RemovedAt.IsZero() && who.Act().Is(den.Operator, "") {
		return who, notTheLast(tx, who.ID)
	}
	return who, nil
}

// allowPersonal lets everybody through for their own data, which no person names, and
// who may do so for everybody.
func allowPersonal(actor den.Actor, person den.ID, own, others den.Action) error {
	if person == "" {
		return allowSelf(actor, own)
	}
	return allow(actor, others, den.ReadPeople, den.Owner{})
}

func (p *pen) removePersonal(tx den.Tx, person den.ID, why string, left den.Mentions) (gone den.Removal, err error) {
	who, err := removable(tx, person, true)
	if err != nil {
		return gone, err
	}
	if !who.RemovedAt.IsZero() {
		return den.Removal{Person: who.ID, At: who.RemovedAt, Left: who.Mentioned()}, nil
	}
	did, err := everyEvent(tx, den.Query{Index: den.EventsByActor, Key: string(who.ID)})
	if err != nil {
		return gone, err
	}
	about, err := p.unname(tx, who.ID, did)
	if err != nil {
		return gone, err
	}
	seq, err := p.record(tx, den.Event{Act: "person.data_removed", Subject: who.ID, About: about, Why: strings.TrimSpace(why), Say: "The personal data of somebody was removed. What they did stays in the record, without their name. " + leftSay(left)})
	if err != nil {
		return gone, err
	}
	gone = den.Removal{Person: who.ID, At: p.now, Left: left}
	if gone.Names, err = tx.Forget(who.ID, seq, p.now); err != nil {
		return gone, err
	}
	if err := forgetWays(tx, who.ID); err != nil {
		return gone, err
	}
	who.Name, who.Email, who.Memberships, who.Demo, who.Left, who.RemovedAt = den.RemovedPerson, "", nil, false, true, p.now
	who.NamedIn = left.Kept()
	p.narrowed = append(p.narrowed, who.ID)
	_, err = tx.People().Put(who)
	return gone, err
}

// leftSay says how many texts were left that name somebody.
func leftSay(left den.Mentions) string {
	switch left.Whole {
	case 0:
		return "No text was found that names them."
	case 1:
		return "1 text that names them was left."
	}
	return fmt.Sprintf("%d texts that name them were left.", left.Whole)
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
		sent, err := every(tx.Deliveries(), den.Query{Index: den.DeliveriesByNotice, Key: string(n.ID)})
		if err != nil {
			return err
		}
		for _, d := range sent { // what its mail server said may have the address in it
			if err := tx.Deliveries().Delete(d.ID); err != nil {
				return err
			}
		}
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
