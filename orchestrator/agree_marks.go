package orchestrator

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"innovationden/orchestrator/den"
)

// SaveConsensus keeps agreed scores, each with its reason; what the input does not name
// stays. Only who leads may.
func (o *Orchestrator) SaveConsensus(ctx context.Context, actor den.Actor, trial den.ID, in den.NewConsensus) (v den.ConsensusView, err error) {
	err = o.update(ctx, actor, func(tx den.Tx, p *pen) error {
		t, c, err := leading(tx, actor, trial, in.Rev)
		if err != nil {
			return err
		}
		scheme, err := o.schemeIn(tx, t.Scheme)
		if err != nil {
			return err
		}
		if err := checkAgreed(t, scheme, in); err != nil {
			return err
		}
		agreed := map[den.ID]map[string]den.Agreed{}
		for entry, by := range c.Agreed {
			agreed[entry] = maps.Clone(by)
		}
		changed := 0
		for entry, by := range in.Agreed {
			if agreed[entry] == nil {
				agreed[entry] = map[string]den.Agreed{}
			}
			for criterion, a := range by {
				a.Reason = strings.TrimSpace(a.Reason)
				if before, ok := agreed[entry][criterion]; ok && sameAgreed(before, a) {
					continue
				}
				a.By, a.At = actor.ID, p.now
				agreed[entry][criterion] = a
				changed++
			}
		}
		if changed > 0 || c.Rev == 0 {
			c.Agreed = agreed
			if _, err := tx.Consensuses().Put(c); err != nil {
				return err
			}
			_, err = p.record(tx, den.Event{
				Act: "consensus.saved", Subject: t.ID, About: []den.ID{t.Department}, Say: fmt.Sprintf("%s recorded %s that the panel agreed.", actor.Name, plural(changed, "score")),
			})
			if err != nil {
				return err
			}
		}
		v, err = o.consensusView(tx, actor, t.ID)
		return err
	})
	return v, err
}

func plural(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}

func sameAgreed(a, b den.Agreed) bool {
	same := a.NotTested == b.NotTested && a.Reason == b.Reason && (a.Mark == nil) == (b.Mark == nil)
	return same && (a.Mark == nil || *a.Mark == *b.Mark)
}

// leading reads a trial whose consensus the actor leads, and which is open.
func leading(tx den.Tx, actor den.Actor, trial den.ID, rev int64) (t den.Trial, c den.Consensus, err error) {
	if t, err = mayTrial(tx, actor, trial, den.DecideTrial); err != nil {
		return t, c, err
	}
	if c, err = consensusOf(tx, t.ID); err != nil {
		return t, c, err
	}
	if err := fresh(rev, c.Rev); err != nil {
		return t, c, err
	}
	all, err := counting(tx, t)
	if err != nil {
		return t, c, err
	}
	switch {
	case !leads(actor, t):
		return t, c, den.Refuse(den.Denied, "Only the chair of this trial leads its consensus. Amend the protocol to name another chair.")
	case c.Locked():
		return t, c, den.Refuse(den.Conflict, "The marks of this trial are locked, so they cannot change any more.")
	case t.State != den.TrialRunning && t.State != den.TrialFinished:
		return t, c, den.Refuse(den.Conflict, "This trial %s. Agree on marks when it has run.", howFar(t))
	}
	for _, e := range t.Entries {
		if blind(actor, t, all, e.ID) {
			return t, c, den.Refuse(den.Conflict, "Submit your scores for every product first. You see the others' then.")
		}
		if !slices.ContainsFunc(all, func(a den.Assessment) bool { return a.Entry == e.ID && a.Submitted() }) {
			return t, c, den.Refuse(den.Conflict, "Nobody has scored %s yet. Agree on marks when every product has been scored.", e.Label)
		}
	}
	return t, c, nil
}

func checkAgreed(t den.Trial, s den.Scheme, in den.NewConsensus) error {
	var faults den.Faults
	for _, entry := range slices.Sorted(maps.Keys(in.Agreed)) {
		e, ok := t.Entry(entry)
		if !ok {
			faults.Add(den.Bad("agreed", "Choose products of this trial."))
			continue
		}
		for _, id := range slices.Sorted(maps.Keys(in.Agreed[entry])) {
			a, field := in.Agreed[entry][id], "agreed."+string(entry)+"."+id
			c, ok := s.Criterion(id)
			switch {
			case !ok || c.ScoredBy != den.ByPeople:
				faults.Add(den.Bad(field, "Leave %q out. It is not a criterion that people score in this scheme.", id))
			case a.NotTested == (a.Mark != nil):
				faults.Add(den.Bad(field+".mark", "Choose a mark for %q of %s, or say that it was not tested.", c.Title, e.Label))
			case a.Mark != nil && (*a.Mark < 0 || *a.Mark > den.TopMark):
				faults.Add(den.Bad(field+".mark", "Enter a mark between 0 and %d for %q of %s.", den.TopMark, c.Title, e.Label))
			case strings.TrimSpace(a.Reason) == "":
				faults.Add(den.Bad(field+".reason", "Enter the reason for the mark of %q of %s.", c.Title, e.Label))
			case isLonger(a.Reason, textLength):
				faults.Add(den.Bad(field+".reason", "Shorten the reason for %q of %s to %d characters.", c.Title, e.Label, textLength))
			}
		}
	}
	return faults.Err()
}

// LockConsensus locks quality: every criterion of every product has an agreed score
// with a reason, or the means are to count, and it says why. From then on scores cannot
// change, names are open and prices count.
func (o *Orchestrator) LockConsensus(ctx context.Context, actor den.Actor, trial den.ID, in den.NewLock) (v den.ConsensusView, err error) {
	err = o.update(ctx, actor, func(tx den.Tx, p *pen) error {
		t, c, err := leading(tx, actor, trial, in.Rev)
		if err != nil {
			return err
		}
		if in.ByMeans {
			if fault := wants("why", "why the means are to count", strings.TrimSpace(in.Why), textLength); fault != nil {
				return fault
			}
		} else if err := o.allAgreed(tx, t, c); err != nil {
			return err
		}
		if err := o.lock(tx, p, t, c, in); err != nil {
			return err
		}
		v, err = o.consensusView(tx, actor, t.ID)
		return err
	})
	return v, err
}

func (o *Orchestrator) allAgreed(tx den.Tx, t den.Trial, c den.Consensus) error {
	scheme, err := o.schemeIn(tx, t.Scheme)
	if err != nil {
		return err
	}
	var faults den.Faults
	for _, e := range t.Entries {
		for _, one := range scheme.Criteria() {
			if _, ok := c.Agreed[e.ID][one.ID]; !ok && one.ScoredBy == den.ByPeople {
				faults.Add(den.Bad("agreed."+string(e.ID)+"."+one.ID, "Agree on a mark for %q of %s, with a reason.", one.Title, e.Label))
			}
		}
	}
	return faults.Err()
}

// lock closes quality, opens prices and names, and computes the outcome anew.
func (o *Orchestrator) lock(tx den.Tx, p *pen, t den.Trial, c den.Consensus, in den.NewLock) error {
	c.LockedAt, c.LockedBy, c.ByMeans, c.Why = p.now, p.by.ID, in.ByMeans, strings.TrimSpace(in.Why)
	facts, err := factsOf(tx, t)
	if err != nil {
		return err
	}
	c.Measured = facts
	if _, err := tx.Consensuses().Put(c); err != nil {
		return err
	}
	if t.Blind && t.State == den.TrialFinished {
		if t, err = tried(tx, t); err == nil {
			t, err = tx.Trials().Put(t)
		}
		if err != nil {
			return err
		}
	}
	say := "%s locked the marks that the panel of the trial %q agreed."
	if c.ByMeans {
		say = "%s locked the marks of the trial %q. The means of the evaluators count."
	}
	if t.Blind {
		say += " Names are open now."
	}
	_, err = p.record(tx, den.Event{
		Act: "consensus.locked", Subject: t.ID, About: []den.ID{t.Department}, Why: c.Why, Say: fmt.Sprintf(say, p.by.Name, t.Name),
	})
	if err != nil {
		return err
	}
	return o.recompute(tx, t)
}

// Dissent records that an evaluator does not share an agreed score, or takes that back.
func (o *Orchestrator) Dissent(ctx context.Context, actor den.Actor, trial den.ID, in den.NewDissent) (v den.ConsensusView, err error) {
	err = o.update(ctx, actor, func(tx den.Tx, p *pen) error {
		t, err := mayTrial(tx, actor, trial, den.AssessTrial)
		if err != nil {
			return err
		}
		c, err := mayDissent(tx, actor, t, in)
		if err != nil {
			return err
		}
		text := strings.TrimSpace(in.Text)
		c.Dissents = slices.DeleteFunc(slices.Clone(c.Dissents), func(d den.Dissent) bool {
			return d.Evaluator == actor.ID && d.Entry == in.Entry && d.Criterion == in.Criterion
		})
		act, say := "consensus.dissent_withdrawn", "%s no longer dissents from the score of %s."
		e, _ := t.Entry(in.Entry)
		if text != "" {
			act, say = "consensus.dissented", "%s dissents from the agreed score of %s."
			c.Dissents = append(c.Dissents, den.Dissent{
				Evaluator: actor.ID, Name: actor.Name, Entry: in.Entry, Criterion: in.Criterion, Text: text, At: p.now,
			})
		}
		if _, err := tx.Consensuses().Put(c); err != nil {
			return err
		}
		_, err = p.record(tx, den.Event{
			Act: act, Subject: t.ID, About: []den.ID{t.Department}, Say: fmt.Sprintf(say, actor.Name, e.Label),
		})
		if err != nil {
			return err
		}
		v, err = o.consensusView(tx, actor, t.ID)
		return err
	})
	return v, err
}

func mayDissent(tx den.Tx, actor den.Actor, t den.Trial, in den.NewDissent) (c den.Consensus, err error) {
	if c, err = consensusOf(tx, t.ID); err != nil {
		return c, err
	}
	if _, ok := t.Entry(in.Entry); !ok {
		return c, den.Bad("entry", "Choose a product of this trial.")
	}
	if err := cleared(tx, t.ID, actor.ID); err != nil {
		return c, err
	}
	if err := undecided(tx, t.ID); err != nil {
		return c, err
	}
	all, err := counting(tx, t)
	if err != nil {
		return c, err
	}
	if !scoredAll(t, all, actor.ID) {
		return c, den.Refuse(den.Conflict, "Submit your scores for every product before you dissent.")
	}
	if _, ok := c.Agreed[in.Entry][in.Criterion]; !ok {
		return c, den.Bad("criterion", "Choose a criterion on which the panel has agreed.")
	}
	if isLonger(in.Text, textLength) {
		return c, den.Bad("text", "Shorten the text to %d characters.", textLength)
	}
	return c, nil
}
