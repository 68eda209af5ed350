package api

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"innovationden/orchestrator/den"
	"innovationden/web/api/contract"
)

func approval(r den.RequestView) contract.Approval {
	return contract.Approval{
		Id: string(r.ID), Kind: contract.ApprovalKind(r.Kind), State: contract.ApprovalState(r.State), Department: string(r.Department),
		DepartmentName: some(r.DepartmentName), Trial: string(r.Trial), TrialName: some(r.TrialName), Sandbox: some(string(r.Lease)),
		ProductName: some(r.ProductName), Until: moment(r.Until), AskedBy: string(r.AskedBy), AskedName: some(r.AskedName), AskedAt: r.AskedAt,
		Why: some(r.Why), Rule: string(r.Rule), Detail: r.Say, CostPence: r.Pence, LapsesAt: r.LapsesAt, DecidedBy: some(string(r.DecidedBy)),
		DecidedName: some(r.DecidedAs), DecidedAt: moment(r.DecidedAt), Reason: some(r.Reason), MayDecide: r.May[den.DecideRequest], Revision: r.Rev,
	}
}

func rules(r den.RulesView) contract.Rules {
	return contract.Rules{
		Department: string(r.Department), DepartmentName: some(r.DepartmentName), Most: int32(r.Most), LongestSeconds: seconds(r.Longest),
		LengthSeconds: seconds(r.Length), Sizes: list(r.Sizes, same[string]), AskSizes: list(r.AskSizes, same[string]),
		WaysOut: list(r.WaysOut, same[string]), NoWaysOut: r.NoWaysOut, AskWaysOut: r.AskWaysOut, AskAlways: r.AskAlways, AskPence: r.AskPence, Hours: r.Rules.Hours,
		BudgetPence: r.Rules.Budget, AtBudget: contract.AtBudget(r.AtBudget), Revision: r.Rev,
	}
}

func newRules(department string, b contract.NewRules) den.Rules {
	return den.Rules{
		Department: den.ID(department), Most: int(value(b.Most)), Longest: span(b.LongestSeconds), Length: span(b.LengthSeconds),
		Sizes: value(b.Sizes), AskSizes: value(b.AskSizes), WaysOut: value(b.WaysOut), NoWaysOut: value(b.NoWaysOut), AskWaysOut: value(b.AskWaysOut),
		AskAlways: value(b.AskAlways), AskPence: value(b.AskPence), Hours: value(b.Hours), Budget: value(b.BudgetPence),
		AtBudget: den.AtBudget(value(b.AtBudget)),
	}
}

func budget(b den.BudgetView) contract.Budget {
	return contract.Budget{
		Department: string(b.Department), Month: b.Month, MonthEndsAt: b.MonthEnds, SpentPence: b.Pence, PromisedPence: b.Promised,
		BudgetPence: b.Rules.Budget, RanSeconds: seconds(b.Ran), Hours: b.Rules.Hours, Sandboxes: int32(b.Sandboxes),
		Sizes: list(b.BySize, func(s den.SizeSpent) contract.SizeSpent {
			return contract.SizeSpent{Size: s.Size.Name, RanSeconds: seconds(s.Ran), CostPence: s.Pence, PencePerHour: new(float64(s.Size.Price) / 1000)}
		}),
	}
}

func seconds(d time.Duration) int64 { return int64(d / time.Second) }

func span(s *int64) time.Duration { return time.Duration(value(s)) * time.Second }

func ruling(r *den.Ruling) *contract.Ruling {
	if r == nil {
		return nil
	}
	return &contract.Ruling{Verdict: contract.RulingVerdict(r.Verdict), Rule: some(string(r.Rule)), Detail: r.Say}
}

func hours(h *den.Hours) *contract.Hours {
	if h == nil {
		return nil
	}
	return &contract.Hours{
		Days: list(h.Days, func(d time.Weekday) contract.Weekday { return contract.Weekday(strings.ToLower(d.String())) }),
		From: clock(h.From), To: clock(h.To), Zone: some(h.Zone),
	}
}

func newHours(b *contract.Hours) (*den.Hours, error) {
	if b == nil {
		return nil, nil //nolint:nilnil // no hours are no fault
	}
	h := den.Hours{Zone: value(b.Zone)}
	for _, d := range den.Week {
		if slices.Contains(b.Days, contract.Weekday(strings.ToLower(d.String()))) {
			h.Days = append(h.Days, d)
		}
	}
	var err error
	if h.From, err = minutes(b.From); err != nil {
		return nil, err
	}
	h.To, err = minutes(b.To)
	return &h, err
}

func clock(m int) string { return fmt.Sprintf("%02d:%02d", m/60, m%60) }

func minutes(text string) (int, error) {
	var h, m int
	if n, err := fmt.Sscanf(text, "%02d:%02d", &h, &m); n != 2 || err != nil || m > 59 || h > 24 {
		return 0, den.Bad("hours", "Enter times such as 09:00 and 17:00.")
	}
	return h*60 + m, nil
}
