package orchestrator_test

import (
	"strings"
	"testing"
	"time"

	"innovationden/orchestrator"
	"innovationden/orchestrator/den"
	"innovationden/sandbox"
	"innovationden/sandbox/fake"
)

// flown tries a release and waits for what comes of it.
func (r *rig) flown(release den.ID) den.PreflightView {
	r.t.Helper()
	v, err := r.o.Preflight(r.t.Context(), den.System(), den.NewPreflight{Release: release})
	r.must(err)
	return r.landed(v.ID)
}

func (r *rig) landed(id den.ID) den.PreflightView {
	r.t.Helper()
	pokes, stop := r.o.Watch(r.t.Context(), id)
	defer stop()
	timer := time.NewTimer(20 * time.Second)
	defer timer.Stop()
	for {
		v, err := r.o.PreflightOf(r.t.Context(), den.System(), id)
		r.must(err)
		if v.State != den.PreflightRunning {
			return v
		}
		select {
		case <-pokes:
		case <-timer.C:
			r.t.Fatalf("it is under way still: %+v", v)
		}
	}
}

func states(checks []den.Checked) string {
	var all []string
	for _, c := range checks {
		all = append(all, string(c.Check)+" "+string(c.State))
	}
	return strings.Join(all, ", ")
}

func TestAPreflightSaysWhatAReleaseDoes(t *testing.T) {
	for name, c := range map[string]struct {
		does  fake.Behaviour
		state den.PreflightState
		want  string
		say   string
	}{
		"a good product": {fake.Behaviour{Use: sandbox.Use{Memory: 5 << 20}}, den.PreflightPassed,
			"policy passed, size passed, start passed, answer passed, measure passed, again passed, stop passed, reach passed", "5.0 MB of memory"},
		"one that does not end": {fake.Behaviour{IgnoresStop: true}, den.PreflightPassed,
			"policy passed, size passed, start passed, answer passed, measure passed, again passed, stop advice, reach passed", "Let the program end on SIGTERM."},
		"one that never answers": {fake.Behaviour{NeverListens: true}, den.PreflightFailed,
			"policy passed, size passed, start passed, answer failed, measure skipped, again skipped, stop skipped, reach skipped", "Let it answer HTTP on port 8080"},
		"one that ends at once": {fake.Behaviour{Exits: true, ExitCode: 3}, den.PreflightFailed,
			"policy passed, size passed, start failed, answer skipped, measure skipped, again skipped, stop skipped, reach skipped", "3"},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, func(c *orchestrator.Config) { c.StartPatience, c.PassEvery = 500*time.Millisecond, 50*time.Millisecond })
			release := r.release(name, c.does)
			r.run()
			v := r.flown(release)
			if v.State != c.state || states(v.Checks) != c.want {
				t.Errorf("it is %s: %s\nwant  %s", v.State, states(v.Checks), c.want)
			}
			said := ""
			for _, one := range v.Checks {
				said += one.Say + "\n"
			}
			if !strings.Contains(said, c.say) {
				t.Errorf("it says %s, want %q", said, c.say)
			}
			receipt, err := r.o.Receipt(t.Context(), den.System(), v.Lease)
			r.must(err)
			if receipt.Left != 0 || len(receipt.Looks) < 2 {
				t.Errorf("the receipt is %+v", receipt)
			}
			_, err = r.o.StartTrial(t.Context(), r.member, r.draft(time.Hour, release).ID, 0, den.Once{})
			if refused := den.KindOf(err) == den.Invalid && strings.Contains(err.Error(), "it failed its preflight"); refused != (c.state == den.PreflightFailed) {
				t.Errorf("a trial of it: %v", err)
			}
		})
	}
}

func TestASecondPreflightWaitsForTheFirst(t *testing.T) {
	r := newRig(t)
	release := r.release("one", fake.Behaviour{})
	first, err := r.o.Preflight(t.Context(), den.System(), den.NewPreflight{Release: release, Once: den.Once{Key: "k", Body: "b"}})
	r.must(err)
	if again, err := r.o.Preflight(t.Context(), den.System(), den.NewPreflight{Release: release, Once: den.Once{Key: "k", Body: "b"}}); err != nil || again.ID != first.ID {
		t.Errorf("the same request gave %s and %v", again.ID, err)
	}
	if _, err := r.o.Preflight(t.Context(), den.System(), den.NewPreflight{Release: release}); den.KindOf(err) != den.Conflict {
		t.Errorf("a second one: %v", err)
	}
	if _, err := r.o.Preflight(t.Context(), r.member, den.NewPreflight{Release: release}); den.KindOf(err) != den.Denied {
		t.Errorf("a member of a department: %v", err)
	}
	if all, err := r.o.Sandboxes(t.Context(), r.member, den.Filter{}); err != nil || len(all.Items) != 0 {
		t.Errorf("a department sees %d sandboxes of preflights: %v", len(all.Items), err)
	}
}

// What ends a preflight from outside says nothing of the release.
func TestAPreflightThatSomebodyEndsIsBrokenOff(t *testing.T) {
	r := newRig(t, func(c *orchestrator.Config) { c.PassEvery = 50 * time.Millisecond })
	release := r.release("slow", fake.Behaviour{ListensAfter: time.Hour})
	r.run()
	v, err := r.o.Preflight(t.Context(), den.System(), den.NewPreflight{Release: release})
	r.must(err)
	r.phase(v.Lease, den.Starting, 5*time.Second)
	_, err = r.o.End(t.Context(), den.System(), v.Lease, "Not now.", 0)
	r.must(err)
	if v = r.landed(v.ID); v.State != den.PreflightBrokenOff {
		t.Errorf("it is %s: %s", v.State, states(v.Checks))
	}
}

// What a product prints in its preflight is read like what any other prints.
func TestTheLogOfAPreflightIsRead(t *testing.T) {
	r := newRig(t, func(c *orchestrator.Config) { c.PassEvery = 50 * time.Millisecond })
	r.run()
	v := r.flown(r.release("one", fake.Behaviour{}))
	for name, who := range map[string]den.Actor{"the operator": den.System(), "its supplier": r.person("Sam", den.SupplierMember, r.supplier.ID)} {
		if _, err := r.o.Logs(t.Context(), who, v.Lease, 0); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := r.o.Logs(t.Context(), r.member, v.Lease, 0); den.KindOf(err) != den.NotFound {
		t.Errorf("a department: %v", err)
	}
}
