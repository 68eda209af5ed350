package main

import (
	"fmt"
	"strings"
	"testing"
)

// toursRest looks at what is shared, at the techmap and at the record.
func (d *seenDen) toursRest(t *testing.T, made *seenTrial) {
	b := made.official.in(t)
	b.open("/trials")
	b.press("Booking appointments at local offices")
	running := b.at()
	b.reaches(running + "/shares")
	b.look("shares-none")
	b.write("#for", "users of the booking service")
	b.press("Share")
	b.until(`document.querySelector('#link')`)
	b.look("shares")
	link := read[string](b, `document.querySelector('#link').innerText.replace(location.origin, '')`)
	b.reaches("/shared")
	b.look("shared")
	b.open("/trials/new")
	b.write("#name", "A draft with data")
	b.write("#question", "Why?")
	b.press("Save and continue")
	set := b.at()
	for _, step := range []string{"data", "ways", "measuring"} {
		b.reaches(set + "/" + step)
		b.look("set-up-" + step)
	}
	b.reaches(made.boxes[0] + "/mails")
	b.look("mails")
	for _, page := range []string{"/techmap", "/techmap/map", "/techmap/compare"} {
		b.reaches(page)
		b.look(strings.ReplaceAll(page[1:], "/", "-"))
	}
	b.isQuiet()

	guest := d.person(t)
	guest.reaches(link)
	guest.look("visit")
	guest.isQuiet()
	d.toursEntries(t)
	d.toursRecord(t)
}

// toursEntries looks at the entries of the techmap as those who keep them.
func (d *seenDen) toursEntries(t *testing.T) {
	b := d.person(t)
	b.open("/products")
	b.signIn("Sam Whitfield")
	b.press("Bookwell")
	product := b.at()
	supplier := read[string](b, `document.querySelector('main a[href^="/suppliers/"]').pathname`)
	for _, one := range [][2]string{
		{product + "/edit", "product-edit"}, {supplier, "supplier"}, {supplier + "/edit", "supplier-edit"}, {supplier + "/hand-over", "supplier-hand-over"}, {"/techmap/import", "techmap-import"},
	} {
		b.reaches(one[0])
		b.look(one[1])
	}
	b.open(product)
	b.press("Try it now")
	b.shows("h1", "Preflight of Bookwell")
	b.look("preflight")
	b.fetches("/techmap/suppliers.csv", "/techmap/products.csv", "/metrics")
	b.isQuiet()
}

// toursRecord looks at the record as an auditor, and takes what proves it.
func (d *seenDen) toursRecord(t *testing.T) {
	b := d.person(t)
	b.open("/record/key")
	b.look("record-key")
	b.open("/record")
	b.signIn("Ruth Adeyemi")
	b.reaches("/record/1")
	b.look("event")
	b.fetches("/record/export", "/record/checkpoint", "/record/key/file", "/record/1/proof")
	b.isQuiet()
}

// reaches opens a page, and fails where it is not there.
func (b *tab) reaches(path string) {
	b.Helper()
	b.open(path)
	if got := read[int](b, `performance.getEntriesByType('navigation')[0].responseStatus`); got != 200 {
		b.Errorf("%s is %d", path, got)
	}
}

// fetches reads what is to be kept as a file, and fails where it is not there.
func (b *tab) fetches(paths ...string) {
	b.Helper()
	for _, path := range paths {
		b.do(evaluate(fmt.Sprintf(`window.got = 0; fetch(%q).then((got) => { window.got = got.status }); 0`, path)))
		b.until(`window.got`)
		if got := read[int](b, `window.got`); got != 200 {
			b.Errorf("%s is %d", path, got)
		}
	}
}
