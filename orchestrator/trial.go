package orchestrator

import (
	"context"
	"slices"

	"innovationden/orchestrator/den"
)

// Trials lists the trials that the actor may read.
func (o *Orchestrator) Trials(ctx context.Context, actor den.Actor, f den.Filter) (page den.Page[den.TrialView], err error) {
	if !actor.Known() {
		return page, allowNothing(actor)
	}
	err = o.Store.View(ctx, func(tx den.Tx) error {
		page, err = gather(tx.Trials(), trialQuery(actor, f), func(t den.Trial) (v den.TrialView, ok bool, err error) {
			if !den.May(actor, den.ReadTrial, t.Owner()) || f.Department != "" && t.Department != f.Department || f.State != "" && t.State != f.State {
				return v, false, nil
			}
			v, err = o.viewOf(tx, actor, t)
			return v, err == nil, err
		})
		return err
	})
	return page, err
}

// trialQuery lists what the actor may read, and of that as little as can be told from
// an index that the filter leaves out.
func trialQuery(actor den.Actor, f den.Filter) den.Query {
	q := den.Query{Newest: f.Newest, After: f.After, Limit: f.Limit}
	switch {
	case !seesAll(actor):
		q.Any = readable(actor, f)
	case f.Department != "" && f.State != "":
		q.Any = []den.Ask{{Index: den.TrialsByReader, Key: den.ReaderKey(f.Department, f.State)}}
	case f.Department != "":
		q.Index, q.Key = den.TrialsByDepartment, string(f.Department)
	case f.State != "":
		q.Index, q.Key = den.TrialsByState, string(f.State)
	}
	return q
}

// readable are the lists of the trials that an actor may read who does not see all.
func readable(actor den.Actor, f den.Filter) (asks []den.Ask) {
	states := []den.TrialState{f.State}
	if f.State == "" {
		states = []den.TrialState{den.TrialDraft, den.TrialRunning, den.TrialFinished, den.TrialCancelled}
	}
	readers := append([]den.ID{actor.ID}, actor.In(den.Evaluator)...)
	for _, own := range departments(actor) {
		if f.Department == "" || f.Department == own {
			readers = append(readers, own)
		}
	}
	for _, reader := range readers {
		for _, state := range states {
			asks = append(asks, den.Ask{Index: den.TrialsByReader, Key: den.ReaderKey(reader, state)})
		}
	}
	return asks
}

// departments are those that the actor belongs to.
func departments(actor den.Actor) []den.ID {
	own := append(actor.In(den.Member), actor.In(den.Approver)...)
	slices.Sort(own)
	return slices.Compact(own)
}

func seesAll(a den.Actor) bool {
	return a.ID == den.System().ID || a.Is(den.Operator, "") || a.Is(den.Auditor, "")
}

// Trial reads one. NotFound.
func (o *Orchestrator) Trial(ctx context.Context, actor den.Actor, id den.ID) (v den.TrialView, err error) {
	err = o.Store.View(ctx, func(tx den.Tx) error {
		if v, err = o.trialView(tx, actor, id); err != nil || v.State != den.TrialDraft || len(v.Trial.Entries) == 0 {
			return err
		}
		ruling, _, err := o.rule(tx, v.Trial, o.now())
		v.Ruling = &ruling
		return err
	})
	return v, err
}

func (o *Orchestrator) trialView(tx den.Tx, actor den.Actor, id den.ID) (den.TrialView, error) {
	t, err := mayTrial(tx, actor, id, den.ReadTrial)
	if err != nil {
		return den.TrialView{}, err
	}
	return o.viewOf(tx, actor, t)
}

// viewOf adds to a trial what belongs to it, as the actor may see it.
func (o *Orchestrator) viewOf(tx den.Tx, actor den.Actor, t den.Trial) (v den.TrialView, err error) {
	v.Trial = t
	if v.Scheme, err = o.schemeIn(tx, t.Scheme); err != nil && den.KindOf(err) != den.NotFound {
		return v, err
	}
	if s, ok := o.size(t.Size); ok {
		v.SizeTitle = s.Title
	}
	d, err := tx.Departments().Get(t.Department)
	if err != nil && den.KindOf(err) != den.NotFound {
		return v, err
	}
	v.DepartmentName = d.Name
	for _, e := range t.Entries {
		one, err := o.entryView(tx, actor, t, e)
		if err != nil {
			return v, err
		}
		v.Entries = append(v.Entries, one)
	}
	if v.Assessments, err = o.assessments(tx, actor, t); err != nil {
		return v, err
	}
	if v.Outcome, err = o.outcomeSeen(tx, actor, t); err != nil {
		return v, err
	}
	if v.ChallengeTitle, err = challengeTitle(tx, t); err != nil {
		return v, err
	}
	v.Pence = o.pence(t, v.Entries)
	if err := o.addPanel(tx, actor, t, &v); err != nil {
		return v, err
	}
	v.May = rights(actor, t.Owner(), den.SetUpTrial, den.DecideTrial, den.AssessTrial, den.ReadSummary, den.ReadAssessments, den.ReadRecord, den.ShareSandbox)
	return v, nil
}

func (o *Orchestrator) entryView(tx den.Tx, actor den.Actor, t den.Trial, e den.Entry) (v den.EntryView, err error) {
	v.Entry = e
	of, err := originOf(tx, e.Product, e.Supplier, e.Release)
	if err != nil {
		return v, err
	}
	v.ProductName, v.SupplierName, v.Version, v.Asks, v.Needs = of.product.Name, of.supplier.Name, of.release.Version, of.release.Asks, of.release.Needs
	if e.Lease == "" {
		return v, nil
	}
	l, err := tx.Leases().Get(e.Lease)
	if err != nil {
		return v, err
	}
	if l.Release != e.Release {
		if of, err = originOf(tx, l.Product, l.Supplier, l.Release); err != nil {
			return v, err
		}
	}
	s, err := o.sandboxViewFrom(tx, actor, l, t, of)
	v.Sandbox = &s
	if err != nil {
		return v, err
	}
	for _, id := range e.Leases() {
		if id == e.Lease {
			continue
		}
		if l, err = tx.Leases().Get(id); err != nil {
			return v, err
		}
		v.Replaced = append(v.Replaced, l)
	}
	return v, nil
}

// addPanel adds what the actor declared and what is open, and hides names last.
func (o *Orchestrator) addPanel(tx den.Tx, actor den.Actor, t den.Trial, v *den.TrialView) error {
	c, err := consensusOf(tx, t.ID)
	if err != nil {
		return err
	}
	v.Locked = c.Locked()
	for _, e := range t.Entries {
		if _, ok := c.Prices[e.ID]; ok {
			v.Priced = append(v.Priced, e.ID)
		}
	}
	if v.Declared, err = declarationOf(tx, t.ID, actor.ID); err != nil {
		return err
	}
	hides, err := veilOf(tx, actor, t)
	if err != nil || hides == nil {
		return err
	}
	v.Veiled, v.Trial = true, hides.trial(v.Trial)
	for i := range v.Entries {
		e := &v.Entries[i]
		e.Entry = hides.entry(e.Entry)
		e.ProductName, e.SupplierName, e.Version, e.Asks, e.Needs, e.Replaced = e.Label, "", "", den.Ways{}, "", nil
	}
	for i := range v.Assessments {
		v.Assessments[i].Version = ""
	}
	return nil
}

// pence is what a trial costs, or has cost: every sandbox for as long as it ran and will
// run, at the price of its size, rounded up to a penny.
func (o *Orchestrator) pence(t den.Trial, entries []den.EntryView) int64 {
	s, ok := o.size(t.Size)
	if !ok {
		return 0
	}
	var milli int64
	now := o.now()
	for _, e := range entries {
		ran := o.runs(t.Hours, now, now.Add(t.Length))
		if e.Sandbox != nil {
			ran = o.lasts(e.Sandbox.Lease, now)
		}
		for _, l := range e.Replaced {
			ran += o.lasts(l, now)
		}
		milli += den.MilliOf(s.Price, ran)
	}
	return den.PenceOf(milli)
}
