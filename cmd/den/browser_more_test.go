package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
)

// toursMore looks at what is measured and cited, at what a release is built of, and at
// what the den keeps.
func (d *seenDen) toursMore(t *testing.T, made *seenTrial) {
	b := made.official.in(t)
	b.reaches(made.path + "/measured")
	b.look("measured")
	b.fetches(made.path + "/measured/data")
	b.open("/trials")
	b.press("Booking appointments at local offices")
	cite := b.at() + "/cite"
	b.reaches(cite)
	b.look("citable")
	b.press("Cite this result")
	b.look("cite")
	b.press("Cite it")
	b.until(`document.querySelector('.govuk-error-summary')`)
	b.look("cite-wrong")
	b.write("#why", "It asked the same of the same products.")
	b.press("Cite it")
	b.reaches(cite)
	b.look("citable-cited")
	b.press("Do not cite it")
	b.look("uncite")
	b.reaches("/me/data")
	b.look("data")
	b.reaches("/me/data/remove")
	b.look("data-remove")
	b.press("Remove the personal data")
	b.until(`document.querySelector('.govuk-error-summary')`)
	b.look("data-wrong")
	b.fetches("/me/data/file")
	b.isQuiet()
	d.toursParts(t)
	d.toursKept(t)
}

// toursParts has a supplier say what a release is built of.
func (d *seenDen) toursParts(t *testing.T) {
	b := d.person(t)
	b.open("/products")
	b.signIn("Kasia Nowak")
	b.press("Bookwell")
	release := read[string](b, `document.querySelector('main a[href^="/releases/"]').pathname`)
	b.reaches(release)
	b.look("released")
	b.press("Add the SBOM")
	b.until(`document.querySelector('.govuk-error-summary')`)
	b.look("released-wrong")
	parts := filepath.Join(t.TempDir(), "bookwell.cdx.json")
	if err := os.WriteFile(parts, []byte(`{"bomFormat": "CycloneDX", "specVersion": "1.5", "components": [{"type": "library", "name": "left-pad", "version": "1.3.0"}]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	b.do(chromedp.SetUploadFiles(`input[type=file]`, []string{parts}, chromedp.ByQuery))
	b.press("Add the SBOM")
	b.shows("main", "1 component")
	b.reaches(release + "/sbom")
	b.look("sbom")
	b.fetches(release + "/sbom/file")
	b.open("/")
	b.reaches(read[string](b, `document.querySelector('main a[href^="/suppliers/"]').pathname`) + "/overview")
	b.look("overview")
	b.isQuiet()
}

// toursKept looks at what the den keeps about people, how long, and where its own time
// and memory go.
func (d *seenDen) toursKept(t *testing.T) {
	b := d.person(t)
	b.open("/people")
	b.signIn("Sam Whitfield")
	theirs := read[string](b, `document.querySelector('main a[href$="/data"]').pathname`)
	b.reaches(theirs)
	b.look("data-of")
	b.reaches(theirs + "/remove")
	b.look("data-of-remove")
	b.fetches(theirs + "/file")
	for _, one := range [][2]string{{"/host/retention", "retention"}, {"/host/profiles", "profiles"}} {
		b.reaches(one[0])
		b.look(one[1])
	}
	b.fetches("/host/profiles/heap", "/host/profiles/goroutines", "/host/profiles/cpu?seconds=1")
	b.isQuiet()
}
