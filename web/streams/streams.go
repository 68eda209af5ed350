// Package streams counts what each person keeps open, pages and programs alike, so that
// nobody can hold everything. It knows people's ids and must not know what is streamed.
package streams

import (
	"sync"

	"innovationden/orchestrator/den"
)

// Streams is a count for each person. It is safe for many goroutines.
type Streams struct {
	mu   sync.Mutex
	open map[den.ID]int
	most int
}

// New allows each person so many at once.
func New(most int) *Streams { return &Streams{open: map[den.ID]int{}, most: most} }

// Take opens one for a person; false means that they have enough. The function gives
// it back; it may be called again.
func (s *Streams) Take(who den.ID) (give func(), ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open[who] >= s.most {
		return nil, false
	}
	s.open[who]++
	return sync.OnceFunc(func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.open[who]--; s.open[who] == 0 {
			delete(s.open, who)
		}
	}), true
}
