package web_test

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"testing"

	"innovationden/configs"
	"innovationden/orchestrator/den"
)

// A step that is saved as it is shown is not refused, and changes nothing.
func TestFiguresOfADraftComeBackAsTheyWent(t *testing.T) {
	r := newRig(t)
	ctx, by := context.Background(), r.people["official"].Act()
	config, err := configs.Load("", func(string) string { return "" }) // its schemes are ours to change
	r.must(err)
	half := config.Schemes[slices.IndexFunc(config.Schemes, func(s den.Scheme) bool { return s.ID == "first-look" })]
	half.Themes[0].Criteria[0].Weight -= 0.5
	half.Themes[1].Criteria[0].Weight += 0.5
	made, err := r.den.AddScheme(ctx, r.people["operator"].Act(), den.NewScheme{Scheme: half, Why: "Halves are enough."})
	r.must(err)
	trial, err := r.den.AddTrial(ctx, by, den.NewTrial{Name: "Figures", Question: "Do they stay?", Releases: r.releases, Scheme: made.Ref()})
	r.must(err)
	v, path := r.visitor("official"), "/trials/"+string(trial.ID)+"/set-up/"
	for _, share := range []string{"7", "0.5", "29", "0", "100"} {
		if got := v.submit(v.get(path+"measuring"), path+"measuring", url.Values{"errors": {share}}); got.Status != http.StatusSeeOther {
			t.Fatalf("%s per cent: %d %s", share, got.Status, got.said())
		}
		page := v.get(path + "measuring")
		if got := attribute(page.one("#errors"), "value"); got != share {
			t.Errorf("%s per cent is %s now", share, got)
		}
		if got := v.submit(page, path+"measuring", nil); got.Status != http.StatusSeeOther {
			t.Errorf("%s per cent, again: %d %s", share, got.Status, got.said())
		}
	}
	if got := v.submit(v.get(path+"weights"), path+"weights", nil); got.Status != http.StatusSeeOther {
		t.Errorf("weights with a half: %d %s", got.Status, got.said())
	}
	after, err := r.den.Trial(ctx, den.System(), trial.ID)
	r.must(err)
	if c := made.Criteria()[0]; after.Weights[c.ID] != c.Weight {
		t.Errorf("%s weighs %v, not %v", c.Title, after.Weights[c.ID], c.Weight)
	}
}

func TestTheLeadGoesBackToWhoeverSetUpTheTrial(t *testing.T) {
	r := newRig(t)
	trial, colleague := r.trial(), r.people["colleague"].ID
	_, err := r.den.Amend(context.Background(), r.people["official"].Act(), trial.ID, den.NewAmendment{Chair: &colleague, Why: "I am away."})
	r.must(err)
	v, path := r.visitor("official"), "/trials/"+string(trial.ID)+"/amend"
	if got := v.submit(v.get(path), path, url.Values{"chair": {""}, "why": {"I am back."}}); got.Status != http.StatusSeeOther {
		t.Fatalf("%d %s", got.Status, got.said())
	}
	after, err := r.den.Trial(context.Background(), den.System(), trial.ID)
	r.must(err)
	if after.Leads() != r.people["official"].ID {
		t.Errorf("%s leads", after.Leads())
	}
}
