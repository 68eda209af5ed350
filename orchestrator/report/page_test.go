package report

import (
	"bytes"
	"encoding/json"
	"io"
	"testing"

	"innovationden/orchestrator/den"
)

// The page of a bundle shows what strangers wrote as text.
func TestThePageEscapesEverything(t *testing.T) {
	r := rich()
	const bad = `<script>alert("x")</script>`
	r.Trial.Name, r.Trial.Question, r.Finding, r.Entries[0].Product, r.Scores[0].Reason, r.Decision.Why = bad, bad, []string{bad}, bad, bad, bad
	r.Facts[0].Tried[0].Name, r.Amendments[0].Why, r.Conflicts[0].Say, r.Missing[0].Reasons[0], r.Criteria[0].Title, r.Decision.Decision = bad, bad, bad, bad, bad, bad
	page, err := whole(func(w io.Writer) error { return Page(w, r) })
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(page, []byte("<script")) || bytes.Count(page, []byte("&lt;script&gt;")) < 12 {
		t.Errorf("a stranger's markup is in the page:\n%s", page)
	}
	text, err := json.Marshal(r)
	if err != nil || !json.Valid(text) {
		t.Error(err)
	}
}

// The page of a bundle says what was measured in words, and every step of a load test.
func TestThePageShowsALoadTest(t *testing.T) {
	r := rich()
	r.Facts[0].Facts = append(r.Facts[0].Facts, den.ReportFact{ID: den.FactMemoryMax, Value: 3 << 19, Unit: "B"}, den.ReportFact{ID: den.FactErrors, Value: 0.0123, Unit: "share"},
		den.ReportFact{ID: den.FactP95, Value: 31.4, Unit: "ms"})
	r.Load = &den.ReportLoad{State: string(den.LoadDone), P95: 500, Errors: 0.01, Rounds: 1, Seed: 4_711, Runs: []den.ReportLoadRun{
		{Entry: "ent_02", Round: 1, Steps: []den.ReportLoadStep{{Rate: 20, Sent: 100, Errors: 3, P50: 12.3, P95: 611.7, P99: 900}}},
	}}
	for state, want := range map[den.LoadState]string{den.LoadDone: "It was run to its end.", den.LoadBrokenOff: "It did not come to its end (broken off) and counts for nothing."} {
		r.Load.State = string(state)
		page, err := whole(func(w io.Writer) error { return Page(w, r) })
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{want, "<td>1.5 MB</td>", "<td>1.2%</td>", "<td>31 milliseconds</td>", "within 500 milliseconds, at most 1.0%", "seed 4711",
			`<th scope="row">=Beta</th><td>1</td><td>20</td><td>12</td><td>612</td><td>900</td><td>3 of 100</td><td>not kept</td>`} {
			if !bytes.Contains(page, []byte(want)) {
				t.Errorf("the page does not say %q", want)
			}
		}
	}
}
