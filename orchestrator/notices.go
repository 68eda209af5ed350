package orchestrator

import (
	"context"
	"fmt"
	"net/url"
	"slices"

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
