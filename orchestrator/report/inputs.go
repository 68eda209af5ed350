package report

import (
	"encoding/csv"
	"fmt"
	"io"

	"innovationden/orchestrator/den"
)

// agreementRows are units × evaluators, as evaluation.ReadRatings reads them.
func agreementRows(r den.Report) [][]string {
	var raters []string
	seen := map[string]bool{}
	for _, s := range r.Scores {
		for _, g := range s.Given {
			if !seen[g.Evaluator] {
				seen[g.Evaluator], raters = true, append(raters, g.Evaluator)
			}
		}
	}
	if len(raters) == 0 {
		return nil
	}
	rows := [][]string{append([]string{"unit"}, raters...)}
	for _, s := range r.Scores {
		if len(s.Given) == 0 {
			continue
		}
		row := []string{s.Criterion + " of " + string(s.Entry)}
		for _, who := range raters {
			row = append(row, "")
			for _, g := range s.Given {
				if g.Evaluator == who && g.Mark != nil {
					row[len(row)-1] = fmt.Sprint(*g.Mark)
				}
			}
		}
		rows = append(rows, row)
	}
	return rows
}

// rankRows are entries × criteria with their weights, as evaluation.ReadMarks reads
// them. A price stands as it is, in pence.
func rankRows(r den.Report) [][]string {
	names, weight, kind, least, missing := []string{"entry"}, []string{"weight"}, []string{"kind"}, []string{"minimum"}, []string{"missing"}
	for _, c := range r.Criteria {
		names, weight, missing = append(names, c.ID), append(weight, figure(c.Weight)), append(missing, c.IfMissing)
		k, l := "marks", ""
		if c.ScoredBy == string(den.ByPrice) {
			k = "price"
		}
		if c.Minimum != nil {
			l = fmt.Sprint(*c.Minimum)
		}
		kind, least = append(kind, k), append(least, l)
	}
	rows := [][]string{names, weight, kind, least, missing}
	for _, e := range r.Entries {
		row := []string{string(e.ID)}
		for _, c := range r.Criteria {
			row = append(row, rankCell(r, c, e.ID))
		}
		rows = append(rows, row)
	}
	return rows
}

func rankCell(r den.Report, c den.ReportCriterion, entry den.ID) string {
	if c.ScoredBy == string(den.ByPrice) {
		for _, t := range r.Totals {
			if t.Entry == entry && t.Price != nil {
				return fmt.Sprint(*t.Price)
			}
		}
		return ""
	}
	if s, ok := r.Score(c.ID, entry); ok && s.Mark != nil {
		return figure(*s.Mark)
	}
	return ""
}

func writeRows(w io.Writer, rows [][]string) error { return csv.NewWriter(w).WriteAll(rows) }
