package api_test

import (
	"net/http"
	"strings"

	"innovationden/web/api/contract"
)

const shortSBOM = `{"spdxVersion":"SPDX-2.3","packages":[{"name":"tree","versionInfo":"2","licenseDeclared":"MIT"},{"name":"leaf"}]}`

// built gives a release its SBOM, once, and reads what it says.
func (s *story) built(release string) {
	ctx, w := s.t.Context(), s.w
	for range 2 { // the same file again is the same success
		sent, err := s.vendor.AddSBOMWithBodyWithResponse(ctx, release, &contract.AddSBOMParams{Name: new("try.spdx.json")}, "application/octet-stream", strings.NewReader(shortSBOM))
		if got := told(w, sent.JSON201, err, sent.Body); got.Sbom.Components != 2 || got.Sbom.Format != "SPDX 2.3" {
			s.t.Errorf("the SBOM is %+v", got)
		}
	}
	other, err := s.vendor.AddSBOMWithBodyWithResponse(ctx, release, nil, "application/octet-stream", strings.NewReader(strings.Replace(shortSBOM, "leaf", "twig", 1)))
	w.must(err)
	if other.StatusCode() != http.StatusConflict {
		s.t.Errorf("another SBOM: %d %s", other.StatusCode(), other.Body)
	}
	read, err := s.official.GetSBOMWithResponse(ctx, release)
	if got := told(w, read.JSON200, err, read.Body); len(got.Items) != 2 || got.Items[0].Name != "tree" || *got.Items[0].Licence != "MIT" || got.Items[1].Version != nil {
		s.t.Errorf("it lists %+v", got.Items)
	}
	file, err := s.official.GetSBOMFileWithResponse(ctx, release)
	w.must(err)
	if string(file.Body) != shortSBOM || !strings.Contains(file.HTTPResponse.Header.Get("Content-Disposition"), "attachment; filename=try.spdx.json") {
		s.t.Errorf("the file is %q %v", file.Body, file.HTTPResponse.Header)
	}
	of, err := s.official.GetReleaseWithResponse(ctx, release)
	if got := told(w, of.JSON200, err, of.Body); got.Sbom == nil || got.Sbom.Name != "try.spdx.json" || *got.Notes != "It is quicker." || *got.Needs != "A list of rooms." {
		s.t.Errorf("the release is %+v", got)
	}
}
