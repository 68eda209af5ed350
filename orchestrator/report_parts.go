package orchestrator

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"

	"innovationden/orchestrator/den"
	"innovationden/orchestrator/evaluation"
)

// hiddenVersion stands for the version of an earlier release while names are hidden.
const hiddenVersion = "not shown"

func (w *reporting) entries() error {
	w.r.Entries = []den.ReportEntry{}
	for _, e := range w.v.Entries {
		one := den.ReportEntry{ID: e.ID, Label: e.Label, Images: []string{}}
		if !w.v.Veiled {
			release, err := w.tx.Releases().Get(e.Release)
			if err != nil {
				return err
			}
			one.Product, one.Supplier, one.Of, one.Version = e.ProductName, e.SupplierName, e.Supplier, e.Version
			one.Images, one.Digest = release.EveryImage(), release.Digest
			if release.Compose != "" {
				sum := sha256.Sum256([]byte(release.Compose))
				one.Compose = hex.EncodeToString(sum[:])
			}
		}
		w.r.Entries = append(w.r.Entries, one)
	}
	return nil
}

func (w *reporting) scores() error {
	results := map[den.ID]den.Result{}
	for _, r := range w.v.Outcome.Results {
		results[r.Entry] = r
	}
	w.r.Scores = []den.ReportScore{}
	for _, c := range w.criteria {
		for _, e := range w.v.Entries {
			s := den.ReportScore{Criterion: c.ID, Entry: e.ID, From: "none", Given: w.said(e.ID, c.ID)}
			if m, ok := results[e.ID].Marks[c.ID]; ok {
				s.Mark, s.From = &m, w.from(c)
			} else if p, ok := results[e.ID].Points[c.ID]; ok && c.ScoredBy == den.ByPrice && results[e.ID].Price != nil && p.Weight > 0 {
				m := den.TopMark * p.Low / (100 * p.Weight)
				s.Mark, s.From = &m, "price"
			}
			if agreed, ok := w.agreed.Agreed[e.ID][c.ID]; ok {
				s.Reason = agreed.Reason
			}
			for _, d := range w.agreed.Dissents {
				if d.Entry == e.ID && d.Criterion == c.ID {
					s.Dissent = spaced(s.Dissent, d.Text)
				}
			}
			spread := evaluation.SpreadOf(w.given(e.ID, c.ID), den.TopMark)
			s.Lowest, s.Median, s.Highest, s.Deviation = spread.Lowest.Value, spread.Middle.Value, spread.Most.Value, spread.Deviation.Value
			for _, at := range spread.Outliers {
				for i := range s.Given {
					s.Given[i].Outlier = s.Given[i].Outlier || s.Given[i].Evaluator == w.label(w.people[at])
				}
			}
			w.r.Scores = append(w.r.Scores, s)
		}
	}
	return nil
}

// from says where the mark of a criterion comes from.
func (w *reporting) from(c den.Criterion) string {
	switch {
	case c.ScoredBy != den.ByPeople:
		return string(c.ScoredBy)
	case w.v.Outcome.From == den.FromConsensus:
		return "consensus"
	}
	return "mean"
}

// said is every submitted answer of an entry to a criterion.
func (w *reporting) said(entry den.ID, criterion string) []den.ReportGiven {
	out := []den.ReportGiven{}
	for _, id := range w.people {
		a, ok := w.assessment(id, entry)
		s, scored := a.Scores[criterion]
		if !ok || !scored {
			continue
		}
		g := den.ReportGiven{Evaluator: w.label(id), Name: a.EvaluatorName, Reason: s.Reason}
		if !s.NotTested {
			g.Mark = s.Mark
		}
		if a.Earlier {
			g.Release = cmp.Or(a.Version, hiddenVersion)
		}
		for _, x := range a.Evidence {
			if x.Criterion == criterion {
				g.Evidence = append(g.Evidence, x.Hash)
			}
		}
		out = append(out, g)
	}
	return out
}

func (w *reporting) totals() error {
	w.r.Totals = []den.ReportTotal{}
	for _, r := range w.v.Outcome.Results {
		one := den.ReportTotal{
			Entry: r.Entry, Rank: r.Rank, Total: r.Total, Low: r.Low, High: r.High, Screened: r.Screened, Assessors: r.Assessors,
		}
		if r.Price != nil {
			one.Price = &r.Price.Pence
		}
		w.r.Totals = append(w.r.Totals, one)
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
	a := w.v.Outcome.Analysis
	if a == nil || len(a.Ranks) < 2 {
		return
	}
	s := &den.ReportSureness{
		Exact: a.Draws == 0, Draws: a.Draws, Seed: a.Seed, Error: a.Error, Reversal: a.Reversal != nil,
		Acceptability: []den.ReportAcceptance{}, Flips: []den.ReportFlip{},
	}
	for _, e := range a.Ranks {
		s.Acceptability = append(s.Acceptability, den.ReportAcceptance{Entry: e.Entry, Ranks: e.Shares})
	}
	for _, f := range a.Flips {
		s.Flips = append(s.Flips, den.ReportFlip(f))
	}
	w.r.Sureness = s
}

func (w *reporting) agreement() {
	a := w.v.Outcome.Agreement
	if a == nil {
		return
	}
	w.r.Agreement = &den.ReportAgreement{
		Evaluators: a.Raters, Units: a.Pairable, Alpha: a.Alpha.Value, Why: a.Alpha.Why, Low: a.Low.Value, High: a.High.Value,
		KendallW: a.Kendall.Value, ICC: a.ICC.Value,
	}
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

func (w *reporting) decision() (err error) {
	if w.r.CitedBy, err = citedBy(w.tx, w.v.ID); err != nil {
		return err
	}
	o := w.v.Outcome
	if o.Decision == "" {
		return nil
	}
	d := &den.ReportDecision{Decision: string(o.Decision), Chosen: o.Chosen, Route: string(o.Route), Why: o.Why, At: o.DecidedAt, Cites: reportCites(o.Cites)}
	who, err := w.tx.People().Get(o.DecidedBy)
	if err != nil && den.KindOf(err) != den.NotFound {
		return err
	}
	d.By = who.Name
	w.r.Decision = d
	return nil
}
