package main

import (
	"fmt"
	"testing"
)

// keepsEvidence has an evaluator keep what the product printed beside the first question,
// and come back to the form.
func (b *tab) keepsEvidence() {
	b.Helper()
	form := b.at()
	b.press("Add evidence")
	b.look("evidence-none")
	b.press("Keep it")
	b.until(`document.querySelector('.govuk-error-summary')`)
	b.look("evidence-wrong")
	b.choose("A stretch of the log")
	b.write("#from", "1")
	b.write("#to", "1")
	b.press("Keep it")
	b.shows("main", "log-1-1.txt")
	b.look("evidence")
	said := `fetch(document.querySelector('main a[href*="/evidence/"]').href).then((got) => got.text()).then((text) => { window.kept = text }); 0`
	b.do(evaluate(said))
	b.until(`window.kept && window.kept.length > 1`)
	b.reaches(read[string](b, `document.querySelector('main a[href$="/remove"]').pathname`))
	b.look("evidence-remove")
	b.open(form)
	b.shows("main", "1 piece kept")
}

// toursAssess looks at how a trial is scored: its protocol, interests, prices, marks and
// schemes, before the decision and after.
func (d *seenDen) toursAssess(t *testing.T, made *seenTrial) {
	b := made.official.in(t)
	b.open(made.path)
	summary := read[string](b, `document.querySelector('a[href$="/summary"]').pathname`)
	for _, one := range []struct{ path, name, says string }{
		{made.path + "/protocol", "protocol", "before the first sandbox started"}, {made.path + "/interests", "interests", "Tom Okafor"},
		{made.path + "/prices", "prices-decided", "No price was entered"}, {made.path + "/consensus", "consensus-locked", "The marks were locked on"},
		{summary, "summary", "Proceed"},
	} {
		b.open(one.path)
		b.shows("main", one.says)
		b.look(one.name)
	}
	b.open("/trials")
	b.press("Booking appointments at local offices")
	running := b.at()
	b.open(running + "/amend")
	tom := read[string](b, `document.getElementById([...document.querySelectorAll('label')].find((one) => one.innerText.includes('Tom Okafor')).htmlFor).value`)
	b.look("amend")
	b.press("Amend the protocol")
	b.until(`document.querySelector('.govuk-error-summary')`)
	b.look("amend-wrong")
	b.open(made.path + "/interests/" + tom)
	b.look("interest")
	b.open(running + "/prices")
	b.press("Save prices")
	b.until(`document.querySelector('.govuk-error-summary')`)
	b.look("prices-wrong")
	b.open(running + "/consensus")
	b.look("consensus")
	b.open(running + "/consensus/lock")
	b.press("Lock the marks")
	b.until(`document.querySelector('.govuk-error-summary')`)
	b.look("lock-wrong")
	// What is said of a mark leads to where it is agreed.
	b.do(evaluate(`document.querySelector('.govuk-error-summary a').click()`))
	b.until(fmt.Sprintf(`location.pathname === %q && document.querySelector(location.hash)`, running+"/consensus"))

	operator := d.person(t)
	operator.open("/schemes")
	operator.signIn("Sam Whitfield")
	operator.look("schemes")
	operator.press("First look, version 1")
	operator.look("scheme")
	operator.press("Make a new version")
	operator.look("scheme-edit")
	operator.press("Add this version")
	operator.until(`document.querySelector('.govuk-error-summary')`)
	operator.look("scheme-edit-wrong")
	b.isQuiet()
	operator.isQuiet()
}
