package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// plain is somebody whose browser runs no scripts.
func (d *seenDen) plain(t *testing.T) *tab {
	t.Helper()
	b := d.person(t)
	b.do(emulation.SetScriptExecutionDisabled(true))
	b.isPlain = true
	return b
}

// plainly is the whole story once more, by forms and links alone.
func (d *seenDen) plainly(t *testing.T) {
	b := d.plain(t)
	b.open("/trials/new")
	b.signIn("Priya Shah")
	if read[bool](b, `document.body.classList.contains('js-enabled')`) {
		t.Fatal("a script ran")
	}
	b.write("#question", "Is it quick?")
	b.press("Save and continue")
	b.shows(".govuk-error-summary", "Enter a name for the trial")
	if read[string](b, `document.querySelector('#question').value`) != "Is it quick?" {
		t.Error("what was typed was lost by the error")
	}
	b.write("#name", "Without scripts")
	b.press("Save and continue")
	base := strings.TrimSuffix(b.at(), "/set-up")
	b.press("Products to try")
	b.choose("Bookwell")
	b.choose("Slotwise")
	b.press("Save and continue")
	for _, step := range []string{"How products are scored", "What counts how much", "Size and length"} {
		b.press(step)
		b.press("Save and continue")
	}
	b.press("Tasks for the evaluators")
	b.write("#tasks", "Book an appointment")
	b.press("Save and continue")
	b.press("Evaluators")
	b.choose("Ellen Reid")
	b.press("Save and continue")
	b.press("Check your answers")
	b.press("Start the trial")
	b.look("plain-trial-started")

	// "Update this page" then looks again by itself until both are ready.
	b.press("Update this page")
	b.until(tagsSay("Ready", "Ready"))
	b.look("plain-trial")
	for _, product := range []string{"Bookwell", "Slotwise"} {
		shown := b.opened(d, "Open "+product)
		shown.until(fmt.Sprintf(`location.hostname.endsWith('.localhost') && document.title.includes(%q)`, product))
	}
	d.scoresPlainly(t, base)

	b.open(base + "/report")
	b.shows("main", "It did what I tried.")
	b.press("Record the decision")
	b.choose("Stop")
	b.write("#why", "Neither is what we need.")
	b.press("Record the decision")
	b.shows("main", "Neither is what we need.")
	b.open(base + "/end")
	b.press("End the trial")
	b.shows(".govuk-notification-banner", "being removed")
	b.press("Update this page")
	b.until(`document.querySelectorAll('.den-column a[href$="/receipt"]').length === 2`)
	b.press("Receipt for Slotwise")
	b.shows("main", "We looked twice and found nothing left.")
	b.open("/record?subject=" + strings.TrimPrefix(base, "/trials/"))
	b.shows("main", "Without scripts")
	b.isQuiet()
}

// scoresPlainly has the session run out between a form and its sending.
func (d *seenDen) scoresPlainly(t *testing.T, base string) {
	t.Helper()
	b := d.plain(t)
	b.open(base)
	b.signIn("Ellen Reid")
	for n, product := range []string{"Bookwell", "Slotwise"} {
		b.press("Score " + product)
		if n == 0 {
			b.choose("No interest")
			b.press("Declare")
		}
		marks := b.marks()
		b.press("Submit my scores")
		b.shows(".govuk-error-summary", "Choose a mark")
		for _, name := range marks {
			b.do(chromedp.Click(fmt.Sprintf(`input[name=%q][value="%d"]`, name, 2+n), chromedp.ByQuery))
			b.write("#"+strings.Replace(name, "mark-", "reason-", 1), "It did what I tried.")
		}
		if n == 1 {
			b.do(network.ClearBrowserCookies())
			b.press("Submit my scores")
			b.shows("main", "What you typed is kept on this page")
			b.look("plain-signed-out")
			b.press("Ellen Reid")
			b.shows("h1", "You are signed in again")
			b.look("plain-kept")
			b.press("Send what I typed")
		} else {
			b.press("Submit my scores")
		}
		b.shows(".govuk-notification-banner", "submitted")
	}
	b.isQuiet()
}
