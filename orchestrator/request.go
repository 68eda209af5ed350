package orchestrator

import (
	"context"
	"fmt"
	"slices"

	"innovationden/orchestrator/den"
)

// agreed asks the department's rules about the start of a trial. Where they want an
// approver it makes the request, which the leases wait for; where they refuse it is an
// error. The use that it counts is read in the transaction that adds to it, so of many
// starts at once none passes a bound.
func (o *Orchestrator) agreed(tx den.Tx, p *pen, t den.Trial) (den.Request, error) {
	ruling, rules, err := o.rule(tx, t, p.now)
	if err != nil {
		return den.Request{}, err
	}
	p.ceiling = o.LongestLength
	if rules.Longest > 0 {
		p.ceiling = min(p.ceiling, rules.Longest)
	}
	switch ruling.Verdict {
	case den.NotAllowed:
		return den.Request{}, refusedBy(ruling)
	case den.AtOnce:
		return den.Request{}, nil
	case den.NeedsApprover:
	}
	size, _ := o.size(t.Size)
	ran := den.Span(len(t.Entries)) * o.runs(t.Hours, p.now, p.now.Add(t.Length))
	return den.Request{
		ID: p.id(den.KindRequest), Kind: den.RequestStart, State: den.RequestOpen, Department: t.Department, Trial: t.ID,
		AskedBy: p.by.ID, AskedName: p.by.Name, AskedAt: p.now, Why: t.Question, Rule: ruling.Rule, Say: ruling.Say,
		Pence: den.PenceOf(den.MilliOf(size.Price, ran)), LapsesAt: o.calendar().WorkingDays(p.now, den.RequestPatience),
	}, nil
}

// waits makes a lease wait for a request. Its time begins when an approver agrees.
func waits(l den.Lease, r den.Request, length den.Span) den.Lease {
	l.AgreedAt, l.LapsesAt, l.Request = den.Stamp{}, r.LapsesAt, r.ID
	l.EndsAt, l.LatestEnd, l.DueAt = r.LapsesAt.Add(length), r.LapsesAt.Add(length), r.LapsesAt
	return l
}

// wanted keeps a request and tells the approvers of it.
func (p *pen) wanted(tx den.Tx, r den.Request, t den.Trial) error {
	if _, err := tx.Requests().Put(r); err != nil {
		return err
	}
	title := fmt.Sprintf("%s asks to start %s", r.AskedName, t.Name)
	if r.Kind == den.RequestExtension {
		title = fmt.Sprintf("%s asks for more time in %s", r.AskedName, t.Name)
	}
	_, err := p.record(tx, den.Event{
		Act: "request.made", Subject: r.ID, About: []den.ID{r.Trial, r.Department}, Say: title + ". " + r.Say, Why: r.Why,
	})
	if err != nil {
		return err
	}
	return p.notice(tx, den.Notice{
		To: r.Department, Role: den.Approver, Subject: r.ID, Kind: den.NoticeApprovalWanted, Title: title,
		Say: fmt.Sprintf("%s It lapses on %s.", r.Say, r.LapsesAt.In(p.o.Zone).Format("2 January 2006")),
	})
}

// Requests lists the requests that the actor may read, in the order they were made.
func (o *Orchestrator) Requests(ctx context.Context, actor den.Actor, f den.Filter) (page den.Page[den.RequestView], err error) {
	if !actor.Known() {
		return page, allowNothing(actor)
	}
	q := den.Query{Newest: f.Newest, After: f.After, Limit: f.Limit}
	switch {
	case f.Trial != "":
		q.Index, q.Key = den.RequestsByTrial, string(f.Trial)
	case f.Department != "":
		q.Index, q.Key = den.RequestsByDepartment, string(f.Department)
	case f.Request == den.RequestOpen || f.Request != "" && seesAll(actor): // few are open
		q.Index, q.Key = den.RequestsByState, string(f.Request)
	case !seesAll(actor):
		q.Any = []den.Ask{{Index: den.RequestsByDepartment, Key: string(actor.ID)}} // never none: that would be all
		for _, own := range departments(actor) {
			q.Any = append(q.Any, den.Ask{Index: den.RequestsByDepartment, Key: string(own)})
		}
	}
	err = o.Store.View(ctx, func(tx den.Tx) error {
		page, err = gather(tx.Requests(), q, func(r den.Request) (v den.RequestView, ok bool, err error) {
			is := (f.Request == "" || r.State == f.Request) && (f.Department == "" || r.Department == f.Department) && (f.Trial == "" || r.Trial == f.Trial)
			if !is || !den.May(actor, den.ReadRules, r.Owner()) {
				return v, false, nil
			}
			v, err = o.requestView(tx, actor, r)
			return v, err == nil, err
		})
		return err
	})
	return page, err
}

// Request reads one. NotFound.
func (o *Orchestrator) Request(ctx context.Context, actor den.Actor, id den.ID) (v den.RequestView, err error) {
	err = o.Store.View(ctx, func(tx den.Tx) error {
		r, err := mayRequest(tx, actor, id, den.ReadRules)
		if err != nil {
			return err
		}
		v, err = o.requestView(tx, actor, r)
		return err
	})
	return v, err
}

func mayRequest(tx den.Tx, actor den.Actor, id den.ID, do den.Action) (den.Request, error) {
	r, err := tx.Requests().Get(id)
	if den.KindOf(err) == den.NotFound {
		return r, allowNothing(actor)
	}
	if err != nil {
		return r, err
	}
	return r, allow(actor, do, den.ReadRules, r.Owner())
}

func (o *Orchestrator) requestView(tx den.Tx, actor den.Actor, r den.Request) (v den.RequestView, err error) {
	v.Request = r
	d, err := tx.Departments().Get(r.Department)
	if err != nil {
		return v, err
	}
	t, err := tx.Trials().Get(r.Trial)
	if err != nil {
		return v, err
	}
	v.DepartmentName, v.TrialName, v.Size, v.Length = d.Name, t.Name, t.Size, t.Length
	hides, err := veilOf(tx, actor, t)
	if err != nil {
		return v, err
	}
	for _, e := range t.Entries {
		one, err := tx.Products().Get(e.Product)
		if err != nil {
			return v, err
		}
		name := one.Name
		if hides != nil {
			name = e.Label
		}
		v.Products = append(v.Products, name)
		if r.Lease != "" && e.Lease == r.Lease {
			v.ProductName = name
		}
	}
	if r.Lease != "" {
		l, err := tx.Leases().Get(r.Lease)
		if err != nil {
			return v, err
		}
		v.EndsAt = l.EndsAt
	}
	isOpen := r.State == den.RequestOpen && den.May(actor, den.DecideRequest, r.Owner())
	v.May = map[den.Action]bool{den.DecideRequest: isOpen && actor.ID != r.AskedBy}
	return v, nil
}

// lapsedAtOnce is how many requests one change closes, so that others have their turn.
const lapsedAtOnce = 50

// lapse closes requests for more time that nobody decided on. Those for a start lapse
// with their leases, by den.Next.
func (o *Orchestrator) lapse(ctx context.Context) {
	var due []den.Request
	err := o.Store.View(ctx, func(tx den.Tx) (err error) {
		due, err = every(tx.Requests(), den.Query{Index: den.RequestsByLapse, Until: o.now()})
		return err
	})
	due = slices.DeleteFunc(due, func(r den.Request) bool { return r.Kind != den.RequestExtension })
	for some := range slices.Chunk(due, lapsedAtOnce) {
		if err != nil {
			break
		}
		err = o.update(ctx, den.System(), func(tx den.Tx, p *pen) error {
			for _, was := range some {
				r, err := tx.Requests().Get(was.ID)
				if err != nil {
					return err
				}
				if r.State != den.RequestOpen || r.LapsesAt.After(p.now) {
					continue
				}
				r.State, r.DecidedAt = den.RequestLapsed, p.now
				if err := p.closed(tx, r); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err != nil && ctx.Err() == nil {
		o.Log.Error("requests that nobody decided on did not lapse", "error", err)
	}
}
