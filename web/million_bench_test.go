package web_test

import (
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"innovationden/orchestrator/bolt"
	"innovationden/orchestrator/den"
)

// trialSizes is how many trials the benchmark stands on, with ten events each: 1,000
// and, to see that it is flat, DEN_BENCH_SIZE (1000000 makes a file of 17 GB, in some
// ten minutes).
func trialSizes(b *testing.B) []int {
	more := os.Getenv("DEN_BENCH_SIZE")
	if more == "" {
		return []int{1000}
	}
	n, err := strconv.Atoi(more)
	if err != nil {
		b.Fatal(err)
	}
	return []int{1000, n}
}

// BenchmarkManyTrials measures what must not grow with what is kept: pages, by the time
// of 50 and of 99 in 100 requests, the start, a launch, what is due, and a backup.
func BenchmarkManyTrials(b *testing.B) {
	for _, n := range trialSizes(b) {
		b.Run(strconv.Itoa(n), func(b *testing.B) { manyTrials(b, crowd{n}) })
	}
}

func manyTrials(b *testing.B, c crowd) {
	path := filepath.Join(b.TempDir(), "den.db")
	began := time.Now()
	c.fill(b, path)
	filled := time.Since(began)
	began = time.Now()
	r := newRigOn(b, path, false)
	r.people = c.people()
	first := r.visitor("operator").get("/")
	start := time.Since(began)
	if first.Status != http.StatusOK {
		b.Fatal(first.Status)
	}
	b.Run("start", func(b *testing.B) { // from the opening of the file to the first page
		b.ReportMetric(milli(start), "start-ms")
		b.ReportMetric(filled.Seconds(), "filling-s")
		b.ReportMetric(0, "ns/op")
	})
	r.settle()
	r.people = c.people()
	c.pages(b, r)
	c.verbs(b, r)
	b.Run("backup", func(b *testing.B) {
		for b.Loop() {
			size, err := r.raw.(*bolt.DB).Backup(b.Context(), io.Discard)
			r.must(err)
			b.SetBytes(size)
		}
	})
}

func milli(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// pages asks for every page that lists or shows trials, as everybody who may.
func (c crowd) pages(b *testing.B, r *rig) {
	middle := c.n / 2 / crowdDepartments * crowdDepartments // a trial of the official's department
	some := "/trials/" + string(c.trial(middle).ID)
	for _, who := range []string{"operator", "official", "newcomer", "evaluator", "engineer"} {
		v := r.visitor(who)
		paths := []string{"/", "/trials", "/trials?state=running", "/trials?state=finished", "/trials?state=cancelled"}
		switch who {
		case "operator":
			paths = append(paths, some, "/record", "/record?act=trial.", "/record?subject="+string(c.trial(middle).ID), "/techmap", "/products/"+string(crowded(den.KindProduct, 0)), "/host")
		case "official":
			paths = append(paths, some, "/techmap")
		case "evaluator":
			paths = append(paths, "/trials/"+string(c.trial(0).ID))
		}
		for _, path := range paths {
			b.Run(who+path, func(b *testing.B) { v.asks(b, path) })
		}
	}
}

// asks asks for one page again and again.
func (v *visitor) asks(b *testing.B, path string) {
	var took []time.Duration
	for b.Loop() {
		began := time.Now()
		q, err := http.NewRequestWithContext(context.Background(), http.MethodGet, v.server.URL+path, nil)
		v.must(err)
		answer, err := v.client.Do(q)
		v.must(err)
		_, err = io.Copy(io.Discard, answer.Body)
		v.must(err)
		_ = answer.Body.Close()
		took = append(took, time.Since(began))
		if answer.StatusCode != http.StatusOK {
			b.Fatal(path, answer.Status)
		}
	}
	times(b, "", took)
}

// times says how long 50 and 99 in 100 took.
func times(b *testing.B, what string, took []time.Duration) {
	slices.Sort(took)
	b.ReportMetric(milli(took[len(took)/2]), what+"p50-ms")
	b.ReportMetric(milli(took[len(took)*99/100]), what+"p99-ms")
}

// verbs measures what the den does besides showing pages.
func (c crowd) verbs(b *testing.B, r *rig) {
	b.Run("launch", func(b *testing.B) { c.launch(b, r) })
	b.Run("due", func(b *testing.B) {
		for b.Loop() {
			r.must(r.store.View(b.Context(), func(tx den.Tx) error {
				_, err := tx.Leases().List(den.Query{Index: den.LeasesByDue, Until: time.Now(), Limit: 1000})
				return err
			}))
		}
	})
	b.Run("retention", func(b *testing.B) {
		for b.Loop() {
			r.den.Retain(b.Context())
		}
	})
}

// launch starts a trial of one product, waits until it answers, and ends it.
func (c crowd) launch(b *testing.B, r *rig) {
	ctx, by := context.Background(), r.people["official"].Act()
	var commits, lives []time.Duration
	for b.Loop() {
		t, err := r.den.AddTrial(ctx, by, den.NewTrial{
			Name: "Booking appointments", Question: "Can people book?", Scheme: firstLook, Releases: r.releases[:1],
			Evaluators: []den.ID{r.people["evaluator"].ID}, Tasks: []string{"Book a room for Tuesday"},
		})
		r.must(err)
		began := time.Now()
		_, err = r.den.StartTrial(ctx, by, t.ID, 0, den.Once{})
		r.must(err)
		commits = append(commits, time.Since(began))
		t = r.until(t.ID, func(t den.TrialView) bool { return t.Entries[0].Sandbox.Phase == den.Live })
		lives = append(lives, time.Since(began))
		_, err = r.den.EndTrial(ctx, by, t.ID, "We have seen enough.", 0)
		r.must(err)
		r.until(t.ID, func(t den.TrialView) bool { return t.State == den.TrialFinished })
	}
	times(b, "commit-", commits)
	times(b, "live-", lives)
}
