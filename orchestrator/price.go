package orchestrator

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"innovationden/orchestrator/den"
)

// mostPence bounds a price: ten thousand million pounds.
const mostPence = 1_000_000_000_000

// SetPrice enters what an entry costs. Like a sealed envelope it is opened for nobody
// before quality is locked; it may be entered anew until the decision.
func (o *Orchestrator) SetPrice(ctx context.Context, actor den.Actor, trial den.ID, in den.NewPrice) (v den.TrialView, err error) {
	err = o.update(ctx, actor, func(tx den.Tx, p *pen) error {
		t, err := mayTrial(tx, actor, trial, den.SetUpTrial)
		if err != nil {
			return err
		}
		e, ok := t.Entry(in.Entry)
		if !ok {
			return den.Missing()
		}
		c, err := mayPrice(tx, actor, t, in)
		if err != nil {
			return err
		}
		prices := map[den.ID]den.Price{}
		for id, price := range c.Prices {
			prices[id] = price
		}
		prices[e.ID] = den.Price{Pence: in.Pence, Basis: strings.TrimSpace(in.Basis), By: actor.ID, At: p.now}
		c.Prices = prices
		if _, err := tx.Consensuses().Put(c); err != nil {
			return err
		}
		_, err = p.record(tx, den.Event{
			Act: "price.entered", Subject: t.ID, About: []den.ID{t.Department}, Say: fmt.Sprintf("%s entered the price of %s.", actor.Name, e.Label),
		})
		if err != nil {
			return err
		}
		if c.Locked() {
			if err := o.recompute(tx, t); err != nil {
				return err
			}
		}
		v, err = o.trialView(tx, actor, t.ID)
		return err
	})
	return v, err
}

func mayPrice(tx den.Tx, actor den.Actor, t den.Trial, in den.NewPrice) (c den.Consensus, err error) {
	if t.State == den.TrialCancelled {
		return c, den.Refuse(den.Conflict, "This trial was cancelled, so it takes no prices.")
	}
	if c, err = consensusOf(tx, t.ID); err != nil {
		return c, err
	}
	if slices.Contains(t.Evaluators, actor.ID) && !c.Locked() {
		return c, den.Refuse(den.Conflict, "You score the products of this trial, so somebody else must enter their prices.")
	}
	if err := undecided(tx, t.ID); err != nil {
		return c, err
	}
	var faults den.Faults
	if in.Pence < 0 || in.Pence > mostPence {
		faults.Add(den.Bad("pence", "Enter a price of 0 or more, in pounds and pence."))
	}
	faults.Add(wants("basis", "what the price is for: how long and how many people", strings.TrimSpace(in.Basis), textLength))
	return c, faults.Err()
}

// undecided refuses changes of what a decision stands on.
func undecided(tx den.Tx, trial den.ID) error {
	out, err := tx.Outcomes().Get(trial)
	if den.KindOf(err) == den.NotFound {
		return nil
	}
	if err == nil && out.Decision != "" {
		return den.Refuse(den.Conflict, "The decision of this trial was recorded, so this cannot change any more.")
	}
	return err
}
