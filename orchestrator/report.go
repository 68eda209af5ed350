package orchestrator

import (
	"context"
	"fmt"
	"slices"

	"innovationden/orchestrator/den"
	"innovationden/orchestrator/evaluation"
)

// Report is the standard document of a trial. NotYet where Outcome is.
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
	tx       den.Tx
	actor    den.Actor
	v        den.TrialView // as the reader may see it
	criteria []den.Criterion
	panel    []den.ID // everybody who was asked, or scored besides: the order of labels
	people   []den.ID // those of them who submitted, and were not taken out
	declared []den.Declaration
	agreed   den.Consensus // the zero Consensus until quality is locked
	r        den.Report
}

// reportOf makes the document of what an actor may see.
func (o *Orchestrator) reportOf(tx den.Tx, actor den.Actor, t den.Trial) (den.Report, error) {
	v, err := o.viewOf(tx, actor, t)
	if err != nil {
		return den.Report{}, err
	}
	if v.Outcome == nil {
		return den.Report{}, den.Refuse(den.NotYet, "There is no report to see yet. It is there once assessments are submitted, your own included.")
	}
	w := &reporting{tx: tx, actor: actor, v: v, criteria: v.Scheme.Criteria()}
	w.r.MadeAt = o.now()
	for _, step := range []func() error{w.whom, w.about, w.entries, w.scores, w.totals, w.facts, w.missing, w.decision, w.receipts, w.record} {
		if err := step(); err != nil {
			return den.Report{}, err
		}
	}
	return w.r, nil
}

// whom finds who scored, and what was agreed.
func (w *reporting) whom() (err error) {
	if w.declared, err = declarations(w.tx, w.v.ID); err != nil {
		return err
	}
	for _, id := range w.v.Evaluators {
		w.ask(id)
	}
	for _, a := range w.v.Assessments {
		if a.Submitted() {
			w.ask(a.Evaluator)
		}
	}
	for _, id := range w.panel {
		did := slices.ContainsFunc(w.v.Assessments, func(a den.AssessmentView) bool { return a.Evaluator == id && a.Submitted() })
		if did && w.stake(id).Consequence != den.TakeOut {
			w.people = append(w.people, id)
		}
	}
	c, err := consensusOf(w.tx, w.v.ID)
	if c.Locked() && !c.ByMeans {
		w.agreed = c
	}
	return err
}

func (w *reporting) ask(id den.ID) {
	if !slices.Contains(w.panel, id) {
		w.panel = append(w.panel, id)
	}
}

func (w *reporting) stake(id den.ID) den.Declaration {
	for _, d := range w.declared {
		if d.Evaluator == id {
			return d
		}
	}
	return den.Declaration{}
}

// label is what somebody is called where names are not shown.
func (w *reporting) label(id den.ID) string {
	return fmt.Sprintf("Evaluator %d", slices.Index(w.panel, id)+1)
}

// given is the marks of an entry for a criterion, in the order of the people.
func (w *reporting) given(entry den.ID, criterion string) []evaluation.Mark {
	out := make([]evaluation.Mark, len(w.people))
	for i, id := range w.people {
		if a, ok := w.assessment(id, entry); ok {
			out[i] = markOf(a.Scores[criterion])
		}
	}
	return out
}

func (w *reporting) assessment(who, entry den.ID) (den.AssessmentView, bool) {
	for _, a := range w.v.Assessments {
		if a.Evaluator == who && a.Entry == entry && a.Submitted() {
			return a, true
		}
	}
	return den.AssessmentView{}, false
}

func (w *reporting) about() error {
	t := w.v.Trial
	w.r.Standard, w.r.Withheld = den.ReportStandard, []den.Part{}
	w.r.Trial = den.ReportTrial{
		ID: t.ID, Name: t.Name, Question: t.Question, DepartmentID: t.Department, Department: w.v.DepartmentName, Challenge: t.Challenge,
		State: string(t.State), StartedAt: t.StartedAt, ClosedAt: t.ClosedAt, EndsAt: t.EndsAt,
		Length: t.Length.Seconds(), Evaluators: len(w.people), Pence: w.v.Pence,
	}
	w.r.Protocol = den.ReportProtocol{
		Hash: t.Protocol, SchemeID: t.Scheme.ID, Version: t.Scheme.Version, SchemeTitle: w.v.Scheme.Title,
		Size: t.Size, SizeTitle: w.v.SizeTitle, Tasks: append([]string{}, t.Tasks...), Rule: t.Rule, Data: t.Scenario.Hash,
	}
	w.r.Finding = []string{w.v.Outcome.Says}
	w.conflicts()
	w.amendments()
	w.r.Criteria = []den.ReportCriterion{}
	sum := 0.0
	for _, c := range w.criteria {
		sum += t.Weights[c.ID]
	}
	for _, theme := range w.v.Scheme.Themes {
		for _, c := range theme.Criteria {
			one := den.ReportCriterion{
				ID: c.ID, Theme: theme.Title, Title: c.Title, Question: c.Question, ScoredBy: string(c.ScoredBy), Formula: c.Formula,
				Minimum: c.Minimum, IfMissing: string(c.Missing),
			}
			if sum > 0 {
				one.Weight = t.Weights[c.ID] / sum
			}
			if a := w.v.Outcome.Agreement; a != nil {
				one.Alpha = a.Criteria[c.ID].Alpha.Value
			}
			w.r.Criteria = append(w.r.Criteria, one)
		}
	}
	return nil
}

// conflicts are the interests that were declared. What somebody wrote of them is for
// the department and auditors.
func (w *reporting) conflicts() {
	w.r.Conflicts = []den.ReportConflict{}
	for _, d := range w.declared {
		w.ask(d.Evaluator)
		if d.Stake == den.NoStake {
			continue
		}
		one := den.ReportConflict{Evaluator: w.label(d.Evaluator), Kind: string(d.Stake), Excluded: d.Consequence == den.TakeOut}
		if den.May(w.actor, den.ReadRecord, w.v.Owner()) {
			one.Say = d.Text
		}
		w.r.Conflicts = append(w.r.Conflicts, one)
	}
}

// amendments are the changes after the start. Who came or went is not said by name.
func (w *reporting) amendments() {
	w.r.Amendments = []den.ReportAmendment{}
	for _, a := range w.v.Amendments {
		what := a.What
		if a.What != "evaluators" && a.What != "chair" {
			what = fmt.Sprintf("%s, from %q to %q", a.What, a.From, a.To)
		}
		w.r.Amendments = append(w.r.Amendments, den.ReportAmendment{At: a.At, What: what, Why: a.Why, Hash: a.Protocol})
	}
}
