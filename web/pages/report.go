package pages

import (
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/view"
)

// reportPage is what a trial found, in the standard order: in words, totals, by
// criterion, the decision, what people wrote, and how it was done.
type reportPage struct {
	view.Frame
	Trial     den.TrialView
	Outcome   den.Outcome
	Totals    []totalRow
	Criteria  []criterionRow
	Written   []writtenEntry
	DecidedBy string
	Chosen    string
	MayDecide bool
	Decide    string // what the button says
}

type totalRow struct {
	Rank     string
	Product  string
	Supplier string
	Total    string
	Between  string // where marks are missing; else empty
	Screened bool
	People   int
}

type criterionRow struct {
	Theme  string // of the first row of a theme
	Title  string
	Weight string
	Marks  []string
}

type writtenEntry struct {
	Product string
	Rows    []writtenRow
}

type writtenRow struct {
	Criterion string
	Says      []writtenSay
}

type writtenSay struct {
	Who, Mark, Reason string
	NotTested         bool
}

// Report is GET /trials/:id/report.
func (p *Pages) Report(c *gin.Context) error {
	who := asking(c)
	t, err := p.Den.Trial(c, who, id(c))
	if err != nil {
		return err
	}
	o, err := p.Den.Outcome(c, who, t.ID)
	if err != nil {
		return err
	}
	page := reportPage{Frame: p.frame(c, p.words.Say("report.title", "Name", t.Name)), Trial: t, Outcome: o,
		Totals: p.totals(t, o), Criteria: p.criteria(t, o), Written: written(t)}
	page.Crumbs = p.crumbs(view.Crumb{Href: "/trials", Text: p.words.Say("nav.trials")},
		view.Crumb{Href: trialPath(t.ID), Text: t.Name}, view.Crumb{Text: p.words.Say("report.crumb")})
	page.MayDecide, page.Decide = t.May[den.DecideTrial], p.words.Say("trial.decide")
	if o.Decision != "" {
		page.Decide = p.words.Say("trial.decide-again")
		if person, err := p.Den.Person(c, o.DecidedBy); err == nil {
			page.DecidedBy = person.Name
		}
		page.Chosen = productOf(t, o.Chosen)
	}
	return p.show(c, http.StatusOK, "report", page)
}

func productOf(t den.TrialView, entry den.ID) string {
	for _, e := range t.Entries {
		if e.ID == entry {
			return e.ProductName
		}
	}
	return ""
}

// totals lists the entries, the best first; those without a rank come last.
func (p *Pages) totals(t den.TrialView, o den.Outcome) []totalRow {
	results := slices.Clone(o.Results)
	slices.SortStableFunc(results, func(a, b den.Result) int {
		if (a.Rank == 0) != (b.Rank == 0) {
			return b.Rank - a.Rank
		}
		return a.Rank - b.Rank
	})
	var rows []totalRow
	for _, r := range results {
		row := totalRow{Rank: p.words.Say("report.no-rank"), Total: total(r.Total), Screened: r.Screened, People: r.Assessors}
		if r.Rank > 0 {
			row.Rank = mark(float64(r.Rank))
		}
		if r.High-r.Low > 0.05 {
			row.Between = p.words.Say("report.between", "Low", total(r.Low), "High", total(r.High))
		}
		if r.Assessors == 0 {
			row.Total, row.Between = p.words.Say("report.no-total"), ""
		}
		for _, e := range t.Entries {
			if e.ID == r.Entry {
				row.Product, row.Supplier = e.ProductName, e.SupplierName
			}
		}
		rows = append(rows, row)
	}
	return rows
}

// criteria lists the mean marks of each criterion, a column for each entry.
func (p *Pages) criteria(t den.TrialView, o den.Outcome) []criterionRow {
	by := map[den.ID]den.Result{}
	for _, r := range o.Results {
		by[r.Entry] = r
	}
	var rows []criterionRow
	for _, theme := range t.Scheme.Themes {
		for n, c := range theme.Criteria {
			row := criterionRow{Title: c.Title, Weight: mark(weightOf(t, c))}
			if n == 0 {
				row.Theme = theme.Title
			}
			for _, e := range t.Entries {
				said := p.words.Say("report-none." + string(c.ScoredBy))
				if m, ok := by[e.ID].Marks[c.ID]; ok {
					said = mark(m)
				}
				row.Marks = append(row.Marks, said)
			}
			rows = append(rows, row)
		}
	}
	return rows
}

// written is what evaluators wrote about each entry, as far as the person may see it.
func written(t den.TrialView) []writtenEntry {
	var all []writtenEntry
	for _, e := range t.Entries {
		one := writtenEntry{Product: e.ProductName}
		for _, c := range t.Scheme.Criteria() {
			row := writtenRow{Criterion: c.Title}
			for _, a := range t.Assessments {
				score, ok := a.Scores[c.ID]
				if a.Entry != e.ID || !a.Submitted() || !ok {
					continue
				}
				said := writtenSay{Who: a.EvaluatorName, Reason: score.Reason, NotTested: score.NotTested}
				if score.Mark != nil {
					said.Mark = mark(float64(*score.Mark))
				}
				row.Says = append(row.Says, said)
			}
			if len(row.Says) > 0 {
				one.Rows = append(one.Rows, row)
			}
		}
		if len(one.Rows) > 0 {
			all = append(all, one)
		}
	}
	return all
}
