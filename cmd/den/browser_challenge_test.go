package main

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// date fills the three boxes of a date in.
func (b *tab) date(name string, at time.Time) {
	b.Helper()
	b.write("#"+name+"-day", fmt.Sprint(at.Day()))
	b.write("#"+name+"-month", fmt.Sprint(int(at.Month())))
	b.write("#"+name+"-year", fmt.Sprint(at.Year()))
}

// A department publishes a problem, a supplier asks and answers with a product, the
// department answers to all and makes the trial from it; nobody sees who asked.
func (d *seenDen) challenges(t *testing.T) {
	official := d.person(t)
	official.open("/challenges")
	official.signIn("Priya Shah")
	path := d.saysTheProblem(official)
	supplier, rival := d.person(t), d.person(t)
	d.asksAndAnswers(supplier, path)

	official.open("/")
	official.shows("main", "Questions to answer")
	official.shows("main", "Answers to Renewing a parking permit")
	official.look("home-challenge")
	official.press("Renewing a parking permit")
	official.look("challenge-department")
	if said := official.text(); strings.Contains(said, "Kasia") {
		t.Errorf("the department sees who asked: %s", said)
	}
	official.press("Answer this question")
	official.look("challenge-question")
	official.press("Answer to everybody")
	official.until(`document.querySelector('.govuk-error-summary')`)
	official.write("#said", "Do visitors need permits as well?")
	official.write("#answer", "Yes, for a day at a time.")
	official.press("Answer to everybody")
	official.shows(".govuk-notification-banner", "Everybody can read your answer now")

	// Somebody of another supplier reads the answer, and nothing of who asked.
	rival.open(path)
	rival.signIn("Owen Price")
	rival.shows("main", "Do visitors need permits as well?")
	rival.shows("main", "Yes, for a day at a time.")
	for _, at := range []string{path, path + "/pack", "/", "/challenges"} {
		rival.open(at)
		source := read[string](rival, `document.documentElement.outerHTML`)
		if strings.Contains(source, "Kasia") || strings.Contains(source, "Northbridge") {
			t.Errorf("%s says who asked", at)
		}
	}
	d.goesOn(t, official, path)
	supplier.isQuiet()
	rival.isQuiet()
}

// saysTheProblem writes and publishes a challenge, and gives its path.
func (d *seenDen) saysTheProblem(b *tab) string {
	b.Helper()
	b.shows("main", "Booking appointments at local offices")
	b.look("challenges")
	b.press("Say the problem")
	b.look("challenge-new")
	b.press("Save and continue")
	b.until(`document.querySelector('.govuk-error-summary')`)
	b.write("#title", "Renewing a parking permit")
	b.press("Save and continue")
	b.shows("h1", "Say the problem")
	b.look("challenge-set-up")
	path := strings.TrimSuffix(b.at(), "/set-up")

	b.press("What is the problem?")
	b.look("challenge-step-problem")
	b.press("Save and continue")
	b.until(`document.querySelector('.govuk-error-summary')`)
	b.look("challenge-step-wrong")
	b.write("#problem", "People queue for an hour to renew a permit that nobody looks at.\nThey bring the same papers each year.")
	b.do(evaluate(`document.activeElement.blur()`))
	b.until(`document.querySelector('[data-autosave-said]').innerText === 'Saved'`)
	b.open(path + "/set-up")
	b.press("What is the problem?")
	b.until(`document.querySelector('#problem').value.startsWith('People queue')`)
	b.press("Save and continue")

	b.press("Who is affected?")
	b.write("#people", "9,000 residents a year.")
	b.press("Save and continue")
	b.press("What does success look like?")
	b.write("#success", "A permit is renewed in five minutes, from home.")
	b.press("Save and continue")
	b.press("What must any answer live with?")
	b.write("#constraints", "The permits are kept in an old system that stays.")
	b.write("#low", "20,000")
	b.write("#high", "10,000")
	b.press("Save and continue")
	b.until(`document.querySelector('.govuk-error-summary')`)
	b.look("challenge-step-limits-wrong")
	b.write("#high", "50,000")
	b.press("Save and continue")
	b.press("When, and who may be able to help?")
	b.look("challenge-step-plan")
	now := time.Now()
	b.date("questions", now.AddDate(0, 0, 7))
	b.date("answers", now.AddDate(0, 0, 14))
	b.date("trial", now.AddDate(0, 0, 21))
	b.write("#length", "2 days")
	b.do(evaluate(`document.querySelectorAll('details').forEach((one) => { one.open = true })`))
	b.choose("Booking of appointments")
	b.press("Save and continue")
	b.shows("main", "Answers until")
	b.press("See what suppliers will see")
	b.shows("main", "It is not published yet")
	b.open(path + "/set-up")
	b.press("Check your answers and publish")
	b.look("challenge-check")
	b.press("Publish it")
	b.shows(".govuk-notification-banner", "Every supplier can read it now")
	return path
}

// asksAndAnswers has a supplier find the challenge, ask, and answer with a product.
func (d *seenDen) asksAndAnswers(b *tab, path string) {
	b.Helper()
	b.open("/")
	b.signIn("Kasia Nowak")
	b.shows("main", "Challenges for you")
	b.look("home-supplier-challenge")
	b.press("Renewing a parking permit")
	b.look("challenge-supplier")
	b.press("Ask a question")
	b.look("challenge-ask")
	b.press("Send the question")
	b.until(`document.querySelector('.govuk-error-summary')`)
	b.write("#text", "We at a small firm wonder: do visitors need permits as well?")
	b.press("Send the question")
	b.shows(".govuk-notification-banner", "without your name")
	b.press("Answer this challenge")
	b.look("challenge-interest")
	b.press("Send the answer")
	b.until(`document.querySelector('.govuk-error-summary')`)
	b.choose("Bookwell")
	b.write("#advice", "Renew by a link in a letter: nobody has to sign in.")
	b.press("Send the answer")
	b.shows(".govuk-notification-banner", "sent to the department")
	b.open(path + "/interest/take-back")
	b.press("No, go back")
	b.shows("h1", "Renewing a parking permit")
}

// goesOn has the department invite, thank, change, hand out what was told, and set up
// the trial.
func (d *seenDen) goesOn(t *testing.T, b *tab, path string) {
	t.Helper()
	b.open(path + "/answers")
	b.shows("main", "Bookwell")
	b.shows("main", "Offers Booking of appointments: everything that you asked for.")
	b.look("challenge-answers")
	b.press("Invite Harbour & Finch")
	b.shows(".govuk-notification-banner", "invited")
	b.press("Thank them for it")
	b.look("challenge-thank")
	b.press("Say thank you")
	b.until(`document.querySelector('.govuk-error-summary')`)
	b.write("#say", "For the idea of a link in the letter.")
	b.press("Say thank you")
	b.press("Change the challenge")
	b.press("What must any answer live with?")
	b.write("#constraints", "The permits are kept in an old system that stays. It can be asked by a link.")
	b.press("Change it and tell everybody")
	b.until(`document.querySelector('.govuk-error-summary')`)
	b.write("#why", "A supplier had the idea of a link.")
	b.do(evaluate(`const from = document.querySelector('#because'); from.value = [...from.options].find((one) => one.text.includes('Northbridge')).value`))
	b.press("Change it and tell everybody")
	b.shows("main", "The department changed the constraints. Northbridge Software suggested it.")
	b.press("Everything that suppliers were told")
	b.shows("main", "Do visitors need permits as well?")
	b.look("challenge-pack")
	for name, what := range map[string]string{"/pack/text": "Do visitors need permits", "/pack/html": "<!DOCTYPE html>", "/notice/text": "section 17"} {
		b.do(evaluate(fmt.Sprintf(`window.got = ''; fetch(%q).then((one) => one.text().then((text) => { window.got = one.headers.get('Content-Disposition') + text })); 0`, path+name)))
		b.until(`window.got !== ''`)
		got := read[string](b, `window.got`)
		if !strings.HasPrefix(got, "attachment; ") || !strings.Contains(got, what) || strings.Contains(got, "Kasia") {
			t.Errorf("%s is %.200s", name, got)
		}
	}
	b.open(path + "/notice")
	b.shows("main", "Preliminary market engagement notice: DRAFT")
	b.look("challenge-notice")
	b.open(path + "/close")
	b.open(path + "/withdraw")

	b.open(path + "/answers")
	b.press("Set up a trial of these")
	b.until(`document.querySelector('.govuk-error-summary')`)
	b.look("challenge-answers-wrong")
	b.choose("Bookwell")
	b.press("Set up a trial of these")
	b.shows(".govuk-notification-banner", "The trial is set up")
	b.shows("main", "1 product")
	b.shows("main", "2 days")
	b.press("What the trial is about")
	b.until(`document.querySelector('#question').value === 'A permit is renewed in five minutes, from home.'`)
	b.open(path)
	b.shows("main", "Closed")
	b.shows("main", "Trials of this challenge")
	b.open("/challenges?state=withdrawn")
	b.look("challenges-none")
	b.isQuiet()
}
