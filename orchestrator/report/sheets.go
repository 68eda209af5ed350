package report

import (
	"strings"
	"time"

	"innovationden/orchestrator/den"
	"innovationden/orchestrator/evaluation"
)

// kind says what a cell holds.
type kind int

const (
	empty kind = iota
	text
	number
	percent
	money
	moment
	heading
)

type cell struct {
	kind kind
	text string
	n    float64
	at   time.Time
}

type sheet struct {
	name string
	rows [][]cell
}

func (s *sheet) add(cells ...cell) { s.rows = append(s.rows, cells) }

func head(names ...string) []cell {
	out := make([]cell, len(names))
	for i, n := range names {
		out[i] = cell{kind: heading, text: n}
	}
	return out
}

func say(s string) cell       { return cell{kind: text, text: s} }
func num(n float64) cell      { return cell{kind: number, n: n} }
func share(n float64) cell    { return cell{kind: percent, n: n} }
func when(at time.Time) cell  { return cell{kind: moment, at: at} }
func pounds(pence int64) cell { return cell{kind: money, n: float64(pence) / 100} }
func maybe(n *float64) cell {
	if n == nil {
		return cell{}
	}
	return num(*n)
}

// sheets is the document as tables, in the document's order.
func sheets(r den.Report) []sheet {
	return []sheet{summarySheet(r), entriesSheet(r), scoresSheet(r), answersSheet(r), totalsSheet(r), factsSheet(r), proofSheet(r)}
}

func summarySheet(r den.Report) sheet {
	s := sheet{name: "Summary", rows: [][]cell{head("What", "Is")}}
	s.add(say("Trial"), say(r.Trial.Name))
	s.add(say("Department"), say(r.Trial.Department))
	s.add(say("Question"), say(r.Trial.Question))
	s.add(say("Found"), say(strings.Join(r.Finding, " ")))
	if d := r.Decision; d != nil {
		s.add(say("Decision"), say(d.Decision))
		s.add(say("Chosen"), say(r.EntryName(d.Chosen)))
		s.add(say("Route"), say(d.Route))
		s.add(say("Why"), say(d.Why))
		s.add(say("Decided"), when(d.At))
		for _, c := range d.Cites {
			s.add(citeRow("Stands on", c)...)
		}
	}
	for _, c := range r.CitedBy {
		s.add(citeRow("Cited by", c)...)
	}
	s.add(say("Started"), when(r.Trial.StartedAt))
	s.add(say("Closed"), when(r.Trial.ClosedAt))
	s.add(say("Length in hours"), num(r.Trial.Length/3600))
	s.add(say("Evaluators"), num(float64(r.Trial.Evaluators)))
	s.add(say("Cost"), pounds(r.Trial.Pence))
	s.add(say("Scheme"), say(r.Protocol.SchemeTitle))
	s.add(say("Scheme version"), num(float64(r.Protocol.Version)))
	s.add(say("Size"), say(r.Protocol.Size))
	s.add(say("Protocol SHA-256"), say(r.Protocol.Hash))
	if a := r.Agreement; a != nil {
		s.add(say("Krippendorff's alpha"), maybe(a.Alpha))
		s.add(say("Alpha, 95 % from"), maybe(a.Low))
		s.add(say("Alpha, 95 % to"), maybe(a.High))
		s.add(say("Kendall's W"), maybe(a.KendallW))
		s.add(say("ICC(2,1)"), maybe(a.ICC))
	}
	for _, a := range r.Amendments {
		s.add(say("Amended: "+a.What), say(a.Why), when(a.At))
	}
	for _, c := range r.Conflicts {
		s.add(say(c.Evaluator+" declared"), say(c.Kind), say(c.Say))
	}
	return s
}

// citeRow is a result that a decision stands on: what it is, why, what differs, its trial.
func citeRow(what string, c den.ReportCite) []cell {
	return []cell{say(what), say(titleOf(c)), say(c.Why), say(evaluation.NotComparable(c.Differs)), say(string(c.Trial))}
}

// titleOf is what a result that is cited is called.
func titleOf(c den.ReportCite) string {
	if c.Department == "" {
		return c.Name
	}
	return c.Name + ", " + c.Department
}

func entriesSheet(r den.Report) sheet {
	s := sheet{name: "Entries", rows: [][]cell{head("Label", "Product", "Supplier", "Version", "Image", "Digest")}}
	for _, e := range r.Entries {
		s.add(say(e.Label), say(e.Product), say(e.Supplier), say(e.Version), say(strings.Join(e.Images, " ")), say(e.Digest))
	}
	return s
}

func scoresSheet(r den.Report) sheet {
	s := sheet{name: "Scores", rows: [][]cell{head("Theme", "Criterion", "Weight", "Minimum", "Alpha", "Entry", "Mark", "From", "Lowest", "Median", "Highest", "Deviation", "Reason", "Dissent")}}
	for _, c := range r.Criteria {
		least := cell{}
		if c.Minimum != nil {
			least = num(float64(*c.Minimum))
		}
		for _, e := range r.Entries {
			row := []cell{say(c.Theme), say(c.Title), share(c.Weight), least, maybe(c.Alpha), say(r.EntryName(e.ID))}
			if one, ok := r.Score(c.ID, e.ID); ok {
				row = append(row, maybe(one.Mark), say(one.From), maybe(one.Lowest), maybe(one.Median), maybe(one.Highest), maybe(one.Deviation), say(one.Reason), say(one.Dissent))
			}
			s.add(row...)
		}
	}
	return s
}

func answersSheet(r den.Report) sheet {
	s := sheet{name: "Answers", rows: [][]cell{head("Criterion", "Entry", "Evaluator", "Mark", "Not tested", "Outlier", "Reason", "Earlier release")}}
	yes := func(is bool) cell {
		if is {
			return say("yes")
		}
		return cell{}
	}
	for _, one := range r.Scores {
		for _, g := range one.Given {
			m := cell{}
			if g.Mark != nil {
				m = num(float64(*g.Mark))
			}
			s.add(say(r.CriterionTitle(one.Criterion)), say(r.EntryName(one.Entry)), say(g.Evaluator), m, yes(g.Mark == nil), yes(g.Outlier), say(g.Reason), say(g.Release))
		}
	}
	return s
}

func totalsSheet(r den.Report) sheet {
	names := []string{"Entry", "Rank", "Total of 100", "From", "To", "Below a minimum", "Evaluators", "Price"}
	for i := range r.Entries {
		names = append(names, "Share of weightings with "+rankName(i))
	}
	s := sheet{name: "Totals", rows: [][]cell{head(names...)}}
	for _, t := range r.Totals {
		row := []cell{say(r.EntryName(t.Entry)), {}, num(t.Total), num(t.Low), num(t.High), {}, num(float64(t.Assessors)), {}}
		if t.Rank > 0 {
			row[1] = num(float64(t.Rank))
		}
		if t.Screened {
			row[5] = say("yes")
		}
		if t.Price != nil {
			row[7] = pounds(*t.Price)
		}
		if r.Sureness != nil {
			for _, a := range r.Sureness.Acceptability {
				for _, p := range a.Ranks {
					if a.Entry == t.Entry {
						row = append(row, share(p))
					}
				}
			}
		}
		s.add(row...)
	}
	return s
}

func factsSheet(r den.Report) sheet {
	s := sheet{name: "Measured", rows: [][]cell{head("Entry", "What", "Value", "Unit")}}
	for _, one := range r.Facts {
		for _, f := range one.Facts {
			s.add(say(r.EntryName(one.Entry)), say(f.ID), num(f.Value), say(f.Unit))
		}
		for _, t := range one.Tried {
			s.add(say(r.EntryName(one.Entry)), say("tried to reach "+t.Name), num(float64(t.Times)), say("times"))
		}
	}
	return s
}

func proofSheet(r den.Report) sheet {
	s := sheet{name: "Proof", rows: [][]cell{head("What", "Event", "When", "Left")}}
	for _, p := range r.Receipts {
		s.add(say("receipt of "+r.EntryName(p.Entry)), num(float64(p.Event)), when(p.EndedAt), num(float64(p.Left)))
	}
	for _, e := range r.Record.Events {
		s.add(say(e.Act), num(float64(e.Seq)), when(e.At))
	}
	s.add(say("root of the record"), num(float64(r.Record.Head.Size)), say(r.Record.Head.Root))
	return s
}
