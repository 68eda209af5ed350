package orchestrator_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"

	"innovationden/orchestrator"
	"innovationden/orchestrator/den"
	"innovationden/sandbox"
	"innovationden/sandbox/fake"
)

// keeping is an engine that removes nothing, says that it did, and finds nothing.
type keeping struct{ *fake.Runtime }

func (keeping) Remove(context.Context, sandbox.ID) error { return nil }
func (keeping) Find(_ context.Context, id sandbox.ID) (sandbox.Found, error) {
	return sandbox.Found{ID: id}, nil
}
func (keeping) List(context.Context) ([]sandbox.Found, error) { return nil, nil }

// timelessTx never says what is due.
type timelessTx struct{ den.Tx }

func (t timelessTx) Leases() den.Table[den.Lease] { return timeless{t.Tx.Leases()} }

type timeless struct{ den.Table[den.Lease] }

func (t timeless) List(q den.Query) (den.Page[den.Lease], error) {
	if q.Index == den.LeasesByDue {
		return den.Page[den.Lease]{}, nil
	}
	return t.Table.List(q)
}

// The controls of the simulated years: two months of a den that is spoilt in one way.
func TestCrashMatrixControlsOfTheYears(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(*orchestrator.Config)
		sees  string
	}{
		"an engine that keeps what it removed": {func(c *orchestrator.Config) { c.Runtime = keeping{c.Runtime.(*fake.Runtime)} }, "orphan"},
		"a den that forgets what is due": {func(c *orchestrator.Config) {
			c.Store = misled{c.Store, func(tx den.Tx) den.Tx { return timelessTx{tx} }}
		}, "after its end"},
	} {
		t.Run(name, func(t *testing.T) {
			found := new(hearsay)
			synctest.Test(t, func(t *testing.T) { throughDays(t, found, 0, 62, c.spoil) })
			if said := strings.Join(found.all, "\n"); !strings.Contains(said, c.sees) {
				t.Errorf("it saw %q, not %q", said, c.sees)
			}
			t.Logf("figure: 62 simulated days, %d violations", len(found.all))
		})
	}
}
