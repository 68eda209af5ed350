package pages

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/view"
)

// StartLoad is POST /trials/:id/load.
func (p *Pages) StartLoad(c *gin.Context) error {
	v, err := p.typed(c)
	if err != nil {
		return err
	}
	if _, err := p.Den.StartLoad(c, asking(c), id(c)); err != nil {
		status, err := p.refused(c, v, err, nil)
		if err != nil {
			return err
		}
		return p.showMeasured(c, status, v.Summary())
	}
	return to(c, trialPath(id(c))+"/measured", "load")
}

// Measured is GET /trials/:id/measured.
func (p *Pages) Measured(c *gin.Context) error {
	return p.showMeasured(c, http.StatusOK, view.ErrorSummary{})
}

// loadSay is how far a load test has come, or how it ended, in a sentence.
func (p *Pages) loadSay(l *den.ReportLoad) string {
	if l == nil {
		return p.words.Say("load.none")
	}
	if l.State == string(den.LoadRunning) {
		return p.words.Say("load.running", "Done", max(len(l.Runs)-1, 0), "All", l.Expected)
	}
	said := p.words.Say("load."+l.State, "When", p.moment(l.EndedAt), "All", l.Expected)
	if l.Say != "" {
		said += " " + l.Say
	}
	return said
}

// loadNotes are what a reader must know of a load test that came to its end.
func (p *Pages) loadNotes(l *den.ReportLoad) []string {
	if l == nil || l.State != string(den.LoadDone) {
		return nil
	}
	loud := 0
	for _, run := range l.Runs {
		if !run.Quiet {
			loud++
		}
	}
	notes := []string{p.words.Say("load.how", "Rounds", l.Rounds, "Within", p.milliseconds(l.P95), "Errors", percent(l.Errors), "Seed", strconv.FormatUint(l.Seed, 10))}
	if loud > 0 {
		notes = append(notes, p.words.Count("load.not-quiet", loud, "All", l.Expected))
	}
	return notes
}

// timesAt is the lowest, the median and the highest of a percentile over the n rounds in
// which an entry got a rate, in milliseconds.
func timesAt(l den.ReportLoad, entry den.ID, rate int, percentile string) (low, middle, high float64, n int) {
	var all []float64
	for _, run := range l.Runs {
		for _, s := range run.Steps {
			if run.Entry == entry && s.Rate == rate {
				all = append(all, map[string]float64{den.FactP50: s.P50, den.FactP95: s.P95, den.FactP99: s.P99}[percentile])
			}
		}
	}
	if n = len(all); n == 0 {
		return 0, 0, 0, 0
	}
	slices.Sort(all)
	return all[0], (all[(n-1)/2] + all[n/2]) / 2, all[n-1], n
}

// loadTimeRows are the percentiles at the lowest load: medians, with the range of rounds.
func (p *Pages) loadTimeRows(r den.Report) (rows []measuredRow) {
	for _, one := range percentiles() {
		for i, e := range r.Entries {
			if low, middle, high, n := timesAt(*r.Load, e.ID, r.Load.Rates[0], one); n > 0 {
				rows = p.into(rows, p.factTitle(one), i, len(r.Entries), p.ranged(low, middle, high))
			}
		}
	}
	return rows
}

// loadRows are the steps of a load test: by rate how long 95 of 100 answers took, and in
// how many rounds a product no longer kept to the objective; at the end what it stood.
func (p *Pages) loadRows(r den.Report) (rows []measuredRow) {
	for _, rate := range r.Load.Rates {
		for i, e := range r.Entries {
			low, middle, high, n := timesAt(*r.Load, e.ID, rate, den.FactP95)
			if n == 0 {
				continue
			}
			said := p.ranged(low, middle, high)
			if broken := brokenAt(*r.Load, e.ID, rate); broken > 0 {
				said = p.words.Say("load.broken", "Times", said, "N", broken, "Of", n)
			}
			rows = p.into(rows, view.Figure(float64(rate)), i, len(r.Entries), said)
		}
	}
	for _, row := range rows {
		for i, value := range row.Values {
			if r.Load.State == string(den.LoadDone) && value == p.words.Say("report.not-measured") {
				row.Values[i] = p.words.Say("load.not-reached")
			}
		}
	}
	for i, e := range r.Entries {
		f, ok := factOf(r, e.ID, den.FactLoadRate)
		if !ok {
			continue
		}
		low, _ := factOf(r, e.ID, den.FactLoadRate+"_lowest")
		high, _ := factOf(r, e.ID, den.FactLoadRate+"_highest")
		rows = p.into(rows, p.words.Say("load.stood"), i, len(r.Entries), p.ranged(low.Value, f.Value, high.Value))
	}
	return rows
}

// brokenAt counts the rounds in which an entry did not keep to the objective at a rate.
func brokenAt(l den.ReportLoad, entry den.ID, rate int) (n int) {
	for _, run := range l.Runs {
		for _, s := range run.Steps {
			if run.Entry == entry && s.Rate == rate && !s.Holds {
				n++
			}
		}
	}
	return n
}

// ranged is a median, with its range where rounds differ.
func (p *Pages) ranged(low, middle, high float64) string {
	if rounded(low) == rounded(high) {
		return rounded(middle)
	}
	return p.words.Say("load.range", "Middle", rounded(middle), "Low", rounded(low), "High", rounded(high))
}
