package orchestrator

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"innovationden/orchestrator/den"
)

// Challenge reads one. NotFound.
func (o *Orchestrator) Challenge(ctx context.Context, actor den.Actor, id den.ID) (v den.ChallengeView, err error) {
	err = o.Store.View(ctx, func(tx den.Tx) error {
		v, err = o.challengeView(tx, actor, id)
		return err
	})
	return v, err
}

// challengeView adds to a challenge what the actor may see of it.
func (o *Orchestrator) challengeView(tx den.Tx, actor den.Actor, id den.ID) (v den.ChallengeView, err error) {
	c, err := o.readChallenge(tx, actor, id)
	if err != nil {
		return v, err
	}
	now := o.now()
	v.Challenge, v.DepartmentName = forActor(actor, c), departmentName(tx, c)
	v.TakesQuestions, v.TakesAnswers = c.TakesQuestions(now), c.TakesAnswers(now)
	if v.Questions, err = questions(tx, actor, c); err != nil {
		return v, err
	}
	if v.Changes, err = o.changes(tx, c); err != nil {
		return v, err
	}
	if v.Thanks, err = thanked(tx, c); err != nil {
		return v, err
	}
	if v.Interests, err = interests(tx, actor, c); err != nil {
		return v, err
	}
	if v.Suppliers, err = ownSuppliers(tx, actor); err != nil {
		return v, err
	}
	if v.Tried, err = triedBy(tx, actor, c); err != nil {
		return v, err
	}
	v.May = rights(actor, c.Owner(), den.SetUpChallenge, den.ReadInterest, den.ReadRecord)
	v.May[den.AnswerChallenge] = len(v.Suppliers) > 0
	return v, nil
}

// forActor leaves out of a challenge what is not for an actor: whom else the
// department invited.
func forActor(actor den.Actor, c den.Challenge) den.Challenge {
	if readsAll(actor, c) {
		return c
	}
	c.CreatedBy, c.DueAt = "", den.Stamp{}
	var own []den.Invitation
	for _, i := range c.Invited {
		if actor.Is(den.SupplierMember, i.Supplier) {
			own = append(own, i)
		}
	}
	c.Invited = own
	return c
}

func ownSuppliers(tx den.Tx, actor den.Actor) ([]den.Supplier, error) {
	var own []den.Supplier
	for _, id := range actor.In(den.SupplierMember) {
		s, err := tx.Suppliers().Get(id)
		if den.KindOf(err) == den.NotFound {
			continue
		}
		if err != nil {
			return nil, err
		}
		own = append(own, s)
	}
	return own, nil
}

// triedBy lists the trials of a challenge that the actor may read.
func triedBy(tx den.Tx, actor den.Actor, c den.Challenge) ([]den.ChallengeTrial, error) {
	var seen []den.ChallengeTrial
	for _, id := range c.Trials {
		t, err := tx.Trials().Get(id)
		if err != nil {
			return nil, err
		}
		if den.May(actor, den.ReadTrial, t.Owner()) {
			seen = append(seen, den.ChallengeTrial{ID: t.ID, Name: t.Name, State: t.State})
		}
	}
	return seen, nil
}

// publicActs are the events that everybody who can read a challenge is told of, from
// its publication on.
var publicActs = []string{
	"challenge.published", "challenge.changed", "challenge.closed", "challenge.withdrawn", "challenge.tried", "challenge.decided",
	"question.answered", "interest.thanked",
}

// changes reads what everybody was told, without who did it.
func (o *Orchestrator) changes(tx den.Tx, c den.Challenge) ([]den.Change, error) {
	var seen []den.Change
	isPublic, q := false, den.Query{Index: den.EventsBySubject, Key: string(c.ID), Limit: readLimit}
	for {
		page, err := tx.Events(q)
		if err != nil {
			return nil, err
		}
		for _, e := range page.Items {
			isPublic = isPublic || e.Act == "challenge.published"
			if isPublic && slices.Contains(publicActs, e.Act) {
				one := den.Change{At: e.At, Act: e.Act, Say: e.Say, Why: e.Why}
				if e.Act == "challenge.changed" {
					one.Was, one.Is = o.textOf(e.Before), o.textOf(e.After)
				}
				seen = append(seen, one)
			}
		}
		if q.After = page.Next; page.Next == "" {
			return seen, nil
		}
	}
}

// textOf reads what a challenge said from the record, its capabilities in words; nil: it
// is not there.
func (o *Orchestrator) textOf(kept json.RawMessage) *den.ChallengeText {
	var text den.ChallengeText
	if len(kept) == 0 || json.Unmarshal(kept, &text) != nil {
		return nil
	}
	for n, id := range text.Capabilities {
		text.Capabilities[n] = o.Config.Vocabulary.Title(id)
	}
	return &text
}

func thanked(tx den.Tx, c den.Challenge) ([]den.Thanks, error) {
	all, err := every(tx.Interests(), den.Query{Index: den.InterestsByChallenge, Key: string(c.ID)})
	if err != nil {
		return nil, err
	}
	var seen []den.Thanks
	for _, i := range all {
		if i.ThankedAt.IsZero() {
			continue
		}
		s, err := tx.Suppliers().Get(i.Supplier)
		if err != nil {
			return nil, err
		}
		seen = append(seen, den.Thanks{SupplierName: s.Name, At: i.ThankedAt, Say: i.Thanks})
	}
	return seen, nil
}

// Challenges lists the challenges that the actor may read, those that take answers
// first, then the newest first.
func (o *Orchestrator) Challenges(ctx context.Context, actor den.Actor, f den.ChallengeFilter) (page den.Page[den.ChallengeLine], err error) {
	if actor.Known() || !o.OpenTechmap {
		if err := allow(actor, den.ReadChallenge, den.ReadChallenge, den.Owner{}); err != nil {
			return page, err
		}
	}
	err = o.Store.View(ctx, func(tx den.Tx) error {
		page, err = o.challengeLines(tx, actor, f)
		return err
	})
	return page, err
}

// challengeLines goes through the states in their order. A cursor is a state and the
// store's cursor within it.
func (o *Orchestrator) challengeLines(tx den.Tx, actor den.Actor, f den.ChallengeFilter) (out den.Page[den.ChallengeLine], err error) {
	if f.Limit <= 0 {
		f.Limit = pageLimit
	}
	states := den.ChallengeStates
	if f.State != "" {
		states = []den.ChallengeState{f.State}
	}
	from, after, isLater := strings.Cut(f.After, ".")
	if isLater {
		at := slices.Index(states, den.ChallengeState(from))
		if at < 0 {
			return out, den.Bad("after", "Start the list anew: this is not where a page of it ended.")
		}
		states = states[at:]
	} else if f.After != "" {
		return out, den.Bad("after", "Start the list anew: this is not where a page of it ended.")
	}
	l, err := linesFor(tx, actor, f)
	if err != nil {
		return out, err
	}
	for n, state := range states {
		q := den.Query{Index: den.ChallengesByState, Key: string(state), Newest: true, After: after, Limit: f.Limit - len(out.Items)}
		after = ""
		page, err := gather(tx.Challenges(), q, l.line)
		if err != nil {
			return out, err
		}
		out.Items = append(out.Items, page.Items...)
		switch {
		case page.Next != "":
			out.Next = string(state) + "." + page.Next
			return out, nil
		case len(out.Items) == f.Limit && n+1 < len(states):
			out.Next = string(states[n+1]) + "."
			return out, nil
		}
	}
	return out, nil
}

// challengeLister makes the lines of a list of challenges.
type challengeLister struct {
	tx    den.Tx
	actor den.Actor
	f     den.ChallengeFilter
	own   []den.Product // of the actor's suppliers
}

func linesFor(tx den.Tx, actor den.Actor, f den.ChallengeFilter) (l challengeLister, err error) {
	l = challengeLister{tx: tx, actor: actor, f: f}
	for _, supplier := range actor.In(den.SupplierMember) {
		own, err := every(tx.Products(), den.Query{Index: den.ProductsBySupplier, Key: string(supplier)})
		if err != nil {
			return l, err
		}
		l.own = append(l.own, own...)
	}
	return l, nil
}

func (l challengeLister) line(c den.Challenge) (v den.ChallengeLine, ok bool, err error) {
	tx, actor, f := l.tx, l.actor, l.f
	readable := c.IsPublic() || readsAll(actor, c)
	if !readable || f.Department != "" && c.Department != f.Department || f.Capability != "" && !slices.Contains(c.Capabilities, f.Capability) {
		return v, false, nil
	}
	v.Challenge, v.DepartmentName = forActor(actor, c), departmentName(tx, c)
	all, err := every(tx.Interests(), den.Query{Index: den.InterestsByChallenge, Key: string(c.ID)})
	if err != nil {
		return v, false, err
	}
	for _, i := range all {
		if i.Stands() && actor.Is(den.SupplierMember, i.Supplier) {
			v.Answered = true
		}
		if i.Stands() && readsAll(actor, c) {
			v.Interests++
		}
	}
	if readsAll(actor, c) {
		asked, err := questions(tx, actor, c)
		if err != nil {
			return v, false, err
		}
		for _, q := range asked {
			if !q.Answered() {
				v.Waiting++
			}
		}
	}
	for _, one := range l.own {
		if len(c.InCommon(one.Capabilities)) > 0 {
			v.Fits = append(v.Fits, one.Name)
		}
	}
	return v, true, nil
}

// quoted is a question and its answer, for the record.
func quoted(said, answer string) json.RawMessage {
	text, err := json.Marshal(map[string]string{"question": said, "answer": answer})
	if err != nil {
		return nil
	}
	return text
}
