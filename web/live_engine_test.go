package web_test

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"innovationden/orchestrator/den"
	"innovationden/sandbox"
)

// An engine that answers nobody holds up no live page: whoever loses their role loses
// what they follow, and the others are still told of changes, before it answers again.
// It is asked once for everybody.
func TestAnEngineThatHangsHoldsUpNoLivePage(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	trial := r.trial()
	box := trial.Entries[0].Sandbox.ID
	answers, asked := make(chan struct{}), atomic.Int64{}
	let := sync.OnceFunc(func() { close(answers) })
	t.Cleanup(let)
	r.runtime.Before(func(at string, _ sandbox.ID) {
		if at == "use" {
			asked.Add(1)
			<-answers
		}
	})
	var lost, kept []*reader
	for _, path := range []string{"/trials/" + string(trial.ID) + "/live", "/sandboxes/" + string(box) + "/live"} {
		for range 3 {
			one, _ := r.visitor("colleague").follows(path, "")
			lost = append(lost, one)
			other, _ := r.visitor("official").follows(path, "")
			kept = append(kept, other)
		}
	}
	for n, one := range append(lost, kept...) {
		if _, _, data, ok := one.next(); !ok || data == "" {
			t.Fatalf("reader %d was told nothing while the engine hangs", n)
		}
	}
	_, err := r.den.ChangeRoles(context.Background(), den.System(), den.RoleChange{Person: r.people["colleague"].ID, Remove: r.people["colleague"].Memberships})
	r.must(err)
	for n, one := range lost {
		for {
			_, name, _, ok := one.next()
			if name == "reload" {
				break
			}
			if !ok {
				t.Fatalf("reader %d lost the role, and is told nothing of it", n)
			}
		}
	}
	longer, err := r.den.ExtendTrial(context.Background(), r.people["official"].Act(), trial.ID, den.Extension{By: time.Hour, Why: "More."})
	r.must(err)
	ends := longer.EndsAt.UTC().Format(time.RFC3339)
	for n, one := range kept {
		for {
			_, _, data, ok := one.next()
			if strings.Contains(data, ends) {
				break
			}
			if !ok {
				t.Fatalf("reader %d is not told of a change", n)
			}
		}
	}
	// Who asks waits for the answer of whoever asked before, and asks anew only when that one gave up.
	if n := asked.Load(); n == 0 || n >= int64(len(lost)+len(kept)) {
		t.Errorf("the engine hangs, and was asked %d times for %d readers", n, len(lost)+len(kept))
	}
}
