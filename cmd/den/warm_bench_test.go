package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"innovationden/orchestrator/den"
	"innovationden/sandbox"
	"innovationden/sandbox/sandboxtest"
)

// BenchmarkWarmLaunch takes the time from the request for a trial whose product is kept
// ready to the first answer of that product, with the commit of it all; and, for the
// same data folder, that of a change that is written and synced and does nothing else,
// and that of the two writes with their syncs which every commit makes.
func BenchmarkWarmLaunch(b *testing.B) {
	l := newLaunches(b, product(b, program(b), "serve"), "DEN_SANDBOXES_WARM_MEMORY=4GB")
	times := map[string][]time.Duration{}
	note := func(name string, took time.Duration) { times[name] = append(times[name], took) }
	takeTurns(max(b.N, 50), []turn{
		{"claim", func() {
			claim, answer := l.claimed()
			note("claim", claim)
			note("answer", answer)
		}},
		{"commit", func() { note("commit", l.commit()) }},
		{"syncs", func() { note("syncs", l.syncs()) }},
	}, func() { clear(times) })
	b.ReportMetric(percentile(times["answer"], 50), "ms/first-answer-p50")
	b.ReportMetric(percentile(times["answer"], 99), "ms/first-answer-p99")
	b.ReportMetric(percentile(times["claim"], 50), "ms/claim-p50")
	b.ReportMetric(percentile(times["commit"], 50), "ms/commit-p50")
	b.ReportMetric(percentile(times["syncs"], 50), "ms/two-syncs-p50")
	b.ReportMetric(percentile(times["answer"], 50)-percentile(times["syncs"], 50), "ms/over-two-syncs")
	b.ReportMetric(0, "ns/op")
}

// claimed starts a trial whose product is kept ready: until the den has said that it is
// live, and until its first answer.
func (l *launches) claimed() (claim, answer time.Duration) {
	l.b.Helper()
	trial := l.draft()
	l.warmed()
	began := time.Now()
	v, err := l.house.den.StartTrial(context.Background(), l.actor, trial, 0, den.Once{})
	must(l.b, err)
	claim = time.Since(began)
	s := v.Entries[0].Sandbox
	if s.Phase != den.Live {
		l.b.Fatalf("it is %s: %s", s.Phase, s.Say)
	}
	must(l.b, firstAnswer(context.Background(), l.house.runtime, sandbox.ID(s.Lease.Sandbox)))
	answer = time.Since(began)
	l.end(trial)
	return claim, answer
}

// commit makes a change to the store that is nearly nothing.
func (l *launches) commit() time.Duration {
	l.b.Helper()
	began := time.Now()
	must(l.b, l.house.store.Update(l.b.Context(), func(tx den.Tx) error {
		made, err := tx.Cells().Put(den.Cell{Sandbox: string(sandboxtest.NewID(l.b)), Size: "none"})
		return errors.Join(err, tx.Cells().Delete(den.ID(made.Sandbox))) // the den has nothing to do about it
	}))
	return time.Since(began)
}

// syncs is what the disk alone takes for a commit: one page and then another, each of
// them synced in the way of the store, in a file of the data folder whose length does
// not change.
func (l *launches) syncs() time.Duration {
	l.b.Helper()
	const page = 4096
	f, err := os.OpenFile(filepath.Join(l.house.config.Data, "bench-syncs"), os.O_RDWR|os.O_CREATE, 0o600)
	must(l.b, err)
	_, err = f.WriteAt(make([]byte, 2*page), 0)
	must(l.b, errors.Join(err, f.Sync()))
	one := random(page)
	began := time.Now()
	for n := range int64(2) {
		_, err := f.WriteAt(one, n*page)
		must(l.b, errors.Join(err, syscall.Fdatasync(int(f.Fd()))))
	}
	took := time.Since(began)
	must(l.b, f.Close())
	return took
}

// warmed waits until the product of a draft is kept ready.
func (l *launches) warmed() {
	l.b.Helper()
	must(l.b, within(time.Minute, func() error {
		h, err := l.house.den.Host(context.Background(), l.actor)
		if err == nil && (h.WarmReady < 1 || h.Starting > 0) {
			err = errors.New("nothing is kept ready yet")
		}
		return err
	}))
}
