package orchestrator

import (
	"context"
	"slices"

	"innovationden/orchestrator/den"
	"innovationden/orchestrator/evaluation"
)

// Report is the standard document of a trial. NotFound where Outcome is.
func (o *Orchestrator) Report(ctx context.Context, actor den.Actor, trial den.ID) (r den.Report, err error) {
	err = o.Store.View(ctx, func(tx den.Tx) error {
		t, err := mayTrial(tx, actor, trial, den.ReadTrial)
		if err != nil {
			return err
		}
		r, err = o.reportOf(tx, actor, t)
		return err
	})
	return r, err
}

// reporting is the making of one document.
type reporting struct {
	o        *Orchestrator
	tx       den.Tx
	v        den.TrialView // as the reader may see it
	criteria []den.Criterion
	people   []den.ID // evaluators who submitted, in the order of the trial's
	names    []string // of the products, in the order of the entries
	table    evaluation.Marks
	found    evaluation.Outcome
	agreed   evaluation.Agreement
	r        den.Report
}

// reportOf makes the document of what an actor may see.
func (o *Orchestrator) reportOf(tx den.Tx, actor den.Actor, t den.Trial) (den.Report, error) {
	v, err := o.viewOf(tx, actor, t)
	if err != nil {
		return den.Report{}, err
	}
	if v.Outcome == nil {
		return den.Report{}, den.Refuse(den.NotFound, "There is no report to see yet. It is there once assessments are submitted, your own included.")
	}
	w := &reporting{o: o, tx: tx, v: v, criteria: v.Scheme.Criteria()}
	for _, e := range v.Entries {
		w.names = append(w.names, e.ProductName)
	}
	w.people = scorers(t, v.Assessments)
	for _, step := range []func() error{w.rank, w.about, w.entries, w.scores, w.totals, w.facts, w.missing, w.decision, w.receipts, w.record} {
		if err := step(); err != nil {
			return den.Report{}, err
		}
	}
	return w.r, nil
}

// scorers are the evaluators who submitted anything: those of the trial in its order,
// then whoever scored besides.
func scorers(t den.Trial, all []den.AssessmentView) []den.ID {
	var order, out []den.ID
	order = append(order, t.Evaluators...)
	for _, a := range all {
		order = append(order, a.Evaluator)
	}
	for _, id := range order {
		did := slices.ContainsFunc(all, func(a den.AssessmentView) bool { return a.Evaluator == id && a.Submitted() })
		if did && !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out
}

// rank computes the figures anew, from the same seed as the outcome: they are the same.
func (w *reporting) rank() error {
	all, err := counting(w.tx, w.v.Trial)
	if err != nil {
		return err
	}
	agreed, err := consensusOf(w.tx, w.v.Trial.ID)
	if err != nil {
		return err
	}
	w.table, _ = marks(w.v.Scheme, w.v.Trial, all, agreed, w.names)
	if len(w.table.Entries) == 0 {
		return nil
	}
	if w.found, err = evaluation.Rank(w.table, evaluation.Options{}); err != nil {
		return err
	}
	ratings := w.ratings("")
	if len(ratings.Units) == 0 || len(ratings.Raters) == 0 {
		return nil
	}
	w.agreed, err = evaluation.Agree(ratings, evaluation.Options{})
	return err
}

// ratings is who said what of each entry and criterion, or of one criterion.
func (w *reporting) ratings(only string) evaluation.Ratings {
	var out evaluation.Ratings
	for _, id := range w.people {
		out.Raters = append(out.Raters, string(id))
	}
	for _, c := range w.criteria {
		if c.ScoredBy != den.ByPeople || only != "" && c.ID != only {
			continue
		}
		for _, e := range w.v.Entries {
			out.Units = append(out.Units, evaluation.Unit{ID: c.ID + " " + string(e.ID), Scores: w.given(e.ID, c.ID)})
		}
	}
	return out
}

// given is the marks of an entry for a criterion, in the order of the people.
func (w *reporting) given(entry den.ID, criterion string) []evaluation.Mark {
	out := make([]evaluation.Mark, len(w.people))
	for i, id := range w.people {
		if s, ok := w.answer(id, entry, criterion); ok && s.Mark != nil && !s.NotTested {
			out[i] = evaluation.At(float64(*s.Mark))
		}
	}
	return out
}

func (w *reporting) answer(who, entry den.ID, criterion string) (den.Score, bool) {
	for _, a := range w.v.Assessments {
		if a.Evaluator == who && a.Entry == entry && a.Submitted() {
			s, ok := a.Scores[criterion]
			return s, ok
		}
	}
	return den.Score{}, false
}

func (w *reporting) about() error {
	t := w.v.Trial
	w.r.Standard, w.r.MadeAt, w.r.Withheld = den.ReportStandard, w.o.now(), []den.Part{}
	w.r.Trial = den.ReportTrial{
		ID: t.ID, Name: t.Name, Question: t.Question, DepartmentID: t.Department, Department: w.v.DepartmentName, Challenge: t.Challenge,
		State: string(t.State), StartedAt: t.StartedAt, ClosedAt: t.ClosedAt, EndsAt: t.EndsAt,
		Length: t.Length.Seconds(), Evaluators: len(w.people), Pence: w.v.Pence,
	}
	w.r.Protocol = den.ReportProtocol{
		Hash: t.Protocol, SchemeID: t.Scheme.ID, Version: t.Scheme.Version, SchemeTitle: w.v.Scheme.Title,
		Size: t.Size, SizeTitle: w.v.SizeTitle, Tasks: append([]string{}, t.Tasks...),
	}
	w.r.Finding = append([]string{}, w.v.Outcome.Says)
	w.r.Conflicts, w.r.Amendments = []den.ReportConflict{}, []den.ReportAmendment{}
	sum := 0.0
	for _, c := range w.criteria {
		sum += t.Weights[c.ID]
	}
	w.r.Criteria = []den.ReportCriterion{}
	for _, theme := range w.v.Scheme.Themes {
		for _, c := range theme.Criteria {
			one := den.ReportCriterion{
				ID: c.ID, Theme: theme.Title, Title: c.Title, Question: c.Question, ScoredBy: string(c.ScoredBy), Formula: c.Formula,
				Minimum: c.Minimum, IfMissing: string(c.Missing),
			}
			if sum > 0 {
				one.Weight = t.Weights[c.ID] / sum
			}
			if c.ScoredBy == den.ByPeople && len(w.people) > 1 {
				one.Alpha = evaluation.Alpha(w.ratings(c.ID), evaluation.Ordinal).Value
			}
			w.r.Criteria = append(w.r.Criteria, one)
		}
	}
	return nil
}
