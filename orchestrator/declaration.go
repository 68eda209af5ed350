package orchestrator

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"innovationden/orchestrator/den"
)

// Declare records what somebody who assesses a trial says of their interests in it. It
// may be said again when something changes; the last word counts. With an interest
// nobody scores before the department has decided. Conflict for who was taken out: only
// the department lets them in again.
func (o *Orchestrator) Declare(ctx context.Context, actor den.Actor, trial den.ID, in den.NewDeclaration) (d den.Declaration, err error) {
	err = o.update(ctx, actor, func(tx den.Tx, p *pen) error {
		t, err := mayTrial(tx, actor, trial, den.AssessTrial)
		if err != nil {
			return err
		}
		if err := checkDeclaration(in); err != nil {
			return err
		}
		if d, err = declarationOf(tx, t.ID, actor.ID); err != nil {
			return err
		}
		if d.Consequence == den.TakeOut {
			return den.Refuse(den.Conflict, "The department took you out of this trial because of the interest that you declared. Only the department can let you in again.")
		}
		if d.ID == "" {
			d = den.Declaration{ID: p.id(den.KindDeclaration), Trial: t.ID, Evaluator: actor.ID}
		}
		d.Stake, d.Text, d.DeclaredAt = in.Stake, strings.TrimSpace(in.Text), p.now
		d.Consequence, d.Why, d.DecidedBy, d.DecidedAt = "", "", "", den.Stamp{}
		if d.Stake == den.NoStake {
			d.Consequence = den.GoOn
		}
		if d, err = tx.Declarations().Put(d); err != nil {
			return err
		}
		_, err = p.record(tx, den.Event{
			Act: "interest.declared", Subject: d.ID, About: []den.ID{t.ID, t.Department},
			Say: fmt.Sprintf("%s declared %s in the trial %q.", actor.Name, interestInWords(d.Stake), t.Name),
		})
		if err != nil || d.Stake == den.NoStake {
			return err
		}
		return p.notice(tx, den.Notice{
			To: t.Department, Subject: t.ID, Kind: den.NoticeAssessmentDue, Title: actor.Name + " declared an interest",
			Say: fmt.Sprintf("Decide whether %s goes on assessing %q.", actor.Name, t.Name),
		})
	})
	return d, err
}

func checkDeclaration(in den.NewDeclaration) error {
	text := strings.TrimSpace(in.Text)
	switch {
	case !slices.Contains(den.Stakes, in.Stake):
		return den.Bad("stake", "Choose whether you have an interest: none, actual, potential or perceived.")
	case in.Stake != den.NoStake && text == "":
		return den.Bad("text", "Describe the interest in a few sentences.")
	case isLonger(text, textLength):
		return den.Bad("text", "Shorten the description to %d characters.", textLength)
	}
	return nil
}

func interestInWords(i den.Stake) string {
	switch i {
	case den.NoStake:
		return "no interest"
	case den.ActualStake:
		return "an actual interest"
	case den.PotentialStake:
		return "a potential interest"
	case den.PerceivedStake:
		return "a perceived interest"
	}
	return string(i)
}

// DecideInterest records what the department makes of a declared interest: the person
// goes on, or is taken out and their scores do not count.
func (o *Orchestrator) DecideInterest(ctx context.Context, actor den.Actor, trial, evaluator den.ID, in den.NewConsequence) (d den.Declaration, err error) {
	err = o.update(ctx, actor, func(tx den.Tx, p *pen) error {
		t, err := mayTrial(tx, actor, trial, den.DecideTrial)
		if err != nil {
			return err
		}
		if d, err = declarationOf(tx, t.ID, evaluator); err != nil {
			return err
		}
		if d.ID == "" {
			return den.Missing()
		}
		if err := fresh(in.Rev, d.Rev); err != nil {
			return err
		}
		if err := mayDecideInterest(tx, actor, t, d, in); err != nil {
			return err
		}
		name, err := personName(tx, evaluator)
		if err != nil {
			return err
		}
		d.Consequence, d.Why, d.DecidedBy, d.DecidedAt = in.Consequence, strings.TrimSpace(in.Why), actor.ID, p.now
		if d, err = tx.Declarations().Put(d); err != nil {
			return err
		}
		say := "%s goes on assessing the trial %q."
		if in.Consequence == den.TakeOut {
			say = "%s was taken out of the trial %q. Their scores do not count."
		}
		_, err = p.record(tx, den.Event{
			Act: "interest.decided", Subject: d.ID, About: []den.ID{t.ID, t.Department}, Why: d.Why, Say: fmt.Sprintf(say, name, t.Name),
		})
		if err != nil {
			return err
		}
		err = p.notice(tx, den.Notice{To: evaluator, Subject: t.ID, Kind: den.NoticeAssessmentDue, Title: "The department decided about your interest", Say: fmt.Sprintf(say, name, t.Name)})
		if err != nil {
			return err
		}
		return o.recompute(tx, t)
	})
	return d, err
}

func mayDecideInterest(tx den.Tx, actor den.Actor, t den.Trial, d den.Declaration, in den.NewConsequence) error {
	c, err := consensusOf(tx, t.ID)
	switch {
	case err != nil:
		return err
	case actor.ID == d.Evaluator:
		return den.Refuse(den.Conflict, "You declared this interest yourself. Ask somebody else of the department to decide about it.")
	case c.Locked():
		return den.Refuse(den.Conflict, "The marks of this trial are locked, so nobody can be taken out or let in any more.")
	case in.Consequence != den.GoOn && in.Consequence != den.TakeOut:
		return den.Bad("consequence", "Choose whether the person goes on or is taken out: continue or take_out.")
	}
	if fault := wants("why", "the reason", strings.TrimSpace(in.Why), textLength); fault != nil {
		return fault
	}
	return nil
}

// Declarations lists what was declared in a trial: all of it for the department, the
// operator and auditors, else the actor's own.
func (o *Orchestrator) Declarations(ctx context.Context, actor den.Actor, trial den.ID) (views []den.DeclarationView, err error) {
	err = o.Store.View(ctx, func(tx den.Tx) error {
		t, err := mayTrial(tx, actor, trial, den.ReadTrial)
		if err != nil {
			return err
		}
		all, err := declarations(tx, t.ID)
		if err != nil {
			return err
		}
		views = nil
		for _, d := range all {
			if d.Evaluator != actor.ID && !den.May(actor, den.ReadRecord, t.Owner()) {
				continue
			}
			v := den.DeclarationView{Declaration: d}
			if v.EvaluatorName, err = personName(tx, d.Evaluator); err != nil {
				return err
			}
			if v.DecidedByName, err = personName(tx, d.DecidedBy); err != nil {
				return err
			}
			views = append(views, v)
		}
		return nil
	})
	return views, err
}

func declarations(tx den.Tx, trial den.ID) ([]den.Declaration, error) {
	return every(tx.Declarations(), den.Query{Index: den.DeclarationsByTrial, Key: string(trial)})
}

// declarationOf is what one person declared in a trial; one without ID: nothing yet.
func declarationOf(tx den.Tx, trial, who den.ID) (den.Declaration, error) {
	all, err := declarations(tx, trial)
	for _, d := range all {
		if d.Evaluator == who {
			return d, err
		}
	}
	return den.Declaration{}, err
}

// cleared refuses scores of somebody who has not declared, or must not score.
func cleared(tx den.Tx, trial, who den.ID) error {
	d, err := declarationOf(tx, trial, who)
	switch {
	case err != nil:
		return err
	case d.ID == "":
		return den.Refuse(den.Conflict, "Declare your interests in this trial before you score its products.")
	case d.Consequence == den.TakeOut:
		return den.Refuse(den.Conflict, "The department took you out of this trial because of the interest that you declared.")
	case !d.Clear():
		return den.Refuse(den.Conflict, "The department has not decided yet about the interest that you declared. You can score when it has.")
	}
	return nil
}

// counting leaves out the assessments of those who were taken out of a trial.
func counting(tx den.Tx, t den.Trial) ([]den.Assessment, error) {
	all, err := every(tx.Assessments(), den.Query{Index: den.AssessmentsByTrial, Key: string(t.ID)})
	if err != nil {
		return nil, err
	}
	out := map[den.ID]bool{}
	declared, err := declarations(tx, t.ID)
	for _, d := range declared {
		out[d.Evaluator] = d.Consequence == den.TakeOut
	}
	return slices.DeleteFunc(all, func(a den.Assessment) bool { return out[a.Evaluator] }), err
}
