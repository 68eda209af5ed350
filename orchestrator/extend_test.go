package orchestrator_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"innovationden/orchestrator/den"
	"innovationden/sandbox/fake"
)

// What lasts longer than the protocol said is an amendment of it, with the reason, in the
// protocol and in the report.
func TestMoreTimeAmendsTheProtocol(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		ctx := t.Context()
		r.run()
		v := r.start(time.Hour, r.release("one", fake.Behaviour{}), r.release("two", fake.Behaviour{}))
		for _, e := range v.Entries {
			r.phase(e.Lease, den.Live, time.Minute)
		}
		_, err := r.o.ExtendTrial(ctx, r.member, v.Trial.ID, den.Extension{By: time.Hour, Why: "A late evaluator."})
		r.must(err)
		_, err = r.o.Extend(ctx, r.member, v.Entries[1].Lease, den.Extension{By: time.Hour, Why: "It was down."})
		r.must(err)
		p, err := r.o.Protocol(ctx, r.member, v.Trial.ID)
		r.must(err)
		if len(p.Amendments) != 2 {
			t.Fatalf("amended %d times: %+v", len(p.Amendments), p.Amendments)
		}
		whole, one := p.Amendments[0], p.Amendments[1]
		if whole.What != "length" || whole.Why != "A late evaluator." || whole.From == whole.To || whole.By != r.member.ID {
			t.Errorf("the trial's: %+v", whole)
		}
		if one.What != "length" || one.Why != "It was down." || !strings.HasPrefix(one.From, v.Entries[1].Label+": ") || one.From == one.To {
			t.Errorf("the sandbox's: %+v", one)
		}
		ann := r.person("Ann", den.Evaluator, v.Trial.ID)
		r.declare(v.Trial.ID, ann)
		_, err = r.o.SaveAssessment(ctx, ann, den.NewAssessment{Trial: v.Trial.ID, Entry: v.Entries[0].ID, Submit: true, Scores: map[string]den.Score{
			"ease": {Mark: mark(4), Reason: "Easy."}, "fit": {Mark: mark(4), Reason: "Fits."},
		}})
		r.must(err)
		doc, err := r.o.Report(ctx, r.member, v.Trial.ID)
		r.must(err)
		if len(doc.Amendments) != 2 || doc.Amendments[1].Why != "It was down." {
			t.Errorf("the report shows %+v", doc.Amendments)
		}
	})
}

// What lasts as long as it may already is no reason to leave the others as they are.
func TestATrialLastsAsLongAsEachOfItsSandboxesMay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		ctx, most := t.Context(), den.Extension{Most: true, Why: "Until I am back."}
		r.run()
		v := r.start(time.Hour, r.release("one", fake.Behaviour{}), r.release("two", fake.Behaviour{}))
		for _, e := range v.Entries {
			r.phase(e.Lease, den.Live, time.Minute)
		}
		_, err := r.o.Extend(ctx, r.member, v.Entries[0].Lease, most)
		r.must(err)
		if _, err := r.o.Extend(ctx, r.member, v.Entries[0].Lease, most); den.KindOf(err) != den.Invalid || !strings.Contains(err.Error(), "as long as it may already") {
			t.Errorf("a second time: %v", err)
		}
		_, err = r.o.ExtendTrial(ctx, r.member, v.Trial.ID, most)
		r.must(err)
		for _, e := range v.Entries {
			if l := r.lease(e.Lease); !l.EndsAt.Equal(l.LatestEnd) {
				t.Errorf("%s ends at %s and may until %s", e.Label, l.EndsAt, l.LatestEnd)
			}
		}
		if _, err := r.o.ExtendTrial(ctx, r.member, v.Trial.ID, most); den.KindOf(err) != den.Invalid || !strings.Contains(err.Error(), "as long as it may already") {
			t.Errorf("all of them a second time: %v", err)
		}
	})
}
