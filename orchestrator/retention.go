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

// agedAtOnce is how many records of a kind one round takes at most: a round is one
// transaction, and the next one follows.
const agedAtOnce = 500

// retentionAct is the act of the event of a round.
const retentionAct = "host.retained"

// aged is what one round of retention would remove: keys, by the name of the setting.
type aged map[string][]den.ID

func (a aged) empty() bool {
	for _, keys := range a {
		if len(keys) > 0 {
			return false
		}
	}
	return true
}

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
		isEmpty := old.empty()
		if err == nil && !isEmpty {
			err = o.update(ctx, den.System(), func(tx den.Tx, p *pen) error { return p.retain(tx, left) })
		}
		if err != nil && ctx.Err() == nil {
			o.Log.Error("what is out of date was not removed", "error", err)
		}
		if err != nil || isEmpty {
			return
		}
	}
}

// retain removes what is aged. Of people only those whose names were looked for: the
// others come with the next round.
func (p *pen) retain(tx den.Tx, left map[den.ID]den.Mentions) error {
	old, err := p.o.aged(tx, p.now)
	if err != nil {
		return err
	}
	old[keptPeople] = slices.DeleteFunc(old[keptPeople], func(person den.ID) bool { _, isKnown := left[person]; return !isKnown })
	var said []string
	var about []den.ID
	for _, name := range []string{keptNotices, keptRepeats, keptInvitations, keptTokens, keptLogs, keptPeople} {
		for _, key := range old[name] {
			of, err := p.age(tx, name, key, left)
			if err != nil {
				return err
			}
			if of != "" {
				about = append(about, of)
			}
		}
		if n := len(old[name]); n > 0 && name != keptRepeats { // nobody's: the memory of requests that came twice
			said = append(said, fmt.Sprintf("%s: %d", name, n))
		}
	}
	if len(said) == 0 {
		return nil
	}
	_, err = p.record(tx, den.Event{Act: retentionAct, Subject: den.System().ID, About: about,
		Say: "What is kept no longer than the den's rules say was removed (" + strings.Join(said, ", ") + ")."})
	return err
}

// age removes one thing, and says which record that was where an event has to name it.
func (p *pen) age(tx den.Tx, name string, key den.ID, left map[den.ID]den.Mentions) (of den.ID, err error) {
	switch name {
	case keptRepeats:
		return "", tx.Answers().Delete(key)
	case keptInvitations:
		return key, tx.JoinLinks().Delete(key)
	case keptTokens:
		t, err := tx.Tokens().Get(key)
		if err != nil {
			return "", err
		}
		return t.ID, tx.Tokens().Delete(key)
	case keptNotices:
		sent, err := every(tx.Deliveries(), den.Query{Index: den.DeliveriesByNotice, Key: string(key)})
		for _, d := range sent {
			if err == nil {
				err = tx.Deliveries().Delete(d.ID)
			}
		}
		if err != nil {
			return "", err
		}
		return "", tx.Notices().Delete(key)
	case keptLogs:
		_, err := unnamed(tx.Receipts(), key, func(r *den.Receipt) bool { r.LogTail = ""; return true })
		if err == nil {
			_, err = unnamed(tx.Leases(), key, func(l *den.Lease) bool { l.LogTail = ""; return true })
		}
		return key, err
	case keptPeople:
		_, err := p.removePersonal(tx, key, "They left longer ago than personal data is kept.", left[key])
		return key, err
	}
	return "", nil
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
			if n.DueAt.IsZero() || len(o.Senders) == 0 {
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
		if !one.Left || !one.RemovedAt.IsZero() {
			continue
		}
		events, err := everyEvent(tx, den.Query{Index: den.EventsBySubject, Key: string(one.ID)})
		if err != nil {
			return err
		}
		var left den.Stamp
		for _, e := range events {
			if e.Act == "person.left" && e.Subject == one.ID {
				left = e.At
			}
		}
		if past(left, o.Keeps.People, now) {
			old[keptPeople] = append(old[keptPeople], one.ID)
		}
	}
	return nil
}
