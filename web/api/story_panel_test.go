package api_test

import (
	"context"

	"innovationden/orchestrator"
	"innovationden/orchestrator/den"
	"innovationden/sandbox"
	"innovationden/web/api/contract"
)

// panel has the department and the evaluator do what comes between scores and decision.
func (s *story) panel() {
	w, ctx, id := s.w, s.ctx, s.trial.Id
	declared, err := s.official.ListDeclarationsWithResponse(ctx, id)
	if got := told(w, declared.JSON200, err, declared.Body); len(got.Items) != 1 || got.Items[0].Interest != contract.DeclarationInterestNone {
		s.t.Errorf("declared was %+v", got)
	}
	again, err := s.judge.DeclareWithResponse(ctx, id, contract.NewDeclaration{Interest: contract.NewDeclarationInterestPerceived, Text: new("A friend works there.")})
	if got := told(w, again.JSON200, err, again.Body); got.Decision != "" {
		s.t.Errorf("an interest is decided by nobody: %+v", got)
	}
	goes, err := s.official.DecideInterestWithResponse(ctx, id, declared.JSON200.Items[0].Evaluator, nil, contract.NewConsequence{
		Decision: contract.NewConsequenceDecisionContinue, Why: "A friend is no relative.",
	})
	if got := told(w, goes.JSON200, err, goes.Body); got.Decision != "continue" || got.Why == nil {
		s.t.Errorf("the decision is %+v", got)
	}
	locked, err := s.official.GetProtocolWithResponse(ctx, id)
	before := told(w, locked.JSON200, err, locked.Body)
	if !before.Locked || before.Hash == nil || before.Sealed == nil {
		s.t.Errorf("the protocol is %+v", before)
	}
	for _, a := range before.Amendments {
		if a.What != "length" || a.Why == "" {
			s.t.Errorf("more time is no amendment: %+v", a)
		}
	}
	amended, err := s.official.AmendTrialWithResponse(ctx, id, nil, contract.NewAmendment{Rule: new("The best total."), Why: "It was forgotten."})
	told(w, amended.JSON200, err, amended.Body)
	after, err := s.official.GetProtocolWithResponse(ctx, id)
	if got := told(w, after.JSON200, err, after.Body); len(got.Amendments) != len(before.Amendments)+1 || *got.Hash != *before.Hash || got.Amendments[len(got.Amendments)-1].Protocol == *before.Hash {
		s.t.Errorf("the amended protocol is %+v", got)
	}
	w.o.Loads = idle{}
	loaded, err := s.official.StartLoadWithResponse(ctx, id)
	if got := told(w, loaded.JSON202, err, loaded.Body); got.State != "running" || int(got.RunsExpected) != 3*len(s.trial.Entries) {
		s.t.Errorf("the load test is %+v", got)
	}
	measured, err := s.official.GetMeasuredWithResponse(ctx, id)
	if got := told(w, measured.JSON200, err, measured.Body); got["standard"] != den.MeasuredStandard || len(got["facts"].([]any)) != len(s.trial.Entries) {
		s.t.Errorf("what was measured is %v", got)
	}
	for n, e := range s.trial.Entries {
		priced, err := s.official.SetPriceWithResponse(ctx, id, e.Id, contract.NewPrice{Pence: int64(100000 * (n + 1)), Basis: "One year."})
		told(w, priced.JSON200, err, priced.Body)
	}
	s.agree()
}

// agree records a consensus, a dissent and the lock.
func (s *story) agree() {
	w, ctx, id := s.w, s.ctx, s.trial.Id
	all, err := s.official.GetConsensusWithResponse(ctx, id)
	side := told(w, all.JSON200, err, all.Body)
	agreed := map[string]map[string]contract.AgreedScore{}
	for _, i := range side.Items {
		if agreed[i.Entry] == nil {
			agreed[i.Entry] = map[string]contract.AgreedScore{}
		}
		agreed[i.Entry][i.Criterion] = *i.Suggested
	}
	saved, err := s.official.SaveConsensusWithResponse(ctx, id, nil, contract.NewConsensus{Agreed: agreed})
	if got := told(w, saved.JSON200, err, saved.Body); got.Open != 0 {
		s.t.Errorf("%d marks are open", got.Open)
	}
	first := side.Items[0]
	dissented, err := s.judge.DissentWithResponse(ctx, id, contract.NewDissent{Entry: first.Entry, Criterion: first.Criterion, Text: new("It was worse.")})
	if got := told(w, dissented.JSON200, err, dissented.Body); len(got.Items[0].Dissents) != 1 {
		s.t.Errorf("the dissent is not there: %+v", got.Items[0])
	}
	lock, err := s.official.LockConsensusWithResponse(ctx, id, nil, contract.NewLock{})
	if got := told(w, lock.JSON200, err, lock.Body); !got.Locked {
		s.t.Error("the marks are not locked")
	}
	out, err := s.official.GetOutcomeWithResponse(ctx, id)
	got := told(w, out.JSON200, err, out.Body)
	if *got.From != contract.OutcomeFromConsensus || got.Results[0].Price == nil || got.Agreement == nil || got.Analysis == nil || len(got.Analysis.Standings) != 2 {
		s.t.Errorf("the outcome is %+v", got)
	}
}

// summaries reads what each supplier gets, and adds a version of a scheme.
func (s *story) summaries() {
	w, ctx := s.w, s.ctx
	for _, e := range s.trial.Entries {
		one, err := s.official.GetSummaryWithResponse(ctx, s.trial.Id, e.Id)
		if got := told(w, one.JSON200, err, one.Body); len(got.Rows) == 0 || got.Decision == nil || got.Price == nil {
			s.t.Errorf("the summary is %+v", got)
		}
	}
	added, err := s.ops.AddSchemeWithResponse(ctx, nil, contract.NewScheme{Id: "short", Title: "Short", Themes: []contract.NewTheme{{
		Id: "all", Title: "All", Criteria: []contract.NewCriterion{{
			Id: "works", Title: "Works", Question: "Does it work?", ScoredBy: "people", Weight: 100, WeightMin: 0, WeightMax: 100, Missing: "interval",
			Anchors: &[]string{"No.", "Hardly.", "Partly.", "Mostly.", "Nearly.", "Yes."},
		}},
	}}})
	if got := told(w, added.JSON201, err, added.Body); got.Version != 1 {
		s.t.Errorf("the scheme is %+v", got)
	}
}

// idle puts no load on anything.
type idle struct{}

func (idle) Load(context.Context, sandbox.Dialer, orchestrator.LoadTarget, func(den.LoadStep) error) error {
	return nil
}

func (idle) Busy(context.Context) (float64, error) { return 0, nil }
