package web_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"innovationden/orchestrator/den"
)

// refusedFor fills in a form, sends it, and wants it shown again with these sentences.
func (b *browser) refusedFor(fields typed, button string, says ...string) {
	b.Helper()
	text, err := json.Marshal(fields)
	b.must(err)
	if _, err := chromedp.RunResponse(b.ctx, chromedp.Evaluate(fmt.Sprintf(filled, text, button), nil)); err != nil {
		b.Fatal(err)
	}
	summary := b.reads(`document.querySelector('.govuk-error-summary')?.innerText ?? ''`)
	for _, one := range says {
		if !strings.Contains(summary, one) {
			b.Errorf("%s does not say %q: %q\n%s", b.reads(`location.pathname`), one, summary, b.reads(`document.querySelector('main').innerText`))
		}
	}
	if title := b.reads(`document.title`); !strings.HasPrefix(title, "Error: ") {
		b.Errorf("the title of a form with errors is %q", title)
	}
}

// tab is another tab of the same person.
func (b *browser) tab() *browser {
	b.Helper()
	ctx, leave := chromedp.NewContext(b.ctx)
	b.Cleanup(leave)
	b.must(chromedp.Run(ctx)) // opens it, for as long as ctx lasts
	other := &browser{rig: b.rig, ctx: ctx}
	other.width(1280)
	return other
}

// A panel in Chromium: a draft that is set up in two tabs, two evaluators with what they
// forget and put right, a chair whose consensus is refused and corrected, a dissent, and
// the people who may only look. No name is told to an evaluator before the lock, in the
// title and the address neither.
func TestChromiumPanelOfTwo(t *testing.T) {
	r := newRig(t)
	b := r.browser()
	b.width(1280)
	b.as("official")
	b.open("/trials/new")
	b.sends(typed{"name": {"Booking a room"}, "question": {"Can people book without calling us?"}}, "button.govuk-button")
	base := strings.TrimSuffix(b.reads(`location.pathname`), "/set-up")
	id := den.ID(strings.TrimPrefix(base, "/trials/"))

	// Two tabs of one draft: different steps do not conflict, the same step shows both.
	other := b.tab()
	other.open(base + "/set-up/tasks")
	late := b.tab()
	late.open(base + "/set-up/tasks")
	b.open(base + "/set-up/products")
	b.sends(typed{"releases": {string(b.releases[0]), string(b.releases[1])}}, "button.govuk-button")
	b.open(base + "/set-up/scheme")
	b.sends(typed{"scheme": {"first-look.1"}}, "button.govuk-button")
	b.open(base + "/set-up/people")
	b.sends(typed{"blind": {"yes"}, "rule": {"The highest total."}}, "button.govuk-button")
	other.sends(typed{"tasks": {"Book a room"}}, "button.govuk-button")
	late.refusedFor(typed{"tasks": {"Cancel a booking"}}, "button.govuk-button", "or you did in another tab")
	late.says([]string{"What is there now", "Book a room"})
	if typed := late.reads(`document.querySelector('#tasks').value`); typed != "Cancel a booking" {
		t.Errorf("what was typed is now %q", typed)
	}
	late.check("panel-step-stale-1280")
	late.width(320)
	late.check("panel-step-stale-320")
	late.sends(typed{"tasks": {"Book a room\nCancel a booking"}}, "button.govuk-button")

	// Names are hidden from somebody.
	b.open(base + "/set-up/check")
	b.refusedFor(typed{}, "button.govuk-button", "Choose the evaluators from whom names are hidden")
	b.open(base + "/set-up/people")
	evaluators := []string{"evaluator", "newcomer"}
	people := []string{string(b.people[evaluators[0]].ID), string(b.people[evaluators[1]].ID)}
	b.sends(typed{"evaluators": people}, "button.govuk-button")
	b.open(base + "/set-up/check")
	b.sends(typed{}, "button.govuk-button")
	trial := r.until(id, ready)

	// The department looks, and is told why it does not score.
	b.open(base)
	b.says([]string{"The evaluators whom the protocol names score these products", "Amend the protocol to name others"}, "Score "+r.bookwell.Name, "Declare my interests")
	b.check("panel-others-1280")
	b.open(base + "/entries/" + string(trial.Entries[0].ID) + "/assess")
	b.says([]string{"Only the evaluators whom the protocol of this trial names score its products"}, "Submit my scores")

	hidden := func(where string) {
		t.Helper()
		whole := b.reads(`document.title + ' ' + location.href + ' ' + document.documentElement.outerHTML`)
		for _, name := range append(names, string(b.releases[0]), string(r.bookwell.ID)) {
			if strings.Contains(whole, name) {
				t.Errorf("%s tells %s", where, name)
			}
		}
	}
	for n, who := range evaluators {
		b.as(who)
		b.open("/")
		b.says([]string{"Booking a room"})
		b.open(base)
		hidden("the trial")
		first := base + "/entries/" + string(trial.Entries[0].ID) + "/assess"
		b.open(first) // leads to the declaration, and from there back
		b.refusedFor(typed{"interest": {"potential"}, "text": {""}}, "button.govuk-button", "Describe the interest")
		b.sends(typed{"interest": {"none"}, "text": {""}}, "button.govuk-button")
		if at := b.reads(`location.pathname`); at != first {
			t.Errorf("after the declaration one is at %s, not at %s", at, first)
		}
		for k, e := range trial.Entries {
			b.open(base + "/entries/" + string(e.ID) + "/assess")
			hidden("the scores")
			marks := scoresOf(trial, n == 1 && k == 0)
			marks["reason-does-the-job"] = []string{""}
			b.refusedFor(marks, "button.govuk-button[value=submit]", "Enter a reason for your answer to")
			b.sends(typed{"reason-does-the-job": {fmt.Sprintf("Seen by %s.", who)}}, "button.govuk-button[value=submit]")
			hidden("what was submitted")
			b.open(base + "/entries/" + string(e.ID) + "/assess")
			b.says([]string{"They cannot change any more", fmt.Sprintf("Seen by %s.", who)})
		}
		b.open("/notices")
		hidden("the notices")
	}
	b.open(base + "/consensus")
	hidden("the consensus")
	b.says([]string{"Seen by evaluator.", "Seen by newcomer."}, "Put my dissent on record") // nothing is agreed yet

	b.as("official")
	b.open(base + "/consensus")
	agreed := typed{}
	for _, e := range trial.Entries {
		for name, value := range scoresOf(trial, false) {
			what, criterion, _ := strings.Cut(name, "-")
			agreed[what+"-"+string(e.ID)+"-"+criterion] = value
		}
	}
	missing := "reason-" + string(trial.Entries[0].ID) + "-does-the-job"
	agreed[missing] = []string{""}
	b.refusedFor(agreed, "button.govuk-button", "Enter the reason for the mark of “")
	b.check("panel-consensus-refused-1280")
	b.sends(typed{missing: {"Talked through."}}, "button.govuk-button") // all else is still there
	b.says([]string{"What the panel agreed is saved"})

	b.as("newcomer")
	b.open(base + "/consensus")
	hidden("what was agreed")
	b.sends(typed{"entry": {string(trial.Entries[0].ID)}, "criterion": {"does-the-job"}, "text": {"It did nothing for me, twice."}}, "button.govuk-button")
	b.says([]string{"dissents: It did nothing for me, twice."})
	hidden("the dissent")

	b.as("official")
	b.open(base + "/consensus/lock")
	b.sends(typed{"how": {"agreed"}}, "button.govuk-button")
	b.open(base + "/consensus")
	b.says([]string{"The marks were locked", "Talked through.", "dissents: It did nothing for me, twice.", r.bookwell.Name})

	// Who has scored sees the names, and what they gave; a late form says why it is closed.
	b.as("evaluator")
	b.open(base + "/report")
	b.says([]string{r.bookwell.Name, r.slotwise.Name})
	b.isQuiet()
}
