package orchestrator

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"innovationden/orchestrator/den"
)

// Visits is told who has to leave a sandbox. It returns when nothing more of them is let
// through; what they have open is closed at once.
type Visits interface{ Leave(Visit) }

// Visit names visitors of sandboxes; what is empty stands for all. A visit by a share's
// link has the share in the place of a session.
type Visit struct{ Person, Session, Lease den.ID }

const (
	shareLongest  = 90 * 24 * time.Hour
	shareUsual    = 7 * 24 * time.Hour
	passcodeLeast = 6
)

// AddShare lets somebody into a sandbox, or into all of a trial. The secret of a link is
// told once; the store keeps its hash.
func (o *Orchestrator) AddShare(ctx context.Context, actor den.Actor, in den.NewShare) (s den.Share, secret string, err error) {
	in.For = strings.TrimSpace(in.For)
	var fresh, salt, key string
	if in.Link {
		if err = o.Store.View(ctx, func(tx den.Tx) error { return o.mayShare(tx, actor, in) }); err != nil {
			return s, "", err
		}
		fresh, salt = o.Secret(), o.Secret()
		if in.Passcode != "" { // takes long: not while others wait for the store
			if key, err = o.passcodes.stretched(ctx, salt, in.Passcode); err != nil {
				return s, "", err
			}
		}
	}
	err = o.update(ctx, actor, func(tx den.Tx, p *pen) error {
		secret = ""
		t, err := sharing(tx, actor, in.Trial)
		if err != nil {
			return err
		}
		made, err := p.answered(tx, in.Once)
		if err != nil {
			return err
		}
		if made != "" {
			return den.Refuse(den.Conflict, "This was shared already, and a link is shown only once. Take it back, then share again.")
		}
		name, err := o.checkShare(tx, p.now, t, &in)
		if err != nil {
			return err
		}
		s = den.Share{ID: p.id(den.KindShare), Trial: t.ID, Lease: in.Lease, Department: t.Department, For: in.For, With: in.With,
			MadeBy: actor.ID, MadeAt: p.now, EndsAt: in.EndsAt.UTC()}
		if in.Link {
			secret = fresh
			s.Hash = hashed(secret)
			if in.Passcode != "" {
				s.Salt, s.Passcode = salt, key
			}
		}
		if s, err = tx.Shares().Put(s); err != nil {
			return err
		}
		p.routesOf(t)
		if err := p.notice(tx, den.Notice{To: s.With, Subject: s.ID, Kind: den.NoticeInvited, Title: "A product was shared with you",
			Say: fmt.Sprintf("%s shared %s with %s. You find it under \"Shared with me\" until %s.", actor.Name, whatIsShared(s), name, p.when(s.EndsAt))}); err != nil {
			return err
		}
		return p.added(tx, in.Once, den.Event{
			Act: "share.made", Subject: s.ID, About: aboutShare(s),
			Say: fmt.Sprintf("%s shared %s with %s until %s.", actor.Name, whatIsShared(s), name, s.EndsAt.Format(time.RFC3339)),
		})
	})
	return s, secret, err
}

// sharing reads a trial of which the actor may share sandboxes, and that has some.
func sharing(tx den.Tx, actor den.Actor, id den.ID) (den.Trial, error) {
	t, err := tx.Trials().Get(id)
	if err != nil {
		return t, missing(err)
	}
	if err := allow(actor, den.ShareSandbox, den.ReadTrial, t.Owner()); err != nil {
		return t, err
	}
	return t, nil
}

// mayShare refuses what would be refused later, before a passcode is worked on.
func (o *Orchestrator) mayShare(tx den.Tx, actor den.Actor, in den.NewShare) error {
	t, err := sharing(tx, actor, in.Trial)
	if err == nil {
		_, err = o.checkShare(tx, o.now(), t, &in)
	}
	return err
}

// checkShare says all that is wrong with what is to be shared, and whom it is for.
func (o *Orchestrator) checkShare(tx den.Tx, now den.Stamp, t den.Trial, in *den.NewShare) (name string, err error) {
	if t.State != den.TrialRunning {
		return "", den.Refuse(den.Conflict, "Only a trial that runs can be shared. Start it first.")
	}
	var faults den.Faults
	if in.Lease != "" && !slices.ContainsFunc(t.Entries, func(e den.Entry) bool { return e.Lease == in.Lease }) {
		faults.Add(den.Bad("sandbox", "Choose a sandbox of this trial, or all of them."))
	}
	if in.EndsAt.IsZero() {
		in.EndsAt = now.Add(shareUsual)
	}
	if !in.EndsAt.After(now) || in.EndsAt.After(now.Add(shareLongest)) {
		faults.Add(den.Bad("ends_at", "Enter a time from now to %d days from now.", int(shareLongest/(24*time.Hour))))
	}
	if in.Link == (in.With != "") {
		faults.Add(den.Bad("with", "Share with a person, with an organisation, or by a link: one of the three."))
	}
	if in.Passcode != "" && (!in.Link || utf8.RuneCountInString(in.Passcode) < passcodeLeast || isLonger(in.Passcode, nameLength)) {
		faults.Add(den.Bad("passcode", "Enter a passcode of %d characters or more, or none.", passcodeLeast))
	}
	if !in.Link {
		faults.Add(within("for", "whom it is for", in.For, nameLength))
	}
	if in.Link {
		faults.Add(wants("for", "whom the link is for", in.For, nameLength))
		return "whoever has a link for " + in.For, faults.Err()
	}
	if len(faults) > 0 {
		return "", faults.Err()
	}
	return guestName(tx, in.With)
}

// guestName is what a person or an organisation is called.
func guestName(tx den.Tx, id den.ID) (name string, err error) {
	err = den.Missing()
	switch id.Kind() {
	case den.KindPerson:
		var who den.Person
		who, err = tx.People().Get(id)
		name = who.Name
		if who.Left {
			err = den.Missing()
		}
	case den.KindDepartment:
		var d den.Department
		d, err = tx.Departments().Get(id)
		name = d.Name
	case den.KindSupplier:
		var s den.Supplier
		s, err = tx.Suppliers().Get(id)
		name = s.Name
	}
	if den.KindOf(err) == den.NotFound {
		return "", den.Bad("with", "Choose a person or an organisation from the list.")
	}
	return name, err
}

// TakeShare takes back what was shared. When it returns, who came by it is out, but for
// those who may be there anyway.
func (o *Orchestrator) TakeShare(ctx context.Context, actor den.Actor, trial, id den.ID, why string) (s den.Share, err error) {
	err = o.update(ctx, actor, func(tx den.Tx, p *pen) error {
		t, err := sharing(tx, actor, trial)
		if err != nil {
			return err
		}
		if s, err = tx.Shares().Get(id); err != nil || s.Trial != t.ID {
			return den.Missing()
		}
		if !s.TakenAt.IsZero() {
			return nil
		}
		s.TakenAt = p.now
		if s, err = tx.Shares().Put(s); err != nil {
			return err
		}
		p.routesOf(t)
		p.leaving(t, s)
		_, err = p.record(tx, den.Event{Act: "share.taken", Subject: s.ID, About: aboutShare(s), Why: why,
			Say: fmt.Sprintf("%s took back what was shared of %s.", actor.Name, whatIsShared(s))})
		return err
	})
	return s, err
}

// leaving notes whom Visits is told of after the commit.
func (p *pen) leaving(t den.Trial, s den.Share) {
	if s.IsLink() {
		p.visits = append(p.visits, Visit{Session: s.ID})
		return
	}
	for _, e := range t.Entries {
		if e.Lease == "" || s.Lease != "" && s.Lease != e.Lease {
			continue
		}
		p.visits = append(p.visits, Visit{Person: s.With, Lease: e.Lease})
	}
}

// visitors puts the people of an organisation in its place. They are read after the commit:
// others do not wait for that, and who comes meanwhile finds nothing shared.
func (o *Orchestrator) visitors(ctx context.Context, visits []Visit) (all []Visit) {
	of := map[den.ID][]den.ID{}
	for _, v := range visits {
		if v.Person != "" && v.Person.Kind() != den.KindPerson {
			of[v.Person] = nil
		}
	}
	if len(of) == 0 {
		return visits
	}
	err := o.Store.View(context.WithoutCancel(ctx), func(tx den.Tx) error {
		people, err := every(tx.People(), den.Query{})
		for _, who := range people {
			for _, m := range who.Memberships {
				if guests, is := of[m.In]; is {
					of[m.In] = append(guests, who.ID)
				}
			}
		}
		return err
	})
	for _, v := range visits {
		guests, is := of[v.Person]
		switch {
		case !is:
			all = append(all, v)
		case err != nil: // better everybody than one too few
			o.Log.Error("who has to leave a sandbox was not read", "error", err)
			all = append(all, Visit{Lease: v.Lease})
		}
		for _, g := range guests {
			all = append(all, Visit{Person: g, Lease: v.Lease})
		}
	}
	return all
}

// routesOf has the routes of a trial told again: who may follow them has changed.
func (p *pen) routesOf(t den.Trial) {
	for _, e := range t.Entries {
		if e.Lease != "" {
			p.leases[e.Lease] = true
		}
	}
}

// guestsOf are the people and organisations with whom a lease is shared at a time.
func guestsOf(tx den.Tx, l den.Lease, now den.Stamp) ([]den.ID, error) {
	shares, err := every(tx.Shares(), den.Query{Index: den.SharesByTrial, Key: string(l.Trial)})
	var guests []den.ID
	for _, s := range shares {
		if !s.IsLink() && s.Covers(l) && s.Stands(now) {
			guests = append(guests, s.With)
		}
	}
	return guests, err
}

func aboutShare(s den.Share) []den.ID {
	about := []den.ID{s.Trial, s.Department}
	for _, id := range []den.ID{s.Lease, s.With} {
		if id != "" {
			about = append(about, id)
		}
	}
	return about
}

func whatIsShared(s den.Share) string {
	if s.Lease != "" {
		return "a sandbox"
	}
	return "the sandboxes of a trial"
}
