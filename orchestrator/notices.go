package orchestrator

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"innovationden/orchestrator/den"
)

const (
	unreadMost = 100       // a count of unread notices goes no further
	readMost   = 1000      // notices read one by one that are remembered
	cursorMost = 1_000_000 // notices that a page can lie behind
)

// Notices lists what the actor was told, the newest first. The cursor is the number of
// notices that came before.
func (o *Orchestrator) Notices(ctx context.Context, actor den.Actor, f den.Filter) (page den.Page[den.NoticeView], err error) {
	if err := allowSelf(actor, den.ReadOwn); err != nil {
		return page, err
	}
	skip := 0
	if f.After != "" {
		if _, err := fmt.Sscanf(f.After, "%d", &skip); err != nil || skip < 0 || skip > cursorMost || fmt.Sprint(skip) != f.After {
			return page, den.Bad("after", "Go on with the cursor that the page before gave.")
		}
	}
	want := f.Limit
	if want <= 0 {
		want = pageLimit
	}
	want = min(want, readLimit)
	err = o.Store.View(ctx, func(tx den.Tx) error {
		box, err := mailboxOf(tx, actor.ID)
		if err != nil {
			return err
		}
		all, err := noticesFor(tx, actor, skip+want+1)
		if err != nil {
			return err
		}
		for _, n := range all[min(skip, len(all)):] {
			if len(page.Items) == want {
				page.Next = fmt.Sprint(skip + want)
				return nil
			}
			page.Items = append(page.Items, den.NoticeView{Notice: n, IsRead: box.HasRead(n), Path: pageOf(n)})
		}
		return nil
	})
	return page, err
}

// noticesFor reads at most so many of the notices for an actor, the newest first.
func noticesFor(tx den.Tx, actor den.Actor, most int) ([]den.Notice, error) {
	to := []den.ID{actor.ID}
	for _, m := range actor.Memberships {
		if m.In != "" && !slices.Contains(to, m.In) {
			to = append(to, m.In)
		}
	}
	var all []den.Notice
	for _, id := range to {
		q := den.Query{Index: den.NoticesByTo, Key: string(id), Newest: true}
		for q.Limit = most; q.Limit > 0; { // a page at a time: gather gives no more than readLimit at once
			page, err := gather(tx.Notices(), q, func(n den.Notice) (den.Notice, bool, error) { return n, n.For(actor), nil })
			if err != nil {
				return nil, err
			}
			all = append(all, page.Items...)
			if q.After = page.Next; page.Next == "" {
				break
			}
			q.Limit -= len(page.Items)
		}
	}
	slices.SortStableFunc(all, func(a, b den.Notice) int { return b.At.Compare(a.At) })
	return all[:min(len(all), most)], nil
}

func mailboxOf(tx den.Tx, person den.ID) (den.Mailbox, error) {
	m, err := tx.Mailboxes().Get(person)
	if den.KindOf(err) == den.NotFound {
		return den.Mailbox{Person: person}, nil
	}
	return m, err
}

// Unread counts the notices that the actor has not read, up to a hundred; none for who
// may not read them.
func (o *Orchestrator) Unread(ctx context.Context, actor den.Actor) (n int, err error) {
	if allowSelf(actor, den.ReadOwn) != nil {
		return 0, nil
	}
	err = o.Store.View(ctx, func(tx den.Tx) error {
		n, err = unread(tx, actor)
		return err
	})
	return n, err
}

func unread(tx den.Tx, actor den.Actor) (n int, err error) {
	box, err := mailboxOf(tx, actor.ID)
	if err != nil {
		return 0, err
	}
	all, err := noticesFor(tx, actor, unreadMost)
	for _, one := range all {
		if !box.HasRead(one) {
			n++
		}
	}
	return n, err
}

// ReadNotices notes that the actor has read some notices, or all of them where none is
// named, and says how many are left.
func (o *Orchestrator) ReadNotices(ctx context.Context, actor den.Actor, ids []den.ID) (left int, err error) {
	if err := allowSelf(actor, den.ChangeOwn); err != nil {
		return 0, err
	}
	if len(ids) > readMost {
		return 0, den.Bad("ids", "Name at most %d notices, or none for all of them.", readMost)
	}
	err = o.update(ctx, actor, func(tx den.Tx, p *pen) error {
		box, err := mailboxOf(tx, actor.ID)
		if err != nil {
			return err
		}
		if len(ids) == 0 {
			box.ReadTo, box.Read = p.now, nil
		}
		for _, id := range ids {
			n, err := tx.Notices().Get(id)
			if den.KindOf(err) == den.NotFound || err == nil && !n.For(actor) {
				return den.Missing()
			}
			if err != nil {
				return err
			}
			if !box.HasRead(n) {
				box.Read = append(box.Read, id)
			}
		}
		box.Read = box.Read[max(0, len(box.Read)-readMost):]
		if _, err := tx.Mailboxes().Put(box); err != nil {
			return err
		}
		left, err = unread(tx, actor)
		return err
	})
	return left, err
}

// pageOf is the page of what a notice is about, for those whom it is to.
func pageOf(n den.Notice) string {
	switch {
	case n.Kind == den.NoticePublished: // to suppliers, who read the register and not the trial
		return "/register/" + url.PathEscape(string(n.Subject))
	case n.Subject.Kind() == den.KindShare:
		return "/shared"
	}
	return pathOf(n.Subject)
}

// pathOf is the page of a thing; empty where it has none.
func pathOf(subject den.ID) string {
	id := url.PathEscape(string(subject))
	switch subject.Kind() {
	case den.KindLease:
		return "/sandboxes/" + id
	case den.KindTrial:
		return "/trials/" + id
	case den.KindRequest:
		return "/approvals/" + id
	case den.KindChallenge:
		return "/challenges/" + id
	case den.KindDepartment:
		return "/departments/" + id + "/budget"
	case den.KindProduct:
		return "/products/" + id
	case den.KindPreflight:
		return "/preflights/" + id
	}
	return ""
}

// Mailbox says how the actor is told of things.
func (o *Orchestrator) Mailbox(ctx context.Context, actor den.Actor) (v den.MailboxView, err error) {
	if err := allowSelf(actor, den.ReadOwn); err != nil {
		return v, err
	}
	err = o.Store.View(ctx, func(tx den.Tx) error {
		v, err = o.mailboxView(tx, actor)
		return err
	})
	return v, err
}

func (o *Orchestrator) mailboxView(tx den.Tx, actor den.Actor) (v den.MailboxView, err error) {
	if v.Mailbox, err = mailboxOf(tx, actor.ID); err != nil {
		return v, err
	}
	who, err := tx.People().Get(actor.ID)
	if err != nil && den.KindOf(err) != den.NotFound {
		return v, err
	}
	v.Email = who.Email
	for _, c := range den.Channels {
		if o.Senders[c] != nil {
			v.Ways = append(v.Ways, c)
		}
	}
	return v, nil
}

// SetMailbox changes how the actor is told. A new address gets a new secret. While this den
// posts to no addresses, the one that was chosen before is kept.
func (o *Orchestrator) SetMailbox(ctx context.Context, actor den.Actor, in den.Mailbox, rev int64) (v den.MailboxView, err error) {
	if err := allowSelf(actor, den.ChangeOwn); err != nil {
		return v, err
	}
	if err := o.rightMailbox(in); err != nil {
		return v, err
	}
	secret := hookSecret(o.Secret())
	err = o.update(ctx, actor, func(tx den.Tx, p *pen) error {
		box, err := mailboxOf(tx, actor.ID)
		if err != nil {
			return err
		}
		if err := fresh(rev, box.Rev); err != nil {
			return err
		}
		box.Off, box.Quiet = in.Off, in.Quiet
		switch hook := in.Hook; {
		case o.Senders[den.ByHook] == nil:
		case hook.URL == "":
			box.Hook = den.Hook{}
		default:
			if hook.Secret = box.Hook.Secret; hook.URL != box.Hook.URL || hook.Secret == "" {
				hook.Secret = secret
			}
			box.Hook = hook
		}
		if _, err := tx.Mailboxes().Put(box); err != nil {
			return err
		}
		if _, err := p.record(tx, den.Event{Act: "person.notices_set", Subject: actor.ID, Say: actor.Name + " chose how to be told of things."}); err != nil {
			return err
		}
		v, err = o.mailboxView(tx, actor)
		return err
	})
	return v, err
}

// hookSecret makes a secret in the form of Standard Webhooks.
func hookSecret(random string) string {
	sum := sha256.Sum256([]byte(random))
	return "whsec_" + base64.StdEncoding.EncodeToString(sum[:])
}

func (o *Orchestrator) rightMailbox(in den.Mailbox) error {
	var faults den.Faults
	for _, c := range in.Off {
		if !slices.Contains(den.Channels, c) {
			faults.Add(den.Bad("off", "Choose channels from the list: mail or hook."))
		}
	}
	for c, kinds := range in.Quiet {
		isNone := func(k den.NoticeKind) bool { return !slices.Contains(den.NoticeKinds, k) }
		if !slices.Contains(den.Channels, c) || slices.ContainsFunc(kinds, isNone) {
			faults.Add(den.Bad("quiet", "Choose kinds of notice from the list."))
		}
	}
	if in.Hook.URL != "" {
		const longest = 2000
		u, err := url.Parse(in.Hook.URL)
		switch {
		case err != nil || u.Host == "" || u.User != nil || len(in.Hook.URL) > longest || u.Scheme != "https" && u.Scheme != "http":
			faults.Add(den.Bad("url", "Enter a web address that begins with https://, such as the one that Teams or Slack gives you."))
		case o.Senders[den.ByHook] == nil:
			faults.Add(den.Bad("url", "This den posts no notices to web addresses. Leave it empty, or ask the operator."))
		}
		if in.Hook.Shape != "" && !slices.Contains(den.HookShapes, in.Hook.Shape) {
			faults.Add(den.Bad("shape", "Choose what receives the notices: standard, teams or slack."))
		}
	}
	return faults.Err()
}

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

// reach is where a channel reaches a person; empty: nowhere.
func reach(c den.Channel, who den.Person, box den.Mailbox) string {
	switch c {
	case den.ByMail:
		return strings.TrimSpace(who.Email)
	case den.ByHook:
		return box.Hook.URL
	}
	return ""
}
