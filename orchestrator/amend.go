package orchestrator

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"

	"innovationden/orchestrator/den"
)

// Amend changes what a protocol says after the start, with a reason. Each change is
// kept, and shown wherever the protocol is. Conflict before the start, where a draft is
// changed instead, and once quality is locked.
func (o *Orchestrator) Amend(ctx context.Context, actor den.Actor, trial den.ID, in den.NewAmendment) (v den.TrialView, err error) {
	err = o.update(ctx, actor, func(tx den.Tx, p *pen) error {
		t, err := mayTrial(tx, actor, trial, den.SetUpTrial)
		if err != nil {
			return err
		}
		if err := fresh(in.Rev, t.Rev); err != nil {
			return err
		}
		if err := amendable(tx, t, in); err != nil {
			return err
		}
		made, err := o.change(tx, &t, in)
		if err != nil {
			return err
		}
		if err := o.amended(tx, p, t, made, in.Why); err != nil {
			return err
		}
		if err := o.recompute(tx, t); err != nil {
			return err
		}
		v, err = o.trialView(tx, actor, t.ID)
		return err
	})
	return v, err
}

func amendable(tx den.Tx, t den.Trial, in den.NewAmendment) error {
	switch t.State {
	case den.TrialDraft:
		return den.Refuse(den.Conflict, "This trial has not started, so its protocol is not locked. Change the draft instead.")
	case den.TrialCancelled:
		return den.Refuse(den.Conflict, "This trial was cancelled, so its protocol does not change any more.")
	case den.TrialRunning, den.TrialFinished:
	}
	c, err := consensusOf(tx, t.ID)
	if err != nil {
		return err
	}
	if c.Locked() {
		return den.Refuse(den.Conflict, "The marks of this trial are locked, so its protocol does not change any more.")
	}
	if fault := wants("why", "the reason for the change", strings.TrimSpace(in.Why), textLength); fault != nil {
		return fault
	}
	return nil
}

// change makes the changes of an amendment, and says each of them for people.
func (o *Orchestrator) change(tx den.Tx, t *den.Trial, in den.NewAmendment) (made []den.Amendment, err error) {
	var faults den.Faults
	scheme, err := o.schemeIn(tx, t.Scheme)
	if err != nil {
		return nil, err
	}
	if len(in.Weights) > 0 {
		made = append(made, changeWeights(t, scheme, in.Weights, &faults)...)
	}
	if in.Tasks != nil && !slices.Equal(*in.Tasks, t.Tasks) {
		if len(*in.Tasks) > mostTasks {
			faults.Add(den.Bad("tasks", "Enter at most %d tasks.", mostTasks))
		}
		made = append(made, den.Amendment{What: "tasks", From: lines(t.Tasks), To: lines(*in.Tasks)})
		t.Tasks = *in.Tasks
	}
	if in.Rule != nil && strings.TrimSpace(*in.Rule) != t.Rule {
		made = append(made, den.Amendment{What: "rule", From: t.Rule, To: strings.TrimSpace(*in.Rule)})
		t.Rule = strings.TrimSpace(*in.Rule)
		if isLonger(t.Rule, textLength) {
			faults.Add(den.Bad("rule", "Shorten the decision rule to %d characters.", textLength))
		}
	}
	panel, err := changePanel(tx, t, in, &faults)
	if err != nil {
		return nil, err
	}
	made = append(made, panel...)
	if err := tellsNames(tx, *t, &faults); err != nil {
		return nil, err
	}
	if len(made) == 0 && len(faults) == 0 {
		faults.Add(den.Bad("", "Change something, or leave the protocol as it is."))
	}
	return made, faults.Err()
}

func changeWeights(t *den.Trial, s den.Scheme, changed map[string]float64, faults *den.Faults) (made []den.Amendment) {
	now := maps.Clone(t.Weights)
	maps.Copy(now, changed)
	t2 := weights(s, now, faults)
	for _, c := range s.Criteria() {
		if before, after := t.Weights[c.ID], t2[c.ID]; before != after {
			made = append(made, den.Amendment{What: "weights", From: fmt.Sprintf("%s: %g", c.Title, before), To: fmt.Sprintf("%s: %g", c.Title, after)})
		}
	}
	t.Weights = t2
	return made
}

func changePanel(tx den.Tx, t *den.Trial, in den.NewAmendment, faults *den.Faults) (made []den.Amendment, err error) {
	if in.Evaluators != nil && !slices.Equal(*in.Evaluators, t.Evaluators) {
		from, err := namesOf(tx, t.Evaluators)
		if err != nil {
			return nil, err
		}
		to, err := namesOf(tx, *in.Evaluators)
		if err != nil {
			return nil, err
		}
		made = append(made, den.Amendment{What: "evaluators", From: from, To: to})
		t.Evaluators = *in.Evaluators
	}
	if in.Chair != nil && *in.Chair != t.Leads() {
		from, err := personName(tx, t.Leads())
		if err != nil {
			return nil, err
		}
		to, err := personName(tx, *in.Chair)
		if err != nil {
			return nil, err
		}
		made = append(made, den.Amendment{What: "chair", From: from, To: to})
		t.Chair = *in.Chair
	}
	hidesFrom(*t, faults)
	return made, checkPanel(tx, *t, faults)
}

func namesOf(tx den.Tx, people []den.ID) (string, error) {
	var names []string
	for _, id := range people {
		name, err := personName(tx, id)
		if err != nil {
			return "", err
		}
		names = append(names, name)
	}
	return and(names), nil
}

func lines(texts []string) string { return strings.Join(texts, "\n") }

// amended keeps changes of a protocol: with the reason, the hash of what holds from now
// on, and an event that carries it.
func (o *Orchestrator) amended(tx den.Tx, p *pen, t den.Trial, made []den.Amendment, why string) error {
	scheme, err := o.schemeIn(tx, t.Scheme)
	if err != nil {
		return err
	}
	written, err := schemeHash(scheme)
	if err != nil {
		return err
	}
	sealed, _, err := seal(tx, t, written)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(sealed)
	hash := hex.EncodeToString(sum[:])
	t.Amendments = slices.Clone(t.Amendments)
	var what []string
	for _, a := range made {
		a.At, a.By, a.Name, a.Why, a.Protocol = p.now, p.by.ID, p.by.Name, strings.TrimSpace(why), hash
		t.Amendments = append(t.Amendments, a)
		if !slices.Contains(what, a.What) {
			what = append(what, a.What)
		}
	}
	if _, err := tx.Trials().Put(t); err != nil {
		return err
	}
	for _, e := range t.Entries {
		if e.Lease != "" {
			p.leases[e.Lease] = true // who may open a sandbox follows the evaluators
		}
	}
	_, err = p.record(tx, den.Event{
		Act: "trial.amended", Subject: t.ID, About: []den.ID{t.Department}, Why: strings.TrimSpace(why), After: sealed,
		Say: fmt.Sprintf("%s amended the protocol of the trial %q: %s. It is now %s.", p.by.Name, t.Name, and(what), hash),
	})
	return err
}

// Protocol reads what was locked at the start of a trial, as it stands in the record,
// and what was amended since. Before the start it is what would be locked now.
func (o *Orchestrator) Protocol(ctx context.Context, actor den.Actor, trial den.ID) (v den.ProtocolView, err error) {
	err = o.Store.View(ctx, func(tx den.Tx) error {
		t, err := mayTrial(tx, actor, trial, den.ReadTrial)
		if err != nil {
			return err
		}
		v = den.ProtocolView{Hash: t.Protocol, People: map[den.ID]string{}}
		if v.Trial, err = o.viewOf(tx, actor, t); err != nil {
			return err
		}
		v.Amendments = v.Trial.Amendments
		for _, id := range append(slices.Clone(t.Evaluators), t.Leads()) {
			if v.People[id], err = personName(tx, id); err != nil {
				return err
			}
		}
		return o.sealedIn(tx, &v)
	})
	return v, err
}

// sealedIn finds the locked text in the record.
func (o *Orchestrator) sealedIn(tx den.Tx, v *den.ProtocolView) error {
	q := den.Query{Index: den.EventsBySubject, Key: string(v.Trial.ID), Limit: readLimit}
	for v.Hash != "" {
		page, err := tx.Events(q)
		if err != nil {
			return err
		}
		for _, e := range page.Items {
			if e.Act == "trial.started" && e.Subject == v.Trial.ID {
				v.Locked, v.At, v.Event, v.EventID = true, e.At, e.Seq, e.ID
				if !v.Trial.Veiled {
					v.Sealed = string(e.After)
				}
				return nil
			}
		}
		if q.After = page.Next; q.After == "" {
			return nil
		}
	}
	return nil
}
