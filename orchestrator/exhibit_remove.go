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
//
// Releases have no index of files, so all are read before that turn; in it only those are
// that the record says got an SBOM since.
func (o *Orchestrator) unshelve(ctx context.Context, hash string) error {
	var head den.Head
	var named bool
	err := o.Store.View(ctx, func(tx den.Tx) (err error) {
		if head, err = tx.Head(); err != nil {
			return err
		}
		if named, err = names(tx, hash); err != nil || named {
			return err
		}
		named, err = releaseNames(tx, hash)
		return err
	})
	if err != nil || named {
		return err
	}
	return o.Store.Update(ctx, func(tx den.Tx) error {
		named, err := names(tx, hash)
		if err != nil || named {
			return err
		}
		if named, err = releaseNamesSince(tx, hash, head); err != nil || named {
			return err
		}
		return o.Files.Remove(hash)
	})
}

// names says that a record names a file: evidence, or the data of a trial.
func names(tx den.Tx, hash string) (bool, error) {
	page, err := tx.Assessments().List(den.Query{Index: den.AssessmentsByFile, Key: hash, Limit: 1})
	if err != nil || len(page.Items) > 0 {
		return true, err
	}
	n, err := tx.Trials().Count(den.Query{Index: den.TrialsByScenario, Key: hash})
	return n > 0, err
}

func isBuiltOf(r den.Release, hash string) bool { return r.SBOM != nil && r.SBOM.Hash == hash }

// releaseNames says that a file is what a release is built of.
func releaseNames(tx den.Tx, hash string) (bool, error) {
	for q := (den.Query{Limit: readLimit}); ; {
		page, err := tx.Releases().List(q)
		if err != nil || slices.ContainsFunc(page.Items, func(r den.Release) bool { return isBuiltOf(r, hash) }) {
			return err == nil, err
		}
		if q.After = page.Next; page.Next == "" {
			return false, nil
		}
	}
}

// releaseNamesSince is releaseNames for what was recorded since a state of the record.
func releaseNamesSince(tx den.Tx, hash string, since den.Head) (bool, error) {
	now, err := tx.Head()
	for seq := since.Size; seq < now.Size && err == nil; seq++ {
		e, gone := tx.Event(seq)
		if gone != nil || e.Act != sbomAct {
			err = gone
			continue
		}
		r, lost := tx.Releases().Get(e.Subject)
		if err = lost; err == nil && isBuiltOf(r, hash) {
			return true, nil
		}
	}
	return false, err
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
