package orchestrator

import (
	"sync"

	"innovationden/orchestrator/den"
)

// madeOf remembers which images releases are made of, so that only releases that came since
// are read. A release never changes what it is made of and is never taken away.
type madeOf struct {
	mu     sync.Mutex
	seen   map[den.ID]bool
	images map[string]*madeFrom
}

// madeFrom is what releases say of one image.
type madeFrom struct {
	isPushed bool     // by one release at least
	isFixed  bool     // there is a release that could not bring it back
	releases []den.ID // all that are made of it
}

// read takes in the releases that are new. Where the store has others than those that are
// remembered and the newest, all are read.
func (m *madeOf) read(tx den.Tx) error {
	total, err := tx.Releases().Count(den.Query{})
	if err != nil {
		return err
	}
	var fresh []den.Release
	if more := total - len(m.seen); m.seen != nil && more >= 0 && more <= readLimit {
		if more == 0 {
			return nil
		}
		page, err := tx.Releases().List(den.Query{Newest: true, Limit: more})
		if err != nil {
			return err
		}
		for _, r := range page.Items {
			if !m.seen[r.ID] {
				fresh = append(fresh, r)
			}
		}
	}
	if m.seen == nil || len(m.seen)+len(fresh) != total {
		if fresh, err = every(tx.Releases(), den.Query{}); err != nil {
			return err
		}
		m.seen, m.images = map[den.ID]bool{}, map[string]*madeFrom{}
	}
	for _, r := range fresh {
		m.add(r)
	}
	return nil
}

func (m *madeOf) add(r den.Release) {
	m.seen[r.ID] = true
	for _, image := range r.EveryImage() {
		one := m.images[image]
		if one == nil {
			one = &madeFrom{}
			m.images[image] = one
		}
		_, pushed := r.Pushed[image]
		one.isPushed, one.isFixed = one.isPushed || pushed, one.isFixed || !pushed
		one.releases = append(one.releases, r.ID)
	}
}

// idle are the images that no needed release is made of and that can be brought back, and
// how many can be.
func (m *madeOf) idle(tx den.Tx, needed map[den.ID]bool) (idle map[string]bool, known int, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.read(tx); err != nil {
		return nil, 0, err
	}
	idle = map[string]bool{}
	for image, one := range m.images {
		if one.isPushed {
			known++
		}
		idle[image] = one.isPushed && !one.isFixed
	}
	for image, can := range idle {
		for _, r := range m.images[image].releases {
			can = can && !needed[r]
		}
		if !can {
			delete(idle, image)
		}
	}
	return idle, known, nil
}
