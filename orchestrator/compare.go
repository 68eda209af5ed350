package orchestrator

import (
	"context"
	"fmt"

	"innovationden/orchestrator/den"
	"innovationden/orchestrator/evaluation"
)

// mostCompared is how many trials are compared at once.
const mostCompared = 10

// CompareTrials puts the reports of trials side by side: as far as the actor may read them, or
// else as they are published. Each but the first is held to the first by the rules of
// evaluation.Differences.
func (o *Orchestrator) CompareTrials(ctx context.Context, actor den.Actor, trials []den.ID) (c den.Comparison, err error) {
	if err := o.reads(actor); err != nil {
		return c, err
	}
	if len(trials) < 2 || len(trials) > mostCompared {
		return c, den.Bad("trials", "Choose between 2 and %d trials.", mostCompared)
	}
	err = o.Store.View(ctx, func(tx den.Tx) error {
		c = den.Comparison{}
		for _, id := range trials {
			r, err := o.readable(tx, actor, id)
			if err != nil {
				return err
			}
			one := den.Compared{Report: r}
			if len(c.Trials) > 0 {
				one.Differs = evaluation.Differences(beside(c.Trials[0].Report, r))
				one.Says = evaluation.NotComparable(one.Differs)
			}
			c.Trials = append(c.Trials, one)
		}
		return nil
	})
	return c, err
}

// beside is the conditions of two trials, called by their names where that tells them
// apart.
func beside(first, other den.Report) (a, b evaluation.Conditions) {
	a, b = conditionsOf(first), conditionsOf(other)
	called := func(r den.Report) string { return fmt.Sprintf("“%s” (%s)", r.Trial.Name, r.Trial.Department) }
	if called(first) != called(other) {
		a.Called, b.Called = called(first), called(other)
	}
	return a, b
}

// readable is a report as somebody may see it: their own, or what is published.
func (o *Orchestrator) readable(tx den.Tx, actor den.Actor, id den.ID) (den.Report, error) {
	t, err := tx.Trials().Get(id)
	if err != nil {
		return den.Report{}, missing(err)
	}
	var early error
	if den.May(actor, den.ReadTrial, t.Owner()) {
		r, err := o.reportOf(tx, actor, t)
		if den.KindOf(err) != den.NotYet {
			return r, err
		}
		early = err
	}
	pub, err := standing(tx, id)
	if early != nil && den.KindOf(err) == den.NotFound {
		err = early
	}
	return pub.Report, err
}

// conditionsOf is under which conditions a report came about, as far as it says so.
func conditionsOf(r den.Report) evaluation.Conditions {
	c := evaluation.Conditions{
		Scheme: fmt.Sprintf("%s/%d", r.Protocol.SchemeID, r.Protocol.Version), Weights: map[string]float64{}, Tasks: r.Protocol.Tasks, Data: r.Protocol.Data,
		Length: r.Trial.Length, Size: r.Protocol.Size, Locked: r.Protocol.Hash != "", Digests: true, Evaluators: r.Trial.Evaluators,
		Reasons: len(r.Scores) > 0, Declared: true, Amended: len(r.Amendments) > 0,
		Agreement: r.Agreement != nil && r.Agreement.Alpha != nil, Sure: r.Sureness != nil,
	}
	for _, one := range r.Criteria {
		c.Weights[one.ID] = one.Weight
	}
	for _, e := range r.Entries {
		c.Digests = c.Digests && len(e.Images) > 0
	}
	for _, s := range r.Scores {
		for _, g := range s.Given {
			c.Reasons = c.Reasons && g.Reason != ""
		}
	}
	for _, t := range r.Totals {
		c.PriceShared = c.PriceShared || t.Price != nil
	}
	return c
}
