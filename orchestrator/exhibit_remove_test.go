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

// A removed piece takes its file along, but for one that somebody else names; what was
// submitted stays.
func TestRemovedEvidenceTakesItsFileAlong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, shelved(t))
		ctx := t.Context()
		r.run()
		v := r.start(time.Hour, r.release("one", fake.Behaviour{}))
		entry := v.Entries[0].ID
		ann, bob := r.person("Ann", den.Evaluator, v.Trial.ID), r.person("Bob", den.Evaluator, v.Trial.ID)
		r.declare(v.Trial.ID, ann, bob)
		add := func(who den.Actor, text string) den.Evidence {
			t.Helper()
			x, err := r.o.AddEvidence(ctx, who, den.NewEvidence{Trial: v.Trial.ID, Entry: entry, Kind: den.File, Name: "a.txt", Content: strings.NewReader(text)})
			r.must(err)
			return x
		}
		remove := func(who den.Actor, x den.Evidence) error {
			return r.o.RemoveEvidence(ctx, who, den.EvidenceRemoval{Trial: v.Trial.ID, Entry: entry, Evidence: x.ID, Why: "It shows a name."})
		}
		there := func(hash string) bool {
			f, err := r.o.Files.Read(hash)
			if err == nil {
				_ = f.Close()
			}
			return err == nil
		}
		hers, his := add(ann, "the same"), add(bob, "the same")
		if err := remove(bob, hers); den.KindOf(err) != den.NotFound {
			t.Errorf("Bob removes what Ann kept: %v", err)
		}
		r.must(remove(ann, hers))
		if !there(his.Hash) {
			t.Error("the file that Bob names is gone")
		}
		r.must(remove(bob, his))
		if there(his.Hash) {
			t.Error("a file that nobody names is still there")
		}
		if again := add(bob, "the same"); !there(again.Hash) {
			t.Error("kept again, and not there")
		}

		data, err := r.o.AddTrial(ctx, r.member, den.NewTrial{Question: "Which?", Releases: []den.ID{r.release("two", fake.Behaviour{})}, Length: time.Hour})
		r.must(err)
		set, err := r.o.SetScenario(ctx, r.member, data.Trial.ID, den.NewScenario{Name: "people.csv", From: strings.NewReader("name\nAda\n")})
		r.must(err)
		archive, err := r.o.Files.Read(set.Scenario.Hash)
		r.must(err)
		copied, err := r.o.AddEvidence(ctx, ann, den.NewEvidence{Trial: v.Trial.ID, Entry: entry, Kind: den.File, Name: "data.tar", Content: archive})
		r.must(err)
		_ = archive.Close()
		if copied.Hash != set.Scenario.Hash {
			t.Fatal("the copy of the data is not the same content")
		}
		r.must(remove(ann, copied))
		if !there(set.Scenario.Hash) {
			t.Error("the data of a trial went with somebody's evidence")
		}

		stays := add(ann, "what she saw")
		_, err = r.o.SaveAssessment(ctx, ann, den.NewAssessment{Trial: v.Trial.ID, Entry: entry, Submit: true, Scores: map[string]den.Score{
			"ease": {Mark: mark(4), Reason: "Easy."}, "fit": {Mark: mark(4), Reason: "Fits."},
		}})
		r.must(err)
		if err := remove(ann, stays); den.KindOf(err) != den.Conflict || !there(stays.Hash) {
			t.Errorf("removed after the submission: %v", err)
		}
		own, err := r.o.Assessment(ctx, bob, v.Trial.ID, entry)
		r.must(err)
		if !slices.Contains(r.acts(own.ID), "evidence.removed") {
			t.Errorf("the record knows %v", r.acts(own.ID))
		}
	})
}
