package orchestrator

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"innovationden/orchestrator/den"
)

// Preview is what the register would show of a trial, with some parts published.
func (o *Orchestrator) Preview(ctx context.Context, actor den.Actor, trial den.ID, parts []den.Part) (r den.Report, err error) {
	err = o.Store.View(ctx, func(tx den.Tx) error {
		t, err := mayTrial(tx, actor, trial, den.DecideTrial)
		if err != nil {
			return err
		}
		r, err = o.shown(tx, t, parts)
		return err
	})
	return r, err
}

// shown is a report as the register shows it. Conflict while publishing it would lead
// evaluators who still score.
func (o *Orchestrator) shown(tx den.Tx, t den.Trial, parts []den.Part) (den.Report, error) {
	out, err := tx.Outcomes().Get(t.ID)
	if err != nil && den.KindOf(err) != den.NotFound {
		return den.Report{}, err
	}
	if err != nil || out.Decision == "" && out.LockedAt.IsZero() {
		return den.Report{}, den.Refuse(den.Conflict, "Lock the marks or record the decision first. Until then a published report would lead those who still score.")
	}
	if len(parts) == 0 {
		return den.Report{}, den.Bad("parts", "Choose at least one part to publish.")
	}
	for _, p := range parts {
		if !slices.Contains(den.Parts, p) {
			return den.Report{}, den.Bad("parts", "There is no part %q. Choose from finding, scores, reasons, names, decision and facts.", p)
		}
	}
	r, err := o.reportOf(tx, den.System(), t)
	if err != nil {
		return r, err
	}
	r.CitedBy = nil // comes and goes: it is read with the publication
	if r.Decision != nil {
		known, err := citesFor(tx, den.Actor{}, out.Cites)
		if err != nil {
			return r, err
		}
		r.Decision.Cites = reportCites(known)
	}
	if !slices.Contains(parts, den.PartNames) {
		v, err := veilFor(tx, t)
		if err != nil {
			return r, err
		}
		r = nameless(r, v, t.Amendments)
	}
	return r.Keep(parts), nil
}

// nameless takes suppliers and products out of a report: their names, what tells them
// by, and every mention of them in a sentence.
func nameless(r den.Report, v *veil, made []den.Amendment) den.Report {
	text := func(s *string) {
		if clean := v.text(*s); *s != "" && clean == "" {
			*s = "(left out, because it names a product)"
		} else {
			*s = clean
		}
	}
	all := func(some []string) []string {
		some = slices.Clone(some)
		for i := range some {
			text(&some[i])
		}
		return some
	}
	r.Entries = slices.Clone(r.Entries)
	for i, e := range r.Entries {
		r.Entries[i] = den.ReportEntry{ID: e.ID, Label: e.Label, Images: []string{}}
	}
	text(&r.Trial.Name)
	text(&r.Trial.Question)
	text(&r.Protocol.Rule)
	r.Finding, r.Protocol.Tasks = all(r.Finding), all(r.Protocol.Tasks)
	r.Scores = slices.Clone(r.Scores)
	for i := range r.Scores {
		s := &r.Scores[i]
		text(&s.Reason)
		text(&s.Dissent)
		s.Given = slices.Clone(s.Given)
		for j := range s.Given {
			text(&s.Given[j].Reason)
			if s.Given[j].Release != "" {
				s.Given[j].Release = hiddenVersion
			}
		}
	}
	r.Facts = slices.Clone(r.Facts)
	for i := range r.Facts {
		r.Facts[i].Tried = slices.Clone(r.Facts[i].Tried)
		for j := range r.Facts[i].Tried {
			r.Facts[i].Tried[j].Name = "(a name that is not shown)" // it may tell whose product it is
		}
		r.Facts[i].Pages = slices.Clone(r.Facts[i].Pages)
		for j := range r.Facts[i].Pages {
			text(&r.Facts[i].Pages[j].Path)
		}
	}
	if r.Load != nil {
		load := *r.Load
		text(&load.Say)
		load.Paths = all(load.Paths)
		r.Load = &load
	}
	r.Amendments = slices.Clone(r.Amendments)
	for i := range r.Amendments {
		if made[i].What == renewalAmends { // its versions and digests are the product's own
			r.Amendments[i].What = renewalAmends + ", of " + made[i].Label()
		}
		text(&r.Amendments[i].What)
		text(&r.Amendments[i].Why)
	}
	r.Missing = slices.Clone(r.Missing)
	for i := range r.Missing {
		r.Missing[i].Reasons = all(r.Missing[i].Reasons)
	}
	if r.Decision != nil {
		d := *r.Decision
		text(&d.Why)
		d.Cites = slices.Clone(d.Cites)
		for i := range d.Cites {
			text(&d.Cites[i].Name)
			text(&d.Cites[i].Finding)
			text(&d.Cites[i].Why)
			d.Cites[i].Differs = all(d.Cites[i].Differs)
		}
		r.Decision = &d
	}
	return r
}

// Publish shows a report in the register, as the preview showed it: all or in part.
// Publishing again replaces what was shown.
func (o *Orchestrator) Publish(ctx context.Context, actor den.Actor, trial den.ID, in den.NewPublication) (pub den.Publication, err error) {
	err = o.update(ctx, actor, func(tx den.Tx, p *pen) error {
		t, err := mayTrial(tx, actor, trial, den.DecideTrial)
		if err != nil {
			return err
		}
		var faults den.Faults
		faults.Add(wants("why", "the reason for publishing", strings.TrimSpace(in.Why), textLength))
		if err := faults.Err(); err != nil {
			return err
		}
		if pub, err = publicationOf(tx, t.ID); err != nil {
			return err
		}
		if err := fresh(in.Rev, pub.Rev); err != nil {
			return err
		}
		r, err := o.shown(tx, t, in.Parts)
		if err != nil {
			return err
		}
		pub = den.Publication{
			Trial: t.ID, Department: t.Department, Parts: slices.Clone(in.Parts), Report: r, Why: strings.TrimSpace(in.Why), By: actor.ID, At: p.now, Rev: pub.Rev,
		}
		if pub, err = tx.Publications().Put(pub); err != nil {
			return err
		}
		var words []string
		for _, part := range in.Parts {
			words = append(words, string(part))
		}
		about := []den.ID{t.Department}
		for _, e := range t.Entries {
			about = append(about, e.Supplier)
		}
		_, err = p.record(tx, den.Event{
			Act: "report.published", Subject: t.ID, About: about, Why: pub.Why,
			Say: fmt.Sprintf("%s published the report of %q in the register: %s.", actor.Name, t.Name, and(words)),
		})
		if err != nil {
			return err
		}
		return p.tellSuppliers(tx, t)
	})
	return pub, err
}

// tellSuppliers tells the suppliers of a trial that its report is in the register.
func (p *pen) tellSuppliers(tx den.Tx, t den.Trial) error {
	told := map[den.ID]bool{}
	for _, e := range t.Entries {
		if told[e.Supplier] {
			continue
		}
		told[e.Supplier] = true
		err := p.notice(tx, den.Notice{
			To: e.Supplier, Subject: t.ID, Kind: den.NoticePublished, Title: "A report was published",
			Say: "A report of a trial that your product took part in is in the register. Your reply can stand beside it.",
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// publicationOf reads what is or was published of a trial; the zero Publication:
// nothing.
func publicationOf(tx den.Tx, trial den.ID) (den.Publication, error) {
	pub, err := tx.Publications().Get(trial)
	if den.KindOf(err) == den.NotFound {
		return den.Publication{}, nil
	}
	return pub, err
}

// WithdrawReport takes a report out of the register, with a reason.
func (o *Orchestrator) WithdrawReport(ctx context.Context, actor den.Actor, trial den.ID, why string, rev int64) (pub den.Publication, err error) {
	err = o.update(ctx, actor, func(tx den.Tx, p *pen) error {
		t, err := mayTrial(tx, actor, trial, den.DecideTrial)
		if err != nil {
			return err
		}
		if pub, err = publicationOf(tx, t.ID); err != nil {
			return err
		}
		if !pub.Stands() {
			return den.Refuse(den.Conflict, "This report is not in the register.")
		}
		if err := fresh(rev, pub.Rev); err != nil {
			return err
		}
		if fault := wants("why", "the reason for taking the report back", strings.TrimSpace(why), textLength); fault != nil {
			return fault
		}
		pub.WithdrawnAt, pub.WithdrawnBy, pub.Withdrawn = p.now, actor.ID, strings.TrimSpace(why)
		if pub, err = tx.Publications().Put(pub); err != nil {
			return err
		}
		_, err = p.record(tx, den.Event{
			Act: "report.withdrawn", Subject: t.ID, About: []den.ID{t.Department}, Why: pub.Withdrawn,
			Say: fmt.Sprintf("%s took the report of %q out of the register.", actor.Name, t.Name),
		})
		return err
	})
	return pub, err
}

// Publication reads what is or was published of a trial, for who may publish it; the
// zero Publication: nothing.
func (o *Orchestrator) Publication(ctx context.Context, actor den.Actor, trial den.ID) (pub den.Publication, err error) {
	err = o.Store.View(ctx, func(tx den.Tx) error {
		t, err := mayTrial(tx, actor, trial, den.DecideTrial)
		if err != nil {
			return err
		}
		pub, err = publicationOf(tx, t.ID)
		return err
	})
	return pub, err
}
