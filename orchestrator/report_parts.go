package orchestrator

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"innovationden/orchestrator/den"
	"innovationden/orchestrator/evaluation"
)

func (w *reporting) entries() error {
	w.r.Entries = []den.ReportEntry{}
	for _, e := range w.v.Entries {
		release, err := w.tx.Releases().Get(e.Release)
		if err != nil {
			return err
		}
		one := den.ReportEntry{
			ID: e.ID, Label: e.Label, Product: e.ProductName, Supplier: e.SupplierName, Of: e.Supplier, Version: e.Version,
			Images: release.EveryImage(), Digest: release.Digest,
		}
		if release.Compose != "" {
			sum := sha256.Sum256([]byte(release.Compose))
			one.Compose = hex.EncodeToString(sum[:])
		}
		w.r.Entries = append(w.r.Entries, one)
	}
	return nil
}

func (w *reporting) scores() error {
	marks := map[den.ID]map[string]float64{}
	for _, r := range w.v.Outcome.Results {
		marks[r.Entry] = r.Marks
	}
	w.r.Scores = []den.ReportScore{}
	for _, c := range w.criteria {
		for _, e := range w.v.Entries {
			s := den.ReportScore{Criterion: c.ID, Entry: e.ID, From: "none", Given: w.said(e.ID, c.ID)}
			if m, ok := marks[e.ID][c.ID]; ok {
				s.Mark, s.From = &m, source(c.ScoredBy)
			}
			spread := evaluation.SpreadOf(w.given(e.ID, c.ID), den.TopMark)
			s.Lowest, s.Median, s.Highest, s.Deviation = spread.Lowest.Value, spread.Middle.Value, spread.Most.Value, spread.Deviation.Value
			w.outliers(&s, spread.Outliers)
			w.r.Scores = append(w.r.Scores, s)
		}
	}
	return nil
}

func source(by den.ScoredBy) string {
	if by == den.ByPeople {
		return "mean"
	}
	return string(by)
}

// said is every submitted answer of an entry to a criterion.
func (w *reporting) said(entry den.ID, criterion string) []den.ReportGiven {
	out := []den.ReportGiven{}
	for i, id := range w.people {
		s, ok := w.answer(id, entry, criterion)
		if !ok {
			continue
		}
		g := den.ReportGiven{Evaluator: evaluatorLabel(i), Name: w.name(id), Reason: s.Reason}
		if !s.NotTested {
			g.Mark = s.Mark
		}
		out = append(out, g)
	}
	return out
}

// outliers marks the answers that stand apart; at counts all people, also those who
// gave no answer.
func (w *reporting) outliers(s *den.ReportScore, at []int) {
	for i := range s.Given {
		s.Given[i].Outlier = slices.ContainsFunc(at, func(n int) bool { return evaluatorLabel(n) == s.Given[i].Evaluator })
	}
}

func evaluatorLabel(n int) string { return fmt.Sprintf("Evaluator %d", n+1) }

func (w *reporting) name(id den.ID) string {
	for _, a := range w.v.Assessments {
		if a.Evaluator == id {
			return a.EvaluatorName
		}
	}
	return ""
}

func (w *reporting) totals() error {
	w.r.Totals = []den.ReportTotal{}
	for _, r := range w.v.Outcome.Results {
		w.r.Totals = append(w.r.Totals, den.ReportTotal{
			Entry: r.Entry, Rank: r.Rank, Total: r.Total, Low: r.Low, High: r.High, Screened: r.Screened, Assessors: r.Assessors,
		})
	}
	slices.SortStableFunc(w.r.Totals, func(a, b den.ReportTotal) int {
		if (a.Rank == 0) != (b.Rank == 0) {
			return b.Rank - a.Rank
		}
		return a.Rank - b.Rank
	})
	w.sureness()
	w.agreement()
	return nil
}

// sureness is there where two entries or more are ranked.
func (w *reporting) sureness() {
	a := w.found.Acceptability
	if len(a.Entries) < 2 {
		return
	}
	s := &den.ReportSureness{
		Exact: a.Exact, Draws: a.Draws, Seed: a.Seed, Error: a.Error, Reversal: w.found.Reversal.Found,
		Acceptability: []den.ReportAcceptance{}, Flips: []den.ReportFlip{},
	}
	for _, e := range a.Entries {
		s.Acceptability = append(s.Acceptability, den.ReportAcceptance{Entry: den.ID(e.Entry), Ranks: e.Ranks})
	}
	for _, f := range w.found.Sensitivity.Flips {
		s.Flips = append(s.Flips, den.ReportFlip{Criterion: f.Criterion, Now: f.Now, At: f.At, Above: f.Above, To: den.ID(f.To)})
	}
	w.r.Sureness = s
}

func (w *reporting) agreement() {
	if len(w.people) == 0 {
		return
	}
	a := w.agreed
	out := &den.ReportAgreement{
		Evaluators: len(w.people), Units: a.Pairable, Alpha: a.Alpha.Value, Why: a.Alpha.Why, KendallW: a.Kendall.W.Value, ICC: a.ICC.One2.Value,
	}
	if a.Interval.Known() {
		out.Low, out.High = &a.Interval.Low, &a.Interval.High
	}
	w.r.Agreement = out
}

func (w *reporting) missing() error {
	w.r.Missing = []den.ReportMissing{}
	for _, s := range w.r.Scores {
		if s.Mark != nil {
			continue
		}
		c, _ := w.v.Scheme.Criterion(s.Criterion)
		one := den.ReportMissing{Entry: s.Entry, Criterion: s.Criterion, Rule: string(c.Missing), Reasons: []string{}}
		for _, g := range s.Given {
			if g.Reason != "" && !slices.Contains(one.Reasons, g.Reason) {
				one.Reasons = append(one.Reasons, g.Reason)
			}
		}
		w.r.Missing = append(w.r.Missing, one)
	}
	return nil
}

func (w *reporting) decision() error {
	o := w.v.Outcome
	if o.Decision == "" {
		return nil
	}
	d := &den.ReportDecision{Decision: string(o.Decision), Chosen: o.Chosen, Why: o.Why, At: o.DecidedAt}
	who, err := w.tx.People().Get(o.DecidedBy)
	if err != nil && den.KindOf(err) != den.NotFound {
		return err
	}
	d.By = who.Name
	w.r.Decision = d
	return nil
}
