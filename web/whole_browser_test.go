package web_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"innovationden/orchestrator/den"
)

// filled has the form of the page that has all these fields take these values, and sends
// it with its own button.
const filled = `(function (fields, button) {
	const named = (form, name) => [...form.elements].filter((one) => one.name === name)
	const form = [...document.querySelectorAll('main form')].find((one) => one.method === 'post' && Object.keys(fields).every((name) => named(one, name).length))
	if (!form) { throw new Error('no form has ' + Object.keys(fields)) }
	for (const [name, values] of Object.entries(fields)) {
		for (const one of named(form, name)) {
			if (one.type === 'radio' || one.type === 'checkbox') { one.checked = values.includes(one.value) } else { one.value = values[0] }
		}
	}
	form.querySelector(button).click()
})(%s, %q)`

type typed map[string][]string

// sends fills in a form, sends it, and waits for a page without a complaint.
func (b *browser) sends(fields typed, button string) {
	b.Helper()
	text, err := json.Marshal(fields)
	b.must(err)
	if _, err := chromedp.RunResponse(b.ctx, chromedp.Evaluate(fmt.Sprintf(filled, text, button), nil)); err != nil {
		b.Fatal(err)
	}
	if b.reads(`document.querySelector('.govuk-error-summary')?.innerText ?? ''`) != "" {
		b.Fatalf("it was not taken: %s", b.reads(`document.querySelector('main').innerText`))
	}
}

func (b *browser) reads(expression string) (text string) {
	b.Helper()
	b.do(chromedp.Evaluate(expression, &text))
	return text
}

// says wants texts on the page, and others not.
func (b *browser) says(want []string, not ...string) {
	b.Helper()
	page := strings.Join(strings.Fields(b.reads(`document.querySelector('main').innerText`)), " ")
	for _, one := range want {
		if !strings.Contains(page, one) {
			b.Errorf("%s does not say %q:\n%s", b.reads(`location.pathname`), one, page)
		}
	}
	for _, one := range not {
		if strings.Contains(page, one) {
			b.Errorf("%s says %q", b.reads(`location.pathname`), one)
		}
	}
}

// A whole trial in Chromium, from protocol to published report: three evaluators who do
// not know the names, an interest, an amendment, a mark that stands apart, a question that
// nobody could test, and two products that end level.
func TestChromiumWholeTrial(t *testing.T) {
	r := newRig(t)
	b := r.browser()
	b.width(1280)
	base := b.startsBlind()
	id := den.ID(strings.TrimPrefix(base, "/trials/"))
	trial := r.until(id, ready)
	evaluators := []string{"evaluator", "colleague", "newcomer"}

	const why = "Nobody had thought of people who change their mind."
	b.open(base + "/amend")
	b.sends(typed{"why": {why}, "tasks": {"Book a room\nCancel it again"}}, "button.govuk-button")
	b.open(base + "/protocol")
	b.says([]string{why, "From “Book a room” to “Book a room Cancel it again”"})
	b.open(base + "/prices")
	prices := typed{}
	for _, e := range trial.Entries {
		prices["price-"+string(e.ID)], prices["basis-"+string(e.ID)] = []string{"12000"}, []string{"For a year."}
	}
	b.sends(prices, "button.govuk-button")
	b.says(nil, "12,000")

	for n, who := range evaluators {
		b.as(who)
		stake := typed{"interest": {"none"}}
		if who == "newcomer" {
			stake = typed{"interest": {"perceived"}, "text": {"A cousin works for a supplier."}}
		}
		b.open(base + "/declare")
		b.sends(stake, "button.govuk-button")
		if who == "newcomer" {
			b.open(base + "/entries/" + string(trial.Entries[0].ID) + "/assess")
			b.says(nil, "Submit my scores") // not before somebody decided
			b.as("official")
			b.open(base + "/interests/" + string(r.people[who].ID))
			b.says([]string{"A cousin works for a supplier."})
			b.sends(typed{"decision": {"continue"}, "why": {"They do not work on this."}}, "button.govuk-button")
			b.as(who)
		}
		for k, e := range trial.Entries {
			b.open(base + "/entries/" + string(e.ID) + "/assess")
			b.says([]string{fmt.Sprintf("Product %d", k+1), why}, append(names, "12,000", "It worked as it should.")...)
			b.sends(scoresOf(trial, n == 2 && k == 0), "button.govuk-button[value=submit]")
		}
	}

	b.as("official")
	b.agreesOn(trial, base)
	b.open(base + "/report")
	// The panel agreed on the same for both, and what was not tested could still tell them apart.
	level := []string{"may come first: it depends on what was not tested", "are level", "Nobody had the papers.", why, "A cousin works for a supplier.", "stands apart from the others", "£12,000"}
	b.says(level)
	ranks := b.reads(`[...[...document.querySelectorAll('table')].find((one) => one.caption.innerText === 'Totals and ranks').tBodies[0].rows].map((row) => row.cells[1].innerText + ' of ' + row.cells[2].innerText).join('|')`)
	if first, second, two := strings.Cut(ranks, "|"); !two || first != second || !strings.HasPrefix(first, "1 of ") {
		t.Errorf("the totals are not level: %q", ranks)
	}
	b.check("whole-report-1280")
	b.open(base + "/decide")
	b.sends(typed{"decision": {string(den.TryAgain)}, "why": {"They are level, and security was not tested."}}, "button.govuk-button")
	b.open(base + "/end")
	b.sends(typed{"why": {"It is decided."}}, "button.govuk-button")
	r.until(id, func(t den.TrialView) bool { return t.State == den.TrialFinished })
	b.open(base + "/publish?part=finding&part=scores&part=decision")
	b.says([]string{"are level"}, names...)
	b.sends(typed{"why": {"Others can use it."}}, "button.govuk-button")

	b.as("stranger")
	b.width(320)
	b.open("/register/" + string(id))
	b.says([]string{"are level", why, "They are level, and security was not tested."}, append([]string{"Nobody had the papers.", "It did nothing for me."}, names...)...)
	b.check("whole-registered-320")
	b.isQuiet()
}

// startsBlind goes through the task list and starts the trial.
func (b *browser) startsBlind() (base string) {
	b.Helper()
	b.as("official")
	b.open("/trials/new")
	b.sends(typed{"name": {"Booking a room"}, "question": {"Can people book without calling us?"}}, "button.govuk-button")
	base = strings.TrimSuffix(b.reads(`location.pathname`), "/set-up")
	var people []string
	for _, who := range []string{"evaluator", "colleague", "newcomer"} {
		people = append(people, string(b.people[who].ID))
	}
	for _, step := range []struct {
		name string
		with typed
	}{
		{"products", typed{"releases": {string(b.releases[0]), string(b.releases[1])}}},
		{"scheme", typed{"scheme": {"first-look.1"}}},
		{"tasks", typed{"tasks": {"Book a room"}}},
		{"people", typed{"evaluators": people, "blind": {"yes"}, "rule": {"The highest total that meets every minimum."}}},
		{"size", typed{"length": {"3 days"}}},
	} {
		b.open(base + "/set-up/" + step.name)
		b.sends(step.with, "button.govuk-button")
	}
	b.open(base + "/set-up/check")
	b.sends(typed{}, "button.govuk-button")
	return base
}

// scoresOf is a form of one product: the same marks from everybody, except from who
// stands apart, and security as not tested.
func scoresOf(trial den.TrialView, isApart bool) typed {
	out := typed{}
	for _, c := range trial.Scheme.Criteria() {
		if c.ScoredBy != den.ByPeople {
			continue
		}
		out["mark-"+c.ID], out["reason-"+c.ID] = []string{"4"}, []string{"It worked as it should."}
		switch {
		case c.ID == "secure":
			out["mark-"+c.ID], out["reason-"+c.ID] = []string{"not-tested"}, []string{"Nobody had the papers."}
		case isApart && c.ID == "does-the-job":
			out["mark-"+c.ID], out["reason-"+c.ID] = []string{"0"}, []string{"It did nothing for me."}
		}
	}
	return out
}

// agreesOn has who leads see the mark that stands apart, agree on every mark and lock.
func (b *browser) agreesOn(trial den.TrialView, base string) {
	b.Helper()
	b.open(base + "/consensus")
	b.says([]string{"It did nothing for me."})
	if apart := b.reads(`[...document.querySelectorAll('main li')].filter((one) => one.querySelector('.govuk-tag--orange')).map((one) => one.innerText).join('|')`); !strings.Contains(apart, "It did nothing for me.") || strings.Contains(apart, "|") {
		b.Errorf("these marks are said to stand apart: %q", apart)
	}
	agreed := typed{}
	for _, e := range trial.Entries {
		for name, value := range scoresOf(trial, false) {
			what, criterion, _ := strings.Cut(name, "-")
			agreed[what+"-"+string(e.ID)+"-"+criterion] = value
		}
	}
	b.sends(agreed, "button.govuk-button")
	b.open(base + "/consensus/lock")
	b.sends(typed{"how": {"agreed"}}, "button.govuk-button")
	b.says([]string{"locked"})
}
