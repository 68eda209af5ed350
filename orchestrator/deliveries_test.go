package orchestrator_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"innovationden/orchestrator"
	"innovationden/orchestrator/den"
	"innovationden/sandbox/fake"
)

// letterbox keeps what it was sent; it fails while it is broken.
type letterbox struct {
	mu     sync.Mutex
	broken error
	hangs  bool
	got    []den.Message
	tries  int
}

func (b *letterbox) Send(ctx context.Context, m den.Message) error {
	b.mu.Lock()
	b.tries++
	broken, hangs := b.broken, b.hangs
	if broken == nil && !hangs {
		b.got = append(b.got, m)
	}
	b.mu.Unlock()
	if hangs {
		<-ctx.Done()
		return ctx.Err()
	}
	return broken
}

func (b *letterbox) fix() { b.mu.Lock(); b.broken, b.hangs = nil, false; b.mu.Unlock() }

func (b *letterbox) messages() []den.Message {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.got)
}

func (b *letterbox) tried() int { b.mu.Lock(); defer b.mu.Unlock(); return b.tries }

func TestABrokenChannelDelaysNoOther(t *testing.T) {
	for name, mail := range map[string]*letterbox{"refuses": {broken: errors.New("the relay is down")}, "hangs": {hangs: true}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				hook := &letterbox{}
				r := newRig(t, func(c *orchestrator.Config) {
					c.Senders = map[den.Channel]orchestrator.Sender{den.ByMail: mail, den.ByHook: hook}
					c.Link = func(path string) string { return "https://den.example" + path }
				})
				r.run()
				boss := r.approver()
				_, err := r.o.SetMailbox(t.Context(), boss, den.Mailbox{Hook: den.Hook{URL: "https://hook.example/1"}, Quiet: map[den.Channel][]den.NoticeKind{den.ByHook: {den.NoticeEnded}}}, 0)
				r.must(err)
				v := r.start(time.Hour, r.release("one", fake.Behaviour{}))
				l := r.phase(v.Entries[0].Lease, den.Live, time.Minute)
				elapse(10 * time.Second)
				got := hook.messages()
				if len(got) != 1 || got[0].Kind != den.NoticeReady || got[0].Link != "https://den.example/sandboxes/"+string(l.ID) || got[0].To != "https://hook.example/1" || got[0].Hook.Secret == "" {
					t.Errorf("the hook got %+v", got)
				}
				if mail.tried() == 0 || len(mail.messages()) != 0 {
					t.Error("the mail was not tried, or not broken")
				}
				mail.fix()
				elapse(5 * time.Minute)
				if n := len(mail.messages()); n != 1 {
					t.Errorf("mended, the mail got %d", n)
				}
				_, err = r.o.End(t.Context(), r.member, l.ID, "", 0)
				r.must(err)
				elapse(time.Minute)
				if n := len(hook.messages()); n != 1 {
					t.Errorf("the hook got what is not wanted: %d", n)
				}
				if last := mail.messages(); last[len(last)-1].Kind != den.NoticeEnded {
					t.Errorf("the mail got %+v", last)
				}
			})
		})
	}
}

func TestWhatCannotBeSentIsGivenUpAndTriedAgainByTheOperator(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mail := &letterbox{broken: errors.New("the relay is down")}
		r := newRig(t, func(c *orchestrator.Config) {
			c.Senders = map[den.Channel]orchestrator.Sender{den.ByMail: mail}
			c.PassEvery, c.SweepEvery = time.Minute, time.Hour
		})
		r.run()
		r.approver()
		r.start(time.Hour, r.release("one", fake.Behaviour{}))
		elapse(2 * time.Minute)
		early := mail.tried()
		elapse(60 * time.Hour)
		dead, err := r.o.Deliveries(t.Context(), den.System(), "", den.Filter{})
		r.must(err)
		if len(dead.Items) == 0 || dead.Items[0].Tries != 12 || dead.Items[0].PersonName != "Uma" {
			t.Fatalf("given up: %+v, %d tries at first", dead.Items, early)
		}
		if early > 8 {
			t.Errorf("%d tries in two minutes is no back-off", early)
		}
		mail.fix()
		_, err = r.o.RetryDelivery(t.Context(), den.System(), dead.Items[0].ID)
		r.must(err)
		elapse(time.Second)
		if n := len(mail.messages()); n != 1 {
			t.Errorf("tried again, %d came", n)
		}
		if _, err := r.o.RetryDelivery(t.Context(), den.System(), dead.Items[0].ID); den.KindOf(err) != den.Conflict {
			t.Errorf("what was sent is tried again: %v", err)
		}
		if _, err := r.o.Deliveries(t.Context(), r.member, "", den.Filter{}); den.KindOf(err) != den.NotFound {
			t.Errorf("a member reads deliveries: %v", err)
		}
	})
}
