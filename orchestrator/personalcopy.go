package orchestrator

import (
	"cmp"
	"context"

	"innovationden/orchestrator/den"
)

// PersonalData is everything that the den keeps about a person, for
// operators; for everybody their own, where person is empty. Marks are in it for who gave them; for operators once
// the trial's marks are locked. NotFound.
func (o *Orchestrator) PersonalData(ctx context.Context, actor den.Actor, person den.ID) (all den.PersonalData, err error) {
	if err := allowPersonal(actor, person, den.ReadOwn, den.ManagePeople); err != nil {
		return all, err
	}
	err = o.Store.View(ctx, func(tx den.Tx) error {
		who, err := tx.People().Get(cmp.Or(person, actor.ID))
		if err != nil {
			return missing(err)
		}
		all = den.PersonalData{ID: who.ID, Name: who.Name, Email: who.Email, Left: who.Left, RemovedAt: who.RemovedAt, MadeAt: o.now(), NotSent: map[string][]string{},
			Roles: []den.PersonalRole{}, Known: []den.PersonalIdentity{}, Tokens: []den.PersonalToken{}, Notices: []den.PersonalNotice{},
			Assessments: []den.PersonalScores{}, Declared: []den.PersonalInterest{}, Did: []den.PersonalEvent{}, Happened: []den.PersonalEvent{}}
		for _, m := range who.Memberships {
			all.Roles = append(all.Roles, den.PersonalRole(m))
		}
		for _, read := range []func(den.Tx, *den.PersonalData) error{waysOf, toldOf} {
			if err := read(tx, &all); err != nil {
				return err
			}
		}
		if err := eventsOf(tx, actor, &all); err != nil {
			return err
		}
		return assessedBy(tx, actor, &all)
	})
	return all, err
}

// waysOf reads how somebody signs in.
func waysOf(tx den.Tx, all *den.PersonalData) error {
	l, err := tx.Logins().Get(all.ID)
	if err == nil {
		all.SignsIn = &den.PersonalLogin{Address: l.Name, Codes: l.Confirmed, ChangedAt: l.ChangedAt}
	} else if den.KindOf(err) != den.NotFound {
		return err
	}
	identities, err := every(tx.Identities(), den.Query{Index: den.IdentitiesByPerson, Key: string(all.ID)})
	if err != nil {
		return err
	}
	for _, i := range identities {
		all.Known = append(all.Known, den.PersonalIdentity{Issuer: i.Issuer, Subject: i.Subject, SeenAt: i.SeenAt})
	}
	tokens, err := every(tx.Tokens(), den.Query{Index: den.TokensByPerson, Key: string(all.ID)})
	for _, t := range tokens {
		all.Tokens = append(all.Tokens, den.PersonalToken{ID: t.ID, Name: t.Name, CreatedAt: t.CreatedAt, ExpiresAt: t.ExpiresAt})
	}
	return err
}

// toldOf reads what somebody was told, and how they want to be.
func toldOf(tx den.Tx, all *den.PersonalData) error {
	box, err := mailboxOf(tx, all.ID)
	if err != nil {
		return err
	}
	for _, channel := range den.Channels {
		for _, k := range den.NoticeKinds {
			if !box.Wants(channel, k) {
				all.NotSent[string(channel)] = append(all.NotSent[string(channel)], string(k))
			}
		}
	}
	all.Hook = box.Hook.URL
	notices, err := every(tx.Notices(), den.Query{Index: den.NoticesByTo, Key: string(all.ID)})
	for _, n := range notices {
		all.Notices = append(all.Notices, den.PersonalNotice{At: n.At, Title: n.Title, Say: n.Say})
	}
	return err
}

// assessedBy reads the marks that somebody gave, and what they declared, which what they
// did leads to.
func assessedBy(tx den.Tx, actor den.Actor, all *den.PersonalData) error {
	marks, err := every(tx.Assessments(), den.Query{Index: den.AssessmentsByWriter, Key: string(all.ID)})
	if err != nil {
		return err
	}
	for _, a := range marks {
		isShown := actor.ID == all.ID
		if !isShown {
			c, err := consensusOf(tx, a.Trial)
			if err != nil {
				return err
			}
			isShown = c.Locked()
		}
		if isShown {
			all.Assessments = append(all.Assessments, den.PersonalScores{Trial: a.Trial, Entry: a.Entry, Scores: a.Scores, Note: a.Note, SubmittedAt: a.SubmittedAt})
		}
	}
	seen := map[den.ID]bool{}
	for _, e := range all.Did {
		if e.Act != "interest.declared" || seen[e.Subject] {
			continue
		}
		seen[e.Subject] = true
		d, err := tx.Declarations().Get(e.Subject)
		if err != nil {
			return err
		}
		all.Declared = append(all.Declared, den.PersonalInterest{Trial: d.Trial, Stake: d.Stake, Text: d.Text, At: d.DeclaredAt})
	}
	return nil
}

// eventsOf reads what somebody did, and what others did that is about them.
func eventsOf(tx den.Tx, actor den.Actor, all *den.PersonalData) error {
	for _, list := range []struct {
		index den.Index
		into  *[]den.PersonalEvent
	}{{den.EventsByActor, &all.Did}, {den.EventsBySubject, &all.Happened}} {
		events, err := everyEvent(tx, den.Query{Index: list.index, Key: string(all.ID)})
		if err != nil {
			return err
		}
		if err := conceal(tx, actor, events); err != nil {
			return err
		}
		for _, e := range events {
			if list.index == den.EventsBySubject && e.Actor == all.ID {
				continue
			}
			*list.into = append(*list.into, den.PersonalEvent{Seq: e.Seq, At: e.At, Act: e.Act, Subject: e.Subject, Say: e.Say, Why: e.Why})
		}
	}
	return nil
}
