package main

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"innovationden/configs"
	"innovationden/orchestrator/den"
)

// launches are whole launches of a den in this process, and for comparison the bare
// engine calls that make the same on a waiting cell.
type launches struct {
	b       *testing.B
	house   *house
	actor   den.Actor
	release den.ID
	dep     den.ID
	image   string
	bare    *bare
}

// BenchmarkWholeLaunch takes the time from the request for a trial, with its store, its
// record and its events, to the first answer of the product, known and written; and for
// comparison that of the bare engine calls, with the very same settings, to the first
// answer. Both start on a waiting cell.
func BenchmarkWholeLaunch(b *testing.B) {
	l := newLaunches(b, product(b, program(b), "serve"), "DEN_SANDBOXES_WARM_MEMORY=0MB")
	times := map[string][]time.Duration{}
	takeTurns(max(b.N, 15), []turn{
		{"launch", func() { times["launch"] = append(times["launch"], l.whole()) }},
		{"bare", func() { times["bare"] = append(times["bare"], l.barely()) }},
	}, func() { clear(times) })
	whole, bare := percentile(times["launch"], 50), percentile(times["bare"], 50)
	b.ReportMetric(whole, "ms/launch")
	b.ReportMetric(bare, "ms/bare")
	b.ReportMetric(whole/bare, "ratio")
	b.ReportMetric(0, "ns/op")
}

// turn is one of several things that are timed in one run.
type turn struct {
	name string
	take func()
}

// takeTurns has everybody take a turn in each round, each time in another order, so that
// a busy machine is busy for all. The first round pays for what is asked once, and is
// forgotten.
func takeTurns(rounds int, turns []turn, forget func()) {
	for round := range rounds + 1 {
		for n := range turns {
			turns[(round+n)%len(turns)].take()
		}
		if round == 0 {
			forget()
		}
	}
}

// percentile is in milliseconds.
func percentile(all []time.Duration, percent int) float64 {
	sorted := slices.Sorted(slices.Values(all))
	return float64(sorted[len(sorted)*percent/100]) / float64(time.Millisecond)
}

// newLaunches opens a den with settings of its own, DEN_…=…, that runs the one product of
// an archive. Whatever it has on the engine at the end is removed.
func newLaunches(b *testing.B, archive []byte, settings ...string) *launches {
	b.Helper()
	given := map[string]string{"DEN_ENGINE_INSTALLATION": "bench-" + lower.EncodeToString(random(6)), "DEN_SANDBOXES_PREFLIGHT": "false"}
	for _, s := range settings {
		name, value, _ := strings.Cut(s, "=")
		given[name] = value
	}
	config, err := configs.Load("", func(name string) string { return given[name] })
	must(b, err)
	config.Data = b.TempDir()
	l := &launches{b: b}
	l.house, err = openHouse(config, slog.New(slog.DiscardHandler), false)
	must(b, err)
	ctx, stop := context.WithCancel(context.Background())
	ran := make(chan error, 1)
	go func() { ran <- l.house.den.Run(ctx) }()
	b.Cleanup(func() {
		stop()
		err := errors.Join(<-ran, l.house.drain(context.Background()), l.clear())
		l.house.close()
		must(b, err)
	})
	secret, err := l.house.den.OperatorToken(ctx)
	must(b, err)
	l.actor, err = l.house.den.Who(ctx, secret)
	must(b, err)
	l.offer(archive)
	return l
}

// clear removes what a failure left on the engine, and the image.
func (l *launches) clear() error {
	ctx := context.Background()
	left, err := l.house.runtime.List(ctx)
	for _, f := range left {
		err = errors.Join(err, l.house.runtime.Remove(ctx, f.ID))
	}
	if l.image != "" {
		err = errors.Join(err, l.house.runtime.Drop(ctx, l.image))
	}
	return err
}

// offer brings the product in, and looks at the containers that the den makes of it.
func (l *launches) offer(archive []byte) {
	l.b.Helper()
	ctx, d := context.Background(), l.house.den
	supplier, err := d.AddSupplier(ctx, l.actor, den.NewOrganisation{Name: "Supplier"})
	must(l.b, err)
	made, err := d.AddProduct(ctx, l.actor, den.NewProduct{Supplier: supplier.ID, Name: "Product"})
	must(l.b, err)
	department, err := d.AddDepartment(ctx, l.actor, den.NewOrganisation{Name: "Department"})
	must(l.b, err)
	release, err := d.AddRelease(ctx, l.actor, den.NewRelease{Product: made.ID, Version: "1", Archive: bytes.NewReader(archive)})
	must(l.b, err)
	l.release, l.dep, l.image = release.ID, department.ID, release.Image
	l.ready()
	trial := l.draft()
	l.start(trial)
	found, err := l.house.runtime.List(ctx)
	must(l.b, err)
	for _, f := range found {
		if len(f.Containers) == 2 {
			l.bare = newBare(l.b, f)
		}
	}
	if l.bare == nil {
		l.b.Fatalf("there is no product in a cell: %+v", found)
	}
	l.end(trial)
}

func (l *launches) draft() den.ID {
	l.b.Helper()
	v, err := l.house.den.AddTrial(context.Background(), l.actor, den.NewTrial{
		Department: l.dep, Name: "A launch", Question: "How long does it take?", Length: time.Hour, Releases: []den.ID{l.release},
	})
	must(l.b, err)
	return v.Trial.ID
}

// ready waits for the waiting cell.
func (l *launches) ready() {
	l.b.Helper()
	must(l.b, within(time.Minute, func() error {
		h, err := l.house.den.Host(context.Background(), l.actor)
		if err == nil && (h.CellsReady < 1 || h.Starting > 0) {
			err = errors.New("no waiting cell yet")
		}
		return err
	}))
}

// start starts a trial and waits until its product is live.
func (l *launches) start(trial den.ID) {
	l.b.Helper()
	ctx := context.Background()
	pokes, stop := l.house.den.Watch(ctx, trial)
	defer stop()
	v, err := l.house.den.StartTrial(ctx, l.actor, trial, 0, den.Once{})
	must(l.b, err)
	for deadline := time.After(time.Minute); ; {
		s, err := l.house.den.Sandbox(ctx, l.actor, v.Trial.Entries[0].Lease)
		must(l.b, err)
		if s.Lease.Phase == den.Live {
			return
		}
		select {
		case <-pokes:
		case <-deadline:
			l.b.Fatalf("it is %s: %s", s.Lease.Phase, s.Lease.Say)
		}
	}
}

func (l *launches) end(trial den.ID) {
	l.b.Helper()
	ctx := context.Background()
	_, err := l.house.den.EndTrial(ctx, l.actor, trial, "", 0)
	must(l.b, err)
	must(l.b, within(time.Minute, func() error {
		v, err := l.house.den.Trial(ctx, l.actor, trial)
		if err == nil && v.Trial.State != den.TrialFinished {
			err = errors.New("it is not over")
		}
		return err
	}))
}

func (l *launches) whole() time.Duration {
	l.b.Helper()
	l.ready()
	trial := l.draft()
	began := time.Now()
	l.start(trial)
	took := time.Since(began)
	l.end(trial)
	return took
}

// barely makes the engine calls and nothing else.
func (l *launches) barely() time.Duration {
	l.b.Helper()
	l.ready()
	ctx := context.Background()
	waiting, err := l.bare.hold(ctx)
	must(l.b, err)
	began := time.Now()
	must(l.b, waiting.start(ctx))
	took := time.Since(began)
	must(l.b, waiting.remove(ctx))
	return took
}
