package report

import (
	"strings"
	"time"

	"innovationden/orchestrator/den"
)

// fact is one row of the tidy form: one thing that the document says. Rows of several
// trials can stand below one another.
type fact struct {
	part, item                  string
	entry, criterion, evaluator string
	number                      *float64
	unit                        string
	text                        string
	at                          time.Time
}

// tidy is the document as rows, in the document's order.
func tidy(r den.Report) []fact {
	var out []fact
	text := func(part, item, say string) { out = append(out, fact{part: part, item: item, text: say}) }
	number := func(part, item string, n float64, unit string) {
		out = append(out, fact{part: part, item: item, number: &n, unit: unit})
	}
	at := func(part, item string, when time.Time) {
		if !when.IsZero() {
			out = append(out, fact{part: part, item: item, at: when})
		}
	}
	text("trial", "name", r.Trial.Name)
	text("trial", "department", r.Trial.Department)
	text("trial", "question", r.Trial.Question)
	text("trial", "state", r.Trial.State)
	at("trial", "started", r.Trial.StartedAt)
	at("trial", "closed", r.Trial.ClosedAt)
	number("trial", "length", r.Trial.Length, "s")
	number("trial", "evaluators", float64(r.Trial.Evaluators), "1")
	number("trial", "cost", float64(r.Trial.Pence)/100, "GBP")
	for _, say := range r.Finding {
		text("finding", "finding", say)
	}
	text("protocol", "sha256", r.Protocol.Hash)
	text("protocol", "scheme", r.Protocol.SchemeID)
	number("protocol", "scheme version", float64(r.Protocol.Version), "1")
	text("protocol", "size", r.Protocol.Size)
	for _, task := range r.Protocol.Tasks {
		text("protocol", "task", task)
	}
	out = append(out, tidyEntries(r)...)
	out = append(out, tidyScores(r)...)
	out = append(out, tidyTotals(r)...)
	return append(out, tidyRest(r)...)
}

func tidyEntries(r den.Report) []fact {
	var out []fact
	for _, e := range r.Entries {
		text := func(item, say string) {
			if say != "" {
				out = append(out, fact{part: "entries", item: item, entry: r.EntryName(e.ID), text: say})
			}
		}
		text("label", e.Label)
		text("supplier", e.Supplier)
		text("version", e.Version)
		for _, image := range e.Images {
			text("image", image)
		}
		text("digest", e.Digest)
		text("compose sha256", e.Compose)
	}
	for _, c := range r.Criteria {
		out = append(out, fact{part: "criteria", item: "weight", criterion: c.Title, number: &c.Weight, unit: "share"},
			fact{part: "criteria", item: "scored by", criterion: c.Title, text: c.ScoredBy})
		if c.Minimum != nil {
			least := float64(*c.Minimum)
			out = append(out, fact{part: "criteria", item: "minimum", criterion: c.Title, number: &least, unit: "mark"})
		}
		if c.Alpha != nil {
			out = append(out, fact{part: "criteria", item: "alpha", criterion: c.Title, number: c.Alpha, unit: "1"})
		}
	}
	return out
}

func tidyScores(r den.Report) []fact {
	var out []fact
	for _, s := range r.Scores {
		entry, criterion := r.EntryName(s.Entry), r.CriterionTitle(s.Criterion)
		for _, n := range []struct {
			item string
			of   *float64
		}{{s.From, s.Mark}, {"lowest", s.Lowest}, {"median", s.Median}, {"highest", s.Highest}, {"standard deviation", s.Deviation}} {
			if n.of != nil {
				out = append(out, fact{part: "scores", item: n.item, entry: entry, criterion: criterion, number: n.of, unit: "mark"})
			}
		}
		for _, say := range [][2]string{{"reason", s.Reason}, {"dissent", s.Dissent}} {
			if say[1] != "" {
				out = append(out, fact{part: "scores", item: say[0], entry: entry, criterion: criterion, text: say[1]})
			}
		}
		for _, g := range s.Given {
			f := fact{part: "answers", item: "not tested", entry: entry, criterion: criterion, evaluator: g.Evaluator, text: g.Reason}
			if g.Mark != nil {
				m := float64(*g.Mark)
				f.item, f.number, f.unit = "mark", &m, "mark"
			}
			out = append(out, f)
			if g.Release != "" {
				out = append(out, fact{part: "answers", item: "earlier release", entry: entry, criterion: criterion, evaluator: g.Evaluator, text: g.Release})
			}
		}
	}
	return out
}

func tidyTotals(r den.Report) []fact {
	var out []fact
	add := func(part, item, entry, criterion string, n float64, unit string) {
		out = append(out, fact{part: part, item: item, entry: entry, criterion: criterion, number: &n, unit: unit})
	}
	for _, t := range r.Totals {
		entry := r.EntryName(t.Entry)
		add("totals", "rank", entry, "", float64(t.Rank), "1")
		add("totals", "total", entry, "", t.Total, "of 100")
		add("totals", "lowest", entry, "", t.Low, "of 100")
		add("totals", "highest", entry, "", t.High, "of 100")
		if t.Price != nil {
			add("totals", "price", entry, "", float64(*t.Price)/100, "GBP")
		}
	}
	if s := r.Sureness; s != nil {
		add("how sure", "error", "", "", s.Error, "share")
		for _, a := range s.Acceptability {
			for rank, share := range a.Ranks {
				add("how sure", rankName(rank), r.EntryName(a.Entry), "", share, "share")
			}
		}
		for _, f := range s.Flips {
			add("how sure", "lead lost at weight", r.EntryName(f.To), r.CriterionTitle(f.Criterion), f.At, "share")
		}
	}
	if a := r.Agreement; a != nil {
		for _, n := range []struct {
			item string
			of   *float64
		}{{"alpha", a.Alpha}, {"alpha low", a.Low}, {"alpha high", a.High}, {"Kendall's W", a.KendallW}, {"ICC(2,1)", a.ICC}} {
			if n.of != nil {
				add("agreement", n.item, "", "", *n.of, "1")
			}
		}
	}
	return out
}

func tidyRest(r den.Report) []fact {
	var out []fact
	for _, one := range r.Facts {
		entry := r.EntryName(one.Entry)
		for _, f := range one.Facts {
			out = append(out, fact{part: "measured", item: f.ID, entry: entry, number: &f.Value, unit: f.Unit})
		}
		for _, t := range one.Tried {
			n := float64(t.Times)
			out = append(out, fact{part: "tried to reach", item: "times", entry: entry, number: &n, unit: "1", text: t.Name})
		}
	}
	for _, c := range r.Conflicts {
		out = append(out, fact{part: "conflicts", item: c.Kind, evaluator: c.Evaluator, text: c.Say})
	}
	for _, a := range r.Amendments {
		out = append(out, fact{part: "amendments", item: a.What, text: a.Why, at: a.At})
	}
	for _, m := range r.Missing {
		out = append(out, fact{part: "missing", item: m.Rule, entry: r.EntryName(m.Entry), criterion: r.CriterionTitle(m.Criterion)})
	}
	if d := r.Decision; d != nil {
		out = append(out, fact{part: "decision", item: d.Decision, entry: r.EntryName(d.Chosen), text: d.Why, at: d.At})
		if d.Route != "" {
			out = append(out, fact{part: "decision", item: "route", text: d.Route})
		}
		for _, c := range d.Cites {
			out = append(out, citeFacts("decision", "cites", c)...)
		}
	}
	for _, c := range r.CitedBy {
		out = append(out, citeFacts("cited by", "cites", c)...)
	}
	for _, p := range r.Receipts {
		left := float64(p.Left)
		out = append(out, fact{part: "receipts", item: "left", entry: r.EntryName(p.Entry), number: &left, unit: "1", at: p.EndedAt})
	}
	for _, e := range r.Record.Events {
		seq := float64(e.Seq)
		out = append(out, fact{part: "record", item: e.Act, number: &seq, unit: "event", at: e.At})
	}
	return out
}

// citeFacts are a result that is cited: which, why, and what differs.
func citeFacts(part, item string, c den.ReportCite) []fact {
	out := []fact{{part: part, item: item, text: strings.TrimSpace(string(c.Trial) + " " + titleOf(c))}}
	if c.Finding != "" {
		out = append(out, fact{part: part, item: item + " finding", text: c.Finding})
	}
	if c.Why != "" {
		out = append(out, fact{part: part, item: item + " why", text: c.Why})
	}
	for _, one := range c.Differs {
		out = append(out, fact{part: part, item: item + " not comparable because", text: one})
	}
	return out
}
