package main

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"innovationden/orchestrator/den"
	"innovationden/sandbox"
	"innovationden/sandbox/sandboxtest"
)

// BenchmarkWarmLaunch takes the time from the request for a trial whose product is kept
// ready to the first answer of that product, with the commit of it all; and, for the
// same data folder, that of a change that is written and synced and does nothing else.
func BenchmarkWarmLaunch(b *testing.B) {
	l := newLaunches(b, "4GB")
	var whole, claim, bare []time.Duration
	for len(whole) < max(b.N, 20) {
		trial := l.draft()
		l.warmed()
		began := time.Now()
		v, err := l.house.den.StartTrial(context.Background(), l.actor, trial, 0, den.Once{})
		must(b, err)
		claim = append(claim, time.Since(began))
		s := v.Entries[0].Sandbox
		if s.Phase != den.Live {
			b.Fatalf("it is %s: %s", s.Phase, s.Say)
		}
		_, err = sandbox.AwaitAnswer(b.Context(), l.house.runtime, sandbox.ID(s.Lease.Sandbox), sandbox.Probe{Port: sandboxtest.Port, Path: "/"}, time.Millisecond, time.Second)
		must(b, err)
		whole = append(whole, time.Since(began))
		l.end(trial)
		began = time.Now()
		must(b, l.house.store.Update(b.Context(), func(tx den.Tx) error {
			_, err := tx.Cells().Put(den.Cell{Sandbox: string(sandboxtest.NewID(b)), Size: "none"})
			return errors.Join(err)
		}))
		bare = append(bare, time.Since(began))
	}
	at := func(all []time.Duration, percent int) float64 {
		slices.Sort(all)
		return float64(all[len(all)*percent/100]) / float64(time.Millisecond)
	}
	b.ReportMetric(at(whole, 50), "ms/first-answer-p50")
	b.ReportMetric(at(whole, 99), "ms/first-answer-p99")
	b.ReportMetric(at(claim, 50), "ms/claim-p50")
	b.ReportMetric(at(bare, 50), "ms/commit-p50")
	b.ReportMetric(0, "ns/op")
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
