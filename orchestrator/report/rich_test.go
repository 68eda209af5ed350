package report

import (
	"time"

	"innovationden/orchestrator/den"
)

func of[T any](v T) *T { return &v }

// noon is a moment on the n-th day.
func noon(n int) time.Time { return time.Date(2026, time.June, n, 12, 0, 0, 0, time.UTC) }

// rich is the report of a trial in which everything happened.
func rich() den.Report {
	given := func(a, b, c *int) []den.ReportGiven {
		return []den.ReportGiven{
			{Evaluator: "Evaluator 1", Name: "Tom Okafor", Mark: a, Reason: "Tried every task twice."},
			{Evaluator: "Evaluator 2", Name: "Ann Lee", Mark: b, Reason: "=HYPERLINK(\"https://evil.example\")"},
			{Evaluator: "Evaluator 3", Name: "Jo Ray", Mark: c, Reason: "Two lines\nof reason, \"quoted\" & <b>bold</b>.", Outlier: c != nil && *c == 0},
		}
	}
	r := den.Report{
		Standard: den.ReportStandard, MadeAt: noon(9),
		Trial: den.ReportTrial{
			ID: "tri_01", Name: "Registering a birth", Question: "Can people register by themselves?", DepartmentID: "dep_01", Department: "Department for Local Services",
			State: "finished", StartedAt: noon(1), ClosedAt: noon(6), EndsAt: noon(6), Length: 5 * 86400, Evaluators: 3, Pence: 1234,
		},
		Finding: []string{"Alpha stays first in 93 % of weightings.", "Evaluators agree enough to rely on this (α = 0.84)."},
		Protocol: den.ReportProtocol{
			Hash: "5ead2cf0c3d1a1c6f6d7a2b33c6d19d8f0f1f4f3f2a1b0c9d8e7f6a5b4c3d2e1", SchemeID: "standard", Version: 1, SchemeTitle: "Standard scheme",
			Size: "small", SizeTitle: "Small", Tasks: []string{"Book an appointment", "+Cancel it"}, Rule: "Highest total that meets every minimum.",
		},
		Entries: []den.ReportEntry{
			{ID: "ent_01", Label: "Product 1", Product: "Alpha", Supplier: "Northbridge Software", Of: "sup_01", Version: "1.0", Images: []string{"sha256:aa"}, Digest: "sha256:ab"},
			{ID: "ent_02", Label: "Product 2", Product: "=Beta", Supplier: "Harbour & Finch", Of: "sup_02", Version: "2.0", Images: []string{"sha256:bb"}},
		},
		Criteria: []den.ReportCriterion{
			{ID: "ease", Theme: "Use", Title: "Easy to use", Question: "Is it easy?", ScoredBy: "people", Weight: .6, Minimum: of(2), IfMissing: "interval", Alpha: of(.84)},
			{ID: "start", Theme: "Run", Title: "Starts quickly", ScoredBy: "measurement", Formula: "startup_ms: linear 5 at ≤1000, 0 at ≥30000", Weight: .1, IfMissing: "zero"},
			{ID: "price", Theme: "Price", Title: "Price", ScoredBy: "price", Weight: .3, IfMissing: "exclude"},
		},
		Scores: []den.ReportScore{
			{Criterion: "ease", Entry: "ent_01", Mark: of(4.), From: "consensus", Reason: "All tasks worked.", Dissent: "One evaluator would give 3.", Lowest: of(0.), Median: of(4.), Highest: of(5.), Deviation: of(2.2), Given: given(of(4), of(5), of(0))},
			{Criterion: "ease", Entry: "ent_02", From: "none", Given: given(nil, nil, nil)},
			{Criterion: "start", Entry: "ent_01", Mark: of(4.9), From: "measurement", Given: []den.ReportGiven{}},
			{Criterion: "start", Entry: "ent_02", Mark: of(1.5), From: "measurement", Given: []den.ReportGiven{}},
			{Criterion: "price", Entry: "ent_01", Mark: of(3.3), From: "price", Given: []den.ReportGiven{}},
			{Criterion: "price", Entry: "ent_02", Mark: of(5.), From: "price", Given: []den.ReportGiven{}},
		},
		Totals: []den.ReportTotal{
			{Entry: "ent_01", Rank: 1, Total: 77.8, Low: 77.8, High: 77.8, Assessors: 3, Price: of(int64(1_500_000))},
			{Entry: "ent_02", Total: 63, Low: 33, High: 93, Screened: true, Assessors: 3, Price: of(int64(1_000_000))},
		},
		Sureness: &den.ReportSureness{
			Draws: 10000, Seed: 20260603, Error: .0098, Reversal: true,
			Acceptability: []den.ReportAcceptance{{Entry: "ent_01", Ranks: []float64{.93, .07}}, {Entry: "ent_02", Ranks: []float64{.07, .93}}},
			Flips:         []den.ReportFlip{{Criterion: "price", Now: .3, At: .36, Above: true, To: "ent_02"}},
		},
		Agreement: &den.ReportAgreement{Evaluators: 3, Units: 12, Alpha: of(.84), Low: of(.7), High: of(.95), KendallW: of(.9), ICC: of(.8)},
		Facts: []den.ReportFacts{
			{Entry: "ent_01", Facts: []den.ReportFact{{ID: "launch", Value: .42, Unit: "s"}, {ID: "restarts", Unit: "1"}}, Tried: []den.ReportTried{{Name: "telemetry.example", Times: 3}}, Ended: "time"},
			{Entry: "ent_02", Facts: []den.ReportFact{{ID: "launch", Value: 2.5, Unit: "s"}, {ID: "restarts", Value: 2, Unit: "1"}}, Tried: []den.ReportTried{}, Ended: "asked"},
		},
		Conflicts: []den.ReportConflict{{Evaluator: "Evaluator 2", Kind: "perceived", Say: "A friend works at the supplier."}},
		Amendments: []den.ReportAmendment{{At: noon(3), What: "length", Why: "A holiday was overlooked.", Hash: "aa"},
			{At: noon(4), What: `release, from "Product 1: release 0.9" to "Product 1: release 1.0 (sha256:ab)"`, Why: "The calendar did not work.", Hash: "ab"}},
		Missing: []den.ReportMissing{{Entry: "ent_02", Criterion: "ease", Rule: "interval", Reasons: []string{"It was down."}}},
		Decision: &den.ReportDecision{
			Decision: "proceed", Chosen: "ent_01", Route: "G-Cloud", Why: "It did what we needed.", By: "Priya Shah", At: noon(7),
			Cites: []den.ReportCite{{Trial: "tri_00", Name: "Booking a test", Department: "Another department", Finding: "Slotwise comes first.", Why: "The same product, twice the people.", Differs: []string{"the products were given different data", "evaluators did different tasks"}},
				{Name: "A result that is not in the register"}},
		},
		CitedBy: []den.ReportCite{{Trial: "tri_02", Name: "Booking a room", Department: "A third department", Why: "It saves us a trial.", Registered: true}},
		Receipts: []den.ReportReceipt{
			{Entry: "ent_01", Lease: "lea_01", EndedAt: noon(6), Found: 2, Looks: []time.Time{noon(6), noon(6).Add(time.Second)}, Event: 40},
			{Entry: "ent_02", Lease: "lea_02", EndedAt: noon(6), Found: 2, Looks: []time.Time{noon(6), noon(6).Add(time.Second)}, Event: 41},
		},
		Record:   den.ReportRecord{Head: den.ReportHead{Size: 50, Root: "00ff"}, Events: []den.ReportEvent{{Seq: 3, At: noon(1), Act: "trial.started"}, {Seq: 45, At: noon(7), Act: "trial.decided"}}},
		Withheld: []den.Part{},
	}
	r.Scores[0].Given[0].Release = "0.9" // Alpha was renewed after the first evaluator had scored it
	return r
}

func publisher() Publisher {
	return Publisher{Name: "Innovation Den", Prefix: "ocds-000000", Public: "https://den.example.gov.uk"}
}
