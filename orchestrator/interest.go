package orchestrator

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"innovationden/orchestrator/den"
)

const mostOffered = 10 // products in one answer

// ShowInterest is a supplier's answer to a challenge: products, advice, or both. A
// second one replaces the first.
func (o *Orchestrator) ShowInterest(ctx context.Context, actor den.Actor, in den.NewInterest) (v den.InterestView, err error) {
	err = o.update(ctx, actor, func(tx den.Tx, p *pen) error {
		c, supplier, err := mayAnswer(tx, actor, in.Challenge, in.Supplier)
		if err != nil {
			return err
		}
		if !c.TakesAnswers(p.now) {
			return den.Refuse(den.Conflict, "This challenge takes no more answers.")
		}
		i, isNew, err := interestOf(tx, c.ID, supplier)
		if err != nil {
			return err
		}
		if err := fresh(in.Rev, i.Rev); err != nil {
			return err
		}
		if err := fillInterest(tx, &i, supplier, in); err != nil {
			return err
		}
		i.By, i.ChangedAt, i.TakenBack = actor.ID, p.now, den.Stamp{}
		act, say := "interest.changed", "changed its answer to"
		if isNew {
			i.ID, i.Challenge, i.Supplier, i.At = p.id(den.KindInterest), c.ID, supplier, p.now
			act, say = "interest.added", "answered"
		}
		if i, err = tx.Interests().Put(i); err != nil {
			return err
		}
		if v, err = interestView(tx, i); err != nil {
			return err
		}
		say = fmt.Sprintf("%s %s the challenge %q.", v.SupplierName, say, c.Title)
		if _, err := p.record(tx, den.Event{Act: act, Subject: i.ID, About: []den.ID{c.ID, c.Department, supplier}, Say: say}); err != nil {
			return err
		}
		return p.notice(tx, den.Notice{To: c.Department, Subject: c.ID, Kind: den.NoticeInterest, Title: c.Title, Say: say})
	})
	return v, err
}

func interestOf(tx den.Tx, challenge, supplier den.ID) (i den.Interest, isNew bool, err error) {
	all, err := every(tx.Interests(), den.Query{Index: den.InterestsByChallenge, Key: string(challenge)})
	at := slices.IndexFunc(all, func(i den.Interest) bool { return i.Supplier == supplier })
	if at < 0 {
		return i, true, err
	}
	return all[at], false, err
}

func fillInterest(tx den.Tx, i *den.Interest, supplier den.ID, in den.NewInterest) error {
	var faults den.Faults
	i.Products, i.Advice = nil, strings.TrimSpace(in.Advice)
	if isLonger(i.Advice, textLength) {
		faults.Add(den.Bad("advice", "Shorten your advice to %d characters.", textLength))
	}
	if len(in.Products) > mostOffered {
		faults.Add(den.Bad("products", "Choose at most %d products.", mostOffered))
		return faults.Err()
	}
	for _, id := range in.Products {
		one, err := tx.Products().Get(id)
		if err != nil && den.KindOf(err) != den.NotFound {
			return err
		}
		if err != nil || one.Supplier != supplier {
			faults.Add(den.Bad("products", "Choose products of your own."))
			break
		}
		if !slices.Contains(i.Products, id) {
			i.Products = append(i.Products, id)
		}
	}
	if len(in.Products) == 0 && i.Advice == "" {
		faults.Add(den.Bad("products", "Choose a product, or give advice."))
	}
	return faults.Err()
}

// TakeBackInterest takes a supplier's answer back while answers are taken.
func (o *Orchestrator) TakeBackInterest(ctx context.Context, actor den.Actor, challenge, supplier den.ID, rev int64) error {
	return o.update(ctx, actor, func(tx den.Tx, p *pen) error {
		c, supplier, err := mayAnswer(tx, actor, challenge, supplier)
		if err != nil {
			return err
		}
		i, isNew, err := interestOf(tx, c.ID, supplier)
		if err != nil {
			return err
		}
		if err := fresh(rev, i.Rev); err != nil {
			return err
		}
		if isNew || !i.Stands() || !c.TakesAnswers(p.now) {
			return den.Refuse(den.Conflict, "There is no answer that can be taken back now.")
		}
		i.TakenBack = p.now
		if i, err = tx.Interests().Put(i); err != nil {
			return err
		}
		v, err := interestView(tx, i)
		if err != nil {
			return err
		}
		_, err = p.record(tx, den.Event{
			Act: "interest.taken_back", Subject: i.ID, About: []den.ID{c.ID, c.Department, supplier},
			Say: fmt.Sprintf("%s took its answer to the challenge %q back.", v.SupplierName, c.Title),
		})
		return err
	})
}

// Thank says before everybody that a supplier's advice helped.
func (o *Orchestrator) Thank(ctx context.Context, actor den.Actor, interest den.ID, say string, rev int64) (v den.InterestView, err error) {
	err = o.update(ctx, actor, func(tx den.Tx, p *pen) error {
		i, err := tx.Interests().Get(interest)
		if den.KindOf(err) == den.NotFound {
			return allowNothing(actor)
		}
		if err != nil {
			return err
		}
		c, err := mayChallenge(tx, actor, i.Challenge, den.SetUpChallenge)
		if den.KindOf(err) == den.Denied && !den.May(actor, den.ReadInterest, interestOwner(c, i)) {
			err = den.Missing()
		}
		if err != nil {
			return err
		}
		if err := fresh(rev, i.Rev); err != nil {
			return err
		}
		if say = strings.TrimSpace(say); say == "" || isLonger(say, textLength) {
			return den.Bad("say", "Enter what you thank the supplier for, in at most %d characters.", textLength)
		}
		i.ThankedAt, i.Thanks = p.now, say
		if i, err = tx.Interests().Put(i); err != nil {
			return err
		}
		if v, err = interestView(tx, i); err != nil {
			return err
		}
		public := fmt.Sprintf("The department thanked %s.", v.SupplierName)
		_, err = p.record(tx, den.Event{Act: "interest.thanked", Subject: i.ID, About: []den.ID{c.ID, c.Department, i.Supplier}, Say: public, Why: say})
		if err != nil {
			return err
		}
		return p.notice(tx, den.Notice{To: i.Supplier, Subject: c.ID, Kind: den.NoticeChallenge, Title: c.Title, Say: "The department thanked you: " + say})
	})
	return v, err
}

// Invite asks a supplier to look at a challenge. Inviting again changes nothing.
func (o *Orchestrator) Invite(ctx context.Context, actor den.Actor, challenge, supplier den.ID) (v den.ChallengeView, err error) {
	return o.stepChallenge(ctx, actor, challenge, 0, func(tx den.Tx, p *pen, c den.Challenge) (den.Challenge, error) {
		s, err := tx.Suppliers().Get(supplier)
		if err != nil {
			return c, chosen(err, "supplier", "Choose a supplier from the techmap.")
		}
		if !c.TakesAnswers(p.now) {
			return c, den.Refuse(den.Conflict, "This challenge takes no answers now, so nobody can be invited.")
		}
		if c.WasInvited(supplier) {
			return c, nil
		}
		c.Invited = append(slices.Clone(c.Invited), den.Invitation{Supplier: supplier, At: p.now})
		if c, err = tx.Challenges().Put(c); err != nil {
			return c, err
		}
		_, err = p.record(tx, den.Event{
			Act: "challenge.invited", Subject: c.ID, About: []den.ID{c.Department, supplier}, Say: fmt.Sprintf("%s was invited to the challenge %q.", s.Name, c.Title),
		})
		if err != nil {
			return c, err
		}
		return c, p.notice(tx, den.Notice{
			To: supplier, Subject: c.ID, Kind: den.NoticeInvited, Title: c.Title,
			Say: fmt.Sprintf("%s invites you to look at its challenge.", departmentName(tx, c)),
		})
	})
}

func interestOwner(c den.Challenge, i den.Interest) den.Owner {
	return den.Owner{Department: c.Department, Suppliers: []den.ID{i.Supplier}}
}

// interests lists what the actor may read, oldest first.
func interests(tx den.Tx, actor den.Actor, c den.Challenge) ([]den.InterestView, error) {
	all, err := every(tx.Interests(), den.Query{Index: den.InterestsByChallenge, Key: string(c.ID)})
	if err != nil {
		return nil, err
	}
	var seen []den.InterestView
	for _, i := range all {
		if !i.Stands() || !den.May(actor, den.ReadInterest, interestOwner(c, i)) {
			continue
		}
		v, err := interestView(tx, i)
		if err != nil {
			return nil, err
		}
		seen = append(seen, v)
	}
	return seen, nil
}

func interestView(tx den.Tx, i den.Interest) (den.InterestView, error) {
	v := den.InterestView{Interest: i}
	s, err := tx.Suppliers().Get(i.Supplier)
	if err != nil {
		return v, err
	}
	v.SupplierName = s.Name
	for _, id := range i.Products {
		product, err := tx.Products().Get(id)
		if err != nil {
			return v, err
		}
		one := den.InterestProduct{ID: id, Name: product.Name}
		newest, err := tx.Releases().List(den.Query{Index: den.ReleasesByProduct, Key: string(id), Newest: true, Limit: 1})
		if err != nil {
			return v, err
		}
		for _, r := range newest.Items {
			one.Release, one.Version = r.ID, r.Version
		}
		v.Products = append(v.Products, one)
	}
	return v, nil
}

// Interest reads one. NotFound for everybody but its supplier and the department.
func (o *Orchestrator) Interest(ctx context.Context, actor den.Actor, id den.ID) (v den.InterestView, err error) {
	err = o.Store.View(ctx, func(tx den.Tx) error {
		i, err := tx.Interests().Get(id)
		if den.KindOf(err) == den.NotFound {
			return allowNothing(actor)
		}
		if err != nil {
			return err
		}
		c, err := tx.Challenges().Get(i.Challenge)
		if err != nil {
			return err
		}
		if err := allow(actor, den.ReadInterest, den.ReadInterest, interestOwner(c, i)); err != nil {
			return err
		}
		v, err = interestView(tx, i)
		return err
	})
	return v, err
}
