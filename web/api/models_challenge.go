package api

import (
	"time"

	"innovationden/orchestrator/den"
	"innovationden/web/api/contract"
	"innovationden/web/pack"
)

func challengeLine(c den.ChallengeLine) contract.ChallengeLine {
	return contract.ChallengeLine{
		Id: string(c.ID), Department: string(c.Department), DepartmentName: c.DepartmentName, State: contract.ChallengeState(c.State), Title: c.Title,
		Capabilities: text(c.Capabilities), AnswersUntil: moment(c.Timetable.AnswersUntil), PublishedAt: moment(c.PublishedAt),
		Fits: text(c.Fits), Answered: c.Answered, Waiting: some(int32(c.Waiting)), Interests: some(int32(c.Interests)),
	}
}

func challenge(v den.ChallengeView) contract.Challenge {
	out := contract.Challenge{
		Id: string(v.ID), Department: string(v.Department), DepartmentName: v.DepartmentName, State: contract.ChallengeState(v.State),
		Title: v.Title, Problem: v.Problem, People: v.People, Success: v.Success, Constraints: v.Constraints, Data: contract.DataUse(v.Data), Agreed: some(v.Agreed),
		QuestionsUntil: moment(v.Timetable.QuestionsUntil), AnswersUntil: moment(v.Timetable.AnswersUntil), TrialFrom: moment(v.Timetable.TrialFrom),
		TrialSeconds: some(seconds(v.Timetable.TrialFor)), BudgetLowPence: some(v.Budget.Low), BudgetHighPence: some(v.Budget.High),
		Capabilities: text(v.Capabilities), Outcome: some(v.Outcome), TakesQuestions: v.TakesQuestions, TakesAnswers: v.TakesAnswers,
		Questions: list(v.Questions, asked), Changes: list(v.Changes, told), Thanks: list(v.Thanks, thanks), Interests: list(v.Interests, interest),
		Trials:    list(v.Tried, func(t den.ChallengeTrial) string { return string(t.ID) }),
		CreatedAt: v.CreatedAt, PublishedAt: moment(v.PublishedAt), ClosedAt: moment(v.ClosedAt), Revision: v.Rev,
	}
	if len(v.Invited) > 0 {
		out.Invited = new(list(v.Invited, func(i den.Invitation) string { return string(i.Supplier) }))
	}
	return out
}

func asked(q den.QuestionView) contract.Question {
	return contract.Question{
		Id: string(q.ID), Challenge: string(q.Challenge), Asked: some(q.Asked), Said: some(q.Said), Answer: some(q.Answer),
		At: moment(q.At), AnsweredAt: moment(q.AnsweredAt), Mine: q.Mine, Revision: some(q.Rev),
	}
}

func told(c den.Change) contract.Told {
	out := contract.Told{At: c.At, Say: c.Say, Why: some(c.Why)}
	if was := pack.Was(c, time.UTC); len(was) > 0 {
		out.Was = new(list(was, func(s pack.Said) contract.SaidBefore { return contract.SaidBefore{Part: s.Part, Text: s.Text} }))
	}
	return out
}

func thanks(t den.Thanks) contract.Thanks {
	return contract.Thanks{SupplierName: t.SupplierName, At: t.At, Say: t.Say}
}

func interest(i den.InterestView) contract.Interest {
	return contract.Interest{
		Id: string(i.ID), Challenge: string(i.Challenge), Supplier: string(i.Supplier), SupplierName: i.SupplierName, Advice: i.Advice,
		Thanks: some(i.Thanks), At: i.ChangedAt, Revision: i.Rev,
		Products: list(i.Products, func(p den.InterestProduct) contract.InterestProduct {
			return contract.InterestProduct{Id: string(p.ID), Name: p.Name, Release: some(string(p.Release)), Version: some(p.Version)}
		}),
	}
}

func fit(f den.Fit) contract.Fit {
	return contract.Fit{
		Product: string(f.Product), ProductName: f.ProductName, Supplier: string(f.Supplier), SupplierName: f.SupplierName, InCommon: text(f.InCommon), Missing: text(f.Missing),
		Trials: int32(f.Trials), Invited: f.Invited, Answered: f.Answered,
	}
}

func packed(p den.Pack) contract.Pack {
	c := p.Challenge
	return contract.Pack{
		At: p.At, Id: string(c.ID), DepartmentName: p.DepartmentName, State: contract.ChallengeState(c.State),
		Title: c.Title, Problem: c.Problem, People: c.People, Success: c.Success, Constraints: c.Constraints, Data: contract.DataUse(c.Data), Agreed: some(c.Agreed),
		QuestionsUntil: moment(c.Timetable.QuestionsUntil), AnswersUntil: moment(c.Timetable.AnswersUntil), TrialFrom: moment(c.Timetable.TrialFrom),
		TrialSeconds: some(seconds(c.Timetable.TrialFor)), BudgetLowPence: some(c.Budget.Low), BudgetHighPence: some(c.Budget.High),
		Capabilities: text(p.Capabilities), Outcome: some(c.Outcome),
		Questions: list(p.Questions, asked), Changes: list(p.Changes, told), Thanks: list(p.Thanks, thanks),
	}
}

func newChallenge(b contract.NewChallenge) den.NewChallenge {
	return den.NewChallenge{
		Department: den.ID(value(b.Department)), Title: value(b.Title), Problem: value(b.Problem), People: value(b.People), Success: value(b.Success),
		Constraints: value(b.Constraints), Data: den.DataUse(value(b.Data)), Agreed: value(b.Agreed),
		Timetable: den.Timetable{
			QuestionsUntil: value(b.QuestionsUntil).UTC(), AnswersUntil: value(b.AnswersUntil).UTC(), TrialFrom: value(b.TrialFrom).UTC(),
			TrialFor: time.Duration(value(b.TrialSeconds)) * time.Second,
		},
		Budget:       den.Budget{Low: value(b.BudgetLowPence), High: value(b.BudgetHighPence)},
		Capabilities: value(b.Capabilities), Why: value(b.Why), Because: den.ID(value(b.Because)),
	}
}
