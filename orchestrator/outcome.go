package orchestrator

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"innovationden/orchestrator/den"
)

// Outcome reads what a trial ended with so far. NotYet before the first assessment
// was submitted, and while the actor has scores of its own to submit.
func (o *Orchestrator) Outcome(ctx context.Context, actor den.Actor, trial den.ID) (out den.Outcome, err error) {
	err = o.Store.View(ctx, func(tx den.Tx) error {
		t, err := mayTrial(tx, actor, trial, den.ReadTrial)
		if err != nil {
			return err
		}
		seen, err := o.outcomeSeen(tx, actor, t)
		if err != nil {
			return err
		}
		if seen == nil {
			return den.Refuse(den.NotYet, "There is no outcome to see yet. It is there once assessments are submitted, your own included.")
		}
		out = *seen
		return nil
	})
	return out, err
}

// outcomeSeen reads the outcome where there is one that the actor may see now.
func (o *Orchestrator) outcomeSeen(tx den.Tx, actor den.Actor, t den.Trial) (*den.Outcome, error) {
	out, err := tx.Outcomes().Get(t.ID)
	if den.KindOf(err) == den.NotFound {
		return nil, nil //nolint:nilnil // an outcome that is not there yet is no fault
	}
	if err == nil {
		out.Cites, err = citesFor(tx, actor, out.Cites)
	}
	if err != nil || out.Decision != "" {
		return &out, err
	}
	all, err := every(tx.Assessments(), den.Query{Index: den.AssessmentsByTrial, Key: string(t.ID)})
	if err != nil || !out.LockedAt.IsZero() {
		return &out, err
	}
	for _, e := range t.Entries {
		if blind(actor, t, all, e.ID) {
			return nil, nil //nolint:nilnil // the same: not there for this actor
		}
	}
	return &out, nil
}

// Decide records what the department makes of a trial.
func (o *Orchestrator) Decide(ctx context.Context, actor den.Actor, trial den.ID, in den.NewDecision) (out den.Outcome, err error) {
	err = o.update(ctx, actor, func(tx den.Tx, p *pen) error {
		t, err := mayTrial(tx, actor, trial, den.DecideTrial)
		if err != nil {
			return err
		}
		switch t.State {
		case den.TrialRunning, den.TrialFinished:
		case den.TrialDraft:
			return den.Refuse(den.Conflict, "This trial is a draft. Decide when it has run.")
		case den.TrialCancelled:
			return den.Refuse(den.Conflict, "This trial was cancelled, so there is nothing to decide.")
		}
		out, err = tx.Outcomes().Get(t.ID)
		if den.KindOf(err) == den.NotFound {
			return den.Refuse(den.Conflict, "Submit at least one assessment before you decide.")
		}
		if err != nil {
			return err
		}
		if err := fresh(in.Rev, out.Rev); err != nil {
			return err
		}
		if err := checkDecision(t, in); err != nil {
			return err
		}
		if out, err = o.closeQuality(tx, p, t, out); err != nil {
			return err
		}
		out.Decision, out.Why, out.Chosen, out.Route = in.Decision, strings.TrimSpace(in.Why), in.Chosen, in.Route
		out.DecidedBy, out.DecidedAt = actor.ID, p.now
		if out, err = tx.Outcomes().Put(out); err != nil {
			return err
		}
		_, err = p.record(tx, den.Event{
			Act: "trial.decided", Subject: t.ID, About: []den.ID{t.Department}, Why: out.Why,
			Say: fmt.Sprintf("%s recorded the decision on %q: %s.", actor.Name, t.Name, decided(in.Decision)),
		})
		if err != nil {
			return err
		}
		return o.challengeDecided(tx, p, t, in.Decision)
	})
	return out, err
}

// closeQuality locks the means where a department decides without a consensus, so that
// nothing changes behind the decision. Prices that were entered have to be seen first.
func (o *Orchestrator) closeQuality(tx den.Tx, p *pen, t den.Trial, out den.Outcome) (den.Outcome, error) {
	c, err := consensusOf(tx, t.ID)
	if err != nil || c.Locked() {
		return out, err
	}
	if len(c.Prices) > 0 {
		return out, den.Refuse(den.Conflict, "Lock the marks first. The prices that were entered count from then on.")
	}
	if err := o.lock(tx, p, t, c, den.NewLock{ByMeans: true, Why: "Decided without a consensus."}); err != nil {
		return out, err
	}
	return tx.Outcomes().Get(t.ID)
}

func decided(d den.Decision) string {
	switch d {
	case den.Proceed:
		return "proceed"
	case den.TryAgain:
		return "try again"
	case den.Stop:
		return "stop"
	}
	return string(d)
}

func checkDecision(t den.Trial, in den.NewDecision) error {
	var faults den.Faults
	if !slices.Contains([]den.Decision{den.Proceed, den.TryAgain, den.Stop}, in.Decision) {
		faults.Add(den.Bad("decision", "Choose a decision: proceed, try_again or stop."))
	}
	faults.Add(wants("why", "the reason for the decision", strings.TrimSpace(in.Why), textLength))
	if _, ok := t.Entry(in.Chosen); in.Chosen != "" && !ok {
		faults.Add(den.Bad("chosen", "Choose a product of this trial."))
	}
	if in.Route != "" && !slices.Contains(den.Routes, in.Route) {
		faults.Add(den.Bad("route", "Choose how you go on: none, direct, framework, open, flexible or other."))
	}
	switch {
	case in.Decision == den.Proceed && in.Chosen == "":
		faults.Add(den.Bad("chosen", "Choose the product to proceed with."))
	case in.Chosen != "" && (in.Decision == den.TryAgain || in.Decision == den.Stop):
		faults.Add(den.Bad("chosen", "Leave the product out. Only a decision to proceed chooses one."))
	}
	return faults.Err()
}
