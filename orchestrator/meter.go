package orchestrator

import (
	"context"
	"fmt"
	"slices"

	"innovationden/orchestrator/den"
)

// meter counts a lease's running when it stops, and notes when it begins. The count is
// written with the move, so that it is what the records add up to.
func (p *pen) meter(tx den.Tx, l *den.Lease, to den.Phase) error {
	since, runs := l.Since(), to == den.Starting || to == den.Live
	if runs {
		if since.IsZero() {
			since = p.now
		}
		l.RunsSince = since
		return nil
	}
	l.RunsSince = den.Stamp{}
	if since.IsZero() || !since.Before(p.now) {
		return nil
	}
	l.Ran += p.now.Sub(since)
	if l.Department == "" { // a preflight costs no department anything
		return nil
	}
	size, _ := p.o.size(l.Size)
	for _, part := range den.Months(since, p.now, p.o.Zone) {
		s, err := spendingOf(tx, l.Department, part.Month)
		if err != nil {
			return err
		}
		s.Add(l.Size, size.Price, part.Ran)
		if _, err := tx.Spendings().Put(s); err != nil {
			return err
		}
	}
	return nil
}

// spendingOf reads what a department has spent in a month; nothing where no record is.
func spendingOf(tx den.Tx, department den.ID, month string) (den.Spending, error) {
	id := den.SpendingOf(department, month)
	s, err := tx.Spendings().Get(id)
	if den.KindOf(err) == den.NotFound {
		return den.Spending{ID: id, Department: department, Month: month}, nil
	}
	return s, err
}

// use is what a department uses now: what was counted this month with what runs on top.
type use struct {
	den.Spending
	leases   []den.Lease // that are not over
	promised int64       // thousandths of a penny that they will still cost
}

func (o *Orchestrator) useOf(tx den.Tx, department den.ID, now den.Stamp) (u use, err error) {
	month := den.Month(now, o.Zone)
	if u.Spending, err = spendingOf(tx, department, month); err != nil {
		return u, err
	}
	bySize := map[string]den.Span{}
	for size, ran := range u.BySize {
		bySize[size] = ran
	}
	u.BySize = bySize
	u.leases, err = every(tx.Leases(), den.Query{Index: den.LeasesByOpen, Key: string(department)})
	if err != nil {
		return u, err
	}
	for _, l := range u.leases {
		size, _ := o.size(l.Size)
		for _, part := range den.Months(l.Since(), now, o.Zone) {
			if part.Month == month {
				u.Add(l.Size, size.Price, part.Ran)
			}
		}
		u.promised += den.MilliOf(size.Price, o.toCome(l, now))
	}
	return u, nil
}

func (u use) taken() den.Taken {
	return den.Taken{
		Sandboxes: len(u.leases), Pence: u.Pence(), Hours: int64(u.Ran.Hours()), Promised: den.PenceOf(u.promised),
	}
}

// toCome is how long a lease will still run, as far as is known.
func (o *Orchestrator) toCome(l den.Lease, now den.Stamp) den.Span {
	switch {
	case l.Phase == den.Ending || l.Phase.Final():
		return 0
	case l.AgreedAt.IsZero():
		return o.runs(l.Hours, now, now.Add(l.EndsAt.Sub(l.LapsesAt)))
	}
	return o.runs(l.Hours, now, l.EndsAt)
}

// lasts is how long a lease has run and will run.
func (o *Orchestrator) lasts(l den.Lease, now den.Stamp) den.Span {
	ran := l.Ran
	if ran == 0 && !l.EndingAt.IsZero() && !l.StartingAt.IsZero() {
		ran = l.EndingAt.Sub(l.StartingAt) // it ended before its running was counted
	}
	if since := l.Since(); !since.IsZero() && since.Before(now) {
		ran += now.Sub(since)
	}
	return ran + o.toCome(l, now)
}

// watchBudgets tells each department once when half, four fifths and all of its month's
// budget are used, and then does what the department chose.
func (o *Orchestrator) watchBudgets(ctx context.Context) {
	var ruled []den.Rules
	err := o.Store.View(ctx, func(tx den.Tx) error {
		all, err := every(tx.Rules(), den.Query{})
		if err != nil {
			return err
		}
		for _, r := range all {
			changes, err := o.budgetStep(tx, nil, r)
			if err != nil {
				return err
			}
			if changes {
				ruled = append(ruled, r)
			}
		}
		return nil
	})
	for _, r := range ruled {
		if err != nil {
			break
		}
		err = o.update(ctx, den.System(), func(tx den.Tx, p *pen) error {
			now, err := rulesOf(tx, r.Department)
			if err != nil {
				return err
			}
			_, err = o.budgetStep(tx, p, now)
			return err
		})
	}
	if err != nil && ctx.Err() == nil {
		o.Log.Error("the budgets were not looked at", "error", err)
	}
}

// budgetStep says whether a department's use calls for something, and does it where
// there is a pen.
func (o *Orchestrator) budgetStep(tx den.Tx, p *pen, r den.Rules) (bool, error) {
	now := o.now()
	if p != nil {
		now = p.now
	}
	u, err := o.useOf(tx, r.Department, now)
	if err != nil {
		return false, err
	}
	step := max(den.Step(u.Pence(), r.Budget), den.Step(int64(u.Ran.Hours()), r.Hours))
	isUsed := step >= 100
	frees := !isUsed && slices.ContainsFunc(u.leases, func(l den.Lease) bool { return l.Unpaid })
	if step == u.Warned && isUsed == u.Used && !frees {
		return false, nil
	}
	if p == nil {
		return true, nil
	}
	if step > u.Warned {
		if err := p.warnOfBudget(tx, r, u, step); err != nil {
			return true, err
		}
	}
	if isUsed && !u.Used || frees {
		if err := p.budgetUsed(tx, r, u, isUsed); err != nil {
			return true, err
		}
	}
	s, err := spendingOf(tx, r.Department, u.Month)
	if err != nil {
		return true, err
	}
	s.Warned, s.Used = step, isUsed
	_, err = tx.Spendings().Put(s)
	return true, err
}

func (p *pen) warnOfBudget(tx den.Tx, r den.Rules, u use, step int) error {
	what := fmt.Sprintf("%s of %s", den.Pounds(u.Pence()), den.Pounds(r.Budget))
	if r.Budget <= 0 || den.Step(u.Pence(), r.Budget) < step {
		what = fmt.Sprintf("%d of %d hours of sandboxes", int64(u.Ran.Hours()), r.Hours)
	}
	title, say := fmt.Sprintf("%d%% of this month’s budget is used", step), what+" are used."
	if step >= 100 {
		title = "This month’s budget is used up"
		switch r.AtBudget {
		case den.BudgetEnds:
			say += " The sandboxes that run are being removed."
		case den.BudgetPauses:
			say += " The sandboxes that run are being paused until the next month, or until the budget is raised."
		case den.BudgetWarns:
		}
		say += " Nothing new starts this month without more budget."
	}
	_, err := p.record(tx, den.Event{
		Act: "budget.reached", Subject: r.Department, Say: title + ": " + what + ".",
	})
	if err != nil {
		return err
	}
	return p.notice(tx, den.Notice{To: r.Department, Subject: r.Department, Kind: den.NoticeBudget, Title: title, Say: say})
}

// budgetUsed has what runs end or rest when the budget is used up, and lets it go on
// when there is budget again.
func (p *pen) budgetUsed(tx den.Tx, r den.Rules, u use, isUsed bool) error {
	for _, l := range u.leases {
		before := l
		switch {
		case !isUsed:
			l.Unpaid = false
		case r.AtBudget == den.BudgetEnds:
			l.Spent = true
		case r.AtBudget == den.BudgetPauses:
			l.Unpaid = true
		}
		if l.Phase == den.Ending || l.Spent == before.Spent && l.Unpaid == before.Unpaid {
			continue
		}
		if l.Phase != den.Requested {
			l.DueAt = p.now
		}
		p.nudges = append(p.nudges, l.ID)
		if _, err := p.put(tx, l); err != nil {
			return err
		}
		act, say := "lease.budget_used", "The budget of the month is used up: the sandbox is not to run any more."
		if !isUsed {
			act, say = "lease.budget_back", "There is budget again: the sandbox may run."
		}
		if _, err := p.record(tx, den.Event{Act: act, Subject: l.ID, About: about(l), Say: say}); err != nil {
			return err
		}
	}
	return nil
}
