package orchestrator_test

import (
	"context"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"innovationden/orchestrator"
	"innovationden/orchestrator/den"
	"innovationden/sandbox"
	"innovationden/sandbox/fake"
)

// counting is a gateway that was used so far.
type counting struct {
	mu sync.Mutex
	by map[string]den.Tally
}

func (c *counting) visit(name string, took time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.by[name] = c.by[name].Plus(den.Tally{Requests: 1, Times: den.Times{den.TimeClass(took): 1}, Slowest: took})
}

func (c *counting) tally(name string) (den.Tally, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	t, ok := c.by[name]
	return t, ok
}

type scales struct{}

func (scales) Weigh(_ context.Context, _ sandbox.Dialer, _ sandbox.ID, _ int, path string) den.PageWeight {
	return den.PageWeight{Path: path, Status: 200, Bytes: 1000, Parts: 2}
}

func factsOf(t *testing.T, r *rig, v den.TrialView) map[string]float64 {
	t.Helper()
	m, err := r.o.Measured(t.Context(), r.member, v.Trial.ID)
	r.must(err)
	facts := map[string]float64{}
	for _, f := range m.Facts[0].Facts {
		facts[f.ID] = f.Value
	}
	return facts
}

func TestWhatIsMeasuredIsKeptNowAndThenAndAtTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := &counting{by: map[string]den.Tally{}}
		r := newRig(t, func(c *orchestrator.Config) { c.Tally, c.Pages = gate.tally, scales{} })
		r.run()
		v, err := r.o.AddTrial(t.Context(), r.member, den.NewTrial{
			Question: "Which?", Length: time.Hour, Measuring: den.Measuring{Pages: []string{"/", "/book"}},
			Releases: []den.ID{r.release("one", fake.Behaviour{Use: sandbox.Use{Memory: 5 << 20}})},
		})
		r.must(err)
		v, err = r.o.StartTrial(t.Context(), r.member, v.Trial.ID, 0, den.Once{})
		r.must(err)
		lease := v.Entries[0].Lease
		l := r.phase(lease, den.Live, time.Minute)
		for range 19 {
			gate.visit(l.Name, 10*time.Millisecond)
		}
		elapse(10 * time.Minute)
		facts := factsOf(t, r, v)
		if facts[den.FactRequests] != 19 || facts[den.FactAvailable] != 1 || facts[den.FactMemoryMax] != 5<<20 || facts[den.FactWeight] != 2000 {
			t.Errorf("after ten minutes: %v", facts)
		}
		gate.visit(l.Name, 3*time.Second)
		r.must(func() error {
			_, err := r.o.EndTrial(t.Context(), r.member, v.Trial.ID, "Seen enough.", 0)
			return err
		}())
		r.phase(lease, den.Ended, time.Minute)
		facts = factsOf(t, r, v)
		if facts[den.FactRequests] != 20 || facts[den.FactAnswered] != 1 || facts[den.FactP99] != 3000 || facts[den.FactP50] > 11.3 {
			t.Errorf("at the end: %v", facts)
		}
	})
}

// Processors are busy on average of the time in which they could have been.
func TestAPauseIsNoTimeOfIdleProcessors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.run()
		id := r.living(24*time.Hour, r.release("one", fake.Behaviour{Use: sandbox.Use{Memory: 5 << 20, CPU: time.Second}})).ID
		elapse(3*den.SampleEvery + time.Second)
		_, err := r.o.Pause(t.Context(), r.member, id, 0)
		r.must(err)
		r.phase(id, den.Paused, time.Minute)
		elapse(8 * time.Hour)
		_, err = r.o.Resume(t.Context(), r.member, id, 0)
		r.must(err)
		r.phase(id, den.Live, time.Minute)
		elapse(3*den.SampleEvery + time.Second)
		_, err = r.o.Pause(t.Context(), r.member, id, 0)
		r.must(err)
		r.phase(id, den.Paused, time.Minute)
		elapse(time.Hour)
		_, err = r.o.End(t.Context(), r.member, id, "Seen enough.", 0)
		r.must(err)
		r.phase(id, den.Ended, time.Minute)
		r.must(r.store.View(t.Context(), func(tx den.Tx) error {
			m, err := tx.Measurements().Get(id)
			if len(m.Samples) < 6 {
				t.Errorf("%d samples", len(m.Samples))
			}
			for _, s := range m.Samples {
				if s.Over > 2*den.SampleEvery {
					t.Errorf("at %s processors were measured over %s", s.At, s.Over)
				}
			}
			return err
		}))
	})
}

// slowScales take longer than a trial takes to end.
type slowScales struct{}

func (slowScales) Weigh(ctx context.Context, dial sandbox.Dialer, id sandbox.ID, port int, path string) den.PageWeight {
	select {
	case <-ctx.Done():
	case <-time.After(20 * time.Second):
	}
	return scales{}.Weigh(ctx, dial, id, port, path)
}

// A reading that began before the last one, and is kept after it, counts nothing twice.
func TestAReadingThatIsOvertakenCountsNothingTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := &counting{by: map[string]den.Tally{}}
		r := newRig(t, func(c *orchestrator.Config) { c.Tally, c.Pages = gate.tally, slowScales{} })
		r.run()
		v, err := r.o.AddTrial(t.Context(), r.member, den.NewTrial{
			Question: "Which?", Length: time.Hour, Measuring: den.Measuring{Pages: []string{"/"}}, Releases: []den.ID{r.release("one", fake.Behaviour{})},
		})
		r.must(err)
		v, err = r.o.StartTrial(t.Context(), r.member, v.Trial.ID, 0, den.Once{})
		r.must(err)
		l := r.phase(v.Entries[0].Lease, den.Live, time.Minute)
		gate.visit(l.Name, time.Millisecond)
		elapse(den.SampleEvery + 5*time.Second) // it is being weighed
		_, err = r.o.EndTrial(t.Context(), r.member, v.Trial.ID, "Seen enough.", 0)
		r.must(err)
		r.phase(l.ID, den.Ended, 10*time.Second)
		elapse(time.Minute)
		if facts := factsOf(t, r, v); facts[den.FactRequests] != 1 {
			t.Errorf("one request was counted %v times", facts[den.FactRequests])
		}
	})
}

// A den that is started again goes on where the store is, and counts nothing twice.
func TestARestartCountsNothingTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := &counting{by: map[string]den.Tally{}}
		r := newRig(t, func(c *orchestrator.Config) { c.Tally = gate.tally })
		r.run()
		v := r.start(time.Hour, r.release("one", fake.Behaviour{}))
		l := r.phase(v.Entries[0].Lease, den.Live, time.Minute)
		gate.visit(l.Name, time.Millisecond)
		elapse(5 * time.Minute)
		r.stop()
		gate.by = map[string]den.Tally{} // counts are of the process
		r.o = orchestrator.New(r.config)
		r.run()
		gate.visit(l.Name, time.Millisecond)
		elapse(5 * time.Minute)
		if facts := factsOf(t, r, v); facts[den.FactRequests] != 2 {
			t.Errorf("%v", facts)
		}
	})
}

func TestAProductThatDoesNotAnswerIsNotAvailable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.run()
		var broken atomic.Bool
		v := r.start(time.Hour, r.release("one", fake.Behaviour{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			if broken.Load() {
				w.WriteHeader(http.StatusInternalServerError)
			}
		})}))
		r.phase(v.Entries[0].Lease, den.Live, time.Minute)
		elapse(10*time.Minute + time.Second)
		if a := factsOf(t, r, v)[den.FactAvailable]; a != 1 {
			t.Errorf("a product that answers: %v", a)
		}
		broken.Store(true)
		elapse(10 * time.Minute)
		if a := factsOf(t, r, v)[den.FactAvailable]; a != 0.5 {
			t.Errorf("a product that failed half of the time: %v", a)
		}
	})
}

func TestPagesAndObjectivesAreChecked(t *testing.T) {
	r := newRig(t)
	_, err := r.o.AddTrial(t.Context(), r.member, den.NewTrial{Measuring: den.Measuring{
		Pages: []string{"book", "//elsewhere.example/", "/ok"}, Objective: den.Objective{P95: time.Hour, Errors: 2},
	}})
	if got := fields(t, err); !slices.Equal(got, []string{"objective.error_share", "objective.response_ms_p95", "pages"}) {
		t.Errorf("faults of %v", got)
	}
}
