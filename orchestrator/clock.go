package orchestrator

import (
	"context"
	"fmt"
	"sync"
	"time"

	"innovationden/orchestrator/den"
)

const (
	jitter   = time.Second      // of the machine's clock: less is no jump
	putBack  = 5 * time.Minute  // the record says so when the clock is put back further
	rareBeat = 10 * time.Minute // how old what the store knows of the clock may be while anything has an end
)

// clocks holds the machine's clock, which anybody may set, to one that nobody sets. Ends
// are moments of the first: where it is put back, whatever runs then must not run longer
// for it. What both showed is kept in the store too (den.Clock), for the next den.
type clocks struct {
	mu    sync.Mutex
	known bool
	wall  time.Time
	ticks time.Duration
}

// jump is what the machine's clock did that time does not do.
type jump struct {
	by    time.Duration // how far it was set; below zero: back
	away  bool          // while the den was stopped
	least bool          // it is not known how much further back
}

func (j jump) is() bool { return j.by > jitter || j.by < -jitter }

// meetClock notices what the machine's clock did while the den was stopped. It comes
// before anything that is recorded.
func (o *Orchestrator) meetClock(ctx context.Context) error {
	if o.Ticks == nil {
		return nil
	}
	now, ticks := o.Now().Round(0), o.Ticks()
	var last den.Clock
	j := jump{away: true}
	err := o.Store.View(ctx, func(tx den.Tx) (err error) {
		if last, err = clockOf(tx); err != nil {
			return err
		}
		if o.sameRun(last, ticks) {
			j.by = now.Sub(last.At) - (ticks - last.Ticks)
			return nil
		}
		seen, err := lastSeen(tx, last)
		if behind := now.Sub(seen); behind < 0 {
			j.by, j.least = behind, true
		}
		return err
	})
	if err != nil {
		return err
	}
	if j.is() || !o.sameRun(last, ticks) {
		if err := o.clockJumped(ctx, j, now, ticks); err != nil {
			return err
		}
	}
	o.clocks.set(now, ticks)
	return nil
}

// sameRun says whether ticks go on from those that the store knows.
func (o *Orchestrator) sameRun(last den.Clock, ticks time.Duration) bool {
	return o.Machine != "" && o.Machine == last.Run && ticks >= last.Ticks
}

// lastSeen is the latest moment that an earlier den is known to have seen: by the clock
// that it kept, or by an event since then. The zero time: none is known.
func lastSeen(tx den.Tx, last den.Clock) (at time.Time, err error) {
	const most = 100 // those before were recorded earlier, by a clock that nobody saw jump
	q := den.Query{Newest: true, Limit: most}
	if last.Rev == 0 {
		q.Limit = 1 // what was seen of its clock is not known: the events before may be of another
	}
	page, err := tx.Events(q)
	at = last.At
	for _, e := range page.Items {
		if e.Seq >= last.Seq && e.At.After(at) {
			at = e.At
		}
	}
	return at, err
}

// watchClock notices at each pass what the machine's clock did since the last one.
func (o *Orchestrator) watchClock(ctx context.Context, now time.Time) error {
	if o.Ticks == nil {
		return nil
	}
	now = now.Round(0) // what the clock says, and nothing else
	ticks := o.Ticks()
	would, known := o.clocks.wouldBe(ticks)
	if !known {
		return o.meetClock(ctx) // which a full disk refused at the start
	}
	if j := (jump{by: now.Sub(would)}); j.is() {
		if err := o.clockJumped(ctx, j, now, ticks); err != nil {
			return err // and seen again at the next pass
		}
	}
	o.clocks.set(now, ticks)
	return nil
}

// wouldBe is what the machine's clock shows at ticks if nobody set it.
func (c *clocks) wouldBe(ticks time.Duration) (at time.Time, known bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.wall.Add(ticks - c.ticks), c.known
}

func (c *clocks) set(wall time.Time, ticks time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.known, c.wall, c.ticks = true, wall, ticks
}

// clockJumped keeps the ends where they were by the clock that nobody sets, and keeps
// what both show now. Forward is nothing new, but for what it does to a jump back, be
// that before it or after it.
func (o *Orchestrator) clockJumped(ctx context.Context, j jump, now time.Time, ticks time.Duration) error {
	if j.is() {
		o.Log.Warn("the clock of the machine was set", "by", j.by, "while_stopped", j.away, "or_further", j.least)
	}
	err := o.update(ctx, den.System(), func(tx den.Tx, p *pen) error {
		var running []den.Lease
		var err error
		switch {
		case !j.is():
		case j.by < 0:
			running, err = p.wake(tx, -j.by)
		default:
			err = p.ahead(tx, j.by)
		}
		if err != nil {
			return err
		}
		if -j.by > putBack {
			if _, err := p.record(tx, den.Event{Act: "host.clock_back", Subject: den.System().ID, Say: j.say(len(running))}); err != nil {
				return err
			}
		}
		return o.keepClock(tx, now, ticks, -j.by)
	})
	if err == nil && j.by < 0 {
		o.held.Clear()
	}
	return err
}

func (j jump) say(running int) string {
	by := spell((-j.by).Round(time.Second))
	switch {
	case j.least:
		return fmt.Sprintf("While the den was stopped the clock of the host was put back: it is %s behind the last moment that the den knows of. What runs now (%s) ends that much earlier by the clock, and so gets no more time than it had left then.",
			by, sandboxes(running))
	case j.away:
		return fmt.Sprintf("While the den was stopped the clock of the host was put back by %s. What runs now (%s) ends that much earlier by the clock, and so lasts no longer.",
			by, sandboxes(running))
	}
	return fmt.Sprintf("The clock of the host was put back by %s. What runs now (%s) ends that much earlier by the clock, and so lasts no longer.",
		by, sandboxes(running))
}

// wake makes due what waits for a moment that the clock has gone back behind, lets it
// end earlier by as much, and gives the leases that now do. What starts or is removed
// begins to wait anew.
func (p *pen) wake(tx den.Tx, by time.Duration) (earlier []den.Lease, err error) {
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
		l.Sooner += by
		if l.Phase != den.Requested {
			l.DueAt = p.now
		}
		if _, err := p.put(tx, l); err != nil {
			return nil, err
		}
		if l.Sooner > 0 {
			earlier = append(earlier, l)
		}
	}
	return earlier, nil
}

// ahead gives back what a clock took that is put right, and remembers of one that is set
// wrongly that putting it right will take nothing.
func (p *pen) ahead(tx den.Tx, by time.Duration) error {
	all, err := unfinished(tx)
	for _, l := range all {
		if err != nil {
			break
		}
		if l.Sooner > 0 && l.Phase != den.Requested {
			l.DueAt = p.now
		}
		l.Sooner -= by
		_, err = p.put(tx, l)
	}
	return err
}

// byTheClock is a lease with the end that it has by the machine's clock as it goes now:
// never later than was said, and never later than the time it was given allows.
func byTheClock(l den.Lease) den.Lease {
	l.EndsAt = l.EndsAt.Add(-max(l.Sooner, 0))
	return l
}

func sandboxes(n int) string {
	if n == 1 {
		return "1 sandbox"
	}
	return fmt.Sprintf("%d sandboxes", n)
}
