package pages

import (
	"sync"

	"innovationden/orchestrator/den"
)

// streams counts the live pages of each person, so that nobody can hold them all.
type streams struct {
	mu   sync.Mutex
	open map[den.ID]int
	most int
}

func newStreams(most int) *streams { return &streams{open: map[den.ID]int{}, most: most} }

// take opens one for a person; false means that they have enough. give returns it.
func (s *streams) take(who den.ID) (give func(), ok bool) {
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
