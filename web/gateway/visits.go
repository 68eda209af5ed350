package gateway

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"
)

// VisitRules bound what Visits remembers. Zero durations and counts take the default in brackets.
type VisitRules struct {
	Clock  func() time.Time
	Random io.Reader // cryptographic

	TicketLife time.Duration // [60 s]
	VisitLife  time.Duration // [12 h]; a visit ends earlier with its session, lease or role
	MaxVisits  int           // [100,000] in all
	MaxTickets int           // [10,000] in all

	// Still, where given, is asked on every request whether a right stands,
	// besides Revoke. It must not lock or read a store.
	Still func(Right) bool
}

// A person who opens the same thing again and again loses the oldest, never somebody else's.
const (
	visitsPerRight   = 8
	ticketsPerPerson = 16
)

// Visits implements Visitors in memory. Tickets and tokens are kept as hashes
// only. After a restart it is empty, and visitors come back through the control plane.
type Visits struct {
	rules VisitRules
	byKey sync.Map // key → *visit, so that May takes no lock

	mu      sync.Mutex // all below
	count   int
	byRight map[Right][]*visit // oldest first
	tickets map[key]ticket
	held    map[string][]key // by person, oldest first
	told    []func(Right)
}

type key [sha256.Size]byte

type visit struct {
	Right
	key   key
	until time.Time
	gone  atomic.Bool
}

type ticket struct {
	Right
	until time.Time
	ends  time.Time // of the visit at the latest; zero: as long as visits last
}

// NewVisits returns an empty Visits. It panics without a clock or a source of randomness.
func NewVisits(rules VisitRules) *Visits {
	if rules.Clock == nil || rules.Random == nil {
		panic("gateway: visits need a clock and a source of randomness")
	}
	rules.TicketLife = or(rules.TicketLife, time.Minute)
	rules.VisitLife = or(rules.VisitLife, 12*time.Hour)
	rules.MaxVisits = or(rules.MaxVisits, 100_000)
	rules.MaxTickets = or(rules.MaxTickets, 10_000)
	return &Visits{
		rules:   rules,
		byRight: map[Right][]*visit{},
		tickets: map[key]ticket{},
		held:    map[string][]key{},
	}
}

// Issue returns a ticket, good once and for a minute, by which the bearer
// enters the lease as this person, for a visit that ends by the time given, which may be zero. The caller has checked that the person may. Errors: ErrFull.
func (v *Visits) Issue(right Right, ends time.Time) (string, error) {
	if right.Person == "" || right.Session == "" || right.Lease == "" {
		return "", errors.New("gateway: a ticket needs a person, a session and a lease")
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.tickets) >= v.rules.MaxTickets {
		v.sweepTickets()
	}
	held := v.held[right.Person]
	if len(held) >= ticketsPerPerson {
		v.spend(held[0])
	} else if len(v.tickets) >= v.rules.MaxTickets {
		return "", ErrFull
	}
	secret, k, err := v.secret()
	if err != nil {
		return "", err
	}
	v.tickets[k] = ticket{Right: right, until: v.rules.Clock().Add(v.rules.TicketLife), ends: ends}
	v.held[right.Person] = append(v.held[right.Person], k)
	return secret, nil
}

// Redeem implements Visitors.
func (v *Visits) Redeem(secret, lease string) (string, time.Time, error) {
	now := v.rules.Clock()
	v.mu.Lock()
	defer v.mu.Unlock()
	t, ok := v.spend(keyOf(secret))
	if !ok || lease == "" || t.Lease != lease || !now.Before(t.until) || !v.still(t.Right) {
		return "", time.Time{}, ErrTicket
	}
	if mine := v.byRight[t.Right]; len(mine) >= visitsPerRight {
		v.forget(mine[0])
	} else if v.count >= v.rules.MaxVisits {
		if v.sweepVisits(); v.count >= v.rules.MaxVisits {
			return "", time.Time{}, ErrFull
		}
	}
	token, k, err := v.secret()
	if err != nil {
		return "", time.Time{}, err
	}
	n := &visit{Right: t.Right, key: k, until: now.Add(v.rules.VisitLife)}
	if !t.ends.IsZero() && t.ends.Before(n.until) {
		n.until = t.ends
	}
	v.byKey.Store(k, n)
	v.byRight[t.Right] = append(v.byRight[t.Right], n)
	v.count++
	return token, n.until, nil
}

// May implements Visitors.
func (v *Visits) May(token, lease string) (Right, bool) {
	found, ok := v.byKey.Load(keyOf(token))
	if !ok {
		return Right{}, false
	}
	n := found.(*visit)
	if n.Lease != lease || n.gone.Load() || !v.rules.Clock().Before(n.until) || !v.still(n.Right) {
		return Right{}, false
	}
	return n.Right, true
}

// Revoke takes away every ticket and visit that the pattern covers; an empty
// field covers all: Right{Session: s} for a session that ended, Right{Person: p, Lease: l} for a
// role that was lost, Right{Lease: l} for a lease. When it returns, no request
// by them passes any more, and what they have open has been told to stop, which takes milliseconds. The empty pattern does nothing.
func (v *Visits) Revoke(pattern Right) {
	if pattern == (Right{}) {
		return
	}
	v.mu.Lock()
	for k, t := range v.tickets {
		if pattern.covers(t.Right) {
			v.spend(k)
		}
	}
	for right, mine := range v.byRight {
		if !pattern.covers(right) {
			continue
		}
		for _, n := range append([]*visit(nil), mine...) {
			v.forget(n)
		}
	}
	told := v.told
	v.mu.Unlock()
	for _, tell := range told {
		tell(pattern)
	}
}

// Watch implements Visitors.
func (v *Visits) Watch(told func(Right)) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.told = append(v.told[:len(v.told):len(v.told)], told)
}

// Sweep implements Visitors.
func (v *Visits) Sweep() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.sweepTickets()
	v.sweepVisits()
}

func (v *Visits) sweepTickets() {
	now := v.rules.Clock()
	for k, t := range v.tickets {
		if !now.Before(t.until) {
			v.spend(k)
		}
	}
}

func (v *Visits) sweepVisits() {
	now := v.rules.Clock()
	for _, mine := range v.byRight {
		for _, n := range append([]*visit(nil), mine...) {
			if !now.Before(n.until) {
				v.forget(n)
			}
		}
	}
}

func (v *Visits) still(r Right) bool { return v.rules.Still == nil || v.rules.Still(r) }

// spend removes a ticket and returns it. The caller holds the lock.
func (v *Visits) spend(k key) (ticket, bool) {
	t, ok := v.tickets[k]
	if !ok {
		return ticket{}, false
	}
	delete(v.tickets, k)
	v.held[t.Person] = without(v.held[t.Person], k)
	if len(v.held[t.Person]) == 0 {
		delete(v.held, t.Person)
	}
	return t, true
}

// forget removes a visit. The caller holds the lock.
func (v *Visits) forget(n *visit) {
	n.gone.Store(true)
	v.byKey.Delete(n.key)
	v.count--
	v.byRight[n.Right] = without(v.byRight[n.Right], n)
	if len(v.byRight[n.Right]) == 0 {
		delete(v.byRight, n.Right)
	}
}

// secret returns 256 random bits as text, and the hash they are kept under.
func (v *Visits) secret() (string, key, error) {
	var raw [32]byte
	if _, err := io.ReadFull(v.rules.Random, raw[:]); err != nil {
		return "", key{}, fmt.Errorf("gateway: no randomness: %w", err)
	}
	text := base64.RawURLEncoding.EncodeToString(raw[:])
	return text, keyOf(text), nil
}

func keyOf(secret string) key { return sha256.Sum256([]byte(secret)) }

func without[T comparable](list []T, gone T) []T {
	kept := make([]T, 0, len(list))
	for _, one := range list {
		if one != gone {
			kept = append(kept, one)
		}
	}
	return kept
}

// or returns the value, or the default when it is zero.
func or[T comparable](value, def T) T {
	var zero T
	if value == zero {
		return def
	}
	return value
}
