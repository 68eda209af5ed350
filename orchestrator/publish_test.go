package orchestrator_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"innovationden/orchestrator"
	"innovationden/orchestrator/den"
	"innovationden/sandbox/fake"
)

// decidedTrial is a trial with scores of two people and a decision, in which each part
// of a report holds a word of its own.
func decidedTrial(t *testing.T, r *rig) den.TrialView {
	t.Helper()
	ctx := t.Context()
	v := r.start(time.Hour, r.release("one", fake.Behaviour{ListensAfter: time.Second}), r.release("two", fake.Behaviour{ListensAfter: time.Second}))
	for i, name := range []string{"Ann Canary", "Bob Canary"} {
		who := r.person(name, den.Evaluator, v.Trial.ID)
		r.declare(v.Trial.ID, who)
		for j, e := range v.Entries {
			_, err := r.o.SaveAssessment(ctx, who, den.NewAssessment{Trial: v.Trial.ID, Entry: e.ID, Submit: true, Scores: map[string]den.Score{
				"ease": {Mark: mark(5 - i - j), Reason: "canary-reason: BOOKWELL is easy, and Bookwell too."}, "fit": {Mark: mark(3 + i), Reason: "canary-reason"},
			}})
			r.must(err)
		}
	}
	_, err := r.o.Publish(ctx, r.member, v.Trial.ID, den.NewPublication{Parts: den.Parts, Why: "Everybody should know."})
	if den.KindOf(err) != den.Conflict {
		t.Errorf("published while people score: %v", err)
	}
	_, err = r.o.Decide(ctx, r.member, v.Trial.ID, den.NewDecision{Decision: den.Proceed, Route: den.RouteNone, Why: "canary-why: Bookwell did it.", Chosen: v.Entries[0].ID})
	r.must(err)
	v, err = r.o.Trial(ctx, r.member, v.Trial.ID)
	r.must(err)
	return v
}

// Two releases of one product are told apart in every sentence, with their names and
// without.
func TestTwoReleasesOfOneProductAreToldApart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, func(c *orchestrator.Config) { c.Open = true })
		r.run()
		v := r.start(time.Hour, r.release("2", fake.Behaviour{}), r.release("2.1", fake.Behaviour{}))
		ann := r.person("Ann", den.Evaluator, v.Trial.ID)
		r.declare(v.Trial.ID, ann)
		for i, e := range v.Entries {
			_, err := r.o.SaveAssessment(t.Context(), ann, den.NewAssessment{Trial: v.Trial.ID, Entry: e.ID, Submit: true, Scores: map[string]den.Score{
				"ease": {Mark: mark(5 - 2*i), Reason: "Tried."}, "fit": {Mark: mark(3 + 2*i), Reason: "Tried."},
			}})
			r.must(err)
		}
		_, err := r.o.Decide(t.Context(), r.member, v.Trial.ID, den.NewDecision{Decision: den.Stop, Why: "Neither."})
		r.must(err)
		for _, c := range []struct {
			parts []den.Part
			says  string
		}{
			{[]den.Part{den.PartFinding, den.PartNames}, "It loses the lead to Bookwell 2.1 if"},
			{[]den.Part{den.PartFinding}, "It loses the lead to Product 2 if"},
		} {
			got, err := r.o.Preview(t.Context(), r.member, v.Trial.ID, c.parts)
			r.must(err)
			if said := strings.Join(got.Finding, " "); !strings.Contains(said, c.says) {
				t.Errorf("%v: it says %q, not %q", c.parts, said, c.says)
			}
		}
	})
}

// Whatever parts are published, nothing of the others can be read, and nobody's name.
func TestNothingUnpublishedLeaks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, func(c *orchestrator.Config) { c.Open = true })
		ctx := t.Context()
		r.run()
		v := decidedTrial(t, r)
		signs := map[den.Part][]string{
			den.PartFinding: {`"rank_acceptability"`, `"below_minimum"`}, den.PartScores: {`"given":[{`, `"median"`}, den.PartNames: {"bookwell"},
			den.PartDecision: {"canary-why", `"chosen"`}, den.PartFacts: {`"restarts"`},
		}
		for set := 1; set < 1<<len(den.Parts); set++ {
			var parts []den.Part
			for i, p := range den.Parts {
				if set>>i&1 == 1 {
					parts = append(parts, p)
				}
			}
			has := func(p den.Part) bool { return slices.Contains(parts, p) }
			preview, err := r.o.Preview(ctx, r.member, v.Trial.ID, parts)
			r.must(err)
			_, err = r.o.Publish(ctx, r.member, v.Trial.ID, den.NewPublication{Parts: parts, Why: "canary-publish"})
			r.must(err)
			got, err := r.o.Published(ctx, den.Actor{}, v.Trial.ID)
			r.must(err)
			preview.Record, preview.MadeAt = got.Report.Record, got.Report.MadeAt
			if a, b := asJSON(t, preview), asJSON(t, got.Report); a != b {
				t.Fatalf("%v: the preview is not what is seen:\n%s\n%s", parts, a, b)
			}
			page, err := r.o.Register(ctx, den.Actor{}, den.Filter{})
			r.must(err)
			found, err := r.o.Register(ctx, den.Actor{}, den.Filter{Text: "Bookwell"})
			r.must(err)
			if shown := len(found.Items) > 0; shown != has(den.PartNames) {
				t.Fatalf("%v: a search for a product finds its report: %v", parts, shown)
			}
			seen := strings.ToLower(asJSON(t, got) + asJSON(t, page))
			for part, words := range signs {
				for _, word := range words {
					if shown := strings.Contains(seen, word); shown != has(part) {
						t.Fatalf("%v: %q of %s is shown: %v\n%s", parts, word, part, shown, seen)
					}
				}
			}
			if shown := strings.Contains(seen, "canary-reason"); shown != (has(den.PartReasons) && has(den.PartScores)) {
				t.Fatalf("%v: reasons are shown: %v", parts, shown)
			}
			for _, never := range []string{"ann canary", "bob canary", "canary-publish", strings.ToLower(string(r.member.ID)), `"ada"`} {
				if strings.Contains(seen, never) {
					t.Fatalf("%v: %q is shown", parts, never)
				}
			}
		}
	})
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestAReportIsPublishedRepliedToAndTakenBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		ctx := t.Context()
		r.run()
		v := decidedTrial(t, r)
		supplier, other := r.person("Sam", den.SupplierMember, r.supplier.ID), r.person("Eve", den.SupplierMember, "sup_other")
		id, entry := v.Trial.ID, v.Entries[0].ID
		for name, who := range map[string]den.Actor{"nobody": {}, "a supplier": supplier, "a member": r.member} {
			want := den.NotFound
			if name == "nobody" {
				want = den.Unknown
			}
			if _, err := r.o.Published(ctx, who, id); den.KindOf(err) != want {
				t.Errorf("%s reads what is not published: %v", name, err)
			}
		}
		if _, err := r.o.CompareTrials(ctx, supplier, []den.ID{id, id}); den.KindOf(err) != den.NotFound {
			t.Errorf("what is not published is compared: %v", err)
		}
		for name, in := range map[string]den.NewPublication{"no parts": {Why: "x"}, "no reason": {Parts: den.Parts}, "a part that is none": {Parts: []den.Part{"all"}, Why: "x"}} {
			if _, err := r.o.Publish(ctx, r.member, id, in); den.KindOf(err) != den.Invalid {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, err := r.o.Publish(ctx, supplier, id, den.NewPublication{Parts: den.Parts, Why: "x"}); den.KindOf(err) != den.NotFound {
			t.Errorf("a supplier publishes: %v", err)
		}
		pub, err := r.o.Publish(ctx, r.member, id, den.NewPublication{Parts: den.Parts, Why: "Others can use it."})
		r.must(err)
		if _, err := r.o.Publish(ctx, r.member, id, den.NewPublication{Parts: den.Parts, Why: "x", Rev: pub.Rev + 1}); den.KindOf(err) != den.Stale {
			t.Errorf("an old form: %v", err)
		}
		if _, err := r.o.Published(ctx, den.Actor{}, id); den.KindOf(err) != den.Unknown {
			t.Errorf("the register is open: %v", err)
		}
		for name, who := range map[string]den.Actor{"another supplier": other, "a member": r.member} {
			if _, err := r.o.ReplyTo(ctx, who, id, den.NewReply{Entry: entry, Text: "Not ours."}); den.KindOf(err) != den.NotFound {
				t.Errorf("%s replies: %v", name, err)
			}
		}
		for _, text := range []string{"We have mended it.", "We have mended it since."} {
			_, err = r.o.ReplyTo(ctx, supplier, id, den.NewReply{Entry: entry, Text: text})
			r.must(err)
		}
		got, err := r.o.Published(ctx, supplier, id)
		r.must(err)
		if len(got.Replies) != 1 || got.Replies[0].Text != "We have mended it since." || got.Replies[0].EntryName != "Bookwell one" || len(got.Own) != 2 {
			t.Errorf("%+v", got.Replies)
		}
		both, err := r.o.CompareTrials(ctx, supplier, []den.ID{id, id})
		r.must(err)
		if len(both.Trials) != 2 || both.Trials[1].Says != "" && !strings.HasPrefix(both.Trials[1].Says, "Not comparable, because ") || both.Trials[1].Report.Scores[0].Given[0].Name != "" {
			t.Errorf("%+v", both.Trials[1].Differs)
		}
		if _, err := r.o.CompareTrials(ctx, supplier, []den.ID{id}); den.KindOf(err) != den.Invalid {
			t.Errorf("one trial is compared: %v", err)
		}
		if _, err := r.o.WithdrawReport(ctx, r.member, id, " ", 0); den.KindOf(err) != den.Invalid {
			t.Errorf("taken back without a reason: %v", err)
		}
		_, err = r.o.WithdrawReport(ctx, r.member, id, "A figure was wrong.", 0)
		r.must(err)
		if _, err := r.o.Published(ctx, supplier, id); den.KindOf(err) != den.NotFound {
			t.Errorf("what was taken back is read: %v", err)
		}
		if page, err := r.o.Register(ctx, supplier, den.Filter{}); err != nil || len(page.Items) != 0 {
			t.Errorf("%+v %v", page, err)
		}
		events, err := r.o.Events(ctx, r.member, den.Filter{Subject: id, Limit: 200})
		r.must(err)
		for _, act := range []string{"report.published", "reply.given", "report.withdrawn"} {
			if !slices.ContainsFunc(events.Items, func(e den.Event) bool { return e.Act == act }) {
				t.Errorf("%s is not in the record", act)
			}
		}
	})
}

// A short name is one as a word of its own: a blind trial of "Form" can ask for information,
// and a report without names loses no sentence that does.
func TestAShortNameIsNoPartOfALongerWord(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		ctx := t.Context()
		r.run()
		var err error
		r.product, err = r.o.AddProduct(ctx, den.System(), den.NewProduct{Supplier: r.supplier.ID, Name: "Form"})
		r.must(err)
		ann := r.person("Ann", den.Evaluator, "tri_000000000000")
		draft := den.NewTrial{Name: "x", Question: "Which gives better information?", Blind: true, Evaluators: []den.ID{ann.ID}, Releases: []den.ID{r.release("one", fake.Behaviour{})}, Length: time.Hour}
		made, err := r.o.AddTrial(ctx, r.member, draft)
		r.must(err)
		v, err := r.o.StartTrial(ctx, r.member, made.Trial.ID, 0, den.Once{})
		r.must(err)
		draft.Question = "Is a FORM better?"
		tells, err := r.o.AddTrial(ctx, r.member, draft)
		r.must(err)
		_, err = r.o.StartTrial(ctx, r.member, tells.Trial.ID, 0, den.Once{})
		if got := fields(t, err); !slices.Equal(got, []string{"question"}) {
			t.Errorf("a question that names the product: %v", err)
		}
		r.declare(v.Trial.ID, ann)
		_, err = r.o.SaveAssessment(ctx, ann, den.NewAssessment{Trial: v.Trial.ID, Entry: v.Entries[0].ID, Submit: true, Scores: map[string]den.Score{
			"ease": {Mark: mark(4), Reason: "The information on the platform is good. Form's performance, too."}, "fit": {Mark: mark(3), Reason: "It is a form of fraud."},
		}})
		r.must(err)
		_, err = r.o.Decide(ctx, r.member, v.Trial.ID, den.NewDecision{Decision: den.Stop, Why: "Enough."})
		r.must(err)
		shown, err := r.o.Preview(ctx, r.member, v.Trial.ID, []den.Part{den.PartScores, den.PartReasons})
		r.must(err)
		for i, want := range []string{"The information on the platform is good. Product 1's performance, too.", "(left out, because it names a product)"} {
			if got := shown.Scores[i].Given[0].Reason; got != want {
				t.Errorf("it says %q, not %q", got, want)
			}
		}
	})
}
