package orchestrator

import (
	"cmp"
	"context"
	"slices"

	"innovationden/orchestrator/den"
)

const (
	newestShown    = 3 // releases of a product
	overviewTrials = 50
)

// Overview is what a supplier opens first: for its members, and for who reads
// everything. NotFound; Denied to others who may read the techmap.
func (o *Orchestrator) Overview(ctx context.Context, actor den.Actor, supplier den.ID) (v den.Overview, err error) {
	owner := den.Owner{Suppliers: []den.ID{supplier}}
	err = o.Store.View(ctx, func(tx den.Tx) error {
		s, err := tx.Suppliers().Get(supplier)
		if den.KindOf(err) == den.NotFound {
			return allowNothing(actor)
		}
		if err != nil {
			return err
		}
		if err := allow(actor, den.ReadSandbox, den.ReadTechmap, owner); err != nil {
			return err
		}
		v = den.Overview{Supplier: s, May: rights(actor, owner, den.OfferProduct, den.EditEntry, den.AnswerChallenge)}
		if v.Products, err = overviewProducts(tx, s.ID); err != nil {
			return err
		}
		if v.Challenges, err = o.overviewChallenges(tx, actor, v); err != nil {
			return err
		}
		return o.overviewLeases(tx, actor, &v)
	})
	return v, err
}

func overviewProducts(tx den.Tx, supplier den.ID) ([]den.OverviewProduct, error) {
	products, err := every(tx.Products(), den.Query{Index: den.ProductsBySupplier, Key: string(supplier)})
	if err != nil {
		return nil, err
	}
	tried, err := triedCounts(tx, supplier)
	if err != nil {
		return nil, err
	}
	var all []den.OverviewProduct
	for _, p := range products {
		one := den.OverviewProduct{Product: p, Tried: tried[p.ID]}
		releases, err := every(tx.Releases(), den.Query{Index: den.ReleasesByProduct, Key: string(p.ID), Newest: true})
		if err != nil {
			return nil, err
		}
		for _, r := range releases[:min(len(releases), newestShown)] {
			flight, err := lastPreflight(tx, r.ID)
			if err != nil {
				return nil, err
			}
			one.Releases = append(one.Releases, den.OverviewRelease{Release: r, Flight: flight})
		}
		one.More = len(releases) - len(one.Releases)
		all = append(all, one)
	}
	return all, nil
}

// overviewChallenges lists what takes answers and is for the supplier, and what it
// answered or the actor asked about: what waits for an answer first, by its time.
func (o *Orchestrator) overviewChallenges(tx den.Tx, actor den.Actor, v den.Overview) ([]den.OverviewChallenge, error) {
	interests, err := every(tx.Interests(), den.Query{Index: den.InterestsBySupplier, Key: string(v.Supplier.ID)})
	if err != nil {
		return nil, err
	}
	challenges, err := challengesFor(tx, interests)
	if err != nil {
		return nil, err
	}
	var all []den.OverviewChallenge
	for _, c := range challenges {
		if !c.IsPublic() {
			continue
		}
		one := den.OverviewChallenge{
			Challenge: c.ID, Title: c.Title, DepartmentName: departmentName(tx, c), State: c.State, AnswersUntil: c.Timetable.AnswersUntil,
			TakesQuestions: c.TakesQuestions(o.now()), TakesAnswers: c.TakesAnswers(o.now()), Invited: c.WasInvited(v.Supplier.ID),
			Answered: slices.ContainsFunc(interests, func(i den.Interest) bool { return i.Challenge == c.ID && i.Stands() }),
		}
		for _, p := range v.Products {
			if common := c.InCommon(p.Capabilities); len(common) > 0 {
				one.Fits = append(one.Fits, den.OverviewFit{Product: p.ID, Name: p.Name, InCommon: common})
			}
		}
		asked, err := questions(tx, actor, c)
		if err != nil {
			return nil, err
		}
		for _, q := range asked {
			if q.Mine {
				one.Questions = append(one.Questions, q)
			}
		}
		if one.Answered || len(one.Questions) > 0 || one.TakesAnswers && (one.Invited || len(one.Fits) > 0) {
			all = append(all, one)
		}
	}
	slices.SortStableFunc(all, func(a, b den.OverviewChallenge) int {
		return cmp.Or(last(a.ToAnswer(), b.ToAnswer()), last(a.TakesAnswers, b.TakesAnswers), last(a.Invited, b.Invited), a.AnswersUntil.Compare(b.AnswersUntil))
	})
	return all, nil
}

// mostChallenges is how many of the newest challenges are looked at for what somebody asked
// about and did not answer.
const mostChallenges = 200

// challengesFor are the challenges that a supplier may have something to do with: those that
// take answers, those that it answered, and the newest of the others.
func challengesFor(tx den.Tx, interests []den.Interest) (all []den.Challenge, err error) {
	all, err = every(tx.Challenges(), den.Query{Index: den.ChallengesByState, Key: string(den.ChallengePublished)})
	if err != nil {
		return nil, err
	}
	newest, err := tx.Challenges().List(den.Query{Newest: true, Limit: mostChallenges})
	if err != nil {
		return nil, err
	}
	for _, i := range interests {
		c, err := tx.Challenges().Get(i.Challenge)
		if err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	all = append(all, newest.Items...)
	slices.SortFunc(all, func(a, b den.Challenge) int { return cmp.Compare(a.ID, b.ID) })
	return slices.CompactFunc(all, func(a, b den.Challenge) bool { return a.ID == b.ID }), nil
}

// last puts what is not so after what is.
func last(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

// overviewLeases fills in the sandboxes and the trials.
func (o *Orchestrator) overviewLeases(tx den.Tx, actor den.Actor, v *den.Overview) error {
	if err := o.overviewSandboxes(tx, actor, v); err != nil {
		return err
	}
	seen := map[den.ID]bool{}
	q := den.Query{Index: den.LeasesBySupplier, Key: string(v.Supplier.ID), Newest: true, Limit: overviewTrials}
	page, err := gather(tx.Leases(), q, func(l den.Lease) (one den.OverviewTrial, ok bool, err error) {
		if seen[l.Entry] || l.Phase == den.Refused {
			return one, false, nil
		}
		t, shown, err := overviewed(tx, actor, l)
		if err != nil || !shown {
			return one, false, err
		}
		seen[l.Entry] = true
		one, err = overviewTrial(tx, t, l)
		return one, err == nil, err
	})
	v.Trials = page.Items
	return err
}

// overviewSandboxes are those that are not over, what ends first before the others.
func (o *Orchestrator) overviewSandboxes(tx den.Tx, actor den.Actor, v *den.Overview) error {
	leases, err := o.unfinishedNow(tx)
	if err != nil {
		return err
	}
	for _, l := range leases {
		if l.Supplier != v.Supplier.ID {
			continue
		}
		t, shown, err := overviewed(tx, actor, l)
		if err != nil {
			return err
		}
		if !shown {
			continue
		}
		s, err := o.sandboxViewOf(tx, actor, l, t)
		if err != nil {
			return err
		}
		v.Sandboxes = append(v.Sandboxes, s)
	}
	slices.SortStableFunc(v.Sandboxes, func(a, b den.SandboxView) int { return cmp.Or(a.EndsAt.Compare(b.EndsAt), cmp.Compare(b.ID, a.ID)) })
	return nil
}

// overviewed reads the trial of a lease and says whether its supplier is shown it. What a
// veil hides is left out: that it is this supplier's would tell.
func overviewed(tx den.Tx, actor den.Actor, l den.Lease) (t den.Trial, shown bool, err error) {
	if l.Preflight != "" {
		return t, false, nil
	}
	if t, err = trialOf(tx, l.Trial); err != nil {
		return t, false, err
	}
	hidden, err := veiled(tx, actor, t)
	return t, !hidden, err
}

func overviewTrial(tx den.Tx, t den.Trial, l den.Lease) (v den.OverviewTrial, err error) {
	d, err := tx.Departments().Get(t.Department)
	if err != nil && den.KindOf(err) != den.NotFound {
		return v, err
	}
	p, err := tx.Products().Get(l.Product)
	if err != nil {
		return v, err
	}
	r, err := tx.Releases().Get(l.Release)
	if err != nil && den.KindOf(err) != den.NotFound {
		return v, err
	}
	v = den.OverviewTrial{
		Trial: t.ID, Entry: l.Entry, TrialName: t.Name, DepartmentName: d.Name, Product: p.ID, ProductName: p.Name, Version: r.Version,
		IsOver: t.State == den.TrialFinished, ClosedAt: t.ClosedAt,
	}
	out, told, err := tellsSuppliers(tx, t)
	if err != nil {
		return v, err
	}
	if told {
		v.Decision, v.Chosen = out.Decision, out.Chosen == l.Entry
		for _, one := range out.Results {
			if one.Rank > 0 {
				v.Ranked++
			}
			if one.Entry == l.Entry && one.Rank > 0 {
				v.Total, v.Rank = one.Total, one.Rank
			}
		}
	}
	pub, err := publicationOf(tx, t.ID)
	if err != nil {
		return v, err
	}
	if v.Published = pub.Stands(); v.Published {
		v.Reply, err = replyOf(tx, t.ID, l.Entry)
	}
	return v, err
}
