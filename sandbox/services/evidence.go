package services

import (
	"slices"
	"sync"
	"time"
)

// most is where counts stop: the largest integer that every reader of JSON keeps.
const most = 1<<53 - 1

// maxUsed bounds what is kept of ways out that an earlier offer had.
const maxUsed = 2 * maxAllowed

// maxLetters bounds the text of all mails of a sandbox together, in bytes.
const maxLetters = 1 << 20

// Evidence is what was kept of one sandbox. It goes to JSON and comes back, so that
// a new den goes on where the last one ended. Every text in it is a stranger's.
type Evidence struct {
	Tried     []Tried `json:"tried,omitempty"`
	TriedMore uint64  `json:"tried_more,omitempty"` // tries of what was not kept, for there was no room
	Used      []Used  `json:"used,omitempty"`
	Mails     []Mail  `json:"mails,omitempty"`
	MailsMore uint64  `json:"mails_more,omitempty"` // older mails that made room, and mails that were too large
}

// How is the way in which a product tried to reach something.
type How string

// ByName: it asked for an address. ByOut: it asked the way out to lead there.
const (
	ByName How = "name"
	ByOut  How = "out"
)

// Tried is something that the product tried to reach and may not.
type Tried struct {
	How   How       `json:"how"`
	Name  string    `json:"name"`            // as escaped text of at most 253 bytes; with a port where How is ByOut
	A     uint64    `json:"a,omitempty"`     // questions for an IPv4 address
	AAAA  uint64    `json:"aaaa,omitempty"`  // questions for an IPv6 address
	Other uint64    `json:"other,omitempty"` // other questions; requests where How is ByOut
	First time.Time `json:"first"`
	Last  time.Time `json:"last"`
}

// Times is how often the product asked: one look-up asks for both kinds of address.
func (t Tried) Times() uint64 { return max(t.A, t.AAAA, t.Other) }

// Used is what went through one way out.
type Used struct {
	Allowed
	Times    uint64    `json:"times"`    // connections that were let through
	Refused  uint64    `json:"refused"`  // another name in TLS, a forbidden address, over a limit
	Failed   uint64    `json:"failed"`   // the host was not found or did not answer
	Sent     uint64    `json:"sent"`     // bytes from the product
	Received uint64    `json:"received"` // bytes to the product
	First    time.Time `json:"first,omitzero"`
	Last     time.Time `json:"last,omitzero"`
}

type record struct {
	limits Limits
	now    func() time.Time

	mu      sync.Mutex
	changes uint64
	letters int // bytes of text in kept.Mails
	kept    Evidence
	at      map[Tried]int // by How and Name alone, the place in kept.Tried
}

func newRecord(c Config) *record {
	r := &record{limits: c.Limits, now: c.Now, at: map[Tried]int{}}
	r.kept.TriedMore, r.kept.MailsMore = min(c.Past.TriedMore, most), min(c.Past.MailsMore, most)
	for _, t := range c.Past.Tried {
		key := Tried{How: t.How, Name: escaped(t.Name)}
		if _, ok := r.at[key]; ok || len(r.kept.Tried) >= r.limits.Tried {
			add(&r.kept.TriedMore, t.Times())
			continue
		}
		t.Name = key.Name
		r.at[key] = len(r.kept.Tried)
		r.kept.Tried = append(r.kept.Tried, t)
	}
	for _, a := range c.Out {
		i := slices.IndexFunc(c.Past.Used, func(u Used) bool { return u.Allowed == a })
		if i < 0 {
			r.kept.Used = append(r.kept.Used, Used{Allowed: a})
			continue
		}
		r.kept.Used = append(r.kept.Used, c.Past.Used[i])
	}
	for _, u := range c.Past.Used {
		if !slices.Contains(c.Out, u.Allowed) && len(r.kept.Used) < maxUsed {
			u.Host = escaped(u.Host)
			r.kept.Used = append(r.kept.Used, u)
		}
	}
	for _, m := range c.Past.Mails {
		r.keepMail(m.bounded(r.limits))
	}
	return r
}

func add(count *uint64, n uint64) { *count = min(*count+min(n, most), most) }

// tried keeps one try. It says whether it is the first of its kind.
func (r *record) tried(how How, name string, count func(*Tried) *uint64) (first bool) {
	key := Tried{How: how, Name: escaped(name)}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.changes++
	i, ok := r.at[key]
	switch {
	case !ok && len(r.kept.Tried) >= r.limits.Tried:
		add(&r.kept.TriedMore, 1)
		return false
	case !ok:
		i = len(r.kept.Tried)
		r.at[key] = i
		r.kept.Tried = append(r.kept.Tried, Tried{How: how, Name: key.Name, First: r.now()})
	}
	t := &r.kept.Tried[i]
	add(count(t), 1)
	t.Last = r.now()
	return !ok
}

func other(t *Tried) *uint64 { return &t.Other }

// used changes what is known of a way out.
func (r *record) used(a Allowed, change func(*Used)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.changes++
	i := slices.IndexFunc(r.kept.Used, func(u Used) bool { return u.Allowed == a })
	u := &r.kept.Used[i] // newRecord made one for each that is allowed
	change(u)
	u.Last = r.now()
	if u.First.IsZero() {
		u.First = u.Last
	}
}

// volume is what went through all ways out.
func (r *record) volume() int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	sum := uint64(0)
	for _, u := range r.kept.Used {
		add(&sum, u.Sent)
		add(&sum, u.Received)
	}
	return int64(sum)
}

func (r *record) mail(m Mail) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.keepMail(m)
}

func (r *record) keepMail(m Mail) {
	r.changes++
	r.letters += len(m.Text)
	r.kept.Mails = append(r.kept.Mails, m)
	for len(r.kept.Mails) > r.limits.Mails || r.letters > maxLetters && len(r.kept.Mails) > 1 {
		add(&r.kept.MailsMore, 1)
		r.letters -= len(r.kept.Mails[0].Text)
		r.kept.Mails = slices.Delete(r.kept.Mails, 0, 1)
	}
}

func (r *record) mailLost() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.changes++
	add(&r.kept.MailsMore, 1)
}

func (r *record) all() Evidence {
	r.mu.Lock()
	defer r.mu.Unlock()
	e := r.kept
	e.Tried, e.Used, e.Mails = slices.Clone(e.Tried), slices.Clone(e.Used), slices.Clone(e.Mails)
	return e
}

func (r *record) version() uint64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.changes
}
