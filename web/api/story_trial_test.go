package api_test

import (
	"encoding/json"
	"strings"

	"innovationden/web/api/contract"
)

// setUp drafts a trial, throws one away, changes the other and starts it.
func (s *story) setUp() {
	w, ctx := s.w, s.ctx
	me, err := s.official.GetMeWithResponse(ctx)
	if got := told(w, me.JSON200, err, me.Body); got.Name != member {
		s.t.Errorf("I am %s", got.Name)
	}
	schemes, err := s.official.ListSchemesWithResponse(ctx)
	first := told(w, schemes.JSON200, err, schemes.Body).Items[0]
	scheme, err := s.official.GetSchemeWithResponse(ctx, first.Id, first.Version)
	told(w, scheme.JSON200, err, scheme.Body)
	sizes, err := s.official.ListSizesWithResponse(ctx)
	told(w, sizes.JSON200, err, sizes.Body)
	people, err := s.official.ListPeopleWithResponse(ctx, nil)
	if got := told(w, people.JSON200, err, people.Body); len(got.Items) != len(everybody) {
		s.t.Errorf("there are %d people", len(got.Items))
	}
	draft := func() contract.Trial {
		made, err := s.official.AddTrialWithResponse(ctx, nil, contract.NewTrial{})
		return told(w, made.JSON201, err, made.Body)
	}
	dropped, err := s.official.CancelTrialWithResponse(ctx, draft().Id, nil, contract.Reason{Why: new("Not needed.")})
	if got := told(w, dropped.JSON200, err, dropped.Body); got.State != contract.Cancelled {
		s.t.Errorf("the draft is %s", got.State)
	}
	made := draft()
	changed, err := s.official.ChangeTrialWithResponse(ctx, made.Id, nil, contract.NewTrial{
		Name: new("Booking, compared"), Question: new("Which is easier?"),
		Releases: &s.releases, Evaluators: &[]string{string(w.people[evaluator].ID)}, Tasks: &[]string{"Book", "Cancel"},
	})
	told(w, changed.JSON200, err, changed.Body)
	kept, err := s.official.SetTrialDataWithBodyWithResponse(ctx, made.Id, &contract.SetTrialDataParams{Name: "people.csv"}, "application/octet-stream", strings.NewReader("name\nAda\n"))
	if got := told(w, kept.JSON200, err, kept.Body); got.Data == nil || got.Data.Files != 1 || len(got.Data.Sha256) != 64 {
		s.t.Errorf("the data is %+v", got.Data)
	}
	bare, err := s.official.DropTrialDataWithResponse(ctx, made.Id, nil)
	if got := told(w, bare.JSON200, err, bare.Body); got.Data != nil {
		s.t.Errorf("the data is still %+v", got.Data)
	}
	changed, err = s.official.ChangeTrialWithResponse(ctx, made.Id, nil, contract.NewTrial{
		Name: new("Booking, compared"), Question: new("Which is easier?"),
		Releases: &s.releases, Evaluators: &[]string{string(w.people[evaluator].ID)}, Tasks: &[]string{"Book", "Cancel"},
	})
	told(w, changed.JSON200, err, changed.Body)
	watch, err := s.official.WatchTrial(ctx, made.Id, nil)
	s.events = listen(s.t, watch, err)
	started, err := s.official.StartTrialWithResponse(ctx, made.Id, &contract.StartTrialParams{IfMatch: new(changed.HTTPResponse.Header.Get("ETag"))})
	s.trial = told(w, started.JSON202, err, started.Body)
	list, err := s.official.ListTrialsWithResponse(ctx, &contract.ListTrialsParams{State: new(contract.Running)})
	if got := told(w, list.JSON200, err, list.Body); len(got.Items) != 1 || got.Items[0].Protocol == nil {
		s.t.Errorf("running are %+v", got.Items)
	}
}

// assess submits the evaluator's scores for both entries.
func (s *story) assess() {
	w, ctx := s.w, s.ctx
	scheme, err := s.judge.GetSchemeWithResponse(ctx, s.trial.Scheme.Id, s.trial.Scheme.Version)
	themes := told(w, scheme.JSON200, err, scheme.Body).Themes
	declared, err := s.judge.DeclareWithResponse(ctx, s.trial.Id, contract.NewDeclaration{Interest: contract.NewDeclarationInterestNone})
	if got := told(w, declared.JSON200, err, declared.Body); got.Decision != "continue" {
		s.t.Errorf("the declaration is %+v", got)
	}
	for i, e := range s.trial.Entries {
		blank, err := s.judge.GetAssessmentWithResponse(ctx, s.trial.Id, e.Id)
		if got := told(w, blank.JSON200, err, blank.Body); got.Submitted || got.Revision != 0 {
			s.t.Errorf("the assessment is %+v", got)
		}
		scores := map[string]contract.Score{}
		for _, theme := range themes {
			for _, c := range theme.Criteria {
				if c.ScoredBy == contract.People {
					scores[c.Id] = contract.Score{Mark: new(int32(3 + i)), Reason: new("Tried it.")}
				}
			}
		}
		if i == 0 {
			s.exhibits(e.Id)
		}
		saved, err := s.judge.SaveAssessmentWithResponse(ctx, s.trial.Id, e.Id, nil, contract.NewAssessment{Scores: scores, Submit: new(true)})
		if got := told(w, saved.JSON200, err, saved.Body); !got.Submitted || got.GivenAt == nil || len(*got.GivenAt) != len(scores) {
			s.t.Errorf("the assessment is not submitted, or does not say when its answers were given: %+v", got)
		}
	}
	for told := false; !told; {
		e, open := next(s.t, s.events)
		if !open {
			s.t.Fatal("the stream of the trial ended before its outcome")
		}
		w.must(json.Unmarshal([]byte(e.data), &s.trial))
		told = s.trial.Outcome != nil && s.trial.Outcome.Results[1].Rank == 1
	}
}

func (s *story) decide() {
	w, ctx := s.w, s.ctx
	out, err := s.official.GetOutcomeWithResponse(ctx, s.trial.Id)
	got := told(w, out.JSON200, err, out.Body)
	if got.Results[1].Rank != 1 || got.Results[0].Rank != 2 || got.Finding == "" {
		s.t.Errorf("the outcome is %+v", got)
	}
	made, err := s.official.DecideWithResponse(ctx, s.trial.Id, &contract.DecideParams{IfMatch: new(out.HTTPResponse.Header.Get("ETag"))},
		contract.NewDecision{Decision: contract.Proceed, Why: "It was easier.", Chosen: new(got.Results[1].Entry)})
	if got := told(w, made.JSON200, err, made.Body); *got.Decision != contract.Proceed || *got.DecidedBy != string(w.people[member].ID) {
		s.t.Errorf("the decision is %+v", got)
	}
}
