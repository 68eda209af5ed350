package pages

import (
	"net/netip"
	"strings"
	"sync"
	"time"
)

// slow makes those who guess wait: by the address they come from together with the
// account they try, and by the address alone. No account is ever locked, so nobody can
// keep its owner out from elsewhere. It is kept in memory and forgotten with it.
type slow struct {
	mu   sync.Mutex
	full map[string]time.Time // when all tries of a key are there again
	now  func() time.Time
}

// pace is how many tries there are at once, and how soon one comes back.
type pace struct {
	tries int
	every time.Duration
}

var (
	paceOfPair    = pace{5, time.Minute}
	paceOfAddress = pace{30, 10 * time.Second}
)

const slowMost = 20000 // keys in memory

func newSlow(now func() time.Time) *slow { return &slow{full: map[string]time.Time{}, now: now} }

// take takes one try of an address at an account, or says how long to wait for it.
func (s *slow) take(address, account string) (wait time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	from, pair := keysOf(address, account)
	wait = max(s.wait(from, paceOfAddress, now), s.wait(pair, paceOfPair, now))
	if wait > 0 {
		return wait
	}
	s.bound(now)
	for key, p := range map[string]pace{from: paceOfAddress, pair: paceOfPair} {
		if s.full[key].Before(now) {
			s.full[key] = now
		}
		s.full[key] = s.full[key].Add(p.every)
	}
	return 0
}

func (s *slow) wait(key string, p pace, now time.Time) time.Duration {
	at := s.full[key]
	if !at.After(now) {
		return 0
	}
	return at.Sub(now) - time.Duration(p.tries-1)*p.every
}

// forgive gives back what somebody took who was right.
func (s *slow) forgive(address, account string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	from, pair := keysOf(address, account)
	delete(s.full, pair)
	if at, ok := s.full[from]; ok {
		s.full[from] = at.Add(-paceOfAddress.every)
	}
}

// bound lets go of what has run out, and of any where that is not enough.
func (s *slow) bound(now time.Time) {
	if len(s.full) < slowMost {
		return
	}
	for key, at := range s.full {
		if !at.After(now) {
			delete(s.full, key)
		}
	}
	for key := range s.full {
		if len(s.full) < slowMost {
			return
		}
		delete(s.full, key)
	}
}

// keysOf names an address, and an account tried from it.
func keysOf(address, account string) (from, pair string) {
	const longest = 120
	account, from = strings.ToLower(account), homeOf(address)
	return from, from + " " + account[:min(len(account), longest)]
}

// homeOf is what counts as one address: one home has a whole /64 of the sixth version of
// the protocol.
func homeOf(address string) string {
	if ip, err := netip.ParseAddr(address); err == nil && ip.Unmap().Is6() {
		const home = 64
		prefix, _ := ip.WithZone("").Prefix(home)
		return prefix.String()
	}
	return address
}
