package orchestrator

import (
	"context"

	"innovationden/orchestrator/den"
)

// Measured is what was measured of the entries of a trial so far, for everybody who may
// read the trial. What evaluators did and wrote is not in it.
func (o *Orchestrator) Measured(ctx context.Context, actor den.Actor, trial den.ID) (m den.Measured, err error) {
	err = o.Store.View(ctx, func(tx den.Tx) error {
		t, err := mayTrial(tx, actor, trial, den.ReadTrial)
		if err != nil {
			return err
		}
		v, err := o.viewOf(tx, actor, t)
		if err != nil {
			return err
		}
		w := &reporting{tx: tx, actor: actor, v: v}
		for _, step := range []func() error{w.entries, w.facts} {
			if err := step(); err != nil {
				return err
			}
		}
		m = den.Measured{Standard: den.MeasuredStandard, MadeAt: o.now(), Trial: t.ID, Entries: w.r.Entries, Facts: w.r.Facts, Load: w.r.Load}
		return nil
	})
	return m, err
}
