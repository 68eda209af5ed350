package orchestrator_test

import (
	"testing"
	"testing/synctest"
	"time"

	"innovationden/orchestrator"
	"innovationden/orchestrator/den"
	"innovationden/sandbox/fake"
)

// watched knows what was tried until the sandbox is gone, as the den's own watch does.
type watched struct{ engine *fake.Runtime }

func (w watched) Kept(id string) den.Kept {
	for _, f := range w.engine.Truth() {
		if string(f.ID) == id {
			return den.Kept{
				Tried: []den.Tried{{Name: "api.stripe.com", Times: 14}},
				Used:  []den.Used{{Way: den.Way{Host: "api.example.org", Port: 443}, Times: 3, Sent: 100}},
				Mails: []den.Mail{{Subject: "Your appointment"}}, Sent: 2,
			}
		}
	}
	return den.Kept{}
}

func (watched) Env(open den.Ways, _ []string) []string {
	if open.Mail {
		return []string{"SMTP_HOST=127.0.0.1"}
	}
	return nil
}

// watchedRig has one live sandbox, which is watched.
func watchedRig(t *testing.T) (*rig, den.ID) {
	t.Helper()
	r := newRig(t)
	r.config.Evidence = watched{r.engine}
	r.o = orchestrator.New(r.config)
	r.run()
	return r, r.living(time.Hour, r.release("one", fake.Behaviour{})).ID
}

func TestWhatAProductTriedToReachOutlivesItsSandbox(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, id := watchedRig(t)
		v, err := r.o.Sandbox(t.Context(), r.member, id)
		r.must(err)
		if len(v.Tried) != 1 || v.Tried[0].Times != 14 {
			t.Errorf("while it lives it tried %+v", v.Tried)
		}
		_, err = r.o.End(t.Context(), r.member, id, "", 0)
		r.must(err)
		r.phase(id, den.Ended, time.Minute)
		receipt, err := r.o.Receipt(t.Context(), r.member, id)
		r.must(err)
		if len(receipt.Tried) != 1 || receipt.Tried[0].Name != "api.stripe.com" {
			t.Errorf("the receipt says it tried %+v", receipt.Tried)
		}
	})
}

func TestWhatAProductTriedToReachOutlivesAStartAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, id := watchedRig(t)
		_, err := r.o.Restart(t.Context(), r.member, id, "It hung.", 0)
		r.must(err)
		r.phase(id, den.Starting, time.Minute)
		r.phase(id, den.Live, time.Minute)
		v, err := r.o.Sandbox(t.Context(), r.member, id)
		r.must(err)
		if len(v.Tried) != 1 || v.Tried[0].Times != 28 || len(v.Used) != 1 || v.Used[0].Times != 6 || v.Used[0].Sent != 200 || v.Mails != 4 {
			t.Errorf("in two sandboxes it tried %+v, used %+v and sent %d mails", v.Tried, v.Used, v.Mails)
		}
		_, err = r.o.End(t.Context(), r.member, id, "", 0)
		r.must(err)
		r.phase(id, den.Ended, time.Minute)
		receipt, err := r.o.Receipt(t.Context(), r.member, id)
		r.must(err)
		if len(receipt.Tried) != 1 || receipt.Tried[0].Times != 28 || receipt.Used[0].Times != 6 || receipt.Mails != 4 {
			t.Errorf("the receipt says it tried %+v, used %+v and sent %d mails", receipt.Tried, receipt.Used, receipt.Mails)
		}
	})
}
