package orchestrator_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"innovationden/orchestrator/den"
	"innovationden/sandbox"
	"innovationden/sandbox/fake"
)

// What is here holds the writer's turn to what a change is about, however much the den
// keeps: everything else in it delays everybody.

// An outcome, and how far people agree, are computed beside the turn.
func TestNothingLongIsComputedInTheWritersTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var n *reads
		r := newRig(t, countReads(&n))
		ctx := t.Context()
		r.run()
		v := r.start(time.Hour, r.release("one", fake.Behaviour{}), r.release("two", fake.Behaviour{}))
		ann, bob := r.person("Ann", den.Evaluator, v.Trial.ID), r.person("Bob", den.Evaluator, v.Trial.ID)
		r.declare(v.Trial.ID, ann, bob)
		sums, inTurn := 0, 0
		r.o.OnSums(func() {
			sums++
			if n.inSomebodysTurn() {
				inTurn++
			}
		})
		for m, who := range []den.Actor{ann, bob} {
			for _, e := range v.Entries {
				_, err := r.o.SaveAssessment(ctx, who, den.NewAssessment{Trial: v.Trial.ID, Entry: e.ID, Submit: true, Scores: map[string]den.Score{
					"ease": {Mark: mark(3 + m), Reason: "Easy."}, "fit": {Mark: mark(4), Reason: "Fits."},
				}})
				r.must(err)
			}
		}
		if _, err := r.o.Consensus(ctx, r.member, v.Trial.ID); err != nil {
			t.Error(err)
		}
		out, err := r.o.Decide(ctx, r.member, v.Trial.ID, den.NewDecision{Decision: den.Proceed, Route: den.RouteNone, Why: "It is easy.", Chosen: v.Entries[0].ID})
		r.must(err)
		if out.Analysis == nil || out.Agreement == nil || out.Results[0].Assessors != 2 || out.LockedAt.IsZero() {
			t.Errorf("the outcome: %+v", out)
		}
		if sums == 0 || inTurn > 0 {
			t.Errorf("%d results were computed, %d of them in somebody's turn", sums, inTurn)
		}
	})
}

// A save of scores reads those of its trial, and not all that somebody ever scored; a
// removed piece of evidence, and a new release, read no other releases in their turn.
func TestAChangeReadsInItsTurnWhatItIsAbout(t *testing.T) {
	const before = 400
	synctest.Test(t, func(t *testing.T) {
		var n *reads
		r := newRig(t, shelved(t), countReads(&n))
		ctx := t.Context()
		r.run()
		one := r.release("one", fake.Behaviour{})
		r.engine.AddImage(sandbox.Image{Names: []string{"next"}, Ports: []int{8080}}, fake.Behaviour{})
		v := r.start(time.Hour, one)
		ann := r.person("Ann", den.Evaluator, v.Trial.ID)
		r.declare(v.Trial.ID, ann)
		olu := r.person("Olu", den.Operator, "")
		r.person("Pat", den.Operator, "")
		r.must(r.db.Update(ctx, func(tx den.Tx) (err error) {
			for i := 0; i < before && err == nil; i++ {
				if _, err = tx.Releases().Put(den.Release{ID: r.id(den.KindRelease), Product: r.product.ID, Supplier: r.supplier.ID, Version: fmt.Sprint("old ", i)}); err == nil {
					_, err = tx.Assessments().Put(den.Assessment{ID: r.id(den.KindAssessment), Trial: r.id(den.KindTrial), Evaluator: ann.ID})
				}
			}
			for i := 0; i < before && err == nil; i++ {
				_, err = tx.People().Put(den.Person{ID: r.id(den.KindPerson), Name: fmt.Sprint("Stranger ", i)})
			}
			return err
		}))
		entry := v.Entries[0].ID
		for name, do := range map[string]func() error{
			"evidence": func() error {
				x, err := r.o.AddEvidence(ctx, ann, den.NewEvidence{Trial: v.Trial.ID, Entry: entry, Kind: den.File, Name: "a.txt", Content: strings.NewReader("a")})
				if err != nil {
					return err
				}
				return r.o.RemoveEvidence(ctx, ann, den.EvidenceRemoval{Trial: v.Trial.ID, Entry: entry, Evidence: x.ID, Why: "It shows a name."})
			},
			"scores": func() error {
				_, err := r.o.SaveAssessment(ctx, ann, den.NewAssessment{Trial: v.Trial.ID, Entry: entry, Note: "It is quick."})
				return err
			},
			"release": func() error {
				_, err := r.o.AddRelease(ctx, den.System(), den.NewRelease{Product: r.product.ID, Version: "next", Image: "next"})
				return err
			},
			"share": func() error {
				s, _, err := r.o.AddShare(ctx, r.member, den.NewShare{Trial: v.Trial.ID, With: r.supplier.ID})
				if err != nil {
					return err
				}
				_, err = r.o.TakeShare(ctx, r.member, v.Trial.ID, s.ID, "")
				return err
			},
			"operator": func() error {
				_, err := r.o.SetLeft(ctx, den.System(), olu.ID, true, "")
				return err
			},
		} {
			var err error
			inTurn, _ := n.of(func() { err = do() })
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			if inTurn.all() > before/4 {
				t.Errorf("%s reads in its turn %v", name, inTurn)
			}
		}
	})
}

// What an old den removes of what is out of date is looked for beside the turn.
func TestRetentionLooksForWhatIsOldBesideTheTurn(t *testing.T) {
	const people = 300
	synctest.Test(t, func(t *testing.T) {
		var n *reads
		r := newRig(t, countReads(&n))
		ctx := t.Context()
		r.must(r.db.Update(ctx, func(tx den.Tx) (err error) {
			for i := 0; i < people && err == nil; i++ {
				who := den.Person{ID: r.id(den.KindPerson), Name: fmt.Sprint("Stranger ", i)}
				if _, err = tx.People().Put(who); err == nil {
					_, err = tx.Tokens().Put(den.Token{ID: r.id(den.KindToken), Hash: fmt.Sprint("hash ", i), Person: who.ID})
				}
			}
			for i := 0; i < 120 && err == nil; i++ {
				_, err = tx.Notices().Put(den.Notice{ID: r.id(den.KindNotice), To: r.department.ID, At: time.Now().Add(-3 * 365 * 24 * time.Hour)})
			}
			return err
		}))
		inTurn, beside := n.of(func() { r.o.Retain(ctx) })
		left := 0
		r.must(r.db.View(ctx, func(tx den.Tx) (err error) {
			left, err = tx.Notices().Count(den.Query{})
			return err
		}))
		if left > 0 || inTurn.all() > 20 || beside["people"] < people {
			t.Errorf("%d notices are left; in turn %v, beside %v", left, inTurn, beside)
		}
	})
}
