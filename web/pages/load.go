package pages

import (
	"net/http"

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
	notes := []string{p.words.Say("load.how", "Rounds", l.Rounds, "Within", mark(l.P95), "Errors", percent(l.Errors), "Seed", l.Seed)}
	if loud > 0 {
		notes = append(notes, p.words.Count("load.not-quiet", loud, "All", l.Expected))
	}
	return notes
}

// loadRows are the steps of a load test: by rate the longest 95th percentile of all rounds,
// and how many runs kept to the objective, one column for each product.
func (p *Pages) loadRows(r den.Report) (rows []measuredRow) {
	if r.Load == nil {
		return nil
	}
	for _, rate := range r.Load.Rates {
		for i, e := range r.Entries {
			worst, kept, n := 0.0, 0, 0
			for _, run := range r.Load.Runs {
				for _, s := range run.Steps {
					if run.Entry != e.ID || s.Rate != rate {
						continue
					}
					n++
					if worst = max(worst, s.P95); s.Holds {
						kept++
					}
				}
			}
			if n > 0 {
				rows = p.into(rows, p.words.Say("load.rate", "N", rate), i, len(r.Entries), p.words.Say("load.step", "P95", mark(worst), "Kept", kept, "Runs", n))
			}
		}
	}
	return rows
}
