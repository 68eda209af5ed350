package orchestrator_test

import (
	"context"
	"testing"

	"innovationden/orchestrator/den"
	"innovationden/sandbox/fake"
)

// noticing is a store that counts how often products are shownProducts.
type noticing struct {
	den.Store
	lists int
}

func (n *noticing) View(ctx context.Context, f func(den.Tx) error) error {
	return n.Store.View(ctx, func(tx den.Tx) error { return f(noticed{tx, n}) })
}

type noticed struct {
	den.Tx
	by *noticing
}

func (n noticed) Products() den.Table[den.Product] { return shownProducts{n.Tx.Products(), n.by} }

type shownProducts struct {
	den.Table[den.Product]
	by *noticing
}

func (l shownProducts) List(q den.Query) (den.Page[den.Product], error) {
	l.by.lists++
	return l.Table.List(q)
}

// Who pushes to a name that is not there must not have the den read all that there is.
func TestARepositoryThatIsNotThereReadsNoProducts(t *testing.T) {
	r := newRig(t)
	r.release("one", fake.Behaviour{})
	store := &noticing{Store: r.o.Store}
	r.o.Store = store
	for range 3 {
		if _, err := r.o.Repository(t.Context(), r.member, "nobody/nothing"); den.KindOf(err) != den.NotFound {
			t.Errorf("%v, want NotFound", err)
		}
	}
	if store.lists != 0 {
		t.Errorf("the products were listed %d times", store.lists)
	}
}
