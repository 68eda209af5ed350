package orchestrator

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"innovationden/orchestrator/den"
)

const (
	mostBudget = 100_000_000_000 // pence
	farthest   = 20              // years to any date
)

// AddChallenge makes a draft. It may be incomplete; what it says must be right.
func (o *Orchestrator) AddChallenge(ctx context.Context, actor den.Actor, in den.NewChallenge) (v den.ChallengeView, err error) {
	in.Department = ownDepartment(actor, in.Department)
	if in.Department == "" && actor.Known() {
		return v, den.Bad("department", "Choose the department that has the problem.")
	}
	if err := allow(actor, den.SetUpChallenge, den.ReadInterest, den.Owner{Department: in.Department}); err != nil {
		return v, err
	}
	err = o.update(ctx, actor, func(tx den.Tx, p *pen) error {
		id, err := p.answered(tx, in.Once)
		if err != nil {
			return err
		}
		if id != "" {
			v, err = o.challengeView(tx, actor, id)
			return err
		}
		if _, err := tx.Departments().Get(in.Department); err != nil {
			return chosen(err, "department", "Choose a department from the list.")
		}
		c := den.Challenge{
			ID: p.id(den.KindChallenge), Department: in.Department, State: den.ChallengeDraft, CreatedBy: actor.ID, CreatedAt: p.now,
		}
		if err := o.fillChallenge(&c, in); err != nil {
			return err
		}
		if c, err = tx.Challenges().Put(c); err != nil {
			return err
		}
		err = p.added(tx, in.Once, den.Event{
			Act: "challenge.added", Subject: c.ID, About: []den.ID{c.Department}, Say: fmt.Sprintf("The challenge %q was drafted.", called(c)),
		})
		if err != nil {
			return err
		}
		v, err = o.challengeView(tx, actor, c.ID)
		return err
	})
	return v, err
}

// ChangeChallenge replaces what a challenge says. After the publication it must stay
// complete, and everybody is told what changed and why. Conflict once it is closed.
func (o *Orchestrator) ChangeChallenge(ctx context.Context, actor den.Actor, id den.ID, in den.NewChallenge) (v den.ChallengeView, err error) {
	err = o.update(ctx, actor, func(tx den.Tx, p *pen) error {
		c, err := mayChallenge(tx, actor, id, den.SetUpChallenge)
		if err != nil {
			return err
		}
		if err := fresh(in.Rev, c.Rev); err != nil {
			return err
		}
		if c.State != den.ChallengeDraft && c.State != den.ChallengePublished {
			return den.Refuse(den.Conflict, "This challenge is closed, so what it says is fixed.")
		}
		before := c
		if err := o.fillChallenge(&c, in); err != nil {
			return err
		}
		if c.State == den.ChallengePublished {
			if v, err = o.changePublished(tx, p, before, c, in); err != nil {
				return err
			}
			return nil
		}
		if c, err = tx.Challenges().Put(c); err != nil {
			return err
		}
		_, err = p.record(tx, den.Event{
			Act: "challenge.changed", Subject: c.ID, About: []den.ID{c.Department}, Say: fmt.Sprintf("The draft of the challenge %q was changed.", called(c)),
		})
		if err != nil {
			return err
		}
		v, err = o.challengeView(tx, actor, c.ID)
		return err
	})
	return v, err
}

// changePublished keeps a change that everybody hears of.
func (o *Orchestrator) changePublished(tx den.Tx, p *pen, before, c den.Challenge, in den.NewChallenge) (v den.ChallengeView, err error) {
	parts := changedParts(before, c)
	if len(parts) == 0 {
		return o.challengeView(tx, p.by, c.ID)
	}
	why := strings.TrimSpace(in.Why)
	faults := o.lacks(c, p.now)
	faults.Add(wants("why", "why it changes, for everybody who follows it", why, textLength))
	if err := faults.Err(); err != nil {
		return v, err
	}
	say := fmt.Sprintf("The department changed %s.", and(parts))
	if in.Because != "" {
		name, err := adviser(tx, c, in.Because)
		if err != nil {
			return v, err
		}
		say += fmt.Sprintf(" %s suggested it.", name)
	}
	c.DueAt = c.Timetable.AnswersUntil
	if c, err = tx.Challenges().Put(c); err != nil {
		return v, err
	}
	was, is := told(before), told(c)
	_, err = p.record(tx, den.Event{Act: "challenge.changed", Subject: c.ID, About: []den.ID{c.Department}, Say: say, Why: why, Before: was, After: is})
	if err != nil {
		return v, err
	}
	if err := o.tellFollowers(tx, p, c, den.NoticeChallenge, say+" "+why); err != nil {
		return v, err
	}
	return o.challengeView(tx, p.by, c.ID)
}

// adviser names the supplier whose advice changed a challenge.
func adviser(tx den.Tx, c den.Challenge, interest den.ID) (string, error) {
	i, err := tx.Interests().Get(interest)
	if err == nil && i.Challenge != c.ID {
		err = den.Missing()
	}
	if err != nil {
		return "", chosen(err, "because", "Choose one of the answers to this challenge.")
	}
	s, err := tx.Suppliers().Get(i.Supplier)
	return s.Name, err
}

// told is what a challenge says, for the record.
func told(c den.Challenge) json.RawMessage {
	text, err := json.Marshal(c.Text())
	if err != nil {
		return nil
	}
	return text
}

// changedParts names what differs between two forms of a challenge.
func changedParts(a, b den.Challenge) []string {
	var parts []string
	for _, one := range []struct {
		name  string
		moved bool
	}{
		{"the title", a.Title != b.Title},
		{"the problem", a.Problem != b.Problem},
		{"who is affected", a.People != b.People},
		{"what success looks like", a.Success != b.Success},
		{"the constraints", a.Constraints != b.Constraints},
		{"what data may be used", a.Data != b.Data || a.Agreed != b.Agreed},
		{"the dates", !sameTimes(a.Timetable, b.Timetable)},
		{"the budget", a.Budget != b.Budget},
		{"what products are wanted", !slices.Equal(a.Capabilities, b.Capabilities)},
	} {
		if one.moved {
			parts = append(parts, one.name)
		}
	}
	return parts
}

func sameTimes(a, b den.Timetable) bool {
	return a.QuestionsUntil.Equal(b.QuestionsUntil) && a.AnswersUntil.Equal(b.AnswersUntil) && a.TrialFrom.Equal(b.TrialFrom) && a.TrialFor == b.TrialFor
}

// called is the title of a challenge, or what it is called before it has one.
func called(c den.Challenge) string {
	if c.Title == "" {
		return "without a title"
	}
	return c.Title
}

// mayChallenge reads a challenge that the actor may do something to. Before it was
// published only those see it who may read everything of its department's.
func mayChallenge(tx den.Tx, actor den.Actor, id den.ID, do den.Action) (den.Challenge, error) {
	c, err := tx.Challenges().Get(id)
	if den.KindOf(err) == den.NotFound {
		return c, allowNothing(actor)
	}
	if err != nil {
		return c, err
	}
	read := den.ReadChallenge
	if !c.IsPublic() {
		read = den.ReadInterest
		if do == den.ReadChallenge {
			do = read
		}
	}
	return c, allow(actor, do, read, c.Owner())
}

// readChallenge reads a challenge that the actor may read: nobody in particular may
// where the operator has opened the techmap.
func (o *Orchestrator) readChallenge(tx den.Tx, actor den.Actor, id den.ID) (den.Challenge, error) {
	if actor.Known() || !o.OpenTechmap {
		return mayChallenge(tx, actor, id, den.ReadChallenge)
	}
	c, err := tx.Challenges().Get(id)
	if err == nil && !c.IsPublic() {
		err = den.Missing()
	}
	return c, missing(err)
}

// fillChallenge takes the input over and says every fault at once.
func (o *Orchestrator) fillChallenge(c *den.Challenge, in den.NewChallenge) error {
	var faults den.Faults
	c.Title = oneLine(in.Title)
	if isLonger(c.Title, nameLength) {
		faults.Add(den.Bad("title", "Shorten the title to %d characters.", nameLength))
	}
	for _, one := range []struct {
		field, what string
		to          *string
		text        string
	}{
		{"problem", "the problem", &c.Problem, in.Problem},
		{"people", "who is affected", &c.People, in.People},
		{"success", "what success looks like", &c.Success, in.Success},
		{"constraints", "the constraints", &c.Constraints, in.Constraints},
		{"agreed", "what was agreed about data", &c.Agreed, in.Agreed},
	} {
		*one.to = strings.TrimSpace(one.text)
		if isLonger(*one.to, textLength) {
			faults.Add(den.Bad(one.field, "Shorten %s to %d characters.", one.what, textLength))
		}
	}
	if c.Data = in.Data; c.Data == "" {
		c.Data = den.DataSynthetic
	}
	if c.Data != den.DataSynthetic && c.Data != den.DataAgreed {
		faults.Add(den.Bad("data", "Choose what data may be used: synthetic or agreed."))
	}
	if c.Data == den.DataSynthetic {
		c.Agreed = ""
	}
	c.Timetable, c.Budget = in.Timetable, in.Budget
	for _, one := range []struct {
		field string
		at    den.Stamp
	}{{"questions_until", c.Timetable.QuestionsUntil}, {"answers_until", c.Timetable.AnswersUntil}, {"trial_from", c.Timetable.TrialFrom}} {
		if years := one.at.Year() - o.now().Year(); !one.at.IsZero() && (years < -farthest || years > farthest) {
			faults.Add(den.Bad(one.field, "Enter a date within %d years from now.", farthest))
		}
	}
	if c.Timetable.TrialFor < 0 || c.Timetable.TrialFor > o.LongestLength {
		faults.Add(den.Bad("trial_for", "Enter a length of at most %s.", spell(o.LongestLength)))
	}
	if b := c.Budget; b.Low < 0 || b.High < 0 || b.Low > mostBudget || b.High > mostBudget || b.High != 0 && b.Low > b.High {
		faults.Add(den.Bad("budget", "Enter a budget whose lower end is not above its upper end."))
	}
	c.Capabilities = o.capabilities(&faults, in.Capabilities)
	return faults.Err()
}

// lacks says everything that keeps a challenge from being published.
func (o *Orchestrator) lacks(c den.Challenge, now den.Stamp) den.Faults {
	var faults den.Faults
	faults.Add(wants("title", "a title", c.Title, nameLength))
	faults.Add(wants("problem", "the problem", c.Problem, textLength))
	faults.Add(wants("people", "who is affected", c.People, textLength))
	faults.Add(wants("success", "what success looks like", c.Success, textLength))
	if c.Data == den.DataAgreed {
		faults.Add(wants("agreed", "what was agreed about data", c.Agreed, textLength))
	}
	t := c.Timetable
	switch {
	case t.AnswersUntil.IsZero():
		faults.Add(den.Bad("answers_until", "Enter until when suppliers can answer."))
	case !t.AnswersUntil.After(now):
		faults.Add(den.Bad("answers_until", "Enter a date in the future, until when suppliers can answer."))
	}
	if !t.QuestionsUntil.IsZero() && !t.AnswersUntil.IsZero() && t.QuestionsUntil.After(t.AnswersUntil) {
		faults.Add(den.Bad("questions_until", "Enter a date for questions that is not after the one for answers."))
	}
	if !t.TrialFrom.IsZero() && t.TrialFrom.Before(t.AnswersUntil) {
		faults.Add(den.Bad("trial_from", "Enter a date for the trial that is not before the end of answers."))
	}
	return faults
}
