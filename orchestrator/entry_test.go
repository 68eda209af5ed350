package orchestrator_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"innovationden/orchestrator"
	"innovationden/orchestrator/den"
	"innovationden/sandbox/fake"
)

func vocabulary() den.Vocabulary {
	return den.Vocabulary{Version: 1, Groups: []den.CapabilityGroup{{ID: "contact", Title: "Contact", Capabilities: []den.Capability{
		{ID: "appointments", Title: "Booking of appointments", Also: []string{"diary"}}, {ID: "queues", Title: "Queues"},
	}}}}
}

func withWords(c *orchestrator.Config) { c.Vocabulary = vocabulary() }

// A trial of products with long names gets a name that it may have.
func TestATrialOfLongNamesHasAName(t *testing.T) {
	r := newRig(t)
	long := strings.Repeat("é", 60)
	_, err := r.o.ChangeProduct(context.Background(), den.System(), r.product.ID, den.ProductChange{Name: long})
	r.must(err)
	v := r.draft(time.Hour, r.release("a", fake.Behaviour{}), r.release("b", fake.Behaviour{}))
	if len(v.Name) > 120 || !strings.HasPrefix(v.Name, "Trial of éé") || !strings.HasSuffix(v.Name, "é…") {
		t.Errorf("%d bytes: %s", len(v.Name), v.Name)
	}
}

func TestADepartmentWritesAnEntryUntilItIsHandedOver(t *testing.T) {
	r := newRig(t, withWords)
	ctx := context.Background()
	s, err := r.o.AddSupplier(ctx, r.member, den.NewOrganisation{Name: "Small Co"})
	r.must(err)
	if s.AddedBy != r.department.ID {
		t.Errorf("added by %q", s.AddedBy)
	}
	in := den.SupplierChange{Name: " Small Co ", SupplierProfile: den.SupplierProfile{
		Size: den.Micro, SME: den.Yes, Place: "  Leeds \n ", Website: "small.example", Frameworks: []string{"G-Cloud 14", "", "G-Cloud 14"},
		Contacts: []den.Contact{{Name: "Sales", Email: "sales@small.example"}, {}},
	}}
	v, err := r.o.ChangeSupplier(ctx, r.member, s.ID, in)
	r.must(err)
	if v.Name != "Small Co" || v.Place != "Leeds" || v.Website != "https://small.example" || !slices.Equal(v.Frameworks, []string{"G-Cloud 14"}) || len(v.Contacts) != 1 || v.AddedByName != r.department.Name {
		t.Errorf("%+v", v)
	}
	p, err := r.o.AddProduct(ctx, r.member, den.NewProduct{Supplier: s.ID, Name: "Diary"})
	r.must(err)
	one, err := r.o.ChangeProduct(ctx, r.member, p.ID, den.ProductChange{Name: "Diary", ProductProfile: den.ProductProfile{
		Capabilities: []string{"queues", "appointments"}, Hosting: []den.Hosting{den.OnSite, den.Hosted}, Price: den.StatedPrice{Basis: den.Free, Pence: 12},
	}})
	r.must(err)
	if !slices.Equal(one.Capabilities, []string{"appointments", "queues"}) || one.Hosting[0] != den.Hosted || one.Price.Pence != 0 {
		t.Errorf("%+v", one.ProductProfile)
	}
	if _, err := r.o.AddRelease(ctx, r.member, den.NewRelease{Product: p.ID, Version: "1", Image: "x"}); den.KindOf(err) != den.Denied {
		t.Errorf("a department offers a release of a supplier's product: %v", err)
	}

	// A member of the supplier takes it over.
	own, err := r.o.AddPerson(ctx, den.System(), den.Person{Name: "Sue", Memberships: []den.Membership{{Role: den.SupplierMember, In: s.ID}}})
	r.must(err)
	if _, err := r.o.ChangeSupplier(ctx, r.member, s.ID, in); den.KindOf(err) != den.Denied {
		t.Errorf("the department still changes it: %v", err)
	}
	if _, err := r.o.ChangeProduct(ctx, r.member, p.ID, den.ProductChange{Name: "Mine"}); den.KindOf(err) != den.Denied {
		t.Errorf("the department still changes its product: %v", err)
	}
	v, err = r.o.ChangeSupplier(ctx, own.Act(), s.ID, in)
	r.must(err)
	if v.HandedOver.IsZero() || v.AddedByName != "" {
		t.Errorf("%+v", v)
	}
	if _, err := r.o.HandOver(ctx, r.member, s.ID, 0); den.KindOf(err) != den.Denied {
		t.Errorf("a department hands over: %v", err)
	}
}

func TestAnotherDepartmentsEntryIsNotOnesOwn(t *testing.T) {
	r := newRig(t, withWords)
	ctx := context.Background()
	other, err := r.o.AddDepartment(ctx, den.System(), den.NewOrganisation{Name: "Other"})
	r.must(err)
	s, err := r.o.AddSupplier(ctx, den.System(), den.NewOrganisation{Name: "Theirs", By: other.ID})
	r.must(err)
	if _, err := r.o.ChangeSupplier(ctx, r.member, s.ID, den.SupplierChange{Name: "Mine"}); den.KindOf(err) != den.Denied {
		t.Errorf("got %v", err)
	}
	if _, err := r.o.AddSupplier(ctx, r.member, den.NewOrganisation{Name: "X", By: other.ID}); den.KindOf(err) != den.Denied {
		t.Errorf("for another department: %v", err)
	}
	if _, err := r.o.ChangeSupplier(ctx, r.member, "sup_none", den.SupplierChange{Name: "Mine"}); den.KindOf(err) != den.NotFound {
		t.Errorf("what is not there: %v", err)
	}
	v, err := r.o.HandOver(ctx, den.System(), s.ID, s.Rev)
	r.must(err)
	if _, err := r.o.ChangeSupplier(ctx, den.System(), s.ID, den.SupplierChange{Name: "X", Rev: s.Rev}); den.KindOf(err) != den.Stale {
		t.Errorf("an old revision: %v", err)
	}
	again, err := r.o.HandOver(ctx, den.System(), s.ID, 0)
	r.must(err)
	if !again.HandedOver.Equal(v.HandedOver) {
		t.Error("handing over twice changed when it was")
	}
}

// Everything that is wrong is said at once, each about its field.
func TestAnEntryThatCannotBeKeptSaysWhy(t *testing.T) {
	r := newRig(t, withWords)
	ctx := context.Background()
	_, err := r.o.ChangeSupplier(ctx, den.System(), r.supplier.ID, den.SupplierChange{SupplierProfile: den.SupplierProfile{
		Size: "huge", SME: "perhaps", Website: "javascript://alert(1)", Summary: strings.Repeat("x", 4001), Accreditations: []string{strings.Repeat("y", 121)},
		Contacts: []den.Contact{{Email: "not an address"}},
	}})
	if got := fields(t, err); !slices.Equal(got, []string{"accreditations", "contacts", "name", "size", "sme", "summary", "website"}) {
		t.Errorf("%v of %v", got, err)
	}
	_, err = r.o.ChangeProduct(ctx, den.System(), r.product.ID, den.ProductChange{Name: "P", ProductProfile: den.ProductProfile{
		Capabilities: []string{"flying"}, DataLocation: "moon", OpenSource: den.Yes, Price: den.StatedPrice{Basis: den.PerYear}, Accessibility: "http://", Description: "a\x00b",
	}})
	if got := fields(t, err); !slices.Equal(got, []string{"accessibility", "capabilities", "data_location", "description", "licence", "price"}) {
		t.Errorf("%v of %v", got, err)
	}
	_, err = r.o.ChangeSupplier(ctx, den.System(), r.supplier.ID, den.SupplierChange{Name: "Big", SupplierProfile: den.SupplierProfile{Size: den.Large, SME: den.Yes}})
	if got := fields(t, err); !slices.Equal(got, []string{"sme"}) {
		t.Errorf("%v of %v", got, err)
	}
}
