package orchestrator

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"innovationden/orchestrator/den"
	"innovationden/orchestrator/evaluation"
)

// Bounds of citing.
const (
	mostCited   = 20 // results that one decision stands on
	mostCitable = 50 // of one's own trials that are offered

	registerLooked = 300 // reports of the register that one page looks through
	ownLooked      = 100 // of the newest trials of each of one's own departments
)

// notForYou stands for a result that was cited and that the reader may not see: it was
// never published, or was taken out of the register since.
const notForYou = "A result that is not in the register"

// Citable lists the results that may be cited in the decision on a trial, each with what
// the two share and how they differ: those in the register, the latest first, and on the
// first page before them one's own, of the newest trials. text: words that name, department,
// product or finding must have; empty: all. A page looks through some of the register, so it
// may have none and a next one.
func (o *Orchestrator) Citable(ctx context.Context, actor den.Actor, trial den.ID, text, after string) (page den.Page[den.Citable], err error) {
	err = o.Store.View(ctx, func(tx den.Tx) error {
		w, err := o.citing(tx, actor, trial)
		if err != nil {
			return err
		}
		q := den.Query{Index: den.PublicationsByTime, Newest: true, After: after}
		page, err = gatherOf(tx.Publications(), q, registerLooked, func(p den.Publication) (den.Citable, bool, error) {
			c := w.citable(p.Report)
			c.Published = true
			return c, p.Stands() && p.Trial != trial && mentions(p.Report, text), nil
		})
		if err != nil || after != "" {
			return err
		}
		own, err := o.ownCitable(tx, actor, w, text)
		page.Items = append(own, page.Items...)
		return err
	})
	return page, err
}

// citation is the trial in whose decision something is cited.
type citation struct {
	v den.TrialView // as the actor sees it
	r den.Report    // the conditions it came about under
}

// citing reads the trial in whose decision the actor cites.
func (o *Orchestrator) citing(tx den.Tx, actor den.Actor, id den.ID) (w citation, err error) {
	t, err := mayTrial(tx, actor, id, den.DecideTrial)
	if err != nil {
		return w, err
	}
	if t.State != den.TrialRunning && t.State != den.TrialFinished {
		return w, den.Refuse(den.Conflict, "This trial %s. Cite other results when it has run.", howFar(t))
	}
	if _, err := tx.Outcomes().Get(id); den.KindOf(err) == den.NotFound {
		return w, den.Refuse(den.Conflict, "Submit at least one assessment before you cite other results.")
	}
	if w.v, err = o.viewOf(tx, actor, t); err != nil {
		return w, err
	}
	w.r, err = o.reportOf(tx, den.System(), t)
	return w, err
}

// citable says of a report what somebody who may cite it wants to know.
func (w citation) citable(r den.Report) den.Citable {
	return den.Citable{
		Trial: r.Trial.ID, Name: r.Trial.Name, Department: r.Trial.Department, Finding: firstFinding(r),
		Shared: w.shared(r), Differs: w.differs(r),
	}
}

func (w citation) differs(r den.Report) []string {
	ours, theirs := conditionsOf(w.r), conditionsOf(r)
	ours.Called, theirs.Called = "this trial", "the other"
	return evaluation.Differences(ours, theirs)
}

// shared names the products that both tried; none while one's own are hidden.
func (w citation) shared(r den.Report) (names []string) {
	for _, e := range w.v.Entries {
		for _, other := range r.Entries {
			same := e.Supplier == other.Of && e.ProductName == other.Product
			if !w.v.Veiled && other.Product != "" && same && !slices.Contains(names, other.Product) {
				names = append(names, other.Product)
			}
		}
	}
	return names
}

func firstFinding(r den.Report) string {
	if len(r.Finding) == 0 {
		return ""
	}
	return r.Finding[0]
}

// mentions says that every word of a text is somewhere in what a report is about.
func mentions(r den.Report, text string) bool {
	all := []string{r.Trial.Name, r.Trial.Department, r.Trial.Question, string(r.Trial.ID), firstFinding(r)}
	for _, e := range r.Entries {
		all = append(all, e.Product, e.Supplier)
	}
	said := strings.ToLower(strings.Join(all, " "))
	for _, word := range strings.Fields(strings.ToLower(text)) {
		if !strings.Contains(said, word) {
			return false
		}
	}
	return true
}

// ownCitable lists results of the actor's departments that are not in the register, the
// newest first.
func (o *Orchestrator) ownCitable(tx den.Tx, actor den.Actor, w citation, text string) (own []den.Citable, err error) {
	for _, department := range departments(actor) {
		page, err := gatherOf(tx.Trials(), den.Query{Index: den.TrialsByDepartment, Key: string(department), Newest: true, Limit: mostCitable}, ownLooked,
			func(t den.Trial) (den.Citable, bool, error) {
				if t.ID == w.v.ID || !den.May(actor, den.ReadTrial, t.Owner()) {
					return den.Citable{}, false, nil
				}
				if pub, err := publicationOf(tx, t.ID); err != nil || pub.Stands() {
					return den.Citable{}, false, err
				}
				r, err := o.reportOf(tx, actor, t)
				if den.KindOf(err) == den.NotYet {
					return den.Citable{}, false, nil
				}
				return w.citable(r), err == nil && mentions(r, text), err
			})
		if err != nil {
			return nil, err
		}
		own = append(own, page.Items...)
	}
	return own, nil
}

// Cite makes the result of another trial one that the decision on a trial stands on, with
// how it bears on it. Citing it again replaces the reason and looks at it anew. NotFound
// for a result that the actor may not see.
func (o *Orchestrator) Cite(ctx context.Context, actor den.Actor, trial den.ID, in den.NewCitation) (out den.Outcome, err error) {
	err = o.update(ctx, actor, func(tx den.Tx, p *pen) error {
		w, err := o.citing(tx, actor, trial)
		if err != nil {
			return err
		}
		if in.Trial == trial {
			return den.Bad("trial", "Choose another trial. Its own result needs no citing.")
		}
		if fault := wants("why", "how it bears on the decision", strings.TrimSpace(in.Why), textLength); fault != nil {
			return fault
		}
		r, err := o.readable(tx, actor, in.Trial)
		if err != nil {
			return err
		}
		if out, err = tx.Outcomes().Get(trial); err != nil {
			return err
		}
		seen := w.citable(r)
		one := den.Citation{
			Trial: in.Trial, Name: seen.Name, Department: seen.Department, Finding: seen.Finding, Differs: seen.Differs,
			Why: strings.TrimSpace(in.Why), By: actor.ID, At: p.now,
		}
		out.Cites = slices.Clone(out.Cites)
		if at := cited(out, in.Trial); at >= 0 {
			out.Cites[at] = one
		} else {
			out.Cites = append(out.Cites, one)
		}
		if len(out.Cites) > mostCited {
			return den.Bad("trial", "This decision stands on %d results already, which is the most.", mostCited)
		}
		return p.cites(tx, &out, w.v.Trial, den.Event{
			Act: "trial.cited", Why: one.Why,
			Say: fmt.Sprintf("%s cited the result of %q, %s, in the decision on %q.", actor.Name, one.Name, one.Department, w.v.Name),
		})
	})
	return out, err
}

// Uncite takes a result out of those that a decision stands on, with a reason. NotFound
// for one that it does not stand on.
func (o *Orchestrator) Uncite(ctx context.Context, actor den.Actor, trial, other den.ID, why string) (out den.Outcome, err error) {
	err = o.update(ctx, actor, func(tx den.Tx, p *pen) error {
		t, err := mayTrial(tx, actor, trial, den.DecideTrial)
		if err != nil {
			return err
		}
		if out, err = tx.Outcomes().Get(trial); err != nil {
			return missing(err)
		}
		if fault := wants("why", "the reason for citing it no more", strings.TrimSpace(why), textLength); fault != nil {
			return fault
		}
		at := cited(out, other)
		if at < 0 {
			return den.Missing()
		}
		one := out.Cites[at]
		out.Cites = slices.Delete(slices.Clone(out.Cites), at, at+1)
		return p.cites(tx, &out, t, den.Event{
			Act: "trial.uncited", Why: strings.TrimSpace(why),
			Say: fmt.Sprintf("%s no longer cites the result of %q, %s, in the decision on %q.", actor.Name, one.Name, one.Department, t.Name),
		})
	})
	return out, err
}

func cited(out den.Outcome, trial den.ID) int {
	return slices.IndexFunc(out.Cites, func(c den.Citation) bool { return c.Trial == trial })
}

// cites keeps an outcome whose citations changed, with the event, to which it adds what
// that is about.
func (p *pen) cites(tx den.Tx, out *den.Outcome, t den.Trial, e den.Event) (err error) {
	if *out, err = tx.Outcomes().Put(*out); err != nil {
		return err
	}
	e.Subject, e.About = t.ID, []den.ID{t.Department}
	_, err = p.record(tx, e)
	return err
}

// citesFor is what was cited, as somebody may know it: nothing of a trial that is not for
// them but that there is one.
func citesFor(tx den.Tx, actor den.Actor, all []den.Citation) ([]den.Citation, error) {
	var out []den.Citation
	for _, c := range all {
		pub, err := publicationOf(tx, c.Trial)
		if err != nil {
			return nil, err
		}
		t, err := tx.Trials().Get(c.Trial)
		if err != nil && den.KindOf(err) != den.NotFound {
			return nil, err
		}
		if c.Registered = pub.Stands(); !c.Registered && !den.May(actor, den.ReadTrial, t.Owner()) {
			c = den.Citation{Name: notForYou, At: c.At}
		}
		out = append(out, c)
	}
	return out, nil
}

// reportCites is what was cited, as a report says it.
func reportCites(all []den.Citation) (out []den.ReportCite) {
	for _, c := range all {
		out = append(out, den.ReportCite{Trial: c.Trial, Name: c.Name, Department: c.Department, Finding: c.Finding, Why: c.Why, Registered: c.Registered, Differs: c.Differs})
	}
	return out
}

// citedBy are the published decisions that stand on the result of a trial.
func citedBy(tx den.Tx, trial den.ID) (out []den.ReportCite, err error) {
	all, err := every(tx.Publications(), den.Query{Index: den.PublicationsByCited, Key: string(trial)})
	for _, p := range all {
		for _, c := range p.Report.Decision.Cites {
			if c.Trial == trial {
				out = append(out, den.ReportCite{Trial: p.Trial, Name: p.Report.Trial.Name, Department: p.Report.Trial.Department, Why: c.Why, Registered: true, Differs: c.Differs})
			}
		}
	}
	return out, err
}
