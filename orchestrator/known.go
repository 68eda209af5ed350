package orchestrator

import (
	"slices"

	"innovationden/orchestrator/den"
)

// sightOf is how much of a finished trial a reader of the techmap may see.
type sightOf int

// Counted: that there was one, and nothing else. Measured: its facts, for the supplier
// whose product it was. Whole: its outcome too, as far as the reader may see that.
const (
	seenNot sightOf = iota
	seenCounted
	seenMeasured
	seenWhole
)

// mayBeSeen is the one place that says what of a trial the techmap may show, and to
// whom. Nothing of a trial that was not published leaks: others learn that there was
// one, neither where nor how it ended. While the products of a blind trial are called by
// labels, not even that.
func mayBeSeen(tx den.Tx, actor den.Actor, t den.Trial, supplier den.ID) (sightOf, error) {
	if t.State != den.TrialFinished {
		return seenNot, nil
	}
	if hidden, err := labelled(tx, t); err != nil || hidden {
		return seenNot, err
	}
	switch {
	case den.May(actor, den.ReadTrial, t.Owner()):
		return seenWhole, nil
	case supplier != "" && actor.Is(den.SupplierMember, supplier):
		return seenMeasured, nil
	}
	return seenCounted, nil
}

// knownOf is what trials found of a product, as an actor may see it, the latest first.
func (o *Orchestrator) knownOf(tx den.Tx, actor den.Actor, one den.Product) (k den.Known, err error) {
	leases, err := every(tx.Leases(), den.Query{Index: den.LeasesBySupplier, Key: string(one.Supplier)})
	if err != nil {
		return k, err
	}
	seen := map[den.ID]bool{}
	for _, l := range slices.Backward(leases) {
		if l.Product != one.ID || l.LiveAt.IsZero() {
			continue
		}
		t, err := trialOf(tx, l.Trial)
		if err != nil {
			return k, err
		}
		sight, err := mayBeSeen(tx, actor, t, one.Supplier)
		if err != nil {
			return k, err
		}
		if sight >= seenCounted && !seen[t.ID] {
			seen[t.ID] = true
			k.Tried++
		}
		if sight < seenMeasured {
			continue
		}
		shown, err := o.knownTrial(tx, actor, t, l, sight)
		if err != nil {
			return k, err
		}
		k.Trials = append(k.Trials, shown)
	}
	return k, nil
}

func (o *Orchestrator) knownTrial(tx den.Tx, actor den.Actor, t den.Trial, l den.Lease, sight sightOf) (den.KnownTrial, error) {
	k := den.KnownTrial{Trial: t.ID, Name: t.Name, ClosedAt: t.ClosedAt, Launch: l.Launch, Restarts: l.Restarts, Reached: len(l.Tried)}
	d, err := tx.Departments().Get(t.Department)
	if err != nil && den.KindOf(err) != den.NotFound {
		return k, err
	}
	r, err := tx.Releases().Get(l.Release)
	if err != nil && den.KindOf(err) != den.NotFound {
		return k, err
	}
	k.Department, k.Version = d.Name, r.Version
	if sight < seenWhole {
		return k, nil
	}
	out, err := o.outcomeSeen(tx, actor, t)
	if err != nil || out == nil {
		return k, err
	}
	for _, result := range out.Results {
		if result.Entry == l.Entry && result.Rank > 0 {
			k.Total, k.Ranked = result.Total, true
		}
	}
	k.Decision, k.Chosen = out.Decision, out.Chosen == l.Entry && out.Decision != ""
	return k, nil
}

// triedCounts counts the finished trials of every product of a supplier, as everybody
// may know it.
func triedCounts(tx den.Tx, supplier den.ID) (map[den.ID]int, error) {
	leases, err := every(tx.Leases(), den.Query{Index: den.LeasesBySupplier, Key: string(supplier)})
	if err != nil {
		return nil, err
	}
	tried := map[den.ID]int{}
	seen := map[[2]den.ID]bool{}
	for _, l := range leases {
		pair := [2]den.ID{l.Product, l.Trial}
		if l.LiveAt.IsZero() || seen[pair] {
			continue
		}
		seen[pair] = true
		t, err := trialOf(tx, l.Trial)
		if err != nil {
			return nil, err
		}
		sight, err := mayBeSeen(tx, den.Actor{}, t, "")
		if err != nil {
			return nil, err
		}
		if sight >= seenCounted {
			tried[l.Product]++
		}
	}
	return tried, nil
}
