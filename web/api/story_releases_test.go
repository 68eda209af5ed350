package api_test

import (
	"bytes"
	"strings"
	"time"

	"innovationden/sandbox"
	"innovationden/sandbox/fake"
	"innovationden/web/api/contract"
)

// offer adds organisations, a product and a release of each kind.
func (s *story) offer() {
	w, ctx := s.w, s.ctx
	dep, err := s.ops.AddDepartmentWithResponse(ctx, nil, contract.NewOrganisation{Name: "Department of Trying"})
	told(w, dep.JSON201, err, dep.Body)
	sup, err := s.ops.AddSupplierWithResponse(ctx, nil, contract.NewSupplier{Name: "Tryware"})
	supplier := told(w, sup.JSON201, err, sup.Body)
	pro, err := s.ops.AddProductWithResponse(ctx, nil, contract.NewProduct{Name: "Try", Supplier: supplier.Id})
	told(w, pro.JSON201, err, pro.Body)
	s.describe(supplier.Id)
	s.sheets()
	own := string(w.products[0].ID)
	rel, err := s.vendor.AddReleaseWithResponse(ctx, own, nil, contract.NewRelease{Version: "2.0", Image: new(oneImage), Env: &[]string{"MODE=trial"}, Notes: new("It is quicker."), Needs: new("A list of rooms.")})
	first := told(w, rel.JSON201, err, rel.Body)
	s.built(first.Id)
	archive := []byte("what docker save writes")
	w.engine.AddArchive(archive, sandbox.Image{Ports: []int{8080}}, fake.Behaviour{ListensAfter: 200 * time.Millisecond, Use: sandbox.Use{Memory: 2 << 20}, Log: "hello\n"})
	arc, err := s.vendor.AddReleaseArchiveWithBodyWithResponse(ctx, own, &contract.AddReleaseArchiveParams{Version: "3.0"}, "application/x-tar", bytes.NewReader(archive))
	second := told(w, arc.JSON201, err, arc.Body)
	s.releases = []string{first.Id, second.Id}
	sta, err := s.vendor.AddStackWithResponse(ctx, own, nil, contract.NewStack{Version: "4.0", Compose: "web " + oneImage})
	if got := told(w, sta.JSON201, err, sta.Body); got.Services == nil || (*got.Services)[0] != "web" || (*got.Images)[oneImage] != got.Image {
		s.t.Errorf("the stack is %+v", got)
	}
	w.engine.AddArchive([]byte("two"), sandbox.Image{Names: []string{"come:along"}, Ports: []int{8080}}, fake.Behaviour{})
	com, err := s.vendor.AddStackArchiveWithBodyWithResponse(ctx, own, "multipart/form-data; boundary=edge", strings.NewReader(stackBody("web come:along", "two")))
	if got := told(w, com.JSON201, err, com.Body); got.From != "compose.yaml" || (*got.Images)["come:along"] != got.Image {
		s.t.Errorf("the stack is %+v", got)
	}

	one, err := s.vendor.GetReleaseWithResponse(ctx, second.Id)
	if got := told(w, one.JSON200, err, one.Body); got.Version != "3.0" {
		s.t.Errorf("the release is %+v", got)
	}
	flight, err := s.vendor.StartPreflightWithResponse(ctx, first.Id, nil)
	tried := told(w, flight.JSON201, err, flight.Body)
	same, err := s.vendor.GetPreflightWithResponse(ctx, tried.Id)
	flights, err2 := s.vendor.ListPreflightsWithResponse(ctx, first.Id)
	if got := told(w, same.JSON200, err, same.Body); got.Id != tried.Id || len(told(w, flights.JSON200, err2, flights.Body).Items) != 1 || len(got.Checks) != 8 {
		s.t.Errorf("the preflight is %+v", got)
	}
	pushes, err := s.vendor.ListPushesWithResponse(ctx, own)
	if got := told(w, pushes.JSON200, err, pushes.Body); len(got.Items) != 0 {
		s.t.Errorf("pushed: %+v", got.Items)
	}
	all, err := s.vendor.ListReleasesWithResponse(ctx, own, nil)
	if got := told(w, all.JSON200, err, all.Body); len(got.Items) != 5 {
		s.t.Errorf("there are %d releases", len(got.Items))
	}
	view, err := s.vendor.GetProductWithResponse(ctx, own)
	if got := told(w, view.JSON200, err, view.Body); len(got.Releases) != 5 {
		s.t.Errorf("the product has %d releases", len(got.Releases))
	}
	deps, err := s.vendor.ListDepartmentsWithResponse(ctx, nil)
	told(w, deps.JSON200, err, deps.Body)
	sups, err := s.vendor.ListSuppliersWithResponse(ctx, nil)
	told(w, sups.JSON200, err, sups.Body)
	pros, err := s.vendor.ListProductsWithResponse(ctx, nil)
	told(w, pros.JSON200, err, pros.Body)
}
