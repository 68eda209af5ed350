package web_test

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"innovationden/orchestrator/den"
)

// proposed has the supplier of the first product propose a release that asks for more, by
// its page, and gives the address of what is proposed.
func (r *rig) proposed(t den.TrialView, version string) string {
	r.Helper()
	first := t.Entries[0]
	was, err := r.den.Release(context.Background(), den.System(), r.releases[0])
	r.must(err)
	asks := den.Ways{Out: append([]den.Way{{Host: "maps.example.org", Port: 443}}, was.Asks.Out...), Mail: was.Asks.Mail}
	next, err := r.den.AddRelease(context.Background(), den.System(), den.NewRelease{Product: was.Product, Version: version, Image: was.From, Asks: asks, Notes: "The calendar\nis mended."})
	r.must(err)
	path := "/sandboxes/" + string(first.Sandbox.ID) + "/renewals"
	engineer := r.visitor("engineer")
	wrong := engineer.submit(engineer.get(path), path, url.Values{"release": {string(next.ID)}})
	if wrong.Status != http.StatusUnprocessableEntity || !strings.Contains(wrong.Text, string(next.ID)) {
		r.Errorf("without a reason it answers %d: %s", wrong.Status, wrong.said())
	}
	if to := engineer.submit(wrong, path, url.Values{"release": {string(next.ID)}, "why": {"It mends the calendar."}}); to.Status != http.StatusSeeOther {
		r.Fatalf("proposing answers %d: %s", to.Status, to.said())
	}
	return path
}

// A supplier proposes and the department decides, without JavaScript. What is wrong loses
// nothing that was typed.
func TestANewReleaseGoesIntoARunningTrial(t *testing.T) {
	r := newRig(t)
	v := r.trial()
	path := r.proposed(v, "2.0")
	official := r.visitor("official")
	seen := official.get(path)
	for _, want := range []string{"2.0", "1.0", "The calendar", "It mends the calendar.", "maps.example.org"} {
		if !strings.Contains(seen.Text, want) {
			t.Errorf("the department does not see %q", want)
		}
	}
	shut := official.submit(seen, path+"/decide", url.Values{"decision": {"agree"}, "why": {"People cannot book."}})
	if shut.Status != http.StatusUnprocessableEntity || !strings.Contains(shut.Text, "People cannot book.") {
		t.Errorf("without the way out it answers %d: %s", shut.Status, shut.said())
	}
	done := official.submit(shut, path+"/decide", url.Values{"decision": {"agree"}, "why": {"People cannot book."}, "opens": {"maps.example.org:443"}})
	to := done.Header.Get("Location")
	if done.Status != http.StatusSeeOther || strings.Contains(to, string(v.Entries[0].Sandbox.ID)) {
		t.Fatalf("agreeing answers %d, %q: %s", done.Status, to, done.said())
	}
	if now := official.get(to); !strings.Contains(now.Text, "2.0") {
		t.Errorf("the new sandbox is not of the new release: %s", now.said())
	}
	if trial := official.get("/trials/" + string(v.ID) + "/protocol"); !strings.Contains(trial.Text, "People cannot book.") || !strings.Contains(trial.Text, "release 2.0") {
		t.Error("the protocol does not say that it was amended")
	}
}

// Who assesses in a blind trial reads nowhere what the new release is.
func TestNobodyBlindReadsWhatTheNewReleaseIs(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	v := r.blindTrial()
	path := r.proposed(v, "77.4-secret")
	told := append([]string{"77.4-secret", "mends the calendar", "maps.example.org"}, names...)
	hides := func(stage string) {
		t.Helper()
		found, _ := r.newSweep(v).find("evaluator", told...)
		for _, leak := range found {
			t.Errorf("%s: %s", stage, leak)
		}
	}
	hides("proposed")
	official := r.visitor("official")
	done := official.submit(official.get(path), path+"/decide", url.Values{"decision": {"agree"}, "why": {"People cannot book."}, "opens": {"maps.example.org:443", "api.example.org:443", "mail"}})
	if done.Status != http.StatusSeeOther {
		t.Fatalf("%s", done.said())
	}
	hides("agreed to")
	now, err := r.den.Trial(context.Background(), den.System(), v.ID)
	r.must(err)
	v.Entries[0] = now.Entries[0]
	hides("in the new sandbox")
	if found, _ := r.newSweep(v).find("official", told[0]); len(found) == 0 {
		t.Error("control: the department reads it nowhere, so this sweep could find nothing")
	}
}

// renewed is a trial whose first product got a newer release after the evaluator had
// answered two questions about it.
func (r *rig) renewed() den.TrialView {
	r.Helper()
	ctx, v := context.Background(), r.trial()
	four, criteria := 4, v.Scheme.Criteria()
	_, err := r.den.SaveAssessment(ctx, r.people["evaluator"].Act(), den.NewAssessment{Trial: v.ID, Entry: v.Entries[0].ID, Scores: map[string]den.Score{
		criteria[0].ID: {Mark: &four, Reason: "It worked at once."}, criteria[1].ID: {NotTested: true, Reason: "There was no time."},
	}})
	r.must(err)
	r.proposed(v, "5.0")
	_, err = r.den.AgreeRenewal(ctx, r.people["official"].Act(), v.Entries[0].Sandbox.ID, den.RenewalDecision{
		Why: "The calendar did not work.", Opens: den.Ways{Out: []den.Way{{Host: "maps.example.org", Port: 443}}},
	})
	r.must(err)
	return r.until(v.ID, func(t den.TrialView) bool { return t.Entries[0].Sandbox.Phase == den.Live })
}

// What an evaluator had answered before a newer release came is marked, each answer by
// itself, until it is changed or submitted.
func TestAnswersBeforeANewReleaseAreMarked(t *testing.T) {
	r := newRig(t)
	v := r.renewed()
	path := "/trials/" + string(v.ID) + "/entries/" + string(v.Entries[0].ID) + "/assess"
	criteria := v.Scheme.Criteria()
	evaluator := r.visitor("evaluator")
	marked := func(p *page) (out []string) {
		for _, set := range p.all("fieldset[aria-describedby]") { // a reader of the screen hears it with the choices
			id := attribute(set, "aria-describedby")
			if strings.Contains(text(p.one("#"+id)), "before a newer release took its place on ") {
				out = append(out, strings.TrimSuffix(strings.TrimPrefix(id, "mark-"), "-hint"))
			}
		}
		return out
	}
	page := evaluator.get(path)
	if got := marked(page); !slices.Equal(got, []string{criteria[0].ID, criteria[1].ID}) || !strings.Contains(page.Text, "Answers that you gave before are marked.") {
		t.Errorf("marked are %q", got)
	}
	if got := marked(evaluator.get("/trials/" + string(v.ID) + "/entries/" + string(v.Entries[1].ID) + "/assess")); len(got) != 0 {
		t.Errorf("control: of a product that was not renewed, %q are marked", got)
	}
	saved := evaluator.submit(page, path, url.Values{"mark-" + criteria[0].ID: {"2"}, "do": {"save"}})
	if saved.Status != http.StatusSeeOther {
		t.Fatalf("saving answers %d: %s", saved.Status, saved.said())
	}
	if got := marked(evaluator.get(path)); !slices.Equal(got, []string{criteria[1].ID}) {
		t.Errorf("after the first was changed, marked are %q", got)
	}
}
