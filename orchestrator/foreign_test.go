package orchestrator_test

import (
	"strings"
	"testing"

	"innovationden/orchestrator"
	"innovationden/orchestrator/den"
	"innovationden/sandbox"
	"innovationden/sandbox/fake"
)

// Every supplier sees the id of every release's image. It must not be enough to run, and to
// look into, what another supplier brought to the den.
func TestNobodyMakesAReleaseOfWhatAnotherSupplierBrought(t *testing.T) {
	r := newRig(t, func(c *orchestrator.Config) { c.Stacks = paper{} })
	ctx, root := t.Context(), den.System()
	brought := r.engine.AddArchive([]byte("an archive"), sandbox.Image{Names: []string{"den-test/kept:0123"}, Ports: []int{8080}}, fake.Behaviour{})
	public := r.engine.AddImage(sandbox.Image{Names: []string{"nginx:latest"}, Digests: []string{"nginx@sha256:1"}, Ports: []int{8080}}, fake.Behaviour{})
	theirs := r.person("Kasia", den.SupplierMember, r.supplier.ID)
	add := func(who den.Actor, in den.NewRelease) error {
		_, err := r.o.AddRelease(ctx, who, in)
		return err
	}
	r.must(add(theirs, den.NewRelease{Product: r.product.ID, Version: "1", Archive: strings.NewReader("an archive")}))
	r.must(add(theirs, den.NewRelease{Product: r.product.ID, Version: "2", Image: "nginx:latest"}))

	other, err := r.o.AddSupplier(ctx, root, den.NewOrganisation{Name: "Slotwise Ltd"})
	r.must(err)
	product, err := r.o.AddProduct(ctx, root, den.NewProduct{Supplier: other.ID, Name: "Slotwise"})
	r.must(err)
	ours := r.person("Piotr", den.SupplierMember, other.ID)
	for what, name := range map[string]string{"its id": brought, "the den's name of it": "den-test/kept:0123", "the id of what everybody may name": public} {
		for form, in := range map[string]den.NewRelease{"alone": {Image: name}, "in a stack": {Compose: "web " + name + " 8080\n"}} {
			in.Product, in.Version = product.ID, what+form
			if err := add(ours, in); err == nil || !strings.Contains(err.Error(), "There is no image ") {
				t.Errorf("%s %s: %v", what, form, err)
			}
		}
	}
	for form, in := range map[string]den.NewRelease{
		"by a name that the operator gave it": {Image: "nginx:latest"}, "by its digest": {Image: "nginx@sha256:1"}, "in a stack": {Compose: "web nginx:latest 8080\n"},
		"the same archive": {Archive: strings.NewReader("an archive")},
	} {
		in.Product, in.Version = product.ID, form
		if err := add(ours, in); err != nil {
			t.Errorf("%s: %v", form, err)
		}
	}
	if err := add(ours, den.NewRelease{Product: product.ID, Version: "own", Image: brought}); err != nil {
		t.Errorf("the id of what one has oneself: %v", err)
	}
	if err := add(root, den.NewRelease{Product: product.ID, Version: "operator", Image: public}); err != nil {
		t.Errorf("an operator: %v", err)
	}
}

// The sentence stays one that can be read, however much an image declares.
func TestAnImageThatDeclaresTooMuchIsRefusedInAFewWords(t *testing.T) {
	r := newRig(t)
	ports := make([]int, 60_000)
	for i := range ports {
		ports[i] = i + 1
	}
	many := make([]string, sandbox.MaxVolumes+1)
	for i := range many {
		many[i] = "/v" + strings.Repeat("x", i)
	}
	for want, image := range map[string]sandbox.Image{
		"Its image declares 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 59990 more.": {Names: []string{"ports"}, Ports: ports},
		"Remove volumes from the image. It declares 17, at most 16":        {Names: []string{"volumes"}, Ports: []int{80}, Volumes: many},
	} {
		r.engine.AddImage(image, fake.Behaviour{})
		_, err := r.o.AddRelease(t.Context(), den.System(), den.NewRelease{Product: r.product.ID, Version: image.Names[0], Image: image.Names[0]})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.300v, want %q", err, want)
		}
	}
}
