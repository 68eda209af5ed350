package orchestrator

import (
	"context"

	"innovationden/orchestrator/den"
)

// Events lists the record: about one subject whose record the actor may read, or all
// of it, which only the operator and an auditor may.
func (o *Orchestrator) Events(ctx context.Context, actor den.Actor, f den.Filter) (page den.Page[den.Event], err error) {
	q := den.Query{Newest: f.Newest, After: f.After, Limit: f.Limit}
	subject := f.Subject
	if subject == "" {
		subject = f.Trial
	}
	switch {
	case subject != "":
		q.Index, q.Key = den.EventsBySubject, string(subject)
	case f.Actor != "":
		q.Index, q.Key = den.EventsByActor, string(f.Actor)
	}
	err = o.Store.View(ctx, func(tx den.Tx) error {
		owner, err := subjectOwner(tx, subject)
		if err != nil {
			return err
		}
		if err := allow(actor, den.ReadRecord, den.ReadRecord, owner); err != nil {
			return err
		}
		if page, err = tx.Events(q); err != nil {
			return err
		}
		return conceal(tx, actor, page.Items)
	})
	return page, err
}

// subjectOwner says whom the subject of events belongs to. What belongs to nobody, or
// is not there, is for those who may read everything.
func subjectOwner(tx den.Tx, id den.ID) (den.Owner, error) {
	var err error
	var owner den.Owner
	switch kind := id.Kind(); {
	case kind == den.KindTrial:
		var t den.Trial
		t, err = tx.Trials().Get(id)
		owner = t.Owner()
	case kind == den.KindLease:
		var l den.Lease
		l, err = tx.Leases().Get(id)
		owner = den.Owner{Department: l.Department}
	case kind == den.KindDepartment:
		owner = den.Owner{Department: id}
	case kind == den.KindChallenge:
		var c den.Challenge
		c, err = tx.Challenges().Get(id)
		owner = c.Owner()
	// What is about a question is for those who may read everything: it says who asked.
	case kind == den.KindQuestion:
	}
	if den.KindOf(err) == den.NotFound {
		return den.Owner{}, nil
	}
	return owner, err
}
