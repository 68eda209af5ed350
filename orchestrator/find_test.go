package orchestrator_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"innovationden/orchestrator"
	"innovationden/orchestrator/den"
	"innovationden/sandbox/fake"
)

func (r *rig) find(actor den.Actor, text string) den.Found {
	r.t.Helper()
	found, err := r.o.Find(context.Background(), actor, den.Search{Text: text})
	r.must(err)
	return found
}

// What a commit changed is found at once, and what it took away is not.
func TestTheIndexFollowsTheStore(t *testing.T) {
	r := newRig(t, withWords)
	ctx, root := context.Background(), den.System()
	if found := r.find(r.member, "bookwell"); found.Total != 1 || found.Items[0].Product.ID != r.product.ID {
		t.Fatalf("%+v", found)
	}
	s, err := r.o.AddSupplier(ctx, root, den.NewOrganisation{Name: "Quiet Room"})
	r.must(err)
	if found := r.find(r.member, "quiet room"); found.Total != 1 || found.Items[0].Product.ID != "" {
		t.Errorf("a supplier without products: %+v", found.Items)
	}
	p, err := r.o.AddProduct(ctx, root, den.NewProduct{Supplier: s.ID, Name: "Hush"})
	r.must(err)
	if found := r.find(r.member, "quiet room"); found.Total != 1 || found.Items[0].Product.ID != p.ID {
		t.Errorf("with its product: %+v", found.Items)
	}
	_, err = r.o.ChangeProduct(ctx, root, p.ID, den.ProductChange{Name: "Whisper", ProductProfile: den.ProductProfile{Capabilities: []string{"queues"}}})
	r.must(err)
	if old, now := r.find(r.member, "hush"), r.find(r.member, "queues whisper"); old.Total != 0 || now.Total != 1 {
		t.Errorf("after a change the old name finds %d, the new one %d", old.Total, now.Total)
	}
	_, err = r.o.ChangeSupplier(ctx, root, s.ID, den.SupplierChange{Name: "Loud Room"})
	r.must(err)
	if found := r.find(r.member, "loud"); found.Total != 1 || found.Items[0].Supplier.Name != "Loud Room" {
		t.Errorf("%+v", found.Items)
	}
	again := orchestrator.New(r.config)
	found, err := again.Find(ctx, r.member, den.Search{Text: "loud"})
	r.must(err)
	if found.Total != 1 {
		t.Errorf("after a restart: %+v", found)
	}
}

// However commits and their telling fall, the index ends as the store does.
func TestTheIndexEndsAsTheStoreDoes(t *testing.T) {
	r := newRig(t, withWords)
	ctx := context.Background()
	r.find(r.member, "")
	var all sync.WaitGroup
	for n := range 40 {
		all.Add(1)
		go func() {
			defer all.Done()
			_, err := r.o.ChangeProduct(ctx, den.System(), r.product.ID, den.ProductChange{Name: fmt.Sprintf("Name%d", n)})
			if err != nil {
				t.Error(err)
			}
		}()
	}
	all.Wait()
	v, err := r.o.Product(ctx, r.member, r.product.ID)
	r.must(err)
	if found := r.find(r.member, v.Name); found.Total != 1 || found.Items[0].Product.Rev != v.Rev {
		t.Errorf("the store says %q, the index %+v", v.Name, found.Items)
	}
}

// deaf fails every reading while it is told to.
type deaf struct {
	den.Store
	is bool
}

func (d *deaf) View(ctx context.Context, read func(den.Tx) error) error {
	if d.is {
		return errors.New("nothing can be read")
	}
	return d.Store.View(ctx, read)
}

// An index that could not be kept current is made anew, not believed.
func TestAnIndexThatMissedSomethingIsMadeAnew(t *testing.T) {
	var store *deaf
	r := newRig(t, withWords, func(c *orchestrator.Config) {
		store = &deaf{Store: c.Store}
		c.Store = store
	})
	r.find(r.member, "")
	store.is = true
	_, err := r.o.ChangeProduct(context.Background(), den.System(), r.product.ID, den.ProductChange{Name: "Unheard"})
	r.must(err)
	if _, err := r.o.Find(context.Background(), r.member, den.Search{}); err == nil {
		t.Error("an index was made of nothing")
	}
	store.is = false
	if found := r.find(r.member, "unheard"); found.Total != 1 {
		t.Errorf("%+v", found)
	}
}

func TestTheTechmapIsOpenOnlyWhereTheOperatorSaysSo(t *testing.T) {
	ctx, nobody := context.Background(), den.Actor{}
	closed := newRig(t, withWords)
	for name, ask := range map[string]func(*rig) error{
		"find":     func(r *rig) error { _, err := r.o.Find(ctx, nobody, den.Search{}); return err },
		"product":  func(r *rig) error { _, err := r.o.Product(ctx, nobody, r.product.ID); return err },
		"supplier": func(r *rig) error { _, err := r.o.Supplier(ctx, nobody, r.supplier.ID); return err },
	} {
		if err := ask(closed); den.KindOf(err) != den.Unknown {
			t.Errorf("%s: %v", name, err)
		}
	}
	open := newRig(t, withWords, func(c *orchestrator.Config) { c.OpenTechmap = true })
	open.release("one", fake.Behaviour{})
	_, err := open.o.ChangeSupplier(ctx, den.System(), open.supplier.ID, den.SupplierChange{Name: "Bookwell Ltd", SupplierProfile: den.SupplierProfile{Contacts: []den.Contact{{Name: "Ada"}}}})
	open.must(err)
	s, err := open.o.Supplier(ctx, nobody, open.supplier.ID)
	open.must(err)
	p, err := open.o.Product(ctx, nobody, open.product.ID)
	open.must(err)
	if found := open.find(nobody, ""); len(s.Contacts) != 0 || len(p.Releases) != 0 || found.Total != 1 || len(found.Items[0].Supplier.Contacts) != 0 || p.May[den.EditEntry] {
		t.Errorf("too much: %+v %+v %+v", s, p, found)
	}
	if _, err := open.o.Products(ctx, nobody, den.Filter{}); den.KindOf(err) != den.Unknown {
		t.Errorf("the list with its releases: %v", err)
	}
	stranger := den.Actor{ID: "per_x", Name: "X"}
	if _, err := open.o.Find(ctx, stranger, den.Search{}); den.KindOf(err) != den.NotFound {
		t.Errorf("somebody without a role: %v", err)
	}
}

// Evidence: others learn that a trial was, and nothing else; its department all of it;
// the supplier its facts.
func TestEvidenceShowsEachReaderWhatItMay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, withWords)
		r.run()
		ctx := context.Background()
		other, err := r.o.AddDepartment(ctx, den.System(), den.NewOrganisation{Name: "Other"})
		r.must(err)
		outsider := den.Actor{ID: "per_o", Memberships: []den.Membership{{Role: den.Member, In: other.ID}}}
		vendor := den.Actor{ID: "per_v", Memberships: []den.Membership{{Role: den.SupplierMember, In: r.supplier.ID}}}
		rival := den.Actor{ID: "per_r", Memberships: []den.Membership{{Role: den.SupplierMember, In: "sup_rival"}}}
		r.find(r.member, "")
		v := r.start(time.Hour, r.release("a", fake.Behaviour{}))
		r.phase(v.Entries[0].Lease, den.Live, time.Minute)
		if k := r.known(outsider); k.Tried != 0 || len(k.Trials) != 0 {
			t.Errorf("while it runs: %+v", k)
		}
		r.phase(v.Entries[0].Lease, den.Ended, 2*time.Hour)
		for name, c := range map[string]struct {
			who    den.Actor
			trials int
			named  string
		}{
			"its department": {r.member, 1, v.Name}, "the supplier": {vendor, 1, v.Name}, "another department": {outsider, 0, ""}, "another supplier": {rival, 0, ""},
		} {
			k := r.known(c.who)
			if k.Tried != 1 || len(k.Trials) != c.trials || c.trials > 0 && (k.Trials[0].Name != c.named || k.Trials[0].Version != "a") {
				t.Errorf("%s: %+v", name, k)
			}
		}
		found := r.find(outsider, "bookwell")
		if found.Items[0].Tried != 1 || len(found.Counts[den.FacetEvidence]) != 1 {
			t.Errorf("the index knows of %d trials", found.Items[0].Tried)
		}
	})
}

func (r *rig) known(actor den.Actor) den.Known {
	r.t.Helper()
	v, err := r.o.Product(context.Background(), actor, r.product.ID)
	r.must(err)
	return v.Known
}
