package orchestrator

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"innovationden/orchestrator/den"
)

// Summary is the assessment summary of one entry (Procurement Regulations 2024,
// regulation 31): for its supplier once the decision was recorded, for the department
// and who reads everything once quality is locked. NotYet before that.
func (o *Orchestrator) Summary(ctx context.Context, actor den.Actor, trial, entry den.ID) (s den.Summary, err error) {
	err = o.Store.View(ctx, func(tx den.Tx) error {
		t, err := tx.Trials().Get(trial)
		if den.KindOf(err) == den.NotFound {
			return allowNothing(actor)
		}
		if err != nil {
			return err
		}
		owner := t.Owner()
		e, ok := t.Entry(entry)
		if ok {
			owner.Suppliers = []den.ID{e.Supplier}
		}
		if err := allow(actor, den.ReadSummary, den.ReadTrial, owner); err != nil {
			return err
		}
		if !ok {
			return den.Missing()
		}
		hidden, err := veiled(tx, actor, t)
		if err != nil {
			return err
		}
		out, told, err := tellsSuppliers(tx, t)
		if err != nil {
			return err
		}
		inside := den.May(actor, den.ReadTrial, t.Owner()) && !out.LockedAt.IsZero()
		if hidden || !told && !inside {
			return den.Refuse(den.NotYet, "There is no summary yet. It is there once the marks are locked and the decision was recorded.")
		}
		s, err = o.summaryOf(tx, t, e, out)
		return err
	})
	return s, err
}

// tellsSuppliers reads the outcome of a trial, and says whether suppliers hear how their
// products did: once the marks are locked and the decision was recorded.
func tellsSuppliers(tx den.Tx, t den.Trial) (out den.Outcome, told bool, err error) {
	out, err = tx.Outcomes().Get(t.ID)
	if den.KindOf(err) == den.NotFound {
		return den.Outcome{}, false, nil
	}
	return out, err == nil && !out.LockedAt.IsZero() && out.Decision != "", err
}

func (o *Orchestrator) summaryOf(tx den.Tx, t den.Trial, e den.Entry, out den.Outcome) (s den.Summary, err error) {
	scheme, err := o.schemeIn(tx, t.Scheme)
	if err != nil {
		return s, err
	}
	d, err := tx.Departments().Get(t.Department)
	if err != nil {
		return s, err
	}
	product, err := tx.Products().Get(e.Product)
	if err != nil {
		return s, err
	}
	s = den.Summary{
		Trial: t.ID, TrialName: t.Name, DepartmentName: d.Name, Entry: den.EntryView{Entry: e, ProductName: product.Name},
		Scheme: t.Scheme, SchemeTitle: scheme.Title, Decision: out.Decision, Chosen: out.Chosen == e.ID, At: out.DecidedAt,
	}
	if s.Chosen || out.Chosen == "" {
		s.Why = out.Why
	}
	var r den.Result
	for _, one := range out.Results {
		if one.Rank > 0 {
			s.Ranked++
		}
		if one.Entry == e.ID {
			r = one
		}
	}
	s.Total, s.Low, s.High, s.Rank, s.Screened, s.Below, s.Price = r.Total, r.Low, r.High, r.Rank, r.Screened, r.Below, r.Price
	all, err := counting(tx, t)
	if err != nil {
		return s, err
	}
	c, err := consensusOf(tx, t.ID)
	if err != nil {
		return s, err
	}
	for _, theme := range scheme.Themes {
		for _, one := range theme.Criteria {
			s.Rows = append(s.Rows, summaryRow(theme, one, t, r, reasonsFor(c, all, e.ID, one.ID)))
		}
	}
	return s, nil
}

// reasonsFor is why an entry got its mark: the reason that the panel agreed, else everybody's.
func reasonsFor(c den.Consensus, all []den.Assessment, entry den.ID, criterion string) []string {
	if a, ok := c.Agreed[entry][criterion]; ok && !c.ByMeans {
		return []string{a.Reason}
	}
	var out []string
	for _, a := range all {
		if reason := strings.TrimSpace(a.Scores[criterion].Reason); a.Entry == entry && a.Submitted() && reason != "" && !slices.Contains(out, reason) {
			out = append(out, reason)
		}
	}
	return out
}

func summaryRow(theme den.Theme, c den.Criterion, t den.Trial, r den.Result, reasons []string) den.SummaryRow {
	row := den.SummaryRow{
		Theme: theme.Title, Criterion: c.ID, Title: c.Title, Question: c.Question, Weight: t.Weights[c.ID],
		ScoredBy: c.ScoredBy, Available: den.TopMark, Reasons: reasons,
	}
	mark, tested := r.Marks[c.ID]
	if !tested {
		row.WhyNot = notTestedBecause(c)
		return row
	}
	row.Mark = &mark
	if whole := int(mark); float64(whole) == mark && whole >= 0 && whole < len(c.Anchors) {
		row.Anchor = c.Anchors[whole]
	}
	next := int(math.Floor(mark)) + 1
	switch {
	case c.ScoredBy == den.ByPrice && mark < den.TopMark:
		row.WhyNot = "The lowest price gets all marks. The mark is the lowest price divided by this price, times 5."
	case c.ScoredBy == den.ByPeople && next <= den.TopMark && next < len(c.Anchors):
		row.WhyNot = fmt.Sprintf("A %d needs: %s", next, c.Anchors[next])
	}
	return row
}

func notTestedBecause(c den.Criterion) string {
	switch c.Missing {
	case den.MissingExclude:
		return "It was not tested, so it does not count."
	case den.MissingZero:
		return "It was not tested, so it gets no marks."
	case den.MissingInterval:
		return "It was not tested, so the total is known between two ends only."
	}
	return "It was not tested."
}
