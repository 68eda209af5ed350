package orchestrator

import (
	"fmt"
	"slices"
	"strings"

	"innovationden/orchestrator/den"
)

// fillPanel takes over who assesses, who leads, how it is decided and whether names are
// hidden.
func fillPanel(tx den.Tx, t *den.Trial, in den.NewTrial, faults *den.Faults) error {
	t.Rule, t.Chair, t.Blind, t.Evaluators = strings.TrimSpace(in.Rule), in.Chair, in.Blind, in.Evaluators
	if isLonger(t.Rule, textLength) {
		faults.Add(den.Bad("rule", "Shorten the decision rule to %d characters.", textLength))
	}
	if err := checkPanel(tx, *t, faults); err != nil {
		return err
	}
	return nil
}

// checkPanel wants evaluators that are there and a chair of the department.
func checkPanel(tx den.Tx, t den.Trial, faults *den.Faults) error {
	for _, e := range t.Evaluators {
		one, err := tx.People().Get(e)
		if err != nil && den.KindOf(err) != den.NotFound {
			return err
		}
		if err != nil || one.Left {
			faults.Add(den.Bad("evaluators", "Choose evaluators from the list of people."))
			break
		}
	}
	if t.Chair == "" {
		return nil
	}
	one, err := tx.People().Get(t.Chair)
	if err != nil && den.KindOf(err) != den.NotFound {
		return err
	}
	if err != nil || one.Left || !den.May(one.Act(), den.DecideTrial, den.Owner{Department: t.Department}) {
		faults.Add(den.Bad("chair", "Choose a chair from the people of the department."))
	}
	return nil
}

// hidesFrom wants a trial that hides names to say from whom: where it names no evaluators
// its department scores, and that chose the products.
func hidesFrom(t den.Trial, faults *den.Faults) {
	if t.Blind && len(t.Evaluators) == 0 {
		faults.Add(den.Bad("evaluators", "Choose the evaluators from whom names are hidden, or show the names. Without evaluators the department scores, and it knows the names."))
	}
}

// tellsNames refuses words of a blind trial that tell what must be hidden.
func tellsNames(tx den.Tx, t den.Trial, faults *den.Faults) error {
	if !t.Blind {
		return nil
	}
	v, err := veilFor(tx, t)
	if err != nil {
		return err
	}
	for field, text := range map[string]string{"name": t.Name, "question": t.Question, "rule": t.Rule, "tasks": strings.Join(t.Tasks, "\n")} {
		if told := v.tells(text); told != "" {
			faults.Add(den.Bad(field, "Take %q out of the %s. This trial is blind, and evaluators would read it.", told, field))
		}
	}
	slices.SortFunc(*faults, func(a, b *den.Error) int { return strings.Compare(a.Field, b.Field) })
	return nil
}

// assesses says that somebody was asked to assess a trial.
func assesses(a den.Actor, t den.Trial) bool {
	return slices.Contains(t.Evaluators, a.ID) || a.Is(den.Evaluator, t.ID)
}

// consensusOf reads the consensus of a trial; an empty one where nothing was agreed yet.
func consensusOf(tx den.Tx, trial den.ID) (den.Consensus, error) {
	c, err := tx.Consensuses().Get(trial)
	if den.KindOf(err) == den.NotFound {
		return den.Consensus{Trial: trial}, nil
	}
	return c, err
}

// personName is what somebody is called; their id where nobody knows them any more.
func personName(tx den.Tx, id den.ID) (string, error) {
	if id == "" || id == den.System().ID {
		return "", nil
	}
	one, err := tx.People().Get(id)
	if den.KindOf(err) == den.NotFound {
		return fmt.Sprintf("somebody (%s)", id), nil
	}
	return one.Name, err
}
