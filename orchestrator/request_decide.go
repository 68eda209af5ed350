package orchestrator

import (
	"context"
	"fmt"
	"strings"

	"innovationden/orchestrator/den"
)

// Agree lets what was asked for go ahead. Nobody decides on what they asked for
// themselves. Conflict where it was decided already.
func (o *Orchestrator) Agree(ctx context.Context, actor den.Actor, id den.ID, why string, rev int64) (den.RequestView, error) {
	return o.decideRequest(ctx, asks{actor, id, den.DecideRequest, rev}, why, true)
}

// Refuse turns down what was asked for, with the reason.
func (o *Orchestrator) Refuse(ctx context.Context, actor den.Actor, id den.ID, why string, rev int64) (den.RequestView, error) {
	return o.decideRequest(ctx, asks{actor, id, den.DecideRequest, rev}, why, false)
}

func (o *Orchestrator) decideRequest(ctx context.Context, a asks, why string, agrees bool) (v den.RequestView, err error) {
	why = strings.TrimSpace(why)
	err = o.update(ctx, a.actor, func(tx den.Tx, p *pen) error {
		r, err := mayRequest(tx, a.actor, a.id, a.do)
		if err != nil {
			return err
		}
		if err := fresh(a.rev, r.Rev); err != nil {
			return err
		}
		switch {
		case r.State != den.RequestOpen:
			return den.Refuse(den.Conflict, "This request is not open any more. It is %s.", r.State)
		case !r.LapsesAt.After(p.now):
			return den.Refuse(den.Conflict, "This request has lapsed. Ask for a new one.")
		case a.actor.ID == r.AskedBy:
			return den.Refuse(den.Denied, "Somebody else must decide on what you asked for yourself. Ask another approver or the operator.")
		}
		if fault := wants("why", "a reason, which the person who asked will read", why, textLength); fault != nil {
			return fault
		}
		if err := p.decided(tx, r, why, agrees); err != nil {
			return err
		}
		if r, err = tx.Requests().Get(r.ID); err != nil {
			return err
		}
		v, err = o.requestView(tx, a.actor, r)
		return err
	})
	return v, err
}

// decided keeps a decision and does what it says.
func (p *pen) decided(tx den.Tx, r den.Request, why string, agrees bool) error {
	r.State = den.RequestRefused
	if agrees {
		r.State = den.RequestAgreed
	}
	r.DecidedBy, r.DecidedAs, r.DecidedAt, r.Reason = p.by.ID, p.by.Name, p.now, why
	if err := p.closed(tx, r); err != nil {
		return err
	}
	switch {
	case r.Kind == den.RequestExtension && agrees:
		return p.grant(tx, r)
	case r.Kind == den.RequestExtension:
		return nil
	case agrees:
		return p.letStart(tx, r)
	}
	return p.eachWaiting(tx, r, func(l den.Lease) error {
		return p.move(tx, l, den.Refused, den.ByRefusal, fmt.Sprintf("%s refused: %s", p.by.Name, why))
	})
}

// closed keeps a request that is over, records it and tells the person who asked.
func (p *pen) closed(tx den.Tx, r den.Request) error {
	r, err := tx.Requests().Put(r)
	if err != nil {
		return err
	}
	t, err := tx.Trials().Get(r.Trial)
	if err != nil {
		return err
	}
	say := map[den.RequestState]string{
		den.RequestAgreed: p.by.Name + " agreed to the request about %s.", den.RequestRefused: p.by.Name + " refused the request about %s.",
		den.RequestLapsed: "Nobody decided on the request about %s in time.", den.RequestWithdrawn: "The request about %s was withdrawn.",
	}[r.State]
	say = fmt.Sprintf(say, t.Name)
	_, err = p.record(tx, den.Event{
		Act: "request." + string(r.State), Subject: r.ID, About: []den.ID{r.Trial, r.Department}, Say: say, Why: r.Reason,
	})
	if err != nil || r.State == den.RequestWithdrawn {
		return err
	}
	return p.notice(tx, den.Notice{
		To: r.AskedBy, Subject: r.ID, Kind: den.NoticeApprovalDecided, Title: strings.TrimSuffix(say, "."), Say: r.Reason,
	})
}

// letStart lets the leases that waited for a request into the queue. Their time begins
// now.
func (p *pen) letStart(tx den.Tx, r den.Request) error {
	rules, err := rulesOf(tx, r.Department)
	if err != nil {
		return err
	}
	ceiling := p.o.LongestLength
	if rules.Longest > 0 {
		ceiling = min(ceiling, rules.Longest)
	}
	t, err := tx.Trials().Get(r.Trial)
	if err != nil {
		return err
	}
	err = p.eachWaiting(tx, r, func(l den.Lease) error {
		l.AgreedAt, l.LapsesAt = p.now, den.Stamp{}
		l.EndsAt, l.Sooner, l.LatestEnd = p.now.Add(t.Length), 0, p.now.Add(max(ceiling, t.Length))
		l.DueAt = l.EndsAt
		_, err := p.put(tx, l)
		return err
	})
	if err != nil {
		return err
	}
	t.EndsAt = p.now.Add(t.Length)
	_, err = tx.Trials().Put(t)
	return err
}

// eachWaiting goes through the leases that wait for a request.
func (p *pen) eachWaiting(tx den.Tx, r den.Request, do func(den.Lease) error) error {
	t, err := tx.Trials().Get(r.Trial)
	if err != nil {
		return err
	}
	return eachLease(tx, t, func(l den.Lease) error {
		if l.Phase != den.Requested || l.Request != r.ID {
			return nil
		}
		return do(l)
	})
}

// overtaken closes what was still asked for about a lease that is over.
func (p *pen) overtaken(tx den.Tx, l den.Lease) error {
	open, err := every(tx.Requests(), den.Query{Index: den.RequestsByTrial, Key: string(l.Trial)})
	if err != nil {
		return err
	}
	for _, r := range open {
		if r.State != den.RequestOpen {
			continue
		}
		isOver := r.Lease == l.ID
		if r.Kind == den.RequestStart && r.ID == l.Request {
			isOver = true
			if err := p.eachWaiting(tx, r, func(den.Lease) error { isOver = false; return nil }); err != nil {
				return err
			}
		}
		if !isOver {
			continue
		}
		r.State, r.DecidedAt = den.RequestWithdrawn, p.now
		if l.Reason == den.ByLapse {
			r.State = den.RequestLapsed
		}
		if err := p.closed(tx, r); err != nil {
			return err
		}
	}
	return nil
}
