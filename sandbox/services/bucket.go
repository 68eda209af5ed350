package services

import (
	"context"
	"sync"
	"time"
)

// batch is the shortest wait for tokens: a flood wakes the den at most so often.
const batch = 20 * time.Millisecond

// bucket holds tokens that come at a rate (in a second) up to a burst. It may be
// overdrawn by who then waits. A clock that goes back costs nobody more than what
// is in it.
type bucket struct {
	rate, burst float64
	now         func() time.Time

	mu   sync.Mutex
	have float64
	last time.Time
}

func newBucket(rate, burst float64, now func() time.Time) *bucket {
	return &bucket{rate: rate, burst: burst, now: now, have: burst, last: now()}
}

// refill is called with the lock held.
func (b *bucket) refill() {
	now := b.now()
	if passed := now.Sub(b.last); passed > 0 {
		b.have = min(b.burst, b.have+passed.Seconds()*b.rate)
	}
	b.last = now
}

// allow takes one token, if there is one.
func (b *bucket) allow() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.refill()
	if b.have < 1 {
		return false
	}
	b.have--
	return true
}

// wait takes n tokens and waits until they would have come.
func (b *bucket) wait(ctx context.Context, n float64) error {
	b.mu.Lock()
	b.refill()
	b.have -= n
	short := -b.have
	b.mu.Unlock()
	if short <= 0 {
		return ctx.Err()
	}
	return rest(ctx, max(batch, time.Duration(short/b.rate*float64(time.Second))))
}
