package orchestrator

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"innovationden/orchestrator/den"
)

// Extend gives a sandbox more time. It and the end by time are decided in one
// transaction each, so that one of them comes first: Conflict where the end did.
func (o *Orchestrator) Extend(ctx context.Context, actor den.Actor, id den.ID, x den.Extension) (v den.SandboxView, err error) {
	if err := howLong(x); err != nil {
		return v, err
	}
	return o.onLease(ctx, asks{actor, id, den.RunSandbox, x.Rev}, func(tx den.Tx, p *pen, l den.Lease) error {
		if err := p.extend(tx, l, x); err != nil {
			return err
		}
		if err := p.trialEnd(tx, l.Trial); err != nil {
			return err
		}
		return o.longerEntry(tx, p, l, x.Why)
	})
}

// ExtendTrial gives every sandbox of a running trial more time.
func (o *Orchestrator) ExtendTrial(ctx context.Context, actor den.Actor, id den.ID, x den.Extension) (v den.TrialView, err error) {
	if err := howLong(x); err != nil {
		return v, err
	}
	return o.onTrial(ctx, asks{actor, id, den.SetUpTrial, x.Rev}, func(tx den.Tx, p *pen, t den.Trial) error {
		left, longer := 0, 0
		err := eachLease(tx, t, func(l den.Lease) error {
			if over(l, p.now) {
				return nil
			}
			left++
			if x.Most && !l.LatestEnd.After(l.EndsAt) {
				return nil // it lasts as long as it may
			}
			longer++
			return p.extend(tx, l, x)
		})
		switch {
		case err != nil:
			return err
		case left == 0:
			return den.Refuse(den.Conflict, "Every sandbox of this trial is over. Start a new trial instead.")
		case longer == 0:
			return p.atMost(t.EndsAt)
		}
		if err := p.trialEnd(tx, t.ID); err != nil {
			return err
		}
		now, err := tx.Trials().Get(t.ID)
		if err != nil {
			return err
		}
		return o.lengthened(tx, p, now, den.Amendment{From: p.when(t.EndsAt), To: p.when(now.EndsAt)}, x.Why)
	})
}

// longerEntry amends the protocol of a trial where one sandbox got more time; l is the
// lease before that.
func (o *Orchestrator) longerEntry(tx den.Tx, p *pen, l den.Lease, why string) error {
	t, err := tx.Trials().Get(l.Trial)
	if err != nil {
		return err
	}
	now, err := tx.Leases().Get(l.ID)
	if err != nil {
		return err
	}
	for _, e := range t.Entries {
		if e.Lease == l.ID {
			return o.lengthened(tx, p, t, den.Amendment{From: e.Label + ": " + p.when(l.EndsAt), To: e.Label + ": " + p.when(now.EndsAt)}, why)
		}
	}
	return nil
}

// lengthened records that something lasts longer than the protocol said when it was
// locked. The locked length stays what it was: the amendment says the ends.
func (o *Orchestrator) lengthened(tx den.Tx, p *pen, t den.Trial, made den.Amendment, why string) error {
	if t.Protocol == "" {
		return nil
	}
	made.What = "length"
	return o.amended(tx, p, t, []den.Amendment{made}, cmp.Or(strings.TrimSpace(why), "No reason was given."))
}

// howLong demands one way of saying how much longer.
func howLong(x den.Extension) error {
	ways := 0
	for _, is := range []bool{x.By != 0, !x.Until.IsZero(), x.Most} {
		if is {
			ways++
		}
	}
	switch {
	case ways != 1:
		return den.Bad("by", "Enter how much longer, or until when: one of the two.")
	case x.By < 0:
		return den.Bad("by", "Enter how much longer. To end sooner, end the sandbox.")
	}
	return nil
}

// over says that nothing can make a lease longer any more.
func over(l den.Lease, now den.Stamp) bool {
	return l.Phase == den.Ending || l.Phase.Final() || l.EndAsked != nil || !l.EndsAt.After(now)
}

func (p *pen) extend(tx den.Tx, l den.Lease, x den.Extension) error {
	if over(l, p.now) {
		return den.Refuse(den.Conflict, "It is too late: the sandbox is over or is being removed. Start a new trial instead.")
	}
	if !x.Until.IsZero() { // a moment of the clock as it goes now
		earlier := max(l.Sooner, 0)
		l.EndsAt, l.LatestEnd, l.Sooner = l.EndsAt.Add(-earlier), l.LatestEnd.Add(-earlier), l.Sooner-earlier
	}
	field, to := x.End(l)
	switch {
	case to.After(l.LatestEnd):
		return den.Bad(field, "Choose an end no later than %s. A sandbox lasts at most %s without an approver’s agreement to more.",
			p.when(l.LatestEnd), spell(l.LatestEnd.Sub(l.RequestedAt)))
	case x.Most && !to.After(l.EndsAt):
		return p.atMost(l.EndsAt)
	case !to.After(l.EndsAt):
		return den.Bad(field, "Choose an end after %s. To end sooner, end the sandbox.", p.when(l.EndsAt))
	}
	longer := to.Sub(l.EndsAt)
	wasDue := l.DueAt.Equal(p.turn(l))
	l.EndsAt = to
	if wasDue {
		l.DueAt = p.turn(l)
	}
	name, err := p.product(tx, l)
	if err != nil {
		return err
	}
	_, err = p.record(tx, den.Event{
		Act: "lease.extended", Subject: l.ID, About: about(l), Why: x.Why, Say: fmt.Sprintf("%s has %s more.", name, spell(longer)),
	})
	if err != nil {
		return err
	}
	p.nudges = append(p.nudges, l.ID)
	_, err = p.put(tx, l)
	return err
}

// atMost refuses to make longer what lasts as long as it may.
func (p *pen) atMost(ends den.Stamp) error {
	return den.Bad("most", "It lasts as long as it may already, until %s. Ask an approver for more.", p.when(ends))
}

// trialEnd keeps the end of a trial the latest of its leases.
func (p *pen) trialEnd(tx den.Tx, id den.ID) error {
	t, err := tx.Trials().Get(id)
	if err != nil {
		return err
	}
	latest := t.EndsAt
	err = eachLease(tx, t, func(l den.Lease) error {
		if l.EndsAt.After(latest) {
			latest = l.EndsAt
		}
		return nil
	})
	if err != nil || latest.Equal(t.EndsAt) {
		return err
	}
	t.EndsAt = latest
	_, err = tx.Trials().Put(t)
	return err
}
