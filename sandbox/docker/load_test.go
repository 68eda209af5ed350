package docker

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"innovationden/sandbox"
	"innovationden/sandbox/measure"
	"innovationden/sandbox/sample"
	"innovationden/sandbox/sandboxtest"
)

// sampleProducts starts both sample products in cells of their own.
func sampleProducts(t *testing.T, r *Runtime) map[string]measure.Target {
	t.Helper()
	path := filepath.Join(t.TempDir(), "product")
	build := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-ldflags", "-X main.run="+random(t), "-o", path, "../sample/testdata/product")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building the products: %v\n%s", err, out)
	}
	executable, err := sample.Open(path)
	must(t, err)
	t.Cleanup(func() { must(t, executable.Close()) })
	out := map[string]measure.Target{}
	for _, p := range sample.Products() {
		var archive bytes.Buffer
		must(t, executable.Archive(&archive, p))
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), time.Minute)
		defer cancel()
		image := loadOne(ctx, t, r, archive.Bytes())
		s := sandboxtest.Spec(sandboxtest.NewID(t), sandbox.Service{Name: "product", Image: image.ID, Profile: sandbox.Strict})
		s.Limits.CPU, s.Limits.Memory = 500, 256<<20
		minute(t, r, s)
		must(t, r.Start(ctx, s))
		answers(ctx, t, r, s.ID, p.Port)
		out[p.Name] = measure.Target{Dial: r, ID: s.ID, Port: p.Port}
	}
	return out
}

// The quick product stands more than the slow one, in each of five runs, one after the
// other as in a trial.
func TestALoadTestTellsTheSampleProductsApart(t *testing.T) {
	products := sampleProducts(t, engine(t))
	plan := measure.Plan{Rates: []int{5, 20, 80}, Step: time.Second, Paths: []string{"/"}, P95: 100 * time.Millisecond, Errors: 0.01}
	for run := range 5 {
		stood, p95 := map[string]int{}, map[string]time.Duration{}
		for name, target := range products {
			must(t, measure.Load(t.Context(), target, plan, func(s measure.Step) error {
				if s.Holds {
					stood[name] = s.Rate
				}
				if s.Rate == plan.Rates[0] {
					p95[name] = s.P95
				}
				return nil
			}))
		}
		t.Logf("run %d: stood %v requests a second, p95 %v", run+1, stood, p95)
		if stood["bookwell"] <= stood["slotwise"] {
			t.Errorf("run %d: Bookwell stood %d requests a second, Slotwise %d", run+1, stood["bookwell"], stood["slotwise"])
		}
	}
}
