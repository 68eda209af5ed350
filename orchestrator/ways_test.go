package orchestrator_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"innovationden/orchestrator"
	"innovationden/orchestrator/den"
	"innovationden/sandbox"
	"innovationden/sandbox/fake"
)

// noted remembers what the runtime was asked to start.
type noted struct {
	*fake.Runtime
	mu      sync.Mutex
	started []sandbox.Spec
}

func (n *noted) Start(ctx context.Context, spec sandbox.Spec) error {
	n.mu.Lock()
	n.started = append(n.started, spec)
	n.mu.Unlock()
	return n.Runtime.Start(ctx, spec)
}

// asking adds a release that asks for a way out and for its mail to be caught.
func (r *rig) asking(env ...string) den.Release {
	r.t.Helper()
	r.engine.AddImage(sandbox.Image{Names: []string{"asking"}, Ports: []int{8080}}, fake.Behaviour{})
	release, err := r.o.AddRelease(context.Background(), den.System(), den.NewRelease{
		Product: r.product.ID, Version: "2", Image: "asking", Env: env,
		Asks: den.Ways{Out: []den.Way{{Host: "api.example.org", Port: 443}, {Host: "b.example.org", Port: 80}}, Mail: true},
	})
	r.must(err)
	return release
}

func TestNothingIsOpenedThatWasNotAskedForAndAgreed(t *testing.T) {
	r := newRig(t)
	release := r.asking()
	draft := func(open den.Ways) (den.TrialView, error) {
		return r.o.AddTrial(t.Context(), r.member, den.NewTrial{
			Question: "Does it work?", Releases: []den.ID{release.ID}, Agreed: map[den.ID]den.Ways{release.ID: open},
		})
	}
	for name, open := range map[string]den.Ways{
		"a host that it does not ask for": {Out: []den.Way{{Host: "evil.example.org", Port: 443}}},
		"another port of a host":          {Out: []den.Way{{Host: "api.example.org", Port: 22}}},
	} {
		if _, err := draft(open); den.KindOf(err) != den.Invalid {
			t.Errorf("%s was agreed to: %v", name, err)
		}
	}
	v, err := draft(den.Ways{})
	r.must(err)
	if !v.Entries[0].Agreed.None() || v.Entries[0].Asks.None() {
		t.Errorf("it asks for %+v and gets %+v", v.Entries[0].Asks, v.Entries[0].Agreed)
	}
	if _, err := r.o.AddTrial(t.Context(), r.member, den.NewTrial{Agreed: map[den.ID]den.Ways{"rel_x": {Mail: true}}}); den.KindOf(err) != den.Invalid {
		t.Errorf("a release that is not in the trial was agreed to: %v", err)
	}
	for _, bad := range []den.Way{{Host: "10.0.0.1", Port: 443}, {Host: "localhost", Port: 80}, {Host: "*.example.org", Port: 443}, {Host: "example.org"}, {Host: "::1", Port: 80}} {
		_, err := r.o.AddRelease(t.Context(), den.System(), den.NewRelease{Product: r.product.ID, Version: "3", Image: "asking", Asks: den.Ways{Out: []den.Way{bad}}})
		if den.KindOf(err) != den.Invalid {
			t.Errorf("a release may ask for %s: %v", bad, err)
		}
	}
}

func TestAProductIsToldOfItsWaysAndTheReceiptTellsHowTheyWereUsed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		seen := &noted{Runtime: r.engine}
		r.config.Runtime, r.config.Evidence = seen, watched{r.engine}
		r.o = orchestrator.New(r.config)
		release := r.asking("SMTP_HOST=mail.acme.example", "COLOUR=blue")
		r.run()
		draft, err := r.o.AddTrial(t.Context(), r.member, den.NewTrial{
			Question: "Does it write?", Releases: []den.ID{release.ID}, Length: time.Hour, Agreed: map[den.ID]den.Ways{release.ID: {Mail: true}},
		})
		r.must(err)
		started, err := r.o.StartTrial(t.Context(), r.member, draft.ID, 0, den.Once{})
		r.must(err)
		id := started.Entries[0].Lease
		lease := r.phase(id, den.Live, time.Minute)
		env := seen.started[len(seen.started)-1].Services[0].Env
		if !slices.Equal(env, []string{"COLOUR=blue", "SMTP_HOST=127.0.0.1"}) {
			t.Errorf("its variables are %q", env)
		}
		open, err := r.o.WaysOf(t.Context(), lease.Sandbox)
		r.must(err)
		if !open.Mail || len(open.Out) != 0 {
			t.Errorf("%+v is open", open)
		}
		mails, err := r.o.Mails(t.Context(), r.member, id)
		r.must(err)
		if len(mails) != 1 {
			t.Errorf("the mails are %+v", mails)
		}
		_, err = r.o.End(t.Context(), r.member, id, "", 0)
		r.must(err)
		r.phase(id, den.Ended, time.Minute)
		receipt, err := r.o.Receipt(t.Context(), r.member, id)
		r.must(err)
		if receipt.Mails != 2 || len(receipt.Used) != 1 || receipt.Used[0].Times != 3 || !receipt.Ways.Mail {
			t.Errorf("the receipt says %+v", receipt)
		}
		if open, err = r.o.WaysOf(t.Context(), lease.Sandbox); err != nil || !open.None() {
			t.Errorf("after the end %+v is open: %v", open, err)
		}
	})
}
