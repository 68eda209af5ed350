package orchestrator_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"innovationden/orchestrator"
	"innovationden/orchestrator/den"
	"innovationden/sandbox/fake"
)

// live is a whole life: three products are asked for; one is paused, resumed, started
// again and ended by asking, one is extended and ends by time, one exits at once.
func (w *world) live() {
	quick := w.release("quick", fake.Behaviour{Log: "hello\n"})
	slow := w.release("slow", fake.Behaviour{ListensAfter: time.Duration(20+w.rng.IntN(400)) * time.Millisecond})
	broken := w.release("broken", fake.Behaviour{Exits: true, ExitCode: 3, Log: "no such table\n"})
	draft := w.draft(4*time.Minute, quick, slow, broken)
	w.checks.trial, w.checks.strangers = draft.Trial.ID, w.engine.Strangers()
	w.boot()
	elapse(time.Duration(w.rng.IntN(3)) * time.Second)

	once := den.Once{Key: "start", Body: "body"}
	var v den.TrialView
	w.do("start", func(ctx context.Context, o *orchestrator.Orchestrator) (err error) {
		v, err = o.StartTrial(ctx, w.member, draft.Trial.ID, 0, once)
		return err
	})
	for _, e := range v.Entries {
		w.checks.leases = append(w.checks.leases, e.Lease)
		w.promise("the lease of "+e.Version, func(tx den.Tx) bool { _, err := tx.Leases().Get(e.Lease); return err == nil })
	}
	a, b, c := v.Entries[0].Lease, v.Entries[1].Lease, v.Entries[2].Lease
	isLive := func(l den.Lease) bool { return l.Phase == den.Live }
	w.wait(a, 2*time.Minute, "live", isLive)
	w.wait(b, 2*time.Minute, "live", isLive)
	if l := w.wait(c, 2*time.Minute, "ended", func(l den.Lease) bool { return l.Phase == den.Ended }); l.Reason != den.ByFailure {
		w.t.Errorf("the broken one ended for the reason %q", l.Reason)
	}
	w.sandboxVerb("pause", a, (*orchestrator.Orchestrator).Pause)
	w.wait(a, time.Minute, "paused", func(l den.Lease) bool { return l.Phase == den.Paused })
	w.sandboxVerb("resume", a, (*orchestrator.Orchestrator).Resume)
	w.wait(a, time.Minute, "live", isLive)
	w.do("restart", func(ctx context.Context, o *orchestrator.Orchestrator) error {
		if w.stored(a).Lost {
			return nil
		}
		_, err := o.Restart(ctx, w.member, a, "", 0)
		return err
	})
	w.wait(a, 2*time.Minute, "live again", func(l den.Lease) bool { return l.Phase == den.Live && l.Lost && !l.Replacing })
	until := w.stored(b).EndsAt.Add(30 * time.Second)
	w.do("extend", func(ctx context.Context, o *orchestrator.Orchestrator) error {
		if w.stored(b).EndsAt.Equal(until) {
			return nil
		}
		_, err := o.Extend(ctx, w.member, b, den.Extension{Until: until})
		return err
	})
	w.promise("the extension", func(tx den.Tx) bool { l, err := tx.Leases().Get(b); return err == nil && l.EndsAt.Equal(until) })
	w.do("end", func(ctx context.Context, o *orchestrator.Orchestrator) error {
		_, err := o.End(ctx, w.member, a, "Seen enough.", 0)
		return err
	})
	w.promise("the wish to end", func(tx den.Tx) bool { l, err := tx.Leases().Get(a); return err == nil && l.EndAsked != nil })
	w.wait(a, 3*time.Minute, "ended", func(l den.Lease) bool { return l.Phase == den.Ended })
	w.do("start again", func(ctx context.Context, o *orchestrator.Orchestrator) error {
		same, err := o.StartTrial(ctx, w.member, draft.Trial.ID, 0, once)
		if err == nil && same.Entries[0].Lease != a {
			w.t.Errorf("the repeated start answered lease %s, not %s", same.Entries[0].Lease, a)
		}
		return err
	})
	l := w.stored(b)
	watched := make(chan struct{})
	go func() { defer close(watched); w.watchEnd(l) }()
	w.wait(b, 20*time.Minute, "ended", func(l den.Lease) bool { return l.Phase == den.Ended })
	w.quiet(200 * time.Second)
	<-watched
	w.promise("the end of the trial", func(tx den.Tx) bool {
		t, err := tx.Trials().Get(w.checks.trial)
		return err == nil && t.State == den.TrialFinished
	})
	w.stopAll()
}

func (w *world) sandboxVerb(what string, id den.ID, verb func(*orchestrator.Orchestrator, context.Context, den.Actor, den.ID, int64) (den.SandboxView, error)) {
	w.do(what, func(ctx context.Context, o *orchestrator.Orchestrator) error {
		_, err := verb(o, ctx, w.member, id, 0)
		return err
	})
}

func (w *world) stored(id den.ID) (l den.Lease) {
	w.must(w.db.View(context.Background(), func(tx den.Tx) (err error) {
		l, err = tx.Leases().Get(id)
		return err
	}))
	return l
}

// steps are the places where harm can be done: what an untroubled life goes through.
// Of places that come again and again the first few and the last stand for all.
func steps(t *testing.T, life string) []fault {
	var all []fault
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 1, nil, nil)
		lives[life](w)
		if bad := w.judge(); len(bad) > 0 {
			t.Fatalf("an untroubled life: %v", bad)
		}
		all = w.seen
	})
	return few(all)
}

// few keeps the first few and the last of places that come again and again.
func few(all []fault) []fault {
	const first = 4
	last := map[string]int{}
	for _, s := range all {
		last[s.step] = max(last[s.step], s.nth)
	}
	return slices.DeleteFunc(all, func(s fault) bool {
		often := first
		if s.step == "update" {
			often = 40
		}
		return s.nth > often && s.nth != last[s.step]
	})
}

func seeds() int {
	if n, err := strconv.Atoi(os.Getenv("DEN_SEEDS")); err == nil && n > 0 {
		return n
	}
	return 10
}

func TestCrashMatrix(t *testing.T) {
	figure(t, atEachPlace(t, "plain", seeds()), "troubled lives")
}

// atEachPlace harms a life at each of its places in each way, and says how many lives
// that were.
func atEachPlace(t *testing.T, life string, seeds int) int {
	t.Helper()
	places := steps(t, life)
	for seed := range seeds {
		for _, h := range harms {
			t.Run(fmt.Sprintf("%s/seed %d", h, seed), func(t *testing.T) {
				t.Parallel()
				fired := 0
				for _, place := range places {
					place.harm = h
					fired += trouble(t, life, uint64(seed), place)
				}
				if fired*10 < len(places)*8 {
					t.Errorf("only %d of %d places were reached", fired, len(places))
				}
			})
		}
	}
	t.Logf("%d places, %d harms, %d seeds", len(places), len(harms), seeds)
	return len(places) * len(harms) * seeds
}

// figure says, once all of a test has gone well, how much that was.
func figure(t *testing.T, n int, what string) {
	t.Cleanup(func() {
		if !t.Failed() {
			t.Logf("figure: %d %s, 0 violations", n, what)
		}
	})
}

// trouble lives a life with these faults and judges it. It says how many were done.
func trouble(t *testing.T, life string, seed uint64, faults ...fault) (fired int) {
	name := fmt.Sprint(faults)
	ok := t.Run(name, func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, seed, faults, nil)
			lives[life](w)
			for _, bad := range w.judge() {
				t.Error(bad)
			}
			if t.Failed() {
				t.Log(w.story())
			}
			fired = w.fired
		})
	})
	if !ok {
		t.Errorf("again: %s", again(life, seed, faults))
	}
	return fired
}

// A second crash at every step of the recovery from a crash. The places of both are
// drawn, so that each seed sees others.
func TestCrashMatrixTwice(t *testing.T) {
	places := steps(t, "plain")
	seconds := recovery(t)
	for seed := range seeds() {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			t.Parallel()
			rng := rand.New(rand.NewPCG(uint64(seed), 11))
			both := 0
			for _, second := range seconds {
				first := places[rng.IntN(len(places))]
				first.harm = []harm{exitBefore, exitAfter}[rng.IntN(2)]
				second.harm = harms[rng.IntN(len(harms))]
				if trouble(t, "plain", uint64(seed), first, second) == 2 {
					both++
				}
			}
			if both*3 < len(seconds) {
				t.Errorf("only %d of %d second places were reached", both, len(seconds))
			}
		})
	}
	figure(t, len(seconds)*seeds(), "lives troubled twice")
	t.Logf("%d places of recovery", len(seconds))
}

// recovery is what a den goes through that starts again in the middle of a life.
func recovery(t *testing.T) (all []fault) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 1, []fault{{step: "start.start", nth: 1, harm: exitBefore}}, nil)
		w.watched = 2
		w.live()
		all = few(w.seen)
	})
	return all
}

// lives are the lives that are troubled, by the name that a failure prints.
var lives = map[string]func(*world){"plain": (*world).live, "warm": (*world).warmLive}

// again is the command that lives such a life once more.
func again(life string, seed uint64, faults []fault) string {
	text := fmt.Sprint(life, " ", seed)
	for _, f := range faults {
		text += fmt.Sprintf(" %s@%s:%d", strings.ReplaceAll(string(f.harm), " ", "-"), f.step, f.nth)
	}
	return fmt.Sprintf("DEN_LIFE=%q go test -count=1 -run '^TestOneLife$' ./orchestrator", text)
}

// One life, for looking closer: of the kind, with the seed and the faults in DEN_LIFE, as
// a failure prints it.
func TestOneLife(t *testing.T) {
	text := os.Getenv("DEN_LIFE")
	if text == "" {
		text = "plain 1 hang@start.create:1"
	}
	words := strings.Fields(text)
	if len(words) < 2 || lives[words[0]] == nil {
		t.Fatalf("no such life: %s", text)
	}
	seed, err := strconv.ParseUint(words[1], 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	var faults []fault
	for _, word := range words[2:] {
		h, at, _ := strings.Cut(word, "@")
		step, n, _ := strings.Cut(at, ":")
		nth, err := strconv.Atoi(n)
		if err != nil {
			t.Fatalf("no such fault: %s", word)
		}
		faults = append(faults, fault{step: step, nth: nth, harm: harm(strings.ReplaceAll(h, "-", " "))})
	}
	trouble(t, words[0], seed, faults...)
}
