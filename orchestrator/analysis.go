package orchestrator

import (
	"errors"
	"fmt"

	"innovationden/orchestrator/den"
	"innovationden/orchestrator/evaluation"
)

// leastSocialValue is what social value should weigh in central government (PPN 002).
const leastSocialValue = 0.10

func figureOf(f evaluation.Figure) den.Figure { return den.Figure{Value: f.Value, Why: f.Why} }

// agreement is how far those who submitted agree, over all and for each criterion. Nil
// before anybody has submitted.
func (o *Orchestrator) agreement(s den.Scheme, t den.Trial, all []den.Assessment, names map[den.ID]string) (*den.Agreement, error) {
	var raters []den.ID
	seen := map[den.ID]bool{}
	for _, a := range all {
		if a.Submitted() && !seen[a.Evaluator] {
			seen[a.Evaluator], raters = true, append(raters, a.Evaluator)
		}
	}
	if len(raters) == 0 {
		return nil, nil //nolint:nilnil // nobody has submitted
	}
	ratings := evaluation.Ratings{}
	for _, id := range raters {
		ratings.Raters = append(ratings.Raters, names[id])
	}
	out := &den.Agreement{Criteria: map[string]den.CriterionAgreement{}}
	for _, c := range s.Criteria() {
		if c.ScoredBy != den.ByPeople {
			continue
		}
		one := evaluation.Ratings{Raters: ratings.Raters, Units: units(t, c.ID, all, raters)}
		ratings.Units = append(ratings.Units, one.Units...)
		out.Criteria[c.ID] = den.CriterionAgreement{
			Scores: scoresOf(one), Alpha: figureOf(evaluation.Alpha(one, evaluation.Ordinal)),
			Kendall: figureOf(evaluation.KendallW(one).W), ICC: figureOf(evaluation.ICC(one).One2),
		}
	}
	found, err := summed(&o.sums, ratings, o.sums.agree)
	if needs := new(*unsummed); errors.As(err, needs) {
		return nil, err
	}
	if err != nil {
		return nil, nil //nolint:nilnil // a scheme that people do not score at all
	}
	out.Raters, out.Units, out.Scores, out.Pairable = found.Raters, found.Units, found.Scores, found.Pairable
	out.Alpha, out.Kendall, out.Seed = figureOf(found.Alpha), figureOf(found.Kendall.W), found.Interval.Seed
	out.ICC, out.ICCMean = figureOf(found.ICC.One2), figureOf(found.ICC.K2)
	out.Low, out.High = den.Figure{Why: found.Interval.Why}, den.Figure{Why: found.Interval.Why}
	if found.Interval.Known() {
		out.Low.Value, out.High.Value = &found.Interval.Low, &found.Interval.High
	}
	for _, said := range found.Words {
		out.Says = spaced(out.Says, said)
	}
	return out, nil
}

func spaced(a, b string) string {
	if a == "" {
		return b
	}
	return a + " " + b
}

// units are one criterion's scores, a unit for each entry.
func units(t den.Trial, criterion string, all []den.Assessment, raters []den.ID) []evaluation.Unit {
	var out []evaluation.Unit
	for _, e := range t.Entries {
		u := evaluation.Unit{ID: string(e.ID) + " " + criterion, Scores: make([]evaluation.Mark, len(raters))}
		for i, r := range raters {
			for _, a := range all {
				if a.Entry == e.ID && a.Evaluator == r && a.Submitted() {
					u.Scores[i] = markOf(a.Scores[criterion])
				}
			}
		}
		out = append(out, u)
	}
	return out
}

func scoresOf(r evaluation.Ratings) (n int) {
	for _, u := range r.Units {
		for _, s := range u.Scores {
			if s.Tested {
				n++
			}
		}
	}
	return n
}

// analysis is how sure a ranking is, in the den's words.
func analysis(table evaluation.Marks, found evaluation.Outcome, raters int) *den.Analysis {
	a := &den.Analysis{
		Seed: found.Acceptability.Seed, Draws: found.Acceptability.Draws, Error: found.Acceptability.Error,
		Leader: den.ID(found.Sensitivity.Leader), Why: found.Sensitivity.Why, Cautious: found.Sensitivity.Cautious, Compared: 1,
	}
	for _, c := range table.Criteria {
		a.Criteria = append(a.Criteria, c.ID)
	}
	for _, e := range found.Acceptability.Entries {
		a.Ranks = append(a.Ranks, den.EntryStanding{Entry: den.ID(e.Entry), Shares: e.Ranks, Central: e.Central})
	}
	for _, f := range found.Sensitivity.Flips {
		a.Flips = append(a.Flips, den.Flip{Criterion: f.Criterion, Now: f.Now, At: f.At, Above: f.Above, To: den.ID(f.To)})
	}
	if r := found.Reversal; r.Found {
		ids := byLabel(table)
		a.Reversal = &den.Reversal{Winner: ids(r.Winner), Instead: ids(r.Instead), Without: ids(r.Without)}
		for _, c := range table.Criteria {
			if c.Label() == r.Criterion {
				a.Reversal.Criterion = c.ID
			}
		}
	}
	if found.LikeForLike != nil {
		a.Compared = found.LikeForLike.Weight
	}
	a.Warnings = warnings(table, raters)
	return a
}

// byLabel finds entries by what sentences call them.
func byLabel(table evaluation.Marks) func([]string) []den.ID {
	return func(labels []string) []den.ID {
		var ids []den.ID
		for _, label := range labels {
			for _, e := range table.Entries {
				if e.Label() == label {
					ids = append(ids, den.ID(e.ID))
					break
				}
			}
		}
		return ids
	}
}

// warnings are what practice asks for and this trial does not have.
func warnings(table evaluation.Marks, raters int) []string {
	var out []string
	sum, social := 0.0, 0.0
	for _, c := range table.Criteria {
		sum += c.Weight
		if c.ID == "social-value" {
			social = c.Weight
		}
	}
	if sum > 0 && social/sum < leastSocialValue-evaluation.Tolerance {
		out = append(out, fmt.Sprintf("Social value weighs %.3g%% here. Central government gives it at least 10%% (PPN 002).", 100*social/sum))
	}
	if raters == 1 {
		out = append(out, "Only one evaluator scored. Ask at least two, better three.")
	}
	return out
}
