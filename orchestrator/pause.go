package orchestrator

import (
	"context"
	"fmt"

	"innovationden/orchestrator/den"
)

// Pause freezes a sandbox that is live: it keeps its memory and its place, and its
// time goes on.
func (o *Orchestrator) Pause(ctx context.Context, actor den.Actor, id den.ID, rev int64) (den.SandboxView, error) {
	return o.onLease(ctx, asks{actor, id, den.RunSandbox, rev}, func(tx den.Tx, p *pen, l den.Lease) error {
		return p.wantPause(tx, l, true, "lease.pause_asked", "%s asked for a pause of %s.")
	})
}

// Resume lets a paused sandbox go on.
func (o *Orchestrator) Resume(ctx context.Context, actor den.Actor, id den.ID, rev int64) (den.SandboxView, error) {
	return o.onLease(ctx, asks{actor, id, den.RunSandbox, rev}, func(tx den.Tx, p *pen, l den.Lease) error {
		return p.wantPause(tx, l, false, "lease.resume_asked", "%s asked for %s to go on.")
	})
}

func (p *pen) wantPause(tx den.Tx, l den.Lease, want bool, act, say string) error {
	if l.Phase != den.Live && l.Phase != den.Paused || l.EndAsked != nil {
		return den.Refuse(den.Conflict, "Only a product that is ready can be paused. This one is %s.", l.Phase)
	}
	if !want && !l.PauseWanted {
		if shut, turns := p.o.shut(l, p.now); l.Unpaid {
			return den.Refuse(den.Conflict, "This month’s budget is used up. Ask an approver to raise it; the sandbox then goes on by itself.")
		} else if shut {
			return den.Refuse(den.Conflict, "It is paused outside its hours and goes on by itself on %s.", p.when(turns))
		}
	}
	if l.PauseWanted == want {
		return nil
	}
	l.PauseWanted, l.DueAt = want, p.now
	return p.asked(tx, l, act, say, "")
}

// Restart starts a product anew in a new sandbox. What it kept in memory is lost.
func (o *Orchestrator) Restart(ctx context.Context, actor den.Actor, id den.ID, why string, rev int64) (den.SandboxView, error) {
	return o.onLease(ctx, asks{actor, id, den.RestartSandbox, rev}, func(tx den.Tx, p *pen, l den.Lease) error {
		if l.Phase != den.Live && l.Phase != den.Paused || over(l, p.now) {
			return den.Refuse(den.Conflict, "Only a product that is ready can be started again. This one is %s.", l.Phase)
		}
		name, err := p.product(tx, l)
		if err != nil {
			return err
		}
		_, err = p.record(tx, den.Event{
			Act: "lease.restart_asked", Subject: l.ID, About: about(l), Why: why, Say: fmt.Sprintf("%s asked for %s to start again.", p.by.Name, name),
		})
		if err != nil {
			return err
		}
		p.nudges = append(p.nudges, l.ID)
		return p.move(tx, l, den.Starting, "", "The product is starting again, as asked. What it kept in memory is lost.")
	})
}

// asked records a wish, saves the lease that holds it, and has it looked at.
func (p *pen) asked(tx den.Tx, l den.Lease, act, say, why string) error {
	name, err := p.product(tx, l)
	if err != nil {
		return err
	}
	_, err = p.record(tx, den.Event{
		Act: act, Subject: l.ID, About: about(l), Why: why, Say: fmt.Sprintf(say, p.by.Name, name),
	})
	if err != nil {
		return err
	}
	p.nudges = append(p.nudges, l.ID)
	_, err = p.put(tx, l)
	return err
}
