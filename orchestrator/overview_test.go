package orchestrator_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"innovationden/orchestrator/den"
	"innovationden/sandbox/fake"
)

// A supplier's overview follows its trial from the start to the decision and the
// published report: how a product did is not in it one step too soon.
func TestAnOverviewTellsASupplierWhatItMayKnowThen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, withWords)
		r.run()
		ctx := t.Context()
		vendor := r.person("Sam", den.SupplierMember, r.supplier.ID)
		look := func() den.Overview {
			v, err := r.o.Overview(ctx, vendor, r.supplier.ID)
			r.must(err)
			return v
		}
		if v := look(); len(v.Products) != 1 || len(v.Sandboxes)+len(v.Challenges)+len(v.Trials) != 0 || !v.May[den.OfferProduct] {
			t.Errorf("at first: %+v", v)
		}
		one := r.release("one", fake.Behaviour{})
		trial := r.start(time.Hour, one)
		lease := trial.Entries[0].Lease
		r.phase(lease, den.Live, time.Minute)
		v := look()
		if len(v.Sandboxes) != 1 || !v.Sandboxes[0].May[den.RestartSandbox] || v.Sandboxes[0].May[den.RunSandbox] || len(v.Trials) != 1 || v.Trials[0].IsOver {
			t.Errorf("while it runs: %+v", v)
		}
		who := r.person("Ann", den.Evaluator, trial.ID)
		r.declare(trial.ID, who)
		_, err := r.o.SaveAssessment(ctx, who, den.NewAssessment{Trial: trial.ID, Entry: trial.Entries[0].ID, Submit: true, Note: "canary-note", Scores: map[string]den.Score{
			"ease": {Mark: mark(4), Reason: "canary-reason"}, "fit": {Mark: mark(3), Reason: "canary-reason"},
		}})
		r.must(err)
		if text := asJSON(t, look()); strings.Contains(text, "canary") {
			t.Errorf("scores that were only submitted: %s", text)
		}
		if v := look(); v.Trials[0].Rank != 0 || v.Trials[0].Total != 0 || v.Trials[0].Decision != "" {
			t.Errorf("before the decision: %+v", v.Trials[0])
		}
		_, err = r.o.Decide(ctx, r.member, trial.ID, den.NewDecision{Decision: den.Proceed, Route: den.RouteNone, Why: "canary-why", Chosen: trial.Entries[0].ID})
		r.must(err)
		r.phase(lease, den.Ended, 2*time.Hour)
		v = look()
		if got := v.Trials[0]; len(v.Sandboxes) != 0 || !got.IsOver || got.Decision != den.Proceed || !got.Chosen || got.Rank != 1 || got.Ranked != 1 || got.Total == 0 || got.Published {
			t.Errorf("after the decision: %+v", got)
		}
		if text := asJSON(t, v); strings.Contains(text, "canary") {
			t.Errorf("notes and reasons: %s", text)
		}
		_, err = r.o.Publish(ctx, r.member, trial.ID, den.NewPublication{Parts: den.Parts, Why: "For others."})
		r.must(err)
		_, err = r.o.ReplyTo(ctx, vendor, trial.ID, den.NewReply{Entry: trial.Entries[0].ID, Text: "Thank you."})
		r.must(err)
		if got := look().Trials[0]; !got.Published || got.Reply != "Thank you." {
			t.Errorf("published: %+v", got)
		}
		if v := look(); v.Products[0].Tried != 1 || len(v.Products[0].Releases) != 1 {
			t.Errorf("the product: %+v", v.Products[0])
		}
	})
}

// A challenge is listed where it is for the supplier, with what it has in common, and
// with the questions of who asks alone.
func TestAnOverviewListsChallengesForTheSupplier(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, withWords)
		ctx := t.Context()
		vendor, colleague := r.person("Sam", den.SupplierMember, r.supplier.ID), r.person("Sue", den.SupplierMember, r.supplier.ID)
		look := func(who den.Actor) []den.OverviewChallenge {
			v, err := r.o.Overview(ctx, who, r.supplier.ID)
			r.must(err)
			return v.Challenges
		}
		_, err := r.o.AddChallenge(ctx, r.member, problem()) // a draft: nobody hears of it
		r.must(err)
		c := r.published(problem())
		if got := look(vendor); len(got) != 0 {
			t.Errorf("a challenge that has nothing in common: %+v", got)
		}
		_, err = r.o.ChangeProduct(ctx, vendor, r.product.ID, den.ProductChange{Name: "Bookwell", ProductProfile: den.ProductProfile{Capabilities: c.Capabilities[:1]}})
		r.must(err)
		got := look(vendor)
		if len(got) != 1 || len(got[0].Fits) != 1 || got[0].Fits[0].InCommon[0] != c.Capabilities[0] || !got[0].ToAnswer() || got[0].Invited {
			t.Fatalf("one that fits: %+v", got)
		}
		_, err = r.o.Invite(ctx, r.member, c.ID, r.supplier.ID)
		r.must(err)
		_, err = r.o.Ask(ctx, vendor, den.NewQuestion{Challenge: c.ID, Text: "How many?"})
		r.must(err)
		if got = look(vendor); !got[0].Invited || len(got[0].Questions) != 1 || got[0].Questions[0].Answered() {
			t.Errorf("invited, and asked: %+v", got)
		}
		if got = look(colleague); len(got[0].Questions) != 0 {
			t.Errorf("a colleague reads the question: %+v", got)
		}
		_, err = r.o.ShowInterest(ctx, vendor, den.NewInterest{Challenge: c.ID, Products: []den.ID{r.product.ID}})
		r.must(err)
		if got = look(colleague); !got[0].Answered || got[0].ToAnswer() {
			t.Errorf("answered: %+v", got)
		}
		_, err = r.o.CloseChallenge(ctx, r.member, c.ID, "Enough.", 0)
		r.must(err)
		if got = look(colleague); len(got) != 1 || got[0].TakesAnswers {
			t.Errorf("closed: %+v", got)
		}
	})
}

func TestAnOverviewIsForItsSupplierAlone(t *testing.T) {
	r := newRig(t, withWords)
	ctx := context.Background()
	rival := den.Actor{ID: "per_r", Memberships: []den.Membership{{Role: den.SupplierMember, In: "sup_rival"}}}
	for name, c := range map[string]struct {
		who  den.Actor
		of   den.ID
		want den.Refusal
	}{
		"nobody": {den.Actor{}, r.supplier.ID, den.Unknown}, "a rival": {rival, r.supplier.ID, den.Denied}, "a department": {r.member, r.supplier.ID, den.Denied},
		"somebody without a role": {den.Actor{ID: "per_x"}, r.supplier.ID, den.NotFound}, "nothing there": {rival, "sup_none", den.NotFound},
		"an auditor": {den.Actor{ID: "per_a", Memberships: []den.Membership{{Role: den.Auditor}}}, r.supplier.ID, ""},
	} {
		if _, err := r.o.Overview(ctx, c.who, c.of); den.KindOf(err) != c.want {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}
