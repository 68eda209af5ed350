package docker

import (
	"context"
	"io"
	"net"
	"net/http"
	"slices"
	"testing"
	"time"

	"innovationden/sandbox"
	"innovationden/sandbox/sandboxtest"
)

// BenchmarkNeighbour asks a product for its page while another sandbox does its worst:
// it burns the processor, forks for ever, fills memory, fills its disk, floods its log.
// Quiet and attacked stretches take turns, so that a busy machine is busy for both. Each
// reports the 99th percentile of the answers' times, and its ratio to the quiet one.
func BenchmarkNeighbour(b *testing.B) {
	r := engine(b)
	image := sandboxtest.ProductImage(b, r)
	victim := r.attacker(b, image, "serve", sandbox.Strict)
	client := http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return r.Dial(ctx, victim, sandboxtest.Port) },
	}, Timeout: 30 * time.Second}
	defer client.CloseIdleConnections()
	for _, attack := range []struct {
		mode    string
		profile sandbox.Profile
	}{{"burn", sandbox.Strict}, {"fork", sandbox.Strict}, {"memory", sandbox.Strict}, {"disk", sandbox.Standard}, {"log", sandbox.Strict}} {
		b.Run(attack.mode, func(b *testing.B) {
			var quiet, attacked []time.Duration
			for range max(b.N, 3) {
				quiet = append(quiet, stretch(b, &client)...)
				id := r.attacker(b, image, attack.mode, attack.profile)
				attacked = append(attacked, stretch(b, &client)...)
				must(b, r.Remove(context.WithoutCancel(b.Context()), id))
			}
			before, during := p99(quiet), p99(attacked)
			b.ReportMetric(float64(before.Microseconds())/1000, "ms/quiet-p99")
			b.ReportMetric(float64(during.Microseconds())/1000, "ms/attacked-p99")
			b.ReportMetric(float64(during)/float64(before), "ratio")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// attacker starts the product in a mode; it goes with the benchmark at the latest.
func (r *Runtime) attacker(b *testing.B, image sandbox.Image, mode string, p sandbox.Profile) sandbox.ID {
	b.Helper()
	s := sandboxtest.Spec(sandboxtest.NewID(b), sandbox.Service{Name: "product", Image: image.ID, Profile: p, Command: []string{mode}})
	b.Cleanup(func() { must(b, r.Remove(context.WithoutCancel(b.Context()), s.ID)) })
	must(b, r.Start(b.Context(), s))
	if mode != "memory" { // it ends before it answers
		_, err := sandbox.AwaitAnswer(b.Context(), r, s.ID, sandbox.Probe{Port: sandboxtest.Port, Path: "/"}, sandbox.Asking{Every: 5 * time.Millisecond, Patience: time.Second})
		must(b, err)
	}
	return s.ID
}

// stretch asks for a second and a half, as quickly as it is answered.
func stretch(b *testing.B, client *http.Client) (times []time.Duration) {
	b.Helper()
	for began := time.Now(); time.Since(began) < 1500*time.Millisecond; {
		asked := time.Now()
		answer, err := client.Get("http://victim/")
		must(b, err)
		_, err = io.Copy(io.Discard, answer.Body)
		must(b, err)
		must(b, answer.Body.Close())
		times = append(times, time.Since(asked))
	}
	return times
}

func p99(all []time.Duration) time.Duration {
	slices.Sort(all)
	return all[len(all)*99/100]
}
