package orchestrator

import (
	"context"
	"slices"
	"strings"

	"innovationden/orchestrator/den"
	"innovationden/orchestrator/evaluation"
)

// Consensus gathers every submitted score of a trial side by side, for its panel: the
// department, auditors, and evaluators who have submitted all of their own. Conflict
// for those who have not.
func (o *Orchestrator) Consensus(ctx context.Context, actor den.Actor, trial den.ID) (v den.ConsensusView, err error) {
	err = o.sums.beside(func() error {
		return o.Store.View(ctx, func(tx den.Tx) error {
			v, err = o.consensusView(tx, actor, trial)
			return err
		})
	})
	return v, err
}

func (o *Orchestrator) consensusView(tx den.Tx, actor den.Actor, trial den.ID) (v den.ConsensusView, err error) {
	t, err := mayTrial(tx, actor, trial, den.ReadAssessments)
	if err != nil {
		return v, err
	}
	all, err := counting(tx, t)
	if err != nil {
		return v, err
	}
	c, err := consensusOf(tx, t.ID)
	if err != nil {
		return v, err
	}
	for _, e := range t.Entries {
		if !c.Locked() && blind(actor, t, all, e.ID) {
			return v, den.Refuse(den.Conflict, "Submit your scores for every product first. You see the others' then.")
		}
	}
	if v.Trial, err = o.viewOf(tx, actor, t); err != nil {
		return v, err
	}
	names, err := evaluatorNames(tx, all)
	if err != nil {
		return v, err
	}
	for _, e := range v.Trial.Entries {
		v.Entries = append(v.Entries, side(v.Trial, e, all, names, c))
	}
	for _, e := range v.Entries {
		for _, one := range e.Criteria {
			if one.Agreed == nil {
				v.Open++
				continue
			}
			v.MayDissent = true // from something
		}
	}
	if v.Agreement, err = o.agreement(v.Trial.Scheme, t, all, names); err != nil {
		return v, err
	}
	if v.Waiting, err = waiting(tx, t, all); err != nil {
		return v, err
	}
	v.MayLead = !c.Locked() && leads(actor, t)
	isDecided := v.Trial.Outcome != nil && v.Trial.Outcome.Decision != ""
	v.MayDissent = v.MayDissent && den.May(actor, den.AssessTrial, t.Owner()) && scoredAll(t, all, actor.ID) && !isDecided
	if !c.Locked() {
		c.Prices = nil
	}
	v.Consensus = c
	return v, nil
}

// leads says that somebody leads the consensus: the chair, who may decide, or else the
// operator.
func leads(actor den.Actor, t den.Trial) bool {
	return den.May(actor, den.DecideTrial, t.Owner()) && (actor.ID == t.Leads() || actor.Is(den.Operator, "") || actor.ID == den.System().ID)
}

// scoredAll says that somebody has submitted scores for every product of a trial.
func scoredAll(t den.Trial, all []den.Assessment, who den.ID) bool {
	return !slices.ContainsFunc(t.Entries, func(e den.Entry) bool {
		return !slices.ContainsFunc(all, func(a den.Assessment) bool { return a.Entry == e.ID && a.Evaluator == who && a.Submitted() })
	})
}

func evaluatorNames(tx den.Tx, all []den.Assessment) (map[den.ID]string, error) {
	names := map[den.ID]string{}
	for _, a := range all {
		if names[a.Evaluator] != "" {
			continue
		}
		name, err := personName(tx, a.Evaluator)
		if err != nil {
			return nil, err
		}
		names[a.Evaluator] = name
	}
	return names, nil
}

// waiting names the evaluators who were asked and have not submitted everything.
func waiting(tx den.Tx, t den.Trial, all []den.Assessment) ([]string, error) {
	declared, err := declarations(tx, t.ID)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, who := range t.Evaluators {
		if slices.ContainsFunc(declared, func(d den.Declaration) bool { return d.Evaluator == who && d.Consequence == den.TakeOut }) {
			continue
		}
		done := 0
		for _, a := range all {
			if a.Evaluator == who && a.Submitted() {
				done++
			}
		}
		if done < len(t.Entries) {
			name, err := personName(tx, who)
			if err != nil {
				return nil, err
			}
			names = append(names, name)
		}
	}
	return names, nil
}

// side puts the scores of one entry beside each other.
func side(t den.TrialView, e den.EntryView, all []den.Assessment, names map[den.ID]string, c den.Consensus) den.ConsensusEntry {
	out := den.ConsensusEntry{Entry: e}
	for _, criterion := range t.Scheme.Criteria() {
		if criterion.ScoredBy != den.ByPeople {
			continue
		}
		one := den.ConsensusCriterion{Criterion: criterion}
		var marks []evaluation.Mark
		for _, a := range all {
			score, ok := a.Scores[criterion.ID]
			if a.Entry != e.ID || !a.Submitted() || !ok {
				continue
			}
			seen := den.ScoreSeen{Score: score, Evaluator: a.Evaluator, Name: names[a.Evaluator]}
			for _, x := range a.Evidence {
				if x.Criterion == criterion.ID {
					seen.Evidence = append(seen.Evidence, x)
				}
			}
			one.Scores, marks = append(one.Scores, seen), append(marks, markOf(score))
		}
		spread := evaluation.SpreadOf(marks, den.TopMark)
		for _, at := range spread.Outliers {
			one.Scores[at].Outlier = true
		}
		one.Middle = figureOf(spread.Middle)
		one.Suggested, one.Unanimous = suggested(one.Scores, spread)
		if agreed, ok := c.Agreed[e.ID][criterion.ID]; ok {
			one.Agreed = &agreed
		}
		for _, d := range c.Dissents {
			if d.Entry == e.ID && d.Criterion == criterion.ID {
				one.Dissents = append(one.Dissents, d)
			}
		}
		out.Criteria = append(out.Criteria, one)
	}
	return out
}

// suggested is the agreed score to start the talk from. Where everybody gave the same,
// it brings their reasons along.
func suggested(scores []den.ScoreSeen, spread evaluation.Spread) (*den.Agreed, bool) {
	if len(scores) == 0 {
		return nil, false
	}
	if spread.Given == 0 {
		return &den.Agreed{NotTested: true, Reason: reasons(scores)}, true
	}
	middle, ok := spread.Suggested.Get()
	if !ok {
		return nil, false
	}
	mark := int(middle)
	same := spread.Given == len(scores) && spread.Lowest.Value != nil && *spread.Lowest.Value == *spread.Most.Value
	one := &den.Agreed{Mark: &mark}
	if same {
		one.Reason = reasons(scores)
	}
	return one, same
}

func reasons(scores []den.ScoreSeen) string {
	var all []string
	for _, s := range scores {
		if r := strings.TrimSpace(s.Reason); r != "" && !slices.Contains(all, r) {
			all = append(all, r)
		}
	}
	text := strings.Join(all, "\n")
	if len(text) > textLength {
		text = strings.ToValidUTF8(text[:textLength], "")
	}
	return text
}

func markOf(s den.Score) evaluation.Mark {
	if s.NotTested || s.Mark == nil {
		return evaluation.Mark{}
	}
	return evaluation.At(float64(*s.Mark))
}
