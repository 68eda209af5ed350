package pages

import (
	"fmt"
	"math"
	"net/url"
	"time"

	"innovationden/orchestrator/den"
	"innovationden/web/view"
)

// reportParts is the standard document as tables and pictures, for any reader.
type reportParts struct {
	R          den.Report
	Totals     []totalRow
	Scores     []scoreRow
	Said       []saidEntry
	Spread     *view.Chart
	Acceptance *view.Chart
	Shares     []shareRow
	Ranks      []string // the columns of Shares
	Flips      []string
	Agreement  string
	Measured   []measuredBlock
	LoadSay    string // how a load test ended; empty: there was none
	Notes      []string
	Load       []measuredBlock
	Tried      []string
	Conflicts  []string
	Amendments []string
	Missing    []string
	Chosen     string
	Cites      []citeRow
	CitedBy    []citeRow
	Receipts   []string
	Withheld   []string
}

type totalRow struct {
	Rank, Product, Supplier, Total, Between, Price string
	Screened                                       bool
	People                                         int
}

type scoreRow struct {
	Theme, Title, Weight string
	Marks                []scoreCell
}

type scoreCell struct{ Mark, Spread, From string }

type saidEntry struct {
	Product string
	Rows    []saidRow
}

type saidRow struct {
	Criterion, Agreed, Dissent string
	Says                       []saidOne
}

type saidOne struct {
	Who, Mark, Reason  string
	NotTested, IsAlone bool
	Evidence           int
	Earlier            string // the version it is of, where the product was given a newer one afterwards
}

type shareRow struct {
	Product string
	Shares  []string
}

// measuredBlock is one table of what was measured, with its picture where it has one.
type measuredBlock struct {
	Chart *view.Chart
	Table measuredTable
}

type measuredTable struct {
	Caption, What string
	Names         []string // the columns
	Rows          []measuredRow
}

type measuredRow struct {
	Title  string
	Values []string
}

// citeRow is a result that a decision stands on, or the trial whose decision does.
type citeRow struct {
	Href, Text, Found, Why, Says string
	Comparable                   bool
}

func (p *Pages) reportParts(r den.Report) reportParts {
	out := p.measuredParts(r)
	out.Totals, out.Scores, out.Said = p.totals(r), p.scoreRows(r), p.said(r)
	out.Spread, out.Acceptance = p.spreadChart(r), p.acceptanceChart(r)
	out.Shares, out.Ranks, out.Flips = p.shares(r)
	out.Agreement = p.agreement(r.Agreement)
	for _, c := range r.Conflicts {
		out.Conflicts = append(out.Conflicts, p.words.Say("report.conflict", "Who", c.Evaluator, "Kind", p.words.Say("report-stake."+c.Kind), "Say", c.Say))
	}
	for _, a := range r.Amendments {
		out.Amendments = append(out.Amendments, p.words.Say("report.amendment", "When", p.moment(a.At), "What", a.What, "Why", a.Why))
	}
	for _, m := range r.Missing {
		out.Missing = append(out.Missing, p.words.Say("report.missing-one", "Product", r.EntryName(m.Entry), "Criterion", r.CriterionTitle(m.Criterion), "Rule", p.words.Say("missing."+m.Rule)))
	}
	if d := r.Decision; d != nil {
		out.Chosen = r.EntryName(d.Chosen)
		for _, c := range d.Cites {
			out.Cites = append(out.Cites, p.citeRow(c))
		}
	}
	for _, c := range r.CitedBy {
		out.CitedBy = append(out.CitedBy, p.citeRow(c))
	}
	for _, one := range r.Receipts {
		out.Receipts = append(out.Receipts, p.words.Say("report.receipt", "Product", r.EntryName(one.Entry), "When", p.moment(one.EndedAt), "Found", one.Found, "Left", one.Left, "Looks", len(one.Looks), "Event", one.Event))
	}
	for _, part := range r.Withheld {
		out.Withheld = append(out.Withheld, p.words.Say("part."+string(part)))
	}
	return out
}

func (p *Pages) totals(r den.Report) []totalRow {
	var rows []totalRow
	for _, t := range r.Totals {
		row := totalRow{Rank: p.words.Say("report.no-rank"), Product: r.EntryName(t.Entry), Total: total(t.Total), Screened: t.Screened, People: t.Assessors}
		if t.Rank > 0 {
			row.Rank = mark(float64(t.Rank))
		}
		if t.High-t.Low > 0.05 {
			row.Between = p.words.Say("report.between", "Low", total(t.Low), "High", total(t.High))
		}
		if t.Assessors == 0 {
			row.Total, row.Between = p.words.Say("report.no-total"), ""
		}
		if t.Price != nil {
			row.Price = p.say.Money(*t.Price)
		}
		for _, e := range r.Entries {
			if e.ID == t.Entry {
				row.Supplier = e.Supplier
			}
		}
		rows = append(rows, row)
	}
	return rows
}

func (p *Pages) scoreRows(r den.Report) []scoreRow {
	if len(r.Scores) == 0 {
		return nil
	}
	var rows []scoreRow
	theme := ""
	for _, c := range r.Criteria {
		row := scoreRow{Title: c.Title, Weight: percent(c.Weight)}
		if c.Theme != theme {
			row.Theme, theme = c.Theme, c.Theme
		}
		for _, e := range r.Entries {
			s, _ := r.Score(c.ID, e.ID)
			cell := scoreCell{Mark: p.words.Say("report-none." + c.ScoredBy)}
			if s.Mark != nil {
				cell.Mark, cell.From = mark(*s.Mark), p.words.Say("from."+s.From)
			}
			if s.Lowest != nil && s.Highest != nil && *s.Highest > *s.Lowest {
				cell.Spread = p.words.Say("report.spread-of", "Low", mark(*s.Lowest), "High", mark(*s.Highest))
			}
			row.Marks = append(row.Marks, cell)
		}
		rows = append(rows, row)
	}
	return rows
}

// said is what evaluators wrote about each entry, as far as the reader may see it.
func (p *Pages) said(r den.Report) []saidEntry {
	var all []saidEntry
	for _, e := range r.Entries {
		one := saidEntry{Product: r.EntryName(e.ID)}
		for _, c := range r.Criteria {
			s, _ := r.Score(c.ID, e.ID)
			row := saidRow{Criterion: c.Title, Agreed: s.Reason, Dissent: s.Dissent}
			for _, g := range s.Given {
				if g.Reason == "" {
					continue
				}
				said := saidOne{Who: g.Evaluator, Reason: g.Reason, NotTested: g.Mark == nil, IsAlone: g.Outlier, Evidence: len(g.Evidence), Earlier: g.Release}
				if g.Name != "" {
					said.Who = g.Name
				}
				if g.Mark != nil {
					said.Mark = mark(float64(*g.Mark))
				}
				row.Says = append(row.Says, said)
			}
			if len(row.Says) > 0 || row.Agreed != "" {
				one.Rows = append(one.Rows, row)
			}
		}
		if len(one.Rows) > 0 {
			all = append(all, one)
		}
	}
	return all
}

func (p *Pages) shares(r den.Report) (rows []shareRow, ranks, flips []string) {
	if r.Sureness == nil {
		return nil, nil, nil
	}
	for _, a := range r.Sureness.Acceptability {
		row := shareRow{Product: r.EntryName(a.Entry)}
		for i, s := range a.Ranks {
			row.Shares = append(row.Shares, percent(s))
			if i == len(ranks) {
				ranks = append(ranks, p.words.Say("report.rank-n", "N", i+1))
			}
		}
		rows = append(rows, row)
	}
	for _, f := range r.Sureness.Flips {
		key := "report.flip-below"
		if f.Above {
			key = "report.flip-above"
		}
		flips = append(flips, p.words.Say(key, "Product", r.EntryName(f.To), "Criterion", r.CriterionTitle(f.Criterion), "At", percent(f.At), "Now", percent(f.Now)))
	}
	return rows, ranks, flips
}

func (p *Pages) agreement(a *den.ReportAgreement) string {
	switch {
	case a == nil:
		return ""
	case a.Alpha == nil:
		return p.words.Say("report.no-agreement", "Why", a.Why)
	}
	said := p.words.Say("report.alpha", "Alpha", down(*a.Alpha))
	if a.Low != nil && a.High != nil {
		said += " " + p.words.Say("report.alpha-between", "Low", down(*a.Low), "High", down(*a.High))
	}
	if a.KendallW != nil {
		said += " " + p.words.Say("report.kendall", "W", down(*a.KendallW))
	}
	if a.ICC != nil {
		said += " " + p.words.Say("report.icc", "ICC", down(*a.ICC))
	}
	return said
}

// moment is a date and a time as people write them.
func (p *Pages) moment(at time.Time) string {
	said, err := p.say.DateTime(at)
	if err != nil {
		return at.UTC().Format(time.RFC3339)
	}
	return said
}

// percent is a share of 1 as people write it, without saying all or nothing of what is
// not.
func percent(share float64) string {
	switch r := math.Round(1000*share) / 10; {
	case share > 0 && r == 0:
		return "< 0.1%"
	case share < 1 && r >= 100:
		return "> 99.9%"
	default:
		return mark(r) + "%"
	}
}

// down writes two figures after the point, rounded towards agreement being less.
func down(n float64) string { return fmt.Sprintf("%.2f", math.Floor(100*n+1e-9)/100) }

func registerPath(trial den.ID) string { return "/register/" + url.PathEscape(string(trial)) }
