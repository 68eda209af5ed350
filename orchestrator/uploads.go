package orchestrator

import (
	"sync"

	"innovationden/orchestrator/den"
)

// mostUploads is how many archives of one supplier may come in at once: each holds room on
// the disk that others wait for.
const mostUploads = 2

// uploads counts the archives that come in, by supplier.
type uploads struct {
	mu  sync.Mutex
	now map[den.ID]int
}

// begin counts one more, until over is called. Busy where its supplier has enough.
func (u *uploads) begin(supplier den.ID) (over func(), err error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.now[supplier] >= mostUploads {
		return nil, den.Refuse(den.Busy, "%d archives of this supplier are on their way to the den. Wait until one of them has arrived, then send this one again.", mostUploads)
	}
	if u.now == nil {
		u.now = map[den.ID]int{}
	}
	u.now[supplier]++
	return func() {
		u.mu.Lock()
		defer u.mu.Unlock()
		if u.now[supplier]--; u.now[supplier] == 0 {
			delete(u.now, supplier)
		}
	}, nil
}
