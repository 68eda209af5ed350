package orchestrator_test

import (
	"testing"
	"testing/synctest"
	"time"

	"innovationden/orchestrator"
	"innovationden/orchestrator/den"
	"innovationden/sandbox"
	"innovationden/sandbox/fake"
)

// warmRig is a den that may keep products ready in so much memory.
func warmRig(t *testing.T, memory int64) (*rig, *noted) {
	r := newRig(t)
	seen := &noted{Runtime: r.engine}
	r.config.Runtime, r.config.Warm = seen, memory
	r.o = orchestrator.New(r.config)
	return r, seen
}

// warm waits until so many products are ready ahead of need.
func (r *rig) warm(n int) den.HostView {
	r.t.Helper()
	var host den.HostView
	for range 240 {
		elapse(250 * time.Millisecond)
		synctest.Wait()
		var err error
		host, err = r.o.Host(r.t.Context(), den.System())
		r.must(err)
		if host.WarmReady == n {
			return host
		}
	}
	r.t.Fatalf("%d products are ready ahead of need, not %d", host.WarmReady, n)
	return host
}

const plenty = 1 << 40

func TestATrialOfADraftIsReadyInTheCommitOfItsStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, seen := warmRig(t, plenty)
		slow := fake.Behaviour{ListensAfter: 300 * time.Millisecond}
		one, two := r.release("one", slow), r.release("two", slow)
		r.run()
		draft := r.draft(time.Hour, one, two)
		r.warm(2)
		asked := len(seen.started)
		v, err := r.o.StartTrial(t.Context(), r.member, draft.ID, 0, den.Once{})
		r.must(err)
		for _, e := range v.Entries {
			if e.Sandbox.Phase != den.Live || e.Sandbox.Launch < 300*time.Millisecond {
				t.Errorf("right after the start it is %s, launched in %s", e.Sandbox.Phase, e.Sandbox.Launch)
			}
			if route, ok := r.routes.get(e.Sandbox.Name); !ok || route.Phase != den.Live {
				t.Errorf("its address leads to %+v", route)
			}
		}
		if len(seen.started) != asked {
			t.Errorf("the engine was asked to start %d times more", len(seen.started)-asked)
		}
		host, err := r.o.Host(t.Context(), den.System())
		r.must(err)
		if host.WarmHits != 2 || host.WarmMisses != 0 {
			t.Errorf("%d hits, %d misses", host.WarmHits, host.WarmMisses)
		}
		for _, e := range v.Entries {
			_, err = r.o.End(t.Context(), r.member, e.Lease, "", 0)
			r.must(err)
			r.phase(e.Lease, den.Ended, time.Minute)
			receipt, err := r.o.Receipt(t.Context(), r.member, e.Lease)
			r.must(err)
			if receipt.Left != 0 || len(receipt.Found.Containers) != 2 {
				t.Errorf("the receipt says %+v", receipt)
			}
		}
	})
}

func TestCompetingProductsAreWarmAllOrNone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, _ := warmRig(t, plenty)
		one, two := r.release("one", fake.Behaviour{}), r.release("two", fake.Behaviour{Exits: true, ExitCode: 1})
		r.run()
		draft := r.draft(time.Hour, one, two)
		r.warm(1) // the second cannot get warm
		v, err := r.o.StartTrial(t.Context(), r.member, draft.ID, 0, den.Once{})
		r.must(err)
		for _, e := range v.Entries {
			if e.Sandbox.Phase != den.Starting {
				t.Errorf("%s is %s", e.Label, e.Sandbox.Phase)
			}
		}
		host, err := r.o.Host(t.Context(), den.System())
		r.must(err)
		if host.WarmHits != 0 || host.WarmMisses != 2 {
			t.Errorf("%d hits, %d misses", host.WarmHits, host.WarmMisses)
		}
	})
}

func TestWhatIsWarmIsNeverWhatATrialOpensOrBringsAlong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, _ := warmRig(t, plenty)
		r.config.Evidence = watched{r.engine}
		r.o = orchestrator.New(r.config)
		release := r.asking()
		r.run()
		closed := r.draft(time.Hour, release.ID)
		r.warm(1)
		open, err := r.o.AddTrial(t.Context(), r.member, den.NewTrial{Question: "Does it write?", Releases: []den.ID{release.ID}, Length: time.Hour, Agreed: map[den.ID]den.Ways{release.ID: {Mail: true}}})
		r.must(err)
		v, err := r.o.StartTrial(t.Context(), r.member, open.ID, 0, den.Once{})
		r.must(err)
		if p := v.Entries[0].Sandbox.Phase; p != den.Starting {
			t.Errorf("a trial whose mail is caught took a closed instance: %s", p)
		}
		v, err = r.o.StartTrial(t.Context(), r.member, closed.ID, 0, den.Once{})
		r.must(err)
		if p := v.Entries[0].Sandbox.Phase; p != den.Live {
			t.Errorf("the closed one is %s", p)
		}
	})
}

func TestAWarmInstanceThatEndsByItselfIsReplaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, seen := warmRig(t, plenty)
		release := r.release("one", fake.Behaviour{})
		r.run()
		r.draft(time.Hour, release)
		r.warm(1)
		first := seen.started[len(seen.started)-1].ID
		r.engine.Exit(first, "product", 1)
		for range 120 {
			elapse(time.Second)
			synctest.Wait()
		}
		if last := seen.started[len(seen.started)-1].ID; last == first {
			t.Error("it was not replaced")
		}
		r.warm(1)
		for _, f := range r.engine.Truth() {
			if f.ID == first {
				t.Error("the old one is still there")
			}
		}
	})
}

func TestWarmInstancesStayWithinTheirMemory(t *testing.T) {
	size := den.Size{Memory: 100}
	takes := func(w den.Warm) int64 {
		if w.Release == "stack" {
			return 0
		}
		return size.Memory
	}
	at := time.Date(2026, 6, 3, 9, 0, 0, 0, time.UTC)
	draft := func(releases ...den.ID) den.Trial {
		t := den.Trial{State: den.TrialDraft, CreatedAt: at, Size: "s"}
		for _, r := range releases {
			t.Entries = append(t.Entries, den.Entry{Release: r})
		}
		return t
	}
	often := func(release den.ID, n int) (all []den.Lease) {
		for range n {
			all = append(all, den.Lease{Release: release, Size: "s"})
		}
		return all
	}
	for name, c := range map[string]struct {
		drafts []den.Trial
		recent []den.Lease
		budget int64
		want   string
	}{
		"no memory, no wish":                          {[]den.Trial{draft("a")}, nil, 0, ""},
		"the newest draft first":                      {[]den.Trial{draft("a"), draft("b")}, nil, 100, "a"},
		"all or none of a draft":                      {[]den.Trial{draft("a", "b"), draft("c")}, nil, 150, "c"},
		"a stack cannot be warm, nor its rivals":      {[]den.Trial{draft("a", "stack")}, nil, 500, ""},
		"what is shared counts once":                  {[]den.Trial{draft("a", "b"), draft("b", "c")}, nil, 300, "abc"},
		"what was tried often comes after the drafts": {[]den.Trial{draft("a")}, often("z", den.WarmOften), 200, "az"},
		"seldom is not often":                         {nil, often("z", den.WarmOften-1), 200, ""},
	} {
		got := ""
		for _, w := range den.Warms(c.drafts, c.recent, c.budget, takes, at.Add(time.Hour)) {
			got += string(w.Release)
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	if all := den.Warms([]den.Trial{draft("a")}, nil, 500, takes, at.Add(8*24*time.Hour)); len(all) != 0 {
		t.Errorf("an old draft is about to start: %v", all)
	}
}

// At each step of the making and the taking of a warm instance the den dies: after the
// next start nothing is left that no record asks for, and nobody got half of one.
func TestADenThatDiesWhileItWarmsLeavesNothing(t *testing.T) {
	for _, step := range []string{"start.create", "start.start", "remove"} {
		t.Run(step, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r, _ := warmRig(t, plenty)
				release := r.release("one", fake.Behaviour{})
				r.run()
				r.engine.FailNext(step, sandbox.ErrUnavailable)
				r.draft(time.Hour, release)
				elapse(20 * time.Second)
				r.stop()
				r.o = orchestrator.New(r.config)
				r.run()
				elapse(10 * time.Minute)
				synctest.Wait()
				r.warm(1)
				if n := len(r.engine.Truth()); n != 2 {
					t.Errorf("%d sandboxes exist, not a waiting cell and a warm instance", n)
				}
				if bad := r.engine.Violations(); len(bad) != 0 {
					t.Error(bad)
				}
			})
		})
	}
}

// A product that never answers is not started again and again to keep it ready.
func TestWhatCannotGetWarmIsLeftAloneLongerAndLonger(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, seen := warmRig(t, plenty)
		release := r.release("one", fake.Behaviour{Exits: true, ExitCode: 1})
		r.run()
		r.draft(time.Hour, release)
		elapse(24 * time.Hour)
		synctest.Wait()
		if n := len(seen.started); n < 2 || n > 10 {
			t.Errorf("it was started %d times in a day", n)
		}
	})
}
