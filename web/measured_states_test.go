package web_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"innovationden/orchestrator/den"
)

// measure puts what was measured, and a load test that came to its end, beside a trial: the
// first product is quick, the second slow.
func (r *rig) measure(t den.TrialView) {
	r.Helper()
	r.must(r.store.Update(context.Background(), func(tx den.Tx) error {
		load := r.loadTest(t, den.LoadDone)
		for i, e := range t.Entries {
			m := den.Measurement{Lease: e.Sandbox.ID, Trial: t.ID, Entry: e.ID, Asked: 300, Answered: int64(300 - 7*i), Step: den.SampleEvery, Use: den.Tally{Times: den.Times{}}}
			for n := range 900 {
				m.Use.Times[den.TimeClass(time.Duration(4+(n*n)%(30+200*i))*time.Millisecond)]++
			}
			m.Use.Requests, m.Use.Slowest = 900, time.Second
			for n := range 200 {
				at := t.StartedAt.Add(time.Duration(n)*time.Minute - 6*time.Hour)
				if n > 120 {
					at = at.Add(2 * time.Hour) // it was paused
				}
				m = m.Sampled(den.Sample{At: at, Memory: int64(90+60*i+n/4+(n*7)%13) << 20, Busy: time.Duration(3+20*i+(n*11)%17) * time.Second, Over: time.Minute})
			}
			m.Pages = []den.PageWeight{{Path: "/", Status: 200, Bytes: int64(180_000 * (1 + 9*i)), Parts: 6 + 20*i}, {Path: "/bookings", Status: 200 + 204*i, Bytes: 51_000, Parts: 4}}
			if _, err := tx.Measurements().Put(m); err != nil {
				return err
			}
		}
		_, err := tx.Loads().Put(load)
		return err
	}))
}

// loadTest is one of a trial: done, or as far as the second run.
func (r *rig) loadTest(t den.TrialView, state den.LoadState) den.LoadTest {
	l := den.LoadTest{
		ID: den.ID("loa_" + string(t.ID)), Trial: t.ID, AskedBy: r.people["official"].ID, State: state, Objective: den.DefaultObjective,
		Rates: []int{2, 5, 10, 20, 50, 100, 200}, StepTime: 5 * time.Second, Rounds: 3, Seed: 4_711, StartedAt: time.Now(),
	}
	if state != den.LoadRunning {
		l.EndedAt = time.Now()
	}
	for round := range l.Rounds {
		var order []den.ID
		for _, e := range t.Entries {
			order = append(order, e.ID)
		}
		l.Order = append(l.Order, order)
		for i, id := range order {
			if state != den.LoadDone && len(l.Runs) == 2 {
				continue
			}
			run := den.LoadRun{Entry: id, Round: round + 1}
			for _, rate := range l.Rates {
				p95 := time.Duration(20+round+rate*(1+6*i)) * time.Millisecond
				if i == 1 && rate == 100 {
					p95 = 14 * time.Second
				}
				run.Steps = append(run.Steps, den.LoadStep{Rate: rate, Sent: int64(5 * rate), P50: p95 / 2, P95: p95, P99: p95 * 3 / 2, Slowest: 2 * p95, Achieved: float64(rate), Holds: p95 <= l.Objective.P95})
				if p95 > l.Objective.P95 {
					break
				}
			}
			l.Runs, l.Quiet = append(l.Runs, run), append(l.Quiet, den.Quiet{Busy: 0.1 + 0.2*float64(round), Is: round < 1})
		}
	}
	return l
}

// measuredPages lists the pages of what was measured.
func (r *rig) measuredPages() []shown {
	w := &r.made
	of := func(t den.TrialView) string { return "/trials/" + string(t.ID) }
	return []shown{
		{"measured", "official", of(w.running) + "/measured", ""}, {"measured-finished", "auditor", of(w.finished) + "/measured", ""},
		{"measured-refused", "official", of(w.running) + "/measured", `document.querySelector('main form[method=post]').requestSubmit()`},
		{"measured-load-runs", "official", of(w.starting) + "/measured", ""}, {"measured-load-interrupted", "official", of(w.queued) + "/measured", ""},
	}
}

// What was measured stands in pictures with the same figures in tables beside them, on the
// page and in the report alike.
func TestWhatWasMeasuredStandsInPicturesAndTables(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	trial := "/trials/" + string(r.world().finished.ID)
	for _, path := range []string{trial + "/measured", trial + "/report"} {
		page := r.visitor("auditor").get(path)
		for id, figure := range map[string]string{
			"times": "229", "load-times": "23 (22 to 24)", "load-steps": "14,000; objective not kept in 3 of 3 rounds", "use-memory": "150 MB", "use-processors": "0.52 processors",
		} {
			if !page.has("figure svg[role=img] > desc#"+id+"-say") || !strings.Contains(page.said(), figure) {
				t.Errorf("%s has not the picture %s and %q beside it", path, id, figure)
			}
		}
		if strings.Contains(page.said(), "load.t") || strings.Contains(page.said(), "use.m") {
			t.Errorf("%s shows the name of a word", path)
		}
	}
}
