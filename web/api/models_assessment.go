package api

import (
	"innovationden/orchestrator/den"
	"innovationden/web/api/contract"
)

func assessment(a den.Assessment) contract.Assessment {
	out := contract.Assessment{
		Id: some(string(a.ID)), Trial: string(a.Trial), Entry: string(a.Entry), Evaluator: string(a.Evaluator),
		Scores: map[string]contract.Score{}, Note: a.Note, Submitted: a.Submitted(), SavedAt: moment(a.SavedAt),
		SubmittedAt: moment(a.SubmittedAt), Revision: a.Rev,
	}
	for id, s := range a.Scores {
		score := contract.Score{NotTested: some(s.NotTested), Reason: some(s.Reason)}
		if s.Mark != nil {
			score.Mark = new(int32(*s.Mark))
		}
		out.Scores[id] = score
	}
	return out
}

func newAssessment(b contract.NewAssessment) den.NewAssessment {
	n := den.NewAssessment{Scores: map[string]den.Score{}, Note: value(b.Note), Submit: value(b.Submit)}
	for id, s := range b.Scores {
		score := den.Score{NotTested: value(s.NotTested), Reason: value(s.Reason)}
		if s.Mark != nil {
			score.Mark = new(int(*s.Mark))
		}
		n.Scores[id] = score
	}
	return n
}

func outcome(o den.Outcome) contract.Outcome {
	out := contract.Outcome{
		Trial: string(o.Trial), Scheme: schemeRef(o.Scheme), Results: list(o.Results, result), Finding: o.Says,
		Why: some(o.Why), Chosen: some(string(o.Chosen)), DecidedBy: some(string(o.DecidedBy)), DecidedAt: moment(o.DecidedAt), Revision: o.Rev,
	}
	if o.Decision != "" {
		out.Decision = new(contract.Decision(o.Decision))
	}
	return out
}

func result(r den.Result) contract.Result {
	marks := r.Marks
	if marks == nil {
		marks = map[string]float64{}
	}
	return contract.Result{
		Entry: string(r.Entry), Total: r.Total, Low: r.Low, High: r.High, Rank: int32(r.Rank), ScreenedOut: r.Screened,
		Marks: marks, Untested: list(r.Untested, same[string]), Assessors: int32(r.Assessors),
	}
}
