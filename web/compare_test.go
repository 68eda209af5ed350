package web_test

import (
	"context"
	"fmt"
	"net/http"
	"testing"

	"innovationden/orchestrator/den"
)

// However many trials are published, each can be found and compared, and what was chosen
// stays chosen meanwhile.
func TestEveryPublishedTrialCanBeCompared(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	oldest, ctx := r.world().finished, context.Background()
	_, err := r.den.Publish(ctx, r.people["official"].Act(), oldest.ID, den.NewPublication{Parts: []den.Part{den.PartFinding, den.PartScores}, Why: "For others."})
	r.must(err)
	const more = 60
	r.must(r.raw.Update(ctx, func(tx den.Tx) error { return published(tx, oldest.ID, more) }))
	official := r.visitor("official")
	box := func(id string) string { return `input[name=trials][value="` + id + `"]` }
	newest := fmt.Sprintf("tri_copy%d", more)

	page := official.get("/compare")
	if page.has(box(string(oldest.ID))) || !page.has(box(newest)) {
		t.Fatal("the first page does not begin with the newest")
	}
	next := attribute(page.one("button[name=after]"), "value")
	page = official.get("/compare?trials=" + newest + "&after=" + next)
	if !page.has(box(string(oldest.ID))) || !page.has(box(newest)+"[checked]") || page.has(".govuk-error-summary") {
		t.Error("the next page lacks the oldest, or what was chosen before")
	}
	page = official.get("/compare?list=yes&q=parents+chat&trials=" + newest)
	if !page.has(box("tri_copy7")) || page.has(box("tri_copy8")) || !page.has(box(newest)+"[checked]") || page.has(".govuk-error-summary") {
		t.Error("a search shows what was not asked for, or loses what was chosen")
	}
	page = official.get("/compare?list=yes&q=zebra")
	page.shows("main", "No published report has all these words")
	page = official.get("/compare?q=&trials=" + newest + "&trials=" + string(oldest.ID))
	if len(page.all("input[name=trials]")) != 2 {
		t.Error("what was compared stands below trials that were not")
	}
	page.shows("h2", "Number 60")
	page.shows("h2", oldest.Name)
	page = official.get("/compare?trials=" + newest)
	page.shows(`.govuk-error-summary a[href="#trials"]`, "Choose between 2 and 10 trials")
	if page = official.get("/compare?trials=" + newest + "&trials=tri_none"); page.Status != http.StatusNotFound {
		t.Errorf("what is not there is compared: %d", page.Status)
	}
	page.shows(".govuk-error-summary", "not published any more")
	page = official.get("/register?q=parents+chat")
	page.shows("h2", "Chat help for parents")
	if len(page.all("main h2")) != 1 {
		t.Error("the register shows what was not asked for")
	}
}

// published puts copies of a published trial into the register, each newer than the last.
func published(tx den.Tx, of den.ID, copies int) error {
	t, err := tx.Trials().Get(of)
	if err != nil {
		return err
	}
	p, err := tx.Publications().Get(of)
	if err != nil {
		return err
	}
	o, err := tx.Outcomes().Get(of)
	if err != nil {
		return err
	}
	for n := range copies {
		t.ID, t.Rev = den.ID(fmt.Sprintf("tri_copy%d", n+1)), 0
		t.Name = fmt.Sprintf("Number %d", n+1)
		if n == 6 {
			t.Name = "Chat help for parents"
		}
		p.Trial, p.Rev, p.At = t.ID, 0, p.At.Add(1)
		o.Trial, o.Rev = t.ID, 0
		p.Report.Trial.ID, p.Report.Trial.Name = t.ID, t.Name
		if _, err := tx.Trials().Put(t); err != nil {
			return err
		}
		if _, err := tx.Outcomes().Put(o); err != nil {
			return err
		}
		if _, err := tx.Publications().Put(p); err != nil {
			return err
		}
	}
	return nil
}
