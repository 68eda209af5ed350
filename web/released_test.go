package web_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"innovationden/orchestrator/den"
)

const (
	hostileNotes = "The calendar is quicker.\n<script>alert('notes')</script>"
	hostileParts = `{"bomFormat": "CycloneDX", "specVersion": "1.5", "components": [
		{"name": "<img src=x onerror=alert(1)>", "version": "1.0\u202e\u0007", "licenses": [{"license": {"id": "MIT"}}]},
		{"name": "left-pad", "version": "1.3.0"}]}`
)

// sendSBOM sends a file as the form of a release's page does.
func (v *visitor) sendSBOM(release den.ID, name, text string) *page {
	v.Helper()
	return v.sendFile("/releases/"+string(release)+"/sbom", nil, sentFile{"file", name, []byte(text)})
}

func TestAReleaseSaysWhatIsNewAndWhatItIsBuiltOf(t *testing.T) {
	r := newRig(t)
	first := "/releases/" + string(r.releases[0])
	p := r.visitor("official").get(first)
	p.shows("main", "The calendar is quicker. <script>alert('notes')</script>")
	p.shows("main", "A list of rooms as CSV: name, seats.")
	p.shows("main", "CycloneDX 1.5, 2 components")
	if p.has("main form") {
		t.Error("a department is offered to add an SBOM")
	}
	parts := r.visitor("official").get(first + "/sbom")
	parts.shows("tbody th", "<img src=x onerror=alert(1)>")
	parts.shows("tbody", "left-pad")
	if strings.Contains(parts.Text, "\u202e") {
		t.Error("a sign that turns the line round is shown")
	}
	t1 := r.trial()
	asked := r.visitor("official").get("/trials/" + string(t1.ID))
	if !asked.has(`main a[href="` + first + `"]`) {
		t.Error("the trial does not lead to the release")
	}
	if r.visitor("evaluator").get("/trials/" + string(t1.ID)).has(`main a[href="` + first + `"]`) {
		t.Error("who may not read the techmap is led to the release")
	}
	draft, err := r.den.AddTrial(context.Background(), r.people["official"].Act(), den.NewTrial{Name: "Next", Question: "Is it quick?", Releases: r.releases})
	r.must(err)
	r.visitor("official").get("/trials/"+string(draft.ID)+"/set-up/data").shows("main dl", "A list of rooms as CSV: name, seats.")
	r.visitor("rival").get(first).shows("main", "CycloneDX 1.5, 2 components")
	if got := r.visitor("rival").get(first + "/sbom"); got.Status != http.StatusForbidden {
		t.Errorf("another supplier reads it: %d", got.Status)
	}
	file := r.visitor("engineer").get(first + "/sbom/file")
	if how := file.Header.Get("Content-Disposition"); how != "attachment; filename=bookwell.cdx.json" || file.Header.Get("Content-Type") != "application/octet-stream" || file.Text != hostileParts {
		t.Errorf("the file came as %q %q: %s", how, file.Header.Get("Content-Type"), file.Text)
	}
}

func TestAnSBOMIsAddedOnceByItsSupplier(t *testing.T) {
	r := newRig(t)
	made, err := r.den.AddRelease(context.Background(), den.System(), den.NewRelease{Product: r.bookwell.ID, Version: "1.1", Image: "bookwell:1.0"})
	r.must(err)
	v := r.visitor("engineer")
	v.get("/releases/"+string(made.ID)).shows("main form[action$='/sbom']", "CycloneDX or SPDX")
	for text, says := range map[string]string{
		"no JSON": "Save it as CycloneDX JSON or SPDX JSON", "{}": "says of itself neither", strings.Repeat(" ", den.MostSBOM+1): "Choose an SBOM of at most 8 MB",
	} {
		got := v.sendSBOM(made.ID, "sbom.json", text)
		got.shows(`.govuk-error-summary a[href="#file"]`, says)
		if got.Status != http.StatusUnprocessableEntity {
			t.Errorf("%.10q: %d", text, got.Status)
		}
	}
	v.sendSBOM(made.ID, "", "").shows(`.govuk-error-summary a[href="#file"]`, "Choose a file")
	var many []map[string]string
	for n := range 450 {
		many = append(many, map[string]string{"name": fmt.Sprintf("part-%03d", n), "versionInfo": "1", "licenseDeclared": "MIT"})
	}
	text, err := json.Marshal(map[string]any{"spdxVersion": "SPDX-2.3", "packages": many})
	r.must(err)
	v.follow(v.sendSBOM(made.ID, "many.spdx.json", string(text))).shows("main", "SPDX 2.3, 450 components")
	if got := v.sendSBOM(made.ID, "other.json", hostileParts); got.Status != http.StatusConflict {
		t.Errorf("another SBOM: %d", got.Status)
	}
	list := "/releases/" + string(made.ID) + "/sbom"
	v.get(list).shows("main", "1 to 200 of 450 components")
	last := v.get(list + "?from=401")
	last.shows("main", "401 to 450 of 450 components")
	last.shows("tbody", "part-449")
	v.get(list+"?from=99999999999999999999").shows("main", "of 450 components")
}

// Who looks for a release looks for the newest: on the page of a product, and where a trial
// is set up.
func TestReleasesAreShownTheNewestFirst(t *testing.T) {
	r := newRig(t)
	for _, version := range []string{"1.1", "1.2"} {
		_, err := r.den.AddRelease(context.Background(), den.System(), den.NewRelease{Product: r.bookwell.ID, Version: version, Image: "bookwell:1.0"})
		r.must(err)
	}
	draft, err := r.den.AddTrial(context.Background(), r.people["official"].Act(), den.NewTrial{Name: "Next", Question: "Is it quick?"})
	r.must(err)
	for what, text := range map[string]string{
		"the product": r.visitor("engineer").get("/products/" + string(r.bookwell.ID)).said(),
		"the choices": r.visitor("official").get("/trials/" + string(draft.ID) + "/set-up/products").said(),
	} {
		last := -1
		for _, version := range []string{"1.2", "1.1", "1.0"} {
			label := version + ": see this release"
			if what == "the choices" {
				label = "Bookwell, version " + version
			}
			at := strings.Index(text, label)
			if at <= last {
				t.Errorf("%s: %q stands at %d, after %d in %s", what, label, at, last, text)
			}
			last = at
		}
	}
}
