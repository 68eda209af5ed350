package api

import (
	"time"

	"innovationden/orchestrator/den"
	"innovationden/web/api/contract"
)

func trial(t den.TrialView) contract.Trial {
	evaluators, weights := text(t.Evaluators), t.Weights
	out := contract.Trial{
		Id: string(t.ID), Department: string(t.Department), DepartmentName: some(t.DepartmentName), Name: t.Name,
		Question: t.Question, State: contract.TrialState(t.State), Scheme: schemeRef(t.Trial.Scheme), Size: t.Size,
		LengthSeconds: int64(t.Length / time.Second), Tasks: &t.Tasks, Entries: list(t.Entries, entry), Evaluators: &evaluators,
		Challenge: some(string(t.Challenge)),
		Protocol:  some(t.Protocol), CostPence: &t.Pence, CreatedAt: t.CreatedAt, StartedAt: moment(t.StartedAt),
		EndsAt: moment(t.EndsAt), ClosedAt: moment(t.ClosedAt), Revision: t.Rev, Hours: hours(t.Hours), Ruling: ruling(t.Ruling),
	}
	out.Rule, out.Chair, out.Blind, out.Veiled, out.Locked = some(t.Rule), some(string(t.Leads())), some(t.Blind), some(t.Veiled), some(t.Locked)
	if len(t.Priced) > 0 {
		out.Priced = new(text(t.Priced))
	}
	if len(t.Amendments) > 0 {
		out.Amendments = new(list(t.Amendments, amendment))
	}
	if t.Tasks == nil {
		out.Tasks = &[]string{}
	}
	out.Data = scenario(t.Scenario)
	if len(t.Measuring.Pages) > 0 {
		out.Pages = &t.Measuring.Pages
	}
	out.Objective = objective(t.Measuring.Aim())
	if weights != nil {
		out.Weights = &weights
	}
	if t.Outcome != nil {
		out.Outcome = new(outcome(*t.Outcome))
	}
	return out
}

func schemeRef(r den.SchemeRef) contract.SchemeRef {
	return contract.SchemeRef{Id: r.ID, Version: int32(r.Version)}
}

func entry(e den.EntryView) contract.Entry {
	out := contract.Entry{
		Id: string(e.ID), Label: e.Label, Release: string(e.Release), Product: string(e.Product), ProductName: some(e.ProductName),
		Supplier: some(string(e.Supplier)), SupplierName: some(e.SupplierName), Version: some(e.Version),
		Asks: ways(e.Asks), Agreed: ways(e.Agreed),
	}
	if e.Sandbox != nil {
		out.Sandbox = new(sandbox(*e.Sandbox))
	}
	return out
}

// moment is a time, or nil for one that has not come.
func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func newTrial(b contract.NewTrial) (den.NewTrial, error) {
	open, err := agreed(value(b.Agreed))
	if err != nil {
		return den.NewTrial{}, err
	}
	n := den.NewTrial{
		Agreed:     open,
		Department: den.ID(value(b.Department)), Name: value(b.Name), Question: value(b.Question), Weights: value(b.Weights),
		Size: value(b.Size), Length: time.Duration(value(b.LengthSeconds)) * time.Second, Tasks: value(b.Tasks),
		Releases: ids(value(b.Releases)), Evaluators: ids(value(b.Evaluators)),
	}
	n.Rule, n.Chair, n.Blind = value(b.Rule), den.ID(value(b.Chair)), value(b.Blind)
	if b.Scheme != nil {
		n.Scheme = den.SchemeRef{ID: b.Scheme.Id, Version: int(b.Scheme.Version)}
	}
	n.Measuring.Pages = value(b.Pages)
	if o := b.Objective; o != nil {
		n.Measuring.Objective = den.Objective{P95: time.Duration(o.ResponseMsP95 * float64(time.Millisecond)), Errors: o.ErrorShare}
	}
	n.Hours, err = newHours(b.Hours)
	return n, err
}

func objective(o den.Objective) *contract.Objective {
	return &contract.Objective{ResponseMsP95: den.Milliseconds(o.P95), ErrorShare: o.Errors}
}
