package orchestrator

import (
	"slices"

	"innovationden/orchestrator/den"
)

// factsOf are the measured facts of each entry of a trial, by the names that formulas use.
// Where a load test came to its end, response times are those of its lowest rate, which
// every entry got alike: so either all are of like load, or all of real use.
func factsOf(tx den.Tx, t den.Trial) (map[den.ID]den.Facts, error) {
	load, err := loadOf(tx, t.ID)
	if err != nil {
		return nil, err
	}
	out := map[den.ID]den.Facts{}
	for _, e := range t.Entries {
		if e.Lease == "" {
			continue
		}
		l, err := tx.Leases().Get(e.Lease)
		if err != nil {
			return nil, err
		}
		m, err := measurementOf(tx, l)
		if err != nil {
			return nil, err
		}
		facts := m.Counting()
		if !l.LiveAt.IsZero() {
			facts[den.FactStartup] = den.Milliseconds(l.Launch)
		}
		if load != nil && load.State == den.LoadDone {
			likeForLike(facts, load.Facts(e.ID))
		}
		out[e.ID] = facts
	}
	return out, nil
}

// likeForLike puts what a load test found in place of what real use did.
func likeForLike(facts den.Facts, load []den.ReportFact) {
	for _, id := range []string{den.FactP50, den.FactP95, den.FactP99} {
		delete(facts, id)
	}
	for _, f := range load {
		facts[f.ID] = f.Value
		if f.ID == den.FactLoadP95 {
			facts[den.FactP95] = f.Value
		}
	}
}

// remeasured computes the outcome of a trial anew after what was measured has changed.
// Once quality is locked nothing moves any more.
func (o *Orchestrator) remeasured(tx den.Tx, t den.Trial) error {
	scheme, err := o.schemeIn(tx, t.Scheme)
	if err != nil || !slices.ContainsFunc(scheme.Criteria(), func(c den.Criterion) bool { return c.ScoredBy == den.ByMeasurement }) {
		return err
	}
	c, err := consensusOf(tx, t.ID)
	if err != nil || c.Locked() {
		return err
	}
	return o.recompute(tx, t)
}
