package orchestrator

import (
	"context"
	"fmt"
	"sync"
	"time"

	"innovationden/orchestrator/den"
)

const (
	jitter  = time.Second     // of the machine's clock: less is no jump
	putBack = 5 * time.Minute // the record says so when the clock is put back further
)

// clocks holds the machine's clock, which anybody may set, to one that nobody sets. Ends
// are moments of the first: where it is put back, whatever runs then must not run longer
// for it. A den that starts knows nothing of what the clock was before.
type clocks struct {
	mu     sync.Mutex
	known  bool
	wall   time.Time
	ticks  time.Duration
	sooner map[den.ID]time.Duration // how much earlier a lease ends, by the machine's clock
}

// watchClock notices at each pass what the machine's clock did since the last one.
func (o *Orchestrator) watchClock(ctx context.Context, now time.Time) error {
	if o.Ticks == nil {
		return nil
	}
	now = now.Round(0) // what the clock says, and nothing else
	c := &o.clocks
	ticks := o.Ticks()
	c.mu.Lock()
	by := now.Sub(c.wall) - (ticks - c.ticks)
	jumped := c.known && (by > jitter || by < -jitter)
	c.mu.Unlock()
	if jumped {
		if err := o.clockJumped(ctx, by); err != nil {
			return err // and seen again at the next pass
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.known, c.wall, c.ticks = true, now, ticks
	return nil
}

// clockJumped keeps the ends where they were by the clock that nobody sets. Forward is
// nothing new, but where it takes a jump back away again.
func (o *Orchestrator) clockJumped(ctx context.Context, by time.Duration) error {
	o.Log.Warn("the clock of the machine was set", "by", by)
	var running []den.Lease
	if by < 0 {
		err := o.update(ctx, den.System(), func(tx den.Tx, p *pen) (err error) {
			if running, err = p.wake(tx); err != nil || -by <= putBack {
				return err
			}
			_, err = p.record(tx, den.Event{
				Act: "host.clock_back", Subject: den.System().ID,
				Say: fmt.Sprintf("The clock of the host was put back by %s. What runs now (%s) ends that much earlier by the clock, and so lasts no longer.",
					spell((-by).Round(time.Second)), sandboxes(len(running))),
			})
			return err
		})
		if err != nil {
			return err
		}
		o.held.Clear()
	}
	c := &o.clocks
	c.mu.Lock()
	defer c.mu.Unlock()
	if by > 0 {
		for id, d := range c.sooner {
			c.sooner[id] = max(d-by, 0)
		}
		return nil
	}
	sooner := map[den.ID]time.Duration{}
	for _, l := range running {
		sooner[l.ID] = c.sooner[l.ID] - by
	}
	c.sooner = sooner
	return nil
}

// wake makes due what waits for a moment that the clock has gone back behind, and gives
// the leases that are not over. What starts or is removed begins to wait anew.
func (p *pen) wake(tx den.Tx) ([]den.Lease, error) {
	all, err := unfinished(tx)
	if err != nil {
		return nil, err
	}
	for _, l := range all {
		switch l.Phase {
		case den.Starting:
			l.StartBy = p.now.Add(p.o.StartPatience)
		case den.Ending:
			l.Looks = nil
		case den.Requested, den.Live, den.Paused, den.Ended, den.Refused:
		}
		if l.Phase != den.Requested {
			l.DueAt = p.now
		}
		if _, err := p.put(tx, l); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// byTheClock is a lease with the end that it has by the machine's clock as it goes now.
func (o *Orchestrator) byTheClock(l den.Lease) den.Lease {
	o.clocks.mu.Lock()
	defer o.clocks.mu.Unlock()
	if d := o.clocks.sooner[l.ID]; d > 0 {
		l.EndsAt = l.EndsAt.Add(-d)
	}
	return l
}

func sandboxes(n int) string {
	if n == 1 {
		return "1 sandbox"
	}
	return fmt.Sprintf("%d sandboxes", n)
}
