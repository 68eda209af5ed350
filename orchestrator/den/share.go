package den

import "slices"

// Share lets people open a sandbox who could not otherwise: a person, everybody of an
// organisation, or whoever has a link. It gives OpenSandbox and nothing else, until it
// ends, is taken back, or the sandbox is over.
type Share struct {
	ID         ID
	Trial      ID
	Lease      ID // empty: every sandbox of the trial
	Department ID
	For        string // whom it is for, in words
	With       ID     // a person or an organisation; empty: a link
	Hash       string // of a link: hex SHA-256 of its secret
	Salt       string // of a passcode; empty: there is none
	Passcode   string // hex of the key made of it
	MadeBy     ID
	MadeAt     Stamp
	EndsAt     Stamp
	TakenAt    Stamp // zero: nobody took it back
	Rev        int64
}

// Stands says that a share is good at a time, as far as the share itself goes.
func (s Share) Stands(now Stamp) bool { return s.TakenAt.IsZero() && now.Before(s.EndsAt) }

// Covers says that it is of a lease.
func (s Share) Covers(l Lease) bool { return s.Trial == l.Trial && (s.Lease == "" || s.Lease == l.ID) }

// IsLink says that it is for whoever has its link.
func (s Share) IsLink() bool { return s.With == "" }

// NewShare is the input of AddShare: With one person or organisation, or a link.
type NewShare struct {
	Trial    ID
	Lease    ID // empty: the whole trial
	For      string
	With     ID
	Link     bool
	Passcode string // of a link; empty: none is asked for
	EndsAt   Stamp
	Once     Once
}

// ShareView is a share as a list shows it.
type ShareView struct {
	Share
	Name     string // of the person or organisation
	Product  string // of one sandbox; empty: all of the trial
	MadeName string
	Over     bool // it lets nobody in any more
}

// SharedView is what somebody learns of what was shared with them.
type SharedView struct {
	Share    ID
	For      string
	Trial    string // the question of the trial
	EndsAt   Stamp
	Passcode bool // it asks for one
	Products []Invited
}

// Invited is one sandbox that can be opened.
type Invited struct {
	Lease   ID
	Name    string // of the product, or its label where names are hidden
	Address string // the first part of its host name
	Ready   bool
}

// Entrance is what a visit is made of: whose it is, at which address, and its end.
type Entrance struct {
	Share  ID
	Lease  ID
	Name   string // host label
	EndsAt Stamp
}

// isGuest says that what belongs to owner was shared with an actor, by name or as one
// of an organisation.
func (o Owner) isGuest(a Actor) bool {
	return slices.Contains(o.Guests, a.ID) || slices.ContainsFunc(a.Memberships, func(m Membership) bool {
		return m.In != "" && m.Role != Evaluator && slices.Contains(o.Guests, m.In)
	})
}
