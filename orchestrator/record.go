package orchestrator

import (
	"context"
	"reflect"
	"strings"

	"innovationden/orchestrator/den"
)

// mostLooked is how many events one page of a narrowed list reads at most: what is left
// to read follows with its cursor.
const mostLooked = 2500

// Events lists the record: about one subject whose record the actor may read, what the
// actor did, or all of it, which only the operator and an auditor may. A narrowed list
// may have a next page and nothing on this one.
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
		switch may, err := mayReadRecord(tx, actor, subject); {
		case err != nil:
			return err
		case !may && (subject != "" || f.Actor != actor.ID || !actor.Known()):
			return allow(actor, den.ReadRecord, den.ReadRecord, den.Owner{})
		case !may:
			if err := allowSelf(actor, den.ReadOwn); err != nil {
				return err
			}
		}
		page, err = narrowed(tx, q, func(e den.Event) bool { return fits(e, f) && shownTo(actor, subject, e) })
		if err != nil {
			return err
		}
		return conceal(tx, actor, page.Items)
	})
	return page, err
}

// narrowed reads a page of the events that keep lets through.
func narrowed(tx den.Tx, q den.Query, keep func(den.Event) bool) (den.Page[den.Event], error) {
	want := q.Limit
	if want <= 0 {
		want = pageLimit
	}
	want = min(want, readLimit)
	var out den.Page[den.Event]
	for looked := 0; ; {
		q.Limit = want - len(out.Items)
		page, err := tx.Events(q)
		if err != nil {
			return den.Page[den.Event]{}, err
		}
		for _, e := range page.Items {
			if keep(e) {
				out.Items = append(out.Items, e)
			}
		}
		looked += len(page.Items)
		if looked >= mostLooked && page.Next != "" && len(out.Items) < want {
			out.LookedTo = page.Items[len(page.Items)-1].At
		}
		out.Next, q.After = page.Next, page.Next
		if page.Next == "" || len(out.Items) == want || looked >= mostLooked {
			return out, nil
		}
	}
}

// fits says whether an event is one that the filter asks for, besides its index.
func fits(e den.Event, f den.Filter) bool {
	isAct := f.Act == "" || e.Act == f.Act || strings.HasSuffix(f.Act, ".") && strings.HasPrefix(e.Act, f.Act)
	return isAct && (f.Actor == "" || e.Actor == f.Actor) &&
		(f.Since.IsZero() || !e.At.Before(f.Since)) && (f.Before.IsZero() || e.At.Before(f.Before))
}

// Event reads one line of the record, for who may read the record of anything that it
// is about, and for who did it. NotFound.
func (o *Orchestrator) Event(ctx context.Context, actor den.Actor, seq uint64) (e den.Event, err error) {
	err = o.Store.View(ctx, func(tx den.Tx) error {
		if e, err = readEvent(tx, actor, seq); err != nil {
			return err
		}
		shown := []den.Event{e}
		err = conceal(tx, actor, shown)
		e = shown[0]
		return err
	})
	return e, err
}

// Proof makes the proof that an event stands in the record as it is now, with a
// checkpoint that is signed now. NotFound.
func (o *Orchestrator) Proof(ctx context.Context, actor den.Actor, seq uint64) (p den.Proof, err error) {
	err = o.Store.View(ctx, func(tx den.Tx) error {
		e, err := readEvent(tx, actor, seq)
		if err != nil {
			return err
		}
		if err := provable(tx, actor, e); err != nil {
			return err
		}
		p, err = tx.Prove(seq)
		return err
	})
	if err == nil && o.Sign != nil {
		p.Checkpoint, err = o.Sign(p.Head, o.now())
	}
	return p, err
}

// Checkpoint signs the state of the record now, for those who may read all of it.
func (o *Orchestrator) Checkpoint(ctx context.Context, actor den.Actor) (signed string, err error) {
	if err := allow(actor, den.ReadRecord, den.ReadRecord, den.Owner{}); err != nil {
		return "", err
	}
	if o.Sign == nil {
		return "", den.Refuse(den.Conflict, "This den has no key to sign its record with.")
	}
	err = o.Store.View(ctx, func(tx den.Tx) error {
		head, err := tx.Head()
		if err == nil {
			signed, err = o.Sign(head, o.now())
		}
		return err
	})
	return signed, err
}

// RecordKey is the public half of the record's key. It is for everybody.
func (o *Orchestrator) RecordKey() den.RecordKey { return o.Key }

// provable refuses the proof of an event of which something is hidden from the actor: a
// proof shows the event byte for byte.
func provable(tx den.Tx, actor den.Actor, e den.Event) error {
	shown := []den.Event{e}
	if err := conceal(tx, actor, shown); err != nil {
		return err
	}
	if !reflect.DeepEqual(shown[0], e) {
		return den.Refuse(den.Conflict, "The names in this line are hidden until the trial is decided, and its proof would show them. Download the proof afterwards.")
	}
	return nil
}

func readEvent(tx den.Tx, actor den.Actor, seq uint64) (den.Event, error) {
	e, err := tx.Event(seq)
	if err != nil {
		return e, missing(err)
	}
	if e.Actor == actor.ID && allowSelf(actor, den.ReadOwn) == nil {
		return e, nil
	}
	for _, id := range append([]den.ID{"", e.Subject}, e.About...) {
		may, err := mayReadRecord(tx, actor, id)
		if err != nil {
			return den.Event{}, err
		}
		if may && shownTo(actor, id, e) {
			return e, nil
		}
	}
	return den.Event{}, den.Missing()
}

// mayReadRecord says whether an actor may read the record of something; of all, where
// id is empty. What belongs to nobody, or is not there, is for those who may read all.
// Everybody may read what was recorded of themselves.
func mayReadRecord(tx den.Tx, actor den.Actor, id den.ID) (bool, error) {
	owner, err := subjectOwner(tx, id)
	if err != nil {
		return false, err
	}
	return den.May(actor, den.ReadRecord, owner) || id != "" && id == actor.ID && actor.Granted(den.ReadOwn), nil
}

// shownTo keeps from a supplier what a department did: of its record it sees what is of
// the supplier and its products.
func shownTo(actor den.Actor, of den.ID, e den.Event) bool {
	switch of.Kind() {
	case den.KindSupplier, den.KindProduct, den.KindRelease:
	default:
		return true
	}
	switch e.Subject.Kind() {
	case den.KindSupplier, den.KindProduct, den.KindRelease:
		return true
	}
	return den.May(actor, den.ReadRecord, den.Owner{})
}

// subjectOwner says whom the subject of events belongs to.
func subjectOwner(tx den.Tx, id den.ID) (owner den.Owner, err error) {
	switch id.Kind() {
	case den.KindTrial:
		var t den.Trial
		t, err = tx.Trials().Get(id)
		owner = den.Owner{Department: t.Department}
	case den.KindLease:
		var l den.Lease
		l, err = tx.Leases().Get(id)
		owner = den.Owner{Department: l.Department}
	case den.KindDepartment:
		owner = den.Owner{Department: id}
	case den.KindSupplier:
		owner = den.Owner{Suppliers: []den.ID{id}}
	case den.KindProduct:
		var p den.Product
		p, err = tx.Products().Get(id)
		owner = den.Owner{Suppliers: []den.ID{p.Supplier}}
	case den.KindRelease:
		var r den.Release
		r, err = tx.Releases().Get(id)
		owner = den.Owner{Suppliers: []den.ID{r.Supplier}}
	case den.KindChallenge:
		var c den.Challenge
		c, err = tx.Challenges().Get(id)
		owner = c.Owner()
	// What is about a question is for those who may read everything: it says who asked.
	case den.KindQuestion:
	}
	if den.KindOf(err) == den.NotFound {
		return den.Owner{}, nil
	}
	return owner, err
}
