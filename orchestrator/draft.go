package orchestrator

import (
	"context"
	"fmt"
	"math"
	"strings"

	"innovationden/orchestrator/den"
)

const (
	shortestLength = 1e9 // one second
	mostReleases   = 20
	mostTasks      = 50
)

// AddTrial makes a draft. It may be incomplete; what it says must be right.
func (o *Orchestrator) AddTrial(ctx context.Context, actor den.Actor, in den.NewTrial) (v den.TrialView, err error) {
	in.Department = ownDepartment(actor, in.Department)
	if in.Department == "" && actor.Known() {
		return v, den.Bad("department", "Choose the department that runs the trial.")
	}
	if err := allow(actor, den.SetUpTrial, den.ReadTrial, den.Owner{Department: in.Department}); err != nil {
		return v, err
	}
	err = o.update(ctx, actor, func(tx den.Tx, p *pen) error {
		id, err := p.answered(tx, in.Once)
		if err != nil {
			return err
		}
		if id != "" {
			v, err = o.trialView(tx, actor, id)
			return err
		}
		t := den.Trial{
			ID: p.id(den.KindTrial), Department: in.Department, State: den.TrialDraft, CreatedBy: actor.ID, CreatedAt: p.now,
		}
		if err := o.fill(tx, p, &t, in); err != nil {
			return err
		}
		if t, err = tx.Trials().Put(t); err != nil {
			return err
		}
		err = p.added(tx, in.Once, den.Event{
			Act: "trial.added", Subject: t.ID, About: []den.ID{t.Department}, Say: fmt.Sprintf("The trial %q was drafted.", t.Name),
		})
		if err != nil {
			return err
		}
		v, err = o.trialView(tx, actor, t.ID)
		return err
	})
	return v, err
}

// ChangeTrial replaces what a draft says. Conflict once it has started.
func (o *Orchestrator) ChangeTrial(ctx context.Context, actor den.Actor, id den.ID, in den.NewTrial) (v den.TrialView, err error) {
	err = o.update(ctx, actor, func(tx den.Tx, p *pen) error {
		t, err := draft(tx, actor, id, in.Rev)
		if err != nil {
			return err
		}
		if in.Department != "" && in.Department != t.Department {
			if err := allow(actor, den.SetUpTrial, den.ReadTrial, den.Owner{Department: in.Department}); err != nil {
				return err
			}
			t.Department = in.Department
		}
		if err := o.fill(tx, p, &t, in); err != nil {
			return err
		}
		if t, err = tx.Trials().Put(t); err != nil {
			return err
		}
		_, err = p.record(tx, den.Event{
			Act: "trial.changed", Subject: t.ID, About: []den.ID{t.Department}, Say: fmt.Sprintf("The draft of the trial %q was changed.", t.Name),
		})
		if err != nil {
			return err
		}
		v, err = o.trialView(tx, actor, t.ID)
		return err
	})
	return v, err
}

// CancelTrial drops a draft. Conflict once it has started.
func (o *Orchestrator) CancelTrial(ctx context.Context, actor den.Actor, id den.ID, why string, rev int64) (v den.TrialView, err error) {
	err = o.update(ctx, actor, func(tx den.Tx, p *pen) error {
		t, err := draft(tx, actor, id, rev)
		if err != nil {
			return err
		}
		t.State, t.ClosedAt = den.TrialCancelled, p.now
		if t, err = tx.Trials().Put(t); err != nil {
			return err
		}
		_, err = p.record(tx, den.Event{
			Act: "trial.cancelled", Subject: t.ID, About: []den.ID{t.Department}, Why: why, Say: fmt.Sprintf("The trial %q was cancelled.", t.Name),
		})
		if err != nil {
			return err
		}
		v, err = o.trialView(tx, actor, t.ID)
		return err
	})
	return v, err
}

// draft reads a draft that the actor may change.
func draft(tx den.Tx, actor den.Actor, id den.ID, rev int64) (den.Trial, error) {
	t, err := mayTrial(tx, actor, id, den.SetUpTrial)
	if err != nil {
		return t, err
	}
	if err := fresh(rev, t.Rev); err != nil {
		return t, err
	}
	if t.State != den.TrialDraft {
		return t, den.Refuse(den.Conflict, "This trial is %s already, so its set-up is locked.", t.State)
	}
	return t, nil
}

// mayTrial reads a trial that the actor may do something to.
func mayTrial(tx den.Tx, actor den.Actor, id den.ID, do den.Action) (den.Trial, error) {
	t, err := tx.Trials().Get(id)
	if den.KindOf(err) == den.NotFound {
		return t, allowNothing(actor)
	}
	if err != nil {
		return t, err
	}
	if do == den.AssessTrial && t.LeftToOthers(actor) {
		return t, t.NotNamed()
	}
	return t, allow(actor, do, den.ReadTrial, t.Owner())
}

// allowNothing refuses what is not there, in the words of what is not yours.
func allowNothing(actor den.Actor) error {
	if !actor.Known() {
		return den.Refuse(den.Unknown, "Sign in to see this.")
	}
	return den.Missing()
}

func fresh(asked, stored int64) error {
	if asked != 0 && asked != den.AsSeen(stored) {
		return den.Refuse(den.Stale, "Somebody changed this meanwhile. Look at it again, then make your change.")
	}
	return nil
}

// shortened cuts a text that we made ourselves to so many bytes.
func shortened(text string, most int) string {
	const dots = "…"
	if len(text) <= most {
		return text
	}
	return strings.TrimSpace(strings.ToValidUTF8(text[:most-len(dots)], "")) + dots
}

// ownDepartment is the department a trial belongs to where the actor is in just one.
func ownDepartment(actor den.Actor, asked den.ID) den.ID {
	if asked != "" {
		return asked
	}
	own := map[den.ID]bool{}
	for _, role := range []den.Role{den.Member, den.Approver} {
		for _, d := range actor.In(role) {
			own[d] = true
		}
	}
	if len(own) != 1 {
		return ""
	}
	for d := range own {
		return d
	}
	return ""
}

// fill takes the input over into a draft, with a sensible answer for what is empty,
// and says every fault at once.
func (o *Orchestrator) fill(tx den.Tx, p *pen, t *den.Trial, in den.NewTrial) error {
	var faults den.Faults
	if _, err := tx.Departments().Get(t.Department); err != nil {
		if den.KindOf(err) != den.NotFound {
			return err
		}
		faults.Add(den.Bad("department", "Choose a department from the list."))
	}
	names, err := o.fillEntries(tx, p, t, in, &faults)
	if err != nil {
		return err
	}
	t.Question = strings.TrimSpace(in.Question)
	if isLonger(t.Question, textLength) {
		faults.Add(den.Bad("question", "Shorten the question to %d characters.", textLength))
	}
	t.Name = strings.TrimSpace(in.Name)
	switch {
	case t.Name == "" && len(names) > 0 && in.Blind:
		t.Name = fmt.Sprintf("Trial of %d products", len(names))
	case t.Name == "" && len(names) > 0:
		t.Name = shortened("Trial of "+and(names), nameLength)
	case t.Name == "":
		t.Name = "Trial of " + p.now.Format("2 January 2006")
	case isLonger(t.Name, nameLength):
		faults.Add(den.Bad("name", "Shorten the name to %d characters.", nameLength))
	}
	if err := o.fillProtocol(tx, t, in, &faults); err != nil {
		return err
	}
	if err := fillPanel(tx, t, in, &faults); err != nil {
		return err
	}
	if len(in.Tasks) > mostTasks {
		faults.Add(den.Bad("tasks", "Enter at most %d tasks.", mostTasks))
	}
	t.Tasks = in.Tasks
	fillMeasuring(t, in, &faults)
	return faults.Err()
}

// fillProtocol takes over scheme, weights, size and length.
func (o *Orchestrator) fillProtocol(tx den.Tx, t *den.Trial, in den.NewTrial, faults *den.Faults) error {
	if in.Scheme.ID == "" {
		in.Scheme = den.SchemeRef{ID: o.DefaultScheme}
	}
	scheme, err := o.schemeIn(tx, in.Scheme)
	if err != nil {
		if den.KindOf(err) != den.NotFound {
			return err
		}
		faults.Add(den.Bad("scheme", "Choose a scheme from the list of schemes."))
	} else if err := computable(scheme); err != nil {
		faults.Add(den.Bad("scheme", "Choose another scheme. No outcome can be computed by this one: %s", err))
	}
	t.Scheme, t.Weights = scheme.Ref(), weights(scheme, in.Weights, faults)
	t.Size = in.Size
	if t.Size == "" {
		t.Size = o.DefaultSize
	}
	if s, ok := o.size(t.Size); !ok {
		faults.Add(den.Bad("size", "Choose a size: %s.", or(o.sizeNames())))
	} else {
		faults.Add(o.holds(s))
	}
	t.Hours = in.Hours
	faults.Add(o.rightHours(t.Hours))
	t.Length = in.Length
	if t.Length == 0 {
		t.Length = o.DefaultLength
	}
	if t.Length < shortestLength || t.Length > o.LongestLength {
		faults.Add(den.Bad("length", "Enter a length of at most %s.", spell(o.LongestLength)))
	}
	return nil
}

// weights are the scheme's, with those that the trial changes.
func weights(s den.Scheme, changed map[string]float64, faults *den.Faults) map[string]float64 {
	all, sum := map[string]float64{}, 0.0
	for _, c := range s.Criteria() {
		w := c.Weight
		if v, ok := changed[c.ID]; ok {
			w = v
			if math.IsNaN(v) || v < c.WeightMin || v > top(c) {
				faults.Add(den.Bad("weights", "Enter a weight between %g and %g for %q.", c.WeightMin, top(c), c.Title))
			}
		}
		all[c.ID], sum = w, sum+w
	}
	for id := range changed {
		if _, ok := all[id]; !ok {
			faults.Add(den.Bad("weights", "The scheme has no criterion %q. Leave its weight out.", id))
		}
	}
	if s.ID != "" && sum <= 0 {
		faults.Add(den.Bad("weights", "Give at least one criterion a weight above 0."))
	}
	return all
}

func top(c den.Criterion) float64 {
	if c.WeightMax > 0 {
		return c.WeightMax
	}
	return 100
}

func (o *Orchestrator) sizeNames() []string {
	var names []string
	for _, s := range o.Config.Sizes {
		names = append(names, s.Name)
	}
	return names
}

func and(words []string) string { return series(words, "and") }
func or(words []string) string  { return series(words, "or") }

func series(words []string, last string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	n := len(words) - 1
	return strings.Join(words[:n], ", ") + " " + last + " " + words[n]
}
