package orchestrator

import (
	"context"

	"innovationden/orchestrator/den"
)

// Shares lists what is shared of a trial, oldest first, what is over too.
func (o *Orchestrator) Shares(ctx context.Context, actor den.Actor, trial den.ID) (list []den.ShareView, err error) {
	now := o.now()
	err = o.Store.View(ctx, func(tx den.Tx) error {
		list = nil
		t, err := tx.Trials().Get(trial)
		if err != nil {
			return missing(err)
		}
		if err := allow(actor, den.ShareSandbox, den.ReadTrial, t.Owner()); err != nil {
			return err
		}
		shares, err := every(tx.Shares(), den.Query{Index: den.SharesByTrial, Key: string(trial)})
		if err != nil {
			return err
		}
		for _, s := range shares {
			v := den.ShareView{Share: s, Over: !s.Stands(now) || t.State != den.TrialRunning}
			v.Hash, v.Salt, v.Passcode = "", "", ""
			if s.Salt != "" {
				v.Passcode = "set"
			}
			v.Name, _ = guestName(tx, s.With)
			if who, err := tx.People().Get(s.MadeBy); err == nil {
				v.MadeName = who.Name
			}
			if l, err := tx.Leases().Get(s.Lease); s.Lease != "" && err == nil {
				v.Over = v.Over || l.Phase == den.Ending || l.Phase.Final()
				if p, err := tx.Products().Get(l.Product); err == nil {
					v.Product = p.Name
				}
			}
			list = append(list, v)
		}
		return nil
	})
	return list, err
}

// SharedWith lists what others share with the actor, by name or as one of an
// organisation, as far as it can be opened.
func (o *Orchestrator) SharedWith(ctx context.Context, actor den.Actor) (list []den.SharedView, err error) {
	if err := allowSelf(actor, den.ReadOwn); err != nil {
		return nil, err
	}
	guests := []den.ID{actor.ID}
	for _, m := range actor.Memberships {
		if m.In != "" && m.Role != den.Evaluator {
			guests = append(guests, m.In)
		}
	}
	err = o.Store.View(ctx, func(tx den.Tx) error {
		list = nil
		seen := map[den.ID]bool{}
		for _, g := range guests {
			shares, err := every(tx.Shares(), den.Query{Index: den.SharesByGuest, Key: string(g)})
			if err != nil {
				return err
			}
			for _, s := range shares {
				v, err := o.sharedView(tx, s)
				if den.KindOf(err) == den.NotFound || seen[s.ID] {
					continue
				}
				if err != nil {
					return err
				}
				seen[s.ID] = true
				list = append(list, v)
			}
		}
		return nil
	})
	return list, err
}

// ByLink says what a link opens. NotFound for one that is not known, has ended or was
// taken back, and where nothing of it runs.
func (o *Orchestrator) ByLink(ctx context.Context, secret string) (v den.SharedView, err error) {
	err = o.Store.View(ctx, func(tx den.Tx) error {
		s, err := linked(tx, secret)
		if err == nil {
			v, err = o.sharedView(tx, s)
		}
		return err
	})
	return v, err
}

func linked(tx den.Tx, secret string) (den.Share, error) {
	page, err := tx.Shares().List(den.Query{Index: den.SharesByHash, Key: hashed(secret), Limit: 1})
	if err != nil {
		return den.Share{}, err
	}
	if secret == "" || len(page.Items) == 0 || !page.Items[0].IsLink() {
		return den.Share{}, den.Missing()
	}
	return page.Items[0], nil
}

// sharedView is what a guest learns: the question, and what can be opened.
func (o *Orchestrator) sharedView(tx den.Tx, s den.Share) (v den.SharedView, err error) {
	t, err := tx.Trials().Get(s.Trial)
	if err != nil || !s.Stands(o.now()) {
		return v, den.Missing()
	}
	v = den.SharedView{Share: s.ID, For: s.For, Trial: t.Question, EndsAt: s.EndsAt, Passcode: s.Salt != ""}
	for _, e := range t.Entries {
		l, err := tx.Leases().Get(e.Lease)
		if err != nil || !s.Covers(l) || l.Phase == den.Ending || l.Phase.Final() {
			continue
		}
		one := den.Invited{Lease: l.ID, Name: e.Label, Address: l.Name, Ready: l.Phase == den.Live}
		if p, err := tx.Products().Get(l.Product); err == nil && !t.Blind {
			one.Name = p.Name
		}
		v.Products = append(v.Products, one)
	}
	if len(v.Products) == 0 {
		return v, den.Missing()
	}
	return v, nil
}

// EnterByLink lets somebody in by a link and its passcode, who comes from an address or a
// range of them. NotFound as ByLink; Denied for another passcode; TooSoon after too many of
// those; Busy while too many others enter.
func (o *Orchestrator) EnterByLink(ctx context.Context, secret, passcode, from string, lease den.ID) (in den.Entrance, err error) {
	var s den.Share
	var v den.SharedView
	err = o.Store.View(ctx, func(tx den.Tx) error {
		if s, err = linked(tx, secret); err != nil {
			return err
		}
		v, err = o.sharedView(tx, s)
		return err
	})
	if err != nil {
		return in, err
	}
	if s.Salt != "" {
		if err := o.passcodes.opens(ctx, s, passcode, from, o.Now); err != nil {
			return in, err
		}
	}
	for _, one := range v.Products {
		if one.Lease == lease {
			return den.Entrance{Share: s.ID, Lease: lease, Name: one.Address, EndsAt: s.EndsAt}, nil
		}
	}
	return in, den.Bad("sandbox", "Choose the product that you want to open.")
}

// Enter lets a person into a sandbox that is open to them, by right or because it was
// shared. NotFound.
func (o *Orchestrator) Enter(ctx context.Context, actor den.Actor, lease den.ID) (in den.Entrance, err error) {
	err = o.Store.View(ctx, func(tx den.Tx) error {
		l, err := tx.Leases().Get(lease)
		if err != nil {
			return missing(err)
		}
		t, err := tx.Trials().Get(l.Trial)
		if err != nil {
			return missing(err)
		}
		owner := leaseOwner(l, t)
		in = den.Entrance{Lease: l.ID, Name: l.Name}
		if !den.May(actor, den.OpenSandbox, owner) {
			shares, err := every(tx.Shares(), den.Query{Index: den.SharesByTrial, Key: string(t.ID)})
			if err != nil {
				return err
			}
			for _, s := range shares {
				guest := den.Owner{Guests: []den.ID{s.With}}
				if s.IsLink() || !s.Covers(l) || !s.Stands(o.now()) || !den.May(actor, den.OpenSandbox, guest) {
					continue
				}
				if in.Share == "" || s.EndsAt.After(in.EndsAt) {
					in.Share, in.EndsAt = s.ID, s.EndsAt
				}
			}
			if in.Share == "" || l.Phase == den.Ending || l.Phase.Final() {
				return den.Missing()
			}
		}
		return nil
	})
	return in, err
}
