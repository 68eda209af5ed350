package orchestrator

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"innovationden/orchestrator/den"
)

// RemoveEvidence takes a piece out of the actor's own assessment, with a reason, as long
// as that is not submitted. The record keeps that it was there, and its hash; the file
// goes, unless something else names the same content. NotFound, Conflict, Invalid.
func (o *Orchestrator) RemoveEvidence(ctx context.Context, actor den.Actor, in den.EvidenceRemoval) error {
	var hash string
	err := o.update(ctx, actor, func(tx den.Tx, p *pen) error {
		t, e, a, err := o.exhibiting(tx, actor, den.NewEvidence{Trial: in.Trial, Entry: in.Entry})
		full := den.KindOf(err) == den.Invalid && len(a.Evidence) >= mostPieces
		if err != nil && !full {
			return err
		}
		at := slices.IndexFunc(a.Evidence, func(x den.Evidence) bool { return x.ID == in.Evidence })
		if at < 0 {
			return den.Missing()
		}
		why := strings.TrimSpace(in.Why)
		if fault := wants("why", "the reason for removing it", why, textLength); fault != nil {
			return fault
		}
		hash = a.Evidence[at].Hash
		a.Evidence, a.SavedAt = slices.Delete(slices.Clone(a.Evidence), at, at+1), p.now
		if _, err := tx.Assessments().Put(a); err != nil {
			return err
		}
		_, err = p.record(tx, den.Event{
			Act: "evidence.removed", Subject: a.ID, About: []den.ID{t.ID, t.Department}, Why: why,
			Say: fmt.Sprintf("%s removed evidence about %s: %s.", actor.Name, e.Label, hash),
		})
		return err
	})
	if err == nil {
		o.unneeded(ctx, hash)
	}
	return err
}

// unneeded removes a file that was kept and that no record came to name, or names any more.
func (o *Orchestrator) unneeded(ctx context.Context, hash string) {
	if o.Files == nil || hash == "" {
		return
	}
	if err := o.unshelve(context.WithoutCancel(ctx), hash); err != nil {
		o.Log.Error("a file that nothing names stays", "file", hash, "error", err)
	}
}

// unshelve removes a file that nothing names. It holds the store's only writing
// transaction meanwhile, so that nobody can name the file between the look and the
// removal; who kept the same content before that finds it gone (onShelf) and is told.
func (o *Orchestrator) unshelve(ctx context.Context, hash string) error {
	return o.Store.Update(ctx, func(tx den.Tx) error {
		named, err := names(tx, hash)
		if err != nil || named {
			return err
		}
		return o.Files.Remove(hash)
	})
}

// names says that a record names a file: evidence, the data of a trial, or what a release
// is built of. Releases have no index for that; files are removed now and then.
func names(tx den.Tx, hash string) (bool, error) {
	page, err := tx.Assessments().List(den.Query{Index: den.AssessmentsByFile, Key: hash, Limit: 1})
	if err != nil || len(page.Items) > 0 {
		return true, err
	}
	n, err := tx.Trials().Count(den.Query{Index: den.TrialsByScenario, Key: hash})
	if err != nil || n > 0 {
		return true, err
	}
	releases, err := every(tx.Releases(), den.Query{})
	return slices.ContainsFunc(releases, func(r den.Release) bool { return r.SBOM != nil && r.SBOM.Hash == hash }), err
}

// onShelf refuses to name a file that is not there any more.
func (o *Orchestrator) onShelf(hash string) error {
	f, err := o.Files.Read(hash)
	if den.KindOf(err) == den.NotFound {
		return den.Refuse(den.Conflict, "The same file was removed at this moment. Add it again.")
	}
	if err != nil {
		return err
	}
	return f.Close()
}
