package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// seenTrial is the trial of the story, as it is known to the pages.
type seenTrial struct {
	name     string
	path     string   // of its page
	boxes    []string // paths of its sandboxes
	official *tab
}

func evaluate(expression string) chromedp.Action { return chromedp.Evaluate(expression, nil) }

// setsUp has the civil servant go through the whole task list.
func (d *seenDen) setsUp(t *testing.T, made *seenTrial) {
	b := d.person(t)
	b.open("/")
	b.shows("h1", "Sign in")
	b.look("sign-in")
	b.signIn("Priya Shah")
	b.shows("h1", "What needs you")
	b.look("home-official")

	b.press("Set up a trial")
	b.look("trial-new")
	b.press("Save and continue")
	b.until(`document.querySelector('.govuk-error-summary')`)
	b.look("trial-new-wrong")
	b.write("#name", made.name)
	b.write("#question", "Can parents find, make and change an appointment without calling us?")
	b.press("Save and continue")
	b.shows("h1", "Set up a trial")
	b.look("set-up")
	base := strings.TrimSuffix(b.at(), "/set-up")

	b.press("What the trial is about")
	b.look("set-up-about")
	b.press("Save and continue")

	b.press("Products to try")
	b.look("set-up-products")
	b.press("Save and continue")
	b.shows(".govuk-error-summary", "Select at least one product")
	b.look("set-up-products-wrong")
	b.choose("Bookwell")
	b.choose("Slotwise")
	b.press("Save and continue")

	b.press("How products are scored")
	b.look("set-up-scheme")
	b.choose("First look")
	b.press("Save and continue")

	b.press("What counts how much")
	b.look("set-up-weights")
	b.write("#weight-does-the-job", "27")
	b.press("Save and continue")
	b.shows(".govuk-error-summary", "add up to 100. They add up to 99 now.")
	b.look("set-up-weights-wrong")
	b.write("#weight-easy-to-use", "21")
	b.press("Save and continue")

	b.press("Tasks for the evaluators")
	b.look("set-up-tasks")
	b.write("#tasks", "Book an appointment for next week\nFind it again\n\nCancel it")
	b.press("Save and continue")

	b.press("Evaluators")
	b.look("set-up-people")
	b.choose("Tom Okafor")
	b.press("Save and continue")

	b.press("Size and length")
	b.write("#length", "soon")
	b.press("Save and continue")
	b.until(`document.querySelector('.govuk-error-summary')`)
	b.look("set-up-size-wrong")
	b.write("#length", "4 hours")
	b.press("Save and continue")
	for _, said := range []string{made.name, "2 products", "First look", "2 weights differ", "3 tasks", "1 person", "4 hours"} {
		b.shows("main", said)
	}
	b.look("set-up-done")

	b.press("Check your answers")
	for _, said := range []string{"2 products start as soon as you select “Start the trial”", "Nothing in them can reach the internet", "Tom Okafor", "It costs about £", "Do not enter real people’s data"} {
		b.shows("main", said)
	}
	b.look("set-up-check")
	b.press("Start the trial")
	b.do(evaluate(`window.isTheSamePage = true`))
	b.shows("h1", made.name)
	b.shows(".govuk-notification-banner--success", "The trial has started")
	made.path, made.official = base, b
	if b.at() != base {
		t.Errorf("after the start the page is %s, not the trial %s", b.at(), base)
	}
}

// tagsSay says in the page that the tags of all entries, in their order, say so.
func tagsSay(tags ...string) string {
	return fmt.Sprintf(`[...document.querySelectorAll('.den-column .govuk-tag')].map((one) => one.innerText.trim()).join() === %q`, strings.Join(tags, ","))
}

// opens follows both products until they are ready, and uses them at their addresses.
func (d *seenDen) opens(t *testing.T, made *seenTrial) {
	b := made.official.in(t)
	b.until(tagsSay("Ready", "Ready"))
	b.until(`document.querySelector('.den-column dl')`)
	if !read[bool](b, `window.isTheSamePage`) {
		t.Error("the page was loaded again to say that the products are ready")
	}
	b.shows("main", "Do not enter real people’s data")
	b.look("trial")
	made.boxes = read[[]string](b, `[...document.querySelectorAll('.den-column a[href^="/sandboxes/"]')].map((one) => one.pathname)`)
	if len(made.boxes) != 2 {
		t.Fatalf("the trial's sandboxes are %q", made.boxes)
	}

	bookwell := b.opened(d, "Open Bookwell")
	bookwell.until(`location.hostname.endsWith('.localhost') && document.querySelector('h1')?.innerText.includes('Book an appointment')`)
	bookwell.do(chromedp.Click(`input[name=service]`, chromedp.ByQuery), chromedp.Click(`input[name=office]`, chromedp.ByQuery),
		evaluate(`document.querySelector('#week').selectedIndex = 1`))
	bookwell.press("Show free times")
	bookwell.do(chromedp.Click(`.slot label`, chromedp.ByQuery))
	bookwell.press("Continue")
	bookwell.write("#name", "Asha Example")
	bookwell.write("#email", "asha@example.com")
	bookwell.write("#phone", "01632 960 001")
	bookwell.press("Book this appointment")
	bookwell.shows("h1", "Appointment booked")
	bookwell.isQuiet()

	slotwise := b.opened(d, "Open Slotwise")
	slotwise.until(`location.hostname.endsWith('.localhost') && document.title.includes('Slotwise')`)
	if read[string](bookwell, `location.hostname`) == read[string](slotwise, `location.hostname`) {
		t.Error("both products are at one address")
	}

	// Nobody else's browser gets in by the address alone.
	stranger := d.person(t)
	stranger.do(chromedp.Navigate(read[string](bookwell, `location.origin + '/find'`)))
	stranger.until(`document.querySelector('h1')`)
	if said := stranger.text(); strings.Contains(said, "Bookwell") {
		t.Errorf("a stranger sees the product: %s", said)
	}

	// What somebody else does shows on the page that is open.
	b.front()
	operator := d.person(t)
	operator.open(made.boxes[1])
	operator.signIn("Sam Whitfield")
	operator.look("sandbox-operator")
	operator.press("Pause it")
	operator.look("sandbox-pause")
	operator.press("Pause it")
	b.until(tagsSay("Ready", "Paused"))
	operator.until(`document.querySelector('a[href$="/resume"]')`)
	operator.look("sandbox-paused")
	operator.press("Let it go on")
	operator.look("sandbox-resume")
	operator.press("Let it go on")
	b.until(tagsSay("Ready", "Ready"))
	if !read[bool](b, `window.isTheSamePage`) {
		t.Error("the page was loaded again to say that a product was paused")
	}
	b.isQuiet()
	operator.isQuiet()
}

// scores has the evaluator come by a link and score both products.
func (d *seenDen) scores(t *testing.T, made *seenTrial) {
	b := d.person(t)
	b.open(made.path)
	b.signIn("Tom Okafor")
	b.shows("h1", made.name)
	b.look("trial-evaluator")

	b.press("Score Bookwell")
	b.shows("h1", "Declare your interests")
	b.look("declare")
	b.choose("No interest")
	b.press("Declare")
	b.look("assess")
	b.keepsEvidence()
	marks := b.marks()
	for _, name := range marks[1:] {
		b.do(chromedp.Click(fmt.Sprintf(`input[name=%q][value="4"]`, name), chromedp.ByQuery))
		b.write("#"+strings.Replace(name, "mark-", "reason-", 1), "Seen in the second task.")
	}
	b.write("#"+strings.Replace(marks[0], "mark-", "reason-", 1), "Cannot cancel online.")
	b.press("Submit my scores")
	b.until(`document.title.startsWith('Error: ')`)
	b.look("assess-wrong")
	b.do(chromedp.Click(`.govuk-error-summary a`, chromedp.ByQuery))
	b.until(fmt.Sprintf(`document.activeElement.name === %q`, marks[0]))
	if lost := read[int](b, `[...document.querySelectorAll('textarea[name^=reason-]')].filter((one) => one.value === '').length`); lost > 0 {
		t.Errorf("%d reasons were lost by the error", lost)
	}
	b.do(chromedp.Click(`input:focus`, chromedp.ByQuery))
	b.press("Submit my scores")
	b.shows(".govuk-notification-banner", "submitted")
	b.press("Your scores for Bookwell")
	b.look("assess-submitted")
	b.press(made.name)

	b.press("Score Slotwise")
	said := `document.querySelector('[data-autosave-said]').innerText`
	b.do(chromedp.Click(fmt.Sprintf(`input[name=%q][value="2"]`, marks[0]), chromedp.ByQuery))
	b.until(said + ` === 'Saved'`)
	// The session runs out while the evaluator types.
	b.do(network.ClearBrowserCookies())
	reason := "#" + strings.Replace(marks[0], "mark-", "reason-", 1)
	b.write(reason, "Half of the tasks need a mouse.")
	b.do(evaluate(`document.activeElement.blur()`))
	b.until(said + `.startsWith('Not saved. You are signed out')`)
	b.shoot("assess-signed-out-1280")
	b.open(b.at())
	b.shows("h1", "Sign in")
	b.signIn("Tom Okafor")
	b.until(fmt.Sprintf(`document.querySelector(%q).value === 'Half of the tasks need a mouse.'`, reason))
	b.until(said + ` === 'Saved'`)
	for _, name := range marks[1:] {
		b.do(chromedp.Click(fmt.Sprintf(`input[name=%q][value="3"]`, name), chromedp.ByQuery))
		b.write("#"+strings.Replace(name, "mark-", "reason-", 1), "It took two tries.")
	}
	b.press("Submit my scores")
	b.shows(".govuk-notification-banner", "submitted")
	b.open("/")
	b.look("home-evaluator")
	b.isQuiet()
}

// marks are the names of the questions of the form that is open.
func (b *tab) marks() []string {
	b.Helper()
	names := read[[]string](b, `[...new Set([...document.querySelectorAll('input[name^=mark-]')].map((one) => one.name))]`)
	if len(names) < 3 {
		b.Fatalf("the form asks for %q", names)
	}
	return names
}

// decides reads the report, decides, ends one product and then the trial, and reads the
// receipt, the record and the operator's page.
func (d *seenDen) decides(t *testing.T, made *seenTrial) {
	b := made.official.in(t)
	b.open("/")
	b.shows("main", "Decide on "+made.name)
	b.press("Decide on " + made.name)
	b.shows("h1", made.name)
	b.shows("main", "Seen in the second task.")
	b.look("report")
	b.press("Record the decision")
	b.look("decide")
	b.press("Record the decision")
	b.until(`document.querySelector('.govuk-error-summary')`)
	b.look("decide-wrong")
	b.choose("Proceed")
	b.do(evaluate(`const choice = document.querySelector('#chosen'); choice.value = [...choice.options].find((one) => one.text.includes('Bookwell')).value`))
	b.write("#why", "People finish every task with it but one, and the supplier has a date for that.")
	b.press("Record the decision")
	b.shows("main", "Proceed: Bookwell")
	b.look("report-decided")

	// One product ends, from its own page, which says so by itself.
	b.open(made.boxes[0])
	b.until(`document.querySelector('main').innerText.includes('MB of')`)
	b.look("sandbox")
	b.press("Remove it now")
	b.look("sandbox-end")
	b.write("#why", "Seen enough of it.")
	b.press("Remove it now")
	b.do(evaluate(`window.isTheSamePage = true`))
	b.until(`document.querySelector('#now .govuk-tag').innerText.trim() === 'Removed'`)
	if !read[bool](b, `window.isTheSamePage`) {
		t.Error("the page was loaded again to say that the product is removed")
	}
	b.look("sandbox-gone")
	b.press("Receipt for Bookwell")
	b.shows("h1", "Removed at ")
	b.shows("main", "We looked twice and found nothing left.")
	b.look("receipt")

	b.open(made.path)
	b.look("trial-one-gone")
	b.press("End this trial now")
	b.look("trial-end")
	b.press("End the trial")
	b.do(evaluate(`window.isTheSamePage = true`))
	b.until(tagsSay("Removed", "Removed"))
	b.press("What happened in this trial")
	b.shows("main", "Seen enough of it.")
	b.look("record-trial")
	b.open(made.path)
	b.look("trial-finished")
	b.isQuiet()

	operator := d.person(t)
	operator.open("/host")
	operator.signIn("Sam Whitfield")
	operator.shows("main", "Booking appointments at local offices")
	operator.look("host")
	operator.open("/host/sandboxes") // where the host page leads once it has more than a page of them
	operator.shows("main", "Booking appointments at local offices")
	operator.look("host-sandboxes")
	operator.isQuiet()
}
