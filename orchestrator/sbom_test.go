package orchestrator_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"innovationden/orchestrator/den"
	"innovationden/sandbox/fake"
)

const parts = `{"bomFormat": "CycloneDX", "specVersion": "1.5", "components": [{"name": "libcanary", "version": "1"}]}`

// there says whether a file is on the shelf.
func (r *rig) there(hash string) bool {
	f, err := r.o.Files.Read(hash)
	if err == nil {
		_ = f.Close()
	}
	return err == nil
}

// What a release is built of stays, whatever becomes of a copy that somebody kept as evidence.
func TestAnSBOMStaysWhenACopyOfItIsRemoved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, shelved(t))
		ctx := t.Context()
		r.run()
		release := r.release("one", fake.Behaviour{})
		made, err := r.o.AddSBOM(ctx, den.System(), den.NewSBOM{Release: release, Name: "bom.json", From: strings.NewReader(parts)})
		r.must(err)
		v := r.start(time.Hour, release)
		ann := r.person("Ann", den.Evaluator, v.Trial.ID)
		r.declare(v.Trial.ID, ann)
		x, err := r.o.AddEvidence(ctx, ann, den.NewEvidence{Trial: v.Trial.ID, Entry: v.Entries[0].ID, Kind: den.File, Name: "bom.json", Content: strings.NewReader(parts)})
		r.must(err)
		if x.Hash != made.Hash {
			t.Fatal("the copy is not the same content")
		}
		r.must(r.o.RemoveEvidence(ctx, ann, den.EvidenceRemoval{Trial: v.Trial.ID, Entry: v.Entries[0].ID, Evidence: x.ID, Why: "Not needed."}))
		if got, err := r.o.SBOM(ctx, r.member, release); err != nil || len(got.Parts) != 1 {
			t.Errorf("what the release is built of: %+v, %v", got.Parts, err)
		}
	})
}

// A file that was refused, and data that another took the place of, stay nowhere: nobody
// fills the disk with what no record names.
func TestWhatNoRecordNamesLeavesTheShelf(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, shelved(t))
		ctx := t.Context()
		release := r.release("one", fake.Behaviour{})
		other := strings.Replace(parts, "libcanary", "libother", 1)
		first, err := r.o.AddSBOM(ctx, den.System(), den.NewSBOM{Release: r.release("two", fake.Behaviour{}), Name: "bom.json", From: strings.NewReader(other)})
		r.must(err)
		for _, text := range []string{parts, parts} {
			_, err = r.o.AddSBOM(ctx, den.System(), den.NewSBOM{Release: release, Name: "bom.json", From: strings.NewReader(text)})
			r.must(err)
		}
		third := strings.Replace(parts, "libcanary", "libthird", 1)
		for _, text := range []string{other, third} {
			if _, err := r.o.AddSBOM(ctx, den.System(), den.NewSBOM{Release: release, Name: "bom.json", From: strings.NewReader(text)}); den.KindOf(err) != den.Conflict {
				t.Errorf("a second SBOM: %v", err)
			}
		}
		hash, _, err := r.o.Files.Keep(ctx, strings.NewReader(third), 1<<20) // the same name as before
		r.must(err)
		r.must(r.o.Files.Remove(hash))
		if _, err := r.o.AddSBOM(ctx, den.System(), den.NewSBOM{Release: release, Name: "bom.json", From: strings.NewReader(third)}); den.KindOf(err) != den.Conflict {
			t.Errorf("a second SBOM: %v", err)
		}
		if r.there(hash) {
			t.Error("an SBOM that was refused is still there")
		}
		if !r.there(first.Hash) {
			t.Error("the SBOM of another release went with one that was refused")
		}

		v, twin := r.draft(time.Hour, release), r.draft(time.Hour, release)
		set := func(trial den.ID, text string, rev int64) (den.TrialView, error) {
			return r.o.SetScenario(ctx, r.member, trial, den.NewScenario{Name: "people.csv", From: strings.NewReader(text), Rev: rev})
		}
		was, err := set(v.Trial.ID, "name\nAda\n", 0)
		r.must(err)
		same, err := set(twin.Trial.ID, "name\nAda\n", 0)
		r.must(err)
		now, err := set(v.Trial.ID, "name\nBea\n", 0)
		r.must(err)
		if !r.there(was.Scenario.Hash) || !r.there(now.Scenario.Hash) {
			t.Error("data that a trial has is gone")
		}
		_, err = r.o.DropScenario(ctx, r.member, twin.Trial.ID, same.Rev)
		r.must(err)
		if r.there(was.Scenario.Hash) {
			t.Error("data that no trial has any more is still there")
		}
		if _, err := set(v.Trial.ID, "name\nCem\n", 1); den.KindOf(err) != den.Stale {
			t.Errorf("an old form: %v", err)
		}
		again, err := set(v.Trial.ID, "name\nBea\n", 0)
		r.must(err)
		if !r.there(again.Scenario.Hash) {
			t.Error("the same data sent again is gone")
		}
	})
}
