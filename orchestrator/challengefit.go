package orchestrator

import (
	"cmp"
	"context"
	"slices"

	"innovationden/orchestrator/den"
)

// mostFits is how many products are worth looking through.
const mostFits = 50

// Fits lists the products that may help with a challenge, those with most in common
// first, then those with most evidence, for the department that may invite their suppliers.
func (o *Orchestrator) Fits(ctx context.Context, actor den.Actor, challenge den.ID) (fits []den.Fit, err error) {
	var c den.Challenge
	var answered []den.Interest
	err = o.Store.View(ctx, func(tx den.Tx) error {
		if c, err = mayChallenge(tx, actor, challenge, den.ReadInterest); err != nil {
			return err
		}
		answered, err = every(tx.Interests(), den.Query{Index: den.InterestsByChallenge, Key: string(c.ID)})
		return err
	})
	if err != nil {
		return nil, err
	}
	index, err := o.searching(ctx)
	if err != nil {
		return nil, err
	}
	return fitsOf(c, answered, index.Offering(c.Capabilities)), nil
}

// fitsOf makes the list of products that have something in common with a challenge. They
// come from the index of the techmap: there may be very many of others.
func fitsOf(c den.Challenge, answered []den.Interest, products []den.FoundEntry) (fits []den.Fit) {
	for _, one := range products {
		p := one.Product
		fits = append(fits, den.Fit{
			Product: p.ID, ProductName: p.Name, Supplier: one.Supplier.ID, SupplierName: one.Supplier.Name, Summary: p.Summary, Trials: one.Tried,
			InCommon: c.InCommon(p.Capabilities), Missing: c.Lacking(p.Capabilities), Invited: c.WasInvited(one.Supplier.ID),
			Answered: slices.ContainsFunc(answered, func(i den.Interest) bool { return i.Stands() && i.Supplier == one.Supplier.ID }),
		})
	}
	slices.SortFunc(fits, func(a, b den.Fit) int {
		return cmp.Or(cmp.Compare(len(b.InCommon), len(a.InCommon)), cmp.Compare(b.Trials, a.Trials), cmp.Compare(a.ProductName, b.ProductName), cmp.Compare(a.Product, b.Product))
	})
	return fits[:min(len(fits), mostFits)]
}

func (o *Orchestrator) homeChallenges(tx den.Tx, actor den.Actor, h *den.Home) error {
	if !den.May(actor, den.ReadChallenge, den.Owner{}) {
		return nil
	}
	page, err := o.challengeLines(tx, actor, den.ChallengeFilter{State: den.ChallengePublished, Limit: readLimit})
	if err != nil {
		return err
	}
	closed, err := ownClosed(tx, actor)
	if err != nil {
		return err
	}
	for _, one := range append(page.Items, closed...) {
		isOwn := actor.Is(den.Member, one.Department) || actor.Is(den.Approver, one.Department)
		if isOwn && one.Waiting > 0 {
			h.ToAnswer = append(h.ToAnswer, one)
		}
		if isOwn && one.Interests > 0 {
			h.Answers = append(h.Answers, one)
		}
		if one.State == den.ChallengePublished && !one.Answered && (len(one.Fits) > 0 || len(one.Invited) > 0 && !isOwn && actor.Has(den.SupplierMember)) {
			h.ForYou = append(h.ForYou, one)
		}
	}
	for _, list := range []*[]den.ChallengeLine{&h.ToAnswer, &h.Answers, &h.ForYou} {
		*list = (*list)[:min(len(*list), homeLimit)]
	}
	return nil
}

// ownClosed are the newest closed challenges of each of the actor's departments.
func ownClosed(tx den.Tx, actor den.Actor) (all []den.ChallengeLine, err error) {
	l, err := linesFor(tx, actor, den.ChallengeFilter{})
	if err != nil {
		return nil, err
	}
	for _, department := range departments(actor) {
		q := den.Query{Index: den.ChallengesByDepartment, Key: string(department), Newest: true, Limit: homeLimit}
		page, err := gather(tx.Challenges(), q, func(c den.Challenge) (v den.ChallengeLine, ok bool, err error) {
			if c.State != den.ChallengeClosed {
				return v, false, nil
			}
			return l.line(c)
		})
		if err != nil {
			return nil, err
		}
		all = append(all, page.Items...)
	}
	return all, nil
}

// ChallengePack is everything that any supplier was told of a challenge: the same for
// all, whoever asks for it.
func (o *Orchestrator) ChallengePack(ctx context.Context, actor den.Actor, id den.ID) (pack den.Pack, err error) {
	err = o.Store.View(ctx, func(tx den.Tx) error {
		c, err := o.readChallenge(tx, actor, id)
		if err != nil {
			return err
		}
		pack, err = o.packOf(tx, c)
		return err
	})
	return pack, err
}

func (o *Orchestrator) packOf(tx den.Tx, c den.Challenge) (pack den.Pack, err error) {
	everybody := den.Actor{}
	pack = den.Pack{At: o.now(), DepartmentName: departmentName(tx, c), Challenge: forActor(everybody, c)}
	for _, id := range c.Capabilities {
		pack.Capabilities = append(pack.Capabilities, o.Config.Vocabulary.Title(id))
	}
	if pack.Questions, err = questions(tx, everybody, c); err != nil {
		return pack, err
	}
	if pack.Changes, err = o.changes(tx, c); err != nil {
		return pack, err
	}
	for _, i := range c.Invited {
		pack.Invited = append(pack.Invited, i.At)
	}
	pack.Thanks, err = thanked(tx, c)
	return pack, err
}
