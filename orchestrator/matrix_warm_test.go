package orchestrator_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"innovationden/orchestrator"
	"innovationden/orchestrator/den"
	"innovationden/sandbox"
	"innovationden/sandbox/fake"
)

// warmLive is a life with products ready ahead of need. Two competing ones are made and
// claimed together; one is thrown away since nobody wants it any more; and one ends by
// itself, is thrown away, made anew and left waiting.
func (w *world) warmLive() {
	w.config.Warm, w.config.PassEvery = plenty, 15*time.Second
	slow := fake.Behaviour{ListensAfter: time.Duration(20+w.rng.IntN(400)) * time.Millisecond}
	one, two, third, fourth := w.release("one", slow), w.release("two", slow), w.release("third", fake.Behaviour{}), w.release("fourth", slow)
	tried, dropped := w.draft(4*time.Minute, one, two), w.draft(time.Hour, third)
	w.draft(time.Hour, fourth)
	w.checks.trial, w.checks.trials, w.checks.warm, w.checks.strangers = tried.Trial.ID, 3, 1, w.engine.Strangers()
	w.boot()
	w.warmed(4, 20*time.Second+time.Duration(w.rng.IntN(2000))*time.Millisecond)

	var v den.TrialView
	w.do("start", func(ctx context.Context, o *orchestrator.Orchestrator) (err error) {
		v, err = o.StartTrial(ctx, w.member, tried.Trial.ID, 0, den.Once{Key: "start", Body: "body"})
		return err
	})
	a, b := v.Entries[0].Lease, v.Entries[1].Lease
	w.checks.leases = append(w.checks.leases, a, b)
	w.promise("two leases", func(tx den.Tx) bool { n, err := tx.Leases().Count(den.Query{}); return err == nil && n == 2 })
	for _, id := range w.checks.leases {
		w.wait(id, 2*time.Minute, "live", func(l den.Lease) bool { return l.Phase == den.Live })
	}
	if l, other := w.stored(a), w.stored(b); l.LiveAt.Equal(l.RequestedAt) != other.LiveAt.Equal(other.RequestedAt) {
		w.t.Errorf("one of two competing products was warm: %+v %+v", l, other)
	}
	w.do("cancel", func(ctx context.Context, o *orchestrator.Orchestrator) error {
		_, err := o.CancelTrial(ctx, w.member, dropped.Trial.ID, "", 0)
		if den.KindOf(err) == den.Conflict { // the first answer was lost
			return nil
		}
		return err
	})
	w.promise("the cancelled draft", func(tx den.Tx) bool {
		t, err := tx.Trials().Get(dropped.Trial.ID)
		return err == nil && t.State == den.TrialCancelled
	})
	for _, c := range w.waiting() {
		if c.Release == fourth {
			w.engine.Exit(sandbox.ID(c.Sandbox), "product", 1)
		}
	}
	w.quiet(25 * time.Second) // it is seen and replaced
	w.do("end", func(ctx context.Context, o *orchestrator.Orchestrator) error {
		_, err := o.End(ctx, w.member, a, "Seen enough.", 0)
		return err
	})
	w.promise("the wish to end", func(tx den.Tx) bool { l, err := tx.Leases().Get(a); return err == nil && l.EndAsked != nil })
	l := w.stored(b)
	watched := make(chan struct{})
	go func() { defer close(watched); w.watchEnd(l) }()
	for _, id := range w.checks.leases {
		w.wait(id, 20*time.Minute, "ended", func(l den.Lease) bool { return l.Phase == den.Ended })
	}
	w.quiet(200 * time.Second)
	<-watched
	w.warmed(1, 12*time.Minute) // one that failed to get warm is left alone for ten
	w.stopAll()
}

// warmed waits, over restarts and for at most so long, until so many products are ready
// ahead of need.
func (w *world) warmed(n int, most time.Duration) {
	for passed := time.Duration(0); passed < most; passed += time.Second {
		if w.proc.dead.Load() {
			w.reboot()
		}
		ready := 0
		for _, c := range w.waiting() {
			if c.Ready && c.Release != "" {
				ready++
			}
		}
		if ready == n {
			return
		}
		elapse(time.Second)
	}
}

// waiting are the records of waiting cells and of warm instances.
func (w *world) waiting() (all []den.Cell) {
	w.must(w.db.View(context.Background(), func(tx den.Tx) error {
		page, err := tx.Cells().List(den.Query{Limit: 1000})
		all = page.Items
		return err
	}))
	return all
}

// warmSeeds are fewer: a life with warm instances has far more places.
func warmSeeds() int { return max(1, seeds()/5) }

// At each step of making, claiming and throwing away what is warm, the six harms.
func TestCrashMatrixWarm(t *testing.T) { atEachPlace(t, "warm", warmSeeds()) }

// A second harm in the process that recovers from a death while something gets warm.
func TestCrashMatrixWarmTwice(t *testing.T) {
	places := steps(t, "warm")
	for seed := range warmSeeds() {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			t.Parallel()
			rng := rand.New(rand.NewPCG(uint64(seed), 13))
			for range len(places) {
				first, second := places[rng.IntN(len(places))], places[rng.IntN(len(places))]
				first.harm, second.harm = []harm{exitBefore, exitAfter}[rng.IntN(2)], harms[rng.IntN(len(harms))]
				trouble(t, "warm", uint64(seed), first, second)
			}
		})
	}
}

// The controls of what is warm: a cell that the engine lost, one that nobody wants any
// more, and one that two records know.
func TestCrashMatrixControlsOfWhatIsWarm(t *testing.T) {
	for name, spoil := range map[string]func(*world){
		"its sandbox is gone": func(w *world) { w.engine.Vanish(sandbox.ID(w.waiting()[0].Sandbox)) },
		"one more of it": func(w *world) {
			w.put(den.Cell{Sandbox: "more", Ready: true, Release: w.releases["fourth"], Size: small.Name})
		},
		"a lease has it too": func(w *world) {
			w.put(den.Cell{Sandbox: w.stored(w.checks.leases[0]).Sandbox, Ready: true})
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, 1, nil, nil)
				w.warmLive()
				if bad := w.judge(); len(bad) > 0 {
					t.Fatal(bad)
				}
				spoil(w)
				mustSee(t, "O1", w.judge())
			})
		})
	}
}

func (w *world) put(c den.Cell) {
	w.must(w.db.Update(context.Background(), func(tx den.Tx) error {
		_, err := tx.Cells().Put(c)
		return err
	}))
}
