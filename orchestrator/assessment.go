package orchestrator

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"innovationden/orchestrator/den"
)

// Assessment reads the actor's own scores for an entry; one with Rev 0 where nothing
// was saved yet. Whoever may not score any more still reads what they saved.
func (o *Orchestrator) Assessment(ctx context.Context, actor den.Actor, trial, entry den.ID) (a den.Assessment, err error) {
	err = o.Store.View(ctx, func(tx den.Tx) error {
		t, refused := mayTrial(tx, actor, trial, den.AssessTrial)
		if refused != nil && !t.LeftToOthers(actor) {
			return refused
		}
		if _, ok := t.Entry(entry); !ok {
			return den.Missing()
		}
		if a, err = ownAssessment(tx, actor.ID, t.ID, entry); err == nil && a.ID == "" {
			err = refused
		}
		return err
	})
	return a, err
}

func ownAssessment(tx den.Tx, who, trial, entry den.ID) (den.Assessment, error) {
	all, err := every(tx.Assessments(), den.Query{Index: den.AssessmentsByTrial, Key: string(trial)})
	if err != nil {
		return den.Assessment{}, err
	}
	for _, a := range all {
		if a.Evaluator == who && a.Entry == entry {
			return a, nil
		}
	}
	return den.Assessment{Trial: trial, Entry: entry, Evaluator: who, Scores: map[string]den.Score{}}, nil
}

// SaveAssessment keeps the actor's scores for an entry, finished or not. Submit
// demands a mark or "not tested", with a reason, for every criterion that people
// score; nothing changes after it.
func (o *Orchestrator) SaveAssessment(ctx context.Context, actor den.Actor, in den.NewAssessment) (a den.Assessment, err error) {
	err = o.update(ctx, actor, func(tx den.Tx, p *pen) error {
		t, err := mayTrial(tx, actor, in.Trial, den.AssessTrial)
		if err != nil {
			return err
		}
		e, ok := t.Entry(in.Entry)
		if !ok {
			return den.Missing()
		}
		if err := assessable(tx, t); err != nil {
			return err
		}
		if a, err = ownAssessment(tx, actor.ID, t.ID, e.ID); err != nil {
			return err
		}
		if a.Submitted() {
			return den.Refuse(den.Conflict, "You have submitted this assessment, so it cannot change any more.")
		}
		if err := fresh(in.Rev, a.Rev); err != nil {
			return err
		}
		if err := cleared(tx, t.ID, actor.ID); err != nil {
			return err
		}
		scheme, err := o.schemeIn(tx, t.Scheme)
		if err != nil {
			return err
		}
		if err := checkScores(scheme, in); err != nil {
			return err
		}
		if a.ID == "" {
			a.ID = p.id(den.KindAssessment)
		}
		a.Scores, a.Note, a.SavedAt = stamped(a, in.Scores, p.now), in.Note, p.now
		if a.Tasks, err = tasksNow(t, a.Tasks, in, p.now); err != nil {
			return err
		}
		if in.Submit {
			a.SubmittedAt = p.now
		}
		if a, err = tx.Assessments().Put(a); err != nil {
			return err
		}
		return o.assessed(tx, p, t, e, a)
	})
	return a, err
}

// stamped is scores with the moment of each answer: one that says what it said keeps its own.
func stamped(before den.Assessment, now map[string]den.Score, at den.Stamp) map[string]den.Score {
	out := make(map[string]den.Score, len(now))
	for id, s := range now {
		was, ok := before.Scores[id]
		s.At = at
		if ok && was.Says(s) {
			s.At = before.GivenAt(id)
		}
		out[id] = s
	}
	return out
}

// assessed records a save or a submission, and with the latter computes the outcome.
func (o *Orchestrator) assessed(tx den.Tx, p *pen, t den.Trial, e den.Entry, a den.Assessment) error {
	act, say := "assessment.saved", "%s saved scores for %s."
	if a.Submitted() {
		act, say = "assessment.submitted", "%s submitted scores for %s."
	}
	_, err := p.record(tx, den.Event{
		Act: act, Subject: a.ID, About: []den.ID{t.ID, t.Department}, Say: fmt.Sprintf(say, p.by.Name, e.Label),
	})
	if err != nil || !a.Submitted() {
		return err
	}
	return o.recompute(tx, t)
}

// assessable refuses scores where a trial has not started or is decided.
func assessable(tx den.Tx, t den.Trial) error {
	switch t.State {
	case den.TrialDraft:
		return den.Refuse(den.Conflict, "This trial has not started. Score its products when they can be used.")
	case den.TrialCancelled:
		return den.Refuse(den.Conflict, "This trial was cancelled, so it takes no scores.")
	case den.TrialRunning, den.TrialFinished:
	}
	out, err := tx.Outcomes().Get(t.ID)
	if err != nil && den.KindOf(err) != den.NotFound {
		return err
	}
	if out.Decision != "" {
		return den.Refuse(den.Conflict, "The decision of this trial was recorded, so it takes no more scores.")
	}
	c, err := consensusOf(tx, t.ID)
	if err == nil && c.Locked() {
		return den.Refuse(den.Conflict, "The marks of this trial are locked, so it takes no more scores.")
	}
	return err
}

// checkScores says everything that is wrong with scores at once.
func checkScores(s den.Scheme, in den.NewAssessment) error {
	var faults den.Faults
	for _, id := range slices.Sorted(maps.Keys(in.Scores)) {
		score, field := in.Scores[id], "scores."+id
		c, ok := s.Criterion(id)
		switch {
		case !ok || c.ScoredBy != den.ByPeople:
			faults.Add(den.Bad(field, "Leave %q out. It is not a criterion that people score in this scheme.", id))
		case score.NotTested && score.Mark != nil:
			faults.Add(den.Bad(field+".mark", "Give %q a mark, or say that it was not tested: one of the two.", c.Title))
		case score.Mark != nil && (*score.Mark < 0 || *score.Mark > den.TopMark):
			faults.Add(den.Bad(field+".mark", "Enter a mark between 0 and %d for %q.", den.TopMark, c.Title))
		case isLonger(score.Reason, textLength):
			faults.Add(den.Bad(field+".reason", "Shorten the reason for %q to %d characters.", c.Title, textLength))
		}
	}
	if isLonger(in.Note, textLength) {
		faults.Add(den.Bad("note", "Shorten the note to %d characters.", textLength))
	}
	if !in.Submit {
		return faults.Err()
	}
	for _, c := range s.Criteria() {
		if c.ScoredBy != den.ByPeople {
			continue
		}
		score, ok := in.Scores[c.ID]
		switch {
		case !ok || score.Mark == nil && !score.NotTested:
			faults.Add(den.Bad("scores."+c.ID+".mark", "Choose a mark for %q, or say that it was not tested.", c.Title))
		case strings.TrimSpace(score.Reason) == "":
			faults.Add(den.Bad("scores."+c.ID+".reason", "Enter a reason for your answer to %q.", c.Title))
		}
	}
	return faults.Err()
}

// assessments lists what the actor may see of a trial's assessments: its own, and
// those of others once they are submitted and the actor's own for the entry is too.
func (o *Orchestrator) assessments(tx den.Tx, actor den.Actor, t den.Trial) ([]den.AssessmentView, error) {
	if t.State == den.TrialDraft || t.State == den.TrialCancelled {
		return nil, nil
	}
	all, err := every(tx.Assessments(), den.Query{Index: den.AssessmentsByTrial, Key: string(t.ID)})
	if err != nil {
		return nil, err
	}
	var out []den.AssessmentView
	for _, a := range all {
		if a.Evaluator != actor.ID {
			if !den.May(actor, den.ReadAssessments, t.Owner()) {
				continue
			}
			if !a.Submitted() || blind(actor, t, all, a.Entry) {
				a.Scores, a.Note, a.Tasks, a.Evidence = nil, "", nil, nil
			}
		}
		v := den.AssessmentView{Assessment: a}
		who, err := tx.People().Get(a.Evaluator)
		if err != nil && den.KindOf(err) != den.NotFound {
			return nil, err
		}
		v.EvaluatorName = who.Name
		if v.Earlier, v.Version, err = ofEarlier(tx, t, a); err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

// blind says that the actor still has to score an entry and must not be led by others.
func blind(actor den.Actor, t den.Trial, all []den.Assessment, entry den.ID) bool {
	own := slices.IndexFunc(all, func(a den.Assessment) bool { return a.Evaluator == actor.ID && a.Entry == entry })
	if own >= 0 {
		return !all[own].Submitted() && mayInPerson(actor, den.AssessTrial, t.Owner())
	}
	return slices.Contains(t.Evaluators, actor.ID) || actor.Is(den.Evaluator, t.ID)
}
