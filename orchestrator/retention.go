package orchestrator

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"innovationden/orchestrator/den"
)

// What retention reaches, by the names of the settings.
const (
	keptNotices     = "notices"
	keptRepeats     = "repeats"
	keptInvitations = "invitations"
	keptTokens      = "tokens"
	keptLogs        = "logs"
	keptPeople      = "people"
)

var keptNames = []string{keptNotices, keptRepeats, keptInvitations, keptTokens, keptLogs, keptPeople}

const (
	agedAtOnce = 500 // records of a kind that one round finds at most; the next one follows
	agedInTurn = 50  // records that one change removes at most
)

// retentionAct is the act of the event of a round.
const retentionAct = "host.retained"

// aged is what one round of retention would remove: keys, by the name of the setting.
type aged map[string][]den.ID

// Retention says what the rules of retention are and what they would remove now, and
// touches nothing.
func (o *Orchestrator) Retention(ctx context.Context, actor den.Actor) (v den.RetentionView, err error) {
	if err := allow(actor, den.ReadHost, den.ReadHost, den.Owner{}); err != nil {
		return v, err
	}
	v = den.RetentionView{Rules: *o.Keeps, Due: map[string]int{}}
	err = o.Store.View(ctx, func(tx den.Tx) error {
		old, err := o.aged(tx, o.now())
		if err != nil {
			return err
		}
		for name, keys := range old {
			v.Due[name] = len(keys)
		}
		page, err := tx.Events(den.Query{Index: den.EventsBySubject, Key: string(den.System().ID), Newest: true, Limit: readLimit})
		if at := slices.IndexFunc(page.Items, func(e den.Event) bool { return e.Act == retentionAct }); at >= 0 {
			v.Last, v.Said = page.Items[at].At, page.Items[at].Say
		}
		return err
	})
	return v, err
}

// Retain removes what is older than the rules of retention say, and says so in the
// record. It is woken by the schedule.
func (o *Orchestrator) Retain(ctx context.Context) {
	for {
		var old aged
		err := o.Store.View(ctx, func(tx den.Tx) (err error) {
			old, err = o.aged(tx, o.now())
			return err
		})
		var left map[den.ID]den.Mentions
		if people := old[keptPeople]; err == nil && len(people) > 0 {
			if left, err = o.mentionsOf(ctx, den.System(), people...); den.KindOf(err) == den.Busy {
				delete(old, keptPeople) // next time
				err = nil
			}
		}
		removed := 0
		if err == nil {
			removed, err = o.removeAged(ctx, old, left)
		}
		if err != nil && ctx.Err() == nil {
			o.Log.Error("what is out of date was not removed", "error", err)
		}
		if err != nil || removed == 0 {
			return
		}
	}
}

// agedOne is one thing that is aged: the name of the setting, and its key.
type agedOne struct {
	name string
	key  den.ID
}

// removeAged removes what was found to be aged, a few at a time, so that others have their
// turn.
func (o *Orchestrator) removeAged(ctx context.Context, old aged, left map[den.ID]den.Mentions) (removed int, err error) {
	var all []agedOne
	for _, name := range keptNames {
		for _, key := range old[name] {
			all = append(all, agedOne{name, key})
		}
	}
	for some := range slices.Chunk(all, agedInTurn) {
		n := 0
		err := o.update(ctx, den.System(), func(tx den.Tx, p *pen) (err error) {
			n, err = p.retain(tx, some, left)
			return err
		})
		if err != nil {
			return removed, err
		}
		removed += n
	}
	return removed, nil
}

// retain removes what is aged, if it is so still.
func (p *pen) retain(tx den.Tx, some []agedOne, left map[den.ID]den.Mentions) (removed int, err error) {
	counts := map[string]int{}
	var about []den.ID
	for _, one := range some {
		of, is, err := p.age(tx, one, left)
		if err != nil {
			return removed, err
		}
		if is {
			counts[one.name]++
			removed++
		}
		if of != "" {
			about = append(about, of)
		}
	}
	var said []string
	for _, name := range keptNames {
		if n := counts[name]; n > 0 && name != keptRepeats { // nobody's: the memory of requests that came twice
			said = append(said, fmt.Sprintf("%s: %d", name, n))
		}
	}
	if len(said) == 0 {
		return removed, nil
	}
	_, err = p.record(tx, den.Event{Act: retentionAct, Subject: den.System().ID, About: about,
		Say: "What is kept no longer than the den's rules say was removed (" + strings.Join(said, ", ") + ")."})
	return removed, err
}

// age removes one thing that is aged still, and says which record that was where an event
// has to name it.
func (p *pen) age(tx den.Tx, one agedOne, left map[den.ID]den.Mentions) (of den.ID, is bool, err error) {
	keeps, key := p.o.Keeps, one.key
	switch one.name {
	case keptRepeats:
		a, err := tx.Answers().Get(key)
		if is = err == nil && past(a.At, keeps.Repeats, p.now); is {
			err = tx.Answers().Delete(key)
		}
		return "", is, unlessMissing(err)
	case keptInvitations:
		j, err := tx.JoinLinks().Get(key)
		if is = err == nil && past(j.ExpiresAt, keeps.Invitations, p.now); is {
			of, err = key, tx.JoinLinks().Delete(key)
		}
		return of, is, unlessMissing(err)
	case keptTokens:
		t, err := tx.Tokens().Get(key)
		if is = err == nil && past(t.ExpiresAt, keeps.Tokens, p.now); is {
			of, err = t.ID, tx.Tokens().Delete(key)
		}
		return of, is, unlessMissing(err)
	case keptNotices:
		is, err = p.ageNotice(tx, key)
		return "", is, err
	case keptLogs:
		r, err := tx.Receipts().Get(key)
		if is = err == nil && past(r.EndedAt, keeps.Logs, p.now); !is {
			return "", false, unlessMissing(err)
		}
		_, err = unnamed(tx.Receipts(), key, func(r *den.Receipt) bool { r.LogTail = ""; return true })
		if err == nil {
			_, err = unnamed(tx.Leases(), key, func(l *den.Lease) bool { l.LogTail = ""; return true })
		}
		return key, true, err
	case keptPeople:
		who, err := tx.People().Get(key)
		if err == nil {
			is, err = p.o.agedPerson(tx, who, p.now)
		}
		texts, isKnown := left[key] // of people only those whose names were looked for
		if is = is && isKnown; is && err == nil {
			of = key
			_, err = p.removePersonal(tx, key, "They left longer ago than personal data is kept.", texts)
		}
		return of, is, unlessMissing(err)
	}
	return "", false, nil
}

// ageNotice removes a notice with its deliveries.
func (p *pen) ageNotice(tx den.Tx, key den.ID) (is bool, err error) {
	n, err := tx.Notices().Get(key)
	if err != nil || !p.o.agedNotice(n, p.now) {
		return false, unlessMissing(err)
	}
	sent, err := every(tx.Deliveries(), den.Query{Index: den.DeliveriesByNotice, Key: string(key)})
	for _, d := range sent {
		if err == nil {
			err = tx.Deliveries().Delete(d.ID)
		}
	}
	if err == nil {
		err = tx.Notices().Delete(key)
	}
	return true, err
}

// agedNotice says that a notice is older than they are kept, and that its deliveries were
// made, or that this den has no way to send.
func (o *Orchestrator) agedNotice(n den.Notice, now den.Stamp) bool {
	return past(n.At, o.Keeps.Notices, now) && (n.DueAt.IsZero() || len(o.Senders) == 0)
}

// aged finds what is older than the rules say, at most agedAtOnce of each kind.
func (o *Orchestrator) aged(tx den.Tx, now den.Stamp) (aged, error) {
	old := aged{}
	for _, find := range []func(den.Tx, den.Stamp, aged) error{o.agedOutbox, o.agedKeys, o.agedLogs, o.agedPeople} {
		if err := find(tx, now, old); err != nil {
			return nil, err
		}
	}
	for name, keys := range old {
		old[name] = keys[:min(len(keys), agedAtOnce)]
	}
	return old, nil
}

// past says that a time is longer ago than a rule keeps. A rule of 0 keeps for ever, and
// a time of zero never was.
func past(at den.Stamp, keep den.Span, now den.Stamp) bool {
	return keep > 0 && !at.IsZero() && at.Add(keep).Before(now)
}

// agedOutbox finds answers to repeated requests, and notices whose deliveries were made,
// or that this den has no way to send.
func (o *Orchestrator) agedOutbox(tx den.Tx, now den.Stamp, old aged) error {
	if o.Keeps.Repeats > 0 {
		answers, err := tx.Answers().List(den.Query{Index: den.AnswersByTime, Until: now.Add(-o.Keeps.Repeats), Limit: agedAtOnce})
		if err != nil {
			return err
		}
		for _, a := range answers.Items {
			old[keptRepeats] = append(old[keptRepeats], den.ID(a.Key))
		}
	}
	if o.Keeps.Notices <= 0 {
		return nil
	}
	const few = 20
	for q := (den.Query{Limit: few}); ; { // in the order of making, so the first that is not old ends it
		page, err := tx.Notices().List(q)
		if err != nil {
			return err
		}
		for _, n := range page.Items {
			if !past(n.At, o.Keeps.Notices, now) {
				return nil
			}
			if o.agedNotice(n, now) {
				old[keptNotices] = append(old[keptNotices], n.ID)
			}
		}
		if q.After = page.Next; page.Next == "" || len(old[keptNotices]) >= agedAtOnce {
			return nil
		}
	}
}

// agedKeys finds invitations and tokens that ended.
func (o *Orchestrator) agedKeys(tx den.Tx, now den.Stamp, old aged) error {
	links, err := every(tx.JoinLinks(), den.Query{})
	if err != nil {
		return err
	}
	for _, j := range links {
		if past(j.ExpiresAt, o.Keeps.Invitations, now) {
			old[keptInvitations] = append(old[keptInvitations], j.ID)
		}
	}
	tokens, err := every(tx.Tokens(), den.Query{})
	for _, t := range tokens {
		if past(t.ExpiresAt, o.Keeps.Tokens, now) {
			old[keptTokens] = append(old[keptTokens], den.ID(t.Hash))
		}
	}
	return err
}

// agedLogs finds receipts that still hold what a product printed. What was measured and
// what it tried to reach stays: reports need it.
func (o *Orchestrator) agedLogs(tx den.Tx, now den.Stamp, old aged) error {
	if o.Keeps.Logs <= 0 {
		return nil
	}
	page, err := tx.Receipts().List(den.Query{Index: den.ReceiptsByLog, Until: now.Add(-o.Keeps.Logs), Limit: agedAtOnce})
	for _, r := range page.Items {
		if past(r.EndedAt, o.Keeps.Logs, now) {
			old[keptLogs] = append(old[keptLogs], r.Lease)
		}
	}
	return err
}

// agedPeople finds people who left, by the event that says so.
func (o *Orchestrator) agedPeople(tx den.Tx, now den.Stamp, old aged) error {
	if o.Keeps.People <= 0 {
		return nil
	}
	people, err := every(tx.People(), den.Query{})
	if err != nil {
		return err
	}
	for _, one := range people {
		is, err := o.agedPerson(tx, one, now)
		if err != nil {
			return err
		}
		if is {
			old[keptPeople] = append(old[keptPeople], one.ID)
		}
	}
	return nil
}

// agedPerson says that somebody left longer ago than personal data is kept. The newest
// event that says so counts, and no older one is read.
func (o *Orchestrator) agedPerson(tx den.Tx, who den.Person, now den.Stamp) (bool, error) {
	if !who.Left || !who.RemovedAt.IsZero() {
		return false, nil
	}
	const few = 20 // of somebody who left little is said afterwards
	q := den.Query{Index: den.EventsBySubject, Key: string(who.ID), Newest: true, Limit: few}
	for {
		page, err := tx.Events(q)
		if err != nil {
			return false, err
		}
		for _, e := range page.Items {
			if e.Act == "person.left" && e.Subject == who.ID {
				return past(e.At, o.Keeps.People, now), nil
			}
		}
		if q.After = page.Next; page.Next == "" {
			return false, nil
		}
	}
}
