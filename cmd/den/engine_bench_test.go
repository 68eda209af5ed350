package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/docker/docker/api/types/container"
	engine "github.com/docker/docker/client"

	"innovationden/configs"
	"innovationden/orchestrator/den"
	"innovationden/sandbox"
	"innovationden/sandbox/sandboxtest"
)

// launches takes turns between a whole launch of a den in this process and the bare
// engine calls that make the same container on a waiting cell.
type launches struct {
	b       *testing.B
	house   *house
	actor   den.Actor
	release den.ID
	dep     den.ID
	api     *engine.Client
	like    container.InspectResponse // what the den makes
}

// BenchmarkWholeLaunch takes the time from the request for a trial, with its store, its
// record and its events, to the first answer of the product, known and written; and for
// comparison that of the bare engine calls, with the very same settings, to the first
// answer. Both start on a waiting cell.
func BenchmarkWholeLaunch(b *testing.B) {
	l := newLaunches(b, "0MB")
	var whole, bare []time.Duration
	round := func() {
		whole = append(whole, l.whole())
		bare = append(bare, l.bare())
	}
	round() // pays for what is asked once
	whole, bare = nil, nil
	for len(whole) < max(b.N, 15) {
		round()
	}
	middle := func(all []time.Duration) float64 {
		slices.Sort(all)
		return float64(all[len(all)/2]) / float64(time.Millisecond)
	}
	b.ReportMetric(middle(whole), "ms/launch")
	b.ReportMetric(middle(bare), "ms/bare")
	b.ReportMetric(middle(whole)/middle(bare), "ratio")
	b.ReportMetric(0, "ns/op")
}

// newLaunches opens a den that may keep products ready within so much memory.
func newLaunches(b *testing.B, warm string) *launches {
	b.Helper()
	config, err := configs.Load("", func(name string) string {
		return map[string]string{"DEN_ENGINE_INSTALLATION": "bench-" + lower.EncodeToString(random(6)), "DEN_SANDBOXES_WARM_MEMORY": warm, "DEN_SANDBOXES_PREFLIGHT": "false"}[name]
	})
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
		err := errors.Join(<-ran, l.house.drain())
		l.house.close()
		must(b, err)
	})
	secret, err := l.house.den.OperatorToken(ctx)
	must(b, err)
	l.actor, err = l.house.den.Who(ctx, secret)
	must(b, err)
	l.api, err = engine.NewClientWithOpts(engine.FromEnv, engine.WithAPIVersionNegotiation())
	must(b, err)
	b.Cleanup(func() { _ = l.api.Close() })
	l.offer()
	return l
}

// offer brings the product in, and looks at the container that the den makes of it.
func (l *launches) offer() {
	l.b.Helper()
	ctx, d := context.Background(), l.house.den
	supplier, err := d.AddSupplier(ctx, l.actor, den.NewOrganisation{Name: "Supplier"})
	must(l.b, err)
	made, err := d.AddProduct(ctx, l.actor, den.NewProduct{Supplier: supplier.ID, Name: "Product"})
	must(l.b, err)
	department, err := d.AddDepartment(ctx, l.actor, den.NewOrganisation{Name: "Department"})
	must(l.b, err)
	release, err := d.AddRelease(ctx, l.actor, den.NewRelease{Product: made.ID, Version: "1", Archive: bytes.NewReader(product(l.b, program(l.b), "serve"))})
	must(l.b, err)
	l.release, l.dep = release.ID, department.ID
	l.ready()
	trial := l.draft()
	l.start(trial)
	containers, err := l.house.runtime.List(ctx)
	must(l.b, err)
	for _, f := range containers {
		for _, name := range f.Containers {
			seen, err := l.api.ContainerInspect(ctx, name)
			must(l.b, err)
			if seen.HostConfig.NetworkMode.IsContainer() {
				l.like = seen
			}
		}
	}
	if l.like.ContainerJSONBase == nil {
		l.b.Fatalf("there is no container in a cell: %+v", containers)
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

// bare makes the engine calls and nothing else.
func (l *launches) bare() time.Duration {
	l.b.Helper()
	l.ready()
	ctx, id := context.Background(), sandboxtest.NewID(l.b)
	must(l.b, l.house.runtime.Hold(ctx, id))
	found, err := l.house.runtime.Find(ctx, id)
	must(l.b, err)
	host := *l.like.HostConfig
	host.NetworkMode = container.NetworkMode("container:" + found.Containers[0])
	config := *l.like.Config
	config.Labels = maps.Clone(config.Labels)
	config.Labels["innovationden.sandbox"] = string(id)
	config.Hostname, config.ExposedPorts = "", nil // they belong to the cell
	began := time.Now()
	made, err := l.api.ContainerCreate(ctx, &config, &host, nil, nil, fmt.Sprintf("bare-%s-%d", id, os.Getpid()))
	must(l.b, err)
	must(l.b, l.api.ContainerStart(ctx, made.ID, container.StartOptions{}))
	_, err = sandbox.AwaitAnswer(ctx, l.house.runtime, id, sandbox.Probe{Port: sandboxtest.Port, Path: "/"}, 2*time.Millisecond, time.Second)
	took := time.Since(began)
	must(l.b, err)
	must(l.b, l.api.ContainerRemove(ctx, made.ID, container.RemoveOptions{Force: true, RemoveVolumes: true}))
	must(l.b, l.house.runtime.Remove(ctx, id))
	return took
}
