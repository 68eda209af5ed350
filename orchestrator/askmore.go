package orchestrator

import (
	"cmp"
	"context"
	"fmt"

	"innovationden/orchestrator/den"
)

// AskForMore asks an approver for more time than a sandbox may be given without one.
// Conflict while such a request is open, and where the sandbox is over.
func (o *Orchestrator) AskForMore(ctx context.Context, actor den.Actor, id den.ID, x den.Extension, once den.Once) (v den.RequestView, err error) {
	x.Most = false
	if err := howLong(x); err != nil {
		return v, err
	}
	err = o.update(ctx, actor, func(tx den.Tx, p *pen) error {
		before, err := p.answered(tx, once)
		if err != nil {
			return err
		}
		if before != "" {
			r, err := mayRequest(tx, actor, before, den.ReadRules)
			if err == nil {
				v, err = o.requestView(tx, actor, r)
			}
			return err
		}
		l, t, err := mayLease(tx, actor, id, den.RunSandbox)
		if err != nil {
			return err
		}
		if err := fresh(x.Rev, l.Rev); err != nil {
			return err
		}
		r, err := p.more(tx, l, x)
		if err != nil {
			return err
		}
		if err := p.wanted(tx, r, t); err != nil {
			return err
		}
		if err := p.answer(tx, once, r.ID); err != nil {
			return err
		}
		if r, err = tx.Requests().Get(r.ID); err != nil {
			return err
		}
		v, err = o.requestView(tx, actor, r)
		return err
	})
	return v, err
}

// more makes the request for an extension beyond the ceiling.
func (p *pen) more(tx den.Tx, l den.Lease, x den.Extension) (r den.Request, err error) {
	if over(l, p.now) {
		return r, den.Refuse(den.Conflict, "It is too late: the sandbox is over or is being removed. Start a new trial instead.")
	}
	field, to := x.End(l)
	switch furthest := p.furthest(); {
	case !to.After(l.LatestEnd):
		return r, den.Bad(field, "You can do this without an approver: give it more time until %s at the latest.", p.when(l.LatestEnd))
	case to.After(furthest):
		return r, den.Bad(field, "Choose an end no later than %s. Ask again when that is near.", p.when(furthest))
	}
	if fault := wants("why", "why it is needed longer, for the approver", x.Why, textLength); fault != nil {
		return r, fault
	}
	asked, err := every(tx.Requests(), den.Query{Index: den.RequestsByTrial, Key: string(l.Trial)})
	if err != nil {
		return r, err
	}
	for _, other := range asked {
		if other.Lease == l.ID && other.State == den.RequestOpen {
			return r, den.Refuse(den.Conflict, "More time was asked for already, by %s. An approver has to decide on that first.", other.AskedName)
		}
	}
	size, _ := p.o.size(l.Size)
	lapses := p.o.calendar().WorkingDays(p.now, den.RequestPatience)
	if l.EndsAt.Before(lapses) {
		lapses = l.EndsAt
	}
	return den.Request{
		ID: p.id(den.KindRequest), Kind: den.RequestExtension, State: den.RequestOpen, Department: l.Department, Trial: l.Trial, Lease: l.ID,
		Until: to, AskedBy: p.by.ID, AskedName: p.by.Name, AskedAt: p.now, Why: x.Why, Rule: den.RuleLongest,
		Say:   fmt.Sprintf("It would end on %s. Without an approver it can stay until %s.", p.when(to), p.when(l.LatestEnd)),
		Pence: den.PenceOf(den.MilliOf(size.Price, p.o.runs(l.Hours, l.EndsAt, to))), LapsesAt: lapses,
	}, nil
}

// furthest is how far an approver can agree to at once: nothing lives for ever.
func (p *pen) furthest() den.Stamp { return p.now.Add(p.o.LongestLength) }

// grant gives a sandbox the time that an approver agreed to, and moves its ceiling there.
func (p *pen) grant(tx den.Tx, r den.Request) error {
	l, err := tx.Leases().Get(r.Lease)
	if err != nil {
		return err
	}
	if r.Until.After(l.LatestEnd) {
		l.LatestEnd = r.Until
	}
	if !r.Until.After(l.EndsAt) && !over(l, p.now) {
		return nil // it was extended that far meanwhile
	}
	if err := p.extend(tx, l, den.Extension{Until: r.Until, Why: r.Reason}); err != nil {
		return err
	}
	if err := p.trialEnd(tx, l.Trial); err != nil {
		return err
	}
	return p.o.longerEntry(tx, p, l, cmp.Or(r.Why, r.Reason))
}

// when writes a moment for people, where they are.
func (p *pen) when(at den.Stamp) string {
	return den.Moment(at.In(p.o.Zone))
}
