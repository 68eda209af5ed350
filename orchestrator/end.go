package orchestrator

import (
	"context"
	"fmt"

	"innovationden/orchestrator/den"
)

// End asks for the end of a sandbox. It is removed at once; a request that waits is
// withdrawn. Asking again changes nothing.
func (o *Orchestrator) End(ctx context.Context, actor den.Actor, id den.ID, why string, rev int64) (den.SandboxView, error) {
	return o.onLease(ctx, asks{actor, id, den.RunSandbox, rev}, func(tx den.Tx, p *pen, l den.Lease) error {
		return p.askEnd(tx, l, why)
	})
}

// EndTrial asks for the end of every sandbox of a running trial. The trial finishes
// when all are gone.
func (o *Orchestrator) EndTrial(ctx context.Context, actor den.Actor, id den.ID, why string, rev int64) (den.TrialView, error) {
	return o.onTrial(ctx, asks{actor, id, den.SetUpTrial, rev}, func(tx den.Tx, p *pen, t den.Trial) error {
		_, err := p.record(tx, den.Event{
			Act: "trial.end_asked", Subject: t.ID, About: []den.ID{t.Department}, Why: why,
			Say: fmt.Sprintf("%s asked for the end of the trial %q.", actor.Name, t.Name),
		})
		if err != nil {
			return err
		}
		return eachLease(tx, t, func(l den.Lease) error { return p.askEnd(tx, l, why) })
	})
}

// askEnd notes that somebody asked for the end of a lease that is not over.
func (p *pen) askEnd(tx den.Tx, l den.Lease, why string) error {
	if l.Phase.Final() || l.EndAsked != nil {
		return nil
	}
	l.EndAsked = &den.Asked{By: p.by.ID, Name: p.by.Name, At: p.now, Why: why}
	name, err := p.product(tx, l)
	if err != nil {
		return err
	}
	_, err = p.record(tx, den.Event{
		Act: "lease.end_asked", Subject: l.ID, About: about(l), Why: why, Say: fmt.Sprintf("%s asked for the end of %s.", p.by.Name, name),
	})
	if err != nil {
		return err
	}
	if l.Phase == den.Requested {
		act := den.Next(l, den.Seen{}, p.now)
		return p.move(tx, l, act.To, act.Reason, act.Say)
	}
	if l.Phase != den.Ending {
		l.DueAt = p.now
	}
	p.nudges = append(p.nudges, l.ID)
	_, err = p.put(tx, l)
	return err
}

// asks is who wants to do what to which lease or trial, as it was at a revision.
type asks struct {
	actor den.Actor
	id    den.ID
	do    den.Action
	rev   int64 // 0: whatever is there
}

// onLease makes one change to a lease that the actor may do something to, and gives
// the view of it afterwards.
func (o *Orchestrator) onLease(ctx context.Context, a asks, change func(den.Tx, *pen, den.Lease) error) (v den.SandboxView, err error) {
	err = o.update(ctx, a.actor, func(tx den.Tx, p *pen) error {
		l, _, err := mayLease(tx, a.actor, a.id, a.do)
		if err != nil {
			return err
		}
		if err := fresh(a.rev, l.Rev); err != nil {
			return err
		}
		if err := change(tx, p, l); err != nil {
			return err
		}
		v, err = o.sandboxView(tx, a.actor, a.id)
		return err
	})
	return v, err
}

// onTrial makes one change to a running trial.
func (o *Orchestrator) onTrial(ctx context.Context, a asks, change func(den.Tx, *pen, den.Trial) error) (v den.TrialView, err error) {
	err = o.update(ctx, a.actor, func(tx den.Tx, p *pen) error {
		t, err := mayTrial(tx, a.actor, a.id, a.do)
		if err != nil {
			return err
		}
		if err := fresh(a.rev, t.Rev); err != nil {
			return err
		}
		if t.State != den.TrialRunning {
			return den.Refuse(den.Conflict, "This trial is not running. It %s.", howFar(t))
		}
		if err := change(tx, p, t); err != nil {
			return err
		}
		v, err = o.trialView(tx, a.actor, a.id)
		return err
	})
	return v, err
}

// howFar says how far a trial has come, after its name.
func howFar(t den.Trial) string {
	switch t.State {
	case den.TrialDraft:
		return "is a draft"
	case den.TrialRunning:
		return "is running"
	case den.TrialFinished:
		return "has finished"
	case den.TrialCancelled:
		return "was cancelled"
	}
	return "is " + string(t.State)
}

// mayLease reads a lease that the actor may do something to, and its trial.
func mayLease(tx den.Tx, actor den.Actor, id den.ID, do den.Action) (den.Lease, den.Trial, error) {
	l, err := tx.Leases().Get(id)
	if den.KindOf(err) == den.NotFound {
		return l, den.Trial{}, allowNothing(actor)
	}
	if err != nil {
		return l, den.Trial{}, err
	}
	t, err := trialOf(tx, l.Trial)
	if err != nil {
		return l, t, err
	}
	return l, t, allow(actor, do, den.ReadSandbox, leaseOwner(l, t))
}

// trialOf reads the trial of a lease; nobody's where the lease has none, as that of a
// preflight.
func trialOf(tx den.Tx, id den.ID) (den.Trial, error) {
	if id == "" {
		return den.Trial{}, nil
	}
	return tx.Trials().Get(id)
}

// eachLease goes through the leases of a trial in the order of its entries.
func eachLease(tx den.Tx, t den.Trial, do func(den.Lease) error) error {
	for _, e := range t.Entries {
		if e.Lease == "" {
			continue
		}
		l, err := tx.Leases().Get(e.Lease)
		if err != nil {
			return err
		}
		if err := do(l); err != nil {
			return err
		}
	}
	return nil
}
