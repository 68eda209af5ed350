package orchestrator_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"innovationden/orchestrator"
	"innovationden/orchestrator/den"
	"innovationden/orchestrator/storetest"
	"innovationden/sandbox"
	"innovationden/sandbox/fake"
)

// stands is a load under which the first entry of a trial stands more than the others.
type stands struct {
	most map[sandbox.ID]int // requests a second
	busy float64
}

func (s *stands) Load(ctx context.Context, _ sandbox.Dialer, to orchestrator.LoadTarget, after func(den.LoadStep) error) error {
	for _, rate := range to.Rates {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(to.StepTime):
		}
		step := den.LoadStep{Rate: rate, Sent: int64(rate), P95: time.Duration(rate) * time.Millisecond, Holds: rate <= s.most[to.Sandbox]}
		if err := after(step); err != nil || !step.Holds {
			return err
		}
	}
	return nil
}

func (s *stands) Busy(context.Context) (float64, error) { return s.busy, nil }

// loaded is a rig with a trial of two products that run.
func loaded(t *testing.T, s *stands) (*rig, den.TrialView) {
	t.Helper()
	r := newRig(t, func(c *orchestrator.Config) { c.Loads = s })
	r.run()
	v := r.start(6*time.Hour, r.release("one", fake.Behaviour{}), r.release("two", fake.Behaviour{}))
	s.most = map[sandbox.ID]int{}
	for i, e := range v.Entries {
		l := r.phase(e.Lease, den.Live, time.Minute)
		s.most[sandbox.ID(l.Sandbox)] = []int{50, 5}[i]
	}
	return r, v
}

func loadOf(t *testing.T, r *rig, v den.TrialView) *den.ReportLoad {
	t.Helper()
	m, err := r.o.Measured(t.Context(), r.member, v.Trial.ID)
	r.must(err)
	return m.Load
}

func TestALoadTestTellsProductsApartAndSaysHow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, v := loaded(t, &stands{busy: 0.9})
		started, err := r.o.StartLoad(t.Context(), r.member, v.Trial.ID)
		r.must(err)
		if _, err := r.o.StartLoad(t.Context(), r.member, v.Trial.ID); den.KindOf(err) != den.Conflict {
			t.Errorf("two at once: %v", err)
		}
		elapse(30 * time.Minute)
		l := loadOf(t, r, v)
		if l.State != string(den.LoadDone) || len(l.Runs) != 6 || l.Expected != 6 || l.Seed != started.Seed {
			t.Fatalf("%+v", l)
		}
		for i, run := range l.Runs {
			if run.Entry != l.Order[i/2][i%2] || run.Round != i/2+1 || run.Quiet || run.Waited < 30 {
				t.Errorf("run %d: %+v", i, run)
			}
		}
		m, err := r.o.Measured(t.Context(), r.member, v.Trial.ID)
		r.must(err)
		for i, want := range []float64{50, 5} {
			at := slices.IndexFunc(m.Facts[i].Facts, func(f den.ReportFact) bool { return f.ID == den.FactLoadRate })
			if at < 0 || m.Facts[i].Facts[at].Value != want {
				t.Errorf("entry %d: %+v", i, m.Facts[i].Facts)
			}
		}
	})
}

func TestALoadTestEndsWithItsSandboxes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, v := loaded(t, &stands{})
		_, err := r.o.StartLoad(t.Context(), r.member, v.Trial.ID)
		r.must(err)
		elapse(7 * time.Second)
		_, err = r.o.EndTrial(t.Context(), r.member, v.Trial.ID, "Seen enough.", 0)
		r.must(err)
		elapse(time.Minute)
		if l := loadOf(t, r, v); l.State != string(den.LoadBrokenOff) || l.Say == "" || l.EndedAt.IsZero() {
			t.Errorf("%+v", l)
		}
		if _, err := r.o.StartLoad(t.Context(), r.member, v.Trial.ID); den.KindOf(err) != den.Conflict {
			t.Errorf("without products: %v", err)
		}
	})
}

func TestALoadTestThatTheDenLeftWasInterrupted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, v := loaded(t, &stands{})
		_, err := r.o.StartLoad(t.Context(), r.member, v.Trial.ID)
		r.must(err)
		elapse(7 * time.Second)
		r.stop()
		if l := loadOf(t, r, v); l.State != string(den.LoadInterrupted) || len(l.Runs) == 0 {
			t.Errorf("after a stop: %+v", l)
		}
		// A den that was killed wrote nothing at its end.
		id := loadOf(t, r, v).ID
		r.must(r.store.Update(t.Context(), func(tx den.Tx) error {
			l, err := tx.Loads().Get(id)
			if err != nil {
				return err
			}
			l.State, l.Say, l.EndedAt = den.LoadRunning, "", den.Stamp{}
			_, err = tx.Loads().Put(l)
			return err
		}))
		r.o = orchestrator.New(r.config)
		r.run()
		elapse(time.Second)
		if l := loadOf(t, r, v); l.State != string(den.LoadInterrupted) || l.Say == "" {
			t.Errorf("after a kill: %+v", l)
		}
		_, err = r.o.StartLoad(t.Context(), r.member, v.Trial.ID)
		r.must(err)
	})
}

func TestALoadTestOfATrialThatIsOverSaysSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, v := loaded(t, &stands{})
		_, err := r.o.EndTrial(t.Context(), r.member, v.Trial.ID, "", 0)
		r.must(err)
		for _, e := range v.Entries {
			r.phase(e.Lease, den.Ended, time.Minute)
		}
		if _, err := r.o.StartLoad(t.Context(), r.member, v.Trial.ID); den.KindOf(err) != den.Conflict || !strings.HasPrefix(err.Error(), "This trial has finished.") {
			t.Errorf("it says %v", err)
		}
	})
}

// A store that fails for a while does not leave a load test running for ever.
func TestALoadTestEndsThoughTheStoreFailsMeanwhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var store *storetest.Failing
		r := newRig(t, func(c *orchestrator.Config) {
			store = &storetest.Failing{Store: c.Store}
			c.Loads, c.Store = &stands{}, store
		})
		r.run()
		v := r.start(6*time.Hour, r.release("one", fake.Behaviour{}))
		r.phase(v.Entries[0].Lease, den.Live, time.Minute)
		_, err := r.o.StartLoad(t.Context(), r.member, v.Trial.ID)
		r.must(err)
		store.Always(storetest.Before)
		elapse(time.Minute)
		store.Always("")
		elapse(time.Minute)
		if l := loadOf(t, r, v); l.State != string(den.LoadBrokenOff) || l.Say == "" {
			t.Errorf("%+v", l)
		}
	})
}
