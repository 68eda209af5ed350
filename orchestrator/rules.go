package orchestrator

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"innovationden/orchestrator/den"
)

// rulesOf reads a department's rules; none where nobody set any.
func rulesOf(tx den.Tx, department den.ID) (den.Rules, error) {
	r, err := tx.Rules().Get(department)
	if den.KindOf(err) == den.NotFound {
		return den.Rules{Department: department}, nil
	}
	return r, err
}

// Rules reads a department's rules. NotFound for a department that is not the actor's.
func (o *Orchestrator) Rules(ctx context.Context, actor den.Actor, department den.ID) (v den.RulesView, err error) {
	err = o.Store.View(ctx, func(tx den.Tx) error {
		v, err = o.rulesView(tx, actor, department)
		return err
	})
	return v, err
}

func (o *Orchestrator) rulesView(tx den.Tx, actor den.Actor, department den.ID) (v den.RulesView, err error) {
	d, err := mayDepartment(tx, actor, department, den.ReadRules)
	if err != nil {
		return v, err
	}
	if v.Rules, err = rulesOf(tx, department); err != nil {
		return v, err
	}
	v.DepartmentName, v.Offered, v.DenLongest = d.Name, o.Config.Sizes, o.LongestLength
	v.May = rights(actor, den.Owner{Department: department}, den.SetRules, den.DecideRequest)
	return v, nil
}

// mayDepartment reads a department that the actor may do something to.
func mayDepartment(tx den.Tx, actor den.Actor, id den.ID, do den.Action) (den.Department, error) {
	d, err := tx.Departments().Get(id)
	if den.KindOf(err) == den.NotFound {
		return d, allowNothing(actor)
	}
	if err != nil {
		return d, err
	}
	return d, allow(actor, do, den.ReadRules, den.Owner{Department: id})
}

// SetRules replaces a department's rules. What runs already stays as it is; what waits
// for an approver goes on waiting.
func (o *Orchestrator) SetRules(ctx context.Context, actor den.Actor, in den.Rules, rev int64) (v den.RulesView, err error) {
	err = o.update(ctx, actor, func(tx den.Tx, p *pen) error {
		d, err := mayDepartment(tx, actor, in.Department, den.SetRules)
		if err != nil {
			return err
		}
		before, err := rulesOf(tx, in.Department)
		if err != nil {
			return err
		}
		if err := fresh(rev, before.Rev); err != nil {
			return err
		}
		one := in
		one.Rev, one.WaysOut = before.Rev, hostNames(in.WaysOut)
		if err := o.rightRules(one); err != nil {
			return err
		}
		if one, err = tx.Rules().Put(one); err != nil {
			return err
		}
		was, err := json.Marshal(before)
		if err != nil {
			return err
		}
		is, err := json.Marshal(one)
		if err != nil {
			return err
		}
		_, err = p.record(tx, den.Event{
			Act: "rules.changed", Subject: in.Department, Before: was, After: is, Say: fmt.Sprintf("The rules of %s were changed.", d.Name),
		})
		if err != nil {
			return err
		}
		if _, err = o.budgetStep(tx, p, one); err != nil {
			return err
		}
		v, err = o.rulesView(tx, actor, in.Department)
		return err
	})
	return v, err
}

// hostNames are names as releases ask for them: in lower case, each once.
func hostNames(typed []string) (all []string) {
	for _, name := range typed {
		if name = strings.ToLower(strings.TrimSpace(name)); name != "" && !slices.Contains(all, name) {
			all = append(all, name)
		}
	}
	return all
}

// rightRules says every fault of rules at once.
func (o *Orchestrator) rightRules(r den.Rules) error {
	var faults den.Faults
	if r.Most < 0 {
		faults.Add(den.Bad("most", "Enter how many sandboxes at once, or leave it empty."))
	}
	if r.Longest < 0 || r.Longest > o.LongestLength {
		faults.Add(den.Bad("longest", "Enter a length of at most %s: this den allows no longer one.", spell(o.LongestLength)))
	}
	if r.Length < 0 || r.Longest > 0 && r.Length > r.Longest {
		faults.Add(den.Bad("length", "Enter a length of at most %s: a longer trial is refused anyway.", spell(r.Longest)))
	}
	for field, sizes := range map[string][]string{"sizes": r.Sizes, "ask_sizes": r.AskSizes} {
		if slices.ContainsFunc(sizes, func(s string) bool { _, ok := o.size(s); return !ok }) {
			faults.Add(den.Bad(field, "Choose sizes from the list: %s.", or(o.sizeNames())))
		}
	}
	for _, host := range r.WaysOut {
		if (den.Ways{Out: []den.Way{{Host: host, Port: 443}}}).Check() != nil {
			faults.Add(den.Bad("ways_out", "Enter whole names of hosts, like api.example.org, without a port. %q is none.", host))
		}
	}
	if r.AskPence < 0 {
		faults.Add(den.Bad("ask_pence", "Enter an amount of money, or leave it empty."))
	}
	if r.Hours < 0 {
		faults.Add(den.Bad("hours", "Enter a number of hours, or leave it empty."))
	}
	if r.Budget < 0 {
		faults.Add(den.Bad("budget", "Enter an amount of money, or leave it empty."))
	}
	if !slices.Contains([]den.AtBudget{"", den.BudgetWarns, den.BudgetPauses, den.BudgetEnds}, r.AtBudget) {
		faults.Add(den.Bad("at_budget", "Choose what happens when the budget is used up: warn, pause or end."))
	}
	return faults.Err()
}

// rule decides on the start of a trial, by the rules of its department.
func (o *Orchestrator) rule(tx den.Tx, t den.Trial, now den.Stamp) (den.Ruling, den.Rules, error) {
	r, err := rulesOf(tx, t.Department)
	if err != nil {
		return den.Ruling{}, r, err
	}
	var taken den.Taken
	if r.Counts() { // each of the department's leases that is not over is read for it
		u, err := o.useOf(tx, t.Department, now)
		if err != nil {
			return den.Ruling{}, r, err
		}
		taken = u.taken()
	}
	n := den.Span(len(t.Entries))
	ran := n * o.runs(t.Hours, now, now.Add(t.Length))
	size, _ := o.size(t.Size)
	want := den.Want{
		Sandboxes: len(t.Entries), Size: t.Size, Length: t.Length,
		Pence: den.PenceOf(den.MilliOf(size.Price, ran)), Hours: int64(ran.Hours()),
	}
	for _, e := range t.Entries {
		for _, way := range e.Agreed.Out {
			if !slices.Contains(want.WaysOut, way.Host) {
				want.WaysOut = append(want.WaysOut, way.Host)
			}
		}
	}
	return r.Decide(want, taken), r, nil
}

// refusedBy is the error of a ruling that refuses: of the input where another input
// would do, else a conflict with what is used already.
func refusedBy(r den.Ruling) error {
	e := den.Bad(r.Field, "%s", r.Say)
	if r.Rule == den.RuleMost || r.Field == "" {
		e.Kind = den.Conflict
	}
	return e
}

// Budget says what a department has used this month and the months before.
func (o *Orchestrator) Budget(ctx context.Context, actor den.Actor, department den.ID) (v den.BudgetView, err error) {
	err = o.Store.View(ctx, func(tx den.Tx) error {
		now := o.now()
		if v.RulesView, err = o.rulesView(tx, actor, department); err != nil {
			return err
		}
		u, err := o.useOf(tx, department, now)
		if err != nil {
			return err
		}
		v.Month, v.MonthEnds, v.Pence, v.Ran = u.Month, den.MonthEnd(now, o.Zone), u.Pence(), u.Ran
		v.Promised, v.Sandboxes = den.PenceOf(u.promised), len(u.leases)
		for _, size := range o.Config.Sizes {
			ran := u.BySize[size.Name]
			v.BySize = append(v.BySize, den.SizeSpent{Size: size, Ran: ran, Pence: den.PenceOf(den.MilliOf(size.Price, ran))})
		}
		v.Before, err = monthsBefore(tx, department, now.In(o.Zone))
		return err
	})
	return v, err
}

// monthsBefore reads the eleven months before this one, the latest first.
func monthsBefore(tx den.Tx, department den.ID, local den.Stamp) ([]den.Spending, error) {
	var all []den.Spending
	first := local.AddDate(0, 0, 1-local.Day())
	for back := 1; back < 12; back++ {
		s, err := spendingOf(tx, department, first.AddDate(0, -back, 0).Format("2006-01"))
		if err != nil {
			return nil, err
		}
		if s.Ran > 0 {
			all = append(all, s)
		}
	}
	return all, nil
}
