package docker

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/strslice"

	"innovationden/sandbox"
	"innovationden/sandbox/sandboxtest"
)

// BenchmarkLaunch takes the time from the wish to the first answer of a product on a
// waiting cell: by the den, by the bare Engine calls with the very same settings, and
// by those without any. The three take turns within each round, so that a busy machine
// is busy for all; each reports its median. Holding the cell and removing are not timed.
func BenchmarkLaunch(b *testing.B) {
	r := engine(b)
	image := sandboxtest.ProductImage(b, r)
	ways := map[string]func(context.Context, sandbox.Spec) error{
		"den":   r.Start,
		"bare":  func(ctx context.Context, s sandbox.Spec) error { return r.bare(ctx, s, image, true) },
		"plain": func(ctx context.Context, s sandbox.Spec) error { return r.bare(ctx, s, image, false) },
	}
	names := []string{"den", "bare", "plain"}
	times := map[string][]time.Duration{}
	round := func() {
		for _, name := range names {
			times[name] = append(times[name], r.launch(b, image, ways[name]))
		}
		names = append(names[1:], names[0]) // nobody is always first, right after a removal
	}
	round() // the first of each pays for what is asked once
	clear(times)
	for _, name := range []string{"den", "bare", "plain"} {
		b.Run(name, func(b *testing.B) {
			for len(times[name]) < max(b.N, 15) {
				round()
			}
			slices.Sort(times[name])
			b.ReportMetric(float64(median(times[name]).Microseconds())/1000, "ms/launch")
			b.ReportMetric(float64(median(times[name]))/float64(median(times["bare"])), "ratio")
			b.ReportMetric(0, "ns/op")
		})
	}
}

func median(all []time.Duration) time.Duration {
	sorted := slices.Sorted(slices.Values(all))
	return sorted[len(sorted)/2]
}

func (r *Runtime) launch(b *testing.B, image sandbox.Image, start func(context.Context, sandbox.Spec) error) time.Duration {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.Context(), time.Minute)
	defer cancel()
	s := sandboxtest.Spec(sandboxtest.NewID(b), sandbox.Service{Name: "product", Image: image.ID, Profile: sandbox.Strict})
	must(b, r.Hold(ctx, s.ID))
	began := time.Now()
	must(b, start(ctx, s))
	_, err := sandbox.AwaitAnswer(ctx, r, s.ID, sandbox.Probe{Port: sandboxtest.Port, Path: "/"}, sandbox.Asking{Every: 2 * time.Millisecond, Patience: time.Second})
	took := time.Since(began)
	must(b, err)
	must(b, r.Remove(ctx, s.ID))
	return took
}

// bare makes the Engine calls and nothing else.
func (r *Runtime) bare(ctx context.Context, s sandbox.Spec, image sandbox.Image, hardened bool) error {
	host := &container.HostConfig{NetworkMode: container.NetworkMode("container:" + r.ours.name(s.ID, holderName))}
	config := &container.Config{Image: image.ID, Labels: r.ours.labels(s.ID), Cmd: strslice.StrSlice{"serve"}}
	if hardened {
		var err error
		if host, err = r.serviceHost(s, s.Services[0], image, false); err != nil {
			return err
		}
		config.User, config.Healthcheck = nobody, &container.HealthConfig{Test: []string{"NONE"}}
	}
	made, err := r.api.ContainerCreate(ctx, config, host, nil, nil, r.ours.name(s.ID, "product"))
	if err != nil {
		return err
	}
	return r.api.ContainerStart(ctx, made.ID, container.StartOptions{})
}
