package gateway

import (
	"errors"
	"fmt"
	"maps"
	"sync"
	"sync/atomic"
)

// State is what a visitor can expect of a sandbox.
type State uint8

// The states a route can be in. Only a Live one is ever dialled.
const (
	Starting State = iota + 1
	Live
	Paused
	Ended
)

// String names the state in the house's words.
func (s State) String() string {
	switch s {
	case Starting:
		return "starting"
	case Live:
		return "live"
	case Paused:
		return "paused"
	case Ended:
		return "ended"
	}
	return fmt.Sprintf("state %d", uint8(s))
}

// Route says which lease a host label belongs to and what to do with its visitors.
type Route struct {
	Label   string // the part of the host name before the sandbox domain, lower case
	Lease   string
	Sandbox string // what the Dialer is given; may change while the lease lives
	Port    int    // what the Dialer is given
	State   State
	Product string // shown on the gateway's own pages; masked by the caller in a blind trial
	Say     string // one more sentence for those pages, such as when it was removed and why
}

// place reports whether two routes lead to the same socket.
func (r Route) place(other Route) bool {
	return r.Lease == other.Lease && r.Sandbox == other.Sandbox && r.Port == other.Port && r.State == other.State
}

// Routes says, without a lock or a store read, which lease a host label
// belongs to. Safe for concurrent use.
type Routes interface {
	// Route returns the route of a label in lower case, and whether there is one.
	Route(label string) (Route, bool)
	// Watch asks to be told, after the change can be read, of each label that
	// was set or withdrawn. told must return quickly.
	Watch(told func(label string))
}

// Table is Routes for a process that holds them all in memory: readers load
// one pointer, writers copy. The zero value is not usable; see NewTable.
type Table struct {
	routes atomic.Pointer[map[string]Route]

	mu   sync.Mutex // writers
	told []func(label string)
}

// NewTable returns a table without routes.
func NewTable() *Table {
	t := &Table{}
	t.routes.Store(&map[string]Route{})
	return t
}

// Route implements Routes.
func (t *Table) Route(label string) (Route, bool) {
	r, ok := (*t.routes.Load())[label]
	return r, ok
}

// Set publishes a route in place of what its label had. When it returns, new
// requests see it, and connections that the old one allowed and this one does not are closed.
// It refuses a route that could not be served, and a label that belongs to another lease.
func (t *Table) Set(r Route) error {
	switch {
	case !validLabel(r.Label):
		return fmt.Errorf("gateway: %q cannot be a host label", r.Label)
	case r.Lease == "":
		return errors.New("gateway: a route needs a lease")
	case r.State < Starting || r.State > Ended:
		return fmt.Errorf("gateway: a route cannot be in %v", r.State)
	case r.State == Live && (r.Sandbox == "" || r.Port < 1 || r.Port > 65535):
		return fmt.Errorf("gateway: the live route %q needs a sandbox and a port from 1 to 65535", r.Label)
	}
	return t.change(r.Label, func(next map[string]Route) error {
		if was, ok := next[r.Label]; ok && was.Lease != r.Lease {
			return fmt.Errorf("gateway: the name %q belongs to another lease; names are never used again", r.Label)
		}
		next[r.Label] = r
		return nil
	})
}

// Withdraw removes a label. When it returns, nothing is dialled for it and all
// its connections are closed. Withdrawing what is not there is success.
func (t *Table) Withdraw(label string) {
	_ = t.change(label, func(next map[string]Route) error {
		delete(next, label)
		return nil
	})
}

// Watch implements Routes.
func (t *Table) Watch(told func(label string)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.told = append(t.told[:len(t.told):len(t.told)], told)
}

func (t *Table) change(label string, edit func(map[string]Route) error) error {
	t.mu.Lock()
	next := maps.Clone(*t.routes.Load())
	if err := edit(next); err != nil {
		t.mu.Unlock()
		return err
	}
	t.routes.Store(&next)
	told := t.told
	t.mu.Unlock()
	for _, tell := range told {
		tell(label)
	}
	return nil
}
