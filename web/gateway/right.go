package gateway

import (
	"errors"
	"time"
)

// Right is what a visit stands for: one person, signed in by one session, at one lease.
type Right struct{ Person, Session, Lease string }

// covers reports whether the right falls under a pattern whose empty fields match anything.
func (pattern Right) covers(r Right) bool {
	return (pattern.Person == "" || pattern.Person == r.Person) &&
		(pattern.Session == "" || pattern.Session == r.Session) &&
		(pattern.Lease == "" || pattern.Lease == r.Lease)
}

// Visitors says who is asking. Safe for concurrent use.
type Visitors interface {
	// May returns the right that a visit cookie stands for, if it stands now
	// and for this lease. It is asked on every request and again for everything
	// that stays open, so it must not wait for a lock held during I/O, nor read a store.
	May(token, lease string) (Right, bool)
	// Redeem trades a ticket for a visit. Whatever it answers, the ticket is
	// spent. Errors: ErrTicket, ErrFull.
	Redeem(ticket, lease string) (token string, until time.Time, err error)
	// Watch asks to be told each pattern of rights that was taken away, after
	// May has begun to refuse it. told must return quickly.
	Watch(told func(pattern Right))
	// Sweep forgets what has run out.
	Sweep()
}

// ErrTicket means that a ticket is unknown, spent, too old or for another lease.
var ErrTicket = errors.New("gateway: the ticket is not good")

// ErrFull means that no more can be remembered just now; try again in a minute.
var ErrFull = errors.New("gateway: too many visits")
