package gateway_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/http"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"innovationden/web/gateway"
)

func TestTableRefusesWhatCouldNotBeServed(t *testing.T) {
	table := gateway.NewTable()
	good := route("acme", "lease1", "box1", gateway.Live)
	for name, spoil := range map[string]func(*gateway.Route){
		"capitals":      func(r *gateway.Route) { r.Label = "Acme" },
		"a dot":         func(r *gateway.Route) { r.Label = "a.b" },
		"no label":      func(r *gateway.Route) { r.Label = "" },
		"a long label":  func(r *gateway.Route) { r.Label = string(bytes.Repeat([]byte("a"), 64)) },
		"no lease":      func(r *gateway.Route) { r.Lease = "" },
		"no state":      func(r *gateway.Route) { r.State = 0 },
		"no sandbox":    func(r *gateway.Route) { r.Sandbox = "" },
		"no port":       func(r *gateway.Route) { r.Port = 0 },
		"too high port": func(r *gateway.Route) { r.Port = 65536 },
	} {
		r := good
		spoil(&r)
		if table.Set(r) == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if err := table.Set(good); err != nil {
		t.Fatal(err)
	}
	if err := table.Set(route("acme", "lease2", "box2", gateway.Live)); err == nil {
		t.Error("a name went to another lease")
	}
	if got, ok := table.Route("acme"); !ok || got != good {
		t.Errorf("got %+v", got)
	}
	table.Withdraw("acme")
	table.Withdraw("acme")
	if _, ok := table.Route("acme"); ok {
		t.Error("still there")
	}
}

type clock struct{ now time.Time }

func (c *clock) read() time.Time { return c.now }

func rules(c *clock) gateway.VisitRules {
	return gateway.VisitRules{Clock: c.read, Random: rand.Reader, MaxTickets: 40, MaxVisits: 20}
}

func right(person, session int) gateway.Right {
	return gateway.Right{Person: fmt.Sprint("p", person), Session: fmt.Sprint("s", session), Lease: "lease1"}
}

func TestVisitsAreBounded(t *testing.T) {
	c := &clock{now: time.Unix(1e9, 0)}
	v := gateway.NewVisits(rules(c))
	enter := func(r gateway.Right) (string, error) {
		ticket, err := v.Issue(r, time.Time{})
		if err != nil {
			return "", err
		}
		token, _, err := v.Redeem(ticket, r.Lease)
		return token, err
	}
	var tokens []string
	for range 9 {
		token, err := enter(right(1, 1))
		if err != nil {
			t.Fatal(err)
		}
		tokens = append(tokens, token)
	}
	for i, token := range tokens {
		if _, ok := v.May(token, "lease1"); ok != (i > 0) {
			t.Errorf("visit %d of 9: %v; the oldest, and it alone, makes room", i, ok)
		}
	}
	for i := range 12 {
		if _, err := enter(right(2, i)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := enter(right(3, 1)); !errors.Is(err, gateway.ErrFull) {
		t.Errorf("over the bound: %v", err)
	}
	c.now = c.now.Add(13 * time.Hour)
	if _, err := enter(right(3, 1)); err != nil {
		t.Errorf("what ran out makes room: %v", err)
	}
}

func TestTicketsAreBounded(t *testing.T) {
	c := &clock{now: time.Unix(1e9, 0)}
	v := gateway.NewVisits(rules(c))
	first, err := v.Issue(right(1, 1), time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	for range 16 {
		if _, err := v.Issue(right(1, 1), time.Time{}); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, err := v.Redeem(first, "lease1"); !errors.Is(err, gateway.ErrTicket) {
		t.Errorf("one person's seventeenth did not cost the first: %v", err)
	}
	for person := 2; ; person++ {
		if _, err := v.Issue(right(person, 1), time.Time{}); errors.Is(err, gateway.ErrFull) {
			break
		}
		if person > 40 {
			t.Fatal("no bound")
		}
	}
	if _, err := v.Issue(right(1, 1), time.Time{}); err != nil {
		t.Errorf("who has some may replace one: %v", err)
	}
	c.now = c.now.Add(time.Minute)
	if _, err := v.Issue(right(99, 1), time.Time{}); err != nil {
		t.Errorf("what ran out makes room: %v", err)
	}
	for _, r := range []gateway.Right{{}, {Person: "p", Session: "s"}, {Person: "p", Lease: "l"}, {Session: "s", Lease: "l"}} {
		if _, err := v.Issue(r, time.Time{}); err == nil {
			t.Errorf("a ticket for %+v", r)
		}
	}
	if _, err := gateway.NewVisits(gateway.VisitRules{Clock: c.read, Random: bytes.NewReader(nil)}).Issue(ann, time.Time{}); err == nil {
		t.Error("a ticket without randomness")
	}
}

func TestATicketIsRedeemedOnceByHoweverMany(t *testing.T) {
	v := gateway.NewVisits(gateway.VisitRules{Clock: time.Now, Random: rand.Reader})
	for range 100 {
		ticket, err := v.Issue(ann, time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		var won atomic.Int64
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				if _, _, err := v.Redeem(ticket, "lease1"); err == nil {
					won.Add(1)
				}
			})
		}
		if all.Wait(); won.Load() != 1 {
			t.Fatalf("%d won", won.Load())
		}
	}
}

// scale counts the writes to sandboxes that were begun after it was set, and taken.
type scale struct {
	gateway.Dialer
	over atomic.Bool
	late atomic.Int64
}

type weighed struct {
	net.Conn
	on *scale
}

func (s *scale) Dial(ctx context.Context, sandbox string, port int) (net.Conn, error) {
	conn, err := s.Dialer.Dial(ctx, sandbox, port)
	return weighed{conn, s}, err
}

func (w weighed) Write(p []byte) (int, error) {
	over := w.on.over.Load()
	n, err := w.Conn.Write(p)
	if over && err == nil {
		w.on.late.Add(1)
	}
	return n, err
}

// Requests race the end of their right. From when Withdraw has returned, and
// from when Revoke has returned and what was under way is over, not one write reaches the sandbox.
func TestNothingReachesTheSandboxAfterwards(t *testing.T) {
	for name, c := range map[string]struct {
		end     func(*den)
		finish  bool // let what was under way finish before counting
		nothing bool
	}{
		"withdrawn":                  {func(d *den) { d.table.Withdraw("acme") }, false, true},
		"revoked":                    {func(d *den) { d.visits.Revoke(gateway.Right{Session: "s1"}) }, true, true},
		"control: nothing was ended": {func(*den) {}, true, false},
	} {
		for range 20 {
			s := &scale{}
			d := newDen(t, http.HandlerFunc(hello), func(o *gateway.Options) { s.Dialer, o.Dialer = o.Dialer, s })
			cookie := d.visit("acme", ann)
			stop := make(chan struct{})
			var all sync.WaitGroup
			for range 8 {
				all.Go(func() {
					for {
						select {
						case <-stop:
							return
						default:
						}
						if res, err := d.client.Do(d.request("GET", "/", cookie)); err == nil {
							_ = res.Body.Close()
						}
					}
				})
			}
			for f, ok := d.g.Tally("acme"); !ok || f.Requests < 50; f, ok = d.g.Tally("acme") {
				runtime.Gosched()
			}
			c.end(d)
			if c.finish {
				close(stop)
				all.Wait()
			}
			s.over.Store(true)
			for range 10 {
				d.get("/", cookie)
			}
			if !c.finish {
				close(stop)
				all.Wait()
			}
			if none := s.late.Load() == 0; none != c.nothing {
				t.Fatalf("%s: %d writes reached the sandbox", name, s.late.Load())
			}
		}
	}
}
