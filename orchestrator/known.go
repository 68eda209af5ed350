package orchestrator

import (
	"slices"
	"time"

	"innovationden/orchestrator/den"
)

// glimpse is how much of a finished trial a reader of the techmap may see. Each field adds
// to those before it.
type glimpse struct {
	counted  bool        // that there was one
	report   *den.Report // what its department published, with the product's name; nil: nothing
	measured bool        // all that was measured, whatever is published
	whole    bool        // the outcome too, as far as the reader may see that
}

// mayBeSeen is the one place that says what of a trial the techmap may show, and to
// whom. Nothing of a trial that was not published leaks: others learn that there was
// one, neither where nor how it ended. Of what was published it gives the document that
// the register shows, and of one that leaves names out nothing: who has the list of
// products would know whose it is. While the products of a blind trial are called by
// labels, nobody learns even that there was one.
func (o *Orchestrator) mayBeSeen(tx den.Tx, actor den.Actor, t den.Trial, supplier den.ID) (s glimpse, err error) {
	if s.counted, err = isCounted(tx, t); err != nil || !s.counted {
		return s, err
	}
	if o.reads(actor) == nil {
		pub, err := publicationOf(tx, t.ID)
		if err != nil {
			return s, err
		}
		if pub.Stands() && slices.Contains(pub.Parts, den.PartNames) {
			s.report = &pub.Report
		}
	}
	s.whole = den.May(actor, den.ReadTrial, t.Owner())
	s.measured = s.whole || supplier != "" && actor.Is(den.SupplierMember, supplier)
	return s, nil
}

// isCounted says whether everybody may know that a trial was.
func isCounted(tx den.Tx, t den.Trial) (bool, error) {
	if t.State != den.TrialFinished {
		return false, nil
	}
	hidden, err := labelled(tx, t)
	return !hidden, err
}

// mostKnown is how many of the newest trials of a product are looked at to say what was
// found of it.
const mostKnown = 200

// knownOf is what trials found of a product, as an actor may see it, the latest first.
func (o *Orchestrator) knownOf(tx den.Tx, actor den.Actor, one den.Product) (k den.Known, err error) {
	if k.Tried, err = triedCount(tx, one.ID); err != nil {
		return k, err
	}
	page, err := tx.Trials().List(den.Query{Index: den.TrialsByTried, Key: string(one.ID), Newest: true, Limit: mostKnown})
	if err != nil {
		return k, err
	}
	for _, t := range page.Items {
		s, err := o.mayBeSeen(tx, actor, t, one.Supplier)
		if err != nil {
			return k, err
		}
		for _, e := range slices.Backward(t.Entries) {
			if e.Product != one.ID || e.Lease == "" {
				continue
			}
			l, err := tx.Leases().Get(e.Lease) // those that were replaced by a newer release are not shown
			if err != nil {
				return k, err
			}
			if l.LiveAt.IsZero() {
				continue
			}
			shown, ok, err := o.knownTrial(tx, actor, t, l, s)
			if err != nil {
				return k, err
			}
			if ok {
				k.Trials = append(k.Trials, shown)
			}
		}
	}
	return k, nil
}

// knownTrial is what a glimpse of a trial shows of one of its sandboxes; false: nothing.
func (o *Orchestrator) knownTrial(tx den.Tx, actor den.Actor, t den.Trial, l den.Lease, s glimpse) (k den.KnownTrial, ok bool, err error) {
	k.Trial = t.ID
	if s.report != nil && s.report.EntryName(l.Entry) != "" {
		if k.Published, ok = true, true; !s.measured {
			k.Name, k.Department, k.ClosedAt = s.report.Trial.Name, s.report.Trial.Department, s.report.Trial.ClosedAt
		}
		published(&k, *s.report, l.Entry)
		if k.Reply, err = replyOf(tx, t.ID, l.Entry); err != nil {
			return k, ok, err
		}
	}
	if !s.measured {
		return k, ok, nil
	}
	d, err := tx.Departments().Get(t.Department)
	if err != nil && den.KindOf(err) != den.NotFound {
		return k, false, err
	}
	r, err := tx.Releases().Get(l.Release)
	if err != nil && den.KindOf(err) != den.NotFound {
		return k, false, err
	}
	k.Name, k.Department, k.Version, k.ClosedAt = t.Name, d.Name, r.Version, t.ClosedAt
	k.Measured, k.Launch, k.Restarts, k.Reached = true, l.Launch, l.Restarts, len(l.Tried)
	if !s.whole {
		return k, true, nil
	}
	out, err := o.outcomeSeen(tx, actor, t)
	if err != nil || out == nil {
		return k, true, err
	}
	for _, result := range out.Results {
		if result.Entry == l.Entry && result.Rank > 0 {
			k.Total, k.Ranked = result.Total, true
		}
	}
	k.Decision, k.Chosen = out.Decision, out.Chosen == l.Entry && out.Decision != ""
	return k, true, nil
}

// published takes over what a published report says of an entry, and no more.
func published(k *den.KnownTrial, r den.Report, entry den.ID) {
	for _, e := range r.Entries {
		if e.ID == entry {
			k.Version = e.Version
		}
	}
	for _, one := range r.Facts {
		if one.Entry != entry {
			continue
		}
		k.Measured, k.Reached = true, len(one.Tried)
		for _, fact := range one.Facts {
			switch fact.ID {
			case "launch":
				k.Launch = time.Duration(fact.Value * float64(time.Second))
			case "restarts":
				k.Restarts = int(fact.Value)
			}
		}
	}
	for _, one := range r.Totals {
		if one.Entry == entry && one.Rank > 0 {
			k.Total, k.Ranked = one.Total, true
		}
	}
	if r.Decision != nil {
		k.Decision, k.Chosen = den.Decision(r.Decision.Decision), r.Decision.Chosen == entry
	}
}

// replyOf is what the supplier of an entry says to a published report; empty: nothing.
func replyOf(tx den.Tx, trial, entry den.ID) (string, error) {
	all, err := every(tx.Replies(), den.Query{Index: den.RepliesByTrial, Key: string(trial)})
	for _, r := range all {
		if r.Entry == entry {
			return r.Text, err
		}
	}
	return "", err
}

// triedCounts counts the finished trials of every product of a supplier, as everybody
// may know it.
func triedCounts(tx den.Tx, supplier den.ID) (map[den.ID]int, error) {
	products, err := every(tx.Products(), den.Query{Index: den.ProductsBySupplier, Key: string(supplier)})
	if err != nil {
		return nil, err
	}
	tried := map[den.ID]int{}
	for _, one := range products {
		if tried[one.ID], err = triedCount(tx, one.ID); err != nil {
			return nil, err
		}
	}
	return tried, nil
}

func triedCount(tx den.Tx, product den.ID) (int, error) {
	return tx.Trials().Count(den.Query{Index: den.TrialsByTried, Key: string(product)})
}

// tried writes into a trial which products ran in it, once everybody may know that it
// was: when it has finished, and its names are open.
func tried(tx den.Tx, t den.Trial) (den.Trial, error) {
	ok, err := isCounted(tx, t)
	if err != nil || !ok {
		return t, err
	}
	leases, err := every(tx.Leases(), den.Query{Index: den.LeasesByTrial, Key: string(t.ID)})
	if err != nil {
		return t, err
	}
	t.Tried = nil
	for _, l := range leases {
		if !l.LiveAt.IsZero() && !slices.Contains(t.Tried, l.Product) {
			t.Tried = append(t.Tried, l.Product)
		}
	}
	return t, nil
}
