package api

import (
	"errors"
	"strings"
	"time"

	"innovationden/orchestrator/den"
	"innovationden/web/api/contract"
)

// renamed gives fields of a refusal their names in the contract.
func renamed(err error, names map[string]string) error {
	var e *den.Error
	if !errors.As(err, &e) {
		return err
	}
	var all den.Faults
	for _, one := range e.All() {
		out := *one
		out.More = nil
		if name, ok := names[out.Field]; ok {
			out.Field = name
		}
		all.Add(&out)
	}
	return all.Err()
}

func declaration(d den.DeclarationView) contract.Declaration {
	return contract.Declaration{
		Id: string(d.ID), Trial: string(d.Trial), Evaluator: string(d.Evaluator), EvaluatorName: some(d.EvaluatorName),
		Interest: contract.DeclarationInterest(d.Stake), Text: d.Text, DeclaredAt: d.DeclaredAt, Decision: contract.DeclarationDecision(d.Consequence),
		Why: some(d.Why), DecidedBy: some(string(d.DecidedBy)), DecidedAt: moment(d.DecidedAt), Revision: d.Rev,
	}
}

func amendment(x den.Amendment) contract.Amendment {
	return contract.Amendment{At: x.At, By: string(x.By), Name: x.Name, What: x.What, From: x.From, To: x.To, Why: x.Why, Protocol: x.Protocol}
}

func newAmendment(b contract.NewAmendment, rev int64) den.NewAmendment {
	in := den.NewAmendment{Weights: value(b.Weights), Tasks: b.Tasks, Rule: b.Rule, Why: b.Why, Rev: rev}
	if b.Evaluators != nil {
		in.Evaluators = new(ids(*b.Evaluators))
	}
	if b.Chair != nil {
		in.Chair = new(den.ID(*b.Chair))
	}
	return in
}

func protocol(v den.ProtocolView) contract.Protocol {
	out := contract.Protocol{
		Trial: trial(v.Trial), Locked: v.Locked, Hash: some(v.Hash), At: moment(v.At), Sealed: some(v.Sealed), Amendments: list(v.Amendments, amendment),
	}
	if v.Locked {
		out.Event = new(int64(v.Event))
	}
	return out
}

func price(p *den.Price) *contract.EntryPrice {
	if p == nil {
		return nil
	}
	return &contract.EntryPrice{Pence: p.Pence, Basis: p.Basis, At: p.At}
}

func agreedScore(x *den.Agreed) *contract.AgreedScore {
	if x == nil {
		return nil
	}
	out := &contract.AgreedScore{NotTested: some(x.NotTested), Reason: x.Reason}
	if x.Mark != nil {
		out.Mark = new(int32(*x.Mark))
	}
	return out
}

func newConsensus(b contract.NewConsensus, rev int64) den.NewConsensus {
	in := den.NewConsensus{Agreed: map[den.ID]map[string]den.Agreed{}, Rev: rev}
	for entry, by := range b.Agreed {
		one := map[string]den.Agreed{}
		for criterion, x := range by {
			made := den.Agreed{NotTested: value(x.NotTested), Reason: x.Reason}
			if x.Mark != nil {
				made.Mark = new(int(*x.Mark))
			}
			one[criterion] = made
		}
		in.Agreed[den.ID(entry)] = one
	}
	return in
}

func consensus(v den.ConsensusView) contract.Consensus {
	out := contract.Consensus{
		Trial: string(v.Trial.ID), Items: []contract.ConsensusCriterion{}, Open: int32(v.Open), Waiting: list(v.Waiting, same[string]),
		Agreement: agreement(v.Agreement), Locked: v.Consensus.Locked(), ByMeans: v.Consensus.ByMeans, Why: some(v.Consensus.Why),
		LockedAt: moment(v.Consensus.LockedAt), Revision: v.Consensus.Rev,
	}
	for _, e := range v.Entries {
		for _, c := range e.Criteria {
			out.Items = append(out.Items, contract.ConsensusCriterion{
				Entry: string(e.Entry.ID), Criterion: c.Criterion.ID, Scores: list(c.Scores, scoreSeen), Unanimous: c.Unanimous,
				Suggested: agreedScore(c.Suggested), Agreed: agreedScore(c.Agreed), Dissents: list(c.Dissents, dissent),
			})
		}
	}
	return out
}

func scoreSeen(s den.ScoreSeen) contract.ScoreSeen {
	out := contract.ScoreSeen{Evaluator: string(s.Evaluator), Name: s.Name, NotTested: s.NotTested, Reason: s.Reason, Outlier: s.Outlier}
	if s.Mark != nil {
		out.Mark = new(int32(*s.Mark))
	}
	return out
}

func dissent(d den.Dissent) contract.Dissent {
	return contract.Dissent{Evaluator: string(d.Evaluator), Name: d.Name, Text: d.Text, At: d.At}
}

func figure(f den.Figure) contract.Figure { return contract.Figure{Value: f.Value, Why: some(f.Why)} }

func agreement(x *den.Agreement) *contract.Agreement {
	if x == nil {
		return nil
	}
	out := &contract.Agreement{
		Raters: int32(x.Raters), Units: int32(x.Units), Scores: int32(x.Scores), Alpha: figure(x.Alpha), Low: figure(x.Low), High: figure(x.High),
		KendallW: figure(x.Kendall), Icc21: figure(x.ICC), Icc2K: figure(x.ICCMean), Finding: x.Says, Criteria: map[string]contract.Figure{},
	}
	for id, c := range x.Criteria {
		out.Criteria[id] = figure(c.Alpha)
	}
	return out
}

func analysis(x *den.Analysis) *contract.Analysis {
	if x == nil {
		return nil
	}
	out := &contract.Analysis{
		Seed: int64(x.Seed), Draws: int32(x.Draws), Error: x.Error, Criteria: list(x.Criteria, same[string]), Leader: some(string(x.Leader)),
		Why: some(x.Why), Cautious: x.Cautious, Compared: x.Compared, Warnings: list(x.Warnings, same[string]),
		Standings: list(x.Ranks, func(s den.EntryStanding) contract.Standing {
			one := contract.Standing{Entry: string(s.Entry), Shares: s.Shares}
			if len(s.Central) > 0 {
				one.Central = &s.Central
			}
			return one
		}),
		Flips: list(x.Flips, func(f den.Flip) contract.Flip {
			return contract.Flip{Criterion: f.Criterion, Now: f.Now, At: f.At, Above: f.Above, To: string(f.To)}
		}),
	}
	if r := x.Reversal; r != nil {
		out.Reversal = &contract.Reversal{Winner: text(r.Winner), Instead: text(r.Instead), Without: text(r.Without), Criterion: r.Criterion}
	}
	return out
}

func summary(s den.Summary) contract.Summary {
	out := contract.Summary{
		Trial: string(s.Trial), TrialName: some(s.TrialName), DepartmentName: some(s.DepartmentName), Entry: string(s.Entry.ID),
		ProductName: some(s.Entry.ProductName), Scheme: new(schemeRef(s.Scheme)), Total: s.Total, Low: s.Low, High: s.High, Rank: int32(s.Rank),
		Ranked: int32(s.Ranked), ScreenedOut: s.Screened, Price: price(s.Price), Chosen: some(s.Chosen), Why: some(s.Why), At: moment(s.At),
		Rows: list(s.Rows, func(r den.SummaryRow) contract.SummaryRow {
			return contract.SummaryRow{
				Theme: r.Theme, Criterion: r.Criterion, Title: r.Title, Question: r.Question, Weight: r.Weight,
				ScoredBy: string(r.ScoredBy), Available: int32(r.Available), Mark: r.Mark, Anchor: some(r.Anchor),
				Reasons: list(r.Reasons, same[string]), WhyNotHigher: some(r.WhyNot),
			}
		}),
	}
	if s.Decision != "" {
		out.Decision = new(contract.Decision(s.Decision))
	}
	return out
}

func taskResult(r den.TaskResult) contract.TaskResult {
	return contract.TaskResult{
		Task: r.Task, State: string(r.State), Seconds: int64(r.Took / time.Second), StartedAt: moment(r.StartedAt), Note: r.Note,
	}
}

func newScheme(b contract.NewScheme) den.NewScheme {
	s := den.Scheme{ID: b.Id, Title: b.Title, Summary: value(b.Summary)}
	for _, t := range b.Themes {
		theme := den.Theme{ID: t.Id, Title: t.Title}
		for _, c := range t.Criteria {
			one := den.Criterion{
				ID: c.Id, Title: strings.TrimSpace(c.Title), Question: strings.TrimSpace(c.Question), Help: value(c.Help), Anchors: value(c.Anchors),
				TechnologyCode: numbers(c.TechnologyCode), ServiceStandard: numbers(c.ServiceStandard), ScoredBy: den.ScoredBy(c.ScoredBy),
				Formula: value(c.Formula), Weight: c.Weight, WeightMin: c.WeightMin, WeightMax: c.WeightMax, Evidence: value(c.Evidence),
				Missing: den.MissingRule(c.Missing),
			}
			if c.Minimum != nil {
				one.Minimum = new(int(*c.Minimum))
			}
			theme.Criteria = append(theme.Criteria, one)
		}
		s.Themes = append(s.Themes, theme)
	}
	return den.NewScheme{Scheme: s, Why: value(b.Why)}
}

func numbers(of *[]int32) []int {
	return list(value(of), func(n int32) int { return int(n) })
}
