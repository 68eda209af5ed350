package api

import (
	"strconv"
	"time"

	"innovationden/orchestrator/den"
	"innovationden/web/api/contract"
)

func assessment(a den.Assessment) contract.Assessment {
	out := contract.Assessment{
		Id: some(string(a.ID)), Trial: string(a.Trial), Entry: string(a.Entry), Evaluator: string(a.Evaluator),
		Scores: map[string]contract.Score{}, Note: a.Note, Submitted: a.Submitted(), SavedAt: moment(a.SavedAt),
		SubmittedAt: moment(a.SubmittedAt), Revision: a.Rev,
	}
	if len(a.Tasks) > 0 {
		out.Tasks = new(list(a.Tasks, taskResult))
	}
	at := map[string]time.Time{}
	for id, s := range a.Scores {
		score := contract.Score{NotTested: some(s.NotTested), Reason: some(s.Reason)}
		if s.Mark != nil {
			score.Mark = new(int32(*s.Mark))
		}
		out.Scores[id], at[id] = score, a.GivenAt(id)
	}
	if len(at) > 0 {
		out.GivenAt = &at
	}
	return out
}

func newAssessment(b contract.NewAssessment) (den.NewAssessment, error) {
	n := den.NewAssessment{Scores: map[string]den.Score{}, Note: value(b.Note), Submit: value(b.Submit)}
	for at, note := range value(b.TaskNotes) {
		place, err := strconv.Atoi(at)
		if err != nil || place < 1 {
			return n, den.Bad("task_notes", "Name each task by its place in the trial's list, from 1.")
		}
		if n.TaskNotes == nil {
			n.TaskNotes = map[int]string{}
		}
		n.TaskNotes[place-1] = note
	}
	if b.Task != nil {
		n.Task = &den.TaskAct{Task: int(b.Task.Task) - 1, Step: den.TaskStep(b.Task.Step)}
	}
	for id, s := range b.Scores {
		score := den.Score{NotTested: value(s.NotTested), Reason: value(s.Reason)}
		if s.Mark != nil {
			score.Mark = new(int(*s.Mark))
		}
		n.Scores[id] = score
	}
	return n, nil
}

func outcome(o den.Outcome) contract.Outcome {
	out := contract.Outcome{
		Trial: string(o.Trial), Scheme: schemeRef(o.Scheme), Results: list(o.Results, result), Finding: o.Says,
		Why: some(o.Why), Chosen: some(string(o.Chosen)), DecidedBy: some(string(o.DecidedBy)), DecidedAt: moment(o.DecidedAt), Revision: o.Rev,
	}
	out.Agreement, out.Analysis, out.LockedAt = agreement(o.Agreement), analysis(o.Analysis), moment(o.LockedAt)
	if len(o.Cites) > 0 {
		out.Cites = new(list(o.Cites, citation))
	}
	if o.From != "" {
		out.From = new(contract.OutcomeFrom(o.From))
	}
	if o.Route != "" {
		out.Route = new(contract.Route(o.Route))
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
	out := contract.Result{
		Entry: string(r.Entry), Total: r.Total, Low: r.Low, High: r.High, Rank: int32(r.Rank), ScreenedOut: r.Screened,
		Marks: marks, Untested: list(r.Untested, same[string]), Assessors: int32(r.Assessors),
		Price: price(r.Price),
	}
	if len(r.Points) > 0 {
		by := map[string]contract.Points{}
		for id, p := range r.Points {
			by[id] = contract.Points{Weight: p.Weight, Low: p.Low, High: p.High}
		}
		out.Points = &by
	}
	if len(r.Below) > 0 {
		out.Below = &r.Below
	}
	if len(r.Unproven) > 0 {
		out.Unproven = &r.Unproven
	}
	return out
}
