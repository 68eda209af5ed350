package orchestrator

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"innovationden/orchestrator/den"
)

// reads refuses the register to people whom nobody knows, unless it is open.
func (o *Orchestrator) reads(actor den.Actor) error {
	if !actor.Known() && !o.Open {
		return allowNothing(actor)
	}
	return nil
}

// Register lists the reports that are published, the latest first: those of a department,
// or that have some words, where they are asked for.
func (o *Orchestrator) Register(ctx context.Context, actor den.Actor, f den.Filter) (page den.Page[den.Publication], err error) {
	if err := o.reads(actor); err != nil {
		return page, err
	}
	q := den.Query{Index: den.PublicationsByTime, Newest: true, After: f.After, Limit: f.Limit}
	err = o.Store.View(ctx, func(tx den.Tx) error {
		page, err = gatherOf(tx.Publications(), q, registerLooked, func(p den.Publication) (den.Publication, bool, error) {
			is := p.Stands() && (f.Department == "" || p.Department == f.Department) && mentions(p.Report, f.Text)
			return p.Public(), is, nil
		})
		return err
	})
	return page, err
}

// Published reads one report of the register, with the replies to it. NotFound for one
// that was never published and for one that was taken back alike.
func (o *Orchestrator) Published(ctx context.Context, actor den.Actor, trial den.ID) (v den.PublicationView, err error) {
	if err := o.reads(actor); err != nil {
		return v, err
	}
	err = o.Store.View(ctx, func(tx den.Tx) error {
		pub, err := standing(tx, trial)
		if err != nil {
			return err
		}
		v = den.PublicationView{Publication: pub.Public()}
		if v.Report.CitedBy, err = citedBy(tx, trial); err != nil {
			return err
		}
		t, err := tx.Trials().Get(trial)
		if err != nil {
			return err
		}
		v.May = rights(actor, t.Owner(), den.DecideTrial)
		for _, e := range t.Entries {
			if actor.Is(den.SupplierMember, e.Supplier) {
				v.Own = append(v.Own, e.ID)
			}
		}
		replies, err := every(tx.Replies(), den.Query{Index: den.RepliesByTrial, Key: string(trial)})
		for _, r := range replies {
			one := den.ReplyView{Reply: r, EntryName: pub.Report.EntryName(r.Entry)}
			one.Supplier, one.By = "", ""
			v.Replies = append(v.Replies, one)
		}
		return err
	})
	return v, err
}

func standing(tx den.Tx, trial den.ID) (den.Publication, error) {
	pub, err := publicationOf(tx, trial)
	if err == nil && !pub.Stands() {
		err = den.Missing()
	}
	return pub, err
}

// PublishedAs is a published report as a file. There is no bundle of one: it would hold
// what the department keeps to itself.
func (o *Orchestrator) PublishedAs(ctx context.Context, actor den.Actor, trial den.ID, form den.Form) (d den.Document, err error) {
	v, err := o.Published(ctx, actor, trial)
	if err != nil {
		return d, err
	}
	if form == den.FormBundle {
		return d, den.Bad("form", "Choose a form: json, csv, ods or ocds.")
	}
	return o.made(ctx, form, v.Report, den.Enclosed{})
}

// ReplyTo keeps what the supplier of an entry says to a published report. It replaces
// what was said before; an empty text takes that back.
func (o *Orchestrator) ReplyTo(ctx context.Context, actor den.Actor, trial den.ID, in den.NewReply) (r den.Reply, err error) {
	err = o.update(ctx, actor, func(tx den.Tx, p *pen) error {
		if _, err := standing(tx, trial); err != nil {
			return err
		}
		t, err := tx.Trials().Get(trial)
		if err != nil {
			return err
		}
		e, ok := t.Entry(in.Entry)
		if !ok || !actor.Is(den.SupplierMember, e.Supplier) {
			return den.Missing()
		}
		if err := allowSelf(actor, den.ChangeOwn); err != nil {
			return err
		}
		text := strings.TrimSpace(in.Text)
		if isLonger(text, textLength) {
			return den.Bad("text", "Shorten the reply to %d characters.", textLength)
		}
		all, err := every(tx.Replies(), den.Query{Index: den.RepliesByTrial, Key: string(trial)})
		if err != nil {
			return err
		}
		at := slices.IndexFunc(all, func(one den.Reply) bool { return one.Entry == e.ID })
		r = den.Reply{Trial: t.ID, Entry: e.ID, Supplier: e.Supplier}
		if at >= 0 {
			r = all[at]
		}
		if text == "" && at < 0 {
			return den.Bad("text", "Enter your reply.")
		}
		act, say := "reply.given", "%s replied to the report of %q."
		if text == "" {
			act, say = "reply.taken_back", "%s took back a reply to the report of %q."
			err = tx.Replies().Delete(r.ID)
		} else {
			if r.ID == "" {
				r.ID = p.id(den.KindReply)
			}
			r.Text, r.By, r.At = text, actor.ID, p.now
			r, err = tx.Replies().Put(r)
		}
		if err != nil {
			return err
		}
		_, err = p.record(tx, den.Event{
			Act: act, Subject: t.ID, About: []den.ID{t.Department, e.Supplier}, Say: fmt.Sprintf(say, actor.Name, t.Name), Why: text,
		})
		return err
	})
	return r, err
}
