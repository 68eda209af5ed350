package orchestrator_test

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"innovationden/orchestrator"
	"innovationden/orchestrator/den"
)

// reads counts the records that are read of a store, by table: inside the writer's turn,
// where everybody waits for them, and outside.
type reads struct {
	den.Store
	mu     sync.Mutex
	inTurn map[string]int
	beside map[string]int
	isTurn bool // somebody has the writer's turn
}

// countReads puts a count of what is read before the store of a rig.
func countReads(into **reads) func(*orchestrator.Config) {
	return func(c *orchestrator.Config) {
		*into = &reads{Store: c.Store, inTurn: map[string]int{}, beside: map[string]int{}}
		c.Store = *into
	}
}

// of counts what is read while something is done.
func (r *reads) of(do func()) (inTurn, beside count) {
	r.mu.Lock()
	clear(r.inTurn)
	clear(r.beside)
	r.mu.Unlock()
	do()
	r.mu.Lock()
	defer r.mu.Unlock()
	return count(copied(r.inTurn)), count(copied(r.beside))
}

// count is how many records of each table were read.
type count map[string]int

func (c count) all() (n int) {
	for _, some := range c {
		n += some
	}
	return n
}

func (c count) String() string {
	return strings.TrimPrefix(fmt.Sprint(map[string]int(c)), "map")
}

func copied(from map[string]int) map[string]int {
	to := map[string]int{}
	for name, n := range from {
		to[name] = n
	}
	return to
}

func (r *reads) View(ctx context.Context, read func(den.Tx) error) error {
	return r.Store.View(ctx, func(tx den.Tx) error { return read(readsTx{tx, r, r.beside}) })
}

func (r *reads) Update(ctx context.Context, change func(den.Tx) error) error {
	return r.Store.Update(ctx, func(tx den.Tx) error {
		r.turn(true)
		defer r.turn(false)
		return change(readsTx{tx, r, r.inTurn})
	})
}

func (r *reads) turn(is bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.isTurn = is
}

func (r *reads) inSomebodysTurn() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.isTurn
}

// readsTx counts in the tables that grow.
type readsTx struct {
	den.Tx
	r    *reads
	into map[string]int
}

type readsTable[T any] struct {
	den.Table[T]
	tx   readsTx
	name string
}

func (t readsTx) add(name string, n int) {
	t.r.mu.Lock()
	defer t.r.mu.Unlock()
	t.into[name] += n
}

func (t readsTable[T]) Get(key den.ID) (T, error) {
	t.tx.add(t.name, 1)
	return t.Table.Get(key)
}

func (t readsTable[T]) List(q den.Query) (den.Page[T], error) {
	page, err := t.Table.List(q)
	t.tx.add(t.name, len(page.Items))
	return page, err
}

func (t readsTx) Departments() den.Table[den.Department] {
	return readsTable[den.Department]{t.Tx.Departments(), t, "departments"}
}
func (t readsTx) Suppliers() den.Table[den.Supplier] {
	return readsTable[den.Supplier]{t.Tx.Suppliers(), t, "suppliers"}
}
func (t readsTx) Products() den.Table[den.Product] {
	return readsTable[den.Product]{t.Tx.Products(), t, "products"}
}
func (t readsTx) Releases() den.Table[den.Release] {
	return readsTable[den.Release]{t.Tx.Releases(), t, "releases"}
}
func (t readsTx) Trials() den.Table[den.Trial] {
	return readsTable[den.Trial]{t.Tx.Trials(), t, "trials"}
}
func (t readsTx) Leases() den.Table[den.Lease] {
	return readsTable[den.Lease]{t.Tx.Leases(), t, "leases"}
}
func (t readsTx) Assessments() den.Table[den.Assessment] {
	return readsTable[den.Assessment]{t.Tx.Assessments(), t, "assessments"}
}
func (t readsTx) Publications() den.Table[den.Publication] {
	return readsTable[den.Publication]{t.Tx.Publications(), t, "publications"}
}
func (t readsTx) People() den.Table[den.Person] {
	return readsTable[den.Person]{t.Tx.People(), t, "people"}
}
func (t readsTx) Tokens() den.Table[den.Token] {
	return readsTable[den.Token]{t.Tx.Tokens(), t, "tokens"}
}
func (t readsTx) JoinLinks() den.Table[den.JoinLink] {
	return readsTable[den.JoinLink]{t.Tx.JoinLinks(), t, "links"}
}
func (t readsTx) Mailboxes() den.Table[den.Mailbox] {
	return readsTable[den.Mailbox]{t.Tx.Mailboxes(), t, "mailboxes"}
}
func (t readsTx) Challenges() den.Table[den.Challenge] {
	return readsTable[den.Challenge]{t.Tx.Challenges(), t, "challenges"}
}
func (t readsTx) Requests() den.Table[den.Request] {
	return readsTable[den.Request]{t.Tx.Requests(), t, "requests"}
}
func (t readsTx) Measurements() den.Table[den.Measurement] {
	return readsTable[den.Measurement]{t.Tx.Measurements(), t, "measurements"}
}

// Events counts lines of the record too.
func (t readsTx) Events(q den.Query) (den.Page[den.Event], error) {
	page, err := t.Tx.Events(q)
	t.add("events", len(page.Items))
	return page, err
}
