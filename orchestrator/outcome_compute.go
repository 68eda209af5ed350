package orchestrator

import (
	"fmt"
	"slices"
	"strings"

	"innovationden/orchestrator/den"
	"innovationden/orchestrator/evaluation"
)

// recompute writes the outcome anew where there is one already, or something to make
// one of.
func (o *Orchestrator) recompute(tx den.Tx, t den.Trial) error {
	all, err := counting(tx, t)
	if err != nil {
		return err
	}
	_, err = tx.Outcomes().Get(t.ID)
	if den.KindOf(err) == den.NotFound && !slices.ContainsFunc(all, den.Assessment.Submitted) {
		return nil
	}
	if err != nil && den.KindOf(err) != den.NotFound {
		return err
	}
	return o.compute(tx, t, all)
}

// compute writes the outcome anew from what was submitted, or from what was agreed once
// that is locked.
func (o *Orchestrator) compute(tx den.Tx, t den.Trial, all []den.Assessment) error {
	scheme, err := o.schemeIn(tx, t.Scheme)
	if err != nil {
		return err
	}
	c, err := consensusOf(tx, t.ID)
	if err != nil {
		return err
	}
	out, err := tx.Outcomes().Get(t.ID)
	if err != nil && den.KindOf(err) != den.NotFound {
		return err
	}
	hidden := t.Blind && !c.Locked()
	names, err := entryNames(tx, t, hidden)
	if err != nil {
		return err
	}
	raters, err := evaluatorNames(tx, all)
	if err != nil {
		return err
	}
	facts := c.Measured
	if !c.Locked() {
		if facts, err = factsOf(tx, t); err != nil {
			return err
		}
	}
	table, results := marks(scheme, t, all, tallied{c, facts}, names)
	out.Trial, out.Scheme, out.Results, out.LockedAt, out.Revealed = t.ID, t.Scheme, results, c.LockedAt, !hidden
	out.From, out.Analysis = den.FromMeans, nil
	if c.Locked() && !c.ByMeans {
		out.From = den.FromConsensus
	}
	if out.Agreement, err = o.agreement(scheme, t, all, raters); err != nil {
		return err
	}
	var words []string
	if len(table.Entries) > 0 {
		found, err := summed(&o.sums, table, o.sums.rank)
		if err != nil {
			return fmt.Errorf("computing the outcome of %s: %w", t.ID, err)
		}
		rank(results, found)
		out.Analysis = analysis(table, found, len(raters))
		words = found.Words
	}
	if out.Agreement != nil {
		words = append(words, out.Agreement.Says)
	}
	out.Says = strings.Join(append(words, unscored(results, names)...), " ")
	_, err = tx.Outcomes().Put(out)
	return err
}

// unscored says which entries nobody has scored yet.
func unscored(results []den.Result, names []string) []string {
	var none []string
	for i, r := range results {
		if r.Assessors == 0 {
			none = append(none, names[i])
		}
	}
	if len(none) == 0 {
		return nil
	}
	return []string{fmt.Sprintf("Nobody has scored %s yet.", and(none))}
}

// entryNames is what sentences call the entries: their products, and of several that are
// called the same which release each is.
func entryNames(tx den.Tx, t den.Trial, hidden bool) ([]string, error) {
	names, times := make([]string, len(t.Entries)), map[string]int{}
	for i, e := range t.Entries {
		if names[i] = e.Label; hidden {
			continue
		}
		p, err := tx.Products().Get(e.Product)
		if err != nil {
			return nil, err
		}
		names[i] = p.Name
		times[p.Name]++
	}
	for i, e := range t.Entries {
		if times[names[i]] < 2 {
			continue
		}
		r, err := tx.Releases().Get(e.Release)
		if err != nil {
			return nil, err
		}
		if names[i] += " " + r.Version; slices.Contains(names[:i], names[i]) { // of another supplier
			names[i] += " (" + e.Label + ")"
		}
	}
	return names, nil
}

// marks is the table of what counts, entry by criterion: agreed marks once they are
// locked, before that the means of everybody who submitted; prices once quality is
// locked.
func marks(s den.Scheme, t den.Trial, all []den.Assessment, c tallied, names []string) (evaluation.Marks, []den.Result) {
	var table evaluation.Marks
	criteria := s.Criteria()
	for _, one := range criteria {
		table.Criteria = append(table.Criteria, criterion(one, t.Weights[one.ID]))
	}
	results := make([]den.Result, len(t.Entries))
	for i, e := range t.Entries {
		r := den.Result{Entry: e.ID, Marks: map[string]float64{}}
		row := evaluation.Entry{ID: string(e.ID), Name: names[i]}
		for _, a := range all {
			if a.Entry == e.ID && a.Submitted() {
				r.Assessors++
			}
		}
		if price, ok := c.Prices[e.ID]; ok && c.Locked() {
			r.Price = &price
		}
		for _, one := range criteria {
			m := counts(one, e.ID, all, c, r.Price)
			row.Marks = append(row.Marks, m)
			switch {
			case !m.Tested:
				r.Untested = append(r.Untested, one.ID)
			case one.ScoredBy != den.ByPrice:
				r.Marks[one.ID] = m.Value
			}
		}
		results[i] = r
		if r.Assessors > 0 {
			table.Entries = append(table.Entries, row)
		}
	}
	return table, results
}

// tallied is what counts besides the scores of people: what was agreed, and measured.
type tallied struct {
	den.Consensus
	facts map[den.ID]den.Facts
}

// counts is the mark, or the price, that counts for one criterion of one entry.
func counts(one den.Criterion, entry den.ID, all []den.Assessment, c tallied, price *den.Price) evaluation.Mark {
	switch {
	case one.ScoredBy == den.ByMeasurement:
		return evaluation.Measured(one.Formula, c.facts[entry])
	case one.ScoredBy == den.ByPrice && price != nil:
		return evaluation.At(float64(price.Pence))
	case one.ScoredBy != den.ByPeople:
		return evaluation.Mark{}
	case c.Locked() && !c.ByMeans:
		a := c.Agreed[entry][one.ID]
		return markOf(den.Score{Mark: a.Mark, NotTested: a.NotTested})
	}
	if m, ok := mean(all, entry, one.ID); ok {
		return evaluation.At(m)
	}
	return evaluation.Mark{}
}

func criterion(c den.Criterion, weight float64) evaluation.Criterion {
	e := evaluation.Criterion{
		ID: c.ID, Name: c.Title, Weight: weight, Kind: evaluation.ByMark, Worst: 0, Best: den.TopMark, Missing: evaluation.Rule(c.Missing),
	}
	if c.ScoredBy == den.ByPrice {
		e.Kind = evaluation.ByPrice
	}
	if c.Minimum != nil {
		least := float64(*c.Minimum)
		e.Minimum = &least
	}
	return e
}

func mean(all []den.Assessment, entry den.ID, criterion string) (float64, bool) {
	sum, n := 0.0, 0
	for _, a := range all {
		score, ok := a.Scores[criterion]
		if a.Entry == entry && a.Submitted() && ok && !score.NotTested && score.Mark != nil {
			sum, n = sum+float64(*score.Mark), n+1
		}
	}
	if n == 0 {
		return 0, false
	}
	return sum / float64(n), true
}

// rank fills totals and ranks in. Where marks are missing the total is the middle of
// what it can be. A rank is the one that holds whatever the missing marks are; else the
// one by what was tested for every entry; else the one by the middle.
func rank(results []den.Result, found evaluation.Outcome) {
	like := map[string]evaluation.RankSpan{}
	if found.LikeForLike != nil {
		for _, t := range found.LikeForLike.Totals {
			like[t.Entry] = t.Rank
		}
	}
	totals := map[string]evaluation.Total{}
	var in []string
	var middles []float64
	for _, t := range found.Totals {
		totals[t.Entry] = t
		if !t.ScreenedOut() {
			in, middles = append(in, t.Entry), append(middles, (t.Low+t.High)/200)
		}
	}
	middle := map[string]int{}
	for i, place := range evaluation.Ranks(middles) {
		middle[in[i]] = place
	}
	settled := true
	for _, id := range in {
		settled = settled && totals[id].Rank.Settled()
	}
	for i := range results {
		r := &results[i]
		t, ok := totals[string(r.Entry)]
		if !ok {
			continue
		}
		r.Low, r.High, r.Total, r.Screened = t.Low, t.High, (t.Low+t.High)/2, t.ScreenedOut()
		points(r, t)
		switch {
		case r.Screened:
		case settled:
			r.Rank = t.Rank.Best
		case like[t.Entry].Best > 0:
			r.Rank = like[t.Entry].Best
		default:
			r.Rank = middle[t.Entry]
		}
	}
}

// points fills in what each criterion gave. The mark of a price is its share of the
// lowest price, on the scale of the other marks.
func points(r *den.Result, t evaluation.Total) {
	r.Below, r.Unproven, r.Points = t.Below, t.Unproven, map[string]den.Points{}
	for _, p := range t.Parts {
		r.Points[p.Criterion] = den.Points{Weight: p.Weight, Low: p.PointsLow, High: p.PointsHigh}
		if _, ok := r.Marks[p.Criterion]; !ok && p.Mark.Tested {
			r.Marks[p.Criterion] = den.TopMark * p.Low
		}
	}
}
