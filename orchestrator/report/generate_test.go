package report

import (
	"fmt"
	"time"

	"pgregory.net/rapid"

	"innovationden/orchestrator/den"
)

// anyReport draws a report of any trial: from a draft's first score to everything.
func anyReport() *rapid.Generator[den.Report] {
	return rapid.Custom(func(t *rapid.T) den.Report {
		g := drawing{t}
		r := den.Report{
			Standard: den.ReportStandard, MadeAt: g.moment(), Trial: g.trial(), Finding: g.texts(3), Withheld: []den.Part{},
			Protocol: den.ReportProtocol{Hash: g.text(), SchemeID: "s", Version: 1, SchemeTitle: g.text(), Size: "small", Tasks: g.texts(3)},
			Entries:  []den.ReportEntry{}, Criteria: []den.ReportCriterion{}, Scores: []den.ReportScore{}, Totals: []den.ReportTotal{}, Facts: []den.ReportFacts{},
			Conflicts: []den.ReportConflict{}, Amendments: []den.ReportAmendment{}, Missing: []den.ReportMissing{}, Receipts: []den.ReportReceipt{},
			Record: den.ReportRecord{Head: den.ReportHead{Size: 9, Root: "aa"}, Events: []den.ReportEvent{}},
		}
		for i := range g.upTo(6) {
			r.Criteria = append(r.Criteria, den.ReportCriterion{ID: fmt.Sprint("c", i), Title: g.text(), Weight: g.share(), ScoredBy: g.of("people", "measurement", "price"), IfMissing: "interval"})
		}
		for i := range 1 + g.upTo(5) {
			g.entry(&r, i)
		}
		if g.yes() {
			r.Agreement = &den.ReportAgreement{Evaluators: g.upTo(5), Alpha: g.figure(), Why: g.text()}
		}
		if g.yes() {
			r.Decision = &den.ReportDecision{Decision: g.of("proceed", "try_again", "stop"), Why: g.text(), At: g.moment(), By: g.text()}
		}
		for i := range g.upTo(2) {
			one := den.ReportCite{Trial: den.ID(fmt.Sprint("tri_c", i)), Name: g.text(), Department: g.text(), Why: g.text(), Differs: g.texts(2)}
			r.CitedBy = append(r.CitedBy, one)
			if r.Decision != nil {
				r.Decision.Cites = append(r.Decision.Cites, one, den.ReportCite{Name: g.text()})
			}
		}
		for range g.upTo(3) {
			r.Conflicts = append(r.Conflicts, den.ReportConflict{Evaluator: "Evaluator 1", Kind: "actual", Say: g.text()})
			r.Amendments = append(r.Amendments, den.ReportAmendment{At: g.moment(), What: g.text(), Why: g.text()})
			r.Record.Events = append(r.Record.Events, den.ReportEvent{Seq: uint64(g.upTo(9)), At: g.moment(), Act: "trial.started"})
		}
		if g.yes() {
			r = r.Keep(rapid.SliceOfDistinct(rapid.SampledFrom(den.Parts), rapid.ID[den.Part]).Draw(t, "parts"))
		}
		return r
	})
}

type drawing struct{ t *rapid.T }

func (g drawing) text() string            { return rapid.String().Draw(g.t, "text") }
func (g drawing) yes() bool               { return rapid.Bool().Draw(g.t, "yes") }
func (g drawing) upTo(n int) int          { return rapid.IntRange(0, n).Draw(g.t, "n") }
func (g drawing) of(all ...string) string { return rapid.SampledFrom(all).Draw(g.t, "of") }
func (g drawing) share() float64          { return rapid.Float64Range(0, 1).Draw(g.t, "share") }

func (g drawing) moment() time.Time {
	return time.Unix(rapid.Int64Range(0, 4e9).Draw(g.t, "moment"), 0).UTC()
}

func (g drawing) figure() *float64 {
	if !g.yes() {
		return nil
	}
	return of(rapid.Float64Range(-1, 1).Draw(g.t, "figure"))
}

func (g drawing) texts(most int) []string {
	return rapid.SliceOfN(rapid.String(), 0, most).Draw(g.t, "texts")
}

func (g drawing) trial() den.ReportTrial {
	r := den.ReportTrial{ID: den.ID(fmt.Sprintf("tri_%04d", g.upTo(9999))), Name: g.text(), Question: g.text(), DepartmentID: "dep_1", Department: g.text(), State: g.of("running", "finished"), StartedAt: g.moment(), EndsAt: g.moment(), Length: 60}
	if g.yes() {
		r.ClosedAt = g.moment()
	}
	return r
}

func (g drawing) entry(r *den.Report, i int) {
	e := den.ReportEntry{ID: den.ID(fmt.Sprint("ent_", i)), Label: fmt.Sprint("Product ", i+1), Images: []string{"sha256:aa"}}
	if g.yes() {
		e.Product, e.Supplier, e.Of = g.text(), g.text(), den.ID(fmt.Sprint("sup_", g.upTo(2)))
	}
	r.Entries = append(r.Entries, e)
	for _, c := range r.Criteria {
		s := den.ReportScore{Criterion: c.ID, Entry: e.ID, From: "none", Reason: g.text(), Given: []den.ReportGiven{}}
		if s.Mark = g.figure(); s.Mark != nil {
			s.From = "mean"
			s.Given = append(s.Given, den.ReportGiven{Evaluator: "Evaluator 1", Mark: of(g.upTo(5)), Reason: g.text()})
		}
		r.Scores = append(r.Scores, s)
	}
	r.Totals = append(r.Totals, den.ReportTotal{Entry: e.ID, Rank: g.upTo(3), Total: 100 * g.share(), Assessors: g.upTo(2)})
	r.Facts = append(r.Facts, den.ReportFacts{Entry: e.ID, Facts: []den.ReportFact{{ID: "launch", Value: g.share(), Unit: "s"}}, Tried: []den.ReportTried{{Name: g.text(), Times: 1}}})
	if g.yes() {
		r.Receipts = append(r.Receipts, den.ReportReceipt{Entry: e.ID, Lease: "lea_1", EndedAt: g.moment(), Looks: []time.Time{g.moment()}})
	}
}
