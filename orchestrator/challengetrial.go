package orchestrator

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"innovationden/orchestrator/den"
)

// TryChallenge makes a draft trial of a challenge: the newest releases of the chosen
// products become its entries, and the question, the length and the name are filled
// in. A challenge that still takes answers closes: nobody answers what is being tried.
func (o *Orchestrator) TryChallenge(ctx context.Context, actor den.Actor, in den.NewAttempt) (v den.TrialView, err error) {
	err = o.update(ctx, actor, func(tx den.Tx, p *pen) error {
		c, err := mayChallenge(tx, actor, in.Challenge, den.SetUpChallenge)
		if err != nil {
			return err
		}
		if err := allow(actor, den.SetUpTrial, den.ReadTrial, den.Owner{Department: c.Department}); err != nil {
			return err
		}
		id, err := p.answered(tx, in.Once)
		if err != nil {
			return err
		}
		if id != "" {
			v, err = o.trialView(tx, actor, id)
			return err
		}
		if c.State == den.ChallengePublished {
			if c, err = o.close(tx, p, c, "A trial is being set up."); err != nil {
				return err
			}
		}
		if _, ok := c.State.After(den.StepTry); !ok {
			return den.Refuse(den.Conflict, "This challenge is %s now, so no trial can be made of it.", inWords(c.State))
		}
		t, err := o.attempt(tx, p, c, in)
		if err != nil {
			return err
		}
		v, err = o.trialView(tx, actor, t.ID)
		return err
	})
	return v, err
}

func (o *Orchestrator) attempt(tx den.Tx, p *pen, c den.Challenge, in den.NewAttempt) (t den.Trial, err error) {
	releases, err := newestReleases(tx, in.Products)
	if err != nil {
		return t, err
	}
	t = den.Trial{
		ID: p.id(den.KindTrial), Department: c.Department, Challenge: c.ID, State: den.TrialDraft, CreatedBy: p.by.ID, CreatedAt: p.now,
	}
	err = o.fill(tx, p, &t, den.NewTrial{Name: c.Title, Question: questionOf(c), Length: c.Timetable.TrialFor, Releases: releases})
	if err != nil {
		return t, err
	}
	if t, err = tx.Trials().Put(t); err != nil {
		return t, err
	}
	c.Trials = append(slices.Clone(c.Trials), t.ID)
	if _, err = tx.Challenges().Put(c); err != nil {
		return t, err
	}
	return t, p.added(tx, in.Once, den.Event{
		Act: "trial.added", Subject: t.ID, About: []den.ID{t.Department, c.ID}, Say: fmt.Sprintf("The trial %q was drafted from the challenge %q.", t.Name, c.Title),
	})
}

// newestReleases are what of the products can be tried.
func newestReleases(tx den.Tx, products []den.ID) ([]den.ID, error) {
	var faults den.Faults
	var releases []den.ID
	if len(products) == 0 {
		faults.Add(den.Bad("products", "Choose at least one product."))
	}
	for _, id := range products {
		one, err := tx.Products().Get(id)
		if den.KindOf(err) == den.NotFound {
			faults.Add(den.Bad("products", "Choose products from the list."))
			continue
		}
		if err != nil {
			return nil, err
		}
		newest, err := tx.Releases().List(den.Query{Index: den.ReleasesByProduct, Key: string(id), Newest: true, Limit: 1})
		if err != nil {
			return nil, err
		}
		if len(newest.Items) == 0 {
			faults.Add(den.Bad("products", "%s has no release yet. Leave it out, or ask its supplier for one.", one.Name))
			continue
		}
		if r := newest.Items[0].ID; !slices.Contains(releases, r) {
			releases = append(releases, r)
		}
	}
	return releases, faults.Err()
}

// questionOf is what a trial of a challenge is to find out, as evaluators read it.
func questionOf(c den.Challenge) string {
	const most = 2000 // as long as the page of a trial takes
	text := strings.TrimSpace(c.Success)
	if text == "" {
		text = c.Title
	}
	if runes := []rune(text); len(runes) > most {
		text = string(runes[:most])
	}
	return text
}

// challengeTitle is what the page of a trial calls its challenge.
func challengeTitle(tx den.Tx, t den.Trial) (string, error) {
	if t.Challenge == "" {
		return "", nil
	}
	c, err := tx.Challenges().Get(t.Challenge)
	return called(c), err
}
