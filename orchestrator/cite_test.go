package orchestrator_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"innovationden/orchestrator/den"
	"innovationden/sandbox/fake"
)

func TestADecisionStandsOnTheResultOfAnotherTrial(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		ctx := t.Context()
		r.run()
		ours, theirs := decidedTrial(t, r), decidedTrial(t, r)
		a, b := ours.Trial.ID, theirs.Trial.ID
		bare := r.start(time.Hour, r.release("three", fake.Behaviour{}))
		if _, err := r.o.Cite(ctx, r.member, bare.Trial.ID, den.NewCitation{Trial: b, Why: "x"}); den.KindOf(err) != den.Conflict {
			t.Errorf("cited in a trial without an outcome: %v", err)
		}
		for name, in := range map[string]den.NewCitation{"trial": {Trial: a, Why: "x"}, "why": {Trial: b, Why: " "}} {
			_, err := r.o.Cite(ctx, r.member, a, in)
			if got := fields(t, err); !slices.Equal(got, []string{name}) {
				t.Errorf("%s: faults of %v", name, got)
			}
		}
		supplier, stranger := r.person("Sam", den.SupplierMember, r.supplier.ID), r.person("Eve", den.Member, "dep_other")
		for _, who := range []den.Actor{supplier, stranger} {
			if _, err := r.o.Cite(ctx, who, a, den.NewCitation{Trial: b, Why: "x"}); den.KindOf(err) != den.NotFound && den.KindOf(err) != den.Denied {
				t.Errorf("%s cites in our decision: %v", who.Name, err)
			}
			if _, err := r.o.Citable(ctx, who, a, "", ""); den.KindOf(err) != den.NotFound && den.KindOf(err) != den.Denied {
				t.Errorf("%s reads what we may cite: %v", who.Name, err)
			}
		}
		if _, err := r.o.Cite(ctx, r.member, a, den.NewCitation{Trial: "tri_999999999999", Why: "x"}); den.KindOf(err) != den.NotFound {
			t.Errorf("cited what is not there: %v", err)
		}

		found, err := r.o.Citable(ctx, r.member, a, "", "")
		r.must(err)
		if len(found.Items) != 1 || found.Items[0].Trial != b || found.Items[0].Published || !slices.Equal(found.Items[0].Shared, []string{"Bookwell"}) {
			t.Fatalf("to cite: %+v", found.Items)
		}
		if none, err := r.o.Citable(ctx, r.member, a, "zebra", ""); err != nil || len(none.Items) != 0 {
			t.Errorf("found by a word that nobody wrote: %+v %v", none, err)
		}
		for _, why := range []string{"canary-first", "canary-cite: the same product."} {
			_, err = r.o.Cite(ctx, r.member, a, den.NewCitation{Trial: b, Why: why})
			r.must(err)
		}
		own, err := r.o.Report(ctx, r.member, a)
		r.must(err)
		if c := own.Decision.Cites; len(c) != 1 || c[0].Trial != b || c[0].Name != theirs.Name || !strings.HasPrefix(c[0].Why, "canary-cite") || c[0].Finding == "" {
			t.Fatalf("the report cites %+v", c)
		}

		publish := func(id den.ID) {
			_, err := r.o.Publish(ctx, r.member, id, den.NewPublication{Parts: den.Parts, Why: "Others can use it."})
			r.must(err)
		}
		publish(a)
		shown, err := r.o.Published(ctx, stranger, a)
		r.must(err)
		if said := asJSON(t, shown.Report.Decision.Cites); strings.Contains(said, string(b)) || strings.Contains(said, "canary") || !strings.Contains(said, "not in the register") {
			t.Errorf("the register tells of a result that was not published: %s", said)
		}
		publish(b)
		publish(a)
		shown, err = r.o.Published(ctx, stranger, a)
		r.must(err)
		if c := shown.Report.Decision.Cites; len(c) != 1 || c[0].Trial != b || !strings.HasPrefix(c[0].Why, "canary-cite") {
			t.Errorf("the register cites %+v", c)
		}
		citedBy := func(who den.Actor, n int) {
			t.Helper()
			there, err := r.o.Published(ctx, who, b)
			r.must(err)
			if len(there.Report.CitedBy) != n || n == 1 && there.Report.CitedBy[0].Trial != a {
				t.Errorf("cited by %+v, not by %d", there.Report.CitedBy, n)
			}
		}
		citedBy(stranger, 1)
		_, err = r.o.WithdrawReport(ctx, r.member, a, "A mistake.", 0)
		r.must(err)
		citedBy(stranger, 0)

		if _, err := r.o.Uncite(ctx, r.member, a, b, ""); den.KindOf(err) != den.Invalid {
			t.Errorf("taken out without a reason: %v", err)
		}
		out, err := r.o.Uncite(ctx, r.member, a, b, "Their data was other data.")
		if err != nil || len(out.Cites) != 0 {
			t.Errorf("%+v %v", out.Cites, err)
		}
		if _, err := r.o.Uncite(ctx, r.member, a, b, "Again."); den.KindOf(err) != den.NotFound {
			t.Errorf("taken out twice: %v", err)
		}
		acts := r.acts(a)
		for act, n := range map[string]int{"trial.cited": 2, "trial.uncited": 1} {
			if got := len(slices.DeleteFunc(slices.Clone(acts), func(s string) bool { return s != act })); got != n {
				t.Errorf("%d times %s in the record, not %d: %v", got, act, n, acts)
			}
		}
	})
}
