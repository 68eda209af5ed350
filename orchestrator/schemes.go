package orchestrator

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"innovationden/orchestrator/den"
	"innovationden/orchestrator/evaluation"
)

// schemeIn finds one version of a scheme; version 0 is the newest. A version that was
// kept goes before the configured one: it was used, and so does not change. NotFound.
func (o *Orchestrator) schemeIn(tx den.Tx, ref den.SchemeRef) (den.Scheme, error) {
	if ref.Version == 0 {
		all, err := o.schemesIn(tx)
		if err != nil {
			return den.Scheme{}, err
		}
		for _, s := range all {
			if s.ID == ref.ID && s.Version > ref.Version {
				ref.Version = s.Version
			}
		}
	}
	if s, ok := o.kept.Load(ref); ok {
		return s.(den.Scheme), nil
	}
	one, err := tx.Schemes().Get(ref.Key())
	switch {
	case err == nil:
		o.kept.Store(ref, one.Scheme)
		return one.Scheme, nil
	case den.KindOf(err) != den.NotFound:
		return den.Scheme{}, err
	}
	for _, s := range o.Config.Schemes {
		if s.Ref() == ref {
			return s, nil
		}
	}
	return den.Scheme{}, den.Refuse(den.NotFound, "There is no such scheme. Choose one from the list of schemes.")
}

// schemesIn lists every version of every scheme: the configured ones in their order,
// then those that were made here.
func (o *Orchestrator) schemesIn(tx den.Tx) ([]den.Scheme, error) {
	kept, err := every(tx.Schemes(), den.Query{})
	if err != nil {
		return nil, err
	}
	all := slices.Clone(o.Config.Schemes)
	for _, k := range kept {
		at := slices.IndexFunc(all, func(s den.Scheme) bool { return s.Ref() == k.Scheme.Ref() })
		if at < 0 {
			all = append(all, k.Scheme)
		} else {
			all[at] = k.Scheme
		}
	}
	slices.SortStableFunc(all[len(o.Config.Schemes):], func(a, b den.Scheme) int {
		return cmp.Or(cmp.Compare(a.ID, b.ID), cmp.Compare(a.Version, b.Version))
	})
	return all, nil
}

// Schemes lists every version of every scheme.
func (o *Orchestrator) Schemes() []den.Scheme {
	all := o.Config.Schemes
	err := o.Store.View(context.Background(), func(tx den.Tx) (err error) {
		all, err = o.schemesIn(tx)
		return err
	})
	if err != nil {
		o.Log.Error("schemes were not read", "error", err)
		return o.Config.Schemes
	}
	return all
}

// Scheme finds one version of a scheme; version 0 is the newest. NotFound.
func (o *Orchestrator) Scheme(ref den.SchemeRef) (s den.Scheme, err error) {
	err = o.Store.View(context.Background(), func(tx den.Tx) error {
		s, err = o.schemeIn(tx, ref)
		return err
	})
	return s, err
}

// AddScheme adds the next version of a scheme, or the first of a new one. What is there
// already never changes.
func (o *Orchestrator) AddScheme(ctx context.Context, actor den.Actor, in den.NewScheme) (s den.Scheme, err error) {
	if err := allow(actor, den.EditScheme, den.ReadTechmap, den.Owner{}); err != nil {
		return s, err
	}
	err = o.update(ctx, actor, func(tx den.Tx, p *pen) error {
		before, err := p.answered(tx, in.Once)
		if err != nil {
			return err
		}
		if before != "" {
			one, err := tx.Schemes().Get(before)
			s = one.Scheme
			return err
		}
		all, err := o.schemesIn(tx)
		if err != nil {
			return err
		}
		s = in.Scheme
		s.ID, s.Title, s.Summary, s.Version = strings.TrimSpace(s.ID), strings.TrimSpace(s.Title), strings.TrimSpace(s.Summary), 1
		for _, one := range all {
			if one.ID == s.ID && one.Version >= s.Version {
				s.Version = one.Version + 1
			}
		}
		if err := s.Check(); err != nil {
			return err
		}
		if err := computable(s); err != nil {
			return err
		}
		kept := den.KeptScheme{Key: s.Ref().Key(), Scheme: s, AddedBy: actor.ID, AddedAt: p.now, Why: strings.TrimSpace(in.Why)}
		if _, err := tx.Schemes().Put(kept); err != nil {
			return err
		}
		return p.added(tx, in.Once, den.Event{
			Act: "scheme.added", Subject: kept.Key, Why: kept.Why, Say: fmt.Sprintf("Version %d of the scheme %q was added.", s.Version, s.Title),
		})
	})
	return s, err
}

// computable says why no outcome could be computed by a scheme, however whole it is: each
// formula has to be one, of something that is measured, with marks of the scale, and the
// arithmetic has bounds of its own. Invalid, with the fields as den.Scheme.Check has them.
func computable(s den.Scheme) error {
	var faults den.Faults
	table, best := evaluation.Marks{}, evaluation.Entry{ID: "best"}
	for _, c := range s.Criteria() {
		table.Criteria, best.Marks = append(table.Criteria, criterion(c, c.Weight)), append(best.Marks, evaluation.At(den.TopMark))
		if c.ScoredBy != den.ByMeasurement {
			continue
		}
		f, err := evaluation.ParseFormula(c.Formula)
		fault := ""
		switch {
		case err != nil:
			fault = err.Error()
		case !slices.Contains(den.Scorable, f.Fact):
			fault = fmt.Sprintf("Nothing is measured that is called %q. Choose from %s", f.Fact, and(den.Scorable))
		case f.Top > den.TopMark:
			fault = fmt.Sprintf("Its best mark is at most %d", den.TopMark)
		}
		if fault != "" {
			faults.Add(den.Bad("criteria."+c.ID, "Change the formula of the criterion %q. %s.", c.ID, fault))
		}
	}
	table.Entries = []evaluation.Entry{best}
	if err := table.Check(); err != nil {
		faults.Add(den.Bad("themes", "%s.", err))
	}
	return faults.Err()
}

// lockedScheme is a version of a scheme that is kept and never changes.
type lockedScheme struct {
	ref  den.SchemeRef
	hash string // schemeHash of it
}

// keepScheme keeps the version that a trial uses, so that it never changes. What it found
// kept is believed from the commit on: reading and weighing a whole scheme takes longer
// than all else in the start of a trial.
func (o *Orchestrator) keepScheme(tx den.Tx, p *pen, s den.Scheme) (lockedScheme, error) {
	if known, ok := o.proved.Load(s.Ref()); ok {
		return known.(lockedScheme), nil
	}
	if err := computable(s); err != nil {
		return lockedScheme{}, &den.Error{Kind: den.Conflict, Say: "Choose another scheme for this trial. No outcome can be computed by this one.", Err: err}
	}
	hash, err := schemeHash(s)
	if err != nil {
		return lockedScheme{}, err
	}
	locked := lockedScheme{ref: s.Ref(), hash: hash}
	p.proved = append(p.proved, locked)
	_, err = tx.Schemes().Get(s.Ref().Key())
	if den.KindOf(err) == den.NotFound {
		kept := den.KeptScheme{Key: s.Ref().Key(), Scheme: s, AddedBy: den.System().ID, AddedAt: p.now}
		if _, err = tx.Schemes().Put(kept); err != nil {
			return lockedScheme{}, err
		}
		_, err = p.record(tx, den.Event{Act: "scheme.kept", Subject: kept.Key, Say: fmt.Sprintf("Version %d of the scheme %q is kept as it is: a trial uses it.", s.Version, s.Title)})
	}
	return locked, err
}

// schemeHash is the hex SHA-256 of a version's JSON form.
func schemeHash(s den.Scheme) (string, error) {
	written, err := json.Marshal(s)
	sum := sha256.Sum256(written)
	return hex.EncodeToString(sum[:]), err
}
