package web_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"innovationden/orchestrator/den"
)

// What an evaluator types is saved as it is typed, and a session that runs out in the
// middle loses nothing.
func TestChromiumScoresSaveThemselves(t *testing.T) {
	r := newRig(t)
	trial := r.trial()
	_, err := r.den.Declare(context.Background(), r.people["evaluator"].Act(), trial.ID, den.NewDeclaration{Stake: den.NoStake})
	r.must(err)
	b := r.browser()
	b.width(1280)
	b.as("evaluator")
	path := "/trials/" + string(trial.ID) + "/entries/" + string(trial.Entries[0].ID) + "/assess"
	saved := func() den.Assessment {
		a, err := r.den.Assessment(context.Background(), r.people["evaluator"].Act(), trial.ID, trial.Entries[0].ID)
		r.must(err)
		return a
	}
	said := func(want string) {
		t.Helper()
		b.until(`document.querySelector('[data-autosave-said]').textContent.includes("` + want + `")`)
	}
	b.open(path)
	b.do(chromedp.SendKeys("#note", "First"), chromedp.Click("#mark-does-the-job"))
	said("Saved")
	b.do(chromedp.SendKeys("#note", " and second"), chromedp.Click("h1"))
	b.until(`document.querySelector('input[name=rev]').value >= 2`)
	if a := saved(); a.Note != "First and second" || a.Scores["does-the-job"].Mark == nil || *a.Scores["does-the-job"].Mark != 0 {
		t.Errorf("saved %+v", a)
	}

	b.as("") // the session runs out
	b.do(chromedp.SendKeys("#note", " and third"), chromedp.Click("h1"))
	said("You are signed out")
	b.as("evaluator")
	b.open(path)
	said("We put back what you typed")
	said("Saved")
	if a := saved(); a.Note != "First and second and third" {
		t.Errorf("after the session: %q", a.Note)
	}
	b.do(chromedp.Click(`.govuk-button[value=save]`), chromedp.WaitVisible(`.govuk-notification-banner--success`))
	if a := saved(); a.Note != "First and second and third" {
		t.Errorf("after the button: %q", a.Note)
	}
	b.isQuiet()

	b.open(path)
	others := []den.ID{r.people["newcomer"].ID}
	_, err = r.den.Amend(context.Background(), r.people["official"].Act(), trial.ID, den.NewAmendment{Evaluators: &others, Why: "Somebody else has more time."})
	r.must(err)
	b.do(chromedp.SendKeys("#note", " and too late"), chromedp.Click("h1"))
	said("Save the page with its button to see why") // the connection is not to blame
}

// A page that is open tells of what happens, without being loaded again, and leaves
// open what its reader has opened.
func TestChromiumTrialIsLive(t *testing.T) {
	r := newRig(t)
	trial := r.trial()
	b := r.browser()
	b.width(1280)
	b.as("official")
	b.open("/trials/" + string(trial.ID))
	b.until(`document.querySelector('.den-log') !== null`)
	b.do(chromedp.Evaluate(`window.wasHere = true; document.querySelector('details').open = true`, nil))
	_, err := r.den.Extend(context.Background(), r.people["official"].Act(), trial.Entries[1].Sandbox.ID, den.Extension{By: 48 * time.Hour, Why: "More."})
	r.must(err)
	b.until(`document.querySelectorAll('.den-column')[1].textContent.includes('6 days')`)
	var log string
	b.do(chromedp.Text(`details[open] .den-log`, &log))
	if !strings.Contains(log, "<script>alert(1)</script>") {
		t.Errorf("the product's text is not shown as it is: %q", log)
	}
	r.end(trial)
	b.until(`window.wasHere && document.querySelectorAll('a[href$="/receipt"]').length === 2`)
	b.isQuiet()
}
